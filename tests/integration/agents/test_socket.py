"""The desk's socket, badly used: every mistake gets an answer or a goodbye that says why, and nobody else notices."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.emulating import EVENT, PATIENCE, Customer, customer, eventually
from tests.portal import PASSWORD, Answer, Desk, Session
from tests.troubled import Troubled, nothing_is_lost_or_doubled, resumed_is_fresh, rows

PARSE, INVALID, UNKNOWN, PARAMS, REFUSED = -32700, -32600, -32601, -32602, -32001
LEASE = 10


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Troubled]:
    patient = {"CCP_ASK_SECONDS": "0.5", "CCP_LEASE_SECONDS": str(LEASE)}
    with Troubled(tmp_path_factory.mktemp("house"), portal_environment=patient) as running:
        yield running


@pytest.fixture(scope="module")
def jonas(house: Troubled) -> Iterator[Desk]:
    """Somebody else, at work all the time."""
    with house.portal.desk("jonas") as desk:
        yield desk


@pytest.fixture
def mira(house: Troubled) -> Iterator[Desk]:
    with house.portal.desk("mira") as desk:
        yield desk


@contextmanager
def unharmed(*desks: Desk) -> Iterator[None]:
    """These sockets hold the same before and after, and answer."""
    before = [rows(desk) for desk in desks]
    yield
    for desk, held in zip(desks, before, strict=True):
        assert set(desk.call("ping")) == {"serverTime"}
        assert (rows(desk), desk.bye) == (held, None)


def error_of(desk: Desk, frame: str | bytes, number: int | None = None) -> dict[str, Any]:
    """The error that this frame is answered with."""
    desk._answers.pop(number, None)  # type: ignore[arg-type]
    desk.send(frame)
    with desk._lock:
        assert desk._lock.wait_for(lambda: number in desk._answers, PATIENCE), f"no answer; bye: {desk.bye}"
        error: dict[str, Any] = desk._answers.pop(number)["error"]  # type: ignore[arg-type]
    return error


def request(method: object, params: object = None, **members: object) -> str:
    frame = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params if params is not None else {}, **members}
    return json.dumps(frame)


# ---- frames that are none ----------------------------------------------------------------------------------------------

BAD: dict[str, tuple[str | bytes, int | None, int, str]] = {
    "not JSON": ("hello", None, PARSE, "That is not JSON."),
    "empty": ("", None, PARSE, "That is not JSON."),
    "binary": (b'{"jsonrpc":"2.0"}', None, PARSE, "Frames are JSON text, not binary."),
    "an array": ("[]", None, INVALID, "A request is one JSON object; batches are not accepted."),
    "a batch": (f"[{request('ping')}]", None, INVALID, "A request is one JSON object; batches are not accepted."),
    "no version": ('{"id":7,"method":"ping"}', None, INVALID, 'A request has "jsonrpc": "2.0" and a "method".'),
    "no method": ('{"jsonrpc":"2.0","id":7}', None, INVALID, 'A request has "jsonrpc": "2.0" and a "method".'),
    "an id that is none": (request("ping", id=1.5), None, INVALID, "An id is text or a whole number."),
}


@pytest.mark.parametrize(("frame", "number", "code", "message"), BAD.values(), ids=BAD)
def test_a_frame_that_is_no_request_gets_an_error_and_the_socket_stays(  # noqa: PLR0917 -- a row of a table
    mira: Desk, jonas: Desk, frame: str | bytes, number: int | None, code: int, message: str
) -> None:
    with unharmed(mira, jonas):
        assert error_of(mira, frame, number) == {"code": code, "message": message}


def test_an_unknown_method_is_told_the_known_ones(mira: Desk, jonas: Desk) -> None:
    with unharmed(mira, jonas):
        error = error_of(mira, request("acceptCall"), 7)
        assert error["code"] == UNKNOWN
        assert error["message"].startswith("There is no method 'acceptCall'; there are connect, ping, ")


WRONG = {
    "unknown field": ("acceptContact", {"contactId": "c", "force": True}, "force: Extra inputs are not permitted"),
    "missing field": ("acceptContact", {}, "contactId: Field required"),
    "wrong type": ("acceptContact", {"contactId": 5}, "contactId: Input should be a valid string"),
    "params of a list": ("ping", [1], "params: Input should be a valid dictionary or instance of NoParams"),
    "unknown content type": (
        "sendMessage",
        {"contactId": "c", "message": "m", "contentType": "application/json", "clientToken": "t"},
        "contentType: Input should be 'text/plain' or 'text/markdown'",
    ),
}


@pytest.mark.parametrize(("method", "params", "message"), WRONG.values(), ids=WRONG)
def test_wrong_parameters_are_named(mira: Desk, jonas: Desk, method: str, params: object, message: str) -> None:
    with unharmed(mira, jonas):
        error = error_of(mira, request(method, params), 7)
        assert error == {"code": PARAMS, "message": message, "data": {"reason": "params"}}


def test_nothing_is_answered_before_connect(house: Troubled, mira: Desk, jonas: Desk) -> None:
    with unharmed(mira, jonas):
        stranger = Desk(house.portal, mira.session).open()
        error = error_of(stranger, request("setAgentState", {"state": "Available"}), 7)
        assert error == {"code": INVALID, "message": "Call `connect` first."}
        stranger.close()


def test_a_notification_is_not_answered_not_even_when_it_is_wrong(mira: Desk) -> None:
    mira.send(json.dumps({"jsonrpc": "2.0", "method": "acceptContact", "params": {"contactId": "nobody"}}))
    mira.call("ping")
    assert mira._answers == {}


# ---- contacts that are not one's own -----------------------------------------------------------------------------------


def verbs(contact_id: str) -> dict[str, dict[str, Any]]:
    read = {"contentType": EVENT + "message.read", "content": '{"messageId":"m"}'}
    return {
        name: {"contactId": contact_id, **given}
        for name, given in {
            "acceptContact": {},
            "rejectContact": {},
            "destroyConnection": {},
            "clearContact": {},
            "viewContact": {},
            "offerSeen": {"visible": True},
            "sendMessage": {"message": "hello", "clientToken": "t"},
            "sendEvent": read,
            "retryMessage": {"clientToken": "t"},
            "discardMessage": {"clientToken": "t"},
            "getTranscript": {},
        }.items()
    }


def refusals(desk: Desk, contact_id: str) -> dict[str, tuple[int, str]]:
    found = {}
    typing = ("sendEvent", {"contactId": contact_id, "contentType": EVENT + "typing"})
    for method, params in [*verbs(contact_id).items(), typing]:
        with pytest.raises(Answer) as refused:
            desk.call(method, **params)
        found[f"{method} {params.get('contentType', '')}"] = (refused.value.code, refused.value.reason)
    return found


def test_an_unknown_contact_is_refused_by_every_verb(mira: Desk, jonas: Desk) -> None:
    with unharmed(mira, jonas):
        assert set(refusals(mira, "nobody").values()) == {(REFUSED, "contactNotFound")}


def test_another_agents_contact_is_refused_as_if_it_did_not_exist(house: Troubled, jonas: Desk) -> None:
    with house.at_desk() as mira, house.talk(mira) as ada, unharmed(mira, jonas):
        assert refusals(jonas, ada.contact_id) == refusals(jonas, "nobody")
        mira.call("ping")
        assert "typing" not in [name for name, role in ada.events() if role == "CUSTOM_BOT"]


# ---- content -------------------------------------------------------------------------------------------------------------

CONTENT = {
    "empty": ("", "empty"),
    "blank": (" \n ", "empty"),
    "16,385 bytes": ("x" * 16_385, "tooLong"),
    "8,193 letters of two bytes": ("ä" * 8_193, "tooLong"),
}


@pytest.fixture(scope="module")
def served(house: Troubled) -> Iterator[tuple[Desk, Customer]]:
    with house.at_desk() as desk, house.talk(desk) as ada:
        yield desk, ada


@pytest.mark.parametrize(("text", "reason"), CONTENT.values(), ids=CONTENT)
def test_content_that_connect_would_refuse_is_refused_and_nothing_is_kept(
    house: Troubled, served: tuple[Desk, Customer], jonas: Desk, text: str, reason: str
) -> None:
    desk, ada = served
    asked = len(house.line.of("SendMessage"))
    with unharmed(desk, jonas):
        with pytest.raises(Answer) as refused:
            desk.say(ada.contact_id, text)
        assert (refused.value.code, refused.value.reason) == (REFUSED, reason)
        assert len(house.line.of("SendMessage")) == asked


def test_the_largest_message_is_sent(served: tuple[Desk, Customer]) -> None:
    desk, ada = served
    desk.say(ada.contact_id, "ä" * 8_192)
    ada.wait_for_text("ä" * 8_192)


def test_the_same_token_twice_is_one_message_and_with_other_words_a_refusal(served: tuple[Desk, Customer]) -> None:
    desk, ada = served
    for _ in range(2):
        desk.say(ada.contact_id, "once", token="the-token")
    with pytest.raises(Answer) as refused:
        desk.say(ada.contact_id, "twice", token="the-token")
    assert refused.value.reason == "clientTokenReused"
    desk.say(ada.contact_id, "afterwards")
    ada.wait_for_text("afterwards")
    assert [ada.texts().count(text) for text in ("once", "twice")] == [1, 0]


def test_an_event_that_connect_does_not_accept_is_refused_with_those_it_does(served: tuple[Desk, Customer]) -> None:
    desk, ada = served
    with pytest.raises(Answer) as refused:
        desk.call("sendEvent", contactId=ada.contact_id, contentType=EVENT + "transfer.succeeded")
    assert refused.value.reason == "eventNotAccepted"
    assert refused.value.message.endswith("typing, message.delivered, message.read.")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"startPosition": {"absoluteTime": "2026-13-45T00:00:00Z"}}, "startPosition"),
        ({"nextToken": "made up"}, "nextToken"),
        ({"nextToken": "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgIngiXQ=="}, "nextToken"),
    ],
)
def test_a_place_in_the_transcript_that_is_none_is_refused(
    served: tuple[Desk, Customer], given: dict[str, Any], reason: str
) -> None:
    desk, ada = served
    with pytest.raises(Answer) as refused:
        desk.call("getTranscript", contactId=ada.contact_id, **given)
    assert (refused.value.code, refused.value.reason) == (REFUSED, reason)


# ---- too much --------------------------------------------------------------------------------------------------------------


def closed(desk: Desk, timeout: float = 10) -> tuple[int | None, dict[str, Any] | None]:
    with desk._lock:
        assert desk._lock.wait_for(lambda: desk.close_code is not None, timeout), "the socket is still open"
    return desk.close_code, desk.bye


def test_a_frame_above_64_kilobytes_is_a_goodbye_with_4009(mira: Desk, jonas: Desk) -> None:
    with unharmed(jonas):
        mira.send("x" * 65_537)
        reason = "A frame may have 65,536 bytes; this one has 65,537."
        assert closed(mira) == (4009, {"code": 4009, "reason": reason, "retryAfter": 1.0})
    mira.connect()


def test_a_frame_of_64_kilobytes_is_read(mira: Desk) -> None:
    assert error_of(mira, "x" * 65_536)["code"] == PARSE


def test_a_frame_beyond_all_measure_is_cut_off(mira: Desk, jonas: Desk) -> None:
    with unharmed(jonas):
        mira.send("x" * 1_000_000)
        assert closed(mira)[0] in {1006, 1009, 4009}
    mira.connect()


def test_a_flood_is_a_goodbye_with_4029(mira: Desk, jonas: Desk) -> None:
    with unharmed(jonas):
        try:
            for _ in range(3000):
                mira.send(request("ping"))
        except ConnectionClosed:
            pass
        code, bye = closed(mira)
        assert (code, bye and bye["code"], bye and bye["retryAfter"]) == (4029, 4029, 5.0)
    mira.connect()


# ---- who may come in -------------------------------------------------------------------------------------------------------


def knock(house: Troubled, session: str, origin: str | None, path: str = "/ws/desk/") -> tuple[int | None, int | None]:
    """The code of the goodbye, and of the close."""
    headers = {"Cookie": f"sessionid={session}"} if session else {}
    url = house.portal.url.replace("http", "ws") + path
    with connect(url, origin=origin, additional_headers=headers) as socket:  # type: ignore[arg-type]
        try:
            bye = json.loads(socket.recv(timeout=5))
            socket.recv(timeout=5)
        except ConnectionClosed:
            pass
        except TimeoutError:
            return None, None
    return bye["params"]["code"], socket.close_code


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://evil.127.0.0.1:{port}",
        "http://localhost.example.com:{port}",
        "http://127.0.0.1",
        "http://127.0.0.1:{port}/",
        "null",
        None,
    ],
)
def test_a_page_of_another_origin_is_shown_out_with_4430(house: Troubled, jonas: Desk, origin: str | None) -> None:
    with unharmed(jonas):
        wrong = origin and origin.replace("{port}", str(house.portal.port))
        assert knock(house, jonas.session.cookie("sessionid"), wrong) == (4430, 4430)


@pytest.mark.parametrize("session", ["", "made-up", "x" * 32])
@pytest.mark.parametrize("path", ["/ws/desk/", "/ws/floor/"])
def test_without_a_live_session_it_is_4401(house: Troubled, session: str, path: str) -> None:
    assert knock(house, session, house.portal.url, path) == (4401, 4401)


def test_an_expired_session_is_4401(house: Troubled, jonas: Desk) -> None:
    session = house.portal.log_in("mira").cookie("sessionid")
    with unharmed(jonas):
        house.portal.shell(
            "from django.contrib.sessions.models import Session;"
            f"Session.objects.filter(pk='{session}').update(expire_date='2020-01-01T00:00:00Z')"
        )
        assert knock(house, session, house.portal.url) == (4401, 4401)


def test_whoever_has_no_desk_is_shown_out_with_4403(house: Troubled, jonas: Desk) -> None:
    with unharmed(jonas):
        session = house.portal.log_in("ida").cookie("sessionid")
        assert knock(house, session, house.portal.url) == (4403, 4403)


def test_signing_out_closes_the_sockets_of_that_session_and_no_other(house: Troubled, jonas: Desk) -> None:
    session = house.portal.log_in("mira")
    with (
        Desk(house.portal, session) as first,
        Desk(house.portal, session) as second,
        house.portal.desk("mira") as elsewhere,
        unharmed(jonas, elsewhere),
    ):
        _sign_out(session)
        assert [closed(desk, 5)[0] for desk in (first, second)] == [4401, 4401]


def _sign_out(session: Session) -> None:
    token = session.cookie("csrftoken")
    session.post("/logout/", {"csrfmiddlewaretoken": token})


@contextmanager
def changed(house: Troubled, do: str, undo: str) -> Iterator[None]:
    models = "from django.contrib.auth.models import User, Group; from chats.models import Queue;"
    house.portal.shell(models + do)
    try:
        yield
    finally:
        house.portal.shell(models + undo)


def test_who_is_deactivated_is_shown_out(house: Troubled, served: tuple[Desk, Customer], jonas: Desk) -> None:
    desk, ada = served
    change = "User.objects.filter(username='mira').update(is_active={})"
    with unharmed(jonas), changed(house, change.format(False), change.format(True)):
        assert closed(desk, 5)[0] == 4401
        assert knock(house, desk.session.cookie("sessionid"), house.portal.url)[0] == 4401
    ada.say("are you back?")
    desk.connect()
    desk.hears("are you back?")


@pytest.mark.parametrize(
    "change",
    [
        "Queue.objects.get().readers.{}(Group.objects.get(name='Supervisors'))",
        "User.objects.get(username='ida').groups.{}(Group.objects.get(name='Supervisors'))",
    ],
    ids=["the queue loses the group", "the group loses the supervisor"],
)
def test_who_may_no_longer_see_a_conversation_is_told_that_its_stream_is_closed(
    house: Troubled, served: tuple[Desk, Customer], change: str
) -> None:
    desk, ada = served
    with Desk(house.portal, house.portal.log_in("ida"), "/ws/floor/") as floor:
        floor.call("watchContact", contactId=ada.contact_id)
        floor.until(lambda held: held.contacts, "ida watches")
        stream = next(iter(floor.held.cursors))
        with changed(house, change.format("remove"), change.format("add")):
            floor.until(lambda held: not held.contacts, "ida sees it no more", 8)
            assert {"stream": stream} in [f["params"] for f in floor.frames if f["method"] == "closedStream"]
            with pytest.raises(Answer) as refused:
                floor.call("watchContact", contactId=ada.contact_id)
            assert refused.value.reason == "contactNotFound"
            ada.say("not for everybody")
            desk.hears("not for everybody")
            assert "not for everybody" not in floor.held.said()
            assert desk.bye is None
            newest = desk.held.cursors[stream]
        floor.call("watchContact", contactId=ada.contact_id)
        floor.until(lambda held: held.cursors.get(stream, 0) >= newest, "ida watches again")


# ---- a line that breaks ----------------------------------------------------------------------------------------------------


def test_cut_at_every_step_a_resumed_desk_holds_what_a_fresh_one_holds(house: Troubled) -> None:
    with house.at_desk() as mira, Desk(house.portal, mira.session) as tab, house.talk(mira) as ada:
        contact_id = ada.contact_id
        steps: list[Callable[[], object]] = [
            lambda: ada.say("one"),
            lambda: mira.say(contact_id, "two"),
            lambda: mira.call("viewContact", contactId=""),
            lambda: ada.event("typing"),
            lambda: [ada.say(f"many {n}") for n in range(30)],
            lambda: mira.call("setAgentState", state="Break", enqueueNextState=True),
            lambda: _read_all(mira, contact_id),
            lambda: mira.call("viewContact", contactId=contact_id),
            lambda: mira.call("destroyConnection", contactId=contact_id),
            lambda: mira.call("clearContact", contactId=contact_id),
            lambda: ada.say("I am back"),
        ]
        for step in steps:
            tab.cut()
            step()
            tab.connect()
            resumed_is_fresh(tab)
            eventually(lambda: rows(tab) == rows(mira), 10, "who was never cut holds the same")
        for numbers in tab.held.seqs.values():
            assert numbers == sorted(set(numbers))


def _read_all(desk: Desk, contact_id: str) -> None:
    desk.hears("many 29")
    newest = max(desk.held.transcript(contact_id), key=lambda item: item["Number"])
    content = json.dumps({"messageId": newest["Id"]})
    desk.call("sendEvent", contactId=contact_id, contentType=EVENT + "message.read", content=content)


def test_a_tab_that_was_away_for_very_long_gets_a_snapshot_and_holds_the_same(house: Troubled) -> None:
    with house.at_desk() as mira, Desk(house.portal, mira.session) as tab, house.talk(mira) as ada:
        tab.cut()
        stale = dict(tab.held.cursors)
        tab.held.cursors = dict.fromkeys(stale, 10**9)  # of a database that was restored from a backup
        ada.say("hello?")
        mira.hears("hello?")
        tab.connect()
        resumed_is_fresh(tab)


def test_two_tabs_agree_on_view_reading_and_state(house: Troubled) -> None:
    with house.at_desk() as mira, Desk(house.portal, mira.session) as tab, house.talk(mira) as ada:
        tab.until(lambda held: held.viewing == ada.contact_id, "accepted contacts come into view")
        tab.call("viewContact", contactId="")
        mira.until(lambda held: held.viewing == "", "no contact in view")
        ada.say("many 29")
        _read_all(tab, ada.contact_id)
        number = max(i["Number"] for i in tab.held.transcript())
        mira.until(lambda held: held.agent_contacts[ada.contact_id]["readNumber"] == number, "read")
        tab.call("setAgentState", state="Break", enqueueNextState=True)
        mira.until(lambda held: (held.agent["nextState"] or {}).get("name") == "Break", "next state")
        tab.say(ada.contact_id, "from the other tab")
        mira.hears("from the other tab")
        nothing_is_lost_or_doubled(mira, ada)
        nothing_is_lost_or_doubled(tab, ada)
        eventually(lambda: rows(tab) == rows(mira), 10, "both tabs hold the same")


def test_a_desk_is_told_how_many_wait_in_its_queues(house: Troubled, mira: Desk) -> None:
    def told() -> list[int]:
        return [frame["params"]["waiting"] for frame in mira.frames if frame["method"] == "queues"]

    for _ in range(2):  # twice is once
        mira.call("watchQueues")
    eventually(lambda: told() == [0], 10, "nobody waits, told at once")
    with customer(house.emulator, "Ada", "hello") as ada:
        eventually(lambda: told() == [0, 1], 20, "Ada waits for whoever comes")
        ada.leave()
        eventually(lambda: told() == [0, 1, 0], 20, "she has gone")


# ---- presence ---------------------------------------------------------------------------------------------------------------


NOOR = """
from django.contrib.auth.models import User
from agents.models import Agent
jonas = Agent.objects.get(user__username="jonas")
noor = User.objects.create_user("noor", password=PASSWORD)
Agent.objects.create(user=noor, routing_profile=jonas.routing_profile, state=jonas.state)
"""


def test_a_tab_that_does_not_answer_is_closed_and_its_agent_goes_offline(house: Troubled, jonas: Desk) -> None:
    house.portal.shell(f"PASSWORD = {PASSWORD!r}\n{NOOR}")
    with house.at_desk("noor") as noor:
        noor.silent = True
        began = time.monotonic()
        code, bye = closed(noor, LEASE + 10)
        assert time.monotonic() - began > LEASE - 2
        assert (code, bye and bye["reason"], bye and bye["retryAfter"]) == (4008, f"No answer for {LEASE} s.", 0.5)
        state = "from agents.models import Agent; print(Agent.objects.get(user__username='noor').state.name)"
        eventually(lambda: house.portal.shell(state) == "Offline", 40, "noor is offline")
        noor.silent = False
        jonas.call("ping")
