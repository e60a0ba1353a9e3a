"""Makes the pictures under docs/shots: `python3 dev.py shots`. Real pages of the running product, both themes, three widths."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browsing import chromium, window
from tests.e2e.desks import CustomerPage, DeskPage
from tests.e2e.scene import AMELIA, MADE, QUESTIONS, Scene, begin_earlier, flow_that_asks, morning, others, say_more
from tests.e2e.small_png import small
from tests.emulating import Customer
from tests.portal import PASSWORD, Product

SIZES = {1440: 900, 1024: 768, 390: 844}
THEMES = ("light", "dark")
WEBSITE = ("--website", "devtools/demo_website.json")  # what the demo's customers bring along
WIDE = {"width": 1440, "height": 900}
NOTE = b"%PDF-1.4 " + b"0" * 214_000
FIRST = "Hi, the shelf from order FM-48213 came today. One side panel is split along the grain."
HOLD = """() => {
  const data = new DataTransfer()
  data.items.add(new File(["x"], "panel.png", { type: "image/png" }))
  const over = () => new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true })
  window.held = setInterval(() => document.querySelector("#log").dispatchEvent(over()), 50)
}"""
LET_GO = "() => { clearInterval(window.held); document.dispatchEvent(new DragEvent('dragleave')) }"


class Camera:
    """Takes a page at every width in every theme; `before` is done ahead of each picture."""

    def __init__(self, folder: Path, darkroom: Page) -> None:
        self.folder, self.darkroom = folder, darkroom

    def shoot(self, page: Page, name: str, before: Callable[[], object] = lambda: None, *, pane: str = "") -> None:
        page.mouse.move(0, 0)
        for width, height in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if pane:  # where there is room for one: the list, or the talk
                page.evaluate("pane => { document.body.dataset.pane = pane }", pane)
            page.evaluate("() => document.querySelector('#list-scroll')?.scrollTo(0, 0)")
            for theme in THEMES:
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two
                before()
                page.wait_for_timeout(400)
                picture = small(self.darkroom, page.screenshot())
                (self.folder / f"{name}-{theme}-{width}.png").write_bytes(picture)
                print(f"  {name}-{theme}-{width}.png", flush=True)
        page.set_viewport_size({"width": 1440, "height": 900})


def sign_in(page: Page, product: Product, username: str) -> None:
    page.goto(f"{product.portal.url}/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def before_the_desk(page: Page, product: Product, camera: Camera) -> None:
    page.goto(f"{product.portal.url}/login/")
    camera.shoot(page, "login")
    page.goto(f"{product.portal.url}/nowhere/")
    camera.shoot(page, "not-found")


def past(page: Page, camera: Camera) -> None:
    page.goto("/history/")
    camera.shoot(page, "history")
    page.get_by_role("link", name="Amelia Hart").first.click()
    expect(page.locator("#rows")).to_contain_text("It arrives tomorrow")
    camera.shoot(page, "history-contact")
    page.goto("/desk/")


def amelia_comes(shop: Page, scene: Scene) -> CustomerPage:
    """Her shop's page knows who she is and what she has ordered, and says so when it starts the chat."""

    def with_attributes(route: Route) -> None:
        route.continue_(post_data={**route.request.post_data_json, "Attributes": AMELIA})

    shop.route("**/_emulator/startChat", with_attributes)
    return CustomerPage(shop, scene.product.emulator.url).start("Amelia Hart", FIRST)


def talk(amelia: CustomerPage, mira: DeskPage) -> None:
    mira.say("That should not happen, I am sorry. I have looked: the panel is in stock on its own.")
    amelia.sees("the panel is in stock")
    amelia.say("Thank you! Do I have to send the old one back?")
    expect(mira.theirs.last).to_contain_text("send the old one back")
    mira.say("No need, keep it. The new panel leaves our warehouse on Thursday before noon.")
    amelia.sees("on Thursday before noon")
    amelia.say("The link still says “label created” though. This is what came with the first parcel:")
    note = {"name": "delivery-note-48213.pdf", "mimeType": "application/pdf", "buffer": NOTE}
    with amelia.page.expect_file_chooser() as chooser:
        amelia.page.get_by_role("button", name="Attach a file").click()
    chooser.value.set_files([note])
    expect(mira.page.locator("#rows .file")).to_contain_text("Scanned")
    mira.say("Thank you. Let me look at the page of the carrier, one moment.")
    amelia.sees("one moment")


def notes(mira: DeskPage) -> None:
    composer = mira.page.locator("#composer")
    composer.get_by_role("button", name="Internal note").click()
    mira.page.locator("#words").fill("Prefers e-mail to phone calls. Works nights, asleep until 15:00.")
    mira.page.keyboard.press("Enter")
    expect(mira.page.locator("#rows")).to_contain_text("Prefers e-mail")
    composer.get_by_role("button", name="Reply").click()


def drafts(mira: DeskPage) -> None:
    mira.accept("Grace Boateng")
    mira.type("Yes, you can change the address until")
    mira.open("Amelia Hart")


def desk(amelia: CustomerPage, mira: DeskPage, people: dict[str, Customer], camera: Camera) -> None:
    def typing() -> None:
        amelia.page.get_by_role("textbox", name="Message").press_sequentially("x")
        people["Jonas Weber"].event("typing")
        expect(mira.card("Amelia Hart")).to_contain_text("typing")

    camera.shoot(mira.page, "desk", typing, pane="list")
    amelia.page.get_by_role("textbox", name="Message").fill("")


def on_top_of_the_desk(mira: DeskPage, camera: Camera) -> None:
    """What opens over it, and closes with Escape."""
    page = mira.page
    for name, button, pane in (
        ("palette", "#palette-open", "list"),
        ("keys", "#keys-open", "list"),
        ("settings", "#settings-open", "list"),
        ("news", "#news-open", "list"),
        ("transfer", "#transfer", "talk"),
        ("quick", "#quick-open", "talk"),
    ):
        page.locator(button).click()
        camera.shoot(page, name, pane=pane)
        page.keyboard.press("Escape")
    page.locator("#words").fill("")
    page.keyboard.press("Control+f")
    page.locator("#find-words").fill("panel")
    expect(page.locator("#find-count")).not_to_be_empty()
    camera.shoot(page, "find", pane="talk")
    page.keyboard.press("Escape")
    page.locator("#words").focus()
    page.evaluate(HOLD)  # a file over the conversation
    expect(page.locator("#drop")).to_be_visible()
    camera.shoot(page, "drop", pane="talk")
    page.evaluate(LET_GO)


def bad_line(mira: DeskPage, product: Product, camera: Camera) -> None:
    """A message that Connect refused, and what is written while the line is down."""
    product.emulator.control("faults", {"operation": "SendMessage", "status": 400, "times": 1})
    mira.say("It was scanned in Leeds at 09:10, so it is on its way.")
    expect(mira.page.locator("#rows .is-failed").first).to_be_visible(timeout=20_000)
    mira.page.context.set_offline(True)
    mira.say("Shall I stay with you until it shows?")
    expect(mira.page.locator("#chip")).to_contain_text("Reconnecting")
    camera.shoot(mira.page, "unsent", pane="talk")
    mira.page.context.set_offline(False)
    mira.live()


def questions(mira: DeskPage, scene: Scene, browser: Browser, camera: Camera) -> None:
    """A customer whom the flow asks a few things first; the agent sees them with the answers."""
    with window(browser, viewport=WIDE) as shop:
        shop.route(
            "**/_emulator/startChat",
            lambda route: route.continue_(post_data={**route.request.post_data_json, "Attributes": {"asks": "yes"}}),
        )
        ines = CustomerPage(shop, scene.product.emulator.url).start("Ines Duarte", "My shelf is split, what now?")
        expect(shop.locator(".choices")).to_have_count(len(QUESTIONS))
        mira.accept("Ines Duarte")
        for choice in ("Take ash", "Send a new side panel"):
            shop.get_by_role("button", name=choice).click()
            expect(mira.card("Ines Duarte")).to_contain_text(choice)
        mira.say("Thank you, Ines. I order the panel now.\nWhich hour suits you?")
        ines.sees("Which hour suits you?")
        camera.shoot(shop, "customer-asked")
        log = mira.page.locator("#log")
        camera.shoot(mira.page, "forms", lambda: log.evaluate("log => { log.scrollTop = 120 }"), pane="talk")
        shop.get_by_role("button", name="End", exact=True).click()
        shop.get_by_role("button", name="End the chat").click()
        expect(shop.get_by_text("This chat has ended.")).to_be_visible()
        camera.shoot(shop, "customer-ended")
        mira.open("Ines Duarte")
        expect(mira.page.locator("#disposition")).to_be_visible()
        log.evaluate("log => { log.scrollTop = log.scrollHeight }")
        camera.shoot(mira.page, "wrapup", pane="talk")


def emulator(browser: Browser, product: Product, camera: Camera) -> None:
    with window(browser, viewport=WIDE) as page:
        page.goto(f"{product.emulator.url}/_emulator/")
        camera.shoot(page, "emulator")
        page.get_by_role("link", name="Ines Duarte").first.click()
        expect(page.locator("svg").first).to_be_visible()
        camera.shoot(page, "emulator-contact")


def supervisor(page: Page, product: Product, camera: Camera) -> None:
    sign_in(page, product, "ida")
    page.wait_for_url("**/floor/")
    camera.shoot(page, "floor")
    page.locator("#contacts").get_by_role("link", name="Amelia Hart").click()
    expect(page.locator("#rows")).to_contain_text("label created")
    camera.shoot(page, "transcript")


def all_of_it(browser: Browser, product: Product, camera: Camera) -> None:
    with (
        window(browser, viewport=WIDE, base_url=product.portal.url) as tab,
        window(browser, viewport=WIDE) as shop,
        window(browser, viewport=WIDE) as door,
        morning(product) as scene,
    ):
        mira = DeskPage(tab, product.portal).log_in("mira")
        camera.shoot(tab, "empty")
        scene.comes("Luca Ferri", "Do you have the Tove table in ash?", "order")  # nobody takes it
        people = others(scene)
        amelia = amelia_comes(shop, scene)
        mira.accept("Amelia Hart")
        scene.later(60)
        talk(amelia, mira)
        notes(mira)
        say_more(people)
        camera.shoot(shop, "customer")
        before_the_desk(door, product, camera)
        expect(tab.locator("#missed")).to_contain_text("Luca Ferri", timeout=60_000)
        expect(tab.locator("#rows")).to_contain_text("Read", timeout=90_000)  # told when the transcript is compared
        scene.comes("Grace Boateng", "Can I still change the delivery address?", "order")
        drafts(mira)
        scene.comes("Noor Haddad", "The lamp flickers since I changed the bulb")
        expect(mira.offers).to_contain_text("Noor Haddad")
        desk(amelia, mira, people, camera)
        on_top_of_the_desk(mira, camera)
        bad_line(mira, product, camera)
        supervisor(door, product, camera)
        questions(mira, scene, browser, camera)
        past(tab, camera)
        emulator(browser, product, camera)


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Pictures go to {folder}")
    expect.set_options(timeout=20_000)
    patience = {"CCP_OFFER_SECONDS": "60", "CCP_MISSED_SECONDS": "86400"}
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser, window(browser) as darkroom:
        flow = flow_that_asks(Path(scratch))
        product = Product(Path(scratch), flow=flow, portal_environment=patience, emulator_options=WEBSITE)
        begin_earlier(product, 420)
        with product:
            product.portal.shell(MADE)
            all_of_it(browser, product, Camera(folder, darkroom))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/shots")))
