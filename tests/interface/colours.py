"""Colours of the style sheet: OKLCH to sRGB and contrast by WCAG, computed independently of any browser.

OKLCH: B. Ottosson, "A perceptual color space for image processing" (2020). Contrast: WCAG 2.2, 1.4.3.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

PAIR = re.compile(r"--([\w-]+):\s*light-dark\(oklch\(([^)]+)\),\s*oklch\(([^)]+)\)\)")
Triple = tuple[float, float, float]


def tokens(sheet: Path) -> dict[str, tuple[Triple, Triple]]:
    """Return the colour tokens with their light and dark OKLCH values."""
    found = {}
    for name, light, dark in PAIR.findall(sheet.read_text()):
        found[name] = (_triple(light), _triple(dark))
    return found


def _triple(text: str) -> Triple:
    lightness, chroma, hue = (float(part) for part in text.partition("/")[0].split())
    return lightness, chroma, hue


def linear(colour: Triple) -> Triple:
    """Return linear-light sRGB, each channel clipped to 0..1."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return _clip(red), _clip(green), _clip(blue)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def luminance(colour: Triple) -> float:
    """Return relative luminance."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Triple, other: Triple) -> float:
    """Return the contrast ratio, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
