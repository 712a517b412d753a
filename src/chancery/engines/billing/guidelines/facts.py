"""What is known beside a bill, from its JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from chancery.engines.billing.guidelines.catalogue import wrong
from chancery.engines.billing.guidelines.values import Matter, Person, PersonRate, Setting

KEYS = {
    *("people", "matters", "year_to_date", "signed_off", "receipts", "vendor_costs", "invoices", "hours_elsewhere"),
    "source",
}
ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


def setting_from(*, data: object) -> Setting:
    """Facts from their JSON object; every part may be absent.

    people: {id: {rates: [{amount, currency, from, to, announced}], approved_from, approved_to, admitted}}.
    matters: {client matter id: the fields of ``Matter``}. year_to_date: {firm id: fees}. signed_off, receipts:
    lists of "invoice/line". vendor_costs: {"invoice/line": amount}. invoices: [{firm, number}]. hours_elsewhere:
    [{person, day, hours}]. Amounts are texts or whole numbers, days ISO dates.
    Refuses: guideline_refused with the place that is wrong.
    """
    if not isinstance(data, dict) or set(data) - KEYS:
        raise wrong("facts")
    kept: dict[str, Any] = {}
    for part in sorted(set(data) - {"source"}):
        try:
            kept[part] = _part(part, data[part])
        except ERRORS as error:
            raise wrong(f"facts.{part}") from error
    return Setting(**kept)


def _part(part: str, value: Any) -> Any:
    if part == "people":
        return {str(key): _person(row) for key, row in value.items()}
    if part == "matters":
        return {str(key): _matter(row) for key, row in value.items()}
    if part in ("year_to_date", "vendor_costs"):
        return {str(key): _amount(amount) for key, amount in value.items()}
    if part in ("signed_off", "receipts"):
        return frozenset(map(str, _listed(value)))
    if part == "invoices":
        return frozenset((str(row["firm"]), str(row["number"])) for row in _listed(value))
    rows = _listed(value)
    return {(str(row["person"]), date.fromisoformat(row["day"])): _amount(row["hours"]) for row in rows}


def _person(row: Mapping[str, Any]) -> Person:
    rates = tuple(
        PersonRate(
            amount=_amount(rate["amount"]),
            currency=str(rate.get("currency", "")),
            valid_from=_day(rate.get("from")),
            valid_to=_day(rate.get("to")),
            announced=_day(rate.get("announced")),
        )
        for rate in _listed(row.get("rates", []))
    )
    return Person(rates, _day(row.get("approved_from")), _day(row.get("approved_to")), _day(row.get("admitted")))


def _matter(row: Mapping[str, Any]) -> Matter:
    known = set(Matter.__dataclass_fields__)
    if set(row) - known:
        raise ValueError
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if value is None:
            continue
        if name in ("opened", "closed"):
            kept[name] = _day(value)
        elif name in ("budget", "spent"):
            kept[name] = {str(phase): _amount(amount) for phase, amount in value.items()}
        elif name in ("cap", "tax_rate"):
            kept[name] = _amount(value)
        elif name in ("team", "consents"):
            kept[name] = frozenset(map(str, _listed(value)))
        elif name == "names":
            kept[name] = tuple(map(str, _listed(value)))
        elif name in ("engagement_letter", "conflicts_cleared"):
            if not isinstance(value, bool):
                raise TypeError
            kept[name] = value
        else:
            kept[name] = str(value)
    return Matter(**kept)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _amount(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise TypeError
    amount = Decimal(str(value))
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 18:
        raise ValueError
    return amount
