"""From an empty portal to the first chat, as an admin does it in a real Chromium, by the start page's own order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessible import found, found_in_both_themes
from tests.e2e.browsing import window
from tests.e2e.desks import DeskPage
from tests.emulating import INBOUND_FLOW
from tests.portal import PASSWORD, Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
EMPTY = """
from django.contrib.auth.models import User
from agents.models import *
from chats.models import *
Agent.objects.all().delete(); User.objects.exclude(username="admin").delete()
for model in (RoutingProfile, QuickResponse, Queue, AgentState):
    model.objects.all().delete()
"""
CHOSEN = "a lamp that flickers"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def empty(product: Product) -> Product:
    """Nothing but the admin."""
    product.portal.stop()
    product.portal.shell(EMPTY)
    product.portal.environment["CCP_START_CHAT_FLOWS"] = INBOUND_FLOW
    product.portal.start()
    return product


@pytest.fixture
def admin(browser: Browser, empty: Product) -> Iterator[Page]:
    with window(browser, viewport=WIDE, reduced_motion="reduce", base_url=empty.portal.url) as page:
        _sign_in(page, "admin", PASSWORD)
        yield page


def _sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("User name").press_sequentially(login)
    page.get_by_label("Password").press_sequentially(password)
    page.keyboard.press("Enter")
    page.wait_for_function("location.pathname !== '/login/'")


def _step(page: Page, name: str) -> None:
    page.goto("/admin/")
    page.locator(".step").get_by_role("link", name=name, exact=True).click()


def _type(page: Page, **fields: str) -> None:
    for name, words in fields.items():
        page.locator(f"#id_{name}").press_sequentially(words)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def _fits(page: Page, heading: str) -> None:
    """Axe finds nothing in both themes, and a telephone scrolls no page sideways."""
    expect(page.locator("h1").filter(has_text=heading)).to_be_visible()
    assert found_in_both_themes(page, "#content") == [], page.url
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) <= 0, page.url
    assert found(page, "#content") == [], page.url
    page.set_viewport_size(WIDE)


def test_an_admin_sets_up_a_portal_and_an_agent_serves_the_first_chat(
    browser: Browser, empty: Product, admin: Page
) -> None:
    for state, kind in (("Available", "routable"), ("Offline", "offline")):
        admin.goto("/admin/agents/agentstate/add/")
        _type(admin, name=state)
        admin.locator("#id_type").select_option(kind)
        _save(admin)
    _step(admin, "Queue")
    _type(admin, name="Returns", public_name="Fenmark Home")
    admin.locator("#id_is_default").check()
    _fits(admin, "Add queue")
    _save(admin)
    expect(admin.locator(".messagelist")).to_contain_text("No routing profile serves this queue")
    _step(admin, "Hours of operation")
    _type(admin, name="Round the clock", day_0="00:00-24:00")
    admin.locator("#id_time_zone").select_option("Europe/Berlin")
    _fits(admin, "Add hours of operation")
    _save(admin)
    _step(admin, "Routing profile")
    _type(admin, name="Chat")
    admin.locator("#id_profile_queues-0-queue").select_option(label="Returns")
    _save(admin)
    _step(admin, "Agent")
    _type(admin, first_name="Mira", last_name="Okafor", username="mira")
    admin.locator("#id_routing_profile").select_option(label="Chat")
    _fits(admin, "Add user")
    _save(admin)
    link = admin.locator("#password-link")
    _fits(admin, "Password link")
    address = link.input_value()
    admin.get_by_role("link", name="Done").click()
    _fits(admin, "Change user")
    with window(browser, viewport=WIDE, base_url=empty.portal.url) as desk:
        _chooses_a_password_and_signs_in(desk, address)
        mira = DeskPage(desk, empty.portal).live()
        mira.go("Available")
        admin.goto("/admin/chats/queue/")
        admin.get_by_role("link", name="Returns").first.click()
        admin.get_by_role("button", name="Test chat").click()
        expect(admin.locator(".messagelist")).to_contain_text("A test chat goes through the flow")
        mira.accept("Test chat")
        expect(mira.theirs).to_have_text(["This is a test chat."])
        _the_start_page_says_all_is_done(admin)
        _the_account_is_closed_after_the_contact(admin, mira)


def _chooses_a_password_and_signs_in(desk: Page, address: str) -> None:
    desk.goto(address)
    for name in ("new_password1", "new_password2"):
        desk.locator(f"[name={name}]").press_sequentially(CHOSEN)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("link", name="Sign in")).to_be_visible()
    _sign_in(desk, "mira", CHOSEN)
    desk.wait_for_url("**/desk/")


def _the_start_page_says_all_is_done(admin: Page) -> None:
    admin.goto("/admin/")
    expect(admin.locator(".step--done")).to_have_count(7)
    _fits(admin, "Start")


def _the_account_is_closed_after_the_contact(admin: Page, mira: DeskPage) -> None:
    admin.goto("/admin/auth/user/")
    _fits(admin, "Select user to change")
    admin.get_by_role("link", name="mira", exact=True).click()
    expect(admin.locator(".now")).to_contain_text("1 of 3 chats")
    admin.get_by_role("link", name="Deactivate").click()
    _fits(admin, "Deactivate")
    admin.get_by_label("The agent ends them").check()
    admin.get_by_role("button", name="Deactivate").click()
    expect(admin.locator(".messagelist")).to_contain_text("is closed after the last contact")
    mira.end()
    mira.done()
    mira.page.wait_for_url("**/login/**")


def test_a_file_with_errors_then_without(admin: Page) -> None:
    for state, kind in (("Available", "routable"), ("Offline", "offline")):
        admin.goto("/admin/agents/agentstate/add/")
        _type(admin, name=state)
        admin.locator("#id_type").select_option(kind)
        _save(admin)
    admin.goto("/admin/auth/user/")
    admin.get_by_role("link", name="Import").click()
    look = admin.get_by_role("button", name="Look at it, import nothing yet")
    wrong = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"login,email\nmira,x\nMIRA,\n"}
    admin.locator("#id_file").set_input_files(wrong)
    look.click()
    expect(admin.locator(".rows tbody tr")).to_have_count(2)
    expect(admin.locator(".rows tbody tr").first).to_contain_text("Enter a valid email address.")
    _fits(admin, "Import")
    right = {"name": "people.csv", "mimeType": "text/csv", "buffer": b"login,name\nmira,Mira\njonas,Jonas\n"}
    admin.locator("#id_file").set_input_files(right)
    look.click()
    expect(admin.get_by_text("Nothing is wrong. 2 are new")).to_be_visible()
    admin.get_by_role("button", name="Import", exact=True).click()
    expect(admin.locator(".messagelist")).to_contain_text("2 new, 0 changed, 0 as before.")
    admin.context.add_cookies([{"name": "django_language", "value": "de", "url": admin.url}])
    admin.reload()
    expect(admin.get_by_role("link", name="Exportieren")).to_be_visible()
