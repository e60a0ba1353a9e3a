"""An unmodified Streams page against the portal's CCP: every row of the table in docs/streams.md that says it works there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browsing import missing, window
from tests.e2e.chatjs import NotAvailableError
from tests.e2e.streams import NEWEST, streams_site
from tests.e2e.streams_shift import PortalSide, Shift
from tests.portal import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    try:
        with streams_site(NEWEST) as url:
            yield url
    except NotAvailableError as error:
        missing(f"{NEWEST} from npm ({error})")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, site: str) -> Iterator[PortalSide]:
    folder = tmp_path_factory.mktemp("product")
    allowed = {"CCP_ALLOWED_ORIGINS": site.rpartition("/")[0]}
    with Product(folder, portal_environment=allowed) as product:
        yield PortalSide(product, agents=30)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as opened:
        yield opened


@pytest.fixture
def shift(page: Page, site: str, portal: PortalSide) -> Iterator[Shift]:
    made = Shift(page, site, portal)
    yield made
    made.ends()


def refused(answer: dict[str, Any]) -> str:
    return str(answer["failed"]["type"])


def test_a_chat_is_offered_accepted_ended_and_put_away(shift):
    crm = shift.crm
    chat = shift.offered(Attributes={"order": "4711"})
    contact = crm.log("contact")[0]
    assert (contact["id"], contact["state"]) == (chat.id, "connecting")
    assert contact["attributes"]["order"] == {"name": "order", "value": "4711"}
    assert crm.ask(f"crm.contact('{chat.id}')", "accept") == {}
    crm.wait_for("onConnected", chat.id)
    assert crm.ask(f"crm.contact('{chat.id}')", "accept") == {}  # it is theirs: nothing hangs
    shift.done(chat)
    story = ("onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy", "onMissed")
    assert crm.order(*story) == ["onConnecting", "onAccepted", "onConnected", "onACW", "onEnded", "onDestroy"]
    assert crm.log("onViewContact") == [chat.id, ""]
