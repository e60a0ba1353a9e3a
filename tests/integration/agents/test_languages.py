"""The reader's language: what the browser asks for, or what was chosen; on pages, in scripts, and on the socket."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from agents.protocol.refusals import Refusal
from agents.sockets import connection

GERMAN = "de-AT,de;q=0.9,en;q=0.5"


def heading(client: Client, **headers: str) -> str:
    page = client.get("/login/", headers=headers).content.decode()
    return page.partition("<h1>")[2].partition("</h1>")[0]


@pytest.mark.django_db
def test_the_browser_is_asked_and_a_choice_stays() -> None:
    client = Client()
    assert heading(client) == "Sign in to the desk"
    assert heading(client, **{"accept-language": GERMAN}) == "Am Arbeitsplatz anmelden"
    answer = client.post("/language/", {"language": "de", "next": "/login/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/")
    assert heading(client) == "Am Arbeitsplatz anmelden"
    assert heading(client, **{"accept-language": "fr"}) == "Am Arbeitsplatz anmelden"


@pytest.mark.django_db
def test_every_language_is_offered_in_itself() -> None:
    page = Client().get("/login/", headers={"accept-language": GERMAN}).content.decode()
    offered = re.findall(r'<button [^>]*lang="(\w+)" aria-pressed="(\w+)">([^<]+)</button>', page)
    assert offered == [("en", "false", "English"), ("de", "true", "Deutsch")]


@pytest.mark.django_db
def test_scripts_find_their_sentences_at_an_address_of_each_language() -> None:
    client = Client()
    catalog = client.get("/jsi18n/?de", headers={"accept-language": "de"}).content.decode()
    assert '"Reconnecting": "Verbindet neu"' in catalog
    assert '"Reconnecting"' not in client.get("/jsi18n/?en", headers={"accept-language": "en"}).content.decode()


def spoken(**headers: str) -> str:
    scope = {"headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    with translation.override(connection.language(scope)):
        return REFUSAL.told()


REFUSAL = Refusal("agentAbsent", "%(name)s is not there.", name="Ivy 100 %")


def test_a_refusal_is_told_in_the_language_of_the_page() -> None:
    assert spoken() == "Ivy 100 % is not there."
    assert spoken(**{"accept-language": GERMAN}) == "Ivy 100 % ist nicht da."
    assert spoken(**{"accept-language": GERMAN, "cookie": "django_language=en"}) == "Ivy 100 % is not there."
    assert REFUSAL.message == "Ivy 100 % is not there."  # in the log, whoever asked


async def test_the_socket_says_its_refusals_and_its_goodbye_in_that_language() -> None:
    sent: list[Any] = []

    async def send(frame: Any) -> None:
        sent.append(frame.get("text", ""))

    here = connection.Socket({"headers": [(b"accept-language", b"de")]}, SimpleNamespace(), send)  # type: ignore[arg-type]
    here._fail(1, connection.RequestError(-1, connection.NOT_NOW))
    await here._close(4401, "You are signed out.", None)
    assert "Versuchen Sie es noch einmal." in here._queue[0]
    assert "Sie sind abgemeldet." in sent[0]
