"""Which files are taken: by name and by bytes, and the same ones that the other end of the wire takes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats import file_types
from connect_emulator import limits
from connect_emulator.attachments import kinds as theirs
from tests.pictures import JPEG, png
from tests.unit.emulator.test_emulator_attachments import FILES


def fits(name: str, content: bytes) -> bool:
    try:
        file_types.check_content(name, io.BytesIO(content))
    except file_types.FileRejected:
        return False
    return True


def test_we_take_what_connect_takes_under_its_names_for_it() -> None:
    assert set(file_types.KINDS) == set(theirs.KINDS)
    for ending, kind in file_types.KINDS.items():
        assert kind.content_type in theirs.KINDS[ending].content_types
    assert file_types.MAX_BYTES == limits.ATTACHMENT_BYTES


OLD = {"doc", "xls", "ppt"}
NEW = {"docx", "xlsx", "pptx"}
WORDS = {"csv", "txt"}
LOOK_ALIKE = {  # what else the bytes of each may be called: the same format, and what Office opens under its old names
    "doc": OLD | NEW,
    "xls": OLD | NEW,
    "ppt": OLD | NEW,
    "csv": WORDS,
    "txt": WORDS,
    "rtf": OLD | WORDS | {"rtf"},
    "jpg": {"jpg", "jpeg", "jfif"},
    "jpeg": {"jpg", "jpeg", "jfif"},
    "jfif": {"jpg", "jpeg", "jfif"},
}


@pytest.mark.parametrize("ending", sorted(FILES))
def test_bytes_are_taken_for_what_they_can_be_and_for_nothing_else(ending: str) -> None:
    taken = {other for other in file_types.KINDS if fits(f"a.{other.upper()}", FILES[ending][1])}
    alike = LOOK_ALIKE.get(ending, {ending})
    assert taken - WORDS == alike - WORDS
    assert not alike & WORDS or taken >= WORDS


TABLE = "Name\tOrt\r\nJürgen\tKöln\r\n"
OLE = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600  # what Office puts around a package with a password
PE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 112 + b"PE\0\0L\x01"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("utf-16.txt", TABLE.encode("utf-16")),
        ("utf-16-be.csv", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("utf-16 without its mark.csv", TABLE.encode("utf-16-le")),
        ("utf-16 without its mark.txt", TABLE.encode("utf-16-be")),
        ("utf-32.txt", TABLE.encode("utf-32")),
        ("long utf-16.txt", ("😀 ä\n" * 40_000).encode("utf-16")),
        ("latin.csv", TABLE.encode("latin-1")),
        ("utf-8.csv", TABLE.encode("utf-8-sig")),
        *(
            (f"{first[:2]}.{ending}", first.encode() + b"-4711;shoe\r\n")
            for ending in sorted(WORDS)
            for first in (
                "MZ",
                "PK",
                "PK\x03\x04",
                "%PDF-",
                "GIF89a",
                "BM",
                "ID3",
                "Rar!",
                "7z",
                "RIFF",
                "ELF",
                "#!/bin/sh",
                "{\\rtf1",
                "<html>",
            )
        ),
        *((f"password.{ending}", OLE) for ending in sorted(OLD | NEW)),
        *((f"{wave.decode()}.wav", wave + b"\xff\xff\xff\xffWAVEds64") for wave in (b"RF64", b"BW64", b"RIFX")),
        ("html.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("xml.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
        ("tabs.xls", TABLE.encode()),
        ("unicode text.xls", TABLE.encode("utf-16")),
        ("wordpad.doc", b"{\\rtf1\\ansi hello}"),
        ("page.doc", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n"),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes) -> None:
    assert fits(name, content)
    assert theirs.is_what_it_says(name, content)


@pytest.mark.parametrize("ending", sorted(file_types.KINDS))
@pytest.mark.parametrize(
    "content",
    [
        PE,
        b"\x7fELF\x02\x01\x01" + b"\0" * 60,
        b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 40,
        b"PK\x03\x04\x14\0\0\0\x08\0" + b"\0" * 60,
        b"Rar!\x1a\x07\x01\0" + b"\0" * 20,
        b"7z\xbc\xaf\x27\x1c\0\x04" + b"\0" * 20,
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        b"GIF89a\x10\0\x10\0\x80\0\0",
    ],
    ids=["exe", "elf", "class", "zip", "rar", "7z", "gz", "gif"],
)
def test_a_program_or_an_archive_is_taken_under_no_name(ending: str, content: bytes) -> None:
    assert not fits(f"a.{ending}", content)
    assert not theirs.is_what_it_says(f"a.{ending}", content)


@given(st.sampled_from(sorted(file_types.KINDS)), st.binary(max_size=300))
def test_both_ends_of_the_wire_see_the_same_in_any_bytes(ending: str, content: bytes) -> None:
    assert fits(f"a.{ending}", content) == theirs.is_what_it_says(f"a.{ending}", content)


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [("a.exe", 1, "fileType"), ("png", 1, "fileType"), ("a.png", 0, "fileEmpty"), ("a.png", 2**25, "fileTooLarge")],
)
def test_what_cannot_be_is_refused_before_a_byte_is_here(name: str, size: int, reason: str) -> None:
    with pytest.raises(file_types.FileRejected) as unfit:
        file_types.check(name, size)
    assert unfit.value.reason == reason


@pytest.mark.parametrize(
    ("name", "tidied"),
    [
        ("Grüße.png", "Grüße.png"),
        ("Gru\u0308ße.png", "Grüße.png"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\a\\b.png", "b.png"),
        ("cod.\u202egnp.exe", "cod.gnp.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("x" * 300 + ".jpeg", "x" * 251 + ".jpeg"),
        (" . ", ""),
    ],
)
def test_a_name_is_only_a_name(name: str, tidied: str) -> None:
    assert file_types.safe_name(name) == tidied


@given(st.text(max_size=600))
def test_a_tidy_name_fits_and_stays_as_it_is(name: str) -> None:
    tidied = file_types.safe_name(name)
    assert len(tidied) <= file_types.MAX_NAME
    assert not {"/", "\\", "\n", "\r", "\0"} & set(tidied)


def test_a_picture_is_what_its_bytes_say() -> None:
    assert file_types.picture(png(48, 32)) == file_types.Picture("image/png", 48, 32)
    assert file_types.picture(JPEG) == file_types.Picture("image/jpeg", 64, 48)
    for content in (b"", b"<svg/>", b"GIF89a", JPEG[:20], png()[:20], b"\x89PNG\r\n\x1a\n" + b"x" * 40):
        assert file_types.picture(content) is None
    assert not file_types.Picture("image/png", 100_000, 100_000).is_bearable
    assert not file_types.Picture("image/png", 0, 10).is_bearable


@given(st.binary(max_size=100))
def test_no_bytes_of_a_jpeg_break_the_look_at_it(content: bytes) -> None:
    file_types.picture(b"\xff\xd8\xff" + content)
