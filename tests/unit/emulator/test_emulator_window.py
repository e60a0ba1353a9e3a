"""The pages for people: what they show, what they never show, and how a flow is drawn."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator import inspector
from connect_emulator.access import AccessKey
from connect_emulator.calls import Calls
from connect_emulator.cli import SAMPLE_FLOW, SAMPLES
from connect_emulator.flows import Flow, parse
from connect_emulator.flows.actions import CHECKS
from connect_emulator.inspector.drawing import Way, drawn
from connect_emulator.inspector.frame import span
from connect_emulator.inspector.layout import WIDTH, Block, Edge, Graph, laid_out
from connect_emulator.inspector.markup import Markup, el
from connect_emulator.restjson import Request, Response
from tests.amazon import Amazon
from tests.emulating import HANDOVER_FLOW, INBOUND_FLOW, TOPIC
from tests.flows import END, action, flow, say, wait

ENDPOINT = "http://127.0.0.1:9/hook?key=hush"
BRANCHING = flow(
    say("hello", "Hello <there>", "listen"),
    wait("listen", 600, "late", "CustomerReturned", CustomerReturned="again"),
    say("again", "Once more", "listen"),
    say("late", "Too late", "end"),
)


def ask(
    amazon: Amazon, path: str = "", query: str = "", *, calls: Calls | None = None, control: bool = False
) -> Response:
    request = Request("GET", inspector.ROOT + path, query, {}, b"")
    return inspector.respond(amazon.emulator, calls or Calls(), request, control=control)


def shown(amazon: Amazon, path: str = "", query: str = "", **given: Any) -> str:
    response = ask(amazon, path, query, **given)
    assert response.status == 200
    return response.body.decode()


def words(page: str) -> str:
    """What is read of a page."""
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    assert main
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main[0])).split())


def names(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'class="name"><bdi>([^<]*)</bdi>', page)]


# ---- Contacts ---------------------------------------------------------------------------------------------------------


def test_contacts_are_listed_the_youngest_first_and_say_where_they_stand(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(BRANCHING)
    amazon.customer("Ada")
    amazon.pass_time(5)
    amazon.start_chat("Grace")
    page = shown(amazon)
    assert names(page) == ["Grace", "Ada"]
    assert "waits at listen" in words(page)
    assert "not connected yet" in words(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=parcel", ["Ada"]),
        ("q=grace", ["Grace"]),
        ("q=100%25", ["Grace"]),
        ("q=%25", ["Grace"]),
        ("q=_", []),
        ("q=nothing+of+the+sort", []),
        ("state=open", ["Ada"]),
        ("state=ended", ["Grace"]),
        ("state=waiting", []),
        ("q=parcel&state=ended", []),
        ("state=strange", ["Grace", "Ada"]),
    ],
)
def test_contacts_are_found_by_words_and_state(amazon: Amazon, query: str, found: list[str]) -> None:
    _, ada = amazon.customer("Ada")
    amazon.say(ada, "Where is my parcel?")
    amazon.pass_time(5)
    _, grace = amazon.customer("Grace")
    amazon.say(grace, "I am 100% sure")
    amazon.participant.disconnect_participant(ConnectionToken=grace)
    assert names(shown(amazon, query=query)) == found


def test_a_contact_is_found_by_its_id_and_by_its_flow(amazon: Amazon) -> None:
    contact_id, _ = amazon.customer("Ada")
    assert names(shown(amazon, query=f"q={contact_id[:13]}")) == ["Ada"]
    assert names(shown(amazon, query="q=Sample+inbound")) == ["Ada"]


def test_more_than_a_hundred_contacts_are_counted_and_the_youngest_shown(amazon: Amazon) -> None:
    for n in range(101):
        amazon.start_chat(f"Nr {n}")
        amazon.clock.advance(1000)
    page = shown(amazon)
    assert names(page)[:2] == ["Nr 100", "Nr 99"]
    assert len(names(page)) == 100
    assert "The youngest 100 of 101." in words(page)


# ---- One contact ------------------------------------------------------------------------------------------------------


def test_a_contact_shows_its_words_its_way_its_timers_and_its_posts(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(BRANCHING, subscriptions=((TOPIC, ENDPOINT),))
    contact_id, customer = amazon.customer("Ada", Attributes={"order": "FM-48213"})
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=_subscription_token(amazon))
    amazon.stream(contact_id)
    amazon.say(customer, "Hi")
    amazon.background.settle()
    page = shown(amazon, f"contact/{contact_id}")
    read = words(page)
    for told in ("Ada", "order FM-48213", "Hello <there>", "Hi", "Once more", "It waits at listen", "The flow goes on"):
        assert told in read
    assert "Message text/plain http://127.0.0.1:9/hook delivered 200" in read
    assert taken(page) == {"hello": ["Next"], "listen": ["CustomerReturned"], "again": ["Next"]}
    assert re.findall(r'is-here" data-here.*?<b title="(\w+)"', page) == ["listen"]


def _subscription_token(amazon: Amazon) -> str:
    return str(amazon.world.store.value("SELECT token FROM subscription"))


def taken(page: str) -> dict[str, list[str]]:
    """Blocks that were come to, and the branches that were taken from them."""
    blocks = re.findall(r'<div class="block is-taken.*?<b title="(\w+)".*?</foreignObject>', page)
    parts = re.findall(r'<div class="block is-taken[^"]*".*?</foreignObject>', page)
    rows = [re.findall(r'<li class="is-taken"[^>]*>([^<]*)</li>', part) for part in parts]
    return dict(zip(blocks, rows, strict=True))


def test_a_contact_that_has_ended_waits_nowhere(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(BRANCHING)
    contact_id, customer = amazon.customer("Ada")
    amazon.participant.disconnect_participant(ConnectionToken=customer)
    page = shown(amazon, f"contact/{contact_id}")
    assert "customer disconnect" in words(page)
    assert "No timer runs for this chat." in words(page)
    assert "is-here" not in page
    assert taken(page)["hello"] == ["Next"]


def test_contacts_of_one_chat_lead_to_each_other(amazons: Callable[..., Amazon]) -> None:
    later = "22222222-2222-4222-8222-222222222222"
    hook = action(
        "hook", "UpdateContactEventHooks", {"EventHooks": {"CustomerRemaining": later}}, "quiet", NoMatchingError="end"
    )
    amazon = amazons(flow(hook, wait("quiet", 600, "end")), flows=[(later, flow(say("bye", "Bye", "end")))])
    contact_id, _ = amazon.customer("Ada")
    from connect_emulator import chat
    from connect_emulator.world import contacts, participants

    with amazon.world.store.change():
        agent = participants.add(amazon.world, contacts.get(amazon.world, contact_id), "AGENT", "Mira")
        chat.joins(amazon.world, contacts.get(amazon.world, contact_id), agent)
        chat.leaves(amazon.world, contacts.get(amazon.world, contact_id), agent)
    first, second = amazon.chain(contact_id)
    for each in (first, second):
        page = shown(amazon, f"contact/{each}")
        assert f"/_emulator/contact/{first}" in page
        assert f"/_emulator/contact/{second}" in page
    assert "1. api 2. disconnect" in words(page)


@pytest.mark.parametrize("path", ["contact/nobody", "contact/", "flow/none", "contact/%00", "flow/' OR 1=1"])
def test_what_is_not_there_is_a_404_that_says_so(amazon: Amazon, path: str) -> None:
    response = ask(amazon, path)
    assert (response.status, "nothing of this id" in response.body.decode()) == (404, True)


# ---- What is never shown ----------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


def test_somebodys_words_are_never_markup(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(flow(say("<b>hi", "<script>of the flow</script>", "q"), wait("q", 600, "end")))
    contact_id, customer = amazon.customer(HOSTILE, Attributes={"x": HOSTILE})
    amazon.say(customer, HOSTILE)
    pages = [
        shown(amazon),
        shown(amazon, f"contact/{contact_id}"),
        shown(amazon, "timers"),
        shown(amazon, query="q=<script>"),
    ]
    for page in pages:
        assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/_emulator/static/window.js">']
        assert "<img" not in page
        assert "<b>hi" not in page
    assert HOSTILE in words(pages[1])


def test_no_page_shows_a_token_or_a_secret(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(subscriptions=((TOPIC, ENDPOINT),), access_keys=(AccessKey("test", "a-secret-key", None),))
    pages = _everything(amazon)
    store = amazon.world.store
    secrets = [
        row[0]
        for sql in (
            "SELECT token FROM participant",
            "SELECT token FROM connection",
            "SELECT token FROM ticket",
            "SELECT token FROM subscription",
            "SELECT secret FROM access_key",
        )
        for row in store.all(sql)
    ]
    assert len(secrets) >= 5
    for page in pages:
        assert [secret for secret in [*secrets, "hush"] if secret in page] == []


def _everything(amazon: Amazon) -> list[str]:
    """All pages, of a world in which something of every kind has happened."""
    from connect_emulator.world import contacts, participants

    world, calls = amazon.world, Calls()
    with world.store.change():
        contact = contacts.begin(
            world,
            flow_id=INBOUND_FLOW,
            attributes={},
            segment_attributes={},
            supported=["text/plain"],
            initial_message=None,
        )
        customer = participants.add(world, contact, "CUSTOMER", "Ada")
        connection, _ = participants.new_connection(world, customer)
        participants.new_ticket(world, customer)
    for headers in (
        {"x-amz-bearer": connection},
        {"x-amz-bearer": customer.token},
        {"x-amz-bearer": "stale"},
        {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/connect/aws4_request, Signature=abc"},
    ):
        calls.note(
            world.clock.now(),
            "connect.StartChatContact",
            Request("PUT", "/", "", headers, b""),
            Response(200, {}, b""),
            1,
        )
    amazon.background.settle()
    paths = ["", "timers", "deliveries", "calls", "flows", f"contact/{contact.id}", f"flow/{INBOUND_FLOW}"]
    return [shown(amazon, path, calls=calls, control=True) for path in paths]


def test_with_access_keys_the_pages_are_open_with_control_only(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(access_keys=(AccessKey("test", "test", None),))
    closed = ask(amazon)
    assert (closed.status, words(closed.body.decode()).split()[0]) == (403, "Closed")
    assert words(shown(amazon, control=True)).startswith("Contacts 0 open")


def test_a_page_is_strict_and_kept_by_nobody(amazon: Amazon) -> None:
    headers = ask(amazon).headers
    assert headers["cache-control"] == "no-store"
    assert "default-src 'self'" in headers["content-security-policy"]
    assert not re.findall(r' style="| on\w+="', shown(amazon))


# ---- Calls, deliveries, timers, flows ------------------------------------------------------------------------------------


def test_the_log_of_calls_says_what_and_who(amazon: Amazon) -> None:
    contact_id, token = amazon.customer("Ada")
    calls, body = Calls(), Response(200, {}, b"")
    key = {
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/connect/aws4_request, Signature=abc"
    }
    refused = Response(403, {"x-amzn-errortype": "AccessDeniedException"}, b"")
    calls.note(0, "connect.StartChatContact", Request("PUT", "/", "", key, b""), body, 3.21)
    calls.note(1, "connectparticipant.SendMessage", Request("POST", "/", "", {"x-amz-bearer": token}, b""), body, 1)
    calls.note(2, "connectparticipant.SendEvent", Request("POST", "/", "", {"x-amz-bearer": "gone"}, b""), refused, 1)
    page = shown(amazon, "calls", calls=calls)
    assert "StartChatContact connect 200 3.2\N{NO-BREAK SPACE}ms key AKIATEST" in page_words(page)
    assert "SendMessage connectparticipant 200 1.0\N{NO-BREAK SPACE}ms Ada CUSTOMER" in page_words(page)
    assert (
        "SendEvent connectparticipant 403 AccessDeniedException 1.0\N{NO-BREAK SPACE}ms a token nobody has"
        in page_words(page)
    )
    assert f"/_emulator/contact/{contact_id}" in page
    assert "SendMessage" not in shown(amazon, "calls", "only=refused", calls=calls)


def page_words(page: str) -> str:
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page)))


def test_only_the_last_calls_are_kept(amazon: Amazon) -> None:
    calls = Calls()
    for n in range(600):
        calls.note(n, f"connect.Nr{n}", Request("GET", "/", "", {}, b""), Response(200, {}, b""), 1)
    assert [calls.latest()[0].name, len(calls.latest())] == ["connect.Nr599", 500]
    assert shown(amazon, "calls", calls=calls).count("<tr") == 201


def test_timers_are_listed_the_next_first(amazon: Amazon) -> None:
    amazon.start_chat("Never came")
    amazon.customer("Ada")
    read = words(shown(amazon, "timers"))
    assert re.findall(r"(must have connected|The flow goes on|duration is over)", read) == [
        "must have connected",
        "The flow goes on",
        *["duration is over"] * 2,
    ]
    assert "in 5 min" in read
    amazon.clock.advance(290_000)
    assert "in 10 s" in words(shown(amazon, "timers"))


def test_deliveries_show_subscriptions_and_what_became_of_posts(amazons: Callable[..., Amazon]) -> None:
    amazon = amazons(subscriptions=((TOPIC, ENDPOINT),))
    amazon.posts.status = 503
    amazon.background.settle()
    read = words(shown(amazon, "deliveries"))
    assert "ccp-portal http://127.0.0.1:9/hook not confirmed yet" in read
    assert "Asked to confirm" in read
    assert "503" in read
    assert "pending" in read


def test_flows_are_listed_and_drawn_without_a_way(amazon: Amazon) -> None:
    amazon.customer("Ada")
    assert "Sample inbound" in words(shown(amazon, "flows"))
    page = shown(amazon, f"flow/{INBOUND_FLOW}")
    assert "contact flow, 5 blocks" in words(page)
    assert "is-taken" not in page


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [
        (0, "0 s"),
        (999, "0 s"),
        (61_000, "1 min 1 s"),
        (3_600_000, "1 h"),
        (604_790_000, "6 d 23 h"),
        (86_400_000, "1 d"),
    ],
)
def test_lengths_of_time_are_said_as_people_say_them(milliseconds: int, said: str) -> None:
    assert span(milliseconds) == said


# ---- Drawing ----------------------------------------------------------------------------------------------------------

OWN_FLOWS = [HANDOVER_FLOW, SAMPLE_FLOW, *SAMPLES]


@pytest.mark.parametrize("path", OWN_FLOWS, ids=lambda path: path.stem)
def test_our_flows_are_drawn_whole(path: Path) -> None:
    read = parse(path.read_text(), CHECKS)
    require_readable(read)
    text = drawn(read, Way(), "The flow")
    assert sorted(html.unescape(name) for name in re.findall(r'<b title="([^"]*)"', text)) == sorted(read.actions)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Any flow: every block leads anywhere, in loops, to itself, to the end, or is led to by nobody."""
    ids = [f"b{n}" for n in range(draw(st.integers(1, 12)))]
    anywhere = st.sampled_from([*ids, "end"])
    actions = [
        action(
            each,
            "Compare",
            {"ComparisonValue": "$.Attributes.x"},
            NoMatchingCondition=draw(anywhere),
            **{f"is{n}": draw(anywhere) for n in range(draw(st.integers(1, 4)))},
        )
        for each in ids
    ]
    return parse(flow(*actions), CHECKS)


@given(flows())
def test_any_flow_is_drawn_readably(read: Flow) -> None:
    require_readable(read)


def require_readable(read: Flow) -> None:
    """Each block once, none over another; every line from its branch's port to its block, forward unless it leads back."""
    graph = laid_out(read)
    blocks = {block.id: block for block in graph.blocks}
    assert sorted(blocks) == sorted(read.actions)
    assert not [(a.id, b.id) for a in graph.blocks for b in graph.blocks if a.id < b.id and over(a, b)]
    for edge in graph.edges:
        assert edge.points[0][0] == blocks[edge.source].x + WIDTH
        assert edge.points[-1] == blocks[edge.branch.target].entry
        forward = blocks[edge.source].x < blocks[edge.branch.target].x
        assert forward or (edge.lane and comes_back(read, edge.branch.target, edge.source))
        assert not edge.lane or all(block.y + block.height < edge.points[1][1] for block in between(graph, edge))
        assert all(0 <= x <= graph.width and 0 <= y <= graph.height for x, y in edge.points)
    drawn_pairs = {(edge.source, edge.branch.target) for edge in graph.edges}
    assert drawn_pairs == {(a.id, to) for a in read.actions.values() for to in leads_to(read, a.id)}


def between(graph: Graph, edge: Edge) -> list[Block]:
    first, last = sorted((edge.points[0][0], edge.points[-1][0]))
    return [block for block in graph.blocks if first < block.x + WIDTH and block.x < last]


def over(a: Block, b: Block) -> bool:
    return a.x == b.x and a.y < b.y + b.height and b.y < a.y + a.height


def leads_to(read: Flow, block: str) -> set[str]:
    one = read.actions[block]
    return {to for to in [one.next, *(c.next for c in one.conditions), *one.errors.values()] if to}


def comes_back(read: Flow, start: str, end: str) -> bool:
    seen, ahead = set[str](), [start]
    while ahead:
        here = ahead.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            ahead += leads_to(read, here)
    return False


def test_the_largest_flow_is_drawn_in_time() -> None:
    blocks = [say(f"b{n}", "Hi", f"b{n + 1}", NoMatchingError="end") for n in range(248)]
    require_readable(
        parse(
            json.dumps(
                {"Version": "2019-10-30", "StartAction": "b0", "Actions": [*blocks, say("b248", "x", "end"), END]}
            ),
            CHECKS,
        )
    )


@given(st.text(), st.text())
def test_text_in_markup_is_the_text_again(content: str, value: str) -> None:
    made = el("p", content, title=value)
    assert isinstance(made, Markup)
    found = re.fullmatch(r'<p title="([^"<>]*)">([^<>]*)</p>', made, re.DOTALL)
    assert found
    assert (html.unescape(found[1]), html.unescape(found[2])) == (value, content)
