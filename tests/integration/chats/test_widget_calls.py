"""What the widget asks of the portal beside its chat, and its scripts: who is answered, what works once, how large they are."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
from datetime import timedelta

import brotli
import pytest
from django.db import connection
from django.utils import timezone

from ccp_portal.asgi import application
from chats.models import Conversation, CustomerLink, CustomerRating, Queue
from chats.start_chat import bundle, limits, widget, widget_calls
from chats.start_chat.widget_calls import chat_key
from tests.integration.chats.test_livechat import SHOP, ask, error_of

pytestmark = pytest.mark.django_db(transaction=True)

SEAT = {"ContactId": "c-1", "ParticipantId": "p-1", "ParticipantToken": "a token", "name": "Ada", "files": True}


@pytest.fixture(autouse=True)
def _website(settings):
    settings.CCP_START_CHAT_ORIGINS = [SHOP]
    limits._used_up.clear()
    yield
    limits._used_up.clear()


def call(verb, **given):
    status, _, told = asyncio.run(ask(given, path=f"/livechat/{verb}"))
    return status, told


def link():
    return call("link", key=chat_key("c-1"), seat=SEAT)[1]["code"]


def test_a_link_gives_the_seat_once_and_says_so_to_both():
    code = link()
    with connection.cursor() as cursor:
        cursor.execute("SELECT seat FROM chats_customerlink")
        assert "a token" not in cursor.fetchone()[0]
    status, told = call("take", code=code)
    assert (status, told["seat"]) == (200, SEAT)
    status, told = call("take", code=code)
    assert (status, error_of(told)[0]) == (410, "LinkUsed")
    assert call("about", key=chat_key("c-1"))[1]["link"]["used"] is True
    assert call("about", key=chat_key("c-1"))[1]["link"]["refused"] >= 1
    assert CustomerLink.objects.get().seat == ""


def test_a_link_that_is_old_replaced_or_made_up_opens_nothing(monkeypatch):
    first, second = link(), link()
    for code in (first, "made up", None, 7):
        status, told = call("take", code=code)
        assert (status, error_of(told)[0]) == (404, "LinkUnknown")
    CustomerLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert call("take", code=second)[0] == 404


@pytest.mark.parametrize("verb", ["link", "rating", "about"])
def test_a_key_that_is_not_ours_is_refused(verb):
    status, told = call(verb, key="made:up", seat=SEAT, stars=5)
    assert (status, error_of(told)[0]) == (403, "UnknownKey")


def test_a_seat_must_be_that_of_the_key_and_whole():
    for seat in (None, {}, {**SEAT, "ContactId": "c-2"}, {**SEAT, "ParticipantToken": "x" * 5_000}):
        assert call("link", key=chat_key("c-1"), seat=seat)[0] == 400


def test_a_rating_is_kept_and_the_last_one_counts():
    Conversation.objects.create(initial_contact_id="c-1", customer_name="Ada")
    for stars in (2, 5):
        assert call("rating", key=chat_key("c-1"), stars=stars, comment="Good\0") == (200, {})
    assert list(CustomerRating.objects.values_list("stars", "comment")) == [(5, "Good")]
    for wrong in ({"stars": 6}, {"stars": True}, {"stars": "5"}, {"stars": 5, "comment": "x" * 1_001}):
        assert call("rating", key=chat_key("c-1"), **wrong)[0] == 400
    assert call("rating", key=chat_key("c-2"), stars=5)[0] == 404


def test_a_closed_queue_says_its_words_in_the_customers_language():
    queue = Queue.objects.create(name="Basic", is_default=True, public_name="Fenmark", closed_text="Back at nine.")
    assert call("about")[1] == {"open": True, "text": "", "place": 0, "link": None}
    Queue.objects.update(is_open=False)
    queue.texts.create(kind="closed", language="de", text="Ab neun wieder.")
    assert call("about", topic="unknown", language="de-AT")[1]["text"] == "Ab neun wieder."
    assert call("about", topic=7)[1] == {"open": False, "text": "Back at nine.", "place": 0, "link": None}


def test_a_flood_of_tries_is_told_to_wait(monkeypatch):
    monkeypatch.setattr(widget_calls, "CALLS_OF_AN_ADDRESS", 2)
    assert [call("take", code="x")[0] for _ in range(3)] == [404, 404, 429]
    monkeypatch.setattr(widget_calls, "MOST_AT_ONCE", 0)
    assert call("about")[0] == 503


def test_other_websites_are_refused():
    status, about, _ = asyncio.run(ask({}, path="/livechat/about", origin="https://evil.example"))
    assert (status, "access-control-allow-origin" in about) == (403, False)


# ---- the scripts -----------------------------------------------------------------------------------------------------


def get(path, query=b"", method="GET", **headers):
    sent = []
    named = [
        (name.replace("_", "-").encode(), value.encode())
        for name, value in {"host": "portal.example", **headers}.items()
    ]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": named,
        "client": ("192.0.2.1", 1),
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(event):
        sent.append(event)

    asyncio.run(application(scope, receive, send))
    about = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], about, b"".join(event.get("body", b"") for event in sent[1:])


def test_the_scripts_come_by_the_best_coding_a_browser_takes_and_are_not_sent_twice():
    status, about, body = get("/widget.js", accept_encoding="gzip, deflate, br")
    assert (status, about["content-encoding"], about["cross-origin-resource-policy"]) == (200, "br", "cross-origin")
    plain = get("/widget.js")[2]
    assert brotli.decompress(body) == plain == widget.first().plain
    _, about, body = get("/widget.js", accept_encoding="br;q=0, gzip;q=0.5")
    assert (about["content-encoding"], gzip.decompress(body)) == ("gzip", plain)
    assert get("/widget.js", if_none_match=about["etag"])[0] == 304
    assert (get("/widget.js", method="HEAD")[2], get("/widget.js", method="POST")[0]) == (b"", 405)


@pytest.mark.skipif(bundle.minify is None, reason="no tdewolff-minify on this machine (docs/widget.md)")
@pytest.mark.parametrize("language", ["en", *bundle.languages()])
def test_button_and_window_are_below_30_kb_in_every_language(language):
    of = f"lang={language}".encode()
    first, second, third = (len(get(path, of, accept_encoding="br")[2]) for path in widget.PATHS)
    assert first < 10_000
    assert first + second < 30_000
    assert third < 10_000
    assert all(len(get(path, of, accept_encoding="gzip")[2]) < 30_000 for path in widget.PATHS)


def test_the_window_comes_in_one_language_and_holds_no_comment_of_ours():
    german, english = get("/widget-chat.js", b"lang=de")[2].decode(), get("/widget-chat.js", b"lang=xx")[2].decode()
    assert ("Wie können wir helfen?" in german, "How can we help?" in german) == (True, False)
    assert ("Wie können wir helfen?" in english, "How can we help?" in english) == (False, True)
    assert "Link kopieren" in get("/widget-more.js", b"lang=de")[2].decode()
    assert "@param" not in german


def test_without_the_two_libraries_the_scripts_come_larger_and_whole(monkeypatch):
    monkeypatch.setattr(bundle, "minify", None)
    monkeypatch.setattr(widget, "brotli", None)
    widget._made.cache_clear()
    try:
        for path in widget.PATHS:
            _, about, body = get(path, accept_encoding="gzip, br")
            assert about["content-encoding"] == "gzip"
            # as it is in frontend/, in one scope: what Node can read
            node = subprocess.run(
                ["node", "--check", "-"], input=gzip.decompress(body), capture_output=True, check=False
            )
            assert node.stderr.decode() == ""
    finally:
        widget._made.cache_clear()


def test_two_modules_of_a_script_that_declare_the_same_name_are_an_error(tmp_path):
    (tmp_path / "one.js").write_text("export const name = 1\n")
    (tmp_path / "two.js").write_text("const name = 2\nexport const other = () => name\n")
    (tmp_path / "main.js").write_text(
        'import { name } from "./one.js"\nimport { other } from "./two.js"\nexport const main = () => [name, other()]\n'
    )
    with pytest.raises(ValueError, match="both declare name"):
        bundle._statements(tmp_path / "main.js")


def test_the_script_names_the_participant_service_of_browsers(settings):
    settings.CCP_WIDGET_ENDPOINT = "https://connect.example"
    assert '"https://connect.example"' in widget.first().plain.decode()
    settings.CCP_WIDGET_ENDPOINT, settings.CCP_AWS_REGION = "", "eu-central-1"
    assert json.dumps("https://participant.connect.eu-central-1.amazonaws.com") in widget.first().plain.decode()
