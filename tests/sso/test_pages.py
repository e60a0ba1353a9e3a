"""Signing in without a password in a real Chromium: by the provider's own page; what is seen is accessible in both themes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessible import found_in_both_themes
from tests.e2e.browsing import chromium, window
from tests.emulating import free_port
from tests.portal import PASSWORD, RunningPortal
from tests.sso.provider import Provider

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZE = {"width": 1440, "height": 900}
SHOTS = os.environ.get("CCP_SSO_SHOTS", "")  # a folder: pictures to look at
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, running_provider: Provider) -> Iterator[RunningPortal]:
    environment = {
        "CCP_SNS_CERT": "",
        "CCP_OIDC_ISSUER": running_provider.url,
        "CCP_OIDC_NAME": "Fenmark Login",
        "CCP_OIDC_GROUPS": "chat-agents=Agents",
        "CCP_OIDC_CONTACT": "IT, phone 4711",
    }
    running_provider.honest()
    with RunningPortal(tmp_path_factory.mktemp("portal"), free_port(), environment=environment) as running:
        profile = running.shell("from agents.models import RoutingProfile; print(RoutingProfile.objects.first().name)")
        running.environment["CCP_OIDC_PROFILES"] = f"chat-agents={profile}"
        running.restart()
        yield running


def looked_at(page: Page, name: str) -> None:
    """Clean under axe in both themes; and in a folder, for whoever looks."""
    assert found_in_both_themes(page) == []
    for theme in ("light", "dark") if SHOTS else ():
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{theme}-{width}.png")
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]


def at_the_provider(page: Page, subject: str) -> None:
    page.get_by_role("link", name="Sign in with Fenmark Login").click()
    page.locator("input[name=sub]").click()
    page.keyboard.type(subject)
    page.keyboard.press("Enter")


def by_password(page: Page, portal: RunningPortal, username: str, path: str = "/login/") -> None:
    page.goto(f"{portal.url}{path}")
    for label, words in (("User name", username), ("Password", PASSWORD)):
        page.get_by_label(label, exact=True).click()
        page.keyboard.type(words)
    page.keyboard.press("Enter")


def test_somebody_new_signs_in_by_the_provider_and_is_at_their_desk(
    browser: Browser, portal: RunningPortal, running_provider: Provider
) -> None:
    running_provider.knows("nora-1", preferred_username="nora", given_name="Nora", groups=["chat-agents"])
    running_provider.knows("odd-1", preferred_username="odd", groups=["kitchen"])
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        page.goto(f"{portal.url}/history/")
        expect(page.get_by_role("link", name="Sign in with Fenmark Login")).to_be_visible()
        looked_at(page, "login")
        at_the_provider(page, "odd-1")
        expect(page.get_by_role("heading", name="Not signed in")).to_be_visible()
        expect(page.get_by_text("Turn to IT, phone 4711.")).to_be_visible()
        looked_at(page, "no-group")
        page.get_by_role("link", name="To the sign-in page").click()
        at_the_provider(page, "nora-1")
        page.wait_for_url("**/desk/")
        page.locator("#me-button").click()
        page.get_by_role("link", name="Signing in").click()
        expect(page.get_by_text("linked: it signs you in here")).to_be_visible()
        looked_at(page, "signing-in")
        page.get_by_role("button", name="Deutsch").click()
        expect(page.get_by_role("heading", name="Anmeldung")).to_be_visible()
        looked_at(page, "signing-in-de")


def test_who_has_a_password_links_the_provider_and_comes_by_it_then(
    browser: Browser, portal: RunningPortal, running_provider: Provider
) -> None:
    running_provider.knows("mira-1", preferred_username="mira", groups=["chat-agents"])
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        by_password(page, portal, "mira")
        page.wait_for_url("**/desk/")
        page.goto(f"{portal.url}/account/signing-in/")
        page.get_by_role("button", name="Link Fenmark Login").click()
        page.locator("input[name=sub]").click()
        page.keyboard.type("mira-1")
        page.keyboard.press("Enter")
        expect(page.get_by_text("linked: it signs you in here")).to_be_visible()
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        page.goto(f"{portal.url}/login/")
        at_the_provider(page, "mira-1")
        page.wait_for_url("**/desk/")


def enter(page: Page, label: str, words: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.keyboard.type(words)


def code_of(secret: str) -> str:
    """As an app shows it; with half a period left at least, or the next one, which is good already."""
    return format_hotp_value(hotp_value(secret, int(time.time() + 15) // 30))


def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(browser: Browser, portal: RunningPortal) -> None:
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        by_password(page, portal, "jonas")
        page.wait_for_url("**/desk/")
        page.goto(f"{portal.url}/account/signing-in/")
        page.get_by_role("link", name="Set up Authenticator app").click()
        secret = page.locator(".key").inner_text().replace(" ", "")
        looked_at(page, "set-up")
        enter(page, "Code", "000000")
        enter(page, "Password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_text("This code is wrong, or was used already.")).to_be_visible()
        looked_at(page, "set-up-wrong")
        enter(page, "Code", code_of(secret))
        enter(page, "Password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        looked_at(page, "recovery-codes")
        recovery = page.locator(".codes code").first.inner_text()
        page.get_by_role("link", name="I have them").click()
        expect(page.get_by_text("its code is asked for after the password")).to_be_visible()
        page.get_by_role("link", name="Change Authenticator app").click()
        expect(page.get_by_text("You have 10 recovery codes left.")).to_be_visible()
        looked_at(page, "second-factor")
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        by_password(page, portal, "jonas")
        expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
        expect(page.get_by_label("Code")).to_be_focused()
        looked_at(page, "ask")
        page.get_by_role("button", name="Deutsch").click()
        expect(page.get_by_role("heading", name="Code eingeben")).to_be_visible()
        looked_at(page, "ask-de")
        enter(page, "Code", recovery)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/")


def device_of(page: Page, *, verified: bool = True) -> Any:
    """A telephone that keeps passkeys, by the browser's own stand-in; `verified`: its owner shows their finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    about = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    about |= {"isUserVerified": verified, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": about})
    return session


def test_a_passkey_is_added_and_signs_in_alone_until_it_is_removed(browser: Browser, portal: RunningPortal) -> None:
    here = portal.url.replace("127.0.0.1", "localhost")  # an address is no name that a passkey could belong to
    with window(browser, viewport=SIZE, reduced_motion="reduce") as page:
        device_of(page)
        page.goto(f"{here}/login/?next=/account/passkeys/")
        enter(page, "User name", "ida")
        enter(page, "Password", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
        enter(page, "Password", "a guess")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("The password is wrong.")).to_be_visible()
        enter(page, "Password", PASSWORD)
        enter(page, "Name of a new one", "My telephone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("listitem").filter(has_text="My telephone")).to_be_visible()
        looked_at(page, "passkeys")
        page.goto(f"{here}/account/signing-in/")
        expect(page.get_by_text("1 passkey signs you in")).to_be_visible()
        looked_at(page, "signing-in-all")
        page.context.clear_cookies()
        page.goto(f"{here}/login/?next=/account/passkeys/")
        looked_at(page, "login-all")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("listitem").filter(has_text="My telephone")).to_be_visible()
        enter(page, "Password", PASSWORD)
        page.get_by_role("button", name="Remove My telephone").click()
        expect(page.get_by_role("listitem")).to_have_count(0)
        page.context.clear_cookies()
        page.goto(f"{here}/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("This passkey is not known here")).to_be_visible()
    with window(browser, viewport=SIZE) as page:
        device_of(page, verified=False)
        page.goto(f"{here}/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_text("No passkey was used.")).to_be_visible()
