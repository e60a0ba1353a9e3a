"""docs/integrate.md: its examples, as they stand there, start chats in a portal and an emulator that run."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT
from tests.portal import Product

EXAMPLES = dict(
    re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs" / "integrate.md").read_text(), re.MULTILINE | re.DOTALL)
)
WEBSITE = "https://www.example.org"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    environment = {"CCP_START_CHAT_ORIGINS": WEBSITE, "CCP_START_CHAT_FLOWS": INBOUND_FLOW}
    with Product(tmp_path_factory.mktemp("product"), portal_environment=environment) as running:
        yield running


def name_of(product: Product, contact_id: str) -> Any:
    return product.emulator.contact(contact_id)["participants"][0]["displayName"]


def test_curl_starts_a_chat(product):
    script = f"PORTAL={shlex.quote(product.portal.url)} WEBSITE={WEBSITE}\n{EXAMPLES['sh']}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)["data"]
    assert (set(told), name_of(product, told["startChatResult"]["ContactId"])) == (
        {"startChatResult", "featurePermissions"},
        "Ada",
    )


def test_boto3_starts_a_chat_and_an_agent_is_offered_it(product, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
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
