"""One's own password: changed, forgotten and chosen anew, by Django's views within our limits; nobody learns who exists."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from ccp_portal.accounts import limits, reset_mail
from chats.models import AuditAction, AuditEntry
from chats.realtime import SocketUser
from chats.transcripts import UserRights
from tests import factories

pytestmark = pytest.mark.django_db
OLD, NEW = "the former one", "a new one, and a good one"
CHANGE, RESET = "/account/password/", "/account/reset/"


@pytest.fixture(autouse=True)
def _cheap_and_at_once(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_URL = "smtp://mail.example.org"
    monkeypatch.setattr(reset_mail, "send_in_background", reset_mail.send)


@pytest.fixture
def mira() -> User:
    return factories.user("mira", password=OLD, email="Mira@example.org", is_staff=True)


def signed_in(user: User, password: str = OLD) -> Client:
    client = Client()
    assert client.login(username=user.username, password=password) or pytest.fail("the password is wrong")
    return client


def change(client: Client, old: str = OLD, new: str = NEW, again: str | None = None) -> Any:
    words = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    return client.post(CHANGE, words)


def is_in(client: Client) -> bool:
    return bool(client.get("/admin/").status_code == 200)


def socket_counts(user: User, client: Client) -> bool:
    key = client.session.session_key or ""
    return bool(UserRights().versions([SocketUser(user.pk, key)]))


# ---- change ------------------------------------------------------------------------------------------------------------


def test_a_change_ends_the_other_sessions_and_their_sockets_and_this_one_goes_on(mira: User) -> None:
    here, there = signed_in(mira), signed_in(mira)
    stolen = Client(headers={"cookie": f"sessionid={here.session.session_key}"})
    assert [is_in(one) for one in (here, there, stolen)] == [True] * 3
    assert socket_counts(mira, there)
    answer = change(here)
    assert (answer.status_code, answer.url) == (302, "/account/password/changed/")
    assert "no longer are" in here.get(answer.url).content.decode()
    assert not socket_counts(mira, there)
    assert socket_counts(mira, here)
    assert [is_in(one) for one in (here, there, stolen)] == [True, False, False]
    assert not Client().login(username="mira", password=OLD)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"old": "wrong"}, "Your old password was entered incorrectly"),
        ({"new": "short"}, "This password is too short"),
        ({"new": "password1"}, "This password is too common"),
        ({"again": "another"}, "The two password fields didn"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(mira: User, words: dict[str, str], told: str) -> None:
    page = change(signed_in(mira), **words).content.decode()
    assert told in page
    assert 'aria-invalid="true" aria-describedby="about-' in page
    assert signed_in(mira)


def test_the_old_password_is_guessed_only_so_often(mira: User) -> None:
    client = signed_in(mira)
    for _ in range(limits.OLD_PASSWORDS):
        assert "entered incorrectly" in change(client, old="a guess").content.decode()
    assert "That was too often." in change(client).content.decode()
    assert signed_in(mira)


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(CHANGE).url == f"/login/?next={CHANGE}"


def test_the_admin_leads_to_the_same_page(mira: User) -> None:
    assert signed_in(mira).get("/admin/password_change/").url == CHANGE


def test_each_change_is_audited_with_who_made_it_and_lifts_the_wait_for_wrong_ones(mira: User) -> None:
    AccessAttempt.objects.create(username="mira", ip_address="192.0.2.1", failures_since_start=10)
    change(signed_in(mira))
    mira.refresh_from_db()
    mira.set_password("by a command")
    mira.save()
    made = AuditEntry.objects.filter(action=AuditAction.PASSWORD_CHANGED, agent_user=mira).order_by("pk")
    assert [one.actor_name for one in made][-2:] == ["mira", ""]
    assert not AccessAttempt.objects.exists()


def test_a_stronger_hash_of_the_same_password_is_no_change(mira: User, settings: Any) -> None:
    before = AuditEntry.objects.filter(action=AuditAction.PASSWORD_CHANGED).count()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    signed_in(mira)
    mira.refresh_from_db()
    assert mira.password.startswith("pbkdf2_sha1")
    assert AuditEntry.objects.filter(action=AuditAction.PASSWORD_CHANGED).count() == before


# ---- sign in again -----------------------------------------------------------------------------------------------------


def test_a_tab_that_was_signed_out_goes_back_when_another_has_signed_in(mira: User) -> None:
    assert signed_in(mira).get("/login/?next=/desk/&over=1").url == "/desk/"
    assert signed_in(mira).get("/login/?next=https://evil.example/&over=1").url == "/"
    assert Client().get("/login/?next=/desk/&over=1").status_code == 200


# ---- reset -------------------------------------------------------------------------------------------------------------


def ask(who: str, address: str = "192.0.2.7", **more: Any) -> Any:
    return Client(REMOTE_ADDR=address, **more).post(RESET, {"who": who})


def link() -> str:
    found = re.search(r"http://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def choose(path: str, password: str = NEW) -> Any:
    client = Client()
    form = client.get(path, follow=True)
    words = {"new_password1": password, "new_password2": password}
    return client.post(form.request["PATH_INFO"], words, follow=True)


def test_a_mailed_link_leads_to_a_new_password_once_and_ends_every_session(mira: User) -> None:
    there = signed_in(mira)
    asked = ask("MIRA")
    assert (asked.status_code, asked.url) == (302, "/account/reset/asked/")
    assert mail.outbox[0].to == ["Mira@example.org"]
    assert "Password set" in choose(link()).content.decode()
    assert not is_in(there)
    assert signed_in(mira, NEW)
    assert "This link has been used already" in choose(link()).content.decode()


def test_a_link_that_an_administrator_makes_lets_in_who_never_had_a_password() -> None:
    new = factories.user("ravi")
    uid = urlsafe_base64_encode(force_bytes(new.pk))
    path = reverse("password_reset_confirm", args=[uid, default_token_generator.make_token(new)])
    assert path == reset_mail.link_of(new)
    assert "For the user name <b>ravi</b>." in Client().get(path, follow=True).content.decode()
    choose(path)
    assert signed_in(new, NEW)


def test_who_is_locked_out_is_let_in_by_a_new_password(mira: User) -> None:
    guesser = Client(REMOTE_ADDR="192.0.2.7")
    for _ in range(10):
        guesser.post("/login/", {"username": "mira", "password": "a guess"})
    assert guesser.post("/login/", {"username": "mira", "password": OLD}).status_code == 429
    ask("mira@example.org")
    choose(link())
    assert guesser.post("/login/", {"username": "mira", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    "who", ["nobody", "nobody@example.org", "closed", "no.address", "no.password", "x\ny", "' OR 1=1"]
)
def test_whoever_is_named_the_answer_is_the_same(mira: User, who: str) -> None:
    factories.user("closed", password=OLD, email="closed@example.org", is_active=False)
    factories.user("no.address", password=OLD)
    factories.user("no.password", email="no.password@example.org")
    known, answer = ask("mira"), ask(who)
    assert [(one.status_code, one.url, one.content) for one in (answer,)] == [
        (known.status_code, known.url, known.content)
    ]
    assert len(mail.outbox) == 1


def test_nobody_is_looked_up_before_the_answer(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[reset_mail.Asked] = []
    monkeypatch.setattr(reset_mail, "send_in_background", left.append)
    monkeypatch.setattr(reset_mail, "people", lambda _typed: pytest.fail("somebody was looked up"))
    assert ask("mira").status_code == 302
    assert [one.typed for one in left] == ["mira"]


def test_an_account_is_mailed_only_so_often_and_an_address_asks_only_so_often(mira: User) -> None:
    for number in range(limits.RESETS_OF_ONE_ACCOUNT + 2):
        assert ask("mira", f"192.0.2.{number}").status_code == 302
    assert len(mail.outbox) == limits.RESETS_OF_ONE_ACCOUNT
    answers = [ask(f"name{number}", "198.51.100.1").status_code for number in range(limits.RESETS_FROM_ONE_ADDRESS)]
    assert set(answers) == {302}
    refused = ask("mira", "198.51.100.1")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "That was too often. Try again in 1 minute." in refused.content.decode()


def test_without_mail_the_page_says_who_helps(mira: User, settings: Any) -> None:
    settings.EMAIL_URL = ""
    assert "they can give you a link" in Client().get(RESET).content.decode()
    assert ask("mira").status_code == 200
    assert mail.outbox == []


def test_mail_and_pages_are_german_for_who_asks_in_german(mira: User) -> None:
    ask("mira", headers={"accept-language": "de"})
    assert mail.outbox[0].subject == "Wählen Sie ein neues Passwort für den Chat-Arbeitsplatz"
    assert "Ihr Benutzername ist mira." in str(mail.outbox[0].body)
    german = Client(headers={"accept-language": "de"}).get(RESET).content.decode()
    assert "<h1>Passwort vergessen</h1>" in german


def test_a_host_that_is_not_ours_gets_into_no_mail(mira: User) -> None:
    assert ask("mira", headers={"host": "evil.example"}).status_code == 400
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_cannot_be_sent_is_logged_without_its_link(
    mira: User, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_more: Any) -> None:
        raise OSError("the mail server is away")

    monkeypatch.setattr(reset_mail, "send_mail", refuse)
    reset_mail._then_closed(reset_mail.send, reset_mail.Asked("mira", "https://portal.example.org", "en"))
    assert "could not be sent" in caplog.text
    assert "/account/reset/" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_mails_own_thread_sends_and_closes_its_connection(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    reset_mail.send_in_background(reset_mail.Asked("mira", "https://portal.example.org", "en"))
    reset_mail._thread().submit(lambda: None).result(10)
    assert [one.to for one in mail.outbox] == [["Mira@example.org"]]
