"""Attachments: started, put to a signed URL, completed, scanned, told; and everything that is refused on the way."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from connect_emulator import limits, undocumented
from connect_emulator.attachments import bucket
from connect_emulator.attachments.kinds import KINDS, is_what_it_says
from connect_emulator.clock import iso
from connect_emulator.restjson import Request, Response
from tests.amazon import Amazon
from tests.emulating import EVENT, INSTANCE, ROOT, TOPIC

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
OPEN_XML = "application/vnd.openxmlformats-officedocument."
Make = Callable[..., Amazon]


def package(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + b"rest"
FILES: dict[str, tuple[str, bytes]] = {
    "csv": ("text/csv", b"a,b\n1,2\n"),
    "doc": ("application/msword", OLE),
    "docx": (OPEN_XML + "wordprocessingml.document", package("[Content_Types].xml", "word/document.xml")),
    "heic": ("image/heic", b"\0\0\0\x18ftypheic...."),
    "jfif": ("image/jpeg", b"\xff\xd8\xff\xe0...."),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff\xe0...."),
    "jpg": ("image/jpeg", b"\xff\xd8\xff\xe1...."),
    "mov": ("video/quicktime", b"\0\0\0\x14ftypqt  ...."),
    "mp4": ("video/mp4", b"\0\0\0\x18ftypisom...."),
    "pdf": ("application/pdf", b"%PDF-1.7\n...."),
    "png": ("image/png", PNG),
    "ppt": ("application/vnd.ms-powerpoint", OLE),
    "pptx": (OPEN_XML + "presentationml.presentation", package("[Content_Types].xml", "ppt/presentation.xml")),
    "rtf": ("application/rtf", b"{\\rtf1 hello}"),
    "txt": ("text/plain", "Grüße".encode()),
    "wav": ("audio/wav", b"RIFF\x24\0\0\0WAVEfmt "),
    "xls": ("application/vnd.ms-excel", OLE),
    "xlsx": (OPEN_XML + "spreadsheetml.sheet", package("[Content_Types].xml", "xl/workbook.xml")),
}


def start(amazon: Amazon, token: str, content: bytes = PNG, name: str = "a.png", **given: Any) -> dict[str, Any]:
    asked = {
        "ConnectionToken": token,
        "AttachmentName": name,
        "ContentType": FILES.get(name.rpartition(".")[2].lower(), ("image/png", b""))[0],
        "AttachmentSizeInBytes": len(content),
        **given,
    }
    return dict(amazon.participant.start_attachment_upload(**asked))


def call(amazon: Amazon, method: str, url: str, body: bytes = b"", **headers: str) -> Response:
    parts = urlsplit(url)
    return bucket.respond(
        amazon.world, Request(method, parts.path, parts.query, {"host": parts.netloc, **headers}, body)
    )


def put(amazon: Amazon, started: dict[str, Any], content: bytes, **headers: str) -> Response:
    upload = started["UploadMetadata"]
    sent = {name.lower(): value for name, value in upload["HeadersToInclude"].items()} | headers
    return call(amazon, "PUT", upload["Url"], content, **sent)


def complete(amazon: Amazon, token: str, attachment_id: str, **given: Any) -> None:
    amazon.participant.complete_attachment_upload(ConnectionToken=token, AttachmentIds=[attachment_id], **given)
    amazon.background.settle()


def send(amazon: Amazon, token: str, content: bytes = PNG, name: str = "a.png") -> str:
    """The id of an attachment that was started, put, completed and scanned."""
    started = start(amazon, token, content, name)
    assert put(amazon, started, content).status == 200
    complete(amazon, token, started["AttachmentId"])
    return str(started["AttachmentId"])


def unchecked(amazon: Amazon) -> Any:
    """A client that sends whatever it is given."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return amazon.client("connectparticipant", config)


def attachments(amazon: Amazon, token: str) -> list[dict[str, Any]]:
    return [item for item in amazon.transcript(token) if item["Type"] == "ATTACHMENT"]


def test_an_upload_that_is_completed_and_scanned_is_an_item(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    attachment_id = send(amazon, token, PNG, "parcel.png")
    (item,) = attachments(amazon, token)
    assert (item["ParticipantRole"], item["DisplayName"], item["ContentType"]) == ("CUSTOMER", "Ada", "image/png")
    assert item["Attachments"] == [
        {
            "AttachmentId": attachment_id,
            "AttachmentName": "parcel.png",
            "ContentType": "image/png",
            "Status": "APPROVED",
        }
    ]
    amazon.again()
    assert attachments(amazon, token) == [item]


def test_message_streaming_carries_the_attachment(amazon: Amazon) -> None:
    amazon.sns.subscribe(TopicArn=TOPIC, Protocol="https", Endpoint="https://bot.example/")
    amazon.background.settle()
    amazon.sns.confirm_subscription(TopicArn=TOPIC, Token=json.loads(amazon.posts.bodies[-1])["Token"])
    contact_id, token = amazon.customer()
    amazon.stream(contact_id)
    attachment_id = send(amazon, token)
    posts = [json.loads(body) for body in amazon.posts.bodies[1:]]
    ((post, item),) = [(p, i) for p in posts if (i := json.loads(p["Message"]))["Type"] == "ATTACHMENT"]
    assert (item["Type"], item["Attachments"][0]["AttachmentId"], "Content" in item) == (
        "ATTACHMENT",
        attachment_id,
        False,
    )
    values = {name: attribute["Value"] for name, attribute in post["MessageAttributes"].items()}
    assert (values["Type"], values["ContentType"], values["ParticipantRole"]) == ("ATTACHMENT", "image/png", "CUSTOMER")


@pytest.mark.parametrize("ending", sorted(KINDS))
def test_every_listed_type_is_taken(amazon: Amazon, ending: str) -> None:
    _, token = amazon.customer()
    send(amazon, token, FILES[ending][1], f"File.{ending.upper()}")
    assert [item["Attachments"][0]["Status"] for item in attachments(amazon, token)] == ["APPROVED"]


@pytest.mark.parametrize("ending", sorted(KINDS))
def test_a_file_that_is_not_what_its_name_says_is_rejected_by_the_scan(amazon: Amazon, ending: str) -> None:
    _, token = amazon.customer()
    wrong = b"MZ\x90\0 a program" if ending in {"csv", "txt"} else b"hello, I am text"
    attachment_id = send(amazon, token, wrong, f"a.{ending}")
    assert [item["Attachments"][0]["Status"] for item in attachments(amazon, token)] == ["REJECTED"]
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.participant.get_attachment(ConnectionToken=token, AttachmentId=attachment_id)


def test_no_listed_type_is_taken_for_another() -> None:
    old, new, words, jpeg = {"doc", "xls", "ppt"}, {"docx", "xlsx", "pptx"}, {"csv", "txt"}, {"jpg", "jpeg", "jfif"}
    alike = {
        **dict.fromkeys(old, old | new),  # around a package with a password Office puts the container of the old ones
        **dict.fromkeys(words, words),
        **dict.fromkeys(jpeg, jpeg),
        "rtf": old | words | {"rtf"},
    }
    for ending, (_, content) in FILES.items():
        taken = {other for other in KINDS if is_what_it_says(f"a.{other}", content)}
        assert taken - words == alike.get(ending, {ending}) - words
        assert taken >= alike.get(ending, {ending})


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=200))
def test_a_look_at_any_bytes_is_a_yes_or_a_no(ending: str, content: bytes) -> None:
    assert is_what_it_says(f"a.{ending}", content) in {True, False}


# ---- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"AttachmentName": "a.exe"}, "ValidationException"),
        ({"AttachmentName": "png"}, "ValidationException"),
        ({"AttachmentName": "x" * 257}, "ValidationException"),
        ({"ContentType": "image/jpeg"}, "ValidationException"),
        ({"ContentType": "application/x-msdownload"}, "ValidationException"),
        ({"AttachmentSizeInBytes": 0}, "ValidationException"),
        ({"AttachmentSizeInBytes": limits.ATTACHMENT_BYTES + 1}, undocumented.ATTACHMENT_TOO_LARGE),
        ({"ConnectionToken": "nobody"}, "AccessDeniedException"),
    ],
)
def test_an_upload_that_cannot_be_is_not_started(amazon: Amazon, given_: dict[str, Any], code: str) -> None:
    _, token = amazon.customer()
    amazon.participant = unchecked(amazon)
    before = amazon.world.store.dump()
    with pytest.raises(ClientError) as raised:
        start(amazon, token, **given_)
    assert raised.value.response["Error"]["Code"] == code
    assert amazon.world.store.dump() == before


def test_thirty_five_attachments_are_a_chats_and_no_more(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    for _ in range(34):
        send(amazon, token)
    start(amazon, token)
    with pytest.raises(amazon.participant.exceptions.ServiceQuotaExceededException) as raised:
        start(amazon, token)
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 402
    amazon.pass_time(undocumented.UPLOAD_URL_SECONDS - 1)
    assert amazon.described(contact_id)["Id"] == contact_id
    amazon.say(token, "still here")
    amazon.pass_time(1)
    assert start(amazon, token)["AttachmentId"]


def test_a_file_of_twenty_megabytes_is_taken(amazon: Amazon) -> None:
    _, token = amazon.customer()
    send(amazon, token, PNG + b"x" * (limits.ATTACHMENT_BYTES - len(PNG)))
    assert [item["Attachments"][0]["Status"] for item in attachments(amazon, token)] == ["APPROVED"]


def test_a_custom_participant_neither_reads_nor_uploads(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    attachment_id, bot = send(amazon, token), amazon.bot(contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.participant.get_attachment(ConnectionToken=bot, AttachmentId=attachment_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        start(amazon, bot)
    assert attachments(amazon, bot)[0]["Attachments"][0]["AttachmentId"] == attachment_id


def test_whether_a_custom_participant_may_upload_is_one_constant(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact_id, token = amazon.customer()
    bot = amazon.bot(contact_id)
    monkeypatch.setattr(undocumented, "CUSTOM_PARTICIPANT_UPLOADS", True)
    send(amazon, bot)
    assert [item["ParticipantRole"] for item in attachments(amazon, token)] == ["CUSTOM_BOT"]


def test_completing_needs_an_upload_and_is_done_once(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    started = start(amazon, token)
    with pytest.raises(amazon.participant.exceptions.ConflictException):
        complete(amazon, token, started["AttachmentId"])
    put(amazon, started, PNG)
    other = amazon.bot(contact_id)
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        complete(amazon, other, started["AttachmentId"])
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        complete(amazon, token, "nothing")
    complete(amazon, token, started["AttachmentId"], ClientToken="once")
    complete(amazon, token, started["AttachmentId"], ClientToken="once")
    with pytest.raises(amazon.participant.exceptions.ConflictException):
        complete(amazon, token, started["AttachmentId"], ClientToken="twice")
    assert len(attachments(amazon, token)) == 1


def test_one_client_token_starts_one_upload(amazon: Amazon) -> None:
    _, token = amazon.customer()
    first, again = (start(amazon, token, ClientToken="once") for _ in range(2))
    assert first["UploadMetadata"] == again["UploadMetadata"]
    assert amazon.world.store.value("SELECT count(*) FROM attachment") == 1


def test_after_the_end_of_the_chat_nothing_is_uploaded(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    started = start(amazon, token)
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        start(amazon, token)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        complete(amazon, token, started["AttachmentId"])


def test_an_end_before_the_scan_leaves_no_item(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    started = start(amazon, token)
    put(amazon, started, PNG)
    amazon.participant.complete_attachment_upload(ConnectionToken=token, AttachmentIds=[started["AttachmentId"]])
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    amazon.background.settle()
    assert amazon.world.store.value("SELECT count(*) FROM item WHERE type = 'ATTACHMENT'") == 0


# ---- the signed URLs ------------------------------------------------------------------------------------------------


def test_the_url_to_upload_to_is_for_this_file_and_for_a_while(amazon: Amazon) -> None:
    _, token = amazon.customer()
    started = start(amazon, token)
    upload = started["UploadMetadata"]
    assert upload["HeadersToInclude"] == {"Content-Type": "image/png"}
    assert upload["UrlExpiry"] == iso(amazon.clock.now() + undocumented.UPLOAD_URL_SECONDS * 1000)
    assert put(amazon, started, PNG[:-1]).status == 403
    assert put(amazon, started, PNG, **{"content-type": "text/html"}).status == 403
    assert call(amazon, "GET", upload["Url"]).status == 403
    assert put(amazon, started, PNG).status == 200
    assert put(amazon, started, PNG).status == 200
    amazon.clock.advance(undocumented.UPLOAD_URL_SECONDS * 1000)
    assert put(amazon, started, PNG).status == 403


def test_a_url_is_used_up_when_its_upload_is_completed(amazon: Amazon) -> None:
    _, token = amazon.customer()
    started = start(amazon, token)
    put(amazon, started, PNG)
    complete(amazon, token, started["AttachmentId"])
    assert put(amazon, started, PNG).status == 403


@pytest.mark.parametrize("change", ["Expires=9", "Signature=", "Inline=1", "/../", "path"])
def test_a_url_that_was_changed_is_refused(amazon: Amazon, change: str) -> None:
    _, token = amazon.customer()
    url = start(amazon, token)["UploadMetadata"]["Url"]
    changed = {
        "Expires=9": url.replace("Expires=", "Expires=9"),
        "Signature=": url.partition("Signature=")[0] + "Signature=\u00e9",
        "Inline=1": url.replace("Inline=0", "Inline=1"),
        "/../": url.replace("/attachments/", "/attachments/../"),
        "path": url.replace("?", "0?"),
    }[change]
    assert call(amazon, "PUT", changed, PNG, **{"content-type": "image/png"}).status == 403


@pytest.mark.parametrize(
    ("given_", "seconds", "how"),
    [
        ({}, undocumented.DOWNLOAD_URL_SECONDS, "attachment"),
        ({"UrlExpiryInSeconds": 5}, 5, "attachment"),
        ({"UrlExpiryInSeconds": 300, "UrlContentDisposition": "INLINE"}, 300, "inline"),
        ({"UrlContentDisposition": "ATTACHMENT"}, undocumented.DOWNLOAD_URL_SECONDS, "attachment"),
    ],
)
def test_the_url_to_download_from_lasts_as_long_as_asked(
    amazon: Amazon, given_: dict[str, Any], seconds: int, how: str
) -> None:
    _, token = amazon.customer()
    attachment_id = send(amazon, token, PNG, "Grüße & mehr.png")
    got = amazon.participant.get_attachment(ConnectionToken=token, AttachmentId=attachment_id, **given_)
    assert got["UrlExpiry"] == iso(amazon.clock.now() + seconds * 1000)
    assert got["AttachmentSizeInBytes"] == len(PNG)
    answer = call(amazon, "GET", got["Url"])
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert answer.headers["content-disposition"] == f"{how}; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%26%20mehr.png"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert call(amazon, "PUT", got["Url"], PNG).status == 403
    amazon.again()
    assert call(amazon, "GET", got["Url"]).status == 200
    amazon.clock.advance(seconds * 1000)
    assert call(amazon, "GET", got["Url"]).status == 403


@pytest.mark.parametrize("seconds", [4, 301])
def test_an_expiry_out_of_range_is_refused(amazon: Amazon, seconds: int) -> None:
    _, token = amazon.customer()
    attachment_id = send(amazon, token)
    with pytest.raises((amazon.participant.exceptions.ValidationException, ValueError, Exception)):
        amazon.participant.get_attachment(ConnectionToken=token, AttachmentId=attachment_id, UrlExpiryInSeconds=seconds)


def test_attachments_of_another_chat_are_denied(amazon: Amazon) -> None:
    _, ada = amazon.customer()
    _, bob = amazon.customer("Bob")
    attachment_id = send(amazon, ada)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.participant.get_attachment(ConnectionToken=bob, AttachmentId=attachment_id)


def test_a_chat_that_goes_on_from_a_past_one_reads_its_attachments(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    attachment_id = send(amazon, token)
    amazon.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact_id)
    _, again = amazon.customer(PersistentChat={"RehydrationType": "ENTIRE_PAST_SESSION", "SourceContactId": contact_id})
    got = amazon.participant.get_attachment(ConnectionToken=again, AttachmentId=attachment_id)
    assert call(amazon, "GET", got["Url"]).body == PNG


# ---- what no flow brings about --------------------------------------------------------------------------------------

SESSION = "00000000-0000-4000-8000-000000000000"


def test_views_and_authentication_have_their_documented_errors(amazon: Amazon) -> None:
    _, token = amazon.customer()
    with pytest.raises(amazon.participant.exceptions.ResourceNotFoundException):
        amazon.participant.describe_view(ViewToken="v", ConnectionToken=token)
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.participant.get_authentication_url(
            SessionId=SESSION, RedirectUri="https://shop.example", ConnectionToken=token
        )
    with pytest.raises(amazon.participant.exceptions.ValidationException):
        amazon.participant.cancel_participant_authentication(SessionId=SESSION, ConnectionToken=token)
    with pytest.raises(amazon.participant.exceptions.AccessDeniedException):
        amazon.participant.describe_view(ViewToken="v", ConnectionToken="nobody")


def test_a_receipt_may_be_for_an_attachment(amazon: Amazon) -> None:
    contact_id, token = amazon.customer()
    send(amazon, token)
    bot, item = amazon.bot(contact_id), attachments(amazon, token)[0]
    amazon.participant.send_event(
        ConnectionToken=bot, ContentType=EVENT + "message.read", Content=json.dumps({"messageId": item["Id"]})
    )
    assert attachments(amazon, token)[0]["MessageMetadata"]["MessageId"] == item["Id"]


def test_the_customers_page_offers_the_types_and_the_size_that_are_taken() -> None:
    page = (ROOT / "frontend" / "chat" / "files.js").read_text(encoding="utf-8").replace("${OPEN_XML}", OPEN_XML)
    table = re.search(r"const TYPES = \{(.*?)\n\}", page, re.DOTALL)
    assert table is not None
    offered = dict(re.findall(r"(\w+): [\"`]([^\"`]+)[\"`]", table[1]))
    assert set(offered) == set(KINDS)
    assert all(offered[ending] in KINDS[ending].content_types for ending in KINDS)
    assert "FILE_MAX = 20 * 1024 * 1024\n" in page
    assert limits.ATTACHMENT_BYTES == 20 * 1024 * 1024
