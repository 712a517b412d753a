"""E-mail addresses, web addresses and domains."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Final

from chancery.engines.text.extraction.tables import table
from chancery.engines.text.extraction.values import Entity

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.){{1,8}}(?:[A-Za-z]{{2,24}}|xn--[A-Za-z0-9-]{{2,40}})"
_AT: Final = re.compile(rf"@(?P<host>{_HOST})(?![A-Za-z0-9-]*[A-Za-z0-9]@)")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
_URL: Final = re.compile(
    rf"(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://(?:[\w.~%!$&'*+=:-]+@)?(?P<host>{_HOST}|localhost|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}})"
    r"(?::[0-9]{1,5})?(?:[/?#][^\s<>\"“”‘’，。；、）】》\u4e00-\u9fff]*)?"
)
_WWW: Final = re.compile(
    rf"[Ww]{{3}}\.(?P<host>{_HOST})(?::[0-9]{{1,5}})?(?:[/?#][^\s<>\"“”‘’，。；、）】》\u4e00-\u9fff]*)?"
)
# Country codes that are also words: "…ended.in the" has no domain in it.
_WORDS: Final = frozenset(("am", "as", "at", "be", "do", "in", "is", "it", "la", "me", "my", "no", "so", "to", "us"))
_ENDED: Final = re.compile(r"\.[a-z]{2,24}(?![A-Za-z0-9@_-]|\.[A-Za-z0-9])")
_LABELS: Final = re.compile(rf"(?:{_LABEL}\.){{0,7}}{_LABEL}$")


@cache
def _top_domains() -> frozenset[str]:
    return frozenset(table("places.json")["top_domains"])


def find_internet(*, text: str, kinds: Collection[str]) -> Iterator[Entity]:
    """Yield e-mail addresses, URLs and the domains inside and outside them, in lower case where case says nothing.

    A bare domain must end in a known top-level domain and start in a lower-case letter or digit; a domain that
    belongs to an address or URL keeps the offsets of its own letters.
    """
    taken: list[tuple[int, int]] = []
    for one, host in [*_emails(text), *_urls(text)]:
        taken.append((one.start, one.end))
        if one.kind in kinds:
            yield one
        if "domain" in kinds and host[1]:
            name = text[host[0] : host[1]].lower().removeprefix("www.")
            start = host[1] - len(name)
            yield Entity("domain", name, start, host[1], one.confidence, f"domain.{one.kind}")
    if "domain" in kinds:
        yield from _bare(text, sorted(taken))


def _emails(text: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    if "@" not in text:
        return
    for match in _AT.finditer(text):
        local = _LOCAL.search(text[max(0, match.start() - 64) : match.start()])
        if local is None:
            continue
        name = local[0].lstrip("'`{|}=*/&#!~^?$-")
        if not name:
            continue
        start, host = match.start() - len(name), match["host"].lower()
        known = host.rpartition(".")[2] in _top_domains()
        value = f"{name}@{host}".removeprefix("mailto:")
        yield Entity("email", value, start, match.end(), 0.98 if known else 0.8, "email"), match.span("host")


def _urls(text: str) -> Iterator[tuple[Entity, tuple[int, int]]]:
    if "://" in text:
        for match in _URL.finditer(text):
            yield _url(text, match, 0.98, "url"), match.span("host") if match["host"][-1].isalpha() else (0, 0)
    if "www." in text or "WWW." in text:
        for match in _WWW.finditer(text):
            if text[max(0, match.start() - 3) : match.start()][-1:] not in "/.@" or not match.start():
                yield _url(text, match, 0.9, "url.www"), match.span("host")


def _url(text: str, match: re.Match[str], confidence: float, rule: str) -> Entity:
    """Make the entity of a URL without the full stop, comma or bracket of the sentence around it."""
    found = match[0].rstrip(".,;:!?'\"*>|")
    while found.endswith((")", "]", "}")) and found.count(found[-1]) > found.count("([{"[")]}".index(found[-1])]):
        found = found[:-1].rstrip(".,;:!?'\"")
    return Entity("url", found, match.start(), match.start() + len(found), confidence, rule)


def _bare(text: str, taken: list[tuple[int, int]]) -> Iterator[Entity]:
    place = 0
    for match in _ENDED.finditer(text):
        last = match[0][1:]
        if last not in _top_domains():
            continue
        head = _LABELS.search(text[max(0, match.start() - 80) : match.start()])
        if head is None:
            continue
        start, end = match.start() - len(head[0]), match.end()
        while place < len(taken) and taken[place][1] <= start:
            place += 1
        inside = place < len(taken) and taken[place][0] < end
        before = text[start - 1] if start else " "
        labels = head[0].split(".")
        if inside or before in "@/.-_\\=" or len(labels[-1]) < 2 or (last in _WORDS and len(labels) < 2):
            continue
        if labels[0][0].islower() or labels[0].isupper() or labels[0].isdigit():
            yield Entity("domain", text[start:end].lower(), start, end, 0.8, "domain.bare")
