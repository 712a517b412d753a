"""Procedural periods in China over holidays and make-up days."""

from __future__ import annotations

from datetime import date
from typing import Any

from chancery.engines.calculators.answers import Answer, CalculatorRefused, Inputs, choice_of, day_of, only, whole_of
from chancery.engines.calculators.days import (
    WORKDAYS,
    add_days,
    add_months,
    china_provisional,
    china_works,
    roll,
)
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

PERIODS = "cn_procedure"
UNITS = ("day", "month", "year")


def workday(*, inputs: Inputs, tables: Tables) -> Answer:
    """Whether a day is a working day: weekends, statutory days, announced make-up days."""
    only(inputs, "date")
    day = day_of(inputs, "date")
    works = china_works(day=day, tables=tables)
    step = Reason("works", "%(day)s is a working day.", {"day": day.isoformat()}) if works else Reason(
        "rests", "%(day)s is a day of rest.", {"day": day.isoformat()})  # fmt: skip
    return Answer(
        {"is_workday": works}, (step,), (tables.authority(WORKDAYS),), china_provisional(day=day, tables=tables)
    )


def _last_day(start: date, count: int, unit: str) -> date:
    if unit == "day":
        return add_days(start=start, days=count)
    return add_months(start=start, months=count * (12 if unit == "year" else 1))


def deadline(*, inputs: Inputs, tables: Tables) -> Answer:
    """Last day of a procedural period: the start day does not count, a last day of rest moves on (CPL article 85).

    kind: of the table, which gives number and unit by the law in force on the start day; n and unit override it.
    """
    only(inputs, "kind", "start", "n", "unit")
    start = day_of(inputs, "start")
    rule: dict[str, Any] = {}
    if inputs.get("n") is None or str(inputs.get("kind")) in tables.get(PERIODS)["entries"]:
        rule = tables.rule(PERIODS, choice_of(inputs, "kind", sorted(tables.get(PERIODS)["entries"])), at=start)
    count = whole_of(inputs, "n", default=rule.get("n"), least=0, most=36_500)
    unit = choice_of(inputs, "unit", UNITS, default=rule.get("unit", "day"))
    raw = _last_day(start, count, unit)
    last = roll(day=raw, off=lambda day: not china_works(day=day, tables=tables))
    steps = [
        Reason("counted", "%(count)s × %(unit)s after %(start)s, that day not counted: %(raw)s.",
               {"count": count, "unit": unit, "start": start.isoformat(), "raw": raw.isoformat()})
    ]  # fmt: skip
    if last != raw:
        steps.append(
            Reason("moved", "%(raw)s is a day of rest: the period ends on %(last)s.",
                   {"raw": raw.isoformat(), "last": last.isoformat()})
        )  # fmt: skip
    provisional = any(china_provisional(day=day, tables=tables) for day in (raw, last))
    verified = rule.get("verified")
    sources = (
        tables.authority(PERIODS, "CPL 85"),
        *((tables.authority(PERIODS, rule["article"], verified=verified),) if rule else ()),
        tables.authority(WORKDAYS),
    )
    return Answer({"raw": raw.isoformat(), "deadline": last.isoformat()}, tuple(steps), sources, provisional)


def deadline_set(*, inputs: Inputs, tables: Tables) -> Answer:
    """All periods that begin with an event: a judgment, a ruling, service of the claim, an award.

    set: name of the event. start: day of receipt. foreign_party: a party without domicile in China.
    """
    only(inputs, "set", "start")
    name = choice_of(inputs, "set", sorted(tables.get("cn_deadline_sets")["entries"]))
    found, provisional, sources = [], False, []
    for kind in tables.rule("cn_deadline_sets", name)["kinds"]:
        one = deadline(inputs={"kind": kind, "start": inputs.get("start")}, tables=tables)
        found.append({"kind": kind, **one.output})
        provisional = provisional or one.provisional
        sources += [source for source in one.sources if source not in sources]
    sentence = "The period %(kind)s ends on %(day)s."
    steps = tuple(Reason("due", sentence, {"kind": row["kind"], "day": row["deadline"]}) for row in found)
    if not found:
        raise CalculatorRefused("The set holds no period.", code="set_empty")
    return Answer({"deadlines": found}, steps, tuple(sources), provisional)
