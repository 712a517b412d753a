"""What every test of redlines checks: the proof of the engine, and a reader that shares no code with it."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree
from tests.engines.comparison.making import make, part

from chancery.engines.comparison.comparing import Redline, compare

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NS = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
SECTION = '<w:sectPr><w:pgMar w:left="1"/></w:sectPr>'

WORD = f"{{{NS['w']}}}"


def redline(old: str | bytes, new: str | bytes) -> Redline:
    """Compare two bodies or files; the proof must hold, also by the independent reader below."""
    before, after = (side if isinstance(side, bytes) else make(side) for side in (old, new))
    found = compare(old=before, new=after, author="Ann", at=AT)
    assert found.proof.holds, found.proof
    assert plain(found.data, accept=True) == plain(after, accept=True)
    assert plain(found.data, accept=False) == plain(before, accept=False)
    return found


def body(data: bytes) -> etree._Element:
    return etree.fromstring(part(data).encode())


def texts(data: bytes, path: str) -> list[str]:
    return ["".join(node.itertext()) for node in body(data).xpath(f"//{path}", namespaces=NS)]


def plain(data: bytes, *, accept: bool) -> list[str]:
    """Text of the paragraphs with all changes accepted or rejected; shares no code with the engine."""
    gone = ("ins", "moveTo") if not accept else ("del", "moveFrom")
    lines: list[str] = []
    rest = ""
    for paragraph in body(data).iter(WORD + "p"):
        if paragraph.xpath(
            f"ancestor::w:tr[w:trPr/w:{gone[0]}] | ancestor::w:tc[w:tcPr/w:cell{gone[0].capitalize()}]", namespaces=NS
        ):
            continue
        if paragraph.xpath("ancestor::w:txbxContent", namespaces=NS):
            continue
        there = "|".join(f"ancestor::w:{name}" for name in gone)
        words = paragraph.xpath(
            f".//*[self::w:t or self::w:delText][not({there})][not(ancestor::w:txbxContent)]", namespaces=NS
        )
        rest += "".join(word.text or "" for word in words)
        if not paragraph.xpath("|".join(f"w:pPr/w:rPr/w:{name}" for name in gone), namespaces=NS):
            lines.append(rest)
            rest = ""
    return [line for line in [*lines, rest] if line]
