"""Keyset paging: one query per page however deep the page is, on SQLite and PostgreSQL.

Rows come in a total order: the sort keys, then the primary key. Empty values come last in both directions.
A cursor holds the sort values of one row; it is opaque to pages, and one that cannot be read gives the
first page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy

T = TypeVar("T")
_PREFIX = "keyset_"
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field to sort by: a field of the model, a path over relations, or an annotation.

    nullable: the field may be empty; said by the caller since an annotation does not tell.
    """

    field: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one page and the cursors of its neighbours, empty where there are none."""

    rows: list[T]
    next_cursor: str
    previous_cursor: str


def page_of(
    queryset: QuerySet[Any],
    *,
    sort: Sequence[SortKey] = (),
    after: str = "",
    before: str = "",
    size: int = 100,
) -> Page[Any]:
    """Return one page of a queryset with one query.

    queryset: of model instances or of ``values(...)``; its own ordering is replaced.
    after, before: cursors from an earlier page; at most one. size: rows a page, 1 to 500.
    """
    if not 1 <= size <= LARGEST_PAGE:
        raise ValueError(f"a page has 1 to {LARGEST_PAGE} rows")
    keys = _total_order(sort)
    backwards = bool(before and not after)
    values = _read_cursor(queryset, keys, before if backwards else after)
    named = queryset.annotate(**{_name(index): F(key.field) for index, key in enumerate(keys)})
    if values is not None:
        named = named.filter(_beyond(keys, values, backwards=backwards))
    found = list(named.order_by(*_ordering(keys, backwards=backwards))[: size + 1])
    more = len(found) > size
    rows = found[:size]
    if backwards:
        rows.reverse()
    started = values is not None
    has_next = started if backwards else more
    has_previous = more if backwards else started
    return Page(
        rows=rows,
        next_cursor=_cursor(rows[-1], keys) if rows and has_next else "",
        previous_cursor=_cursor(rows[0], keys) if rows and has_previous else "",
    )


def count_up_to(queryset: QuerySet[Any], *, ceiling: int = 10_000) -> tuple[int, bool]:
    """Return how many rows there are, counting no further than ``ceiling``, and whether that is exact."""
    counted = queryset.order_by()[: ceiling + 1].count()
    return (ceiling, False) if counted > ceiling else (counted, True)


def _total_order(sort: Sequence[SortKey]) -> list[SortKey]:
    kept = [key for key in sort if key.field not in {"pk", "id"}]
    descending = sort[-1].descending if sort else False
    return [*kept, SortKey("pk", descending)]


def _name(index: int) -> str:
    return f"{_PREFIX}{index}"


def _ordering(keys: Sequence[SortKey], *, backwards: bool) -> list[OrderBy]:
    return [_order(index, key, backwards=backwards) for index, key in enumerate(keys)]


def _order(index: int, key: SortKey, *, backwards: bool) -> OrderBy:
    down = key.descending != backwards
    if not key.nullable:
        return OrderBy(F(_name(index)), descending=down)
    if backwards:
        return OrderBy(F(_name(index)), descending=down, nulls_first=True)
    return OrderBy(F(_name(index)), descending=down, nulls_last=True)


def _beyond(keys: Sequence[SortKey], values: Sequence[Any], *, backwards: bool) -> Q:
    """Return the condition of the rows that come after (or before) the row with these sort values."""
    whole = Q(pk__in=[])
    equal = Q()
    for index, (key, value) in enumerate(zip(keys, values, strict=True)):
        whole |= equal & _past(index, key, value, backwards=backwards)
        equal &= Q(**{f"{_name(index)}__isnull": True}) if value is None else Q(**{_name(index): value})
    first, value = keys[0], values[0]
    if value is not None and not first.nullable:
        # Says nothing new, but lets the database start in the middle of an index.
        comparison = "lte" if first.descending != backwards else "gte"
        whole &= Q(**{f"{_name(0)}__{comparison}": value})
    return whole


def _past(index: int, key: SortKey, value: Any, *, backwards: bool) -> Q:
    nothing = Q(pk__in=[])
    if value is None:
        return Q(**{f"{_name(index)}__isnull": False}) if backwards else nothing
    comparison = "lt" if key.descending != backwards else "gt"
    past = Q(**{f"{_name(index)}__{comparison}": value})
    if key.nullable and not backwards:
        past |= Q(**{f"{_name(index)}__isnull": True})
    return past


def _value(row: Any, index: int) -> Any:
    return row[_name(index)] if isinstance(row, dict) else getattr(row, _name(index))


def _cursor(row: Model | dict[str, Any], keys: Sequence[SortKey]) -> str:
    values = [_plain(_value(row, index)) for index in range(len(keys))]
    text = json.dumps([_shape(keys), values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _shape(keys: Sequence[SortKey]) -> str:
    return ",".join(f"-{key.field}" if key.descending else key.field for key in keys)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read_cursor(queryset: QuerySet[Any], keys: Sequence[SortKey], cursor: str) -> list[Any] | None:
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        shape, values = json.loads(text)
    except (binascii.Error, ValueError, TypeError):
        return None
    if shape != _shape(keys) or not isinstance(values, list) or len(values) != len(keys):
        return None
    try:
        return [_typed(queryset, key, value) for key, value in zip(keys, values, strict=True)]
    except (ValidationError, ValueError, TypeError, FieldError):
        return None


def _typed(queryset: QuerySet[Any], key: SortKey, value: Any) -> Any:
    if value is None:
        if not key.nullable:
            raise ValueError("an empty value in a field that has none")
        return None
    if isinstance(value, list | dict):
        raise ValueError("not a value of a field")
    resolved = F(key.field).resolve_expression(queryset.query.chain())
    return resolved.output_field.to_python(value)
