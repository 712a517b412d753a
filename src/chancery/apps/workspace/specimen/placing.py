"""Lays the papers and mails of a matter into its custodians' folders and lists what was laid."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from .library import Library, address_of
from .manifest import Manifest, Specimen, count_specimens
from .mime import write_mbox
from .packing import pack_zip
from .shelf import Note, Shelf, open_shelf

_EXCEPTIONS = {"locked": "encrypted", "cut": "corrupt", "empty": "empty"}
_KINDS = {"locked": "pdf", "same": "mismatch", "cut": "word", "mark": "picture"}


def write_matter(*, matter: str, folder: Path, seed: int) -> Manifest:
    """Write the matter whose texts lie under ``texts/<matter>`` into the folder, which is made if absent.

    The same seed gives the same bytes on any day and any machine.
    """
    shelf = open_shelf(matter=matter)
    hand = _Hand(library=Library(shelf=shelf, seed=seed), folder=folder)
    kept = _shares(shelf=shelf, library=hand.library)
    for row, notes in zip(shelf.plan.get("mailbox", []), kept[0], strict=True):
        hand.lay_mailbox(row=row, notes=notes)
    for row, notes in zip(shelf.plan.get("folder", []), kept[1], strict=True):
        hand.lay_letters(row=row, notes=notes)
    for row in shelf.plan.get("archive", []):
        hand.lay_archive(row=row)
    for row in shelf.plan.get("loose", []):
        hand.lay_paper(row=row)
    found = tuple(sorted(hand.found, key=lambda one: one.path))
    return Manifest(
        files=found,
        counts=count_specimens(files=found),
        parties={one.address.name: f"{one.role}, {one.house}" for one in shelf.people.values()},
        passwords=hand.passwords,
        seed=seed,
    )


def _shares(*, shelf: Shelf, library: Library) -> tuple[list[list[Note]], list[list[Note]]]:
    """Decide who kept which mail: every mail stays with at least one of the people it passed."""
    places: list[tuple[Mapping[str, Any], list[Note]]] = []
    for kind in ("mailbox", "folder"):
        places += [(row, []) for row in shelf.plan.get(kind, [])]
    archived = {key for row in shelf.plan.get("archive", []) for key in row.get("mails", [])}
    for note in shelf.notes.values():
        if not note.held:
            continue
        involved = [(row, held) for row, held in places if _concerns(row=row, note=note)]
        chosen = [
            held
            for row, held in involved
            if library.chance(about=f"{note.key}@{row['path']}") < float(row.get("keep", 1.0))
        ]
        if not chosen and involved and note.key not in archived:
            chosen = [involved[0][1]]
        if not chosen and note.key not in archived:
            raise ValueError(f"mail {note.key} is in nobody's mailbox")
        for held in chosen:
            held.append(note)
    count = len(shelf.plan.get("mailbox", []))
    return [held for _, held in places[:count]], [held for _, held in places[count:]]


def _concerns(*, row: Mapping[str, Any], note: Note) -> bool:
    if row["person"] not in (note.sender, *note.to, *note.cc):
        return False
    day = note.at.date()
    return bool(row.get("first", day) <= day <= row.get("last", day))


class _Hand:
    """Writes files below one folder and notes each of them, and each item inside."""

    def __init__(self, *, library: Library, folder: Path) -> None:
        self.library = library
        self.shelf = library.shelf
        self.folder = folder
        self.found: list[Specimen] = []
        self.passwords: dict[str, str] = {}

    def lay_mailbox(self, *, row: Mapping[str, Any], notes: Sequence[Note]) -> None:
        """Write one mbox file of the notes, in the order of time."""
        messages = [
            (address_of(note=one, shelf=self.shelf), one.at.astimezone(UTC), self.library.message(key=one.key))
            for one in notes
        ]
        custodian = self._custodian(row)
        content = write_mbox(messages=messages)
        self._write(path=row["path"], content=content, at=notes[-1].at)
        self._list_container(path=row["path"], custodian=custodian, what="mbox", content=content, parent=None)
        for number, note in enumerate(notes, 1):
            self._list_mail(path=f"{row['path']}/{number:04d}.eml", note=note, custodian=custodian, parent=row["path"])

    def lay_letters(self, *, row: Mapping[str, Any], notes: Sequence[Note]) -> None:
        """Write each note as a loose .eml, named as people drag them out of their mail program."""
        for number, note in enumerate(notes, 1):
            if row.get("naming") == "number":
                name = f"{number:03d}_{note.at:%Y%m%d}.eml"
            else:
                name = f"{note.at:%Y-%m-%d} {file_name(subject=note.subject)}.eml"
            path = f"{row['path']}/{name}"
            if (self.folder / path).exists() and any(one.path == path for one in self.found):
                path = path.removesuffix(".eml") + " (2).eml"
            self._write(path=path, content=self.library.message(key=note.key), at=note.at)
            self._list_mail(path=path, note=note, custodian=self._custodian(row), parent=None)

    def lay_archive(self, *, row: Mapping[str, Any]) -> None:
        """Write one zip of papers and mails. papers: ``key=name inside``; mails: note keys."""
        custodian, path = self._custodian(row), row["path"]
        members: list[tuple[str, bytes]] = []
        listing: list[tuple[str, str]] = []
        for entry in row.get("papers", []):
            key, _, name = entry.partition("=")
            name = name or self.shelf.papers[key].file
            members.append((name, self.library.paper(key=key)))
            listing.append((key, name))
        for number, key in enumerate(row.get("mails", []), 1):
            name = f"mail/{number:02d} {file_name(subject=self.shelf.notes[key].subject)}.eml"
            members.append((name, self.library.message(key=key)))
            listing.append((key, name))
        at = row["at"].replace(tzinfo=UTC)
        content = pack_zip(members=members, at=at)
        self._write(path=path, content=content, at=at)
        self._list_container(path=path, custodian=custodian, what="zip", content=content, parent=None)
        for key, name in listing:
            if key in self.shelf.notes:
                note = self.shelf.notes[key]
                self._list_mail(path=f"{path}/{name}", note=note, custodian=custodian, parent=path)
            else:
                self._list_paper(path=f"{path}/{name}", key=key, custodian=custodian, parent=path)

    def lay_paper(self, *, row: Mapping[str, Any]) -> None:
        """Write one paper as a loose file."""
        paper = self.shelf.papers[row["paper"]]
        path = row["path"] if not row["path"].endswith("/") else row["path"] + paper.file
        self._write(path=path, content=self.library.paper(key=paper.key), at=paper.at)
        self._list_paper(path=path, key=paper.key, custodian=self._custodian(row), parent=None)

    def _write(self, *, path: str, content: bytes, at: datetime) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        os.utime(target, (at.timestamp(), at.timestamp()))

    def _custodian(self, row: Mapping[str, Any]) -> str:
        return str(row.get("custodian") or self.shelf.people[row["person"]].custodian)

    def _list_container(self, *, path: str, custodian: str, what: str, content: bytes, parent: str | None) -> None:
        self.found.append(
            Specimen(
                path=path,
                custodian=custodian,
                what=what,
                expected_status="container",
                expected_exception=None,
                responsive=False,
                privilege="none",
                description="Mailbox" if what == "mbox" else "Archive",
                sha256=hashlib.sha256(content).hexdigest(),
                parent=parent,
            )
        )

    def _list_mail(self, *, path: str, note: Note, custodian: str, parent: str | None) -> None:
        content = self.library.message(key=note.key)
        self.found.append(
            Specimen(
                path=path,
                custodian=custodian,
                what="mail",
                expected_status="item",
                expected_exception=None,
                responsive=note.responsive,
                privilege=note.privilege,
                description=note.about or f"E-mail: {note.subject}",
                sha256=hashlib.sha256(content).hexdigest(),
                parent=parent,
            )
        )
        for name, key, _ in self.library.enclosed(note=note):
            if key in self.shelf.notes:
                inner = self.shelf.notes[key]
                self._list_mail(path=f"{path}/{name}", note=inner, custodian=custodian, parent=path)
            else:
                self._list_paper(path=f"{path}/{name}", key=key, custodian=custodian, parent=path)

    def _list_paper(self, *, path: str, key: str, custodian: str, parent: str | None) -> None:
        paper = self.shelf.papers[key]
        exception = _EXCEPTIONS.get(paper.form)
        status: Literal["item", "container", "exception"] = "item" if exception in (None, "corrupt") else "exception"
        if paper.form == "same":
            exception = "type_mismatch"
        if paper.form == "locked":
            self.passwords[path] = paper.extra["password"]
        self.found.append(
            Specimen(
                path=path,
                custodian=custodian,
                what=_KINDS.get(paper.form, paper.form),
                expected_status=status,
                expected_exception=exception,
                responsive=paper.responsive,
                privilege=paper.privilege,
                description=paper.about,
                sha256=hashlib.sha256(self.library.paper(key=key)).hexdigest(),
                parent=parent,
            )
        )


def file_name(*, subject: str) -> str:
    """Return a subject as a file name: signs that file systems refuse become underscores, 60 letters at most."""
    return re.sub(r'[\\/:*?"<>|：？]+', "_", subject).strip(" ._")[:60].rstrip(" .")
