"""The append-only record of a review: every decision with why the document was served, and by which model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from chancery.engines.review.progress import Forecast, HiddenSample, Progress
from chancery.foundation.errors import Refused

FORMAT: Final = "chancery.review.ledger"
VERSION: Final = 1
LONGEST_LINE: Final = 64 * 1024 * 1024
WHY: Final = frozenset({"seed", "topic", "random", "model", "chosen"})


class LedgerRefused(Refused):
    """A ledger that cannot be read or does not fit."""

    code = "ledger_refused"


@dataclass(frozen=True, slots=True)
class Head:
    """First line. collection: SHA-256 of the texts. sample: rows of the hidden sample, in the order drawn."""

    documents: int
    collection: str
    model: str
    seed: int
    topic: str | None = None
    sample: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Coded:
    """A blind decision on a document of the hidden sample."""

    row: int
    relevant: bool
    by: str = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A document served and decided.

    rank: its place in the queue when served. model: number of decisions the ranking rested on. at: time as
    ISO 8601 text where known.
    """

    row: int
    relevant: bool
    why: str
    rank: int
    model: int
    by: str = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier decision changed."""

    row: int
    relevant: bool
    by: str = ""
    at: str | None = None


Event = Coded | Decision | Revision | Forecast
NAMES: Final[dict[str, type[Event]]] = {
    "coded": Coded,
    "decision": Decision,
    "revision": Revision,
    "forecast": Forecast,
}
WORDS: Final = {kind: name for name, kind in NAMES.items()}


@dataclass
class Ledger:
    """A head and the events after it; `append` is the only way to change it."""

    head: Head
    events: list[Event] = field(default_factory=list)
    _decided: set[int] = field(default_factory=set, repr=False)
    _coded: set[int] = field(default_factory=set, repr=False)

    def append(self, event: Event) -> None:
        """Add one event. Refuses: event_row, event_twice, event_undecided, event_not_sampled, event_why."""
        if isinstance(event, Forecast):
            self.events.append(event)
            return
        if not 0 <= event.row < self.head.documents:
            raise LedgerRefused("The collection has no document %(row)s.", code="event_row", row=event.row)
        if isinstance(event, Decision):
            self._first(event.row, self._decided)
            if event.why not in WHY:
                raise LedgerRefused("A document is not served for the reason %(why)s.", code="event_why", why=event.why)
        elif isinstance(event, Coded):
            if event.row not in self.head.sample:
                raise LedgerRefused(
                    "Document %(row)s is not in the hidden sample.", code="event_not_sampled", row=event.row
                )
            self._first(event.row, self._coded)
        elif event.row not in self._decided:
            raise LedgerRefused("Document %(row)s has no decision to change.", code="event_undecided", row=event.row)
        self.events.append(event)

    def decisions(self) -> list[Decision]:
        """Return the decisions in the order taken, as first made."""
        return [event for event in self.events if isinstance(event, Decision)]

    def labels(self) -> dict[int, bool]:
        """Return the decision in force by row."""
        held: dict[int, bool] = {}
        for event in self.events:
            if isinstance(event, (Decision, Revision)):
                held[event.row] = event.relevant
        return held

    def progress(self) -> Progress:
        """Return the review as the stopping rules see it; documents known at the start count as read."""
        labels = self.labels()
        order = [event.row for event in self.decisions()]
        found = np.array([labels[row] for row in order], bool)
        sample = None
        if self.head.sample:
            place = {row: number for number, row in enumerate(order, 1)}
            coded = [event for event in self.events if isinstance(event, Coded) and event.relevant]
            turned = np.array([place.get(event.row, 0) for event in coded], np.int64)
            sample = HiddenSample(len(self._coded), turned)
        forecasts = tuple(event for event in self.events if isinstance(event, Forecast))
        known = sum(event.why == "seed" for event in self.decisions())
        return Progress(self.head.documents, found, sample, forecasts, known)

    def _first(self, row: int, known: set[int]) -> None:
        if row in known:
            raise LedgerRefused("Document %(row)s stands twice in the ledger.", code="event_twice", row=row)
        known.add(row)


def collection_digest(*, titles: Sequence[str], bodies: Sequence[str]) -> str:
    """Return the SHA-256 of a collection's texts in order, each with its length before it."""
    digest = hashlib.sha256()
    for title, body in zip(titles, bodies, strict=True):
        for text in (title, body):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big"))
            digest.update(data)
    return digest.hexdigest()


def lines(ledger: Ledger) -> Iterator[str]:
    """Return the ledger as lines of JSON: the head, then one line an event, in order."""
    yield _line({"format": FORMAT, "version": VERSION, **asdict(ledger.head)})
    for event in ledger.events:
        yield _line({"event": WORDS[type(event)], **asdict(event)})


def read_ledger(given: Iterable[bytes]) -> Ledger:
    """Read a ledger from its lines.

    Refuses, with the line: ledger_empty, ledger_line, ledger_format, ledger_field, and what `append` refuses.
    """
    ledger: Ledger | None = None
    for number, raw in enumerate(given, 1):
        if len(raw) > LONGEST_LINE:
            raise LedgerRefused("Line %(line)s is too long.", code="ledger_line", line=number)
        if not raw.strip():
            continue
        fields = _object(raw, number)
        if ledger is None:
            ledger = Ledger(_head(fields, number))
            continue
        kind = NAMES.get(str(fields.pop("event", "")))
        if kind is None:
            raise _wrong("event", number)
        event = _made(kind, fields, number)
        try:
            ledger.append(event)
        except LedgerRefused as refusal:
            refusal.params = {**refusal.params, "line": number}
            raise
    if ledger is None:
        raise LedgerRefused("The ledger is empty.", code="ledger_empty")
    return ledger


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")) + "\n"


def _object(raw: bytes, number: int) -> dict[str, Any]:
    try:
        fields = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LedgerRefused("Line %(line)s is not JSON.", code="ledger_line", line=number) from error
    if not isinstance(fields, dict):
        raise LedgerRefused("Line %(line)s is not a JSON object.", code="ledger_line", line=number)
    return fields


def _head(fields: dict[str, Any], number: int) -> Head:
    if fields.pop("format", None) != FORMAT or fields.pop("version", None) != VERSION:
        raise LedgerRefused("This is not a review ledger of version 1.", code="ledger_format", line=number)
    sample = fields.pop("sample", [])
    if not isinstance(sample, list) or not all(type(row) is int for row in sample):
        raise _wrong("sample", number)
    head: Head = _made(Head, {**fields, "sample": tuple(sample)}, number)
    if head.documents < 1 or any(not 0 <= row < head.documents for row in sample) or len(set(sample)) != len(sample):
        raise _wrong("documents" if head.documents < 1 else "sample", number)
    return head


FIELDS: Final[dict[str, tuple[type, ...]]] = {
    "row": (int,),
    "relevant": (bool,),
    "by": (str,),
    "at": (str, type(None)),
    "why": (str,),
    "rank": (int,),
    "model": (int, str),
    "documents": (int,),
    "collection": (str,),
    "seed": (int,),
    "topic": (str, type(None)),
    "sample": (tuple,),
    "read": (int,),
    "known": (int, float),
    "unknown": (int, float),
    "known_variance": (int, float),
    "unknown_variance": (int, float),
}


def _made(kind: type[Any], fields: dict[str, Any], number: int) -> Any:
    """Build a record of known fields, each of its type; unknown and missing fields are refused."""
    for name, value in fields.items():
        allowed = FIELDS.get(name, ())
        if type(value) not in allowed or (isinstance(value, float) and not np.isfinite(value)):
            raise _wrong(name, number)
    try:
        return kind(**fields)
    except TypeError as error:
        raise _wrong(str(fields.keys() and sorted(fields)[0]), number) from error


def _wrong(name: str, number: int) -> LedgerRefused:
    return LedgerRefused(
        "Line %(line)s: field %(field)s is missing, unknown or of the wrong type.",
        code="ledger_field",
        line=number,
        field=name[:80],
    )
