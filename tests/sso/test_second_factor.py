"""Authenticator apps: the code after the password, set up by choice or on demand, good once, and taken away again."""

from __future__ import annotations

import io
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.contrib.auth.models import Group, Permission, User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from ccp_portal.sso import second_factor
from chats.models import AuditAction, AuditEntry, SignIn
from tests import factories
from tests.sso.provider import Provider
from tests.sso.test_oidc import NORA, told
from tests.sso.test_oidc import sign_in as by_provider

pytestmark = pytest.mark.django_db
PASSWORD = "the right one"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODE_PAGE, SET_UP_PAGE, OWN_PAGE = "/login/code/", "/login/second-factor/", "/account/second-factor/"


@pytest.fixture(autouse=True)
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands still, so that a code is good as long as a test says; `clock(30)` turns it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)

    def turn(seconds: float) -> None:
        nonlocal now
        now += seconds

    return turn


@pytest.fixture
def mira() -> User:
    return factories.user("mira", password=PASSWORD, is_staff=True)


@pytest.fixture
def codes(mira: User) -> list[str]:
    """Mira has an app with SECRET; her recovery codes."""
    return second_factor.set_up(mira, SECRET, mira)


def code(secret: str = SECRET, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def password(client: Client, at: str = "/login/", **more: str) -> Any:
    return client.post(at, {"username": "mira", "password": PASSWORD, **more})


def is_in(client: Client) -> bool:
    return bool(client.get("/account/devices/").status_code == 200)


def enter(client: Client, what: str) -> Any:
    return client.post(CODE_PAGE, {"code": what})


def test_after_the_password_the_code_is_asked_for_and_only_then_one_is_in(mira: User, codes: list[str]) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    assert password(client, next="/account/signing-in/")["location"] == CODE_PAGE
    assert not is_in(client)
    assert not SignIn.objects.exists()
    assert "Enter the code" in told(client.get(CODE_PAGE))
    wrong = enter(client, "000000")
    assert (wrong.status_code, "This code is wrong" in told(wrong), is_in(client)) == (200, True, False)
    before = client.session.session_key
    assert enter(client, f"{code()[:3]} {code()[3:]}")["location"] == "/account/signing-in/"
    assert is_in(client)
    assert client.session.session_key != before
    assert SignIn.objects.get().user == mira
    failed = AuditEntry.objects.get(action=AuditAction.SIGN_IN_FAILED)
    assert failed.agent_user == mira
    assert AuditEntry.objects.get(action=AuditAction.SIGNED_IN).details == {"by": "second factor"}
    assert not AccessAttempt.objects.exists()
    assert "its code is asked for" in told(client.get("/account/signing-in/"))


@pytest.mark.parametrize(("later", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_a_little_before_and_after(mira: User, codes: list[str], later: int, good: bool) -> None:
    client = Client()
    password(client)
    enter(client, code(later=later))
    assert is_in(client) == good


def test_a_code_is_good_once_in_all_processes(mira: User, codes: list[str], clock: Any) -> None:
    first, second = Client(), Client()
    for client in (first, second):
        password(client)
        cache.clear()  # another process has another one
        enter(client, code())
    assert (is_in(first), is_in(second)) == (True, False)
    clock(30)
    enter(second, code())
    assert is_in(second)


def test_a_recovery_code_is_good_once(mira: User, codes: list[str]) -> None:
    assert (len(codes), len(set(codes))) == (10, 10)
    for times in (True, False):
        client = Client()
        password(client)
        enter(client, codes[3])
        assert is_in(client) == times
    assert second_factor.recovery_codes_left(mira) == 9


def test_wrong_codes_count_as_wrong_passwords_do(mira: User, codes: list[str]) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    password(client)
    assert [enter(client, "000000").status_code for _ in range(10)] == [200] * 9 + [429]
    refused = enter(client, code())
    assert (refused.status_code, "Try again in 10 minutes." in refused.content.decode()) == (429, True)
    assert password(client).status_code == 429
    assert not is_in(client)


def test_a_password_that_waits_for_its_code_waits_ten_minutes_and_for_the_same_account(
    mira: User, codes: list[str], clock: Any
) -> None:
    late, changed, closed = Client(), Client(), Client()
    for client in (late, changed, closed):
        password(client)
    clock(601)
    assert enter(late, code())["location"] == "/login/"
    for client in (changed, closed):
        password(client)
    mira.set_password("another")
    mira.save()
    assert enter(changed, code())["location"] == "/login/"
    mira.set_password(PASSWORD)
    mira.is_active = False
    mira.save()
    assert enter(closed, code())["location"] == "/login/"
    assert Client().get(CODE_PAGE)["location"] == "/login/"
    assert [is_in(one) for one in (late, changed, closed)] == [False] * 3


def test_no_other_page_signs_in_by_a_password_alone(mira: User, codes: list[str]) -> None:
    framed = Client()
    answer = password(framed, "/connect/ccp-v2/")
    assert (answer.status_code, "you need a code, too." in told(answer), is_in(framed)) == (200, True, False)
    assert not AccessAttempt.objects.exists()


# ---- set up ------------------------------------------------------------------------------------------------------------


def secret_of(page: Any) -> str:
    found = re.search(r'class="key">([A-Z2-7 ]+)<', page.content.decode())
    assert found is not None
    return found[1].replace(" ", "")


def test_one_sets_it_up_by_the_password_and_a_first_code(mira: User, clock: Any) -> None:
    client = Client()
    password(client)
    page = client.get(OWN_PAGE)
    secret = secret_of(page)
    assert "<svg" in page.content.decode()
    wrong = [
        {"code": "000000", "password": PASSWORD},
        {"code": code(secret), "password": "a guess"},
        {"code": "x" * 30},
    ]
    assert [client.post(OWN_PAGE, one).status_code for one in wrong] == [200] * 3
    assert not second_factor.has_one(mira)
    shown = client.post(OWN_PAGE, {"code": code(secret), "password": PASSWORD})
    assert len(re.findall(r"<li><code>\d{8}</code></li>", shown.content.decode())) == 10
    row = Authenticator.objects.get(user=mira, type="totp")
    assert secret not in str(row.data)
    assert (
        AuditEntry.objects.filter(action=AuditAction.RIGHTS_CHANGED).latest("pk").details["second_factor"] == "set up"
    )
    other = Client()
    password(other)
    enter(other, code(secret))  # the code that set it up
    assert not is_in(other)
    clock(30)
    enter(other, code(secret))
    assert is_in(other)
    kept = second_factor.recovery_codes_left(mira)
    assert client.post(OWN_PAGE, {"do": "off", "password": "a guess"}).status_code == 200
    assert (
        client.post(OWN_PAGE, {"do": "codes", "password": PASSWORD}).content.decode().count("<li><code>") == kept == 10
    )
    assert client.post(OWN_PAGE, {"do": "off", "password": PASSWORD})["location"] == "/account/signing-in/"
    assert not Authenticator.objects.exists()
    assert password(Client())["location"] == "/"


def test_of_whom_it_is_demanded_sets_it_up_before_they_are_in(mira: User, settings: Any) -> None:
    settings.CCP_SECOND_FACTOR_GROUPS = ["Admins"]
    assert password(Client())["location"] == "/"  # of no group yet
    mira.groups.add(Group.objects.get_or_create(name="Admins")[0])
    client, elsewhere = Client(), Client()
    for one in (client, elsewhere):
        assert password(one, next="/account/devices/")["location"] == SET_UP_PAGE
    assert not is_in(client)
    assert client.post(SET_UP_PAGE, {"code": "000000"}).status_code == 200
    shown = client.post(SET_UP_PAGE, {"code": code(secret_of(client.get(SET_UP_PAGE)))})
    assert "they are shown this once" in told(shown)
    assert not is_in(client)
    assert elsewhere.post(SET_UP_PAGE)["location"] == "/login/"  # who knows the password alone
    assert not is_in(elsewhere)
    assert client.post(SET_UP_PAGE)["location"] == "/account/devices/"
    assert is_in(client)
    settings.CCP_SECOND_FACTOR_GROUPS = ["*"]
    factories.user("jonas", password=PASSWORD)
    assert Client().post("/login/", {"username": "jonas", "password": PASSWORD})["location"] == SET_UP_PAGE


def test_single_sign_on_is_the_providers_to_secure_but_who_has_an_app_is_asked(
    provider: Provider, settings: Any
) -> None:
    settings.CCP_SECOND_FACTOR_GROUPS = ["*"]
    factories.state("Offline")
    provider.knows("nora-1", **NORA)
    assert by_provider(provider)["location"] == "/"
    second_factor.set_up(User.objects.get(username="nora"), SECRET, None)
    client = Client()
    assert by_provider(provider, client=client, next_url="/account/devices/")["location"] == CODE_PAGE
    assert not is_in(client)
    assert enter(client, code())["location"] == "/account/devices/"
    assert is_in(client)


# ---- away --------------------------------------------------------------------------------------------------------------


def test_an_administrator_takes_it_away_and_sees_no_secret(mira: User, codes: list[str]) -> None:
    helper = factories.user("helper", is_staff=True)
    boss = factories.user("boss", is_superuser=True, is_staff=True)
    second_factor.set_up(boss, SECRET, boss)
    client = Client()
    client.force_login(helper)
    page = "/admin/mfa/authenticator/"
    assert client.get(page).status_code == 403
    helper.user_permissions.add(Permission.objects.get(codename="change_user"))
    rows = list(Authenticator.objects.filter(type="totp"))
    for path in (page, f"{page}{rows[0].pk}/change/"):
        shown = client.get(path)
        assert (shown.status_code, "secret" in shown.content.decode().lower()) == (200, False)
    client.post(page, {"action": "take_away", "_selected_action": [row.pk for row in rows]})
    assert [second_factor.has_one(one) for one in (mira, boss)] == [
        False,
        True,
    ]  # a superuser's is a superuser's to take
    entry = AuditEntry.objects.filter(action=AuditAction.RIGHTS_CHANGED).latest("pk")
    assert (entry.actor, entry.agent_user, entry.details["second_factor"]) == (helper, mira, "removed")
    assert password(Client())["location"] == "/"


def test_break_glass_lets_in_who_has_lost_the_telephone(mira: User, codes: list[str], settings: Any) -> None:
    settings.CCP_OIDC_ONLY = True
    out = io.StringIO()
    call_command("let_in", "mira", "--make-admin", "--reason", "telephone lost; Ines, operations", stdout=out)
    client = Client()
    form = client.get(re.sub(r"^https?://[^/]+", "", out.getvalue().strip()), follow=True)
    client.post(
        form.request["PATH_INFO"], {"new_password1": "brand new and long", "new_password2": "brand new and long"}
    )
    assert client.post("/login/", {"username": "mira", "password": "brand new and long"}).status_code == 302
    assert is_in(client)
    assert AuditEntry.objects.get(action=AuditAction.LET_IN).details["second_factor_removed"] is True
