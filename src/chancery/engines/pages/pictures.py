"""Pictures on paper: photographs, scans and faxes as PDF pages, frame by frame."""

from __future__ import annotations

import io
import warnings
import zlib
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from chancery.engines.pages.values import ImagingRefused

LETTER = (612.0, 792.0)
MARGIN = 36.0
FOOT = 54.0
MAXIMUM_PIXELS = 120_000_000
MAXIMUM_FRAMES = 5_000
POINTS = 72.0
_EXIF_ORIENTATION = 0x0112


def picture_pages(*, source: Path) -> bytes:
    """Return a PDF with a letter page per frame, the picture fitted above the foot kept for endorsements.

    Frames keep their resolution; JPEG data is passed on unchanged, everything else is stored without loss.
    Refuses pictures above 120 million pixels a frame or 5,000 frames, and those that cannot be decoded.
    """
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(source) as opened, pikepdf.Pdf.new() as pdf:
                _fill(pdf, opened, source)
                pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except Image.DecompressionBombError as fault:
        raise ImagingRefused("The picture is too large.", code="too_large") from fault
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, KeyError, zlib.error) as fault:
        raise ImagingRefused("The picture is damaged.", code="corrupt") from fault
    return out.getvalue()


def _fill(pdf: pikepdf.Pdf, opened: Image.Image, source: Path) -> None:
    if opened.width * opened.height > MAXIMUM_PIXELS:
        raise ImagingRefused("The picture is too large.", code="too_large")
    upright = opened.getexif().get(_EXIF_ORIENTATION, 1) == 1
    if opened.format == "JPEG" and opened.mode in ("L", "RGB") and upright:
        opened.load()
        raw: dict[str, Any] = {"filter": "/DCTDecode", "data": source.read_bytes(), "bits": 8}
        _add_page(pdf, opened.size, opened.mode, raw)
        return
    for number, frame in enumerate(ImageSequence.Iterator(opened)):
        if number >= MAXIMUM_FRAMES:
            raise ImagingRefused("The picture has too many frames.", code="too_many_pages")
        if frame.width * frame.height > MAXIMUM_PIXELS:
            raise ImagingRefused("The picture is too large.", code="too_large")
        flat = _opaque(ImageOps.exif_transpose(frame))
        bits = 1 if flat.mode == "1" else 8
        packed: dict[str, Any] = {
            "filter": "/FlateDecode",
            "data": zlib.compress(flat.tobytes(), 6),
            "bits": bits,
        }
        _add_page(pdf, flat.size, flat.mode, packed)
        if opened.format == "GIF":
            break


def _opaque(frame: Image.Image) -> Image.Image:
    """Return the frame as it looks on white paper, in black and white, grey or colour."""
    if frame.mode in ("1", "L", "RGB"):
        return frame
    if frame.mode.startswith("I") or frame.mode == "F":
        return _grey(frame)
    if frame.mode in ("LA", "RGBA", "PA", "La", "RGBa") or "transparency" in frame.info:
        clear = frame.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return frame.convert("RGB")


def _grey(frame: Image.Image) -> Image.Image:
    """Return a deep grey frame in 8 bits, its darkest and lightest value stretched to black and white."""
    deep = frame.convert("F")
    low, high = deep.getextrema()
    if not isinstance(low, float) or not isinstance(high, float) or high <= low:
        return Image.new("L", frame.size, 255)
    return deep.point(lambda value: value * (255.0 / (high - low)) - low * 255.0 / (high - low)).convert("L")


def _add_page(pdf: pikepdf.Pdf, size: tuple[int, int], mode: str, packed: dict[str, Any]) -> None:
    width, height = size
    paper = LETTER if height >= width else (LETTER[1], LETTER[0])
    scale = min((paper[0] - 2 * MARGIN) / width, (paper[1] - MARGIN - FOOT) / height, 1.0)
    shown = (width * scale, height * scale)
    left = (paper[0] - shown[0]) / 2
    low = paper[1] - MARGIN - shown[1]
    image = pikepdf.Stream(
        pdf,
        packed["data"],
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": width,
            "/Height": height,
            "/ColorSpace": pikepdf.Name.DeviceRGB if mode == "RGB" else pikepdf.Name.DeviceGray,
            "/BitsPerComponent": packed["bits"],
            "/Filter": pikepdf.Name(str(packed["filter"])),
        },
    )
    page = pdf.add_blank_page(page_size=paper)
    page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image)))
    drawing = f"q {shown[0]:.3f} 0 0 {shown[1]:.3f} {left:.3f} {low:.3f} cm /Im0 Do Q"
    page.obj["/Contents"] = pdf.make_indirect(pikepdf.Stream(pdf, drawing.encode("ascii")))
