"""The emulator over HTTP: what browsers need, what pages are served, and what a page's back end answers."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from connect_emulator import remote
from tests.emulating import EVENT, INBOUND_FLOW, INSTANCE, RunningEmulator, eventually


def ask(
    emulator: RunningEmulator, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request as a browser would send it; errors are answers, too."""
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    request = urllib.request.Request(emulator.url + path, data=data, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


CHATJS_HEADERS = "authorization,content-type,x-amz-bearer,x-amz-content-sha256,x-amz-date,x-amz-user-agent"


def test_the_preflight_of_chatjs_is_allowed_and_kept(emulator: RunningEmulator) -> None:
    asked = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": CHATJS_HEADERS,
    }
    status, headers, _ = ask(emulator, "OPTIONS", "/participant/message", headers=asked)
    assert status == 200
    assert headers["access-control-allow-origin"] == "*"
    assert headers["access-control-allow-methods"] == "GET,POST,PUT,OPTIONS"
    assert set(CHATJS_HEADERS.split(",")) <= set(headers["access-control-allow-headers"].split(","))
    assert headers["access-control-max-age"] == "7200"


def test_a_browser_may_read_the_kind_of_an_error(emulator: RunningEmulator) -> None:
    status, headers, body = ask(emulator, "POST", "/participant/message", {"Content": "x", "ContentType": "text/plain"})
    assert (status, headers["x-amzn-errortype"]) == (403, "AccessDeniedException")
    assert headers["access-control-expose-headers"] == "x-amzn-errortype,x-amzn-requestid"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["x-amzn-requestid"]
    assert json.loads(body) == {"Message": "the X-Amz-Bearer header carries no token"}


def test_a_body_of_two_megabytes_is_a_typed_400(emulator: RunningEmulator) -> None:
    signature = f"Credential=x/20270115/us-east-1/connect/aws4_request, SignedHeaders=host, Signature={64 * '0'}"
    headers = {"authorization": f"AWS4-HMAC-SHA256 {signature}", "content-type": "application/json"}
    status, answer, _ = ask(emulator, "PUT", "/contact/chat", b" " * 2**21, headers)
    assert (status, answer["x-amzn-errortype"]) == (400, "InvalidParameterException")


@pytest.mark.parametrize("path", ["/", "/contact/chat/", "//", "/%00", "/participant/%2e%2e/x", "/contact/%ff"])
def test_a_strange_path_is_a_typed_404(emulator: RunningEmulator, path: str) -> None:
    status, headers, _ = ask(emulator, "GET", path)
    assert (status, headers["x-amzn-errortype"]) == (404, "UnknownOperationException")


# ---- pages ---------------------------------------------------------------------------------------------------------


def test_the_customers_page_and_its_parts_are_served_strictly(emulator: RunningEmulator) -> None:
    status, headers, body = ask(emulator, "GET", "/_emulator/customer")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert headers["content-security-policy"] == (
        "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'self'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert body.lower().startswith(b"<!doctype html")
    status, headers, _ = ask(emulator, "GET", "/_emulator/static/main.js")
    assert (status, headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert ask(emulator, "GET", "/_emulator/static/customer.css")[1]["content-type"] == "text/css; charset=utf-8"
    assert ask(emulator, "GET", "/_emulator/static/icon.svg")[1]["content-type"] == "image/svg+xml"


@pytest.mark.parametrize(
    "path", ["../app.py", "..%2Fapp.py", "%2e%2e/app.py", ".hidden", "nothing.js", "", "/etc/passwd", "a/../main.js"]
)
def test_nothing_outside_the_folder_is_served(emulator: RunningEmulator, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", emulator.port, timeout=10)
    connection.request("GET", f"/_emulator/static/{path}")
    assert connection.getresponse().status == 404
    connection.close()


def test_the_overview_shows_contacts_and_no_markup_of_theirs(emulator: RunningEmulator) -> None:
    ask(emulator, "POST", "/_emulator/startChat", {"DisplayName": "<script>x</script>"})
    status, _, body = ask(emulator, "GET", "/_emulator/")
    assert status == 200
    assert b"&lt;script&gt;x&lt;/script&gt;" in body
    assert b"<script>" not in body


def test_pages_are_only_read(emulator: RunningEmulator) -> None:
    assert ask(emulator, "POST", "/_emulator/customer", {})[0] == 405
    status, headers, body = ask(emulator, "HEAD", "/_emulator/customer")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0


# ---- a page's back end ---------------------------------------------------------------------------------------------

LEX_WEB_UI = {
    "Attributes": {"connect_topicid": "42", "topic": "billing"},
    "ParticipantDetails": {"DisplayName": "Ada"},
    "ContactFlowId": INBOUND_FLOW,
    "InstanceId": INSTANCE,
}
CHAT_INTERFACE = {
    "InstanceId": INSTANCE,
    "ContactFlowId": INBOUND_FLOW,
    "ParticipantDetails": {"DisplayName": "Ada"},
    "Username": "ada",
    "Attributes": '{"topic": "billing", "connect_topicid": "42"}',
    "InitialMessage": {"ContentType": "text/plain", "Content": "Hello"},
    "SupportedMessagingContentTypes": ["text/plain", "text/markdown"],
    "ChatDurationInMinutes": 60,
}
OUR_PAGE = {
    "DisplayName": "Ada",
    "InitialMessage": "Hello",
    "Attributes": {"topic": "billing", "connect_topicid": "42"},
}


@pytest.mark.parametrize(
    ("body", "content_type", "features"),
    [
        (LEX_WEB_UI, "text/plain;charset=UTF-8", {}),
        (CHAT_INTERFACE, "application/json", {"MESSAGING_MARKDOWN": True}),
        (OUR_PAGE, "application/json", {}),
    ],
    ids=["Lex Web UI", "chat-interface", "our page"],
)
def test_every_page_starts_a_chat_with_its_own_body(
    emulator: RunningEmulator, body: dict[str, Any], content_type: str, features: dict[str, bool]
) -> None:
    status, headers, answer = ask(
        emulator, "POST", "/_emulator/startChat", body, {"content-type": content_type, "origin": "https://shop.example"}
    )
    assert (status, headers["access-control-allow-origin"]) == (200, "*")
    data = json.loads(answer)["data"]
    assert data["featurePermissions"] == features
    assert sorted(data["startChatResult"]) == ["ContactId", "ParticipantId", "ParticipantToken"]
    contact_id = data["startChatResult"]["ContactId"]
    connect = emulator.client("connect")
    attributes = connect.get_contact_attributes(InstanceId=INSTANCE, InitialContactId=contact_id)["Attributes"]
    assert attributes == {"topic": "billing", "connect_topicid": "42"}
    assert [p["displayName"] for p in emulator.contact(contact_id)["participants"]] == ["Ada"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not json", "InvalidRequestException"),
        (b"[]", "InvalidRequestException"),
        ({"Attributes": "not json"}, "InvalidRequestException"),
        ({"Attributes": {"a": 1}}, "InvalidParameterException"),
        ({"DisplayName": 7}, "InvalidParameterException"),
        ({"ContactFlowId": "nowhere"}, "ResourceNotFoundException"),
        ({"PersistentChat": {"RehydrationType": "FROM_SEGMENT", "SourceContactId": "c"}}, "ResourceNotFoundException"),
    ],
)
def test_a_chat_that_cannot_start_says_why(emulator: RunningEmulator, body: Any, code: str) -> None:
    status, _, answer = ask(emulator, "POST", "/_emulator/startChat", body)
    error = json.loads(answer)["data"]["Error"]
    assert (status, error["code"]) == (400, code)
    assert error["message"]


def test_a_page_that_got_no_answer_starts_the_same_chat_again(emulator: RunningEmulator) -> None:
    def started(**more: str) -> str:
        answer = json.loads(ask(emulator, "POST", "/_emulator/startChat", {**OUR_PAGE, **more})[2])
        return str(answer["data"]["startChatResult"]["ContactId"])

    assert started(ClientToken="once") == started(ClientToken="once")
    assert len({started(ClientToken="once"), started(ClientToken="twice"), started(), started()}) == 4


def test_a_start_by_get_is_refused_and_its_preflight_allowed(emulator: RunningEmulator) -> None:
    assert ask(emulator, "GET", "/_emulator/startChat")[0] == 405
    assert ask(emulator, "OPTIONS", "/_emulator/startChat")[0] == 200


# ---- the control API and the log -----------------------------------------------------------------------------------


def test_the_control_api_is_off_unless_asked_for(running: Any) -> None:
    emulator = running(control=False)
    status, _, body = ask(emulator, "POST", "/_emulator/control/clock", {"advanceSeconds": 1})
    assert (status, json.loads(body)) == (404, {"message": "the control API is off; --control turns it on"})


def test_a_page_of_another_site_cannot_use_the_control_api(own: RunningEmulator) -> None:
    status, headers, _ = ask(own, "OPTIONS", "/_emulator/control/clock", headers={"origin": "https://evil.example"})
    assert status == 404
    assert "access-control-allow-origin" not in headers
    simple = {"content-type": "text/plain", "origin": "https://evil.example"}
    assert ask(own, "POST", "/_emulator/control/clock", {"advanceSeconds": 1}, simple)[0] == 400
    assert own.control("clock")["offsetSeconds"] == 0


def test_the_control_api_is_asked_from_a_shell(own: RunningEmulator, capsys: pytest.CaptureFixture[str]) -> None:
    def shell(*argv: str) -> Any:
        code = remote.main(["--url", own.url, *argv])
        printed = capsys.readouterr()
        return (code, printed.err) if code else json.loads(printed.out)

    assert shell("clock", "advanceSeconds=900")["offsetSeconds"] == 900
    (fault,) = shell("faults", "operation=SendMessage", "status=500", "when=after")["faults"]
    assert (fault["operation"], fault["status"], fault["when"]) == ("SendMessage", 500, "after")
    assert shell("faults", "clear=true") == {"faults": []}
    assert shell("quotas", "rates=true", "openChats=1") == {"rates": True, "openChats": 1}
    assert shell("agents", "username=grace")["username"] == "grace"
    assert shell("counts")["API_CONTACTS"] == 0
    assert shell("clock", "advanceSeconds=-1") == (
        1,
        'connect-emulator: the clock takes {"advanceSeconds": n}, forward only\n',
    )
    assert shell("nothing")[1].startswith("connect-emulator: the control API has agent/accept,")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advanceSeconds": -1}),
        ("clock", {"advanceSeconds": True}),
        ("clock", {}),
        ("faults", {"operation": "SendMessage"}),
        ("faults", {"operation": 7, "status": 500}),
        ("faults", {"status": 200}),
        ("faults", {"status": 500, "when": "never"}),
        ("faults", {"status": 500, "times": 0}),
        ("faults", {"what": 1}),
        ("sns", {"paused": 1}),
        ("sns", {"copies": 0}),
        ("join", {"contactId": "nobody", "role": "AGENT"}),
        ("join", {"role": "CUSTOMER"}),
        ("leave", {"participantId": "nobody"}),
    ],
)
def test_what_the_control_api_cannot_do_it_says(emulator: RunningEmulator, path: str, body: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    status, _, answer = ask(emulator, "POST", f"/_emulator/control/{path}", body, headers)
    assert status == 400
    assert json.loads(answer)["message"]


def test_the_log_has_a_line_per_call_and_no_secret(own: RunningEmulator) -> None:
    started = json.loads(ask(own, "POST", "/_emulator/startChat", {"DisplayName": "Ada Lovelace"})[2])
    token = started["data"]["startChatResult"]["ParticipantToken"]
    participant = own.client("connectparticipant")
    answer = participant.create_participant_connection(
        ParticipantToken=token, Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"], ConnectParticipant=True
    )
    connection = answer["ConnectionCredentials"]["ConnectionToken"]
    participant.send_message(ConnectionToken=connection, ContentType="text/plain", Content="my secret words")
    participant.send_event(ConnectionToken=connection, ContentType=EVENT + "typing")
    log = eventually(lambda: own.log.read_text() if "SendEvent" in own.log.read_text() else "")
    lines = [line.split(" ", 2)[2] for line in log.splitlines() if "connectparticipant." in line]
    assert [line.rsplit(" ", 2)[0] for line in lines] == [
        "connect_emulator.calls connectparticipant.CreateParticipantConnection 200",
        "connect_emulator.calls connectparticipant.SendMessage 200",
        "connect_emulator.calls connectparticipant.SendEvent 200",
    ]
    for secret in (token, connection, "my secret words", "Ada Lovelace", answer["Websocket"]["Url"].partition("=")[2]):
        assert secret not in log
