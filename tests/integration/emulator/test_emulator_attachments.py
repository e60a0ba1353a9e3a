"""Attachments over HTTP, as a browser sends them; and what a kill leaves of them."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.emulating import Customer, RunningEmulator, customer, eventually

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 2_000_000


def ask(method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def started(who: Customer, content: bytes = PNG) -> dict[str, Any]:
    return who.participant.start_attachment_upload(  # type: ignore[no-any-return]
        ConnectionToken=who.connection_token,
        AttachmentName="parcel.png",
        ContentType="image/png",
        AttachmentSizeInBytes=len(content),
    )


def completed(who: Customer, upload: dict[str, Any]) -> None:
    who.participant.complete_attachment_upload(
        ConnectionToken=who.connection_token, AttachmentIds=[upload["AttachmentId"]]
    )


def put(upload: dict[str, Any], content: bytes = PNG) -> tuple[int, dict[str, str], bytes]:
    return ask("PUT", upload["UploadMetadata"]["Url"], content, **upload["UploadMetadata"]["HeadersToInclude"])


def test_a_browser_uploads_and_downloads(emulator: RunningEmulator) -> None:
    with customer(emulator) as ada:
        upload = started(ada)
        url = upload["UploadMetadata"]["Url"]
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
        status, headers, _ = ask("OPTIONS", url, **asked, **{"Access-Control-Request-Headers": "content-type"})
        assert (status, headers["access-control-allow-origin"]) == (200, "*")
        assert "PUT" in headers["access-control-allow-methods"].split(",")
        status, headers, _ = put(upload)
        assert (status, headers["access-control-allow-origin"]) == (200, "*")
        completed(ada, upload)
        item = ada.wait_for(lambda i: i["Type"] == "ATTACHMENT")
        assert item["Attachments"][0]["Status"] == "APPROVED"
        got = ada.participant.get_attachment(ConnectionToken=ada.connection_token, AttachmentId=upload["AttachmentId"])
        status, headers, body = ask("GET", got["Url"])
        assert (status, body, headers["access-control-allow-origin"]) == (200, PNG, "*")
        assert ask("DELETE", got["Url"])[0] == 405


def test_a_file_of_another_size_and_one_that_is_too_large_are_refused(emulator: RunningEmulator) -> None:
    with customer(emulator) as ada:
        upload = started(ada)
        assert put(upload, PNG + b"x")[0] == 403
        assert put(upload, b"x" * (21 * 1024 * 1024))[0] == 400
        assert put(upload)[0] == 200


def test_a_kill_keeps_what_was_answered(running: Callable[..., RunningEmulator]) -> None:
    emulator = running()
    with customer(emulator) as ada:
        upload = started(ada)
        emulator.restart()
        assert put(upload)[0] == 200
        emulator.restart()
        completed(ada, upload)
        emulator.restart()
        ada.open()
        found = eventually(lambda: [item for item in ada.transcript() if item["Type"] == "ATTACHMENT"])
        assert [item["Attachments"][0]["Status"] for item in found] == ["APPROVED"]
        got = ada.participant.get_attachment(ConnectionToken=ada.connection_token, AttachmentId=upload["AttachmentId"])
        assert ask("GET", got["Url"])[2] == PNG
