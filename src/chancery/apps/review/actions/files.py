"""Decisions from a coding file: each row finds its documents or is refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.documents.queries import ReviewableRecord, containers_of, reviewable_documents
from chancery.apps.operations.actions.quality import record_second_look, resolve_overturn
from chancery.apps.review import policies
from chancery.apps.review.actions.coding import announce_change, close_batch, write_decision
from chancery.apps.review.actions.looks import draw_second_look, settled_before
from chancery.apps.review.coding_forms import coding_form, decided
from chancery.apps.review.models import Batch, BatchDocument, Coding
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import may_see_matter, require_role
from chancery.platform.tenancy.actors import Actor, Role

CODES = {"responsive", "not_responsive"}
PRIVILEGES = {"none", "AC", "WP"}


class CodingFileRefused(Refused):
    """A row of the coding file cannot be used; the sentence names the row."""

    code = "coding_file_refused"


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One row: a path wins over a hash; a hash codes every copy. ``line`` counts from 2, after the heading."""

    line: int
    path: str
    sha256: str
    reviewer: str
    code: str
    privilege: str
    second_reviewer: str
    second_code: str
    description: str

    @property
    def name(self) -> str:
        """Return how a person finds the row again."""
        return self.path or self.sha256 or f"line {self.line}"


@dataclass(frozen=True, slots=True)
class FileCoded:
    """What a coding file led to."""

    rows: int
    documents: int
    second_looks: int
    uncoded: int
    conflicts: int


def read_row(*, line: int, cells: Mapping[str, str | None]) -> CodingRow:
    """Return a checked row; raises CodingFileRefused naming it."""
    text = {key: (value or "").strip() for key, value in cells.items() if key}
    row = CodingRow(
        line=line,
        path=text.get("path", ""),
        sha256=text.get("sha256", "").lower(),
        reviewer=text.get("reviewer", "") or "reviewer-1",
        code=text.get("code", "").lower().replace(" ", "_").replace("-", "_"),
        privilege=_privilege(text.get("privilege", "")),
        second_reviewer=text.get("second_reviewer", ""),
        second_code=text.get("second_code", "").lower().replace(" ", "_").replace("-", "_"),
        description=text.get("description", ""),
    )
    where: dict[str, Any] = {"line": line, "row": row.name}
    if not row.path and not row.sha256:
        raise CodingFileRefused("Line %(line)s has neither a path nor a hash.", line=line)
    if row.code not in CODES:
        raise CodingFileRefused("Line %(line)s (%(row)s): the code is responsive or not_responsive.", **where)
    if row.privilege not in PRIVILEGES:
        raise CodingFileRefused("Line %(line)s (%(row)s): the privilege is none, AC or WP.", **where)
    if row.second_code and row.second_code not in CODES:
        raise CodingFileRefused("Line %(line)s (%(row)s): the second code is responsive or not_responsive.", **where)
    if row.second_code and (row.second_reviewer or "reviewer-2") == row.reviewer:
        raise CodingFileRefused("Line %(line)s (%(row)s): the second reviewer must be another person.", **where)
    return row


def _privilege(text: str) -> str:
    return {"": "none", "NONE": "none"}.get(text.upper(), text.upper())


def matched(
    *,
    rows: Sequence[CodingRow],
    documents: Sequence[ReviewableRecord],
    containers: Sequence[tuple[str, str]] = (),
) -> dict[str, CodingRow]:
    """Return the row of each document: its own path first, else its hash, else the container it came from.

    containers: (path, sha256) of mailboxes and archives; a row for one codes what lies inside it.

    Raises CodingFileRefused naming the first row that finds nothing.
    """
    by_path: dict[str, list[ReviewableRecord]] = {}
    by_hash: dict[str, list[ReviewableRecord]] = {}
    inside: dict[str, list[ReviewableRecord]] = {path: [] for path, _sha256 in containers}
    hashes = {sha256: path for path, sha256 in containers}
    for item in documents:
        by_path.setdefault(item.path, []).append(item)
        by_hash.setdefault(item.sha256, []).append(item)
        for cut in (place for place, sign in enumerate(item.path) if sign == "/"):
            if item.path[:cut] in inside:
                inside[item.path[:cut]].append(item)
    own: dict[str, CodingRow] = {}
    shared: dict[str, CodingRow] = {}
    around: dict[str, CodingRow] = {}
    for row in sorted(rows, key=lambda row: row.path.count("/")):
        named = by_path.get(row.path, []) if row.path else []
        copies = by_hash.get(row.sha256, []) if row.sha256 else []
        container = row.path if row.path in inside else hashes.get(row.sha256, "") if row.sha256 else ""
        if not named and not copies and not container:
            raise CodingFileRefused(
                "Line %(line)s: nothing in the matter matches %(row)s.", line=row.line, row=row.name
            )
        own.update({item.id: row for item in named})
        for item in copies:
            shared.setdefault(item.id, row)
        around.update({item.id: row for item in inside.get(container, [])})
    return {**around, **shared, **own}


def inherited(*, found: dict[str, CodingRow], documents: Sequence[ReviewableRecord]) -> dict[str, CodingRow]:
    """Return the rows of documents that have none of their own: their copy's, else their family parent's."""
    copies: dict[str, CodingRow] = {}
    for item in documents:
        if item.id in found:
            copies.setdefault(item.duplicate_of or item.id, found[item.id])
    more: dict[str, CodingRow] = {}
    for item in documents:
        if item.id in found:
            continue
        row = copies.get(item.duplicate_of or item.id) or found.get(item.family_id)
        if row is not None:
            more[item.id] = row
    return more


def _refuse_unknown(*, rows: Sequence[CodingRow], people: Mapping[str, Actor]) -> None:
    for row in rows:
        for name in (row.reviewer, row.second_reviewer or ("reviewer-2" if row.second_code else "")):
            if name and name not in people:
                raise CodingFileRefused(
                    "Line %(line)s (%(row)s): nobody is called %(person)s.",
                    line=row.line,
                    row=row.name,
                    person=name,
                )


@transaction.atomic
def code_from_file(
    *,
    actor: Actor,
    matter_id: str,
    tenant_id: str,
    rows: Sequence[CodingRow],
    people: Mapping[str, Actor],
    describe: Mapping[str, Mapping[str, str]],
    at: datetime,
) -> FileCoded:
    """Write the decisions of a coding file and draw the second look among the rows that carry one.

    people: username to actor of everyone the file names. describe: for each document and privilege, the sentence
    for the privilege log where the file gives none. Raises CodingFileRefused before anything is written.
    """
    documents = reviewable_documents(tenant_id=tenant_id, matter_id=matter_id)
    _refuse_unknown(rows=rows, people=people)
    _refuse_barred(actor=actor, tenant_id=tenant_id, matter_id=matter_id, rows=rows, people=people)
    containers = containers_of(tenant_id=tenant_id, matter_id=matter_id)
    found = matched(rows=rows, documents=documents, containers=containers)
    extra = inherited(found=found, documents=documents)
    settled = settled_before(matter_id=matter_id)
    form = coding_form()
    coded = {item.id: use for item in documents if (use := found.get(item.id) or extra.get(item.id)) is not None}
    any_changed = False
    for item in documents:
        if item.id not in coded:
            continue
        use = coded[item.id]
        by_id = people[use.reviewer].user_id
        values = decided(form=form, answers=_answers(use, describe.get(item.id, {}).get(use.privilege, "")))
        if settled.get(item.id) == (by_id, values):
            continue
        origin = Coding.Origin.FILE if item.id in found else Coding.Origin.PROPAGATED
        any_changed |= write_decision(
            actor=actor, batch=None, tenant_id=tenant_id, matter_id=matter_id, document_id=item.id,
            label=item.path[-200:], form=form, values=values, origin=origin, by_id=by_id, level=1, at=at,
        )[1]  # fmt: skip
    if any_changed:
        announce_change(tenant_id=tenant_id, matter_id=matter_id, document_id="", at=at)
    _close(actor=actor, matter_id=matter_id, coded=set(coded), at=at)
    looks = _second_looks(actor=actor, matter_id=matter_id, documents=documents, coded=coded, people=people, at=at)
    waiting = [d for d in documents if d.status == "item" and d.duplicate_of is None and d.id not in coded]
    return FileCoded(
        rows=len(rows),
        documents=len(coded),
        second_looks=looks,
        uncoded=len(waiting),
        conflicts=_conflicts(documents, coded),
    )


def _refuse_barred(
    *, actor: Actor, tenant_id: str, matter_id: str, rows: Sequence[CodingRow], people: Mapping[str, Actor]
) -> None:
    require_role(actor, Role.MANAGER)
    if not may_see_matter(actor, tenant_id=tenant_id, matter_id=matter_id):
        raise NotFound
    fit: dict[str, bool] = {}
    for row in rows:
        for name in (row.reviewer, row.second_reviewer):
            if not name:
                continue
            if name not in fit:
                person = people[name]
                seen = may_see_matter(person, tenant_id=tenant_id, matter_id=matter_id)
                fit[name] = seen and policies.may_review(person)
            if not fit[name]:
                raise CodingFileRefused(
                    "Line %(line)s (%(row)s): %(person)s may not review in this matter.",
                    line=row.line,
                    row=row.name,
                    person=name,
                )


def _answers(row: CodingRow, described: str) -> dict[str, Any]:
    return {
        "responsive": row.code,
        "privilege": row.privilege,
        "description": row.description or described if row.privilege != "none" else "",
    }


def _conflicts(documents: Sequence[ReviewableRecord], coded: Mapping[str, CodingRow]) -> int:
    groups: dict[str, set[str]] = {}
    for item in documents:
        if item.id in coded:
            groups.setdefault(item.duplicate_of or item.id, set()).add(coded[item.id].code)
    return sum(len(codes) > 1 for codes in groups.values())


def _close(*, actor: Actor, matter_id: str, coded: set[str], at: datetime) -> None:
    for batch in Batch.objects.filter(matter_id=matter_id, level=1).order_by("number"):
        places = BatchDocument.objects.filter(batch=batch, document_id__in=coded, coded=False)
        batch.coded += places.update(coded=True)
        batch.state = Batch.State.IN_REVIEW if batch.coded and batch.state == Batch.State.OPEN else batch.state
        batch.save(update_fields=["coded", "state"])
        if batch.coded >= batch.size:
            close_batch(actor=actor, batch=batch, at=at, draw=False)


def _second_looks(
    *,
    actor: Actor,
    matter_id: str,
    documents: Sequence[ReviewableRecord],
    coded: Mapping[str, CodingRow],
    people: Mapping[str, Actor],
    at: datetime,
) -> int:
    whole = [d.id for d in documents if d.id in coded and d.duplicate_of is None and d.status == "item"]
    frame = [document_id for document_id in whole if coded[document_id].second_code]
    sample = draw_second_look(actor=actor, matter_id=matter_id, at=at, among=frame or whole)
    if not frame:
        return 0
    for subject_id in sample.subject_ids:
        row = coded[subject_id]
        second = people[row.second_reviewer or "reviewer-2"]
        if _look_again(second, sample.tenant_id, matter_id, sample.id, subject_id, row, at):
            resolve_overturn(
                actor=actor,
                sample_id=sample.id,
                subject_id=subject_id,
                keep="second",
                reason="The coding file gives the second code as the one that stands.",
                at=at,
            )
    return len(sample.subject_ids)


def _look_again(
    second: Actor, tenant_id: str, matter_id: str, sample_id: str, subject_id: str, row: CodingRow, at: datetime
) -> bool:
    """Write the second decision of a row and compare it; tells whether it overturns the first."""
    values = {"responsive": row.second_code, "privilege": row.privilege}
    write_decision(
        actor=second,
        batch=None,
        tenant_id=tenant_id,
        matter_id=matter_id,
        document_id=subject_id,
        label=subject_id,
        form=coding_form(),
        values=decided(form=coding_form(), answers={**values, "description": row.description or "-"}),
        origin=Coding.Origin.FILE,
        by_id=second.user_id,
        level=2,
        at=at,
    )
    return bool(record_second_look(actor=second, sample_id=sample_id, subject_id=subject_id, values=values, at=at))
