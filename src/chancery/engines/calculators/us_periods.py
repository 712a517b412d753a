"""Federal deadlines in the United States: FRCP 6, FRAP 26, and the sets that follow an event."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from chancery.engines.calculators.answers import Answer, Inputs, choice_of, day_of, flag_of, only, whole_of
from chancery.engines.calculators.days import (
    FEDERAL,
    add_days,
    extra_days,
    federal_days_off,
    federal_holidays,
    observed,
    roll,
)
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

DEADLINES = "us_deadlines"


def holidays(*, inputs: Inputs, tables: Tables) -> Answer:
    """Legal public holidays of a year, and the days on which those of a weekend are observed."""
    only(inputs, "year")
    year = whole_of(inputs, "year", least=1971, most=2100)
    days = federal_holidays(year=year, tables=tables)
    moved = {day.isoformat(): observed(day).isoformat() for day in days if observed(day) != day}
    step = Reason("holidays", "%(count)s holidays in %(year)s.", {"count": len(days), "year": year})
    output = {"dates": [day.isoformat() for day in days], "observed_instead": moved}
    return Answer(output, (step,), (tables.authority(FEDERAL, "6103(a), (b)"),))


def _computed(
    *, trigger: date, days: int, backward: bool, mail: bool, rule: dict[str, Any], inputs: Inputs, tables: Tables
) -> Answer:
    """Exclude the trigger, count every day, roll; three days for mail after the roll, then roll again."""
    off = federal_days_off(tables=tables, observe=flag_of(inputs, "observed", default=True), extra=extra_days(inputs))
    raw = add_days(start=trigger, days=-days if backward else days)
    last = roll(day=raw, off=off, backward=backward)
    steps = [
        Reason("counted", "%(days)s days from %(trigger)s, that day not counted: %(raw)s.",
               {"days": -days if backward else days, "trigger": trigger.isoformat(), "raw": raw.isoformat()})
    ]  # fmt: skip
    if last != raw:
        steps.append(
            Reason("rolled", "%(raw)s is a Saturday, Sunday or holiday: %(last)s.",
                   {"raw": raw.isoformat(), "last": last.isoformat()})
        )  # fmt: skip
    if mail and not backward:
        last = roll(day=last + timedelta(days=3), off=off)
        steps.append(Reason("mail", "Three days for service by mail: %(last)s.", {"last": last.isoformat()}))
    verified = rule.get("verified", False)
    sources = [tables.authority(DEADLINES, rule.get("article", ""), verified=verified)]
    if mail:
        sources.append(tables.authority(DEADLINES, rule.get("mail_article", "FRCP 6(d)"), verified=verified))
    sources.append(tables.authority(FEDERAL, "6103(a), (b)"))
    return Answer({"deadline": last.isoformat()}, tuple(steps), tuple(sources))


def _deadline(inputs: Inputs, tables: Tables, family: str) -> Answer:
    only(inputs, "kind", "trigger", "days", "service_by_mail", "backward", "observed", "extra_holidays")
    entries = tables.get(DEADLINES)["entries"]
    rule: dict[str, Any] = {"article": family}
    if inputs.get("kind") is not None and (str(inputs["kind"]) in entries or inputs.get("days") is None):
        rule = tables.rule(DEADLINES, choice_of(inputs, "kind", sorted(entries)))
    days = whole_of(inputs, "days", default=rule.get("days"), most=36_500)
    backward = flag_of(inputs, "backward", default=rule.get("backward", False))
    return _computed(
        trigger=day_of(inputs, "trigger"), days=days, backward=backward, mail=flag_of(inputs, "service_by_mail"),
        rule=rule, inputs=inputs, tables=tables,
    )  # fmt: skip


def frcp(*, inputs: Inputs, tables: Tables) -> Answer:
    """Deadline under FRCP 6(a) and (d): forward periods roll forward, backward ones roll back (6(a)(5))."""
    return _deadline(inputs, tables, "FRCP 6(a)")


def frap(*, inputs: Inputs, tables: Tables) -> Answer:
    """Deadline under FRAP 26(a) and (c), counted like FRCP 6."""
    return _deadline(inputs, tables, "FRAP 26(a)")


def deadline_set(*, inputs: Inputs, tables: Tables) -> Answer:
    """The deadlines that follow an event, each with its rule."""
    only(inputs, "set", "trigger", "service_by_mail", "observed", "extra_holidays")
    name = choice_of(inputs, "set", sorted(tables.get("us_deadline_sets")["entries"]))
    found, sources, steps = [], [], []
    for kind in tables.rule("us_deadline_sets", name)["kinds"]:
        one = _deadline({**{k: v for k, v in inputs.items() if k != "set"}, "kind": kind}, tables, "FRCP 6(a)")
        found.append({"kind": kind, "deadline": one.output["deadline"], "rule": one.sources[0].article})
        sources += [source for source in one.sources if source not in sources]
        steps.append(
            Reason("due", "The period %(kind)s ends on %(day)s.", {"kind": kind, "day": one.output["deadline"]})
        )
    return Answer({"deadlines": found}, tuple(steps), tuple(sources))
