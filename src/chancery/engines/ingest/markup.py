"""Text of HTML: the character set first, then the parser, line breaks where a browser breaks."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from chancery.engines.ingest.wording import tidied
from chancery.engines.text.charset import decode

_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_BLANKS = re.compile("[ \xa0]{2,}")
_SPACES = re.compile("  +")
_EMPTY_LINES = re.compile("\n\n\n+")
_BREAKING = (
    "p,div,br,li,tr,h1,h2,h3,h4,h5,h6,table,ul,ol,dl,dt,dd,blockquote,pre,hr,section,article,header,footer,nav,"
    "aside,form,fieldset,option,center,address,figure,figcaption,caption,title"
)


def declared_charset(*, data: bytes) -> str | None:
    """Return the character set an HTML or XML text names for itself within its first 4 KiB."""
    match = _XML.search(data[:1024]) or _META.search(data[:4096])
    if not match:
        return None
    label = match.group(1).decode("ascii").lower()
    return None if label.startswith("utf-16") else label


def html_text(*, data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return the visible text of an HTML document and the character set it was read in.

    A set named outside the document (mail header) goes before one named in it, as browsers do.
    """
    decoded = decode(data=data, declared=declared or declared_charset(data=data))
    return text_of_html(html=decoded.text)[0], decoded.charset


def text_of_html(*, html: str) -> tuple[str, dict[str, str]]:
    """Return the visible text and the title and author named in the head."""
    tree = LexborHTMLParser(html.replace("\x00", ""))
    metadata = _head(tree)
    for node in tree.css("script,style,template"):
        node.decompose()
    for node in tree.css("td,th"):
        node.insert_after("\t")
    for node in tree.css(_BREAKING):
        node.insert_before("\n")
        if node.tag not in ("br", "hr"):
            node.insert_after("\n")
    for node in tree.css("img[alt],area[alt]"):
        node.insert_after(f" {node.attributes.get('alt') or ''} ")
    body = tree.body or tree.root
    text = body.text(deep=True, separator="") if body is not None else ""
    text = (_BLANKS if "\xa0" in text else _SPACES).sub(" ", text)
    lines = [line.strip(" \t\xa0") for line in text.split("\n")]
    text = tidied(text=_EMPTY_LINES.sub("\n\n", "\n".join(lines)))
    return text or metadata.get("title", ""), metadata


def _head(tree: LexborHTMLParser) -> dict[str, str]:
    title = tree.css_first("title")
    found = {"title": " ".join(title.text().split())} if title is not None else {}
    for node in tree.css("meta[name]"):
        name = (node.attributes.get("name") or "").lower()
        if name in ("author", "description", "keywords") and node.attributes.get("content"):
            found[name] = str(node.attributes["content"])
    return found
