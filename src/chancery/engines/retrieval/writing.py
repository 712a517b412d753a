"""A query as it was understood, every operator and bracket written out; read again it means the same."""

from __future__ import annotations

import re

from .dates import FIRST_DAY, LAST_DAY
from .nodes import AllOf, AnyOf, Days, Near, Node, Numbers, Pattern, Without, Words

_UNITS = {"sentence": "s", "paragraph": "p"}


def written(node: Node | None) -> str:
    """Return the query written out."""
    if node is None:
        return ""
    if isinstance(node, Words):
        return _written_words(node)
    if isinstance(node, Near):
        word = ("NOT " if node.negated else "") + ("pre" if node.ordered else "w")
        return f"{_side(node.left)} {word}/{_UNITS.get(node.unit, node.distance)} {_side(node.right)}"
    if isinstance(node, Days):
        first = "" if node.first == FIRST_DAY else node.first.isoformat()
        last = "" if node.last == LAST_DAY else node.last.isoformat()
        return f"date:{first}" if first == last else f"date:{first}..{last}"
    if isinstance(node, Numbers):
        low, high = ("" if limit is None else str(limit) for limit in (node.low, node.high))
        return f"{node.field}:{low}" if low == high else f"{node.field}:{low}..{high}"
    if isinstance(node, Without):
        return f"NOT {_bracketed(node.part)}"
    glue = " AND " if isinstance(node, AllOf) else " OR "
    return glue.join(_bracketed(part) for part in node.parts)


def _bracketed(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, AllOf | AnyOf) else written(node)


def _side(node: Node) -> str:
    return written(node) if isinstance(node, Words) else f"({written(node)})"


def _written_words(node: Words) -> str:
    place = "" if node.field == "text" else f"{node.field}:"
    if len(node.patterns) == 1:
        return place + _written_pattern(node.patterns[0])
    glued = ""
    stems = all(pattern.kind == "stem" or pattern.han for pattern in node.patterns)
    for pattern in node.patterns:
        token = pattern.text if pattern.kind != "any" else "?" if pattern.text == "?" else "*"
        latin = glued and glued[-1].isascii() and token[0].isascii() and not pattern.mark
        glued += f" {token}" if latin else f"{pattern.mark}{token}"
    asked_at_end = re.search(r"\?(?= |$)", glued) is not None  # in quotation marks it would be punctuation
    if asked_at_end or (stems and any(pattern.kind == "stem" for pattern in node.patterns)):
        return f"{place}{glued.replace(' ', '-')}"
    return f'{place}"{glued}"'


def _written_pattern(pattern: Pattern) -> str:
    if pattern.kind == "between":
        return f"{pattern.low}..{pattern.high}"
    if pattern.kind == "fuzzy":
        return f"{pattern.text}~{pattern.edits}"
    if pattern.kind == "exact" and not is_plain(pattern.text):
        return f'"{pattern.text}"'
    return pattern.text


def is_plain(word: str) -> bool:
    """Say whether a word may stand in a query without quotation marks."""
    return word not in ("AND", "OR", "NOT")
