"""Code sets of legal bills (UTBMS), classes of timekeepers and currencies, read from dated tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

CodeKind = Literal["task", "activity", "expense"]
# Patent and trademark sets are not complete here: a code of their shape is neither known nor wrong.
UNLISTED = re.compile(r"(?:PA|TR)[1-8]\d\d")


@dataclass(frozen=True, slots=True)
class BillingCode:
    """One code. level: phase (a heading, not billable where tasks exist) or task."""

    code: str
    name: str
    kind: CodeKind
    set: str
    level: Literal["phase", "task"]
    parent: str
    source: str
    in_force_from: date
    confidence: str
    in_force_to: date | None = None

    def in_force_on(self, day: date) -> bool:
        """Tell whether the code was part of its set on a day; both ends count."""
        return self.in_force_from <= day and (self.in_force_to is None or day <= self.in_force_to)


def rows_of(*, table: str) -> list[dict[str, str]]:
    """Rows of one of the tables in this engine's data folder."""
    text = (files("chancery.engines.billing") / "data" / table).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def billing_codes() -> Mapping[str, BillingCode]:
    """Every known code of tasks, activities and expenses."""
    return {
        row["code"]: BillingCode(
            code=row["code"],
            name=row["name"],
            kind=_kind(row["kind"]),
            set=row["set"],
            level="phase" if row["level"] == "phase" else "task",
            parent=row["parent"],
            source=row["source"],
            in_force_from=date.fromisoformat(row["in_force_from"]),
            confidence=row["confidence"],
            in_force_to=date.fromisoformat(row["in_force_to"]) if row["in_force_to"] else None,
        )
        for row in rows_of(table="utbms_codes.csv")
    }


def _kind(value: str) -> CodeKind:
    if value == "task":
        return "task"
    return "activity" if value == "activity" else "expense"


def find_code(*, code: str, kind: CodeKind, sets: frozenset[str] | None = None) -> BillingCode | None:
    """The code of that kind, within the code sets agreed for a matter (None: all of them)."""
    found = billing_codes().get(code)
    if found is None or found.kind != kind or (sets is not None and found.set not in sets):
        return None
    return found


@cache
def timekeeper_classes() -> Mapping[str, str]:
    """Class of timekeeper to the set it belongs to: 2014, or legacy."""
    return {row["code"]: row["set"] for row in rows_of(table="timekeeper_classes.csv")}


@cache
def currencies() -> frozenset[str]:
    """Currency codes of ISO 4217, with withdrawn ones, since old invoices carry them."""
    return frozenset(row["code"] for row in rows_of(table="currencies.csv"))
