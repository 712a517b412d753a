"""Photographs of a sample matter, drawn: cast metal, a crack, a gauge beside it."""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from .leaves import FONTS

_SIZE = (960, 720)
_PIXELS_PER_MM = 10


def draw_crack(*, seed: int, label: str, length_mm: int) -> bytes:
    """Return a JPEG of a crack in a casting, a scale in millimetres beside it and a tag with the label."""
    random = np.random.default_rng(seed)
    picture = _metal(random=random)
    pen = ImageDraw.Draw(picture)
    x, y = 250.0, 330.0
    points = [(x, y)]
    while x < 250 + length_mm * _PIXELS_PER_MM:
        x += float(random.uniform(3, 11))
        y += float(random.normal(-1.5, 5))
        points.append((x, y))
    pen.line(points, fill=(58, 46, 34), width=4)
    for start, end in pairwise(points):
        pen.line([start, end], fill=(22, 18, 15), width=int(random.integers(1, 6)))
    for _ in range(26):
        px, py, size = random.uniform(180, 800), random.uniform(160, 520), random.uniform(1, 5)
        pen.ellipse([px, py, px + size, py + size * 0.8], fill=(52, 42, 30))
    picture = picture.filter(ImageFilter.GaussianBlur(0.9))
    _gauge(picture=picture)
    _tag(picture=picture, label=label)
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=80)
    return held.getvalue()


def draw_mark(*, text: str) -> bytes:
    """Return a small PNG wordmark, as companies put below their mail."""
    mark = Image.new("P", (220, 48), 0)
    mark.putpalette([255, 255, 255, 12, 60, 96, 190, 200, 210] + [0] * 759)
    pen = ImageDraw.Draw(mark)
    pen.rectangle([0, 40, 219, 47], fill=1)
    pen.fontmode = "1"
    pen.text((6, 6), text, fill=1, font=_font(24))
    held = io.BytesIO()
    mark.save(held, "PNG", compress_level=0)
    return held.getvalue()


def _metal(*, random: np.random.Generator) -> Image.Image:
    width, height = _SIZE
    rough = random.normal(0, 1, (height // 8, width // 8))
    coarse = Image.fromarray((rough * 26 + 128).clip(0, 255).astype(np.uint8)).resize(_SIZE, Image.Resampling.BICUBIC)
    fine = random.normal(0, 9, (height, width))
    light = np.linspace(1.12, 0.72, width)[None, :] * np.linspace(1.04, 0.86, height)[:, None]
    base = (np.asarray(coarse, dtype=float) * 0.45 + 92 + fine) * light
    colour = np.stack([base * 1.02, base * 0.87, base * 0.6], axis=2)
    return Image.fromarray(colour.clip(0, 255).astype(np.uint8))


def _gauge(*, picture: Image.Image) -> None:
    pen = ImageDraw.Draw(picture)
    pen.rectangle([140, 560, 900, 640], fill=(214, 214, 205), outline=(90, 90, 88))
    for step in range(75):
        across = 150 + step * _PIXELS_PER_MM
        tall = 34 if step % 10 == 0 else 22 if step % 5 == 0 else 13
        pen.line([across, 560, across, 560 + tall], fill=(25, 25, 25), width=2 if step % 10 == 0 else 1)
        if step % 10 == 0:
            pen.text((across - 6, 598), str(step), fill=(25, 25, 25), font=_font(20))
    pen.text((862, 574), "mm", fill=(25, 25, 25), font=_font(16))


def _tag(*, picture: Image.Image, label: str) -> None:
    tag = Image.new("RGB", (360, 74), (236, 226, 170))
    pen = ImageDraw.Draw(tag)
    pen.rectangle([0, 0, 359, 73], outline=(120, 100, 60))
    pen.text((12, 8), label, fill=(30, 30, 60), font=_font(22))
    mask = Image.new("L", tag.size, 255).rotate(3, expand=True, fillcolor=0)
    picture.paste(tag.rotate(3, expand=True), (540, 60), mask)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "NotoSansSC-Regular.otf"), size)
