"""Reading a coding file and taking it into a matter."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from chancery.apps.documents.queries import ReviewableRecord, reviewable_documents
from chancery.apps.review.actions.files import (
    CodingFileRefused,
    CodingRow,
    FileCoded,
    code_from_file,
    read_row,
)
from chancery.apps.workspace.actions.people import actor_of
from chancery.platform.access.actions import add_team_member
from chancery.platform.access.values import Actor

COLUMNS = ("path", "sha256", "reviewer", "code", "privilege", "second_reviewer", "second_code", "description")
PRIVILEGE_WORDS = {"AC": "attorney-client communication", "WP": "attorney work product"}
LARGEST = 200 * 1024 * 1024


def read_codes(*, path: Path) -> list[CodingRow]:
    """Return the checked rows of a coding file (UTF-8, comma separated, with the headings of the columns).

    Raises CodingFileRefused if it cannot be read, lacks a heading, or a row cannot be used.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise CodingFileRefused("The coding file is too large.", code="coding_file_too_large")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CodingFileRefused("The coding file cannot be read: %(why)s.", why=error.strerror or "unknown") from None
    except UnicodeDecodeError:
        raise CodingFileRefused("The coding file is not UTF-8 text.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    headings = [(name or "").strip().lower() for name in reader.fieldnames or []]
    if "code" not in headings or not {"path", "sha256"} & set(headings):
        raise CodingFileRefused(
            "The coding file needs the headings %(columns)s.",
            columns=", ".join(COLUMNS),
            code="headings_missing",
        )
    reader.fieldnames = headings
    try:
        return [
            read_row(line=line, cells={name: row.get(name) for name in COLUMNS})
            for line, row in enumerate(reader, start=2)
            if any((value or "").strip() for value in row.values() if isinstance(value, str))
        ]
    except csv.Error as error:
        raise CodingFileRefused("The coding file cannot be read: %(why)s.", why=str(error)) from None


def described(record: ReviewableRecord, *, privilege: str) -> str:
    """Return a description for the privilege log from what is known of a document, giving no advice away."""
    when = f" dated {record.sort_date.date().isoformat()}" if record.sort_date else ""
    who = f" from {record.author}" if record.author else ""
    to = record.metadata.get("to")
    whom = f" to {'; '.join(to)[:200]}" if isinstance(to, list) and to else ""
    basis = PRIVILEGE_WORDS.get(privilege, "privileged communication")
    return f"{record.kind.capitalize()}{who}{whom}{when}, withheld as {basis}."[:500]


def take_codes(*, manager: Actor, tenant_id: str, matter_id: str, rows: Sequence[CodingRow], at: datetime) -> FileCoded:
    """Take the decisions of a coding file into a matter, each under the name of the person the row gives."""
    names = {row.reviewer for row in rows} | {row.second_reviewer for row in rows if row.second_reviewer}
    if any(row.second_code and not row.second_reviewer for row in rows):
        names.add("reviewer-2")
    people: dict[str, Actor] = {}
    for name in sorted(names):
        person = actor_of(username=name)
        if person is None or not person.provider:
            continue
        add_team_member(
            actor=manager,
            tenant_id=tenant_id,
            matter_id=matter_id,
            user_id=person.user_id,
            role_in_matter="reviewer",
            at=at,
        )
        people[name] = person
    refreshed = {name: actor_of(username=name) for name in people}
    return code_from_file(
        actor=manager,
        tenant_id=tenant_id,
        matter_id=matter_id,
        rows=rows,
        people={name: person for name, person in refreshed.items() if person is not None},
        describe=_descriptions(tenant_id, matter_id),
        at=at,
    )


def _descriptions(tenant_id: str, matter_id: str) -> Mapping[str, Mapping[str, str]]:
    return {
        item.id: {privilege: described(item, privilege=privilege) for privilege in PRIVILEGE_WORDS}
        for item in reviewable_documents(tenant_id=tenant_id, matter_id=matter_id)
    }
