"""Which files are taken: by name and by bytes, and the same ones that the other end of the wire takes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chats import kinds
from emulator import limits
from emulator.attachments import kinds as theirs
from tests.pictures import JPEG, png
from tests.unit.emulator.test_emulator_attachments import FILES


def fits(name: str, content: bytes) -> bool:
    try:
        kinds.check_content(name, io.BytesIO(content))
    except kinds.Unfit:
        return False
    return True


def test_we_take_what_connect_takes_under_its_names_for_it() -> None:
    assert set(kinds.KINDS) == set(theirs.KINDS)
    for ending, kind in kinds.KINDS.items():
        assert kind.content_type in theirs.KINDS[ending].content_types
    assert kinds.MAX_BYTES == limits.ATTACHMENT_BYTES


@pytest.mark.parametrize("ending", sorted(FILES))
def test_bytes_are_taken_for_what_they_are_and_for_nothing_else(ending: str) -> None:
    """The three of old Office look alike, and so do the spellings of JPEG. Text is what has no NUL: it is only downloaded."""
    alike = [{"jpg", "jpeg", "jfif"}, {"doc", "xls", "ppt"}]
    taken = {other for other in kinds.KINDS if fits(f"a.{other.upper()}", FILES[ending][1])}
    text = {"csv", "txt"}
    assert taken - text == next((group for group in alike if ending in group), {ending}) - text
    assert ending not in text or taken == text


@given(st.sampled_from(sorted(kinds.KINDS)), st.binary(max_size=300))
def test_both_ends_of_the_wire_see_the_same_in_any_bytes(ending: str, content: bytes) -> None:
    assert fits(f"a.{ending}", content) == theirs.is_what_it_says(f"a.{ending}", content)


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [("a.exe", 1, "fileType"), ("png", 1, "fileType"), ("a.png", 0, "fileEmpty"), ("a.png", 2**25, "fileTooLarge")],
)
def test_what_cannot_be_is_refused_before_a_byte_is_here(name: str, size: int, reason: str) -> None:
    with pytest.raises(kinds.Unfit) as unfit:
        kinds.check(name, size)
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
    assert kinds.tidy(name) == tidied


@given(st.text(max_size=600))
def test_a_tidy_name_fits_and_stays_as_it_is(name: str) -> None:
    tidied = kinds.tidy(name)
    assert len(tidied) <= kinds.MAX_NAME
    assert not {"/", "\\", "\n", "\r", "\0"} & set(tidied)


def test_a_picture_is_what_its_bytes_say() -> None:
    assert kinds.picture(png(48, 32)) == kinds.Picture("image/png", 48, 32)
    assert kinds.picture(JPEG) == kinds.Picture("image/jpeg", 64, 48)
    for content in (b"", b"<svg/>", b"GIF89a", JPEG[:20], png()[:20], b"\x89PNG\r\n\x1a\n" + b"x" * 40):
        assert kinds.picture(content) is None
    assert not kinds.Picture("image/png", 100_000, 100_000).is_bearable
    assert not kinds.Picture("image/png", 0, 10).is_bearable


@given(st.binary(max_size=100))
def test_no_bytes_of_a_jpeg_break_the_look_at_it(content: bytes) -> None:
    kinds.picture(b"\xff\xd8\xff" + content)
