"""The authored texts of a matter as they lie in its ``texts`` folder: people, mails, papers, placing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, cast

from .leaves import Letterhead
from .manifest import Privilege
from .mime import Address

_TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who writes or receives. custodian: label used when their files are collected, else empty."""

    key: str
    address: Address
    role: str
    house: str
    zone: str
    mailer: str
    signature: str
    custodian: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """One authored mail.

    at: local time of its sender. encloses: paper names, ``name=Other name.pdf``. held: False for a mail
    that none of our custodians received and that is only quoted below another.
    """

    key: str
    at: datetime
    sender: str
    to: Sequence[str]
    cc: Sequence[str]
    subject: str
    body: str
    reply: str = ""
    forwards: str = ""
    encloses: Sequence[str] = ()
    shows: Sequence[str] = ()
    quotes: bool = True
    responsive: bool = True
    privilege: Privilege = "none"
    about: str = ""
    charset: str = "utf-8"
    formatted: bool = False
    languages: str = "en"
    held: bool = True


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One authored document. form: word, pdf, scan, locked, web, text, sheet, slides, picture, calendar, …"""

    key: str
    form: str
    file: str
    at: datetime
    author: str
    title: str
    about: str
    responsive: bool = True
    privilege: Privilege = "none"
    head: str = ""
    body: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """All texts of one matter."""

    people: Mapping[str, Person]
    heads: Mapping[str, Letterhead]
    notes: Mapping[str, Note]
    papers: Mapping[str, Paper]
    plan: Mapping[str, Any]


def open_shelf(*, matter: str) -> Shelf:
    """Read all texts of a matter: every ``*.toml`` of its folder, in the order of their names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted((_TEXTS / matter).glob("*.toml")):
        for kind, rows in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found.setdefault(kind, []).extend(rows)
    people = {row["key"]: _person(row) for row in found["person"]}
    notes = [_note(row, people) for row in found["mail"]]
    papers = [_paper(row) for row in _grown(found["paper"])]
    return Shelf(
        people=people,
        heads={row.pop("key"): Letterhead(**row) for row in found["head"]},
        notes=_by_key(sorted(notes, key=lambda one: (one.at, one.key))),
        papers=_by_key(papers),
        plan={kind: rows for kind, rows in found.items() if kind in ("mailbox", "folder", "archive", "loose")},
    )


def _grown(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each paper that is ``like`` another its text, with the ``changes`` made; each must be found."""
    made: dict[str, dict[str, Any]] = {}
    for row in rows:
        grown = dict(row)
        if "like" in row:
            body = made[grown.pop("like")]["body"]
            for old, new in grown.pop("changes"):
                if old not in body:
                    raise ValueError(f"paper {row['key']} changes {old!r}, which its model does not contain")
                body = body.replace(old, new)
            grown["body"] = body
        made[row["key"]] = grown
    return list(made.values())


def moment(*, local: datetime, zone: str) -> datetime:
    """Return a local time with its offset. zone: seattle (daylight saving as in US law), china or oslo."""
    if zone == "china":
        hours = 8
    else:
        hours = {"seattle": -8, "oslo": 1, "minneapolis": -6}[zone] + _summer(local=local, american=zone != "oslo")
    return local.replace(tzinfo=timezone(timedelta(hours=hours)))


def _summer(*, local: datetime, american: bool) -> int:
    def sunday(month: int, nth: int) -> datetime:
        first = datetime(local.year, month, 1, 2)  # noqa: DTZ001
        return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))

    if american:
        return int(sunday(3, 2) <= local < sunday(11, 1))
    return int(sunday(4, 1) - timedelta(days=7) <= local < sunday(11, 1) - timedelta(days=7))


def _by_key(rows: Sequence[Any]) -> dict[str, Any]:
    keyed = {one.key: one for one in rows}
    if len(keyed) != len(rows):
        raise ValueError("two texts of the matter share a key")
    return keyed


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        key=row["key"],
        address=Address(name=row["name"], mailbox=row["mailbox"]),
        role=row["role"],
        house=row["house"],
        zone=row.get("zone", "seattle"),
        mailer=row.get("mailer", "Microsoft Outlook 16.0"),
        signature=row.get("signature", ""),
        custodian=row.get("custodian", ""),
    )


def _note(row: dict[str, Any], people: Mapping[str, Person]) -> Note:
    row = dict(row)
    row["sender"] = row.pop("from")
    row["at"] = moment(local=row["at"], zone=people[row["sender"]].zone)
    row.setdefault("cc", [])
    row.setdefault("languages", "en" if row["body"].isascii() else "zh" if _mostly_chinese(row["body"]) else "en")
    unknown = {row["sender"], *row["to"], *row["cc"]} - people.keys()
    if unknown:
        raise ValueError(f"{row['key']} names {sorted(unknown)}, who are not in the cast")
    return Note(**row)


def _paper(row: dict[str, Any]) -> Paper:
    known = {name: row[name] for name in Paper.__dataclass_fields__ if name in row and name != "extra"}
    known["at"] = cast(datetime, row["at"]).replace(tzinfo=timezone(timedelta(0)))
    rest = {name: value for name, value in row.items() if name not in known}
    return Paper(**known, extra=rest)


def _mostly_chinese(text: str) -> bool:
    return sum("\u4e00" <= one <= "\u9fff" for one in text) * 4 > len(text)
