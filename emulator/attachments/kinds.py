"""The types of files a chat takes (adminguide/feature-limits), and how the bytes of each begin: nothing is believed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

Look = Callable[[bytes], bool]
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")  # Office 97 to 2003
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


@dataclass(frozen=True, slots=True)
class FileKind:
    content_types: tuple[str, ...]
    looks_right: Look


def _begins(*starts: bytes) -> Look:
    return lambda content: content.startswith(starts)


def _office(folder: str) -> Look:
    """A package of Office Open XML, and of which program."""

    def looks(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                names = package.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
            return False
        return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)

    return looks


def _text(content: bytes) -> bool:
    return b"\0" not in content and not content.startswith((b"MZ", b"%PDF-", b"PK\x03\x04", b"\x7fELF"))


def _pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _brand(content: bytes) -> bytes | None:
    return content[8:12] if content[4:8] == b"ftyp" else None


def _heic(content: bytes) -> bool:
    return _brand(content) in _HEIF_BRANDS


def _quicktime(content: bytes) -> bool:
    return _brand(content) == b"qt  " or content[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip"}


def _mp4(content: bytes) -> bool:
    brand = _brand(content)
    return brand is not None and brand not in _HEIF_BRANDS and brand != b"qt  "


def _wav(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE"


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_JPEG = FileKind(("image/jpeg",), _begins(b"\xff\xd8\xff"))
KINDS: dict[str, FileKind] = {
    "csv": FileKind(("text/csv",), _text),
    "doc": FileKind(("application/msword",), _begins(_OLE)),
    "docx": FileKind((_OPEN_XML + "wordprocessingml.document",), _office("word/")),
    "heic": FileKind(("image/heic",), _heic),
    "jfif": _JPEG,
    "jpeg": _JPEG,
    "jpg": _JPEG,
    "mov": FileKind(("video/quicktime",), _quicktime),
    "mp4": FileKind(("video/mp4",), _mp4),
    "pdf": FileKind(("application/pdf",), _pdf),
    "png": FileKind(("image/png",), _begins(b"\x89PNG\r\n\x1a\n")),
    "ppt": FileKind(("application/vnd.ms-powerpoint",), _begins(_OLE)),
    "pptx": FileKind((_OPEN_XML + "presentationml.presentation",), _office("ppt/")),
    "rtf": FileKind(("application/rtf", "text/rtf"), _begins(b"{\\rtf")),
    "txt": FileKind(("text/plain",), _text),
    "wav": FileKind(("audio/wav", "audio/x-wav", "audio/vnd.wave"), _wav),
    "xls": FileKind(("application/vnd.ms-excel",), _begins(_OLE)),
    "xlsx": FileKind((_OPEN_XML + "spreadsheetml.sheet",), _office("xl/")),
}


def of_name(name: str) -> FileKind | None:
    """By the ending of a file's name."""
    _, dot, ending = name.rpartition(".")
    return KINDS.get(ending.lower()) if dot else None


def is_what_it_says(name: str, content: bytes) -> bool:
    kind = of_name(name)
    return kind is not None and kind.looks_right(content)
