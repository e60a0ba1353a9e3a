"""Files at the desk in a real Chromium: chosen, dropped, pasted, shown, fetched; refused with the reason; never run."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from chats.reasons import Reason
from chats.sending import attachment_upload
from tests.attaching import hand_in, into_connects_queue, relay, sends
from tests.e2e.browsing import window
from tests.e2e.desks import CustomerPage, DeskPage
from tests.e2e.fed_desk import ME, Guarded, agent_contact, answer, at, contact, item
from tests.emulating import customer
from tests.pictures import png
from tests.portal import Product, RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
ADA = "ada"
PHOTO = png(480, 320, (140, 104, 70))
HTML = b"<!doctype html><script>window.opener.document.title = 'run'</script>"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder: Path = tmp_path_factory.mktemp("product")
    with Product(folder, flow=into_connects_queue(folder)) as running:
        yield running


# A browser makes these events of what a person does with the mouse or the clipboard; a test has to make them itself.
HAND_OVER = """([selector, kind, files]) => {
  const data = new DataTransfer()
  for (const { name, type, base64 } of files)
    data.items.add(new File([Uint8Array.from(atob(base64), one => one.charCodeAt(0))], name, { type }))
  const about = { bubbles: true, cancelable: true }
  const event = kind === "paste" ? new ClipboardEvent(kind, { ...about, clipboardData: data })
    : new DragEvent(kind, { ...about, dataTransfer: data })
  document.querySelector(selector).dispatchEvent(event)
}"""


def hand_over(page: Page, selector: str, kind: str, *files: tuple[str, str, bytes]) -> None:
    told = [{"name": n, "type": t, "base64": base64.b64encode(content).decode()} for n, t, content in files]
    page.evaluate(HAND_OVER, [selector, kind, told])


def choose(page: Page, *files: tuple[str, str, bytes]) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#attach").click()
    chooser.value.set_files([{"name": n, "mimeType": t, "buffer": content} for n, t, content in files])


def test_files_go_to_the_customer_by_button_drop_and_paste_and_come_from_them(
    product: Product, chromium_once: Browser
) -> None:
    with (
        customer(product.emulator, "Ada", "hello") as ada,
        product.portal.desk("mira") as socket,
        window(chromium_once, viewport={"width": 1440, "height": 900}) as page,
    ):
        relay(product, socket, ada.contact_id)
        desk = DeskPage(page, product.portal).log_in("mira")
        expect(desk.head).to_have_text("Ada")
        choose(page, ("offer.pdf", "application/pdf", b"%PDF-1.7 offer"), ("notes.txt", "text/plain", b"notes"))
        desk.say("There you are")
        hand_over(page, "#log", "dragover", ("x.png", "image/png", PHOTO))
        expect(page.locator("#drop")).to_contain_text("Send to Ada")
        hand_over(page, "#log", "drop", ("panel.png", "image/png", PHOTO))
        expect(page.locator("#drop")).to_be_hidden()
        hand_over(page, "#words", "paste", ("image.png", "image/png", PHOTO))
        for name in ("offer.pdf", "notes.txt", "panel.png", "image.png"):
            ada.wait_for(lambda got, name=name: [a["AttachmentName"] for a in got.get("Attachments", [])] == [name], 30)  # type: ignore[misc]  # bound now
        mine = page.locator("#rows .group--me .file")
        expect(mine.filter(has_text="offer.pdf").locator(".file__facts")).to_have_text("PDF, 14 byteScanned")
        expect(page.locator("#rows .file.is-queued, #rows progress")).to_have_count(0)
        expect(mine.filter(has_text="panel.png").locator("img")).to_have_js_property("naturalWidth", 480)
        # ---- and from the customer
        sends(ada, PHOTO, "split.png", "image/png")
        sends(ada, HTML, "letter.txt", "text/plain")
        sends(ada, HTML, "liar.png", "image/png")
        theirs = page.locator("#rows .group:not(.group--me) .file")
        split, letter, liar = (theirs.filter(has_text=name) for name in ("split.png", "letter.txt", "liar.png"))
        expect(split.locator("img")).to_have_js_property("naturalWidth", 480)
        expect(split.locator(".file__facts")).to_contain_text("PNG, ")  # and its size is known since it was looked at
        expect(letter.locator("img")).to_have_count(0)
        expect(liar).to_contain_text("Amazon Connect has refused this file")
        expect(liar.locator("a")).to_have_count(0)
        assert fetched(page, letter.get_by_role("link", name="Download letter.txt")) == ("letter.txt", HTML)
        assert fetched(page, split.get_by_role("link", name="Download split.png")) == ("split.png", PHOTO)
        assert page.title().endswith("Chat desk") or "Desk" in page.title()  # nothing of theirs has run
        assert Axe().run(page, "#talk").response["violations"] == []
        # ---- the agent leaves the chat: what is left to say
        desk.end()
        expect(letter).to_contain_text("only while the agent is in the chat")
        expect(theirs.locator("a")).to_have_count(0)


def test_on_the_customers_page_files_are_attached_seen_and_fetched(product: Product, chromium_once: Browser) -> None:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page, product.portal.desk("jonas") as jonas:
        CustomerPage(page, product.emulator.url).start("Amelia Hart", "The shelf is split")
        contact_id = page.locator("[data-text=contact]").inner_text()
        relay(product, jonas, contact_id)
        got = lambda: [a["AttachmentName"] for one in jonas.held.transcript() for a in one["Attachments"]]  # noqa: E731 -- asked again and again
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Attach a file").click()
        chooser.value.set_files(
            [
                {"name": "split.png", "mimeType": "image/png", "buffer": PHOTO},
                {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
            ]
        )
        expect(page.locator("#send-hint")).to_have_text(re.compile("“logo.svg” cannot be sent: pictures, PDF"))
        mine = page.locator(".group--me .file")
        expect(mine.locator("img")).to_have_js_property("naturalWidth", 480)
        expect(mine.locator(".file__facts")).to_have_text("PNG, Checked")
        jonas.until(lambda _: got() == ["split.png"], "the agent has it")
        page.context.set_offline(True)
        hand_over(page, "[data-part=log]", "drop", ("note.txt", "text/plain", b"a note"))
        expect(mine.last).to_have_class(re.compile("is-waiting"))
        page.context.set_offline(False)
        jonas.until(lambda _: got() == ["split.png", "note.txt"], "once, when the line is back", 30)
        expect(page.locator(".file.is-waiting, .is-failed")).to_have_count(0)
        with page.expect_request(lambda asked: "message.read" in (asked.post_data or "")):  # a file is read like words
            assert hand_in(jonas, contact_id, PHOTO, "panel.png").status == 200
        theirs = page.locator(".group:not(.group--me) .file")
        expect(theirs.locator("img")).to_have_js_property("naturalWidth", 480)
        with page.expect_download() as saved:
            theirs.get_by_role("button", name="Download panel.png").click()
        assert (saved.value.suggested_filename, Path(saved.value.path()).read_bytes()) == ("panel.png", PHOTO)
        assert Axe().run(page).response["violations"] == []
        page.reload()
        expect(page.locator(".file img:visible")).to_have_count(2)
        expect(mine).to_have_count(2)


def fetched(page: Page, link: Any) -> tuple[str, bytes]:
    """What the browser saves when the link is pressed: the name and the bytes."""
    with page.context.expect_event("page") as opened, page.context.expect_event("download", timeout=20_000) as saved:  # type: ignore[call-overload]
        link.click()
    download = saved.value
    kept = (download.suggested_filename, Path(download.path()).read_bytes())
    if not opened.value.is_closed():
        opened.value.close()
    return kept


# ---- what is refused, lost and taken back: the real page on a socket that we feed ---------------------------------------


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport={"width": 1440, "height": 900}) as page:
        guarded = Guarded(page, lone_portal)
        guarded.lay([agent_contact(ADA)], viewing=ADA)
        guarded.chat(ADA, [item(1, ADA, "Hello")])
        yield guarded.open()
        assert guarded.harm() == []


Told = tuple[int, dict[str, Any] | str] | str | None


class Uploads:
    """Stands in for the portal's answer to an upload: a status and what is told, the network's error, None holds it."""

    def __init__(self, page: Page) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[str], Told] = lambda _name: None
        page.route("**/contacts/*/files/", self._take)

    def _take(self, route: Any) -> None:
        headers = route.request.headers
        self.asked.append({"name": headers["x-file-name"], "token": headers["x-client-token"]})
        answer = self.answer(headers["x-file-name"])
        if isinstance(answer, str):
            route.abort(answer)
        elif answer is not None:
            status, told = answer
            route.fulfill(status=status, body=told if isinstance(told, str) else json.dumps(told))

    def wait_for(self, page: Page, count: int) -> None:
        for _ in range(200):
            if len(self.asked) >= count:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"{len(self.asked)} of {count} uploads")


def test_what_cannot_be_sent_says_why_and_nothing_is_asked_of_the_server(desk: Guarded) -> None:
    uploads = Uploads(desk.page)
    told = desk.page.locator("#notice")
    choose(desk.page, ("logo.svg", "image/svg+xml", b"<svg/>"), ("page.html", "text/html", HTML))
    expect(told).to_contain_text("“logo.svg” is not sent: Amazon Connect takes pictures, PDF")
    expect(told).to_contain_text("And 1 other.")
    choose(desk.page, ("empty.txt", "text/plain", b""))
    expect(told).to_contain_text("“empty.txt” is not sent: the file is empty.")
    desk.page.evaluate("window.large = new File([new Uint8Array(21 * 1024 * 1024)], 'film.mp4', { type: 'video/mp4' })")
    desk.page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(window.large)
          document.querySelector("#log").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })) }"""
    )
    expect(told).to_contain_text("“film.mp4” is not sent: it has 22 MB, and 21 MB is the most.")
    hand_over(
        desk.page, ".list", "drop", ("a.png", "image/png", PHOTO)
    )  # beside the conversation: nothing, not even opened
    desk.page.locator("[data-mode=note]").click()
    hand_over(desk.page, "#words", "paste", ("image.png", "image/png", PHOTO))
    expect(told).to_contain_text("An internal note holds words only.")
    expect(desk.page.locator("#attach")).to_be_hidden()
    expect(desk.page.locator("#rows .file")).to_have_count(0)
    assert uploads.asked == []


def test_an_upload_shows_how_far_it_is_is_tried_again_with_its_token_and_can_be_taken_back(desk: Guarded) -> None:
    uploads = Uploads(desk.page)
    uploads.answer = lambda _name: "connectionreset"
    choose(desk.page, ("a.png", "image/png", PHOTO), ("b.png", "image/png", PHOTO))
    uploads.wait_for(desk.page, 2)
    assert [one["name"] for one in uploads.asked[:2]] == ["a.png", "a.png"]  # b waits for its turn
    bars = desk.page.get_by_role("progressbar")
    expect(bars).to_have_count(2)
    expect(bars.first).to_have_accessible_name("Upload of a.png")
    token = uploads.asked[0]["token"]
    uploads.answer = lambda name: (200, {"clientToken": token, "state": "queued"}) if name == "a.png" else None
    expect(bars).to_have_count(1)
    assert {one["token"] for one in uploads.asked if one["name"] == "a.png"} == {token}
    while uploads.asked[-1]["name"] != "b.png":
        desk.page.wait_for_timeout(50)
    before = len(uploads.asked)  # b.png hangs: its line is dead, and the page's is cut
    desk.cut()
    desk.mend()
    uploads.wait_for(desk.page, before + 1)
    assert uploads.asked[-1] == uploads.asked[before - 1]
    desk.page.get_by_role("button", name="Do not send b.png").click()
    expect(bars).to_have_count(0)
    expect(desk.page.locator("#rows .file")).to_have_text(re.compile("^a.pngPNG, "))


LIES = {"reason": "fileLies", "message": "The file is called .png, but it is something else: it is not sent."}
FULL = {"reason": "diskFull", "message": "The portal has no room for the file just now: try again in a while."}
PASSING: dict[str, tuple[int, dict[str, Any] | str]] = {
    FULL["message"]: (503, FULL),
    "You are signed out, or signed in anew in another tab.": (200, "<!doctype html>the login page"),
}
FINAL: dict[str, tuple[int, dict[str, Any] | str]] = {
    LIES["message"]: (415, LIES),
    "A server on the way takes no file of this size.": (413, "<html>nginx</html>"),
}


def test_a_refusal_stands_on_the_bubble_and_can_be_tried_again_and_discarded(desk: Guarded) -> None:
    uploads = Uploads(desk.page)
    for why, told in PASSING.items():
        uploads.asked.clear()
        uploads.answer = lambda _name, told=told: told  # type: ignore[misc]  # bound now
        choose(desk.page, ("a.png", "image/png", PHOTO))
        failed = desk.page.locator("#rows .group").last
        expect(failed.locator(".group__meta")).to_contain_text(why)
        expect(failed.get_by_role("button")).to_have_text(["Retry", "Discard"])
        failed.get_by_role("button", name="Retry").click()
        uploads.wait_for(desk.page, 2)
        assert uploads.asked[0] == uploads.asked[1]
        expect(failed.locator(".group__meta")).to_contain_text(why)
        failed.get_by_role("button", name="Discard").click()
        expect(desk.page.locator("#rows .file")).to_have_count(0)


def test_what_can_never_succeed_is_not_tried_again(desk: Guarded) -> None:
    uploads = Uploads(desk.page)
    for why, told in FINAL.items():
        uploads.answer = lambda _name, told=told: told  # type: ignore[misc]  # bound now
        choose(desk.page, ("a.png", "image/png", PHOTO))
        failed = desk.page.locator("#rows .group").last
        expect(failed.locator(".group__meta")).to_contain_text(why)
        expect(failed.get_by_role("button")).to_have_text(["Discard"])
        failed.get_by_role("button", name="Discard").click()
        expect(desk.page.locator("#rows .file")).to_have_count(0)
    refused = Reason("not_sent", why=attachment_upload.NOT_OURS_TO_SEND).data
    row = {"contactId": ADA, "clientToken": "t", "kind": "ATTACHMENT", "contentType": "application/pdf", "itemId": None}
    about = {"content": "offer.pdf", "author": ME, "state": "failed", "why": refused, "position": 9, "createdAt": at(5)}
    desk.tell("outgoing", f"conversation:{ADA}", outgoing={**row, **about, "size": 214_000})
    failed = desk.page.locator("#rows .group").last
    expect(failed.locator(".group__meta")).to_contain_text("Amazon Connect takes no files from the portal")
    expect(failed.get_by_role("button")).to_have_text(["Discard"])
    # And the next file is not chosen at all.
    expect(desk.page.locator("#attach")).to_have_attribute("aria-disabled", "true")
    expect(desk.page.locator("#attach")).to_have_attribute("title", re.compile("takes no files"))


def test_once_connect_is_known_to_take_no_files_the_desk_says_so_before(desk: Guarded) -> None:
    uploads = Uploads(desk.page)
    uploads.answer = lambda _name: (
        409,
        {"reason": "filesNotPermitted", "message": "Amazon Connect takes no files from the portal."},
    )
    choose(desk.page, ("a.png", "image/png", PHOTO))
    expect(desk.page.locator("#attach")).to_have_attribute("aria-disabled", "true")
    desk.page.locator("#log").focus()
    desk.page.keyboard.press("Alt+u")  # the keys of the button
    expect(desk.page.locator("#notice")).to_contain_text("Send a link to where the customer can fetch it.")
    hand_over(desk.page, "#log", "dragover", ("b.png", "image/png", PHOTO))
    expect(desk.page.locator("#drop.is-refused")).to_contain_text("No files can be sent here")
    hand_over(desk.page, "#log", "drop", ("b.png", "image/png", PHOTO))
    assert len(uploads.asked) == 1
    # A contact that Connect's own agent has, can.
    desk.tell("contact", f"conversation:{ADA}", contact=contact(ADA, transfer=None, relayed=True))
    expect(desk.page.locator("#attach")).to_have_attribute("aria-disabled", "false")
    assert Axe().run(desk.page, "#talk").response["violations"] == []


def test_a_file_under_way_is_told_as_it_stands(desk: Guarded) -> None:
    def told(state: str, **more: Any) -> None:
        row = {"contactId": ADA, "clientToken": "t", "kind": "ATTACHMENT", "contentType": "application/pdf"}
        about = {"content": "offer.pdf", "author": ME, "state": state, "why": None, "itemId": None, "position": 9}
        desk.tell(
            "outgoing", f"conversation:{ADA}", outgoing={**row, **about, "createdAt": at(5), "size": 214_000, **more}
        )

    meta = desk.page.locator("#rows .group").last.locator(".group__meta")
    told("queued")
    expect(meta).to_contain_text("Queued")
    told("taken")
    expect(meta).to_contain_text("Being scanned")
    why = Reason("not_sent", why=attachment_upload.NOT_OURS_TO_SEND)
    told("failed", why=why.data)
    expect(meta).to_have_text(str(why))
    told("sent", itemId=f"{ADA}-000002")
    file = {"AttachmentId": "x", "AttachmentName": "offer.pdf", "ContentType": "application/pdf", "Status": "REJECTED"}
    desk.say(answer(2, ADA, "", Type="ATTACHMENT", Attachments=[file]) | {"Content": None})
    expect(desk.page.locator("#rows .file")).to_have_count(1)
    expect(desk.page.locator("#rows .file")).to_contain_text(
        "Amazon Connect has refused this file: the customer does not"
    )
