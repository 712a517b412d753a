"""What a page of the web needs to be shown: the pictures, style sheets and frames that its source names.

Read from the source as it came; nothing of it is run. A place that a script would fill stays empty.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

LONGEST: Final = 5 * 1024**2
"""Characters of a source that are looked through."""
_TAG: Final = re.compile(
    r"<(img|link|source|input|video|body|table|td|th|iframe|frame|object|embed|image|base|meta|style)\b([^<>]*)>",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"""(?<![a-z_:-])([a-z_:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_STYLED: Final = re.compile(r"""\sstyle\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_CSS_URL: Final = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^"'()\s]*))""", re.IGNORECASE)
_IMPORT: Final = re.compile(r"""@import\s+(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_FONT_FACE: Final = re.compile(r"@font-face\s*\{[^{}]*\}", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"""<meta[^<>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_NO_CHARSETS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape"})
"""Codings that Python knows and no page is written in; one of them takes minutes on a long text."""
_PLACES: Final = {
    "img": ("src",), "source": ("src",), "input": ("src",), "video": ("poster",), "body": ("background",),
    "table": ("background",), "td": ("background",), "th": ("background",), "iframe": ("src",), "frame": ("src",),
    "object": ("data",), "embed": ("src",), "image": ("href", "xlink:href"),
}  # fmt: skip
_SHOWN_LINKS: Final = frozenset({"stylesheet", "icon", "apple-touch-icon"})


def source_text(*, data: bytes, content_type: str) -> str:
    """Return a source as text: by the charset of its header, else of its own statement, else UTF-8."""
    head = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", content_type, re.IGNORECASE)
    stated = _CHARSET.search(data[:4096])
    names = [head[1] if head else "", stated[1].decode("ascii", "replace") if stated else "", "utf-8"]
    for name in filter(None, names):
        try:
            if codecs.lookup(name).name in _NO_CHARSETS:
                continue
            return data[:LONGEST].decode(name, "replace")
        except (LookupError, ValueError):
            continue
    return data[:LONGEST].decode("utf-8", "replace")


def of_page(*, source: str, address: str) -> list[str]:
    """Return the addresses a page names as parts of itself, each once, in their order; without fragments."""
    plain = _without(_without(source, "<!--", "-->"), "<script", "</script")
    base, found, styled = address, list[str](), 0
    for match in _TAG.finditer(plain):
        name, values = match[1].lower(), _attributes(match[2])
        if name == "base" and values.get("href") and base == address:
            base = _joined(address, values["href"]) or address
        found += _of_tag(name, values)
        if name == "style" and match.end() > styled:
            styled = plain.find("</style", match.end())
            styled = styled if styled >= 0 else len(plain)
            found += _of_style(plain[match.end() : styled])
    for match in _STYLED.finditer(plain):
        found += _of_style(unescape(match[1] or match[2] or ""))
    return _whole(found, base)


def of_style_sheet(*, source: str, address: str) -> list[str]:
    """Return the addresses a style sheet names: pictures and further sheets, no fonts."""
    return _whole(list(_of_style(source)), address)


def _of_tag(name: str, values: dict[str, str]) -> Iterator[str]:
    if name == "link":
        if _SHOWN_LINKS & set(values.get("rel", "").lower().split()):
            yield values.get("href", "")
        return
    if name == "input" and values.get("type", "").lower() != "image":
        return
    for place in _PLACES.get(name, ()):
        yield values.get(place, "")
    if name in ("img", "source"):
        for candidate in re.split(r",\s+", values.get("srcset", "")):
            yield candidate.split()[0].rstrip(",") if candidate.split() else ""


def _of_style(text: str) -> Iterator[str]:
    plain = _FONT_FACE.sub("", _without(text, "/*", "*/"))
    for pattern in (_CSS_URL, _IMPORT):
        for match in pattern.finditer(plain):
            yield next((group for group in match.groups() if group), "")


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        found.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return found


def _without(text: str, opening: str, closing: str) -> str:
    """Return a text without what stands between marks, in one pass; what is never closed is left out to the end."""
    low, kept, here = text.lower(), [], 0
    while (start := low.find(opening, here)) >= 0:
        kept.append(text[here:start])
        end = low.find(closing, start + len(opening))
        if end < 0:
            return "".join(kept)
        here = end + len(closing)
    kept.append(text[here:])
    return "".join(kept)


def _joined(base: str, reference: str) -> str:
    try:
        whole = urldefrag(urljoin(base, reference.strip())).url
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole if parts.scheme in ("http", "https") and parts.hostname else ""


def _whole(references: list[str], base: str) -> list[str]:
    found = (_joined(base, each) for each in references if each.strip())
    return [each for each in dict.fromkeys(found) if each and each != urldefrag(base).url]
