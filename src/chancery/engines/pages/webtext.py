"""The words of a web page in reading order; nothing is fetched, nothing runs."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl"))
_BLOCKS = _PARAGRAPHS | frozenset(
    (
        "address",
        "article",
        "aside",
        "body",
        "dd",
        "div",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "section",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "caption",
    )
)
_DROPPED = frozenset(("script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg"))
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_-]+)""")


def web_text(*, markup: str) -> str:
    """Return the paragraphs of a page, parted by blank lines; pictures are named in brackets."""
    tree = LexborHTMLParser(markup)
    pieces: list[str] = []
    stack: list[tuple[LexborNode | None, str]] = [(tree.body or tree.root, "")]
    while stack:
        node, closing = stack.pop()
        if node is None:
            _part(pieces, closing)
            continue
        stack += reversed(_opened(node, pieces))
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(pieces))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _opened(node: LexborNode, pieces: list[str]) -> list[tuple[LexborNode | None, str]]:
    """Write what opens a node and return its children with what closes it."""
    tag = node.tag or ""
    if tag == "-text":
        pieces.append(re.sub(r"[ \t\r\n\f]+", " ", node.text_content or ""))
        return []
    if tag in _DROPPED or tag.startswith(("-", "!")):
        return []
    if tag == "br":
        pieces.append("\n")
        return []
    if tag == "img":
        named = (node.attributes.get("alt") or "").strip()
        pieces.append(f"[{named}]" if named else "")
        return []
    gap = "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _BLOCKS else "   " if tag in ("td", "th") else ""
    _part(pieces, gap)
    pieces += ["• "] if tag == "li" else []
    children: list[tuple[LexborNode | None, str]] = [
        (child, "") for child in node.iter(include_text=True) if child is not None
    ]
    return [*children, (None, gap)]


def _part(pieces: list[str], gap: str) -> None:
    """Write a gap unless a line has just ended; a paragraph's blank line is always written."""
    if gap and not (gap == "\n" and pieces and pieces[-1].endswith("\n")):
        pieces.append(gap)


def decode_markup(*, data: bytes) -> str:
    """Return the markup in the character set its mark or meta element names, else UTF-8, else GB18030."""
    declared = _CHARSET.search(data[:4096])
    names = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig"]
    names += [declared[1].decode("ascii")] if declared else []
    for name in [*names[::-1], "gb18030"]:
        try:
            return data.decode("gb18030" if name.lower() in ("gb2312", "gbk") else name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("cp1252", "replace")
