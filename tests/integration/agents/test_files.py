"""Files over HTTP, both ways, with the real emulator: who may, what is refused and why, and that nothing is ever rendered."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chats import file_types
from tests.attaching import ask, hand_in, into_connects_queue, relay, sends
from tests.emulating import Customer, customer, eventually
from tests.pictures import JPEG, PNG
from tests.portal import Desk, Product, RunningPortal, Session
from tests.sentences import sentence_of

HTML = b"<!doctype html><script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Every chat goes into a queue of Amazon Connect, whose agents' CCPs relay it."""
    folder: Path = tmp_path_factory.mktemp("product")
    with Product(folder, flow=into_connects_queue(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def mira(product: Product) -> Iterator[Desk]:
    with product.portal.desk("mira") as desk:
        yield desk


@pytest.fixture
def ada(product: Product, mira: Desk) -> Iterator[Customer]:
    """Served by Mira with her own participant, whose token the portal was handed."""
    with customer(product.emulator, "Ada", "hello") as ada:
        relay(product, mira, ada.contact_id)
        yield ada
        mira.call("destroyConnection", contactId=ada.contact_id)
        mira.until(lambda held: held.agent_contacts[ada.contact_id]["state"] == "ended", "it ends")
        mira.call("clearContact", contactId=ada.contact_id)


def kept(portal: RunningPortal) -> list[str]:
    folder = Path(portal.environment["CCP_DATA_DIR"]) / "media" / "outgoing"
    return [one.name for one in folder.glob("*")] if folder.exists() else []


def shown(desk: Desk, attachment_id: str) -> dict[str, Any]:
    """The attachment as it stands on the desk."""

    def look(held: Any) -> dict[str, Any] | None:
        told = [one for item in held.items.values() for one in item["Attachments"]]
        return next((one for one in told if one["AttachmentId"] == attachment_id), None)

    found: dict[str, Any] = desk.until(look, "the file stands on the desk")
    return found


# ---- to the customer -------------------------------------------------------------------------------------------------


def test_a_file_handed_in_reaches_the_customer_in_its_turn_with_its_author(
    product: Product, mira: Desk, ada: Customer
) -> None:
    mira.say(ada.contact_id, "before")
    token = str(uuid.uuid4())
    answer = hand_in(mira, ada.contact_id, PNG, "Fotos/Grüße \u202egnp.png", token)
    assert (answer.status, answer.json) == (200, {"clientToken": token, "state": "queued"})
    mira.say(ada.contact_id, "after")
    got = ada.wait_for(lambda item: item["Type"] == "ATTACHMENT")
    assert (got["ParticipantRole"], got["Attachments"][0]["AttachmentName"]) == ("AGENT", "Grüße gnp.png")
    assert got["Attachments"][0]["ContentType"] == "image/png"
    ada.wait_for_text("after")
    mira.until(lambda held: not held.outgoing, "nothing is owed")
    mine = [one for one in mira.held.transcript(ada.contact_id) if one["ParticipantRole"] == "AGENT" and one["Author"]]
    assert [one["Content"] or one["Attachments"][0]["AttachmentName"] for one in mine] == [
        "before",
        "Grüße gnp.png",
        "after",
    ]
    assert {one["Author"]["name"] for one in mine} == {"Mira Okafor"}
    assert mine[1]["Attachments"][0]["AttachmentSizeInBytes"] == len(PNG)
    assert kept(product.portal) == []
    again = hand_in(mira, ada.contact_id, PNG, "Fotos/Grüße \u202egnp.png", token)  # its answer was lost on the way
    assert (again.status, again.json["state"], kept(product.portal)) == (200, "sent", [])
    other = hand_in(mira, ada.contact_id, PNG + b"x", "other.png", token)
    assert (other.status, other.reason, kept(product.portal)) == (409, "clientTokenReused", [])


REFUSED = [
    ("evil.exe", b"MZ\x90\0", 415, "fileType"),
    ("logo.svg", SVG, 415, "fileType"),
    ("page.html", HTML, 415, "fileType"),
    ("png", PNG, 415, "fileType"),
    ("", PNG, 415, "fileType"),
    ("photo.png", HTML, 415, "fileLies"),
    ("photo.png", SVG, 415, "fileLies"),
    ("photo.jpg", PNG, 415, "fileLies"),
    ("letter.pdf", b"MZ\x90\0", 415, "fileLies"),
    ("table.xlsx", b"PK\x03\x04 no package", 415, "fileLies"),
    ("notes.txt", b"MZ\x90\0", 415, "fileLies"),
    ("empty.txt", b"", 413, "fileEmpty"),
    ("long.txt", b"x" * (file_types.MAX_BYTES + 1), 413, "fileTooLarge"),
]


@pytest.mark.parametrize(("name", "content", "status", "reason"), REFUSED, ids=[f"{n}-{r}" for n, _, _, r in REFUSED])
def test_what_connect_would_not_take_and_what_lies_is_refused_and_not_kept(  # noqa: PLR0917 -- a table's columns
    product: Product, mira: Desk, ada_once: Customer, name: str, content: bytes, status: int, reason: str
) -> None:
    answer = hand_in(mira, ada_once.contact_id, content, name)
    assert (answer.status, answer.reason) == (status, reason)
    assert answer.json["message"].endswith(".")
    assert kept(product.portal) == []


@pytest.fixture(scope="module")
def ada_once(product: Product, mira: Desk) -> Iterator[Customer]:
    with customer(product.emulator, "Ada", "hello") as ada:
        relay(product, mira, ada.contact_id)
        yield ada


def test_a_file_of_the_size_that_is_allowed_goes(product: Product, mira: Desk, ada: Customer) -> None:
    assert hand_in(mira, ada.contact_id, b"x" * file_types.MAX_BYTES, "long.txt").status == 200
    assert ada.wait_for(lambda item: item["Type"] == "ATTACHMENT", 30)["Attachments"][0]["Status"] == "APPROVED"


def test_a_disk_that_takes_nothing_is_said_in_our_form_and_the_same_file_goes_later(
    product: Product, mira: Desk, ada: Customer
) -> None:
    token = str(uuid.uuid4())
    folder = Path(product.portal.environment["CCP_DATA_DIR"]) / "media" / "outgoing"
    folder.mkdir(parents=True, exist_ok=True)
    folder.rename(folder.with_name("aside"))
    folder.write_text("a file where the folder was")
    try:
        answer = hand_in(mira, ada.contact_id, PNG, "a.png", token)
    finally:
        folder.unlink()
        folder.with_name("aside").rename(folder)
    assert (answer.status, answer.json) == (
        503,
        {"reason": "diskFull", "message": "The portal has no room for the file just now: try again in a while."},
    )
    assert hand_in(mira, ada.contact_id, PNG, "a.png", token).status == 200


def test_only_whoever_serves_the_contact_hands_in_and_only_from_our_own_page(
    product: Product, mira: Desk, ada_once: Customer
) -> None:
    contact_id = ada_once.contact_id
    with product.portal.desk("jonas") as jonas:
        assert hand_in(jonas, contact_id, PNG, "a.png").reason == "contactNotFound"
    assert hand_in(mira, "nobody", PNG, "a.png").status == 404
    assert hand_in(mira, contact_id, PNG, "a.png", **{"X-CSRFToken": "forged"}).status == 403
    assert hand_in(mira, contact_id, PNG, "a.png", Origin="https://evil.example").status == 403
    assert hand_in(mira, contact_id, PNG, "a.png", "t" * 501).reason == "params"
    stranger = ask(Session(product.portal.url), f"/contacts/{contact_id}/files/", PNG)
    assert stranger.status == 403  # not even a CSRF token
    assert kept(product.portal) == []


def test_after_the_end_a_file_is_refused_and_one_that_waits_fails_visibly(product: Product, mira: Desk) -> None:
    with customer(product.emulator, "Ada", "hello") as ada:
        relay(product, mira, ada.contact_id)
        product.emulator.control("faults", {"operation": "StartAttachmentUpload", "status": 503, "times": 100})
        try:
            token = str(uuid.uuid4())
            assert hand_in(mira, ada.contact_id, PNG, "a.png", token).status == 200
            mira.until(lambda held: held.outgoing[token]["why"], "it says that it waits")
            about = mira.held.outgoing[token]
            assert (about["kind"], about["state"], about["content"], about["size"]) == (
                "ATTACHMENT",
                "queued",
                "a.png",
                len(PNG),
            )
            ada.leave()
            mira.until(lambda held: held.outgoing[token]["state"] == "failed", "it fails, visibly")
            reasons = {"the customer had left.", "the chat had ended."}  # what tells of them comes in any order
            mira.until(
                lambda held: sentence_of(held.outgoing[token]["why"]).rpartition(": ")[2] in reasons, "it says why"
            )
        finally:
            product.emulator.control("faults", {"clear": True})
        assert hand_in(mira, ada.contact_id, PNG, "b.png").reason == "contactNotConnected"
        mira.call("discardMessage", contactId=ada.contact_id, clientToken=token)
        eventually(lambda: kept(product.portal) == [], 10, "its bytes are dropped")


# ---- from the customer -----------------------------------------------------------------------------------------------


def test_a_customers_file_is_read_by_who_serves_and_who_supervises_and_nobody_else(
    product: Product, mira: Desk, ada: Customer
) -> None:
    attachment_id = sends(ada, PNG, "Rechnung \u202efdp.png", "image/png")
    told = shown(mira, attachment_id)
    assert (told["AttachmentName"], told["Status"], "AttachmentSizeInBytes" in told) == (
        "Rechnung \u202efdp.png",
        "APPROVED",
        False,
    )
    path = f"/contacts/{ada.contact_id}/files/{attachment_id}/"
    for who in (mira.session, product.portal.log_in("ida")):
        got = ask(who, path)
        assert (got.status, got.body) == (200, PNG)
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["content-disposition"] == 'attachment; filename="Rechnung fdp.png"'
        assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in got.headers["cache-control"]
    mira.until(lambda _: shown(mira, attachment_id).get("AttachmentSizeInBytes") == len(PNG), "now its size is known")
    assert ask(product.portal.log_in("jonas"), path).status == 404
    assert ask(mira.session, f"/contacts/{ada.contact_id}/files/nothing/").status == 404
    assert ask(mira.session, f"/contacts/nobody/files/{attachment_id}/").status == 404
    signed_out = ask(Session(product.portal.url), path)
    assert (signed_out.status, PNG in signed_out.body) == (200, False)  # the login page


def test_a_picture_is_shown_and_nothing_else_is(mira: Desk, ada: Customer) -> None:
    lies = [
        (PNG, "a.png", "image/png", "image/png"),
        (JPEG, "a.jpg", "image/jpeg", "image/jpeg"),
        (HTML, "a.txt", "text/plain", ""),
        (SVG, "a.csv", "text/csv", ""),
        (b"%PDF-1.7\n" + HTML, "a.pdf", "application/pdf", ""),
        (PNG[:16] + b"\0\0\xff\xff\0\0\xff\xff" + PNG[24:], "huge.png", "image/png", ""),
    ]
    for content, name, content_type, seen_as in lies:
        attachment_id = sends(ada, content, name, content_type)
        shown(mira, attachment_id)
        path = f"/contacts/{ada.contact_id}/files/{attachment_id}/"
        got, preview = ask(mira.session, path), ask(mira.session, f"{path}?preview")
        assert (got.body, got.headers["content-type"]) == (content, "application/octet-stream")
        assert got.headers["content-disposition"].startswith("attachment;")
        assert preview.status == (200 if seen_as else 415)
        assert preview.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert preview.headers["x-content-type-options"] == "nosniff"
        if seen_as:
            assert (preview.headers["content-type"], preview.body) == (seen_as, content)


def test_what_connect_refuses_and_what_is_over_says_so(product: Product, mira: Desk, ada: Customer) -> None:
    lie = sends(ada, HTML, "photo.png", "image/png")
    assert shown(mira, lie)["Status"] == "REJECTED"
    answer = ask(mira.session, f"/contacts/{ada.contact_id}/files/{lie}/")
    assert (answer.status, b"Amazon Connect has refused this file" in answer.body) == (409, True)


def test_a_file_is_no_longer_read_when_the_agent_has_left_the_chat(product: Product, mira: Desk) -> None:
    with customer(product.emulator, "Ada", "hello") as ada:
        relay(product, mira, ada.contact_id)
        attachment_id = sends(ada, PNG, "a.png", "image/png")
        shown(mira, attachment_id)
        mira.call("destroyConnection", contactId=ada.contact_id)
        ada.wait_for_event("participant.left", role="AGENT")
        eventually(
            lambda: ask(mira.session, f"/contacts/{ada.contact_id}/files/{attachment_id}/").status == 409, 15, "no more"
        )
        answer = ask(mira.session, f"/contacts/{ada.contact_id}/files/{attachment_id}/")
        assert b"only while the agent is in the chat" in answer.body


def test_files_of_twenty_megabytes_come_as_they_are(mira: Desk, ada: Customer) -> None:
    content = os.urandom(1024) * 20 * 1024
    attachment_id = sends(ada, PNG + content[: -len(PNG)], "large.png", "image/png")
    shown(mira, attachment_id)
    assert ask(mira.session, f"/contacts/{ada.contact_id}/files/{attachment_id}/").body == PNG + content[: -len(PNG)]


# ---- at last: whoever else had a socket has none after this ----------------------------------------------------------


def test_kill_9_between_the_hand_in_and_connect_loses_and_doubles_nothing(product: Product) -> None:
    with customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("jonas") as jonas:
        relay(product, jonas, ada.contact_id)
        product.emulator.control("faults", {"operation": "CompleteAttachmentUpload", "status": 503, "times": 1})
        token = str(uuid.uuid4())
        assert hand_in(jonas, ada.contact_id, PNG, "a.png", token).status == 200
        jonas.say(ada.contact_id, "after")
        jonas.until(lambda held: held.outgoing[token]["why"], "it waits, its bytes are with Connect")
        product.portal.restart()
        jonas.close()
        jonas.connect()
        ada.wait_for_text("after", 40)
        mine = [i for i in ada.transcript() if i.get("ParticipantRole") == "AGENT" and i["Type"] != "EVENT"]
        assert [one["Type"] for one in mine] == ["ATTACHMENT", "MESSAGE"]
        jonas.until(lambda held: not held.outgoing, "nothing is owed")
        assert hand_in(jonas, ada.contact_id, PNG, "a.png", token).json["state"] == "sent"
