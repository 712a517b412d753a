"""Pictures: dimensions and camera notes; their text comes from recognition, elsewhere."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pi_heif
from PIL import AvifImagePlugin, ExifTags, Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401

from chancery.engines.ingest.reading import Content, Reading, Unreadable

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"heic": ("HEIF", "AVIF")}
"""Where nothing else can be meant; of the other kinds all readers are asked, those loaded here first."""
_WANTED = {
    "DateTime": "created",
    "DateTimeOriginal": "created",
    "Make": "device_make",
    "Model": "device_model",
    "Software": "application",
    "Artist": "author",
    "ImageDescription": "title",
}


def read(content: Content, key: str) -> Reading:
    """Return width, height, frames and notes, and mark the picture for text recognition."""
    try:
        with content.stream() as stream, Image.open(stream, formats=_FORMATS.get(key)) as picture:
            metadata: dict[str, Any] = {
                "width": picture.width,
                "height": picture.height,
                "frames": getattr(picture, "n_frames", 1),
                "needs_ocr": True,
            }
            metadata.update(_notes(picture, content))
            if key == "heic" and content.decisions.ocr:
                page = BytesIO()
                picture.convert("RGB").save(page, "PNG", compress_level=1)
                content.scan = page.getvalue()
    except (OSError, SyntaxError, ValueError, EOFError) as fault:
        raise Unreadable("The picture is damaged and cannot be opened.", code="corrupt") from fault
    return Reading(metadata=metadata)


def _notes(picture: Image.Image, content: Content) -> dict[str, str]:
    found = {}
    read = content.kept is not None and picture.format == "PNG" and _is_read(content.kept)
    for tag, value in (Image.Image.getexif(picture) if read else picture.getexif()).items():
        name = _WANTED.get(ExifTags.TAGS.get(tag, ""))
        if name and isinstance(value, str) and value.strip("\x00 "):
            found[name] = value.strip("\x00 ")
    return found


def _is_read(data: bytes) -> bool:
    """Tell whether a PNG file is whole and its notes stand before its pixels, so that none has to be unpacked.

    Authority: PNG (third edition) 5.3 and 5.5: every chunk ends with its check sum, and IEND is the last one.
    """
    at, pixels, view = 8, False, memoryview(data)
    while at + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, at)
        end = at + 8 + size
        kind = data[at + 4 : at + 8]
        if end + 4 > len(data) or zlib.crc32(view[at + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if kind == b"IEND":
            return pixels
        if kind == b"acTL" or (pixels and kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt")):
            return False
        pixels = pixels or kind == b"IDAT"
        at = end + 4
    return False
