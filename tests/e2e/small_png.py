"""A screenshot as a PNG with a palette, a third of the size: the browser reads its pixels and chooses 256 colours, zlib packs them."""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

# Most pixels of a page have one of a few colours; the rest are the edges of letters. The most frequent colours are kept
# as they are, then those that would be missed most, by how many pixels and how far from the nearest.
PALETTE = """async png => {
  const bytes = Uint8Array.from(atob(png), one => one.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }))
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  const context = canvas.getContext("2d")
  context.drawImage(bitmap, 0, 0)
  const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)
  const counted = new Map()
  for (const pixel of pixels) counted.set(pixel, (counted.get(pixel) ?? 0) + 1)
  const rest = [...counted].sort((a, b) => b[1] - a[1]).map(([colour, count]) => ({ colour, count, far: Infinity, near: 0 }))
  const apart = (a, b) => ((a & 255) - (b & 255)) ** 2 + ((a >> 8 & 255) - (b >> 8 & 255)) ** 2 + ((a >> 16 & 255) - (b >> 16 & 255)) ** 2
  const palette = []
  while (palette.length < 256 && palette.length < rest.length) {
    const missed = palette.length < 96 ? rest[palette.length] : rest.reduce((a, b) => a.count * a.far < b.count * b.far ? b : a)
    const index = palette.push(missed.colour) - 1
    for (const one of rest) {
      const far = apart(one.colour, missed.colour)
      if (far < one.far) Object.assign(one, { far, near: index })
    }
  }
  const nearest = new Map(rest.map(one => [one.colour, one.near]))
  const indexed = Uint8Array.from(pixels, pixel => nearest.get(pixel))
  const colours = palette.flatMap(colour => [colour & 255, colour >> 8 & 255, colour >> 16 & 255])
  let text = ""
  for (let at = 0; at < indexed.length; at += 8192) text += String.fromCharCode(...indexed.subarray(at, at + 8192))
  return [bitmap.width, bitmap.height, colours, btoa(text)]
}"""


def small(page: Page, png: bytes) -> bytes:
    """`page`: any page of a browser that may run scripts; its contents do not matter."""
    width, height, colours, indexed = page.evaluate(PALETTE, base64.b64encode(png).decode())
    pixels = base64.b64decode(indexed)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(colours)), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
