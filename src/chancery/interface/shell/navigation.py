"""Side navigation: rooms register entries once at start-up, each request gets the ones its actor may use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One registered place of the side navigation.

    label: translated lazily. url_name: reversed without arguments.
    roles: names of the roles that see the entry; empty means everyone who is signed in.
    also: beginnings of other addresses that belong to this place.
    count: number of things waiting there for this actor, or None to show no number; at most one query.
    letter: the letter of the key sequence ``G`` + letter; empty for none.
    """

    key: str
    label: Any
    url_name: str
    roles: frozenset[str] = frozenset()
    count: Callable[[Any], int | None] | None = None
    order: int = 100
    letter: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place of the side navigation as a page shows it."""

    key: str
    label: str
    url: str
    count: int | None
    current: bool
    letter: str = ""


_entries: dict[str, NavEntry] = {}


def register(entry: NavEntry) -> None:
    """Add an entry, or replace the one with the same key."""
    _entries[entry.key] = entry


def entries() -> list[NavEntry]:
    """Return the registered entries in the order in which they are shown."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))


def navigation_for(*, request: HttpRequest, actor: Any) -> list[NavItem]:
    """Return what this actor may open, with counts; the longest address that starts the path is current.

    An entry whose address is not mounted is left out.
    """
    shown = [(entry, _address(entry)) for entry in entries() if _allowed(entry, _role_names(actor))]
    reachable = [(entry, url) for entry, url in shown if url]
    current = _current(request.path, reachable)
    return [
        NavItem(
            key=entry.key,
            label=str(entry.label),
            url=url,
            count=entry.count(actor) if entry.count is not None else None,
            current=url == current,
            letter=entry.letter,
        )
        for entry, url in reachable
    ]


def _current(path: str, reachable: list[tuple[NavEntry, str]]) -> str:
    """Return the address of the place a page belongs to; the start page is the place of itself only."""
    fitting = [
        (len(start), url)
        for entry, url in reachable
        for start in (url, *entry.also)
        if path == start or (start != "/" and path.startswith(start))
    ]
    return max(fitting, default=(0, ""))[1]


def _address(entry: NavEntry) -> str:
    try:
        return reverse(entry.url_name)
    except NoReverseMatch:
        return ""


def _role_names(actor: Any) -> frozenset[str]:
    return frozenset(str(role) for role in getattr(actor, "roles", ()))


def _allowed(entry: NavEntry, roles: Collection[str]) -> bool:
    return not entry.roles or not entry.roles.isdisjoint(roles)
