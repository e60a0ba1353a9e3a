"""Wrong passwords are limited by account and by address, for every login, and nobody locks out their colleagues."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone

from ccp_portal import hashing, login
from tests import factories

pytestmark = pytest.mark.django_db
OFFICE, ELSEWHERE = "203.0.113.7", "198.51.100.1"
RIGHT, WRONG = "the right one", "a wrong one"
CHEAP = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(autouse=True)
def _cheap(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [CHEAP]


@pytest.fixture
def mira() -> User:
    return factories.admin_with("mira", RIGHT)


def knock(username: str, password: str, address: str = OFFICE, at: str = "/login/", **more: Any) -> Any:
    client = Client(REMOTE_ADDR=address, **more)
    return client.post(at, {"username": username, "password": password, "next": at.replace("login/", "")})


def gets_in(username: str, address: str = OFFICE, **more: Any) -> bool:
    return knock(username, RIGHT, address, **more).status_code == 302


def guess(username: str, times: int, address: str = OFFICE, **more: Any) -> list[int]:
    return [knock(username, WRONG, address, **more).status_code for _ in range(times)]


def an_hour_passes() -> None:
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(hours=1))


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait(mira: User) -> None:
    assert guess("mira", 12) == [200] * 9 + [429] * 3
    refused = knock("mira", RIGHT)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    assert "Try again in 10 minutes." in refused.content.decode()
    assert 'name="next" value="/"' in refused.content.decode()
    an_hour_passes()
    assert gets_in("mira")


def test_it_is_said_in_german_too(mira: User) -> None:
    guess("mira", 10)
    told = knock("mira", RIGHT, HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "Das Passwort war zu oft falsch. Versuchen Sie es in 10 Minuten noch einmal." in told


def test_waiting_is_not_made_longer_by_trying(mira: User) -> None:
    guess("mira", 10)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(seconds=590))
    guess("mira", 3)
    assert int(knock("mira", RIGHT)["Retry-After"]) <= 10


def test_whoever_gets_in_begins_anew(mira: User) -> None:
    for _ in range(3):
        guess("mira", 9)
        assert gets_in("mira")


def test_an_account_is_guessed_at_from_many_addresses_only_so_often(mira: User) -> None:
    for number in range(login.OF_ONE_ACCOUNT):
        guess("mira", 1, f"192.0.2.{number}")
    assert not gets_in("mira", ELSEWHERE)


def test_nobody_is_locked_out_of_where_they_always_sit_by_guesses_from_elsewhere(mira: User) -> None:
    assert gets_in("mira", OFFICE)
    for number in range(30):
        guess("mira", 1, f"192.0.2.{number}")
    assert not gets_in("mira", ELSEWHERE)
    assert gets_in("mira", OFFICE)


def test_one_address_guesses_at_many_accounts_only_so_often(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "FROM_ONE_ADDRESS", 15)
    for number in range(login.FROM_ONE_ADDRESS):
        guess(f"name{number}", 1, ELSEWHERE)
    assert not gets_in("mira", ELSEWHERE)
    assert gets_in("mira", OFFICE)


def test_a_whole_office_behind_one_address_is_not_locked_out(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "FROM_ONE_ADDRESS", 15)
    jonas = factories.admin_with("jonas", RIGHT)
    guess("mira", 12)
    assert gets_in("jonas")  # never seen here before
    for number in range(login.FROM_ONE_ADDRESS):
        guess(f"name{number}", 1)
    assert gets_in("jonas")  # known here
    AccessLog.objects.filter(username=jonas.username).update(attempt_time=timezone.now() - timedelta(days=31))
    assert not gets_in("jonas")


def test_a_name_that_nobody_has_is_told_the_same(mira: User) -> None:
    assert guess("nobody", 11) == guess("mira", 11)


def test_behind_a_proxy_it_is_the_proxys_word_that_counts(mira: User, settings: Any) -> None:
    guess("mira", 10, HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert not gets_in("mira", HTTP_X_FORWARDED_FOR="192.0.2.2")  # nobody has put a proxy there
    an_hour_passes()
    settings.CCP_BEHIND_PROXY = True
    guess("mira", 10, HTTP_X_FORWARDED_FOR="192.0.2.9, 192.0.2.1")
    assert not gets_in("mira", HTTP_X_FORWARDED_FOR="192.0.2.8, 192.0.2.1")
    assert gets_in("mira", HTTP_X_FORWARDED_FOR="192.0.2.1, 192.0.2.2")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", None),
        ("unix", None),
    ],
)
def test_an_address_of_ipv6_stands_for_its_network(rf: Any, address: str, counted: str | None) -> None:
    assert login.client_address(rf.get("/", REMOTE_ADDR=address)) == counted


def test_who_is_signed_in_stays_signed_in_through_the_change_of_backends(mira: User) -> None:
    client = Client()
    client.force_login(mira, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200


# ---- many at once ------------------------------------------------------------------------------------------------------


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


@pytest.mark.django_db(transaction=True)
def test_of_thirty_guesses_at_once_hardly_more_than_ten_are_tried(mira: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    real = login.ModelBackend.authenticate
    monkeypatch.setattr(
        login.ModelBackend, "authenticate", lambda *what, **more: tried.append(1) or real(*what, **more)
    )
    answers = at_once(lambda _: knock("mira", WRONG).status_code, 30)
    assert 429 in answers
    assert len(tried) <= login.AT_ONE_ADDRESS + 4 * hashing.THREADS
    assert not gets_in("mira")


def test_passwords_are_hashed_on_two_threads_and_mean_the_same(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    before = make_password("of an older release")
    settings.PASSWORD_HASHERS = ["ccp_portal.hashing.BoundedPBKDF2PasswordHasher"]
    working, most, lock = 0, 0, threading.Lock()
    real = hashing.PBKDF2PasswordHasher.encode

    def counted(*what: Any) -> str:
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        try:
            return real(*what)
        finally:
            with lock:
                working -= 1

    monkeypatch.setattr(hashing.PBKDF2PasswordHasher, "encode", counted)
    assert at_once(lambda _: check_password("of an older release", before), 6) == [True] * 6
    assert most <= 2
    assert not check_password("another", before)
