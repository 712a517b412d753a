"""Which documents a bulk act is for: the ticked ones, or every one of the filter that the table shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from chancery.apps.documents import queries
from chancery.apps.documents.web.columns import every_column
from chancery.interface.tables import TableState
from chancery.platform.access.values import Actor

FIXED_VIEWS: Final[Mapping[str, Mapping[str, str]]] = {
    "all": {},
    "unprocessed": {"status": "exception"},
    "unique": {"copies": "hidden", "mails": "enough", "aside": "no"},
}
EXCEPTION_VIEWS: Final[Mapping[str, Mapping[str, str]]] = {
    "exceptions": {"status": "exception", "accepted": "no"},
    "partly": {"status": "item", "accepted": "no"},
    "accepted": {"accepted": "yes"},
    "any": {},
}
EXCEPTION_FILTERS: Final = ("code", "custodian", "kind")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table shows: words, filters, columns and order in force."""

    words: str
    filters: Mapping[str, str]
    sort: str
    descending: bool
    columns: tuple[str, ...] = ()


def list_state(path: str, query: QueryDict, saved: list[queries.SavedViewRecord]) -> TableState:
    """Read the state of the table of documents from an address."""
    return TableState.read(
        path=path,
        query=query,
        sortable=tuple(queries.SORTS),
        views=(*FIXED_VIEWS, *(f"v-{view.id}" for view in saved)),
        filters=queries.FILTERS,
        columns=[column.key for column in every_column()],
    )


def list_asked(state: TableState, saved: list[queries.SavedViewRecord]) -> Asked:
    """Return what the table of documents shows: the view's own filters, then those of the address."""
    filters: dict[str, str] = dict(FIXED_VIEWS.get(state.view, {}))
    words, sort, columns = state.words, state.sort, state.columns
    for view in saved:
        if state.view == f"v-{view.id}":
            kept = list_state("", QueryDict(view.query), [])
            filters |= {**FIXED_VIEWS.get(kept.view, {}), **kept.filters}
            words, sort, columns = words or kept.words, sort or kept.sort, columns or kept.columns
    sort = sort or "number"
    return Asked(words, {**filters, **state.filters}, sort.removeprefix("-"), sort.startswith("-"), columns)


def exception_state(path: str, query: QueryDict) -> TableState:
    """Read the state of the table of exceptions from an address."""
    return TableState.read(
        path=path,
        query=query,
        sortable=("number", "name", "size", "custodian", "code"),
        default_sort="number",
        views=tuple(EXCEPTION_VIEWS),
        filters=EXCEPTION_FILTERS,
    )


def exception_asked(state: TableState) -> Asked:
    """Return what the table of exceptions shows: only documents with a code."""
    filters = {"code": "any", **EXCEPTION_VIEWS[state.view], **state.filters}
    sort, descending = state.sort_keys()
    return Asked(state.words, filters, sort, descending)


def chosen_ids(request: HttpRequest, actor: Actor, matter_id: str, *, most: int) -> list[str]:
    """Return the ids a bulk act is for, in order of number; ids of other matters and hidden ones are left out."""
    if request.POST.get("everything") != "1":
        found = queries.rows_by_id(actor=actor, ids=request.POST.getlist("row")[:500])
        own = [row for row in found.values() if row.matter_id == matter_id]
        return [row.id for row in sorted(own, key=lambda row: row.sequence)]
    path, _, query = request.POST.get("filter", "").partition("?")
    if path == reverse("documents:exceptions", args=[matter_id]):
        asked = exception_asked(exception_state(path, QueryDict(query)))
    else:
        saved = queries.saved_views(actor=actor, matter_id=matter_id)
        asked = list_asked(list_state(path, QueryDict(query), saved), saved)
    return queries.matching_ids(actor=actor, matter_id=matter_id, words=asked.words, filters=asked.filters, most=most)


def back_address(request: HttpRequest, matter_id: str) -> str:
    """Return the table the choice was made in, or the table of documents."""
    own = (reverse("documents:list", args=[matter_id]), reverse("documents:exceptions", args=[matter_id]))
    wanted = request.POST.get("filter", "")
    return wanted if wanted.partition("?")[0] in own else own[0]
