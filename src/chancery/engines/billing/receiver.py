"""What one receiver of e-bills asks for, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from chancery.engines.billing.ledes_reading import FieldRule, rules
from chancery.foundation.errors import Refused

ENCODINGS = ("auto", "ascii", "utf-8", "cp1252", "latin-1", "cp1251", "gb18030", "gbk", "big5", "shift_jis", "euc-kr")
LEVELS = ("error", "warning", "ignore")
SWITCHES = ("task_billing", "dated_codes", "line_numbers_per_invoice")
LISTS = ("code_sets", "received", "resubmitted", "matters", "matter_terms", "rates", "rate_terms")
KEYS = {*SWITCHES, *LISTS, "name", "source", "tolerance", "encoding", "ageing_days", "fields", "severities"}


class ProfileRefused(Refused):
    """A receiver profile that says nothing usable."""

    code = "profile_refused"


@dataclass(frozen=True, slots=True)
class MatterTerms:
    """A matter at the receiver: days on which work may be done, firms it is given to (empty: any), its code sets."""

    opened: date | None = None
    closed: date | None = None
    firms: frozenset[str] = frozenset()
    code_sets: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class RateTerm:
    """An approved hourly rate; it holds on both the first and the last day."""

    amount: Decimal
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date | None) -> bool:
        """Tell whether the rate holds on a day; without a readable day it does."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one receiver asks for, as data.

    task_billing: fees carry task and activity codes. tolerance: difference allowed in the arithmetic of a
    line. code_sets: sets agreed, None for all. dated_codes: a code must be in force on the day of the work.
    line_numbers_per_invoice: numbers may repeat in another invoice of the file. encoding: of files that are not
    UTF-8, "auto" for Windows-1252. ageing_days: work older than this at the invoice date is reported. fields:
    other sizes and necessity by field name. severities: rule → error, warning or ignore. received: (firm id,
    invoice number) already held. resubmitted: (firm id, total, start, end) of invoices already held, dates
    YYYYMMDD. matters: client matter ids open to the firm, None when not checked; matter_terms: the same with
    terms. rates: approved hourly rate per timekeeper id, None likewise; rate_terms: the same with days.
    """

    name: str = "default"
    task_billing: bool = True
    tolerance: Decimal = Decimal("0.01")
    code_sets: frozenset[str] | None = None
    line_numbers_per_invoice: bool = False
    received: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    matters: frozenset[str] | None = None
    rates: Mapping[str, Decimal] | None = None
    dated_codes: bool = True
    encoding: str = "auto"
    ageing_days: int | None = None
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    resubmitted: frozenset[tuple[str, Decimal, str, str]] = field(default_factory=frozenset)
    matter_terms: Mapping[str, MatterTerms] | None = None
    rate_terms: Mapping[str, tuple[RateTerm, ...]] | None = None

    def adapted(self, given: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
        """The fields of a format with this receiver's sizes and necessity."""
        return tuple(
            FieldRule(
                rule.position,
                rule.name,
                rule.type,
                self.fields.get(rule.name, {}).get("size", rule.size),
                self.fields.get(rule.name, {}).get("required", rule.required),
            )
            for rule in given
        )


@cache
def shipped_profiles() -> Mapping[str, Profile]:
    """The profiles that come with the program, by name."""
    text = (files("chancery.engines.billing") / "data" / "receiver_profiles.json").read_text("utf-8")
    return {row["name"]: profile_from(data=row) for row in json.loads(text)["profiles"]}


def profile_from(*, data: object) -> Profile:
    """A profile from its JSON object; keys are those of ``Profile``, sets as lists, mappings as objects.

    received: objects {firm, number}; resubmitted: {firm, total, start, end}; rates: {timekeeper: amount} or
    {timekeeper: [{amount, from, to}]}; matters: [id] or {id: {opened, closed, firms, code_sets}}.
    Refuses: profile_refused with the key that is wrong.
    """
    if not isinstance(data, dict):
        raise ProfileRefused("A profile is one JSON object.", code="profile_refused")
    unknown = sorted(str(key) for key in set(data) - KEYS)
    if unknown:
        raise _wrong(unknown[0])
    kept: dict[str, Any] = {}
    for key, value in data.items():
        if key == "source":
            continue
        try:
            kept.update(_read(key, value))
        except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation) as error:
            raise _wrong(key) from error
    return Profile(**kept)


def _wrong(key: str) -> ProfileRefused:
    return ProfileRefused("The profile's entry %(key)s cannot be read.", code="profile_refused", key=key[:80])


def _read(key: str, value: Any) -> dict[str, Any]:
    if key in SWITCHES:
        return {key: _flag(value)}
    if key == "tolerance":
        return {key: _amount(value)}
    if key == "ageing_days":
        return {key: None if value is None else int(value)}
    if key == "code_sets":
        return {key: None if value is None else frozenset(map(str, _listed(value)))}
    if key == "encoding":
        if value not in ENCODINGS:
            raise ValueError
        return {key: value}
    if key == "fields":
        return {key: {str(name): _override(entry) for name, entry in value.items()}}
    if key == "severities":
        if any(rule not in rules() or level not in LEVELS for rule, level in value.items()):
            raise ValueError
        return {key: dict(value)}
    if key == "received":
        return {key: frozenset((str(row["firm"]), str(row["number"])) for row in _listed(value))}
    if key == "resubmitted":
        return {
            key: frozenset(
                (str(row["firm"]), _amount(row["total"]), str(row["start"]), str(row["end"])) for row in _listed(value)
            )
        }
    if key in ("matters", "matter_terms"):
        return _matters(value)
    if key in ("rates", "rate_terms"):
        return _rates(value)
    return {key: str(value)}


def _override(entry: Mapping[str, str]) -> dict[str, str]:
    kept = {}
    if "size" in entry:
        kept["size"] = str(entry["size"])
        [int(part) for part in kept["size"].removesuffix("K").split(".")]
    if "required" in entry:
        kept["required"] = entry["required"]
        if kept["required"] not in ("R", "O", "C"):
            raise ValueError
    return kept


def _matters(value: Any) -> dict[str, Any]:
    if value is None or isinstance(value, list):
        return {"matters": None if value is None else frozenset(map(str, value))}
    terms = {}
    for matter, entry in value.items():
        sets = entry.get("code_sets")
        terms[matter] = MatterTerms(
            opened=_date(entry.get("opened")),
            closed=_date(entry.get("closed")),
            firms=frozenset(map(str, entry.get("firms", ()))),
            code_sets=None if sets is None else frozenset(map(str, _listed(sets))),
        )
    return {"matter_terms": terms}


def _rates(value: Any) -> dict[str, Any]:
    if value is None or not any(isinstance(entry, list) for entry in value.values()):
        return {"rates": None if value is None else {name: _amount(entry) for name, entry in value.items()}}
    return {
        "rate_terms": {
            name: tuple(
                RateTerm(_amount(row["amount"]), _date(row.get("from")), _date(row.get("to")))
                for row in (entry if isinstance(entry, list) else [{"amount": entry}])
            )
            for name, entry in value.items()
        }
    }


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise TypeError
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise ValueError
    return amount


def _date(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)
