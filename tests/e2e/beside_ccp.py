"""An agent at our desk beside the emulator's CCP, in Chromium: the desk, and the CCP in its panel, each by what one sees there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from tests.amazon import BASIC_QUEUE
from tests.ccp import Agent
from tests.e2e.chatjs import library
from tests.e2e.desks import DeskPage
from tests.e2e.streams import NEWEST
from tests.emulating import eventually
from tests.flows import flow, queue, transfer
from tests.portal import Product

CCP = "/connect/ccp-v2/"


@contextmanager
def product_beside_ccp(folder: Path, **environment: str) -> Iterator[Product]:
    """Every chat goes into a queue of Amazon Connect; the portal is told where the instance's CCP is."""
    (folder / "queue.json").write_text(flow(queue("q", "transfer", QueueId=BASIC_QUEUE), transfer()))
    product = Product(folder, flow=folder / "queue.json")
    product.portal.environment |= {
        "CCP_CONNECT_CCP_URL": f"{product.emulator.url}{CCP}",
        "CCP_STREAMS_FILE": str(library(NEWEST)),
        **environment,
    }
    with product:
        yield product


class Beside:
    """One tab of the desk, and the CCP in it. Real keys; every wait is on what is shown."""

    def __init__(self, page: Page, product: Product, username: str = "mira", name: str = "") -> None:
        self.page, self.product = page, product
        self.desk = DeskPage(page, product.portal)
        self.username = username
        self.agent = Agent.of(product.emulator, name or f"agent-{uuid.uuid4().hex[:8]}")

    @property
    def ccp(self) -> FrameLocator:
        return self.page.frame_locator("#connect-frame").frame_locator("iframe")

    @property
    def pill(self) -> Any:
        return self.page.locator("#state-button")

    def sign_in(self) -> Beside:
        """At the desk, and in the CCP that the desk shows for it."""
        self.desk.log_in(self.username)
        self.sign_in_to_connect()
        return self

    def sign_in_to_connect(self) -> None:
        field = self.ccp.get_by_label("Username of the agent")
        expect(field).to_be_visible()
        field.click()
        self.page.keyboard.type(self.agent.name)
        self.page.keyboard.press("Enter")
        self.is_there()

    def is_there(self) -> None:
        expect(self.page.locator("#connect-open [data-at=told]")).to_contain_text("Signed in to Amazon Connect")
        expect(self.pill).to_contain_text("Amazon Connect")

    def go(self, state: str) -> None:
        self.desk.go(state)
        eventually(lambda: self.in_connect()["status"] == state, why=f"Amazon Connect has {state}")

    def in_connect(self) -> dict[str, Any]:
        agents = self.product.emulator.control("agents")["agents"]
        return next(dict(one) for one in agents if one["username"] == self.agent.name)

    def contacts_in_connect(self) -> dict[str, str]:
        return {one["contactId"]: one["state"] for one in self.in_connect()["contacts"]}

    def until_in_connect(self, contact_id: str, state: str | None) -> None:
        eventually(lambda: self.contacts_in_connect().get(contact_id) == state, why=f"Amazon Connect has it {state}")

    def accept(self, name: str) -> None:
        """By the keyboard: a click just when the list has moved under the pointer is not taken."""
        self.desk.offers.filter(has_text=name).get_by_role("button", name="Accept").press("Enter")
        expect(self.desk.head).to_have_text(name)

    def say(self, text: str) -> None:
        self.page.locator("#words").click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def done(self) -> None:
        self.page.locator("#done").click()

    def open_panel(self) -> None:
        self.page.locator("#connect-open").click()
        expect(self.page.locator("#connect")).to_be_visible()
