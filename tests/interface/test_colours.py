"""Contrast of every pair of colours that meet on a page, in both themes."""

from __future__ import annotations

import pytest

from interface.colours import contrast, tokens
from interface.conftest import INTERFACE

SHEET = INTERFACE / "static/chancery/styles/chancery.css"
COLOURS = tokens(SHEET)
SURFACES = ["canvas", "surface", "sunken", "hover", "selected"]
TEXT = [
    *[("ink", surface) for surface in SURFACES],
    *[("ink-muted", surface) for surface in SURFACES],
    *[("accent", surface) for surface in [*SURFACES, "accent-soft"]],
    ("accent-ink", "accent"),
    *[(tone, f"{tone}-soft") for tone in ("ok", "warn", "bad", "privilege")],
    *[(tone, surface) for tone in ("ok", "bad") for surface in ("surface", "canvas")],
    *[("ink", f"{tone}-soft") for tone in ("ok", "warn", "bad", "accent")],
    ("ink", "mark"),
    ("ink", "mark-now"),
    ("canvas", "ink"),
]
SHAPES = [
    *[("line-strong", surface) for surface in ("surface", "canvas", "sunken")],
    *[("focus", surface) for surface in SURFACES],
    *[("warn", surface) for surface in ("sunken", "canvas")],
    *[("accent", surface) for surface in SURFACES],
    *[(f"data{number}", "surface") for number in range(1, 7)],
]
# Contrasts named in the design, light and dark: they hold the computation itself to account.
KNOWN = [
    ("line-strong", "surface", 3.7, 3.8),
    ("ink", "surface", 17.3, 14.4),
    ("ink-muted", "surface", 7.4, 7.7),
    ("ink-muted", "selected", 6.1, 5.9),
    ("accent-ink", "accent", 7.3, 8.7),
    ("focus", "surface", 5.0, 8.7),
    ("ok", "ok-soft", 6.2, 8.1),
    ("warn", "warn-soft", 5.8, 8.3),
    ("bad", "bad-soft", 6.2, 6.6),
    ("privilege", "privilege-soft", 6.9, 7.6),
    ("ink", "mark", 12.9, 6.1),
    ("ink", "mark-now", 9.4, 4.6),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "surface"), TEXT)
def test_text_reads_on_every_surface_it_sits_on(text: str, surface: str, theme: int) -> None:
    assert contrast(COLOURS[text][theme], COLOURS[surface][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "surface"), SHAPES)
def test_borders_rings_and_lines_stand_out(shape: str, surface: str, theme: int) -> None:
    assert contrast(COLOURS[shape][theme], COLOURS[surface][theme]) >= 3


@pytest.mark.parametrize(("one", "other", "light", "dark"), KNOWN)
def test_contrast_equals_the_design(one: str, other: str, light: float, dark: float) -> None:
    for theme, wanted in ((0, light), (1, dark)):
        assert contrast(COLOURS[one][theme], COLOURS[other][theme]) == pytest.approx(wanted, abs=0.15)


def test_components_name_no_colour() -> None:
    after_tokens = SHEET.read_text().split("@layer base {", 1)[1]
    named = [line for line in after_tokens.splitlines() if "oklch(" in line or "#" in line.split("{")[-1]]
    assert named == ["dialog::backdrop { background: oklch(.2 .02 260/.45) }"] or named == []
