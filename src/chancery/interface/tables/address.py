"""The state of a table as it stands in the address of its page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.http import QueryDict

RESERVED = frozenset({"view", "q", "sort", "after", "before", "cols"})


@dataclass(frozen=True, slots=True)
class TableState:
    """View, words to find, filters, sort, columns and place of one table.

    columns: keys of the columns chosen, none for those the page shows by itself. sort: key of a column, with a minus
    in front for descending. after, before: opaque cursors of ``keyset.page_of``; at most one is set. filters: only
    names the page allows, each with one value.
    """

    path: str
    view: str = ""
    words: str = ""
    sort: str = ""
    after: str = ""
    before: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        *,
        path: str,
        query: QueryDict,
        sortable: Collection[str] = (),
        default_sort: str = "",
        views: Collection[str] = (),
        filters: Collection[str] = (),
        columns: Collection[str] = (),
    ) -> TableState:
        """Read the state from an address; whatever the page does not offer is ignored."""
        sort = query.get("sort", "")
        view = query.get("view", "")
        after = query.get("after", "")
        chosen = {name for value in query.getlist("cols") for name in value.split(",")}
        return cls(
            path=path,
            view=view if view in views else next(iter(views), ""),
            words=query.get("q", "").strip()[:200],
            sort=sort if sort.removeprefix("-") in sortable else default_sort,
            after=after,
            before="" if after else query.get("before", ""),
            filters={name: str(query[name]) for name in filters if query.get(name) and name not in RESERVED},
            columns=tuple(name for name in columns if name in chosen),
        )

    @property
    def cursor(self) -> str:
        """Return the cursor in use, or nothing for the first page."""
        return self.after or self.before

    def url(self) -> str:
        """Return the address of this state, without what is empty."""
        query = QueryDict(mutable=True)
        for name, value in self.values().items():
            query[name] = value
        return f"{self.path}?{query.urlencode()}" if query else self.path

    def values(self) -> dict[str, str]:
        """Return the parts of the address that are set, for hidden fields of forms."""
        parts = {
            "view": self.view,
            "q": self.words,
            **self.filters,
            "sort": self.sort,
            "cols": ",".join(self.columns),
            "after": self.after,
            "before": self.before,
        }
        return {name: value for name, value in parts.items() if value}

    def sorted_by(self, key: str) -> TableState:
        """Return the first page sorted by a column; asking again for the same column turns it round."""
        return replace(self, sort=f"-{key}" if self.sort == key else key, after="", before="")

    def in_view(self, key: str) -> TableState:
        """Return the first page of a saved view, without words, filters and columns of the one before."""
        return TableState(path=self.path, view=key)

    def with_filter(self, name: str, value: str) -> TableState:
        """Return the first page with one filter set, or removed by an empty value."""
        kept = {key: old for key, old in self.filters.items() if key != name}
        return replace(self, filters=kept | ({name: value} if value else {}), after="", before="")

    def without_words(self) -> TableState:
        """Return the first page without words to find."""
        return replace(self, words="", after="", before="")

    def page_after(self, cursor: str) -> TableState:
        """Return the page that follows a cursor."""
        return replace(self, after=cursor, before="")

    def page_before(self, cursor: str) -> TableState:
        """Return the page that precedes a cursor."""
        return replace(self, after="", before=cursor)

    def sort_keys(self) -> tuple[str, bool]:
        """Return the sorted column and whether it descends."""
        return self.sort.removeprefix("-"), self.sort.startswith("-")
