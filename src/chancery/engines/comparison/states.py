"""The state of one token in the output, from what it was in either file.

A token is seen after acceptance when the new file shows it with its revisions accepted, and after rejection when the
old file shows it with its revisions rejected. From the two follows the mark; an existing mark of that kind goes on
under its author.

| seen after acceptance | after rejection | mark |
|---|---|---|
| yes | yes | none |
| yes | no | inserted |
| no | yes | deleted |
| no | no | inserted and deleted |
"""

from __future__ import annotations

from dataclasses import dataclass

from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.diffing import Step
from chancery.engines.comparison.names import AUTHOR, DATE, Element


@dataclass(frozen=True, slots=True)
class State:
    """Marks of a token. inserted, deleted: whether marked; by: existing revision that goes on, None for ours."""

    inserted: bool = False
    deleted: bool = False
    inserted_by: Element | None = None
    deleted_by: Element | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What must be equal for two tokens to stand in one mark."""
        return (
            self.inserted,
            self.deleted,
            *((None, None) if self.inserted_by is None else (self.inserted_by.get(AUTHOR), self.inserted_by.get(DATE))),
            *((None, None) if self.deleted_by is None else (self.deleted_by.get(AUTHOR), self.deleted_by.get(DATE))),
        )


PLAIN = State()
GONE, COME = State(deleted=True), State(inserted=True)


def state_of(step: Step, desk: Desk) -> State:
    """Return the marks of a token and count the revisions of others that go on or are settled."""
    old, new = step.old, step.new
    marks = [
        mark
        for token in (new, old)
        if token is not None
        for mark in (token.inserted, token.deleted)
        if mark is not None
    ]
    if not marks:
        return PLAIN if old is not None and new is not None else GONE if new is None else COME
    accepted = new is not None and new.deleted is None
    rejected = old is not None and old.inserted is None
    came = next((token.inserted for token in (new, old) if token is not None and token.inserted is not None), None)
    went = next((token.deleted for token in (new, old) if token is not None and token.deleted is not None), None)
    state = State(
        inserted=not rejected,
        deleted=not accepted,
        inserted_by=None if rejected else came,
        deleted_by=None if accepted else went,
    )
    for mark in (came, went):
        if mark is not None:
            if mark is state.inserted_by or mark is state.deleted_by:
                desk.tally.kept += 1
            else:
                desk.tally.settled += 1
    return state
