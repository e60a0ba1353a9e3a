"""Signed-in devices: every session of somebody has its row, is listed for them, and ends with its sockets."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, update_session_auth_hash
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.db import SessionStore as DjangosStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from ccp_portal.accounts import device_names, sign_ins
from ccp_portal.accounts.session_store import SessionStore
from chats import audit, realtime
from chats.models import AuditAction, AuditEntry, SignIn
from chats.realtime import SocketUser
from chats.transcripts import UserRights, end_sessions
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/account/devices/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
EDGE = CHROME + " Edg/142.0.0.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0"
    " Mobile/15E148 Safari/604.1"
)


@pytest.fixture(autouse=True)
def _nothing_noted_yet() -> None:
    sign_ins._noted.clear()


@pytest.fixture
def mira(settings: Any) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return factories.user("mira", password="the right one", is_staff=True)


def device(user: User, user_agent: str = FIREFOX, address: str = "192.0.2.7", client: Client | None = None) -> Client:
    """Signed in by the page."""
    client = client or Client(REMOTE_ADDR=address, headers={"user-agent": user_agent})
    assert client.post("/login/", {"username": user.username, "password": "the right one"}).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return bool(client.get(PAGE).status_code == 200)


def key(client: Client) -> str:
    return str(client.session.session_key)


# ---- rows --------------------------------------------------------------------------------------------------------------


def test_a_sign_in_has_its_device_and_ends_with_its_session(mira: User) -> None:
    here = device(mira, EDGE, "2001:db8:1:2:3:4:5:6")
    row = SignIn.objects.get(user=mira)
    assert (row.session_id, row.address, row.user_agent) == (key(here), "2001:db8:1:2::", EDGE)
    here.post("/logout/")
    assert not SignIn.objects.exists()


def test_who_takes_over_a_browser_that_another_is_signed_in_at_has_a_row_of_their_own(mira: User) -> None:
    client = device(factories.user("jonas", password="the right one"))
    before = key(client)
    device(mira, client=client)
    assert [(one.user_id, one.session_id) for one in SignIn.objects.all()] == [(mira.pk, key(client))]
    assert key(client) != before
    device(mira, client=client)
    assert SignIn.objects.count() == 1


def test_under_another_key_it_is_the_same_device(mira: User, rf: Any) -> None:
    here = device(mira)
    before = SignIn.objects.get()
    request = rf.get("/")
    request.session, request.user = SessionStore(key(here)), mira
    update_session_auth_hash(request, mira)
    request.session.save()
    row = SignIn.objects.get()
    assert row.session_id not in ("", before.session_id)
    assert (row.user_agent, row.address, row.signed_in_at) == (FIREFOX, "192.0.2.7", before.signed_in_at)


def test_a_session_that_came_to_be_by_itself_has_a_row_too(mira: User) -> None:
    store = SessionStore()
    store.update({SESSION_KEY: str(mira.pk), BACKEND_SESSION_KEY: "", HASH_SESSION_KEY: mira.get_session_auth_hash()})
    store.create()
    assert SignIn.objects.get().user == mira
    strangers = SessionStore()
    strangers["language"] = "de"
    strangers.create()
    assert SignIn.objects.count() == 1


def test_who_was_signed_in_before_the_upgrade_gets_a_row(mira: User) -> None:
    from django.apps import apps

    for user_id in (mira.pk, 999_999, None):
        store = DjangosStore()
        store[SESSION_KEY] = str(user_id) if user_id else ""
        if user_id is None:
            del store[SESSION_KEY]
        store.create()
    importlib.import_module("chats.migrations.0020_sign_ins_of_now").note_those_of_now(apps, None)
    assert [one.user for one in SignIn.objects.all()] == [mira]


def test_the_last_page_is_noted_every_five_minutes_and_costs_no_query_in_between(
    mira: User, django_assert_num_queries: Any
) -> None:
    here = device(mira)
    long_ago = timezone.now() - timedelta(hours=1)
    SignIn.objects.update(seen_at=long_ago)
    here.get(PAGE)
    assert SignIn.objects.get().seen_at == long_ago
    sign_ins._noted[key(here)] -= sign_ins.NOTED_EVERY
    here.get(PAGE)
    assert SignIn.objects.get().seen_at > long_ago
    with django_assert_num_queries(0):
        Client().get("/login/")


def test_a_process_remembers_only_so_many(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "MOST_NOTED", 2)
    for number in range(5):
        sign_ins._is_due(f"session {number}")
    assert list(sign_ins._noted) == ["session 3", "session 4"]


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on iPhone"),
        ("curl/8.5.0", "An unknown browser"),
        ("", "An unknown browser"),
        ("Python Linux", "Linux"),
    ],
)
def test_a_browser_has_the_name_that_people_know(user_agent: str, name: str) -> None:
    assert sign_ins.name_of(user_agent) == name
    assert device_names.browser("<script>") == ""


@pytest.mark.parametrize("user_agent", ["x" * 5_000, "<script>alert(1)</script>"])
def test_whatever_a_browser_says_of_itself_fits_and_is_only_text(mira: User, user_agent: str) -> None:
    here = device(mira, user_agent)
    assert len(SignIn.objects.get().user_agent) <= 400
    assert "<script>alert" not in here.get(PAGE).content.decode()


# ---- one's own ---------------------------------------------------------------------------------------------------------


def test_one_device_is_ended_or_all_but_this_one_with_their_sockets(
    mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bells: list[str] = []
    monkeypatch.setattr(realtime, "wake", bells.append)
    here, phone, desk = device(mira), device(mira, IPHONE), device(mira, EDGE)
    jonas = device(factories.user("jonas", password="the right one"))
    told = here.get(PAGE).content.decode()
    assert told.index("Firefox on Linux") < told.index("this device") < told.index("Edge on Windows")
    assert [secret for one in (here, phone, desk) if (secret := key(one)) in told] == []
    here.post(PAGE, {"end": audit.session_hash(key(phone))})
    assert [is_in(one) for one in (here, phone, desk, jonas)] == [True, False, True, True]
    assert bells == [realtime.RIGHTS_CHANGED]
    here.post(PAGE)
    assert [is_in(one) for one in (here, phone, desk, jonas)] == [True, False, False, True]
    sockets = [SocketUser(mira.pk, key(one)) for one in (here, desk)]
    assert list(UserRights().versions(sockets)) == sockets[:1]
    ended = AuditEntry.objects.filter(action=AuditAction.SESSIONS_ENDED)
    assert [(one.actor_name, one.agent_name, one.details) for one in ended] == [("mira", "mira", {"sessions": 1})] * 2


def test_nobody_ends_a_session_of_somebody_else_here(mira: User) -> None:
    jonas = device(factories.user("jonas", password="the right one"))
    device(mira).post(PAGE, {"end": audit.session_hash(key(jonas))})
    assert is_in(jonas)
    assert not AuditEntry.objects.filter(action=AuditAction.SESSIONS_ENDED).exists()


def test_who_is_not_signed_in_has_no_devices(client: Client) -> None:
    assert client.get(PAGE).url == f"/login/?next={PAGE}"
    assert client.post(PAGE).status_code == 302


def test_all_of_a_persons_sessions_are_ended_without_looking_into_any(
    mira: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    device(mira), device(mira)
    jonas = device(factories.user("jonas", password="the right one"))
    monkeypatch.setattr(Session, "get_decoded", lambda _self: pytest.fail("a session was opened"))
    assert end_sessions(mira.pk) == 2
    assert [one.pk for one in Session.objects.all()] == [key(jonas)]


# ---- the admin's -------------------------------------------------------------------------------------------------------


def admin_with(*codenames: str) -> Client:
    admin = factories.user("lena", is_staff=True)
    admin.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(admin)
    return client


def end_in_admin(client: Client, row: SignIn) -> Any:
    words = {"action": "end_all_of_them", "_selected_action": [row.pk]}
    return client.post("/admin/chats/signin/", words, follow=True)


def test_an_admin_ends_sessions_of_others_and_no_key_is_shown(mira: User) -> None:
    here, client = device(mira), admin_with("view_signin", "delete_signin")
    listed = client.get("/admin/chats/signin/").content.decode()
    row = SignIn.objects.get(user=mira)
    shown = client.get(f"/admin/chats/signin/{row.pk}/change/").content.decode()
    assert "Firefox on Linux" in listed
    assert key(here) not in listed + shown
    assert "1 session is ended." in end_in_admin(client, row).content.decode()
    assert not is_in(here)
    entry = AuditEntry.objects.get(action=AuditAction.SESSIONS_ENDED)
    assert (entry.actor_name, entry.agent_name) == ("lena", "mira")


def test_who_may_only_look_ends_nothing(mira: User) -> None:
    here, client = device(mira), admin_with("view_signin")
    end_in_admin(client, SignIn.objects.get(user=mira))
    assert is_in(here)
    assert client.post(f"/admin/chats/signin/{SignIn.objects.get(user=mira).pk}/delete/").status_code == 403
    assert device(mira).get("/admin/chats/signin/").status_code == 403


def test_the_list_has_as_few_queries_with_many_rows(mira: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        Client().force_login(factories.user())
    client = admin_with("view_signin")
    client.get("/admin/chats/signin/")
    with django_assert_max_num_queries(10):
        client.get("/admin/chats/signin/")


def test_the_group_of_admins_may_end_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.apps import apps

    ours = apps.get_app_config("chats")
    monkeypatch.setattr(ours, "models_module", ours.models_module)  # the migration empties that of its own apps
    admins = factories.role("Admins")
    admins.permissions.clear()
    importlib.import_module("chats.migrations.0020_sign_ins_of_now").let_admins_end_them(apps, None)
    codenames = Group.objects.get(pk=admins.pk).permissions.values_list("codename", flat=True)
    assert set(codenames) == {"view_signin", "delete_signin"}
