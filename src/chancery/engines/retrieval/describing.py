"""What documents are counted under, from what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

LABELS: Final = ("custodian", "domain", "kind", "language", "thread", "duplicates", "near")
"""The labels an early look at a collection counts by, besides family and scope."""
GROUPS: Final = frozenset({"thread", "duplicates", "near"})
"""Labels that join documents: a group of one is no group."""

_TITLES: Final = (
    "subject",
    "title",
    "keywords",
    "description",
    "category",
    "custom_properties",
    "bookmarks",
    "text_outside_pages",
)
_DOMAIN = re.compile(r"@([\w-]+(?:\.[\w-]+)+)")


def domains_of(people: Iterable[str]) -> tuple[str, ...]:
    """Return the mail domains of addresses, small letters, each once, in order."""
    found = (domain.lower() for person in people for domain in _DOMAIN.findall(person))
    return tuple(dict.fromkeys(found))


def as_list(value: Any) -> list[str]:
    """Return a piece of metadata as texts: a list item by item, a mapping by its values, anything else as one."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, Mapping):
        return [str(each) for each in value.values() if each not in (None, "")]
    if isinstance(value, list | tuple):
        return [text for each in value for text in as_list(each)]
    return [str(value)]


def titles_of(known: Mapping[str, Any]) -> list[str]:
    """Return what a document is called and filed under: subject, title, keywords, remarks on it, properties that
    users added; each once."""
    return list(dict.fromkeys(said for name in _TITLES for said in as_list(known.get(name)) if said.strip()))


def group_of(known: Mapping[str, Any], *names: str) -> list[str]:
    """Return the first of several facts that is there, as a label."""
    for name in names:
        if known.get(name) not in (None, ""):
            return [str(known[name])]
    return []


def marks_of(**marks: bool) -> list[str]:
    """Return the names of the marks that hold, for the stream ``fields.MARK``."""
    return [name for name, holds in marks.items() if holds]
