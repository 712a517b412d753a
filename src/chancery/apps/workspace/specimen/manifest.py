"""What a sample matter contains and how its reviewers would code it."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Privilege = Literal["none", "AC", "WP"]
REVIEWERS = ("reviewer-1", "reviewer-2")
COLUMNS = (
    "path",
    "sha256",
    "reviewer",
    "code",
    "privilege",
    "second_reviewer",
    "second_code",
    "description",
)


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One input file, or one item found inside it.

    path: relative to the folder; an item inside a container continues its container's path with ``/``.
    what: kind of thing: mail, word, sheet, slides, pdf, scan, web, text, picture, calendar, mbox, zip, …
    expected_status: item, container or exception, as the ingest engine reports it.
    expected_exception: lower-case code, also on partial success; None when nothing is wrong.
    description: for a privileged item its line in the privilege log, otherwise what it is.
    """

    path: str
    custodian: str
    what: str
    expected_status: Literal["item", "container", "exception"]
    expected_exception: str | None
    responsive: bool
    privilege: Privilege
    description: str
    sha256: str
    parent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything a sample matter holds: its files and inner items, people and passwords.

    counts: ``input_files``, ``containers``, ``items``, ``exceptions``, ``expanded`` and one count per kind.
    parties: person's name to role and organisation.
    passwords: path of a protected file to its password.
    """

    files: tuple[Specimen, ...]
    counts: Mapping[str, int]
    parties: Mapping[str, str]
    passwords: Mapping[str, str]
    seed: int = field(default=0)


def count_specimens(*, files: Sequence[Specimen]) -> dict[str, int]:
    """Count input files, containers, items, exceptions, all lines together, and each kind."""
    counts = {
        "input_files": sum(1 for one in files if one.parent is None),
        "containers": sum(1 for one in files if one.expected_status == "container"),
        "items": sum(1 for one in files if one.expected_status == "item"),
        "exceptions": sum(1 for one in files if one.expected_exception is not None),
        "expanded": len(files),
    }
    return counts | dict(sorted(Counter(one.what for one in files).items()))


def write_codes(*, manifest: Manifest, out: Path) -> None:
    """Write the reviewers' codes of a sample matter as CODES.csv (UTF-8, comma, one row per reviewable item).

    Each item has a first reviewer and a second pair of eyes by the other reviewer; about one second
    opinion in thirty differs on responsiveness, always on an item that is not privileged. Copies agree.
    Containers and files nobody can read (encrypted, empty) get no row; a damaged file whose text was saved
    in part does.
    """
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for one in manifest.files:
            if one.expected_status != "item":
                continue
            draw = hashlib.sha256(f"{manifest.seed}:{one.sha256}".encode()).digest()
            first = draw[0] % 2
            code = "responsive" if one.responsive else "not_responsive"
            second = code
            if one.privilege == "none" and draw[1] < 8:
                second = "not_responsive" if one.responsive else "responsive"
            writer.writerow(
                (
                    one.path,
                    one.sha256,
                    REVIEWERS[first],
                    code,
                    one.privilege,
                    REVIEWERS[1 - first],
                    second,
                    one.description,
                )
            )
