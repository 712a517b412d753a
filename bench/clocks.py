"""Due times a second, and differences from a brute-force clock: python bench/clocks.py [cases] [seed]."""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import numpy as np
from measuring import show

from chancery.engines.allocation.calendars_data import china_calendar, us_calendar
from chancery.engines.allocation.timelines import Timeline, combined, due_with_pauses, seconds_of, timeline
from chancery.foundation.calendars import WorkingCalendar, weekly

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES = ((LAST - FIRST).days + 1) * 1440
LUNCH = ((clock_time(9), clock_time(12)), (clock_time(13), clock_time(18)))
NIGHT = ((clock_time(22), clock_time(6)),)
WEEKDAYS = (0, 1, 2, 3, 4)


def minute_grid(zone: str, hours, days, closed: set[date], swapped: set[date]) -> np.ndarray:
    """Walk every UTC minute of three years and ask the wall clock whether the place is open."""
    place = ZoneInfo(zone)
    grid = np.zeros(MINUTES, dtype=bool)
    offsets: dict[int, int] = {}
    for hour in range(-30, MINUTES // 60 + 30):
        at = BEGIN + timedelta(hours=hour)
        offsets[hour] = int(at.astimezone(place).utcoffset().total_seconds() // 60)  # type: ignore[union-attr]

    def works(day: date) -> bool:
        return (day in swapped) or (day.weekday() in days and day not in closed)

    for minute in range(MINUTES):
        hour = minute // 60
        if offsets[hour] != offsets[hour + 1] or offsets[hour] != offsets[hour - 1]:
            local = (BEGIN + timedelta(minutes=minute)).astimezone(place)
            day, of_day = local.date(), local.hour * 60 + local.minute
        else:
            total = minute + offsets[hour]
            day, of_day = FIRST + timedelta(days=total // 1440), total % 1440
        for start, end in hours:
            low, high = start.hour * 60 + start.minute, end.hour * 60 + end.minute
            if high > low:
                inside = low <= of_day < high and works(day)
            else:
                inside = (of_day >= low and works(day)) or (of_day < high and works(day - timedelta(days=1)))
            if inside:
                grid[minute] = True
                break
    return grid


def places() -> list[tuple[Timeline, np.ndarray]]:
    """Calendars with lunch, overnight shifts, clock changes, make-up days, and both of two parties."""
    years = [2023, 2024, 2025, 2026, 2027]
    china = china_calendar(years=years, shifts=weekly(days=WEEKDAYS, hours=LUNCH))
    america = us_calendar(years=years, shifts=weekly(days=WEEKDAYS, hours=LUNCH))
    night = WorkingCalendar("night", "America/New_York", weekly(days=WEEKDAYS, hours=NIGHT))
    london = WorkingCalendar(
        "always", "Europe/London", weekly(days=tuple(range(7)), hours=((clock_time(0), clock_time(0)),))
    )
    lines = [timeline(one, first=FIRST, last=LAST) for one in (china, america, night, london)]
    span = [date(2023, 12, 1) + timedelta(days=number) for number in range(1200)]
    known = [day for day in span if day.year <= 2026]
    off = {day for day in known if not chinese_calendar.is_workday(day)}
    swapped = {day for day in known if chinese_calendar.is_workday(day) and day.weekday() > 4}
    federal = set(holidays.country_holidays("US", years=years))
    grids = [
        minute_grid("Asia/Shanghai", LUNCH, WEEKDAYS, off, swapped),
        minute_grid("America/New_York", LUNCH, WEEKDAYS, federal, set()),
        minute_grid("America/New_York", NIGHT, WEEKDAYS, set(), set()),
        minute_grid("Europe/London", ((clock_time(0), clock_time(0)),), tuple(range(7)), set(), set()),
    ]
    both = combined(lines[:3:2], name="China and night", every=True)
    either = combined(lines[:2], name="China or New York", every=False)
    return [*zip(lines, grids, strict=True), (both, grids[0] & grids[2]), (either, grids[0] | grids[1])]


def brute_due(grid: np.ndarray, start: int, need: int, pauses: list[tuple[int, int]]) -> int:
    """Count open, unpaused minutes one after another until the need is met; minutes since the beginning."""
    days = 30
    while True:
        minutes = grid[start : start + days * 1440].copy()
        for low, high in pauses:
            minutes[max(0, low - start) : max(0, high - start)] = False
        if need == 0 and minutes.any():
            return start + int(np.argmax(minutes))
        if 0 < need <= int(np.count_nonzero(minutes)):
            return start + int(np.searchsorted(np.cumsum(minutes, dtype=np.int32), need)) + 1
        days *= 2


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261127
    draw = random.Random(seed)
    made = places()
    origin = seconds_of(BEGIN)
    wrong: list[tuple] = []
    per_place = [0] * len(made)
    for _ in range(cases):
        which = draw.randrange(len(made))
        line, grid = made[which]
        per_place[which] += 1
        start = draw.randrange(500 * 1440)
        need = draw.choice((0, 1, 30, 60, 240, 480, 960, 2400, 4800))
        pauses = []
        for _ in range(draw.choice((0, 0, 1, 2, 3))):
            low = start + draw.randrange(8 * 1440)
            pauses.append((low, low + draw.randrange(1, 4 * 1440)))
        told = due_with_pauses(
            line, start=origin + start * 60, need=need * 60,
            pauses=[(origin + low * 60, origin + high * 60) for low, high in pauses],
        )  # fmt: skip
        found = (told - origin) // 60
        expected = brute_due(grid, start, need, pauses)
        if found != expected:
            wrong.append((line.name, start, need, pauses, found, expected))
    starts = np.array([origin + draw.randrange(500 * 1440) * 60 for _ in range(1_000_000)], dtype=np.int64)
    needs = np.array([draw.choice((30, 480, 2400)) * 60 for _ in range(1_000_000)], dtype=np.int64)
    rates = []
    for _ in range(5):
        began = time.process_time()
        made[0][0].due(starts, needs)
        rates.append(1_000_000 / (time.process_time() - began))
    began = time.process_time()
    for value in starts[:20_000].tolist():
        due_with_pauses(made[0][0], start=value, need=28_800, pauses=((value + 3600, value + 7200),))
    single = 20_000 / (time.process_time() - began)
    show(
        title=f"service clocks, seed {seed}",
        rows=[
            ("random cases", f"{cases:,} over {len(made)} calendars {per_place}", "200,000"),
            ("different from the minute-by-minute clock", str(len(wrong)), "0"),
            ("due times a second, in bulk (CPU)", f"{sorted(rates)[2]:,.0f}", "500,000"),
            ("due times a second, one by one with a pause (CPU)", f"{single:,.0f}", "–"),
        ],
    )
    for one in wrong[:5]:
        print("different:", one)


if __name__ == "__main__":
    main()
