"""Every state of the desk, with the way in and the way out by key: what tests of looks and of the keyboard go through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.e2e.fed_desk import Guarded, item
from tests.e2e.forms import ADA
from tests.e2e.full_desk import BEN, DORA, EVA, NAMES

Step = Callable[[Guarded], None]


@dataclass(frozen=True)
class State:
    """The way in, the way out, where it is, whether it is looked at on a telephone too, whether it has keys of its own."""

    enter: Step
    leave: Step
    scope: str = "html"
    narrow: bool = False
    keys: bool = True


def press(*keys: str) -> Step:
    def step(desk: Guarded) -> None:
        for key in keys:
            desk.page.keyboard.press(key)

    return step


ESCAPE = press("Escape")


def by_key(key: str, scope: str, *more: str, narrow: bool = False, keys: bool = True, leave: Step = ESCAPE) -> State:
    """A key outside the text fields, and what is pressed then."""

    def enter(desk: Guarded) -> None:
        desk.page.locator("#log").focus()
        press(key)(desk)
        expect(desk.page.locator(scope)).to_be_visible()
        press(*more)(desk)

    return State(enter, leave, scope, narrow, keys)


def by_button(
    selector: str, scope: str, *more: str, narrow: bool = False, keys: bool = True, leave: Step = ESCAPE
) -> State:
    def enter(desk: Guarded) -> None:
        desk.page.locator(selector).press("Enter")
        expect(desk.page.locator(scope)).to_be_visible()
        press(*more)(desk)

    return State(enter, leave, scope, narrow, keys)


def written(text: str, scope: str) -> State:
    def enter(desk: Guarded) -> None:
        words = desk.page.locator("#words")
        words.fill(text)
        words.focus()
        expect(desk.page.locator(scope)).to_be_visible()

    return State(enter, lambda desk: desk.page.locator("#words").fill(""), "#composer")


def look_at(contact_id: str, *keys: str) -> Step:
    """As another tab would choose it: what is offered can be seen before it is accepted."""

    def step(desk: Guarded) -> None:
        desk.tell("viewContact", "agent:mira", contactId=contact_id)
        expect(desk.page.locator("#head h2")).to_have_text(NAMES[contact_id])
        desk.page.locator("#log").focus()
        press(*keys)(desk)

    return step


def files_over_it(desk: Guarded) -> None:
    desk.page.evaluate(
        """() => { const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(["x"], "a.png", { type: "image/png" }))
          const over = () => document.querySelector("#log").dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer }))
          over(); window.held = setInterval(over, 50) }"""
    )
    expect(desk.page.locator("#drop")).to_be_visible()


def files_gone(desk: Guarded) -> None:
    desk.page.evaluate("() => { clearInterval(window.held); document.dispatchEvent(new DragEvent('dragleave')) }")
    expect(desk.page.locator("#drop")).to_be_hidden()


def cut(desk: Guarded) -> None:
    desk.cut()
    expect(desk.page.locator("#chip")).to_contain_text("Reconnecting")


def mended(desk: Guarded) -> None:
    desk.mend()
    expect(desk.page.locator("#chip")).to_contain_text("Live", timeout=20_000)


def turned_away(desk: Guarded) -> None:
    desk.show_out("This desk is open in another browser.")
    expect(desk.page.locator("#chip")).to_contain_text("Read-only")


def insisted(desk: Guarded) -> None:
    desk.page.locator("#chip-again").press("Enter")
    mended(desk)


def read_above(desk: Guarded) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    desk.page.locator("#log").press("Home")
    expect(desk.page.locator("#rows .bot")).to_be_in_viewport()
    desk.say(item(99, ADA, "Are you there?"))
    expect(desk.page.locator("#jump")).to_be_visible()


def read_all(desk: Guarded) -> None:
    desk.page.locator("#log").press("End")
    expect(desk.page.locator("#jump")).to_be_hidden()


def filtered(name: str) -> Step:
    return lambda desk: desk.page.locator(f"#filters [data-filter={name}]").press("Enter")


STATES = {
    "the desk": State(press(), press(), narrow=True),
    "after contact work, refused": State(look_at(DORA, "Alt+w"), look_at(ADA), "#talk", narrow=True),
    "an offer in view": State(look_at(EVA), look_at(ADA), "#talk", narrow=True),
    "a short conversation": State(look_at(BEN), look_at(ADA), "#talk", keys=False),
    "filtered": State(filtered("unread"), filtered("all"), "#list", keys=False),
    "the state menu": by_key("Alt+s", "#state-menu"),
    "the user's menu": by_button("#me-button", "#me-menu", narrow=True),
    "notifications": by_button("#news-open", "#news", narrow=True),
    "find": by_key("Control+f", "#find", "o", "n", "e", leave=lambda desk: desk.page.locator("#find-close").click()),
    "palette": by_key("Control+k", "#palette", narrow=True),
    "palette without a hit": by_key("Control+k", "#palette", "z", "z", "z", keys=False),
    "keys": by_key("Alt+k", "#keys-dialog", narrow=True),
    "settings": by_button("#settings-open", "#settings-dialog", narrow=True),
    "transfer": by_key("Alt+t", "#transfer-dialog", narrow=True),
    "transfer to nobody": by_key("Alt+t", "#transfer-dialog", "Tab", "Tab", "Tab", "Enter", keys=False),
    "end chat": by_key("Alt+e", "#end-dialog", narrow=True),
    "a note is changed": by_button("#rows .note button:first-child", "#note-dialog", narrow=True),
    "a note is deleted": by_button("#rows .note button:last-child", "#note-delete", keys=False),
    "emoji": by_button("#emoji-open", "#emoji"),
    "quick responses": written("/tra", "#quick"),
    "too long": written("x" * 20_000, "#count"),
    "a note is written": by_key(
        "Alt+n", "#composer", narrow=True, leave=lambda desk: desk.page.locator("[data-mode=reply]").click()
    ),
    "files over it": State(files_over_it, files_gone, "#talk", keys=False),
    "an earlier conversation": by_button(
        "#past button", "#reader", leave=lambda desk: desk.page.locator("#reader-back").click()
    ),
    "news below": State(read_above, read_all, "#talk", keys=False),
    "reconnecting": State(cut, mended, ".bar", keys=False),
    "read-only": State(turned_away, insisted, ".bar"),
}
