"""Who may still be here: the sockets of a session end with it, and with the password it was signed in with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from chats.realtime import SocketUser
from chats.transcripts import UserRights
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> SocketUser:
    client = Client()
    client.force_login(user)
    return SocketUser(user.pk, client.session.session_key)


def still_here(*visitors: SocketUser) -> list[SocketUser]:
    versions = UserRights().versions(visitors)
    return [visitor for visitor in visitors if visitor in versions]


def test_a_new_password_ends_every_session_of_this_user_and_of_nobody_else():
    mira = factories.user("mira", password="the old one")
    here, elsewhere, jonas = signed_in(mira), signed_in(mira), signed_in(factories.user("jonas"))
    assert still_here(here, elsewhere, jonas) == [here, elsewhere, jonas]
    mira.set_password("a new one")
    mira.save()
    assert still_here(here, elsewhere, jonas) == [jonas]
    assert still_here(again := signed_in(mira)) == [again]


def test_a_password_made_unusable_ends_them_too():
    mira = factories.user("mira", password="the old one")
    here = signed_in(mira)
    mira.set_unusable_password()
    mira.save()
    assert still_here(here) == []


def test_another_key_of_the_portal_ends_nothing_while_the_old_one_is_still_known(settings):
    here = signed_in(factories.user("mira", password="the old one"))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of the portal's, long enough to be one"
    assert still_here(here) == [here]


def test_a_session_counts_only_for_who_signed_in_with_it_and_while_it_lasts():
    mira, jonas = factories.user("mira"), factories.user("jonas")
    here = signed_in(mira)
    assert still_here(SocketUser(jonas.pk, here.session_key), SocketUser(mira.pk, "made-up")) == []
    Session.objects.filter(pk=here.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert still_here(here) == []


def test_a_session_without_a_hash_of_the_password_counts_as_for_a_page():
    """Django takes such a session for a page only while the user model has no hash: ours has one."""
    user = get_user_model().objects.create_user("mira")
    client = Client()
    client.force_login(user)
    session = client.session
    del session[HASH_SESSION_KEY]
    session.save()
    assert still_here(SocketUser(user.pk, session.session_key)) == []
    assert client.get("/desk/").status_code == 302
