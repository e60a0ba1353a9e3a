"""POST /livechat, with the emulator as Amazon Connect: who gets a chat, who is told to wait, who is turned away."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.utils import timezone

from ccp_portal.asgi import application
from chats import connect
from chats.connect import client as boto3_clients
from chats.models import ChatAllowance, RefusedCall
from chats.start_chat import limits
from tests.emulating import INBOUND_FLOW, INSTANCE

pytestmark = pytest.mark.django_db(transaction=True)

SHOP = "https://shop.example"
CORS = {"access-control-allow-origin": SHOP, "access-control-allow-credentials": "true", "vary": "Origin"}


@pytest.fixture(autouse=True)
def _endpoint(settings, amazon_connect, monkeypatch):
    """Its client of Amazon Connect is answered by the emulator in this process."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.CCP_START_CHAT_ORIGINS = [SHOP]
    settings.CCP_START_CHAT_FLOWS = [INBOUND_FLOW]
    connect.close()
    amazon_connect.attach(boto3_clients._client("connect"))
    limits._used_up.clear()
    yield
    connect.close()
    limits._used_up.clear()


async def ask(body=None, *, method="POST", origin=SHOP, address="192.0.2.1", path="/livechat", **headers):
    """The status, the headers and the answer."""
    sent, raw = [], body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    named = {"host": "portal.example", "content-type": "text/plain;charset=UTF-8", **headers}
    named |= {"origin": origin} if origin else {}
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (address, 50_000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
    }

    async def receive():
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(event):
        sent.append(event)

    await application(scope, receive, send)
    told = b"".join(event.get("body", b"") for event in sent[1:])
    about = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], about, json.loads(told) if told else None


def error_of(told):
    return told["data"]["Error"]["code"], told["data"]["Error"]["message"]


async def test_a_page_gets_a_chat_and_may_read_the_answer(amazon_connect):
    given = {
        "InstanceId": INSTANCE,
        "ContactFlowId": INBOUND_FLOW,
        "ParticipantDetails": {"DisplayName": "Ada"},
        "Attributes": {"connect_topicid": "42", "topic": "billing"},
    }
    for path in ("/livechat", "/livechat/"):
        status, about, told = await ask(given, path=path)
        assert (status, about.items() & CORS.items()) == (200, CORS.items())
        assert told == {
            "data": {
                "startChatResult": {"ContactId": ANY, "ParticipantId": ANY, "ParticipantToken": ANY},
                "featurePermissions": {"MESSAGING_MARKDOWN": False},
                "chatKey": ANY,
            }
        }
    contact = {"InstanceId": INSTANCE, "InitialContactId": told["data"]["startChatResult"]["ContactId"]}
    assert amazon_connect.connect.get_contact_attributes(**contact)["Attributes"] == given["Attributes"]


async def test_the_same_client_token_is_the_same_chat():
    first, again = await ask({"ClientToken": "t-1"}), await ask({"ClientToken": "t-1"})
    assert first[2]["data"]["startChatResult"]["ContactId"] == again[2]["data"]["startChatResult"]["ContactId"]


async def test_a_browser_asks_first_and_is_told_exactly_for_its_origin():
    status, about, _ = await ask(method="OPTIONS")
    assert (status, about["access-control-allow-methods"], about.items() & CORS.items()) == (
        204,
        "POST,OPTIONS",
        CORS.items(),
    )
    status, about, _ = await ask(method="OPTIONS", origin="https://evil.example")
    assert "access-control-allow-origin" not in about


async def test_who_may_not_is_turned_away_with_a_reason(settings):
    status, about, told = await ask(origin="https://evil.example")
    assert (status, "access-control-allow-origin" in about) == (403, False)
    assert error_of(told) == ("OriginNotAllowed", "Pages of https://evil.example may not start chats here.")
    assert (await ask(method="GET"))[0] == 405
    status, about, told = await ask({"ContactFlowId": "another"})
    assert (status, error_of(told)[0], about["access-control-allow-origin"]) == (404, "UnknownFlow", SHOP)
    settings.CCP_START_CHAT_ORIGINS = []
    assert (await ask(origin=""))[0] == 404


async def test_a_megabyte_is_refused_where_the_page_can_read_why():
    status, about, told = await ask(b"x" * 1_048_576, content_length="1048576")
    assert (status, about["access-control-allow-origin"]) == (413, SHOP)
    assert error_of(told) == ("TooLarge", "The body is larger than 65536 bytes.")
    assert (await ask(b"x" * 1_048_576))[0] == 413
    status, _, told = await ask({"Attributes": {"topic": "x" * 40_000}})
    assert (status, error_of(told)[0]) == (400, "InvalidRequest")


async def test_of_many_at_once_from_one_address_as_many_get_a_chat_as_may(settings):
    settings.CCP_START_CHAT_PER_ADDRESS = 3
    answers = await asyncio.gather(*(ask() for _ in range(8)))
    assert sorted(status for status, _, _ in answers) == [200] * 3 + [429] * 5
    _, about, told = next(one for one in answers if one[0] == 429)
    assert error_of(told) == (
        "TooManyChats",
        "Too many chats were started from your address. Please try again in 4 minutes.",
    )
    assert about["retry-after"] == "200"
    assert (await ask(address="192.0.2.2"))[0] == 200


async def test_an_allowance_is_shared_by_processes_and_comes_back(settings):
    settings.CCP_START_CHAT_PER_ORIGIN = 2
    assert [(await ask(address=f"192.0.2.{n}"))[0] for n in (1, 2, 3)] == [200, 200, 429]
    limits._used_up.clear()  # another process
    assert (await ask(address="192.0.2.3"))[0] == 429
    half = timezone.now() - timedelta(minutes=5)
    await ChatAllowance.objects.filter(key=f"origin {SHOP}").aupdate(updated_at=half)
    limits._used_up.clear()
    assert [(await ask(address=f"192.0.2.{n}"))[0] for n in (3, 4)] == [200, 429]


async def test_a_refusal_costs_the_address_nothing_and_old_allowances_are_forgotten(settings):
    settings.CCP_START_CHAT_PER_ORIGIN = 0
    assert (await ask())[0] == 429
    assert await ChatAllowance.objects.acount() == 0
    long_ago = timezone.now() - timedelta(minutes=11)
    await ChatAllowance.objects.acreate(key="address 198.51.100.7", left=0, updated_at=long_ago)
    settings.CCP_START_CHAT_PER_ORIGIN = 5
    limits._used_up.clear()
    assert (await ask())[0] == 200
    keys = [key async for key in ChatAllowance.objects.order_by("key").values_list("key", flat=True)]
    assert keys == ["address 192.0.2.1", f"origin {SHOP}"]


async def test_addresses_are_those_that_the_proxy_has_added(settings):
    settings.CCP_START_CHAT_PER_ADDRESS, settings.CCP_BEHIND_PROXY = 1, True
    said = [await ask(address="10.0.0.1", x_forwarded_for=f"{n}, 192.0.2.{n}") for n in (1, 2, 1)]
    assert [status for status, _, _ in said] == [200, 200, 429]


@pytest.mark.parametrize(
    ("status", "expected", "code"), [(500, 503, "Unavailable"), (429, 429, "TooManyChats")], ids=["away", "throttled"]
)
async def test_what_ails_connect_is_a_text_for_the_customer(amazon_connect, status, expected, code):
    amazon_connect.fail("StartChatContact", status=status)
    answered, about, told = await ask()
    assert (answered, error_of(told)[0], about["retry-after"]) == (expected, code, "5")
    assert (await ask())[0] == 200


async def test_the_quota_of_open_chats_is_told_as_busy(amazon_connect):
    amazon_connect.emulator.world.most_open_chats = 1
    assert (await ask())[0] == 200
    status, _, told = await ask()
    assert (status, error_of(told)) == (
        429,
        ("TooManyChats", "All lines are busy at the moment. Please try again in a minute."),
    )


async def test_what_the_portals_role_lacks_is_told_to_the_administrator_only(amazon_connect):
    amazon_connect.fail("StartChatContact", status=403)
    status, _, told = await ask()
    assert (status, error_of(told)[0]) == (503, "Unavailable")
    assert await RefusedCall.objects.values_list("permission", flat=True).aget() == "connect:StartChatContact"
