"""The start-chat Lambda, zipped as deploy/README.md says and run where there is nothing of the portal."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from tests.emulating import INBOUND_FLOW, INSTANCE, REGION, ROOT

FILES = ("deploy/start_chat_lambda.py", "chats/start_chat/start_chat_contract.py")
SHOP = "https://shop.example"
RUN = """
import importlib.util, json, sys
sys.path.insert(0, sys.argv[1])
assert not importlib.util.find_spec("chats"), "the portal can be imported here"
import start_chat_lambda
print(json.dumps([start_chat_lambda.handler(event, None) for event in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def answers(emulator, tmp_path_factory):
    """What it answers to each of these events, by their name."""
    zipped = tmp_path_factory.mktemp("lambda") / "start-chat.zip"
    with zipfile.ZipFile(zipped, "w") as bundle:
        for name in FILES:
            bundle.write(ROOT / name, name.rpartition("/")[2])
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL_CONNECT": emulator.url,
        "REGION": REGION,
        "INSTANCE_ID": INSTANCE,
        "CONTACT_FLOW_ID": INBOUND_FLOW + ",99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "PARENT_ORIGIN": SHOP,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN, str(zipped)],
        input=json.dumps(list(EVENTS.values())),
        capture_output=True,
        text=True,
        env=environment,
        cwd=zipped.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(EVENTS, json.loads(done.stdout), strict=True))


def rest(body, origin=SHOP, method="POST"):
    return {"httpMethod": method, "headers": {"origin": origin}, "body": json.dumps(body), "isBase64Encoded": False}


EVENTS = {
    "chat": rest({"ParticipantDetails": {"DisplayName": "Ada"}, "Attributes": {"topic": "billing"}}),
    "payload 2.0": {
        "requestContext": {"http": {"method": "POST"}},
        "headers": {"Origin": SHOP},
        "body": "e30=",
        "isBase64Encoded": True,
    },
    "preflight": rest(None, method="OPTIONS"),
    "origin": rest({}, origin="https://evil.example"),
    "attribute": rest({"Attributes": {"vip": "1"}}),
    "flow": rest({"ContactFlowId": "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"}),
}


def test_it_starts_chats_without_the_portal(answers):
    for name in ("chat", "payload 2.0"):
        assert answers[name]["statusCode"] == 200, answers[name]
        assert set(json.loads(answers[name]["body"])["data"]["startChatResult"]) == {
            "ContactId",
            "ParticipantId",
            "ParticipantToken",
        }
        assert answers[name]["headers"]["Access-Control-Allow-Origin"] == SHOP


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("origin", 403, "OriginNotAllowed"),
        ("attribute", 400, "InvalidRequest"),
        ("flow", 404, "ResourceNotFoundException"),
    ],
)
def test_it_refuses_as_the_portal_does(answers, name, status, code):
    assert answers[name]["statusCode"] == status
    assert json.loads(answers[name]["body"])["data"]["Error"]["code"] == code


def test_it_answers_a_browser_that_asks_first(answers):
    assert answers["preflight"]["statusCode"] == 204
    assert answers["preflight"]["headers"]["Access-Control-Allow-Methods"] == "POST,OPTIONS"
