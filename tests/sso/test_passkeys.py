"""Passkeys without a browser: whatever else is sent lets nobody in and adds nothing (test_pages has a browser with one)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from ccp_portal.accounts import limits
from ccp_portal.sso import passkeys
from chats.models import AuditAction, AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "the right one"
NONSENSE = [
    "",
    "no json",
    "[]",
    "{}",
    json.dumps({"response": None}),
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {"userHandle": "MQ"}}),
    json.dumps(
        {"response": {"userHandle": "\u0000", "clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA"}}
    ),
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": {"clientDataJSON": "e30", "authenticatorData": "A" * 60, "signature": "AA", "userHandle": "MQ"},
        }
    ),
]


@pytest.fixture(autouse=True)
def _cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_no_passkey(credential: str) -> None:
    mira = factories.user("mira", password=PASSWORD)
    stranger = Client()
    assert stranger.post("/login/passkey/options/").status_code == 200
    assert stranger.post("/login/passkey/", {"credential": credential}).status_code == 400
    assert stranger.get("/account/devices/").status_code == 302
    assert AuditEntry.objects.get(action=AuditAction.SIGN_IN_FAILED).details == {"by": "passkey", "why": "no_passkey"}
    client = Client()
    client.force_login(mira)
    client.post("/account/passkeys/options/", {"password": PASSWORD})
    answer = client.post("/account/passkeys/", {"credential": credential, "password": PASSWORD})
    assert "could not be accepted" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_only_who_knows_the_password_gets_options_and_changes_anything() -> None:
    mira, jonas = factories.user("mira", password=PASSWORD), factories.user("jonas", password=PASSWORD)
    client = Client()
    assert client.post("/account/passkeys/options/")["location"].startswith("/login/?next=")
    client.force_login(mira)
    assert client.post("/account/passkeys/options/", {"password": "a guess"}).status_code == 403
    asked = client.post("/account/passkeys/options/", {"password": PASSWORD}).json()
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    own, others = (
        Authenticator.objects.create(user=one, type="webauthn", data={"name": "Key", "credential": {}})
        for one in (mira, jonas)
    )
    client.post("/account/passkeys/", {"remove": own.pk, "password": "a guess"})
    for pk in (others.pk, "x", "9" * 40, ""):
        client.post("/account/passkeys/", {"remove": pk, "password": PASSWORD})
    assert Authenticator.objects.count() == 2
    client.post("/account/passkeys/", {"remove": own.pk, "password": PASSWORD})
    assert list(Authenticator.objects.all()) == [others]


def test_who_is_closed_or_has_to_come_by_the_provider_does_not_come_by_a_passkey(settings: Any) -> None:
    mira, boss = factories.user("mira"), factories.user("boss", is_superuser=True)
    assert not passkeys.why_not(mira)
    settings.CCP_OIDC_ONLY = True
    assert (passkeys.why_not(mira), passkeys.why_not(boss)) == ("needs_sso", "")
    boss.is_active = False
    assert passkeys.why_not(boss) == "closed"
    shown = [b"data-passkey" in Client().get(path).content for path in ("/login/", "/login/?password")]
    assert shown == [False, True]


def test_an_address_asks_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SSO_FROM_ONE_ADDRESS", 2)
    assert [Client().post("/login/passkey/options/").status_code for _ in range(3)] == [200, 200, 429]
