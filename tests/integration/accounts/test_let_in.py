"""Break glass: an administrator is let in from the machine when nobody can sign in, and it stays on record."""

from __future__ import annotations

import io
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from chats.models import AuditAction, AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "a new one, and a good one"


@pytest.fixture(autouse=True)
def _cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://portal.example.org"]


def let_in(*words: str) -> str:
    out = io.StringIO()
    call_command("let_in", *words, stdout=out)
    printed = out.getvalue().strip()
    assert printed.startswith("https://portal.example.org/account/reset/")
    return printed.removeprefix("https://portal.example.org")


def choose(path: str) -> None:
    client = Client()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})


def sign_in(username: str, password: str = NEW) -> int:
    return Client(REMOTE_ADDR="192.0.2.7").post("/login/", {"username": username, "password": password}).status_code


def test_a_locked_out_administrator_gets_a_link_and_is_in() -> None:
    admin = factories.admin_with("admin", "forgotten")
    assert [sign_in("admin", "a guess") for _ in range(10)][-1] == 429
    choose(let_in("admin", "--reason", "SSO is away; Ines, operations"))
    assert sign_in("admin") == 302
    entry = AuditEntry.objects.get(action=AuditAction.LET_IN)
    assert (entry.actor_name, entry.agent_user, entry.reason) == ("", admin, "SSO is away; Ines, operations")
    assert entry.details == {"made_admin": False, "waits_lifted": 1}


def test_a_whole_address_that_waits_is_let_in_again() -> None:
    factories.admin_with("admin", "forgotten")
    for number in range(100):
        AccessAttempt.objects.create(username=f"name{number}", ip_address="192.0.2.7", failures_since_start=1)
    path = let_in("admin", "--reason", "an attack on the office", "--everybody")
    choose(path)
    assert sign_in("admin") == 302


def test_where_there_is_no_administrator_any_more_one_is_made() -> None:
    choose(let_in("ines", "--reason", "the last one left", "--make-admin"))
    ines = User.objects.get(username="ines")
    assert (ines.is_active, ines.is_staff, ines.is_superuser) == (True, True, True)
    assert sign_in("ines") == 302
    factories.user("closed", is_active=False)
    choose(let_in("closed", "--reason", "she is back", "--make-admin"))
    assert sign_in("closed") == 302


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobody", "--reason", "x"), "There is no account 'nobody'."),
        (("closed", "--reason", "x"), "is not active"),
        (("closed", "--reason", " "), "Say a reason"),
        (("closed", "--reason", "x" * 501), "Say a reason"),
        (("closed",), "--reason"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(words: tuple[str, ...], told: str) -> None:
    factories.user("closed", is_active=False)
    with pytest.raises(CommandError, match=told):
        call_command("let_in", *words)
    assert not AuditEntry.objects.filter(action=AuditAction.LET_IN).exists()
