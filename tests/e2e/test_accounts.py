"""One's own account in real browsers: a new password ends the other device and its socket, a mailed link lets in who is locked out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import window
from tests.e2e.desks import DeskPage
from tests.emulating import eventually, free_port
from tests.portal import PASSWORD, RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
NEW = "what nobody guesses"
SIZE = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, mails: Path) -> Iterator[RunningPortal]:
    """Of its own: passwords change here."""
    environment = {"CCP_SNS_CERT": "", "EMAIL_URL": f"filemail:///{mails}"}
    with RunningPortal(tmp_path_factory.mktemp("portal"), free_port(), environment=environment) as running:
        running.shell(
            "from django.contrib.auth.models import User;"
            "User.objects.filter(username='ida').update(email='ida@example.org')"
        )
        yield running


def type_into(page: Page, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.keyboard.type(words)


def knock(page: Page, portal: RunningPortal, username: str, password: str) -> None:
    page.goto(f"{portal.url}/login/")
    type_into(page, "User name", username)
    type_into(page, "Password", password)
    page.keyboard.press("Enter")


def test_a_new_password_ends_the_other_device_and_its_socket(browser: Browser, portal: RunningPortal) -> None:
    with window(browser, viewport=SIZE) as here, window(browser, viewport=SIZE) as there:
        for page in (here, there):
            DeskPage(page, portal).log_in("mira")
        here.locator("#me-button").click()
        here.get_by_role("link", name="Change password").click()
        expect(here.get_by_label("Old password")).to_be_focused()
        for words in (PASSWORD, NEW, NEW):
            here.keyboard.type(words)
            here.keyboard.press("Tab")
        here.keyboard.press("Enter")
        expect(here.get_by_role("heading", name="Password changed")).to_be_visible()
        there.wait_for_url("**/login/?next=*")  # nobody has touched it: its socket was closed
        expect(there.get_by_role("status")).to_contain_text("You have been signed out.")
        here.get_by_role("link", name="Go on").click()
        DeskPage(here, portal).live()
        type_into(there, "User name", "mira")
        type_into(there, "Password", NEW)
        there.keyboard.press("Enter")
        there.wait_for_url("**/desk/")


def test_a_device_is_signed_out_from_another(browser: Browser, portal: RunningPortal) -> None:
    with window(browser, viewport=SIZE) as here, window(browser, viewport={"width": 390, "height": 844}) as phone:
        DeskPage(here, portal).log_in("jonas")
        DeskPage(phone, portal).log_in("jonas")
        here.locator("#me-button").click()
        here.get_by_role("link", name="Signed-in devices").click()
        rows = here.get_by_role("listitem").filter(has_text="Chrome on Linux")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("this device")
        rows.last.get_by_role("button", name="Sign out").click()
        expect(rows).to_have_count(1)
        phone.wait_for_url("**/login/?next=*")


def test_who_is_locked_out_asks_for_a_link_and_is_let_in_again(
    browser: Browser, portal: RunningPortal, mails: Path
) -> None:
    with window(browser, viewport=SIZE) as page:
        for _ in range(10):
            knock(page, portal, "ida", "no idea")
            expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("The password was wrong too often.")
        page.get_by_role("link", name="Forgotten password").click()
        expect(page.get_by_label("User name or e-mail address")).to_be_focused()
        page.keyboard.type("ida")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
        page.goto(_link(mails, portal))
        expect(page.get_by_label("New password", exact=True)).to_be_focused()
        page.keyboard.type(NEW)
        page.keyboard.press("Tab")
        page.keyboard.type(NEW)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Password set")).to_be_visible()
        knock(page, portal, "ida", NEW)
        page.wait_for_url("**/floor/")


def _link(mails: Path, portal: RunningPortal) -> str:
    found = eventually(
        lambda: [one for file in mails.iterdir() for one in re.findall(r"http://\S+", file.read_text())],
        20,
        "a mail has come",
    )
    (link,) = found
    assert link.startswith(portal.url)
    return str(link)
