"""The CCP's addresses: who may hold them in a frame, the login there, and what the scripts are told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
CRM = "https://crm.example.org"
PATHS = [
    f"{where}{page}{end}"
    for where in ("/connect", "")
    for page in ("/ccp", "/ccp-v2", "/ccp-v2/softphone", "/ccp-v2/channel-view")
    for end in ("", "/")
]


@pytest.fixture(autouse=True)
def _allowed(settings: Any) -> None:
    settings.CCP_ALLOWED_ORIGINS = [CRM]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def ancestors(answer: Any) -> str:
    found = re.search(r"frame-ancestors ([^;]+)", answer["Content-Security-Policy"])
    assert found is not None
    return found[1]


def told(answer: Any, name: str) -> Any:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', answer.content.decode())
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("path", PATHS)
def test_every_address_that_published_pages_name_is_the_login_in_a_frame_of_an_allowed_page(client, path):
    answer = client.get(path)
    assert (answer.status_code, ancestors(answer)) == (200, f"'self' {CRM}")
    assert "X-Frame-Options" not in answer
    assert answer["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert f'action="{path}"' in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/login/", "/desk/", "/connect/", "/connect/ccp-v3/", "/ccp-v2/other", "/admin/login/"]
)
def test_every_other_page_forbids_framing(client, path):
    answer = client.get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Content-Security-Policy" not in answer or ancestors(answer) == "'none'"


def test_without_a_setting_no_page_of_others_may_hold_it(client, settings):
    settings.CCP_ALLOWED_ORIGINS = []
    answer = client.get("/connect/ccp-v2/")
    assert (answer["X-Frame-Options"], ancestors(answer)) == ("DENY", "'none'")


def test_an_agent_signs_in_where_the_frame_stands(client):
    person = factories.agent("mira").user
    person.set_password("a password of the tests")
    person.save()
    wrong = client.post("/connect/ccp-v2/?ui=none&over=1", {"username": "mira", "password": "wrong"})
    assert (wrong.status_code, ancestors(wrong), wrong.templates[0].name) == (200, f"'self' {CRM}", "login.html")
    right = client.post("/connect/ccp-v2/?ui=none&over=1", {"username": "mira", "password": "a password of the tests"})
    assert (right.status_code, right["Location"]) == (302, "/connect/ccp-v2/?ui=none")


def test_who_has_to_wait_reads_it_in_the_frame(client):
    factories.user("mira")
    for _ in range(11):
        answer = client.post("/ccp-v2", {"username": "mira", "password": "wrong"})
    assert (answer.status_code, ancestors(answer)) == (429, f"'self' {CRM}")
    assert told(answer, "ccp")["approved"] == [CRM]


def test_a_form_of_another_site_is_refused_in_the_frame_too(client):
    client.handler.enforce_csrf_checks = True
    answer = client.post("/connect/ccp-v2/", {"username": "mira", "password": "x"})
    assert (answer.status_code, ancestors(answer)) == (403, f"'self' {CRM}")


def test_the_desk_stands_in_the_frame_and_its_doors_open_elsewhere(client):
    agent = factories.agent("mira")
    client.force_login(agent.user)
    answer = client.get("/connect/ccp-v2/")
    page, ccp = told(answer, "page"), told(answer, "ccp")
    assert (page["agentId"], page["loginPath"]) == (str(agent.key), "/connect/ccp-v2/")
    assert ccp == {
        "approved": [CRM],
        "region": "us-east-1",
        "instanceArn": "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555",
        "origin": "http://testserver",
    }
    text = answer.content.decode()
    assert 'name="next" value="/connect/ccp-v2/?over=1"' in text
    assert 'href="/history/" target="_blank" rel="noopener"' in text


def test_the_desk_alone_opens_its_pages_in_its_own_tab(client):
    client.force_login(factories.agent().user)
    assert "target=" not in client.get("/desk/").content.decode().partition('<header class="bar">')[0]


def test_nothing_is_shown_but_the_scripts_run(client):
    client.force_login(factories.agent().user)
    answer = client.get("/connect/ccp-v2/?ui=none")
    assert answer.templates[0].name == "ccp_quiet.html"
    assert "desk/js/ccp/quiet.js" in answer.content.decode()


def test_who_is_no_agent_is_told_and_can_sign_in_as_somebody_else(client):
    client.force_login(factories.user("nobody"))
    answer = client.get("/connect/ccp-v2/")
    assert (answer.status_code, ancestors(answer)) == (403, f"'self' {CRM}")
    assert "data-denied" in answer.content.decode()


def test_the_configuration_names_queues_as_amazon_connect_does():
    from agents.desk import configuration

    ours, theirs = factories.queue("Ours"), factories.queue("Theirs")
    theirs.connect_id = "arn:aws:connect:us-east-1:123456789012:instance/x/queue/4711"
    theirs.save()
    agent = factories.agent("mira")
    found = configuration.of(agent.pk)
    assert (found["username"], found["routingProfileId"]) == ("mira", str(agent.routing_profile_id))
    assert {name: found["queueIds"][name] for name in ("Ours", "Theirs")} == {"Ours": str(ours.pk), "Theirs": "4711"}
