"""Files in the strict dialect of the format, read as the transitional one that word processors write.

Strict is the same language under other names of its namespaces, less what is old (ISO/IEC 29500-1:2016 against
ISO/IEC 29500-4:2016): naming the spaces the other way says the same in the transitional dialect.
"""

from __future__ import annotations

import re
from typing import Final

_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_OPEN: Final = b"http://schemas.openxmlformats.org/"
_TAG: Final = re.compile(rb"""<[^\s<>!?/][^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+>""")
_NAME: Final = re.compile(rb"""(\s(?:xmlns(?::[^\s=]+)?|Type|uri)\s*=\s*["'])http://purl\.oclc\.org/ooxml/([^"']*)""")
_KIND: Final = re.compile(rb"""(\s[^\s=]*conformance\s*=\s*["'])strict(?=["'])""")
_ENCODED: Final = re.compile(rb"""encoding\s*=\s*["'](?!utf-8|us-ascii)""", re.IGNORECASE)
_WORDS: Final = {b"extendedProperties": b"extended-properties", b"customProperties": b"custom-properties"}
_DATED: Final = frozenset(
    (b"wordprocessingml", b"drawingml", b"spreadsheetml", b"presentationml", b"officeDocument", b"schemaLibrary")
)


def is_strict(relations: bytes) -> bool:
    """Whether the relationships of a package lead to a document of the strict dialect."""
    return _STRICT + b"officeDocument/relationships/officeDocument" in relations


def transitional(data: bytes) -> bytes:
    """Return a part of a strict package with the names of the transitional dialect.

    Only names of spaces and of kinds of relationships are changed, never text or addresses. A part with comments,
    stretches without markup or another encoding than UTF-8 is left as it is; whoever reads it refuses it.
    """
    if _STRICT not in data or b"<!--" in data or b"<![CDATA[" in data or _ENCODED.search(data[:256]) or b"\0" in data:
        return data
    return _TAG.sub(_turned, data)


def _turned(tag: re.Match[bytes]) -> bytes:
    """Return a tag with its names turned."""
    found = tag[0]
    if _STRICT in found:
        found = _NAME.sub(lambda name: name[1] + _space(name[2]), found)
        found = _KIND.sub(rb"\1transitional", found)
    return found


def _space(path: bytes) -> bytes:
    """Return the transitional name of a space or kind, given behind the beginning that all strict ones share."""
    first, *rest = path.split(b"/")
    year = [b"2006"] if first in _DATED else []
    return _OPEN + b"/".join([first, *year, *(_WORDS.get(word, word) for word in rest)])
