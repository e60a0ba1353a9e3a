"""Sign-in by OpenID Connect against a provider in this process: who gets in as whom with which groups, and who does not."""

from __future__ import annotations

import re
import time
import urllib.parse
from datetime import timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import Group, User
from django.test import Client

from agents.models import Agent
from ccp_portal.accounts import limits
from chats.models import AuditAction, AuditEntry, SignIn
from tests import factories
from tests.sso.conftest import set_to
from tests.sso.provider import Provider

pytestmark = pytest.mark.django_db
NORA = {
    "preferred_username": "nora",
    "given_name": "Nora",
    "family_name": "Lind",
    "email": "nora@example.org",
    "email_verified": True,
    "groups": ["chat-agents", "staff"],
}


@pytest.fixture(autouse=True)
def _desks() -> None:
    factories.state("Offline")
    factories.routing_profile(name="Basic")


def browser() -> Client:
    return Client(REMOTE_ADDR="192.0.2.7", headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"})


def to_provider(client: Client, next_url: str = "") -> str:
    answer = client.get("/login/sso/", {"next": next_url} if next_url else {})
    assert answer.status_code == 302, answer.content.decode()[-1_500:]
    return str(answer["location"])


def way_back(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    assert parts.path == "/login/sso/callback/"
    return f"{parts.path}?{parts.query}"


def sign_in(provider: Provider, subject: str = "nora-1", client: Client | None = None, next_url: str = "") -> Any:
    client = client or browser()
    return client.get(way_back(provider.signs_in(to_provider(client, next_url), subject)))


def told(answer: Any) -> str:
    """What the page says."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]).split())


def why() -> list[str]:
    return [one.details["why"] for one in AuditEntry.objects.filter(action=AuditAction.SIGN_IN_FAILED).order_by("pk")]


# ---- who gets in -------------------------------------------------------------------------------------------------------


def test_a_first_sign_in_makes_the_person_with_groups_and_desk(provider: Provider) -> None:
    provider.knows("nora-1", **NORA)
    client = browser()
    answer = sign_in(provider, client=client, next_url="/account/devices/")
    assert (answer.status_code, answer["location"]) == (302, "/account/devices/")
    nora = User.objects.get(username="nora")
    assert (nora.first_name, nora.last_name, nora.email) == ("Nora", "Lind", "nora@example.org")
    assert not nora.has_usable_password()
    assert not nora.is_staff
    assert [one.name for one in nora.groups.all()] == ["Agents"]
    agent = Agent.objects.get(user=nora)
    assert (agent.routing_profile.name, agent.state.name) == ("Basic", "Offline")
    asked = provider.asked[-1]
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 16
    assert len(asked["nonce"]) >= 32
    # the session is a device like any other, known to axes and the audit; nothing of the provider's is kept
    row = SignIn.objects.get(user=nora)
    assert (row.session_id, row.address) == (client.session.session_key, "192.0.2.7")
    assert AccessLog.objects.get().username == "nora"
    entry = AuditEntry.objects.get(action=AuditAction.SIGNED_IN)
    assert (entry.actor, entry.details, entry.address) == (nora, {"by": "oidc"}, "192.0.2.7")
    assert [one.extra_data for one in SocialAccount.objects.all()] == [{}]
    assert not SocialToken.objects.exists()
    assert client.get("/account/devices/").status_code == 200
    client.post("/logout/")
    assert not SignIn.objects.exists()
    assert client.get("/account/devices/").status_code == 302


def test_groups_follow_the_claims_at_each_sign_in_and_others_stay(provider: Provider) -> None:
    provider.knows("nora-1", **NORA)
    sign_in(provider)
    nora = User.objects.get(username="nora")
    nora.groups.add(Group.objects.create(name="Quiz night"))
    User.objects.filter(pk=nora.pk).update(first_name="Honorata")
    provider.knows("nora-1", **NORA | {"groups": ["chat-leads", "chat-admins"], "given_name": "Eleonora"})
    sign_in(provider)
    nora.refresh_from_db()
    assert sorted(one.name for one in nora.groups.all()) == ["Admins", "Quiz night", "Team leads"]
    assert (nora.is_staff, nora.first_name) == (True, "Honorata")  # names are an administrator's from then on
    assert Agent.objects.filter(user=nora).exists()
    admin = browser()
    assert sign_in(provider, client=admin, next_url="/admin/")["location"] == "/admin/"
    assert admin.get("/admin/").status_code == 200
    provider.knows("nora-1", **NORA)
    sign_in(provider)
    nora.refresh_from_db()
    assert sorted(one.name for one in nora.groups.all()) == ["Agents", "Quiz night"]
    assert not nora.is_staff
    assert admin.get("/admin/").status_code == 302


def test_keycloaks_roles_and_names_of_directories_are_understood(provider: Provider, settings: Any) -> None:
    settings.CCP_OIDC_GROUPS_CLAIM = "realm_access.roles"
    settings.CCP_OIDC_GROUPS = {"CN=chat,OU=desk": "Agents"}
    claims = {"name": "Nora Lind", "email": "nora@example.org", "realm_access": {"roles": ["CN=chat,OU=desk"]}}
    provider.knows("nora-1", **claims)
    assert sign_in(provider).status_code == 302
    nora = User.objects.get()
    assert (nora.username, nora.first_name, nora.last_name) == ("nora@example.org", "Nora", "Lind")


@pytest.mark.parametrize(
    ("asked", "gets"),
    [
        ("/floor/?q=1", "/floor/?q=1"),
        ("https://evil.example.org/", "/"),
        ("//evil.example.org/", "/"),
        ("/\\evil.example.org", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_afterwards_one_is_within_the_portal(provider: Provider, asked: str, gets: str) -> None:
    provider.knows("nora-1", **NORA)
    assert sign_in(provider, next_url=asked)["location"] == gets


# ---- who does not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [[], ["staff"], None, 7, {"chat-agents": True}])
def test_without_a_group_there_is_no_account_and_it_says_to_whom_to_turn(
    provider: Provider, settings: Any, groups: Any
) -> None:
    settings.CCP_OIDC_CONTACT = "IT, phone 4711"
    provider.knows("nora-1", **NORA | {"groups": groups})
    client = browser()
    answer = sign_in(provider, client=client)
    assert answer.status_code == 403
    assert "Fenmark Login says that you are in no group that works at the chat desk. Turn to IT, phone 4711." in told(
        answer
    )
    assert not User.objects.exists()
    assert client.get("/account/devices/").status_code == 302
    assert why() == ["no_group"]
    in_german = browser()
    in_german.cookies["django_language"] = "de"
    assert "in keiner Gruppe" in told(sign_in(provider, client=in_german))


def test_who_has_left_every_group_loses_them_and_is_signed_out(provider: Provider) -> None:
    provider.knows("nora-1", **NORA)
    before = browser()
    sign_in(provider, client=before)
    provider.knows("nora-1", **NORA | {"groups": []})
    assert sign_in(provider).status_code == 403
    assert before.get("/account/devices/").status_code == 302
    nora = User.objects.get()
    assert not nora.groups.exists()
    assert AuditEntry.objects.filter(action=AuditAction.SIGN_IN_FAILED).get().agent_user == nora


def test_a_closed_account_stays_closed(provider: Provider) -> None:
    provider.knows("nora-1", **NORA)
    sign_in(provider)
    User.objects.update(is_active=False)
    answer = sign_in(provider)
    assert (answer.status_code, "is closed" in told(answer), why()) == (403, True, ["closed"])
    assert [one.extra_data for one in SocialAccount.objects.all()] == [{}]


@pytest.mark.parametrize(
    ("existing", "claims", "believes", "gets_in"),
    [
        ({"username": "old", "email": "Nora@example.org"}, {}, False, False),
        ({"username": "old", "email": "Nora@example.org"}, {}, True, True),
        ({"username": "old", "email": "Nora@example.org"}, {"email_verified": False}, True, False),
        ({"username": "old", "email": "Nora@example.org"}, {"email_verified": "yes"}, True, False),
        ({"username": "NORA", "email": ""}, {}, True, False),
        ({"username": "nora", "email": "nora@example.org"}, {}, True, True),
        ({"username": "old", "email": "nora@example.org", "is_active": False}, {}, True, False),
    ],
)
def test_nobody_takes_over_an_account_by_its_name_or_address(  # noqa: PLR0917 -- fixtures and the table's columns
    provider: Provider, settings: Any, existing: dict[str, Any], claims: dict[str, Any], believes: bool, gets_in: bool
) -> None:
    settings.CCP_OIDC_LINK_BY_EMAIL = believes
    old = factories.user(**existing)
    provider.knows("nora-1", **NORA | claims)
    client = browser()
    answer = sign_in(provider, client=client)
    assert User.objects.count() == 1
    assert SocialAccount.objects.filter(user=old).exists() == gets_in
    assert (client.get("/account/devices/").status_code == 200) == gets_in
    if not gets_in:
        assert answer.status_code == 403
        assert why() == ["closed" if "is_active" in existing else "has_account"]


def test_two_accounts_of_one_address_are_nobodys(provider: Provider, settings: Any) -> None:
    settings.CCP_OIDC_LINK_BY_EMAIL = True
    for name in ("one", "two"):
        factories.user(name, email="nora@example.org")
    provider.knows("nora-1", **NORA)
    assert sign_in(provider).status_code == 403
    assert not SocialAccount.objects.exists()


def test_who_is_signed_in_links_their_account_themselves(provider: Provider) -> None:
    mira, jonas = factories.user("mira", password="right"), factories.user("jonas", password="right")
    provider.knows("nora-1", **NORA | {"preferred_username": "mira"})
    client = browser()
    client.post("/login/", {"username": "mira", "password": "right"})
    assert "not linked to your account yet" in told(client.get("/account/signing-in/"))
    address = client.post("/account/sso/link/")["Refresh"].removeprefix("0; url=")
    assert client.get(way_back(provider.signs_in(address, "nora-1")))["location"] == "/account/signing-in/"
    assert "linked: it signs you in here" in told(client.get("/account/signing-in/"))
    assert AuditEntry.objects.filter(action=AuditAction.RIGHTS_CHANGED, agent_user=mira).exists()
    fresh = browser()
    assert sign_in(provider, client=fresh).status_code == 302
    assert int(fresh.session["_auth_user_id"]) == mira.pk
    client.force_login(jonas)
    answer = client.get(
        way_back(provider.signs_in(client.post("/account/sso/link/")["Refresh"].removeprefix("0; url="), "nora-1"))
    )
    assert (answer.status_code, why()) == (403, ["of_another"])
    assert Client().post("/account/sso/link/")["location"].startswith("/login/?next=")


# ---- what is not genuine -----------------------------------------------------------------------------------------------


def test_a_state_is_good_once_for_ten_minutes_and_for_its_own_browser(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.knows("nora-1", **NORA)
    client = browser()
    back = way_back(provider.signs_in(to_provider(client), "nora-1"))
    refused = [
        browser().get(back),  # another browser: somebody was sent a link with the attacker's code
        client.get(re.sub("state=[^&]+", "state=guessed", back)),
        client.get("/login/sso/callback/"),
    ]
    assert client.get(back).status_code == 302
    refused.append(client.get(back))  # replayed
    late = way_back(provider.signs_in(to_provider(client), "nora-1"))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    refused.append(client.get(late))
    assert [(one.status_code, "Begin again on the sign-in page." in told(one)) for one in refused] == [(400, True)] * 5
    assert why() == ["stale"] * 5
    assert not AccessAttempt.objects.exists()  # strangers' links lock out nobody


def test_a_code_is_good_once_with_its_own_proof_and_nonce(provider: Provider) -> None:
    provider.knows("nora-1", **NORA)
    client = browser()
    used = way_back(provider.signs_in(to_provider(client), "nora-1"))
    code = urllib.parse.parse_qs(used)["/login/sso/callback/?code"][0]
    assert client.get(used).status_code == 302
    client.post("/logout/")
    begun = urllib.parse.parse_qs(urllib.parse.urlsplit(to_provider(client)).query)["state"][0]
    assert client.get("/login/sso/callback/", {"code": code, "state": begun}).status_code == 400
    # a code that the provider gave for another sign-in of the same person
    provider.asked.clear()
    other = way_back(provider.signs_in(to_provider(browser()), "nora-1"))
    code = urllib.parse.parse_qs(other)["/login/sso/callback/?code"][0]
    begun = urllib.parse.parse_qs(urllib.parse.urlsplit(to_provider(client)).query)["state"][0]
    provider._is_proved = lambda _form: True  # type: ignore[method-assign]  # a provider without PKCE: the nonce is left
    try:
        answer = client.get("/login/sso/callback/", {"code": code, "state": begun})
    finally:
        del provider._is_proved
    assert answer.status_code == 400
    assert client.get("/account/devices/").status_code == 302
    assert why() == ["bad_answer", "bad_answer"]


def id_token_is(**changes: Any) -> Any:
    import jwt

    def lie(said: dict[str, Any]) -> dict[str, Any]:
        claims = jwt.decode(said["id_token"], options={"verify_signature": False})
        return said | {"id_token": jwt.encode(claims | changes, "k" * 32)}

    return lie


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        ("/userinfo", lambda said: said | {"sub": "the boss"}),
        ("/userinfo", lambda said: [said]),
        ("/userinfo", lambda _said: {}),
        ("/oauth2/token", lambda said: {key: value for key, value in said.items() if key != "id_token"}),
        ("/oauth2/token", lambda said: said | {"id_token": "no token"}),
        ("/oauth2/token", id_token_is(aud="another client")),
        ("/oauth2/token", id_token_is(iss="https://evil.example.org")),
        ("/oauth2/token", id_token_is(exp=1)),
        ("/oauth2/token", id_token_is(nonce="another")),
        ("/oauth2/token", id_token_is(nonce=None)),
        ("/oauth2/token", lambda _said: {"error": "server_error"}),
    ],
)
def test_an_answer_that_is_not_genuine_lets_nobody_in(provider: Provider, path: str, lie: Any) -> None:
    provider.knows("nora-1", **NORA)
    provider.lies[path] = lie
    answer = sign_in(provider)
    assert (answer.status_code, why()) == (400, ["bad_answer"])
    assert "could not be accepted" in told(answer)
    assert not User.objects.exists()


def test_tokens_that_are_over_are_not_accepted(settings: Any) -> None:
    with Provider(tokens_last=timedelta(seconds=-60)) as late:
        set_to(late, settings)
        late.knows("nora-1", **NORA)
        assert sign_in(late).status_code == 400
    assert not User.objects.exists()


def test_a_discovery_document_of_another_issuer_is_refused(provider: Provider) -> None:
    provider.lies["/.well-known/openid-configuration"] = lambda said: said | {"issuer": "https://evil.example.org"}
    answer = browser().get("/login/sso/")
    assert (answer.status_code, why()) == (400, ["bad_answer"])


def test_who_cancels_or_finds_the_provider_away_reads_why(provider: Provider, settings: Any) -> None:
    client = browser()
    begun = urllib.parse.parse_qs(urllib.parse.urlsplit(to_provider(client)).query)["state"][0]
    cancelled = client.get("/login/sso/callback/", {"error": "access_denied", "state": begun})
    assert (cancelled.status_code, "You have cancelled the sign-in" in told(cancelled)) == (403, True)
    provider.knows("nora-1", **NORA)
    begun = way_back(provider.signs_in(to_provider(client), "nora-1"))
    provider.is_down = True
    settings.CCP_OIDC_NAME = "<b>Login</b>"
    answers = [client.get(begun), client.get("/login/sso/")]
    assert [(one.status_code, "Login&lt;/b&gt; does not answer" in told(one)) for one in answers] == [(503, True)] * 2
    assert why() == ["cancelled", "unreachable", "unreachable"]


def test_an_address_begins_only_so_often(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SSO_FROM_ONE_ADDRESS", 2)
    client = browser()
    assert [client.get("/login/sso/").status_code for _ in range(3)] == [302, 302, 429]
    assert int(client.get("/login/sso/")["Retry-After"]) > 0


# ---- the page, and the password ----------------------------------------------------------------------------------------


def test_one_page_for_all_offers_single_sign_on_first(provider: Provider) -> None:
    page = browser().get("/admin/", follow=True)
    assert page.redirect_chain[-1][0] == "/login/?next=/admin/"
    assert 'href="/login/sso/?next=%2Fadmin%2F"' in page.content.decode()
    assert "Sign in with Fenmark Login" in told(page)
    assert 'name="password"' in page.content.decode()


def test_where_single_sign_on_is_the_only_way_a_password_lets_superusers_in_alone(
    provider: Provider, settings: Any
) -> None:
    settings.CCP_OIDC_ONLY = True
    factories.user("mira", password="right", is_staff=True)
    factories.user("boss", password="right", is_staff=True, is_superuser=True)
    assert 'name="password"' not in browser().get("/login/").content.decode()
    assert 'name="password"' in browser().get("/login/?password").content.decode()
    answer = browser().post("/login/", {"username": "mira", "password": "right"})
    assert (answer.status_code, "here a password lets only administrators in." in told(answer)) == (200, True)
    assert browser().post("/login/", {"username": "boss", "password": "right"}).status_code == 302
    framed = browser()
    framed.post("/connect/ccp-v2/", {"username": "mira", "password": "right"})
    assert framed.get("/account/devices/").status_code == 302


def test_nothing_of_allauths_own_is_reached(provider: Provider) -> None:
    boss = factories.user("boss", is_staff=True, is_superuser=True)
    client = browser()
    client.force_login(boss)
    paths = ["/accounts/login/", "/accounts/signup/", "/account/login/", "/admin/socialaccount/", "/admin/account/"]
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
