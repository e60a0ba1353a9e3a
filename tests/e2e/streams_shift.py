"""An agent at an integrator's page (streams.py), against the emulator's CCP or the portal's, and their customers."""

from __future__ import annotations

import itertools
import uuid
from typing import Any, Protocol

from playwright.sync_api import Page

from tests.ccp import Agent
from tests.e2e.other_side import start_chat
from tests.e2e.streams import Crm
from tests.emulating import EVENT, RunningEmulator
from tests.portal import PASSWORD, Product

AGENTS = """
from django.contrib.auth.models import User
from agents.models import Agent, AgentState, RoutingProfile
profile, offline = RoutingProfile.objects.get(), AgentState.objects.get(name="Offline")
mira = User.objects.get(username="mira")
for name in {names}:
    user = User.objects.create(username=name, first_name=name.title(), password=mira.password)
    user.groups.set(mira.groups.all())
    Agent.objects.create(user=user, routing_profile=profile, state=offline)
"""


class Side(Protocol):
    """Whose CCP it is. `url` is the CCP's and the participant API's; customers begin their chats at the emulator."""

    url: str
    emulator: RunningEmulator

    def hire(self) -> str:
        """The username of an agent whom no test has had before, and who is alone in serving while they are available."""
        ...

    def sign_in(self, crm: Crm, name: str) -> None: ...

    def stop(self) -> None:
        """The line of the CCP is cut."""
        ...

    def start(self) -> None: ...


class EmulatorSide:
    def __init__(self, emulator: RunningEmulator) -> None:
        self.emulator, self.url = emulator, emulator.url

    def hire(self) -> str:
        name = f"agent-{uuid.uuid4().hex[:8]}"
        Agent.of(self.emulator, name)
        return name

    def sign_in(self, crm: Crm, name: str) -> None:
        crm.frame.get_by_label("Username of the agent").fill(name)
        crm.frame.get_by_role("button", name="Sign in").click()
        crm.wait_for("agent")

    def stop(self) -> None:
        self.emulator.kill()

    def start(self) -> None:
        self.emulator.start()


class PortalSide:
    def __init__(self, product: Product, agents: int) -> None:
        self.product, self.emulator, self.url = product, product.emulator, product.portal.url
        names = [f"agent-{number}" for number in range(1, agents + 1)]
        product.portal.shell(AGENTS.format(names=names))
        self._names = iter(names)

    def hire(self) -> str:
        return next(self._names)

    def sign_in(self, crm: Crm, name: str) -> None:
        crm.frame.get_by_label("User name").click()
        crm.page.keyboard.type(name)
        crm.page.keyboard.press("Tab")
        crm.page.keyboard.type(PASSWORD)
        crm.page.keyboard.press("Enter")
        crm.wait_for("agent")

    def stop(self) -> None:
        self.product.portal.kill()

    def start(self) -> None:
        self.product.portal.start()


class Shift:
    """One agent at the page, who is alone in serving the queue, and their customers."""

    _numbers = itertools.count(1)

    def __init__(self, page: Page, site: str, side: Side, **options: Any) -> None:
        self.side, self.emulator, self.site = side, side.emulator, site
        self.name = side.hire()
        self.crm = Crm(page, site, side.url, **options)
        side.sign_in(self.crm, self.name)

    def ends(self) -> None:
        """Nobody is left who is offered what the next test's customers begin."""
        self.crm.do("crm.setState('Offline')")

    def offered(self, customer: str = "Ada", **given: Any) -> Chatting:
        self.crm.do("crm.setState('Available')")
        chatting = Chatting(self.emulator, customer, **given)
        self.crm.wait_for("onConnecting", chatting.id)
        return chatting

    def serving(self, customer: str = "Ada", **given: Any) -> Chatting:
        chatting = self.offered(customer, **given)
        assert self.crm.ask(f"crm.contact('{chatting.id}')", "accept") == {}
        self.crm.wait_for("controller", chatting.id)
        return chatting

    def done(self, chat: Chatting) -> None:
        """The agent ends it and puts it away."""
        crm = self.crm
        assert crm.ask(f"crm.contact('{chat.id}').getAgentConnection()", "destroy") == {}
        crm.wait_for("onEnded", chat.id)
        assert crm.ask(f"crm.contact('{chat.id}')", "clear") == {}
        crm.wait_for("onDestroy", chat.id)


class Chatting:
    """A customer, with boto3."""

    def __init__(self, emulator: RunningEmulator, name: str, **given: Any) -> None:
        self._client = emulator.client("connectparticipant")
        started = start_chat(emulator, name, "Hello", **given)
        self.id = started["ContactId"]
        joined = self._client.create_participant_connection(
            ParticipantToken=started["ParticipantToken"], Type=["CONNECTION_CREDENTIALS"], ConnectParticipant=True
        )
        self._by = {"ConnectionToken": joined["ConnectionCredentials"]["ConnectionToken"]}

    def say(self, text: str) -> str:
        return str(self._client.send_message(Content=text, ContentType="text/plain", **self._by)["Id"])

    def type(self) -> None:
        self._client.send_event(ContentType=f"{EVENT}typing", **self._by)

    def leave(self) -> None:
        self._client.disconnect_participant(**self._by)

    def texts(self) -> list[str]:
        items = self._client.get_transcript(SortOrder="ASCENDING", MaxResults=100, **self._by)["Transcript"]
        return [item["Content"] for item in items if item["Type"] == "MESSAGE"]
