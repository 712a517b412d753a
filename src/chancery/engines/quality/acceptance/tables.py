"""Acceptance sampling plans of the standard, read from dated data.

The master tables are built on diagonals: a letter one further down with an acceptance quality limit one step tighter
has the same acceptance number. The data holds the number of each diagonal and the few cells that depart from it; cells
without a plan point up or down to the nearest cell of the same column that has one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Source

Inspection = Literal["normal", "tightened", "reduced"]
INSPECTIONS: Final = ("normal", "tightened", "reduced")
LEVELS: Final = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
_DATA: Final = Path(__file__).parent.parent / "data" / "acceptance.json"


class PlanRefused(Refused):
    """A plan that the standard does not hold."""

    code = "plan_refused"


@cache
def table() -> dict[str, Any]:
    """Return the tables as they stand in the data file."""
    held: dict[str, Any] = json.loads(_DATA.read_text("utf-8"))
    return held


def source() -> Source:
    """Return the standard the tables are taken from and when they were checked."""
    held = table()
    return Source(title=held["standard"], reference=held["source"], version=held["checked_on"])


@dataclass(frozen=True, slots=True)
class SinglePlan:
    """Draw n items once: accept with at most ac nonconforming ones, reject with re or more.

    letter: the letter asked for; use_letter: that of the plan, another one where the cell is an arrow. cell: plan,
    up or down. Only on reduced inspection re may exceed ac + 1: between them the lot is accepted and normal
    inspection returns.
    """

    inspection: str
    aql: str
    letter: str
    cell: str
    use_letter: str
    n: int
    ac: int
    re: int


@dataclass(frozen=True, slots=True)
class DoublePlan:
    """Draw n1; accept at ac1, reject at re1, else draw n2 and judge the sum by ac2 and re2 (cumulative)."""

    inspection: str
    aql: str
    letter: str
    n1: int
    ac1: int
    re1: int
    n2: int
    ac2: int
    re2: int


def code_letter(*, lot: int, level: str = "II") -> str:
    """Return the sample size code letter of a lot (table I).

    lot: items in the lot, 2 or more. level: S-1 to S-4, I, II, III. Refuses: lot_too_small, level_unknown.
    """
    if level not in table()["levels"]:
        raise PlanRefused("%(level)s is not an inspection level.", code="level_unknown", level=level)
    if lot < 2:
        raise PlanRefused("A lot for sampling holds at least two items.", code="lot_too_small", lot=lot)
    position = next(at for at, end in enumerate(table()["lot_ends"]) if end is None or lot <= end)
    return str(table()["levels"][level][position])


def preferred_aql(aql: Decimal | str | float) -> str:
    """Return the preferred value as the standard writes it: 0.65, 1.0, 10. Refuses: aql_unknown."""
    try:
        wanted = Decimal(str(aql))
        found = next((name for name in table()["aqls"] if Decimal(name) == wanted), None)
    except InvalidOperation:
        found = None
    if found is None:
        raise PlanRefused("%(aql)s is not an acceptance quality limit of the tables.", code="aql_unknown", aql=str(aql))
    return str(found)


def _position(letter: str) -> int:
    letters = table()["letters"]
    if len(letter) != 1 or letter not in letters:
        raise PlanRefused("%(letter)s is not a code letter of the tables.", code="letter_unknown", letter=letter)
    return int(letters.index(letter))


def _inspection(inspection: str) -> str:
    if inspection not in INSPECTIONS:
        raise PlanRefused(
            "%(inspection)s is not a kind of inspection.", code="inspection_unknown", inspection=inspection
        )
    return inspection


def _numbers(inspection: str, row: int, column: int) -> tuple[int, int] | None:
    """Return acceptance and rejection number of a cell, None for an arrow."""
    held, diagonal, letter = table(), str(row + column), table()["letters"][row]
    lone = held["letter_of_one_cell"]
    if letter == lone["letter"] and (inspection, held["aqls"][column]) != (lone["inspection"], lone["aql"]):
        return None
    if letter > held["last_letter_on_diagonal"].get(diagonal, "Z"):
        return None
    if letter < held["first_letter_on_diagonal"].get(inspection, {}).get(diagonal, "A"):
        return None
    departing = held["exceptions"].get(inspection, {}).get(letter, {})
    pair = departing.get(diagonal) or held["diagonals"][inspection].get(diagonal)
    return (pair[0], pair[1]) if pair else None


def _arrow(inspection: str, row: int, column: int) -> tuple[int, str]:
    """Return the row of the plan to use, and which way the arrow points.

    Above the zero-acceptance plan of a column the arrows point down to it, under the last plan up. In the gap between
    acceptance numbers 0 and 1 the upper cell points up and the lower one down; on tightened inspection both point down.
    """
    rows = [at for at in range(len(table()["letters"])) if _numbers(inspection, at, column)]
    above, below = [at for at in rows if at < row], [at for at in rows if at > row]
    if not above:
        return below[0], "down"
    if not below or (row - above[-1] == 1 and inspection != "tightened"):
        return above[-1], "up"
    return below[0], "down"


def single_plan(*, letter: str, aql: Decimal | str | float, inspection: str = "normal") -> SinglePlan:
    """Return the single sampling plan of a letter (tables II-A, II-B, II-C), arrows followed.

    aql: acceptance quality limit in nonconforming items per hundred, one of the preferred values.
    Refuses: letter_unknown, aql_unknown, inspection_unknown.
    """
    kind, limit, row = _inspection(inspection), preferred_aql(aql), _position(letter)
    column = table()["aqls"].index(limit)
    used, cell = (row, "plan") if _numbers(kind, row, column) else _arrow(kind, row, column)
    numbers = _numbers(kind, used, column)
    if numbers is None:
        raise PlanRefused(
            "The tables hold no plan for %(letter)s at %(aql)s.", code="no_plan", letter=letter, aql=limit
        )
    sizes = table()["sizes"]["single"]["reduced" if kind == "reduced" else "normal"]
    return SinglePlan(kind, limit, letter, cell, table()["letters"][used], sizes[used], *numbers)


def double_plan(*, letter: str, aql: Decimal | str | float, inspection: str = "normal") -> DoublePlan | None:
    """Return the double sampling plan that stands in this cell (tables III-A to III-C).

    None where the cell holds no double plan: the single plan is used there. Refusals as for ``single_plan``.
    """
    kind, limit, row = _inspection(inspection), preferred_aql(aql), _position(letter)
    column = table()["aqls"].index(limit)
    size = table()["sizes"]["double"]["reduced" if kind == "reduced" else "normal"][row]
    if _numbers(kind, row, column) is None:
        return None
    four = table()["double"][kind].get(str(row + column))
    if size is None or four is None:
        return None
    return DoublePlan(kind, limit, letter, size, four[0], four[1], size, four[2], four[3])


def tighter_aql(aql: Decimal | str | float) -> str | None:
    """Return the preferred value one step tighter, None for the tightest."""
    held = table()["aqls"]
    position = held.index(preferred_aql(aql))
    return str(held[position - 1]) if position else None
