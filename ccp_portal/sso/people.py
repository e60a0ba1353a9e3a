"""Who somebody is here, whom the provider vouches for: found, linked or made, with the groups of their claims.

Called by `adapters` once the provider's answer is known to be genuine. Nobody takes over an account by an e-mail address,
unless CCP_OIDC_LINK_BY_EMAIL says that the provider's verified addresses are believed.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Q

from agents import presence
from agents.models import RoutingProfile
from agents.supervision import accounts, roles
from chats.transcripts import end_sessions

from . import claims

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)


class NotLetIn(Exception):
    """Why this person does not get in: a code of `pages.REASONS`. `person` is whose account it is, where there is one."""

    def __init__(self, code: str, person: User | None = None) -> None:
        super().__init__(code)
        self.code, self.person = code, person


def let_in(who: claims.Identity, linked: User | None) -> User:
    """The person of this identity, with the groups that it has now, in the caller's transaction; `linked`: who signed in with it before."""
    person = linked or _of_same_email(who)
    if person is not None and not person.is_active:
        raise NotLetIn("closed", person)
    names = claims.mapped(who.values, settings.CCP_OIDC_GROUPS)
    groups = [group for name in names if (group := _group(name)) is not None]
    if person is None:
        if not groups:
            raise NotLetIn("no_group")
        person = _made(who)
    elif settings.CCP_OIDC_GROUPS and not groups:
        raise NotLetIn("no_group", person)
    _follow(person, groups)
    _give_desk(person, who)
    return person


def shut_out(person: User) -> None:
    """Who is in no group any more loses those of the mapping, and is signed out everywhere."""
    with transaction.atomic():
        _follow(person, [])
        end_sessions(person.pk)


def _group(name: str) -> Group | None:
    """The group of this name; one of the portal's own is made where somebody has deleted it."""
    found = Group.objects.filter(name=name).first()
    if found is None and name in {*roles.ROLES, roles.ADMINS}:
        made: Group = roles.make(name)
        return made
    if found is None:
        log.error("CCP_OIDC_GROUPS names the group %r: there is none, make it in the admin", name)
    return found


def _of_same_email(who: claims.Identity) -> User | None:
    """Whom this is, by a verified address of one account; NotLetIn where an account has the name or address of somebody else."""
    twins = Q(username__iexact=who.username) if who.username else Q(pk=None)
    if who.email:
        twins |= Q(email__iexact=who.email)
    found = list(get_user_model().objects.filter(twins)[:2])
    if not found:
        return None
    by_email = [one for one in found if who.email and one.email.casefold() == who.email.casefold()]
    if settings.CCP_OIDC_LINK_BY_EMAIL and who.email_is_verified and len(found) == len(by_email) == 1:
        return by_email[0]
    raise NotLetIn("has_account", found[0])


def _made(who: claims.Identity) -> User:
    if not who.username:
        raise NotLetIn("no_name")
    try:
        with transaction.atomic():
            return get_user_model().objects.create_user(
                who.username, who.email, first_name=who.first_name, last_name=who.last_name
            )
    except IntegrityError:  # the same person in two tabs at once
        raise NotLetIn("has_account") from None


def _follow(person: User, groups: list[Group]) -> None:
    """Of the groups in the mapping exactly these; others are an administrator's to give and take. Admins may open the admin."""
    mine = set(person.groups.filter(name__in=settings.CCP_OIDC_GROUPS.values()))
    added, removed = set(groups) - mine, mine - set(groups)
    if added:
        person.groups.add(*added)
    if removed:
        person.groups.remove(*removed)
    becomes = {one.name == roles.ADMINS: True for one in added} | {one.name == roles.ADMINS: False for one in removed}
    if True in becomes and not person.is_superuser and person.is_staff != becomes[True]:
        person.is_staff = becomes[True]
        person.save(update_fields=["is_staff"])


def _give_desk(person: User, who: claims.Identity) -> None:
    """A routing profile of the claims makes somebody an agent; whoever is one already keeps what an administrator chose."""
    names = claims.mapped(who.values, settings.CCP_OIDC_PROFILES)
    if not names or hasattr(person, "agent"):
        return
    profile = RoutingProfile.objects.filter(name=names[0]).first()
    if profile is None or presence.offline() is None:
        log.error(
            "CCP_OIDC_PROFILES names the routing profile %r: there is no such profile, or no offline state", names[0]
        )
        return
    accounts.give_desk(person, profile)
