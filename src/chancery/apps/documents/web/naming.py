"""What the text of a document names, for the tab of its page: people, organisations, numbers, amounts and dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from chancery.apps.documents import queries
from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import KINDS, Entity
from chancery.platform.access.values import Actor

MOST: Final = 200_000
"""Characters of a text that are looked through for the page; the command ``chancery extract`` takes all."""
ROWS: Final = 500
WORDS: Final = {
    "person": _("Person"),
    "organisation": _("Organisation"),
    "address": _("Address"),
    "phone": _("Phone number"),
    "amount": _("Amount"),
    "date": _("Date"),
    "identity": _("Identity number"),
    "bank": _("Bank number"),
    "email": _("E-mail address"),
    "url": _("Web address"),
    "domain": _("Domain"),
    "language": _("Language"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """One thing a text names. written: as it stands where it is first named; times: how often; percent: the surest."""

    kind: str
    kind_name: str
    value: str
    written: str
    times: int
    percent: int
    rule: str


@dataclass(frozen=True, slots=True)
class Names:
    """What a text names. counts: (kind, its name, different values) of kinds that occur; cut: the text goes on."""

    rows: tuple[Named, ...]
    counts: tuple[tuple[str, str, int], ...]
    kind: str
    cut: bool
    more: int


def names_of(*, actor: Actor, document_id: str, kind: str) -> Names:
    """Return what a document names, all kinds or one, each value once. Raises NotFound if it is hidden."""
    text = queries.text_of(actor=actor, document_id=document_id)
    looked = text[:MOST]
    groups: dict[tuple[str, str], list[Entity]] = {}
    for one in extract(text=looked):
        if one.kind != "language":
            groups.setdefault((one.kind, one.value), []).append(one)
    tally = {each: sum(1 for group in groups if group[0] == each) for each in KINDS}
    chosen = kind if tally.get(kind) else ""  # type: ignore[call-overload]
    found = sorted(
        (group for (of, _value), group in groups.items() if chosen in ("", of)),
        key=lambda group: (KINDS.index(group[0].kind), -len(group), group[0].start),
    )
    counts = tuple((each, str(WORDS[each]), count) for each, count in tally.items() if count)
    rows = tuple(_named(looked, group) for group in found[:ROWS])
    return Names(rows, counts, chosen, len(text) > MOST, max(0, len(found) - ROWS))


def _named(text: str, group: list[Entity]) -> Named:
    first, surest = group[0], max(group, key=lambda one: one.confidence)
    written = " ".join(text[first.start : first.end].split())[:200]
    return Named(
        kind=first.kind,
        kind_name=str(WORDS[first.kind]),
        value=first.value,
        written=written,
        times=len(group),
        percent=round(surest.confidence * 100),
        rule=surest.rule,
    )
