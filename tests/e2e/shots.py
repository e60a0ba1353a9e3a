"""Makes the pictures under docs/shots: `python3 dev.py shots`. Real pages of the running product, both themes, three widths."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import chromium, window
from tests.e2e.desks import CustomerPage, DeskPage
from tests.emulating import Customer, customer
from tests.portal import PASSWORD, Product

SIZES = {1440: 900, 1024: 768, 390: 844}
WEBSITE = ("--website", "house/demo_website.json")  # what the demo's customers bring along
THEMES = ("light", "dark")
DISPOSITIONS = """
from agents.models import Disposition
for place, name in enumerate(["Answered", "Refund", "Replacement sent"]):
    Disposition.objects.create(name=name, order=place)
"""


def shoot(page: Page, folder: Path, name: str) -> None:
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
            page.wait_for_timeout(400)
            page.screenshot(path=folder / f"{name}-{theme}-{width}.png")
            print(f"  {name}-{theme}-{width}.png", flush=True)


def sign_in(page: Page, product: Product, username: str) -> None:
    page.goto(f"{product.portal.url}/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def talk(amelia: CustomerPage, mira: DeskPage) -> None:
    mira.say("That should not happen, I am sorry. I have looked: the panel is in stock on its own.")
    amelia.sees("the panel is in stock")
    amelia.say("Thank you! Do I have to send the old one back?")
    expect(mira.theirs.last).to_contain_text("send the old one back")
    mira.say("No need, keep it. The new panel leaves our warehouse on Thursday before noon.")
    amelia.sees("on Thursday before noon")
    amelia.say("The link still says “label created” though.")
    expect(mira.theirs.last).to_contain_text("label created")
    amelia.type("This is what came with")


def others(mira: DeskPage, kasimir: Customer) -> None:
    mira.accept("Kasimir Lund")
    mira.say("Good morning Kasimir, the courier comes between 14 and 16.")
    kasimir.wait_for_text("Good morning Kasimir, the courier comes between 14 and 16.")
    kasimir.say("Hello? Is somebody still there")
    mira.open("Amelia Hart")


def desk_and_customer(browser: Browser, product: Product, folder: Path) -> None:
    with window(browser, viewport={"width": 1440, "height": 900}) as shop, window(browser) as tab:
        tab.set_viewport_size({"width": 1440, "height": 900})
        first = "Hi, the shelf from order FM-48213 came today. One side panel is split along the grain."
        amelia = CustomerPage(shop, product.emulator.url).start("Amelia Hart", first)
        mira = DeskPage(tab, product.portal).log_in("mira")
        mira.go("Available")
        mira.accept("Amelia Hart")
        with (
            customer(product.emulator, "Kasimir Lund", "Where is my parcel?") as kasimir,
            customer(product.emulator, "Noor Haddad", "The lamp flickers since I changed the bulb") as _noor,
        ):
            others(mira, kasimir)
            talk(amelia, mira)
            mira.page.mouse.move(700, 400)
            shoot(tab, folder, "desk")
            shoot(shop, folder, "customer")
            around_the_conversation(mira, folder)
            supervisor(browser, product, folder)
            mira.end()
            expect(tab.locator("#disposition")).to_be_visible()
            shoot(tab, folder, "wrapup")
            emulator(browser, product, folder)


def around_the_conversation(mira: DeskPage, folder: Path) -> None:
    page = mira.page
    page.set_viewport_size({"width": 1440, "height": 900})
    composer = page.locator("#composer")
    composer.get_by_role("button", name="Internal note").click()
    page.locator("#words").fill("The carrier lost the first label. A new one went out by e-mail at noon.")
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_contain_text("The carrier lost the first label")
    shoot(page, folder, "note")
    composer.get_by_role("button", name="Reply").click()
    page.set_viewport_size({"width": 1440, "height": 900})
    for name, button in {"transfer": page.locator("#transfer"), "palette": page.locator("#palette-open")}.items():
        button.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        shoot(page, folder, name)
        page.keyboard.press("Escape")
        page.set_viewport_size({"width": 1440, "height": 900})


def emulator(browser: Browser, product: Product, folder: Path) -> None:
    with window(browser, viewport={"width": 1440, "height": 900}) as page:
        page.goto(f"{product.emulator.url}/_emulator/")
        shoot(page, folder, "emulator")
        page.get_by_role("link", name="Amelia Hart").first.click()
        expect(page.locator("svg").first).to_be_visible()
        shoot(page, folder, "emulator-contact")


def supervisor(browser: Browser, product: Product, folder: Path) -> None:
    with window(browser, viewport={"width": 1440, "height": 900}) as page:
        page.goto(f"{product.portal.url}/login/")
        shoot(page, folder, "login")
        sign_in(page, product, "ida")
        page.wait_for_url("**/floor/")
        shoot(page, folder, "floor")
        page.get_by_role("link", name="Amelia Hart").first.click()
        expect(page.locator("#rows")).to_contain_text("label created")
        shoot(page, folder, "transcript")


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Pictures go to {folder}")
    offers_stay = {"CCP_OFFER_SECONDS": "90"}
    with (
        tempfile.TemporaryDirectory() as scratch,
        Product(Path(scratch), portal_environment=offers_stay, emulator_options=WEBSITE) as product,
        chromium() as browser,
    ):
        product.portal.shell(DISPOSITIONS)
        desk_and_customer(browser, product, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/shots")))
