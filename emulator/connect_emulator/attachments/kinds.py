"""The types of files a chat takes (adminguide/feature-limits), and whether bytes can be of the type their name says.

AWS does not say how its scan decides. Here a format that cannot be without its signature must have it; text and the old names of
Office are refused only when the bytes are certainly something else, which puremagic says.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

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


@dataclass(frozen=True, slots=True)
class FileKind:
    content_types: tuple[str, ...]
    looks_right: Look


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


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_JPEG = FileKind(("image/jpeg",), _jpeg)
KINDS: dict[str, FileKind] = {
    "csv": FileKind(("text/csv",), _text),
    "doc": FileKind(("application/msword",), _old_office),
    "docx": FileKind((_OPEN_XML + "wordprocessingml.document",), _office("word/")),
    "heic": FileKind(("image/heic",), _heic),
    "jfif": _JPEG,
    "jpeg": _JPEG,
    "jpg": _JPEG,
    "mov": FileKind(("video/quicktime",), _quicktime),
    "mp4": FileKind(("video/mp4",), _mp4),
    "pdf": FileKind(("application/pdf",), _pdf),
    "png": FileKind(("image/png",), _begins(b"\x89PNG\r\n\x1a\n")),
    "ppt": FileKind(("application/vnd.ms-powerpoint",), _old_office),
    "pptx": FileKind((_OPEN_XML + "presentationml.presentation",), _office("ppt/")),
    "rtf": FileKind(("application/rtf", "text/rtf"), _begins(b"{\\rtf")),
    "txt": FileKind(("text/plain",), _text),
    "wav": FileKind(("audio/wav", "audio/x-wav", "audio/vnd.wave"), _wav),
    "xls": FileKind(("application/vnd.ms-excel",), _old_office),
    "xlsx": FileKind((_OPEN_XML + "spreadsheetml.sheet",), _office("xl/")),
}


def of_name(name: str) -> FileKind | None:
    """By the ending of a file's name."""
    _, dot, ending = name.rpartition(".")
    return KINDS.get(ending.lower()) if dot else None


def is_what_it_says(name: str, content: bytes) -> bool:
    kind = of_name(name)
    return kind is not None and kind.looks_right(io.BytesIO(content))
