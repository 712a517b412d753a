"""What stands for markup and parts where only sameness counts: keys of serialised elements, prints of parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final

from lxml import etree

from chancery.engines.comparison.names import ID, REVISIONS, TYPE, W14_URI, Element, R, W, local
from chancery.engines.comparison.package import Package, Unreadable, parse_xml

_DRAWING_IDS: Final = frozenset(("docPr", "cNvPr"))
_DEAD: Final = (
    "http://powertools.codeplex.com",
    "{http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing}",
)
_IDS_OF_PARAGRAPHS: Final = (f"{{{W14_URI}}}paraId", f"{{{W14_URI}}}textId")
_TRACKS: Final = re.compile(rb":(?:ins|del)[\s/>]")
_NUMBERS: Final = re.compile(rb"""numId\s+w:val\s*=\s*["']([^"']*)""")


def attributes_of(node: Element, fingerprint_of: Callable[[str], str]) -> str:
    """Return the attributes of an element that have a meaning, in order of their names.

    fingerprint_of: gives what a relationship id leads to.
    """
    pairs = []
    for name, value in sorted(node.attrib.items()):
        if name.startswith((W + "rsid", _DEAD[1])) or name in _IDS_OF_PARAGRAPHS:
            continue
        if _DEAD[0] in name or name.endswith(("}Ignorable", "}space")):
            continue
        if name == ID and node.tag in REVISIONS:
            continue
        if name == "id" and local(node.tag) in _DRAWING_IDS:
            continue
        pairs.append(f" {local(name)}={(fingerprint_of(value) if name.startswith(R) else value)!r}")
    return "".join(pairs)


def key_of(*, raw: bytes, numbers: Mapping[str, str], odd: bool) -> bytes | None:
    """Return what decides the canonical text of some serialised markup, lists by their labels.

    None when its meaning lies elsewhere: in relationships or notes of its file, or behind unusual prefixes (``odd``).
    """
    if odd or b" r:" in raw or b"Reference w:" in raw:
        return None
    if b"numId" not in raw:
        return raw
    labels = (numbers.get(ident.decode("utf-8", "replace"), "") for ident in _NUMBERS.findall(raw))
    return raw + "\x1e".join(("", *labels)).encode("utf-8", "replace")


def is_tracked(raw: bytes) -> bool:
    """Whether serialised markup holds anything that is tracked; may say so once too often, never too seldom."""
    if b"Change" in raw or b":move" in raw or b":cell" in raw or b":customXml" in raw:
        return True
    return (b":ins" in raw or b":del" in raw) and _TRACKS.search(raw) is not None


def special(note: Element) -> str:
    """Return the type of a separator of notes, empty for a note that a reference leads to."""
    found = str(note.get(TYPE, ""))
    return "" if found == "normal" else found


def print_of(*, package: Package, name: str, known: dict[str, str]) -> str:
    """Return a print of the bytes of a part and of all it leads to; known: prints made before, by name."""
    if name not in known:
        known[name] = "…"
        digest = hashlib.sha256(_plain_bytes(package.parts.get(name, b"")))
        for key, relation in sorted(package.relations_of(name).items()):
            leads = (
                relation.target if relation.external else print_of(package=package, name=relation.target, known=known)
            )
            digest.update(f"{key} {relation.type} {leads}\n".encode("utf-8", "replace"))
        known[name] = digest.hexdigest()[:24]
    return known[name]


def _plain_bytes(data: bytes) -> bytes:
    """Return XML in canonical form, so that only its meaning counts; anything else as it is."""
    if data[:5] != b"<?xml" and data[:1] != b"<":
        return data
    try:
        return bytes(etree.tostring(parse_xml(data, "part"), method="c14n"))
    except (Unreadable, ValueError):
        return data
