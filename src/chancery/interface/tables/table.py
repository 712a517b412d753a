"""What a table shows: a value a view builds from records and hands to its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chancery.interface.tables.address import TableState


@dataclass(frozen=True, slots=True)
class Column:
    """One column. numeric: figures, aligned at the end. grow: takes the space that is left."""

    key: str
    label: Any
    sortable: bool = False
    numeric: bool = False
    grow: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One record.

    label: names the row to readers of the screen. cells: by column key; the first column's cell is
    the row's header and carries the link. barred: key of a bulk act -> why it is not allowed here.
    """

    id: str
    label: str
    cells: Mapping[str, Any]
    url: str = ""
    barred: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a tab. shared: seen by everyone; count: None shows no number."""

    key: str
    label: Any
    count: int | None = None
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force, with the address without it."""

    label: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter can take."""

    value: str
    label: Any


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter the table offers under the name it has in the address. rare: it stands behind *More filters*."""

    name: str
    label: Any
    choices: Sequence[Choice]
    rare: bool = False


@dataclass(frozen=True, slots=True)
class BulkAct:
    """An act on chosen rows: POST to ``url`` with ``row`` once per chosen id.

    If all rows of the filter were chosen beyond this page, ``everything`` is "1" and ``filter`` is the
    address of the table. confirm: a question asked first, empty for none. key: act and letter key.
    """

    key: str
    label: Any
    url: str
    confirm: Any = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column head as the page draws it."""

    column: Column
    url: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything one table shows. total: rows in the whole filter; total_exact false means "at least".

    choosable: every column a reader may choose; none if the columns stand fast. The first one always shows.
    """

    caption: Any
    columns: Sequence[Column]
    rows: Sequence[Row]
    state: TableState
    total: int | None = None
    total_exact: bool = True
    next_cursor: str = ""
    previous_cursor: str = ""
    views: Sequence[View] = ()
    filters: Sequence[Filter] = ()
    acts: Sequence[BulkAct] = ()
    searchable: bool = True
    empty: Any = ""
    empty_hint: Any = ""
    empty_url: str = ""
    empty_label: Any = ""
    choosable: Sequence[Column] = ()

    def heads(self) -> list[Head]:
        """Return the column heads with the address that sorts by each and the order in force."""
        key, descending = self.state.sort_keys()
        order = "descending" if descending else "ascending"
        return [
            Head(column, self.state.sorted_by(column.key).url(), order if column.key == key else "")
            if column.sortable
            else Head(column)
            for column in self.columns
        ]

    def lines(self) -> list[tuple[Row, Any, list[tuple[Column, Any]]]]:
        """Return each row with its head cell and its other cells in the order of the columns."""
        first, rest = self.columns[0].key, self.columns[1:]
        return [
            (row, row.cells.get(first, ""), [(column, row.cells.get(column.key, "")) for column in rest])
            for row in self.rows
        ]

    def tabs(self) -> list[tuple[View, str, bool]]:
        """Return each saved view with its address and whether it is the one shown."""
        return [(view, self.state.in_view(view.key).url(), view.key == self.state.view) for view in self.views]

    def chips(self) -> list[Chip]:
        """Return the words and filters in force, each removable."""
        shown = [Chip(f"“{self.state.words}”", self.state.without_words().url())] if self.state.words else []
        for offered in self.filters:
            value = self.state.filters.get(offered.name)
            if value:
                word = next((str(c.label) for c in offered.choices if c.value == value), value)
                shown.append(Chip(f"{offered.label}: {word}", self.state.with_filter(offered.name, "").url()))
        return shown

    def kept(self) -> dict[str, str]:
        """Return the state a search form carries along: everything but words, filters and place."""
        return {name: value for name, value in self.state.values().items() if name in {"view", "sort", "cols"}}

    def held_filters(self) -> list[tuple[Filter, str]]:
        """Return each filter that always shows with the value in force."""
        return [(offered, self.state.filters.get(offered.name, "")) for offered in self.filters if not offered.rare]

    def rare_filters(self) -> list[tuple[Filter, str]]:
        """Return each filter behind *More filters* with the value in force."""
        return [(offered, self.state.filters.get(offered.name, "")) for offered in self.filters if offered.rare]

    def column_choices(self) -> list[tuple[Column, bool]]:
        """Return each column that may be chosen, the first one left out, and whether it shows."""
        shown = {column.key for column in self.columns}
        return [(column, column.key in shown) for column in self.choosable[1:]]

    def state_without_columns(self) -> dict[str, str]:
        """Return what the form that chooses columns carries along."""
        return {name: value for name, value in self.state.values().items() if name not in {"cols", "after", "before"}}

    def narrowed(self) -> bool:
        """Return whether words or filters hide rows."""
        return bool(self.state.words or self.state.filters)

    def first_url(self) -> str:
        """Return the address of the first page."""
        return self.state.page_after("").url()

    def unfiltered_url(self) -> str:
        """Return the address of the view without words and filters."""
        return self.state.in_view(self.state.view).url()

    def next_url(self) -> str:
        """Return the address of the next page, or nothing."""
        return self.state.page_after(self.next_cursor).url() if self.next_cursor else ""

    def previous_url(self) -> str:
        """Return the address of the page before, or nothing."""
        return self.state.page_before(self.previous_cursor).url() if self.previous_cursor else ""

    def barred_reasons(self) -> list[str]:
        """Return the reasons why acts of this table are barred on this page, each once, in a stable order."""
        return list(dict.fromkeys(str(reason) for row in self.rows for _, reason in self._bars(row)))

    def barred_codes(self) -> dict[str, str]:
        """Return, per row, act=number-of-reason pairs: ``hold=0 export=1``; of the acts this table offers."""
        numbers = {reason: index for index, reason in enumerate(self.barred_reasons())}
        codes = {
            row.id: " ".join(f"{act}={numbers[str(reason)]}" for act, reason in self._bars(row)) for row in self.rows
        }
        return {key: code for key, code in codes.items() if code}

    def _bars(self, row: Row) -> list[tuple[str, Any]]:
        offered = {act.key for act in self.acts}
        return [(act, reason) for act, reason in row.barred.items() if act in offered]
