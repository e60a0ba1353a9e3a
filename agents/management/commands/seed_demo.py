"""The demo's people, states and queue: makes what lacks, changes nothing that is there.

And what is known of its Amazon Connect, where CCP_DEMO_TAKES_NO_FILES says so (the emulator as the demo starts it): a
custom participant sends no files, which the desk says before one is chosen.
"""

from __future__ import annotations

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from agents.management import demo_company
from agents.models import Agent, AgentState, QuickResponse, RoutingProfile, RoutingProfileQueue, Team
from agents.supervision import roles
from chats.models import Capability, Queue
from chats.models.capability import CUSTOM_PARTICIPANT_SENDS_NO_FILES

PASSWORD = "CCP_DEMO_PASSWORD"  # noqa: S105 -- the name of the variable that holds it
NO_FILES = "CCP_DEMO_TAKES_NO_FILES"
STATES = [
    ("Available", AgentState.Type.ROUTABLE, 10),
    ("Break", AgentState.Type.NOT_ROUTABLE, 20),
    ("Offline", AgentState.Type.OFFLINE, 90),
]
RESPONSES = [
    ("hello", "Greeting", "Good morning {customer}, this is {agent}. What can I do for you?"),
    ("moment", "One moment", "One moment please, I am looking into it."),
    ("photo", "Ask for a picture", "Could you send me a picture of it?"),
    ("track", "Tracking link", "Your parcel is on its way: {link}"),
    ("bye", "Goodbye", "Thank you for writing to {queue}, {customer}. Have a good day!"),
]
AGENTS = [("mira", "Mira", "Okafor"), ("jonas", "Jonas", "Kessler")]


class Command(BaseCommand):
    help = (
        "Makes the people, states, queue and quick responses of the demo, unless they are there: agents mira and jonas in two teams, supervisor"
        f" ida, lead lena of the first team, auditor ayo, admin. {PASSWORD} must hold the password of those that are made. Run it again as often as you like."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--company", action="store_true", help="more queues and agents, hours, dispositions, some days of contacts"
        )

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        self.password = _password()
        for name, kind, order in STATES:
            AgentState.objects.get_or_create(name=name, defaults={"type": kind, "order": order})
        for shortcut, name, content in RESPONSES:
            QuickResponse.objects.get_or_create(shortcut=shortcut, defaults={"name": name, "content": content})
        names = ("Agents", "Team leads", "Supervisors", "Auditors", "Admins")
        agents, leads, supervisors, auditors, admins = (_role(name) for name in names)
        teams = [_team(name) for name in ("Team North", "Team South")]
        profile = _routing_profile(_queue(supervisors))
        for (username, first, last), (team, team_is_new) in zip(AGENTS, teams, strict=True):
            person = self._person(username, first, last, agents, team)
            if team_is_new:  # of a demo before there were teams
                person.groups.add(agents, team)
            self._agent(person, profile)
        self._person("ida", "Ida", "Reuter", supervisors)
        if os.environ.get(NO_FILES):
            Capability.keep(CUSTOM_PARTICIPANT_SENDS_NO_FILES, timezone.now())
        self._person("admin", "", "", admins, is_staff=True, is_superuser=True)
        self._person("lena", "Lena", "Vogt", leads, teams[0][0])
        self._person("ayo", "Ayo", "Mensah", auditors)
        if options["company"]:
            demo_company.make(self._person)
        self.stdout.write(self.style.SUCCESS("The demo's people are there: mira, jonas, ida, lena, ayo and admin."))

    def _person(self, username: str, first: str, last: str, *groups: Group, **rights: bool) -> User:
        person, made = get_user_model().objects.get_or_create(
            username=username, defaults={"first_name": first, "last_name": last, **rights}
        )
        if made:
            person.set_password(self.password)
            person.save(update_fields=["password"])
            person.groups.add(*groups)
            self.stdout.write(f"made {username}")
        return person

    def _agent(self, user: User, profile: RoutingProfile) -> None:
        offline = AgentState.objects.filter(type=AgentState.Type.OFFLINE)[0]  # made above, if there was none
        Agent.objects.get_or_create(user=user, defaults={"routing_profile": profile, "state": offline})


def _role(name: str) -> Group:
    """A group that was made before there were roles has no permission of its role: it gets them all."""
    group: Group = roles.make(name)
    if roles.lacks_all(group):
        roles.grant(group)
    return group


def _team(name: str) -> tuple[Group, bool]:
    """The group, and whether it is a team only now."""
    group = Group.objects.get_or_create(name=name)[0]
    return group, Team.objects.get_or_create(group=group)[1]


def _password() -> str:
    password = os.environ.get(PASSWORD, "")
    if not password:
        raise CommandError(f"Set {PASSWORD} to the password of the demo's people, and run this again.")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(f"{PASSWORD} is not good enough: {' '.join(error.messages)}") from None
    return password


def _queue(readers: Group) -> Queue:
    queue, made = Queue.objects.get_or_create(
        name="Returns",
        defaults={
            "public_name": "Fenmark Home",
            "is_default": not Queue.objects.filter(is_default=True).exists(),
        },
    )
    if made:
        queue.readers.add(readers)
    return queue


def _routing_profile(queue: Queue) -> RoutingProfile:
    profile, made = RoutingProfile.objects.get_or_create(name="Customer care", defaults={"chat_concurrency": 3})
    if made:
        RoutingProfileQueue.objects.create(routing_profile=profile, queue=queue, priority=1)
    return profile
