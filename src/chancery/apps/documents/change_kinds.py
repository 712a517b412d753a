"""The kinds of acts on many documents: who may, on which documents, how it is done and how it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from django.utils.translation import gettext_lazy as _

from chancery.apps.documents.models import Change, Document, TagMark
from chancery.apps.documents.policies import COLLECTORS, READERS
from chancery.platform.access.values import Role

DECIDERS: Final = (Role.MANAGER, Role.ATTORNEY)
"""Roles that decide what is reviewed and what is set aside."""
SECOND_HALF: Final = {False: "documents.change", True: "documents.undo_change"}
"""Names of the background work that does an act and that takes it back."""
ON_HOLD: Final = _("on hold")
READ_WELL: Final = _("read without difficulty")
IS_CONTAINER: Final = _("a container")
NO_COPY: Final = _("not a copy")


@dataclass(frozen=True, slots=True)
class Row:
    """What an act needs to know of a document."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        *("id", "status", "exception", "accepted", "held", "set_aside", "family_id", "duplicate_of_id"),
    )
    id: str
    status: str
    exception: str
    accepted: bool
    held: bool
    set_aside: str
    family_id: str
    duplicate_of: str | None


class Markable(Protocol):
    """What the bars look at: a row of an act, or a line of the list."""

    @property
    def status(self) -> str:
        """Item, container or exception."""
        ...

    @property
    def exception(self) -> str:
        """Code, or nothing."""
        ...

    @property
    def held(self) -> bool:
        """Whether it is on hold."""
        ...

    @property
    def duplicate_of(self) -> str | None:
        """The document it is a copy of."""
        ...


Forth = Callable[[Change, Sequence[Row]], dict[str, str]]
Back = Callable[[Change, Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act. barred: why it is not allowed on a document, or nothing. back: how it is undone.

    forth returns the documents it made a difference to, with what stood there before.
    """

    roles: tuple[Role, ...]
    forth: Forth
    back: Back
    barred: Callable[[Markable], object] = lambda row: ""


def _tag(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    ids = [row.id for row in rows]
    had = set(TagMark.objects.filter(tag_id=change.value, document_id__in=ids).values_list("document_id", flat=True))
    new = [key for key in ids if key not in had]
    TagMark.objects.bulk_create(
        [TagMark(tag_id=change.value, document_id=key) for key in new], batch_size=500, ignore_conflicts=True
    )
    return dict.fromkeys(new, "")


def _untag(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    marks = TagMark.objects.filter(tag_id=change.value, document_id__in=[row.id for row in rows])
    had = list(marks.values_list("document_id", flat=True))
    marks.delete()
    return dict.fromkeys(had, "")


def _take_tag_off(change: Change, items: Mapping[str, str]) -> None:
    TagMark.objects.filter(tag_id=change.value, document_id__in=list(items)).delete()


def _put_tag_on(change: Change, items: Mapping[str, str]) -> None:
    TagMark.objects.bulk_create(
        [TagMark(tag_id=change.value, document_id=key) for key in items], batch_size=500, ignore_conflicts=True
    )


def _write(ids: Iterable[str], **values: object) -> None:
    Document.objects.filter(id__in=list(ids)).update(**values)


def _flag(field: str, value: bool) -> Forth:
    def forth(change: Change, rows: Sequence[Row]) -> dict[str, str]:
        ids = [row.id for row in rows if getattr(row, field) is not value]
        _write(ids, **{field: value})
        return dict.fromkeys(ids, "")

    return forth


def _unflag(field: str, value: bool) -> Back:
    def back(change: Change, items: Mapping[str, str]) -> None:
        _write(items, **{field: value})

    return back


def _set_aside(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    ids = [row.id for row in rows if not row.set_aside]
    _write(ids, set_aside=change.value[:16] or "hand")
    return dict.fromkeys(ids, "")


def _bring_back(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    before = {row.id: row.set_aside for row in rows if row.set_aside}
    _write(before, set_aside="")
    return before


def _put_aside_again(change: Change, items: Mapping[str, str]) -> None:
    for reason in set(items.values()):
        _write([key for key, before in items.items() if before == reason], set_aside=reason)


def _part(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    """Take the families of copies out of the comparison; their copies of attachments go with them."""
    _write({row.family_id for row in rows}, apart=True)
    return {row.id: row.family_id for row in rows}


def _join(change: Change, items: Mapping[str, str]) -> None:
    _write(set(items.values()), apart=False)


def _review(change: Change, rows: Sequence[Row]) -> dict[str, str]:
    return {row.id: "" for row in rows}


def _leave_review(change: Change, items: Mapping[str, str]) -> None:
    """Put nothing back here: the review room takes the documents out of its batches when it hears of it."""


def bar_review(row: Markable) -> object:
    """Say why a document cannot be added to review."""
    return ON_HOLD if row.held else IS_CONTAINER if row.status == Document.Status.CONTAINER else ""


def bar_accept(row: Markable) -> object:
    """Say why a document cannot be accepted as it is: nothing is wrong with it."""
    return "" if row.exception else READ_WELL


def bar_apart(row: Markable) -> object:
    """Say why a document cannot be taken out of the copies: it is none."""
    return "" if row.duplicate_of else NO_COPY


def bar_held(row: Markable) -> object:
    """Say why a document stays where it is."""
    return ON_HOLD if row.held else ""


KINDS: Final[Mapping[str, Kind]] = {
    "tag": Kind(READERS, _tag, _take_tag_off),
    "untag": Kind(READERS, _untag, _put_tag_on),
    "hold": Kind(COLLECTORS, _flag("held", True), _unflag("held", False)),
    "lift": Kind(COLLECTORS, _flag("held", False), _unflag("held", True)),
    "accept": Kind(COLLECTORS, _flag("accepted", True), _unflag("accepted", False), bar_accept),
    "review": Kind(DECIDERS, _review, _leave_review, bar_review),
    "set_aside": Kind(DECIDERS, _set_aside, _put_aside_again, bar_held),
    "bring_back": Kind(DECIDERS, _bring_back, _put_aside_again),
    "apart": Kind(DECIDERS, _part, _join, bar_apart),
}
