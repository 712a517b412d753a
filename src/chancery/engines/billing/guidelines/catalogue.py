"""The forty-five kinds of rules, the standard set of them, and what a client changes in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from chancery.engines.billing.guidelines import expense_tests as costs
from chancery.engines.billing.guidelines import fee_tests as fees
from chancery.engines.billing.guidelines import invoice_tests as whole
from chancery.engines.billing.guidelines import people_tests as who
from chancery.engines.billing.guidelines import together_tests as shared
from chancery.engines.billing.guidelines.fee_tests import Maker
from chancery.engines.billing.guidelines.invoice_tests import InvoiceTest
from chancery.engines.billing.guidelines.params import check_params
from chancery.engines.billing.guidelines.values import SEVERITIES, Guideline, GuidelineRefused, Scope

On = Literal["fee", "expense", "line", "invoice"]
KEYS = {
    *("id", "number", "kind", "version", "severity", "reason_code", "text", "text_zh", "params", "scope"),
    *("in_force_from", "in_force_to", "cumulative", "appeal_days", "source"),
}
SCOPES = ("clients", "firms", "matter_types", "matters", "phases")
MOST_RULES = 5000


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule: what it looks at, its test, and the fact of the setting without which it stays silent.

    words: it can only fire on narratives that are not plain, or on travel time.
    """

    on: On
    line_test: Maker | None = None
    invoice_test: InvoiceTest | None = None
    needs: str = ""
    words: bool = False


KINDS: Mapping[str, Kind] = {
    "increment": Kind("fee", fees.increment),
    "rate_above_card": Kind("fee", who.rate_above_card, needs="people"),
    "person_not_approved": Kind("fee", who.not_approved, needs="people"),
    "class_not_allowed": Kind("fee", who.class_not_allowed),
    "new_person": Kind("fee", who.new_person, needs="people"),
    "rate_without_notice": Kind("fee", who.rate_without_notice, needs="people"),
    "hours_per_day": Kind("fee", shared.hours_per_day),
    "block_billing": Kind("fee", fees.block_billing, words=True),
    "vague": Kind("fee", fees.vague, words=True),
    "no_verb_or_object": Kind("fee", fees.no_verb_or_object, words=True),
    "clerical": Kind("fee", fees.speaks_of("clerical"), words=True),
    "inner_conference": Kind("fee", shared.inner_conference),
    "duplicate_attendance": Kind("fee", shared.duplicate_attendance),
    "travel": Kind("fee", fees.travel, words=True),
    "first_year": Kind("fee", who.first_year, needs="people"),
    "training": Kind("fee", fees.speaks_of("training"), words=True),
    "research_without_consent": Kind("fee", shared.research_without_consent),
    "work_of_lower_class": Kind("fee", fees.work_of_lower_class),
    "overstaffing": Kind("fee", shared.overstaffing),
    "invoice_preparation": Kind("fee", fees.speaks_of("billing"), words=True),
    "old_time": Kind("fee", fees.old_time),
    "late_invoice": Kind("invoice", invoice_test=whole.late_invoice),
    "outside_matter_dates": Kind("fee", fees.outside_matter_dates, needs="matters"),
    "weekend": Kind("fee", fees.weekend),
    "wrong_matter": Kind("fee", fees.wrong_matter),
    "budget": Kind("invoice", invoice_test=whole.budget, needs="matters"),
    "matter_cap": Kind("invoice", invoice_test=whole.matter_cap, needs="matters"),
    "not_reimbursed": Kind("expense", costs.not_reimbursed),
    "unit_caps": Kind("expense", costs.unit_caps),
    "receipt_missing": Kind("expense", costs.receipt_missing, needs="receipts"),
    "vendor_markup": Kind("expense", costs.vendor_markup),
    "first_class_travel": Kind("expense", costs.first_class_travel),
    "travel_without_entry": Kind("expense", costs.travel_without_entry),
    "online_research": Kind("expense", costs.online_research),
    "prompt_payment": Kind("invoice", invoice_test=whole.prompt_payment, needs="percent"),
    "volume_discount": Kind("invoice", invoice_test=whole.volume_discount, needs="tiers"),
    "tax": Kind("invoice", invoice_test=whole.tax, needs="matters"),
    "currency": Kind("invoice", invoice_test=whole.currency, needs="currencies or matters"),
    "duplicate": Kind("line", shared.duplicate, whole.duplicate_invoice),
    "card_currency": Kind("invoice", invoice_test=whole.card_currency, needs="people"),
    "code_contradicted": Kind("fee", fees.code_contradicted),
    "hourly_under_fixed_fee": Kind("fee", fees.hourly_under_fixed_fee, needs="matters"),
    "order_missing": Kind("invoice", invoice_test=whole.order_missing, needs="matters"),
    "engagement_missing": Kind("invoice", invoice_test=whole.engagement_missing, needs="matters"),
    "unchecked_work": Kind("fee", who.unchecked_work, needs="signed_off"),
}


@cache
def standard_rules() -> tuple[Guideline, ...]:
    """The forty-five rules with their usual thresholds."""
    text = (files("chancery.engines.billing") / "data" / "guideline_rules.json").read_text("utf-8")
    return tuple(_rule(row, {}) for row in json.loads(text)["rules"])


def rules_from(*, data: object) -> tuple[Guideline, ...]:
    """Rules from their JSON document.

    Either a list of rules, or an object: ``extends`` "standard" begins with the standard rules, ``off`` lists ids,
    kinds or numbers to leave out, ``rules`` adds rules and replaces those of the same id. What a rule does not say
    is taken from the standard rule of its kind. Refuses: guideline_refused with the place that is wrong.
    """
    if isinstance(data, list):
        data = {"rules": data}
    if not isinstance(data, dict):
        raise GuidelineRefused("Guideline rules are a list, or an object with rules.", code="guideline_refused")
    given, off = data.get("rules", []), data.get("off", [])
    if not isinstance(given, list) or not isinstance(off, list) or len(given) > MOST_RULES:
        raise wrong("rules")
    if data.get("extends") not in (None, "standard"):
        raise wrong("extends")
    usual = {rule.kind: rule for rule in standard_rules()}
    chosen = {rule.id: rule for rule in standard_rules()} if data.get("extends") == "standard" else {}
    left_out = {str(word) for word in off}
    for place, row in enumerate(given):
        try:
            rule = _rule(row, usual)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise wrong(f"rules[{place}]") from error
        chosen[rule.id] = rule
    rules = [rule for rule in chosen.values() if left_out.isdisjoint((rule.id, rule.kind, str(rule.number)))]
    return tuple(sorted(rules, key=lambda rule: (rule.number, rule.id)))


def wrong(place: str) -> GuidelineRefused:
    """The refusal that names the part of a document that cannot be read."""
    return GuidelineRefused("The part %(place)s cannot be read.", code="guideline_refused", place=place[:80])


def _rule(row: Mapping[str, Any], usual: Mapping[str, Guideline]) -> Guideline:
    if not isinstance(row, dict) or set(row) - KEYS:
        raise TypeError
    kind = row.get("kind") or next((rule.kind for rule in usual.values() if rule.number == row.get("number")), "")
    if kind not in KINDS:
        raise ValueError
    base = usual.get(kind)
    changed: dict[str, Any] = {
        name: str(row[name]) for name in ("id", "version", "reason_code", "text", "text_zh") if name in row
    }
    if "severity" in row:
        if row["severity"] not in SEVERITIES:
            raise ValueError
        changed["severity"] = row["severity"]
    if "params" in row:
        check_params(given=row["params"])
        changed["params"] = {**(base.params if base else {}), **row["params"]}
    if "scope" in row:
        changed["scope"] = _scope(row["scope"])
    for name in ("in_force_from", "in_force_to"):
        if row.get(name) is not None:
            changed[name] = date.fromisoformat(row[name])
    if "cumulative" in row:
        if not isinstance(row["cumulative"], bool):
            raise TypeError
        changed["cumulative"] = row["cumulative"]
    if "appeal_days" in row:
        changed["appeal_days"] = int(row["appeal_days"])
    if base is not None:
        return replace(base, **changed)
    return Guideline(number=int(row["number"]), kind=kind, **changed)


def _scope(row: Mapping[str, Any]) -> Scope:
    if set(row) - set(SCOPES):
        raise ValueError
    kept = {}
    for name in SCOPES:
        listed = row.get(name, [])
        if not isinstance(listed, list):
            raise TypeError
        kept[name] = frozenset(map(str, listed))
    return Scope(**kept)
