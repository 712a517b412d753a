"""Dates of patents: replies, priority and national phase, maintenance."""

from __future__ import annotations

from datetime import date
from typing import Any

from chancery.engines.calculators.answers import Answer, CalculatorRefused, Inputs, choice_of, day_of, only, whole_of
from chancery.engines.calculators.days import (
    FEDERAL,
    WORKDAYS,
    add_months,
    china_provisional,
    china_works,
    federal_days_off,
    roll,
)
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

RULES = "patents"


def _months_step(start: date, months: int, raw: date) -> Reason:
    return Reason("months", "%(months)s months after %(start)s, clamped to the end of the month: %(raw)s.",
                  {"months": months, "start": start.isoformat(), "raw": raw.isoformat()})  # fmt: skip


def _rolled_step(raw: date, due: date) -> tuple[Reason, ...]:
    if raw == due:
        return ()
    return (Reason("moved", "%(raw)s is a day of rest: the period ends on %(last)s.",
                   {"raw": raw.isoformat(), "last": due.isoformat()}),)  # fmt: skip


def us_reply(*, inputs: Inputs, tables: Tables) -> Answer:
    """Reply to an action of the USPTO: calendar months from mailing, over weekends and holidays in the District.

    months: 3 by default, 2 for restriction; never beyond the statutory 6 (35 USC 133).
    """
    only(inputs, "mailed", "months")
    mailed = day_of(inputs, "mailed")
    months = whole_of(inputs, "months", default=3, least=1, most=6)
    raw = add_months(start=mailed, months=months)
    due = roll(day=raw, off=federal_days_off(tables=tables))
    steps = (_months_step(mailed, months, raw), *_rolled_step(raw, due))
    sources = (tables.authority(RULES, "37 CFR 1.134, 1.136, 1.7; 35 USC 133, 21(b)"), tables.authority(FEDERAL))
    return Answer({"raw": raw.isoformat(), "due": due.isoformat()}, steps, sources)


def us_maintenance(*, inputs: Inputs, tables: Tables) -> Answer:
    """Windows of the maintenance fees of a US patent: half a year without surcharge, then half with it."""
    only(inputs, "granted")
    granted = day_of(inputs, "granted")
    off = federal_days_off(tables=tables)
    output: dict[str, Any] = {}
    steps = []
    for years in (3, 7, 11):
        opens, due, ends = (add_months(start=granted, months=12 * years + more) for more in (0, 6, 12))
        row = {
            "window_opens": opens.isoformat(), "due_no_surcharge": roll(day=due, off=off).isoformat(),
            "grace_ends": roll(day=ends, off=off).isoformat(),
        }  # fmt: skip
        output[f"{years}.5"] = row
        steps.append(Reason("window",
                            "%(years)s.5 years: from %(opens)s, without surcharge to %(due)s, with it to %(ends)s.",
                            {"years": years, "opens": row["window_opens"], "due": row["due_no_surcharge"],
                             "ends": row["grace_ends"]}))  # fmt: skip
    return Answer(
        output, tuple(steps), (tables.authority(RULES, "37 CFR 1.362; 35 USC 41(b)"), tables.authority(FEDERAL))
    )


def paris_pct(*, inputs: Inputs, tables: Tables) -> Answer:
    """Priority year and national phase: months from the priority date, moved on where the office is closed.

    office: US, CN, EP or any other code; only for US and CN are the closed days held, elsewhere ``raw`` alone is given.
    months: 12 or 6 (Paris), 30 or 31 (PCT).
    """
    only(inputs, "priority", "months", "office")
    priority, months = day_of(inputs, "priority"), whole_of(inputs, "months", least=1, most=120)
    office = inputs.get("office", "")
    if not isinstance(office, str) or len(office) > 8:
        raise CalculatorRefused("%(field)s is the code of an office.", code="office_invalid", field="office")
    raw = add_months(start=priority, months=months)
    steps: tuple[Reason, ...] = (_months_step(priority, months, raw),)
    sources = [tables.authority(RULES, "Paris Convention 4C; PCT Rules 80.2, 80.5")]
    output, provisional = {"raw": raw.isoformat()}, False
    if office in ("US", "CN"):
        china = office == "CN"
        off = (lambda day: not china_works(day=day, tables=tables)) if china else federal_days_off(tables=tables)
        due = roll(day=raw, off=off)
        output["due"] = due.isoformat()
        steps = (*steps, *_rolled_step(raw, due))
        provisional = china and any(china_provisional(day=day, tables=tables) for day in (raw, due))
        sources.append(tables.authority(WORKDAYS if china else FEDERAL))
    return Answer(output, steps, tuple(sources), provisional)


def cn_reply(*, inputs: Inputs, tables: Tables) -> Answer:
    """Reply to an action of the CNIPA, from the day of receipt, over Chinese days of rest.

    kind: first_action (4 months), later_action (2), re_examination (3). received: day the action is taken as received.
    """
    only(inputs, "kind", "received")
    received = day_of(inputs, "received")
    kinds = tables.rule(RULES, "cn_replies")["kinds"]
    months = int(kinds[choice_of(inputs, "kind", sorted(kinds))])
    raw = add_months(start=received, months=months)
    due = roll(day=raw, off=lambda day: not china_works(day=day, tables=tables))
    steps = (_months_step(received, months, raw), *_rolled_step(raw, due))
    sources = (tables.authority(RULES, tables.rule(RULES, "cn_replies")["article"]), tables.authority(WORKDAYS))
    output = {"raw": raw.isoformat(), "due": due.isoformat()}
    return Answer(output, steps, sources, any(china_provisional(day=day, tables=tables) for day in (raw, due)))
