"""What all pages for people have around them: the head, the navigation, the clock, and words for times."""

from __future__ import annotations

from connect_emulator.clock import iso, moment
from connect_emulator.files import HEADERS
from connect_emulator.restjson import Response
from connect_emulator.world import World

from .markup import Markup, el

_PLACES = (
    ("", "Contacts"),
    ("flows", "Flows"),
    ("timers", "Timers"),
    ("deliveries", "Deliveries"),
    ("calls", "Calls"),
)
ROOT = "/_emulator/"
_PATHS = {
    "mark": "M3.5 5.5a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-3.5 3v-3a2 2 0 0 1-2-2zM7 8.5h6",
    "search": "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5",
    "clock": "M10 16.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM10 6.5V10l2.3 1.7",
    "say": "M4 5.5A1.5 1.5 0 0 1 5.5 4h9A1.5 1.5 0 0 1 16 5.5v6a1.5 1.5 0 0 1-1.5 1.5H9l-3 3v-3h-.5A1.5 1.5 0 0 1 4 11.5z",
    "ask": "M6 5 3 10l3 5M14 5l3 5-3 5M11.5 4.5l-3 11",
    "decide": "M10 3.5 16.5 10 10 16.5 3.5 10zM10 8v2.5M10 12.6v.1",
    "wait": "M6 3.5h8M6 16.5h8M7 3.5c0 4 6 4.5 6 6.5s-6 2.5-6 6.5M13 3.5c0 4-6 4.5-6 6.5s6 2.5 6 6.5",
    "set": "M4 6h7M15 6h1M4 14h1M9 14h7M11 6a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM5 14a2 2 0 1 0 4 0 2 2 0 0 0-4 0z",
    "move": "M4 10h11M11 5.5l4.5 4.5-4.5 4.5",
    "end": "M5.5 5.5h9v9h-9z",
    "loop": "M16 10a6 6 0 1 1-1.8-4.3L16 7.5M16 3.5v4h-4",
    "file": "M5 5a1.5 1.5 0 0 1 1.5-1.5H11L15 7.5V15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 5 15zM11 3.5v4h4",
    "back": "M16 10H5M9 5.5 4.5 10 9 14.5",
}


def icon(name: str) -> Markup:
    return el("svg", el("path", d=_PATHS[name]), class_="icon", viewBox="0 0 20 20", aria_hidden="true")


def page(world: World, here: str, title: str, *content: object) -> Response:
    """One page; what is in it may change, and window.js asks for it again."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title} · Amazon Connect chat, emulated"),
        el("link", rel="icon", href=f"{ROOT}static/icon.svg", type="image/svg+xml"),
        [
            el("link", rel="stylesheet", href=f"{ROOT}static/{name}.css")
            for name in ("frontend/css/tokens", "window", "flow")
        ],
        el("script", type="module", src=f"{ROOT}static/window.js"),
    )
    body = el(
        "body",
        el("a", "Skip to the content", class_="skip", href="#content"),
        _top(world, here),
        el("main", content, id="content", class_="content", tabindex="-1", data_live=True),
    )
    document = Markup("<!doctype html>\n") + el("html", head, body, lang="en")
    return Response(200, {"content-type": "text/html; charset=utf-8", **HEADERS}, document.encode())


def _top(world: World, here: str) -> Markup:
    places = [
        el("a", words, href=ROOT + name, aria_current="page" if name == here else None, class_="nav__place")
        for name, words in _PLACES
    ]
    return el(
        "header",
        el("a", icon("mark"), el("span", "Connect chat", el("small", "emulated")), class_="brand", href=ROOT),
        el("nav", places, class_="nav", aria_label="Pages"),
        _clock(world),
        el("a", "Start a chat", class_="button", href=f"{ROOT}customer"),
        class_="top",
    )


def _clock(world: World) -> Markup:
    """The emulator's time; how far it was turned, if it was."""
    clock = world.clock
    turned = f"turned {span(clock.offset)} forward" if clock.offset else None
    return el(
        "p",
        icon("clock"),
        el("time", f"{moment(clock.now()):%H:%M} UTC", data_clock=clock.offset, datetime=iso(clock.now())),
        turned and el("span", turned, class_="tag tag--warn"),
        class_="clock",
        title="The emulator's clock",
    )


def head(title: object, *more: object, lead: object = None) -> Markup:
    return el("div", el("h1", title), lead and el("p", lead, class_="head__lead"), more, class_="head")


def section(title: str, *content: object, count: object = None, class_: str = "") -> Markup:
    """A part of a page under a heading of its own."""
    name = title.lower().replace(" ", "-")
    heading = el("h2", title, count is not None and el("span", count, class_="count"), id=name)
    return el("section", heading, content, class_=f"part {class_}".strip(), aria_labelledby=name)


def nothing(words: str) -> Markup:
    return el("p", words, class_="nothing")


def table(heads: list[str], rows: list[list[object]], label: str, keys: list[str] | None = None) -> Markup:
    """Cells know the name of their column, so that a phone can show a row as a card; rows with a key can be told apart."""
    top = el("tr", [el("th", name, scope="col") for name in heads])
    body = [
        el("tr", [el("td", cell, data_label=name) for name, cell in zip(heads, row, strict=True)], data_key=key or None)
        for row, key in zip(rows, keys or [""] * len(rows), strict=True)
    ]
    return el("table", el("caption", label, class_="unseen"), el("thead", top), el("tbody", body), class_="table")


def tag(words: str, kind: str = "") -> Markup:
    return el("span", words, class_=f"tag {kind and 'tag--' + kind}".strip())


def code(words: str, length: int = 0) -> Markup:
    """An id or a name of the machine's; a long one is cut for the eye and whole in its title."""
    shown = f"{words[:length]}…" if length and len(words) > length else words
    return el("code", shown, title=words if shown != words else None)


def contact_link(world: World, contact_id: str) -> Markup:
    """A contact by its customer's name, as everywhere."""
    name = world.store.value(
        "SELECT p.display_name FROM contact c JOIN contact k ON k.initial_id = c.initial_id"
        " JOIN participant p ON p.contact_id = k.id AND p.role = 'CUSTOMER' WHERE c.id = ? LIMIT 1",
        contact_id,
    )
    link = el("a", el("bdi", name or "Somebody"), href=f"{ROOT}contact/{contact_id}", class_="name")
    return el("span", link, code(contact_id, 8), class_="who")


def when(at: int | None) -> Markup:
    """A time of the emulator's; window.js shows it in the reader's own zone."""
    if at is None:
        return nobody()
    return el("time", f"{moment(at):%d %b %H:%M:%S}", datetime=iso(at), data_at=at, title=f"{iso(at)}")


def nobody() -> Markup:
    """What stands in a cell that has nothing to say."""
    return el("span", "-", class_="none")


def clock_time(at: int) -> Markup:
    return el("time", f"{moment(at):%H:%M}", datetime=iso(at), data_at=at, data_short=True, title=iso(at))


def due(world: World, at: int) -> Markup:
    """A time of the emulator's to come, and how long until then; window.js counts down."""
    return _due(at - world.clock.now(), at, at - world.clock.offset)


def due_outside(world: World, at: int) -> Markup:
    """The same of a time of the machine's, by which the world is told."""
    return _due(at - world.clock.wall(), at, at)


def _due(left: int, at: int, counted_to: int) -> Markup:
    said = "now" if left <= 0 else f"in {span(left)}"
    return el("time", said, datetime=iso(at), title=iso(at), data_due=counted_to)


def span(milliseconds: float) -> str:
    """A length of time as people say it: 12 s, 3 min 20 s, 2 h 5 min, 6 d 23 h."""
    seconds = int(milliseconds // 1000)
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds % 60, "s")]
    first = next((n for n, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"
