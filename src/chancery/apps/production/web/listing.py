"""The table of a matter's productions."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from chancery.apps.production import queries
from chancery.apps.production.models import Production
from chancery.apps.production.queries import ProductionRecord
from chancery.apps.production.web.shown import tone_of
from chancery.interface.tables import (
    Choice,
    Column,
    DateCell,
    Filter,
    Row,
    SortKey,
    Table,
    TableState,
    TagCell,
    count_up_to,
    page_of,
)
from chancery.platform.access.values import Actor

SORTABLE = {"volume": "volume", "prepared": "prepared_at"}


def production_table(*, request: HttpRequest, actor: Actor, matter_id: str, path: str) -> Table:
    """Return the table of the productions the actor may see; clients see those that were delivered."""
    state = TableState.read(
        path=path,
        query=request.GET,
        sortable=tuple(SORTABLE),
        default_sort="-prepared",
        filters=("state",) if actor.provider else (),
    )
    found = queries.productions_found(
        actor=actor, matter_id=matter_id, text=state.words, state=state.filters.get("state", "")
    )
    key, descending = state.sort_keys()
    page = page_of(found, sort=[SortKey(SORTABLE[key], descending)], after=state.after, before=state.before)
    total, exact = count_up_to(found)
    return Table(
        caption=gettext("Productions"),
        columns=_columns(),
        rows=[_row(queries.production_record(row)) for row in page.rows],
        state=state,
        total=total,
        total_exact=exact,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        filters=[
            Filter("state", gettext("State"), [Choice(value, str(label)) for value, label in Production.State.choices])
        ]
        if actor.provider
        else [],
        empty=gettext("No production yet"),
        empty_hint=gettext("A production is prepared when the review and its second look are done.")
        if actor.provider
        else gettext("A volume appears here as soon as an attorney has signed it off."),
    )


def _columns() -> list[Column]:
    return [
        Column("volume", gettext("Volume"), sortable=True),
        Column("state", gettext("State")),
        Column("range", gettext("Numbers"), grow=True),
        Column("documents", gettext("Documents"), numeric=True),
        Column("pages", gettext("Pages"), numeric=True),
        Column("withheld", gettext("Withheld"), numeric=True),
        Column("prepared", gettext("Prepared"), sortable=True),
        Column("delivered", gettext("Delivered")),
    ]


def _row(record: ProductionRecord) -> Row:
    return Row(
        id=record.id,
        label=record.volume,
        url=reverse("production:production", args=[record.id]),
        cells={
            "volume": record.volume,
            "state": TagCell(record.state_name, tone_of(record.state)),
            "range": f"{record.first} – {record.last}" if record.first else "–",
            "documents": f"{record.documents:,}",
            "pages": f"{record.pages:,}" if record.pages else "–",
            "withheld": f"{record.withheld:,}",
            "prepared": DateCell(record.prepared_at),
            "delivered": DateCell(record.delivered_at),
        },
    )
