"""The files that Amazon Connect takes in a chat: by the ending of the name, and by their bytes.

The list is Connect's (administrator guide, "feature specifications": attachments). A format that cannot be without its signature
(pictures, films, sound, PDF, RTF, new Office) must have it. Text and the old names of Office can be nearly anything: they are
refused only when the bytes are certainly something else, which puremagic says.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

MAX_BYTES = 20 * 1024 * 1024  # of one file; Connect's quota, which an administrator can have raised
MAX_NAME = 256  # StartAttachmentUpload, connectparticipant 2018-09-07
HEAD_BYTES = 256 * 1024  # of a picture are enough to know its size, behind whatever a camera wrote before
MAX_PIXELS = 50_000_000  # of a picture that is shown: a small file may unfold to gigabytes in the browser

Look = Callable[[BinaryIO], bool]
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")  # Office 97 to 2003; and around any Office file that has a password
_OLD_OFFICE = {".doc", ".dot", ".pps", ".ppt", ".xla", ".xls", ".xlt", ".xlw"}
_WAVES = (b"RIFF", b"RF64", b"BW64", b"RIFX")  # the second and third of more than 4 GB
_MARKS = {
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAVED_AS_OFFICE = (b"{\\rtf", b"<", b"mime-version:")
_CERTAIN = 0.3  # of puremagic: a tenth for each byte of a signature
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
# Marks of direction turn "exe.gpj" into "jpg.exe"; the others end a line, or a program's patience.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\\\\/]")


class FileRejected(ValueError):
    """Connect would not take this file; `reason` is for programs, the text for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file: what it is called on the wire, and whether bytes look like one."""

    content_type: str
    looks_right: Look


@dataclass(frozen=True, slots=True)
class Picture:
    """A raster picture, as its own bytes tell."""

    content_type: str
    width: int
    height: int

    @property
    def is_bearable(self) -> bool:
        return 0 < self.width * self.height <= MAX_PIXELS


def check(name: str, size: int) -> Kind:
    """What can be said before a byte is here. Raises Unfit."""
    kind = of_name(name)
    if kind is None:
        raise FileRejected(
            "fileType", f"Files of this type cannot be sent. Amazon Connect takes {', '.join(sorted(KINDS))}"
        )
    if size <= 0:
        raise FileRejected("fileEmpty", "The file is empty")
    if size > MAX_BYTES:
        raise FileRejected(
            "fileTooLarge", f"The file is larger than {MAX_BYTES // 1024 // 1024} MB, the most that can be sent"
        )
    return kind


def check_content(name: str, file: BinaryIO) -> None:
    """Whether the bytes are what the name says. Raises Unfit."""
    kind = of_name(name)
    if kind is None or not kind.looks_right(file):
        ending = name.rpartition(".")[2].lower()
        raise FileRejected("fileLies", f"The file is called .{ending}, but it is something else: it is not sent")


def of_name(name: str) -> Kind | None:
    """By the ending of a file's name."""
    _, dot, ending = name.rpartition(".")
    return KINDS.get(ending.lower()) if dot else None


def safe_name(name: str) -> str:
    """A name without folders, marks that nobody sees and more length than Connect takes; its ending stays."""
    base = re.split(r"[/\\]", name)[-1]
    clean = unicodedata.normalize("NFC", _UNSPEAKABLE.sub("", base)).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    if len(clean) <= MAX_NAME or not dot:
        return clean[:MAX_NAME]
    return stem[: MAX_NAME - len(ending) - 1] + dot + ending[: MAX_NAME - 1]


def picture(head: bytes) -> Picture | None:
    """What a PNG or a JPEG says of itself; None for everything else, however it is called."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        return Picture("image/png", int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg_picture(head)
    return None


def _jpeg_picture(head: bytes) -> Picture | None:
    """Segment after segment up to the one that begins a frame (SOF0 to SOF15; C4, C8 and CC are none)."""
    at = 2
    while at + 9 < len(head) and head[at] == 0xFF:
        marker, length = head[at + 1], int.from_bytes(head[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = int.from_bytes(head[at + 5 : at + 7]), int.from_bytes(head[at + 7 : at + 9])
            return Picture("image/jpeg", width, height)
        at += 2 + length
    return None


# ---- how bytes begin -------------------------------------------------------------------------------------------------


def _head(file: BinaryIO, size: int = 1024) -> bytes:
    file.seek(0)
    return file.read(size)


def _begins(*starts: bytes) -> Look:
    return lambda file: _head(file).startswith(starts)


def _office(folder: str) -> Look:
    """A package of Office Open XML, and of which program. Only its table of contents is read: nothing is unpacked.

    With a password nothing of it can be read, not even that: Office puts the package into an encrypted OLE file.
    """

    def looks(file: BinaryIO) -> bool:
        if _head(file).startswith(_OLE):
            return True
        file.seek(0)
        try:
            with zipfile.ZipFile(file) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
            return False
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return looks


def _names(head: bytes) -> list[puremagic.PureMagicWithConfidence]:
    """What the bytes are, by signatures that puremagic knows and that are no chance."""
    try:
        return [found for found in puremagic.magic_string(head) if found.confidence >= _CERTAIN]
    except (puremagic.PureError, ValueError):  # it knows nothing like it; there is nothing
        return []


def _text(file: BinaryIO) -> bool:
    """Text in any encoding. Letters at its beginning say nothing: "MZ-4711" is an order, "PK" and "%PDF" are words."""
    head = _head(file)
    marked = next((codec for mark, codec in _MARKS.items() if head.startswith(mark)), None)
    if marked:
        return _decodes(file, marked)
    names = _names(head)
    file.seek(0)
    if any(b"\0" in piece for piece in iter(lambda: file.read(65_536), b"")):
        return not names and (_decodes(file, "utf-16-le") or _decodes(file, "utf-16-be"))
    return all(found.byte_match.isascii() or not found.extension for found in names)  # UTF-8's mark has no extension


def _decodes(file: BinaryIO, codec: str) -> bool:
    """Without a character that no text has."""
    decoder = codecs.getincrementaldecoder(codec)()
    file.seek(0)
    try:
        return not any(_NO_TEXT.search(decoder.decode(piece)) for piece in iter(lambda: file.read(65_536), b""))
    except UnicodeDecodeError:
        return False


def _old_office(file: BinaryIO) -> bool:
    """Under its old names Office opens, and programs save, RTF, web pages, XML and tables, too. Prose is none of them."""
    head = _head(file)
    if head.startswith(_OLE):
        return True
    if _text(file):
        words = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n")
        return words.lower().startswith(_SAVED_AS_OFFICE) or b"\t" in words.partition(b"\n")[0]
    found = {each.extension for each in _names(head)}
    return not any(look(file) for look in (_jpeg, _heic, _quicktime, _mp4, _wav)) and (
        not found or not _OLD_OFFICE.isdisjoint(found)
    )


def _pdf(file: BinaryIO) -> bool:
    return b"%PDF-" in _head(file)


def _jpeg(file: BinaryIO) -> bool:
    return _head(file).startswith(b"\xff\xd8\xff")


def _brand(file: BinaryIO) -> bytes:
    head = _head(file, 12)
    return head[8:12] if head[4:8] == b"ftyp" else b""


def _heic(file: BinaryIO) -> bool:
    return _brand(file) in _HEIF_BRANDS


def _quicktime(file: BinaryIO) -> bool:
    return _brand(file) == b"qt  " or _head(file, 8)[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}


def _mp4(file: BinaryIO) -> bool:
    brand = _brand(file)
    return len(brand) == 4 and brand not in _HEIF_BRANDS and brand != b"qt  "


def _wav(file: BinaryIO) -> bool:
    head = _head(file, 12)
    return head[:4] in _WAVES and head[8:12] == b"WAVE"


_JPEG = Kind("image/jpeg", _jpeg)
KINDS: dict[str, Kind] = {
    "csv": Kind("text/csv", _text),
    "doc": Kind("application/msword", _old_office),
    "docx": Kind(_OPEN_XML + "wordprocessingml.document", _office("word/")),
    "heic": Kind("image/heic", _heic),
    "jfif": _JPEG,
    "jpeg": _JPEG,
    "jpg": _JPEG,
    "mov": Kind("video/quicktime", _quicktime),
    "mp4": Kind("video/mp4", _mp4),
    "pdf": Kind("application/pdf", _pdf),
    "png": Kind("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "ppt": Kind("application/vnd.ms-powerpoint", _old_office),
    "pptx": Kind(_OPEN_XML + "presentationml.presentation", _office("ppt/")),
    "rtf": Kind("application/rtf", _begins(b"{\\rtf")),
    "txt": Kind("text/plain", _text),
    "wav": Kind("audio/wav", _wav),
    "xls": Kind("application/vnd.ms-excel", _old_office),
    "xlsx": Kind(_OPEN_XML + "spreadsheetml.sheet", _office("xl/")),
}
