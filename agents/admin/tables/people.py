"""People as lines: login, names, e-mail, groups and teams, and the desk. A new one chooses a password by a link."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from agents import presence
from agents.admin.telling import assign
from agents.models import Agent, RoutingProfile
from agents.models.routing_profile import MOST_CHATS

from .reading import SEVERAL, Line, Problem, several
from .table import Table, wrong_value

FIELDS = {"login": "username", "name": "first_name", "last_name": "last_name", "email": "email"}


class PeopleTable(Table):
    columns = ("login", "name", "last_name", "email", "groups", "routing_profile", "chats")
    required = ("login",)
    key = "login"

    def load(self, keys: Collection[str]) -> None:
        named = User.objects.annotate(small=Lower("username")).filter(small__in=keys)
        people = named.select_related("agent__routing_profile").prefetch_related("groups")
        self._people = {person.username.casefold(): person for person in people}
        self._groups = {group.name: group for group in Group.objects.all()}
        self._profiles = {profile.name: profile for profile in RoutingProfile.objects.exclude(queues=None)}
        self._offline = presence.offline()

    def kept(self, key: str) -> Mapping[str, str] | None:
        person = self._people.get(key.casefold())
        return dict(zip(self.columns, _cells(person), strict=True)) if person is not None else None

    def wrong(self, line: Line) -> Iterator[Problem]:
        for column, name in FIELDS.items():
            if column in line.cells:
                for told in wrong_value(User, name, line.cells[column]):
                    yield Problem(line.number, column, told)
        person = self._people.get(line.cells["login"].casefold())
        if person is not None and person.username != line.cells["login"]:
            told = _("There is a login “%(login)s” already.") % {"login": person.username}
            yield Problem(line.number, "login", told)
        for name in several(line.cells.get("groups", "")):
            if name not in self._groups:
                yield Problem(line.number, "groups", _("There is no group “%(name)s”.") % {"name": name})
        yield from self._wrong_desk(line, person)

    def _wrong_desk(self, line: Line, person: User | None) -> Iterator[Problem]:
        profile, chats = line.cells.get("routing_profile", ""), line.cells.get("chats", "")
        if profile and profile not in self._profiles:
            known = ", ".join(list(self._profiles)[:10])
            told = _("There is no routing profile “%(name)s” with queues. There are: %(known)s.")
            yield Problem(line.number, "routing_profile", told % {"name": profile, "known": known})
        elif profile and self._offline is None:
            told = _("An agent begins offline: first make an agent state of that type.")
            yield Problem(line.number, "routing_profile", told)
        elif not profile and "routing_profile" in line.cells and person is not None and hasattr(person, "agent"):
            yield Problem(line.number, "routing_profile", _("This person has a desk: name its routing profile."))
        if chats and not (chats.isascii() and chats.isdecimal() and 1 <= int(chats) <= MOST_CHATS):
            yield Problem(line.number, "chats", _("A number from 1 to %(most)d, or nothing.") % {"most": MOST_CHATS})

    def save(self, line: Line) -> None:
        person = self._people.get(line.cells["login"].casefold()) or User(username=line.cells["login"])
        for column, name in FIELDS.items():
            if column in line.cells:
                setattr(person, name, line.cells[column])
        if person.pk is None:
            person.set_unusable_password()
        person.save()
        if "groups" in line.cells:
            person.groups.set([self._groups[name] for name in several(line.cells["groups"])])
        profile = self._profiles.get(line.cells.get("routing_profile", ""))
        if profile is not None:
            self._save_desk(person, profile, line)

    def _save_desk(self, person: User, profile: RoutingProfile, line: Line) -> None:
        agent = getattr(person, "agent", None)
        before = agent.capacity_override if agent is not None else None
        chats = (int(line.cells["chats"]) if line.cells["chats"] else None) if "chats" in line.cells else before
        if agent is not None:
            assign(agent.pk, profile, chats)
        elif self._offline is not None:
            Agent.objects.create(user=person, routing_profile=profile, capacity_override=chats, state=self._offline)

    def rows(self, of: Iterable[Any]) -> Iterator[list[str]]:
        return (_cells(person) for person in of.select_related("agent__routing_profile"))  # type: ignore[attr-defined]  # a QuerySet


def _cells(person: User) -> list[str]:
    agent = getattr(person, "agent", None)
    return [
        person.username,
        person.first_name,
        person.last_name,
        person.email,
        SEVERAL.join(sorted(group.name for group in person.groups.all())),
        agent.routing_profile.name if agent else "",
        str(agent.capacity_override or "") if agent else "",
    ]
