"""docs/integrate.md and docs/druid.md: their examples and their policy, as they stand there, bring customers to an agent.

The emulator asks for keys: the portal's may do all, the bots' what the policy of docs/druid.md says.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT, eventually
from tests.portal import Product

EXAMPLES = dict(
    re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs" / "integrate.md").read_text(), re.MULTILINE | re.DOTALL)
)
SERVICES = ("connect", "connectparticipant")
WEBSITE = "https://www.example.org"
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DRUID = {
    "firstName": "Ada",
    "lastName": "Lovelace",
    "question": "Where is my parcel?",
    "queueId": "4711",
    "contactId": "1815",
    "organizationId": "",
}
BOT_SAID = "Bot Transcript: (1\\1)\nCustomer: Where is my parcel?\nBot: One moment."


def policy_of_the_page(folder: Path) -> Path:
    """The IAM policy of docs/druid.md, for the emulator's instance and flow."""
    page = (ROOT / "docs" / "druid.md").read_text()
    (text,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    text = text.replace("eu-central-1", REGION).replace("INSTANCE", INSTANCE).replace("FLOW", INBOUND_FLOW)
    policy = folder / "druid.json"
    policy.write_text(text)
    return policy


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("product")
    environment = {
        "CCP_START_CHAT_ORIGINS": WEBSITE,
        "CCP_START_CHAT_FLOWS": INBOUND_FLOW,
        "AWS_ACCESS_KEY_ID": "AKIAPORTAL",
        "AWS_SECRET_ACCESS_KEY": KEY,
    }
    keys = ["--access-key", f"AKIAPORTAL={KEY}", "--access-key", f"AKIABOT={KEY}={policy_of_the_page(folder)}"]
    with Product(folder, portal_environment=environment, emulator_options=keys) as running:
        yield running


@pytest.fixture
def limited_key(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIABOT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)


def name_of(product: Product, contact_id: str) -> Any:
    return product.emulator.contact(contact_id)["participants"][0]["displayName"]


def test_curl_starts_a_chat(product):
    script = f"PORTAL={shlex.quote(product.portal.url)} WEBSITE={WEBSITE}\n{EXAMPLES['sh']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)["data"]
    assert (set(told), name_of(product, told["startChatResult"]["ContactId"])) == (
        {"startChatResult", "featurePermissions", "chatKey"},
        "Ada",
    )


@pytest.mark.usefixtures("limited_key")
def test_boto3_starts_a_chat_and_an_agent_is_offered_it(product):
    seen: dict[str, Any] = {
        "REGION": REGION,
        "ENDPOINT": product.emulator.url,
        "INSTANCE": INSTANCE,
        "FLOW": INBOUND_FLOW,
    }
    with product.portal.desk("mira") as mira:
        mira.available()
        exec(compile(EXAMPLES["python"], "integrate.md", "exec"), seen)  # what it is there for
        assert "My lamp flickers" in [item.get("Content") for item in seen["transcript"]]
        contact_id = mira.accept()
        assert contact_id == seen["started"]["ContactId"]
        mira.hears("My lamp flickers")
    for client in (seen["connect"], seen["participant"]):
        client.close()


@pytest.mark.usefixtures("limited_key")
def test_druid_brings_a_customer_to_an_agent_and_hears_the_answer(product):
    """Seed 001: a key that may start chats on one flow, the parameters of the contact centre, the bot's talk."""
    product.portal.shell(
        "from agents.models import *; from chats.models import Queue; parcels = Queue.objects.create(name='Parcels', public_name='Fenmark Home');"
        "QueueAlias.objects.create(name='4711', queue=parcels);"
        "Agent.objects.get(user__username='mira').routing_profile.profile_queues.create(queue=parcels)"
    )
    connect, participant = (boto3.client(name, REGION, endpoint_url=product.emulator.url) for name in SERVICES)
    with product.portal.desk("mira") as mira:
        mira.available()
        started = connect.start_chat_contact(
            InstanceId=INSTANCE,
            ContactFlowId=INBOUND_FLOW,
            ParticipantDetails={"DisplayName": "Ada"},
            Attributes=DRUID,
        )
        connection = participant.create_participant_connection(
            ParticipantToken=started["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
        )
        token = connection["ConnectionCredentials"]["ConnectionToken"]
        participant.send_message(ConnectionToken=token, ContentType="text/plain", Content=BOT_SAID)
        contact_id = mira.accept()
        assert contact_id == started["ContactId"]
        mira.hears(BOT_SAID)
        contact = mira.held.contacts[contact_id]
        told = (contact["customerName"], contact["attributes"], mira.held.agent_contacts[contact_id]["queue"])
        assert told == ("Ada Lovelace", DRUID, "Parcels")
        mira.say(contact_id, "Hello Ada, it is on its way.")
        asked: dict[str, Any] = {"ConnectionToken": token, "StartPosition": {}}
        eventually(
            lambda: (
                "Hello Ada, it is on its way."
                in [item.get("Content") for item in participant.get_transcript(**asked)["Transcript"]]
            ),
            why="DRUID hears the agent",
        )
        participant.disconnect_participant(ConnectionToken=token)
        mira.until(lambda held: held.agent_contacts[contact_id]["state"] == "ended", "DRUID has ended it")


def test_javascript_starts_a_chat_hears_speaks_and_leaves(product, tmp_path):
    """In Node, which sends no Origin: a page of a browser is tried with Lex Web UI and ChatJS."""
    Path(tmp_path, "chat.mjs").write_text(EXAMPLES["js"])
    Path(tmp_path, "run.mjs").write_text(f"""
import {{ startChat }} from "./chat.mjs"
const items = []
let heard
const all = new Promise((resolve) => (heard = resolve))
const chat = await startChat("{product.portal.url}", "{product.emulator.url}", "Ada", (item) => {{
  items.push(item)
  if (item.Content === "My lamp flickers") heard()
}})
await chat.say("My lamp flickers")
await all
await chat.leave()
console.log(chat.contactId)
""")
    done = subprocess.run(
        ["node", "--experimental-websocket", "run.mjs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert name_of(product, done.stdout.strip()) == "Ada"
