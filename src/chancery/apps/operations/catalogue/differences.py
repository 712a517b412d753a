"""What changed between two versions of a service, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of a definition; None where the place does not exist on that side."""

    place: str
    before: str | None
    after: str | None


def differences(*, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Compare two definitions place by place, in the order of the newer one; the version number is left out.

    Entries of a list are named by their key, code or value where they have one, otherwise by position.
    """
    old, new = dict(_leaves(before)), dict(_leaves(after))
    places = [*new, *(place for place in old if place not in new)]
    return [
        Difference(place, old.get(place), new.get(place))
        for place in places
        if place != "version" and old.get(place) != new.get(place)
    ]


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{_name(inner, number)}]")
    else:
        yield place, "" if value is None else str(value)


def _name(value: Any, number: int) -> str:
    if isinstance(value, dict):
        for word in ("key", "code", "value"):
            if isinstance(value.get(word), str):
                return str(value[word])
        return str(number + 1)
    return str(value) if isinstance(value, str) else str(number + 1)


def place_parts(place: str) -> list[str]:
    """Split a place into the names that lead to it."""
    return [part for part in place.replace("[", ".").replace("]", "").split(".") if part]


def with_changes(*, definition: dict[str, Any], changes: dict[str, str]) -> dict[str, Any]:
    """Return a copy of a definition in which the leaves at the given places have new values.

    Numbers stay numbers where the text reads as one; unknown places are left alone.
    """
    changed: dict[str, Any] = _copy(definition, "", changes)
    return changed


def _copy(value: Any, place: str, changes: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _copy(inner, f"{place}.{name}" if place else name, changes) for name, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner, f"{place}[{_name(inner, number)}]", changes) for number, inner in enumerate(value)]
    if place not in changes:
        return value
    text = changes[place]
    if isinstance(value, bool):
        return text == "true"
    if isinstance(value, int) and text.strip().lstrip("-").isdigit():
        return int(text)
    return text
