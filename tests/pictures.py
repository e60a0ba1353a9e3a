"""Small pictures that a browser can show, made here."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 48, height: int = 32, colour: tuple[int, int, int] = (32, 96, 160)) -> bytes:
    """One colour all over, as PNG (ISO/IEC 15948): signature, IHDR, IDAT, IEND."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*piece) for piece in pieces)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PNG = png()
# What a JPEG's decoder reads before any picture: a camera's segment, then a frame of 64 by 48 (ITU-T T.81, B.2.2).
JPEG = b"\xff\xd8\xff\xe1\x00\x10Exif\0\0" + b"\0" * 8 + b"\xff\xc0\x00\x0b\x08\x00\x30\x00\x40\x01\x01\x11\x00\xff\xd9"
