"""Federal deadlines in the United States: FRCP 6, FRAP 26, and the sets that follow an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chancery.engines.calculators.answers import (
    Answer,
    CalculatorRefused,
    Inputs,
    choice_of,
    day_of,
    flag_of,
    only,
    whole_of,
)
from chancery.engines.calculators.days import (
    FEDERAL,
    add_days,
    days_of,
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


def _closed(inputs: Inputs, tables: Tables, *, backward: bool) -> Callable[[date], bool]:
    """Return a test for days off; holidays of the state count only for periods after an event (6(a)(6)(C))."""
    extra = days_of(inputs, "extra_holidays") | (frozenset() if backward else days_of(inputs, "state_holidays"))
    return federal_days_off(tables=tables, observe=flag_of(inputs, "observed", default=True), extra=extra)


def _computed(*, trigger: date, days: int, backward: bool, mail: bool, inputs: Inputs, tables: Tables) -> Answer:
    """Exclude the trigger, count every day, roll; three days for mail after the roll, then roll again.

    A last day on which the clerk's office is inaccessible moves on to the first accessible day (6(a)(3)(A)).
    """
    off, shut = _closed(inputs, tables, backward=backward), days_of(inputs, "inaccessible")
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
    if last in shut:
        first = roll(day=last, off=lambda day: day in shut or off(day))
        steps.append(Reason("inaccessible", "The office is inaccessible on %(raw)s: %(last)s.",
                            {"raw": last.isoformat(), "last": first.isoformat()}))  # fmt: skip
        last = first
    return Answer({"deadline": last.isoformat()}, tuple(steps))


def _moment_of(inputs: Inputs) -> datetime:
    """Return the trigger with its time of day. Refuses: input_missing, not_a_time."""
    raw = inputs.get("trigger")
    try:
        found = datetime.fromisoformat(raw) if isinstance(raw, str) and "T" in raw else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        raise CalculatorRefused(
            "%(field)s is not a day and hour like 2026-11-27T10:23: %(value)s.",
            code="not_a_time", field="trigger", value=str(raw)[:40],
        )  # fmt: skip
    return found


def _in_hours(inputs: Inputs, tables: Tables) -> Answer:
    """Period in hours (6(a)(2)): counted at once, every hour, then to the same time of the next day that counts.

    zone: of the court, for periods over a change of clocks; without it every day has 24 hours.
    """
    trigger, hours, backward = _moment_of(inputs), whole_of(inputs, "hours", most=876_000), flag_of(inputs, "backward")
    name = inputs.get("zone", "UTC")
    try:
        zone = ZoneInfo(name)
        span = timedelta(hours=-hours if backward else hours)
        raw = (trigger.replace(tzinfo=zone).astimezone(UTC) + span).astimezone(zone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError, OverflowError):
        raise CalculatorRefused(
            "%(field)s is not a time zone like America/New_York.", code="zone_unknown", field="zone"
        ) from None
    off, shut = _closed(inputs, tables, backward=backward), days_of(inputs, "inaccessible")
    day = roll(day=raw.date(), off=off, backward=backward)
    day = roll(day=day, off=lambda one: one in shut or off(one))
    written = f"{day.isoformat()}T{raw:%H:%M}"
    step = Reason("counted_hours", "%(hours)s hours from %(trigger)s: %(raw)s; the period ends at %(last)s.",
                  {"hours": -hours if backward else hours, "trigger": f"{trigger:%Y-%m-%dT%H:%M}",
                   "raw": f"{raw:%Y-%m-%dT%H:%M}", "last": written})  # fmt: skip
    return Answer({"deadline": written}, (step,))


def _deadline(inputs: Inputs, tables: Tables, family: str) -> Answer:
    only(inputs, "kind", "trigger", "days", "hours", "zone", "service_by_mail", "backward", "observed",
         "extra_holidays", "state_holidays", "inaccessible")  # fmt: skip
    entries = tables.get(DEADLINES)["entries"]
    rule: dict[str, Any] = {"article": family}
    hours = inputs.get("hours") is not None
    given = hours or inputs.get("days") is not None
    if inputs.get("kind") is not None and (str(inputs["kind"]) in entries or not given):
        rule = tables.rule(DEADLINES, choice_of(inputs, "kind", sorted(entries)))
    mail = flag_of(inputs, "service_by_mail")
    if hours:
        found = _in_hours(inputs, tables)
    else:
        found = _computed(
            trigger=day_of(inputs, "trigger"), days=whole_of(inputs, "days", default=rule.get("days"), most=36_500),
            backward=flag_of(inputs, "backward", default=rule.get("backward", False)), mail=mail, inputs=inputs,
            tables=tables,
        )  # fmt: skip
    verified = rule.get("verified", False)
    sources = [tables.authority(DEADLINES, rule.get("article", ""), verified=verified)]
    if mail and not hours:
        sources.append(tables.authority(DEADLINES, rule.get("mail_article", "FRCP 6(d)"), verified=verified))
    sources.append(tables.authority(FEDERAL, "6103(a), (b)"))
    return replace(found, sources=tuple(sources))


def frcp(*, inputs: Inputs, tables: Tables) -> Answer:
    """Deadline under FRCP 6(a) and (d), in days or hours; a backward period rolls back (6(a)(5))."""
    return _deadline(inputs, tables, "FRCP 6(a)")


def frap(*, inputs: Inputs, tables: Tables) -> Answer:
    """Deadline under FRAP 26(a) and (c), counted like FRCP 6."""
    return _deadline(inputs, tables, "FRAP 26(a)")


def deadline_set(*, inputs: Inputs, tables: Tables) -> Answer:
    """The deadlines that follow an event, each with its rule."""
    only(inputs, "set", "trigger", "service_by_mail", "observed", "extra_holidays", "state_holidays", "inaccessible")
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
