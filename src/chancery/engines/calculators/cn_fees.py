"""Court, enforcement, preservation, bankruptcy and arbitration fees in China."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chancery.engines.calculators.answers import (
    Answer,
    CalculatorRefused,
    Inputs,
    choice_of,
    decimal_of,
    money,
    number,
    only,
    whole_of,
)
from chancery.engines.calculators.scales import progressive
from chancery.engines.calculators.tables import Tables
from chancery.foundation.evidence import Reason

FEES = "cn_litigation_fees"
REDUCTIONS = ("mediation", "withdrawal", "summary_procedure", "counterclaim_joined")


def _scale(tables: Tables, name: str, amount: Decimal) -> tuple[Decimal, tuple[Reason, ...]]:
    return progressive(scale=tables.rule(FEES, name)["scale"], amount=amount)


def _reductions(inputs: Inputs) -> list[str]:
    """Return the reasons for halving; several may be listed, or joined by a plus sign."""
    raw = inputs.get("reduction", inputs.get("reductions"))
    given = raw if isinstance(raw, list) else [] if raw is None else str(raw).split("+")
    return [choice_of({"reduction": one}, "reduction", REDUCTIONS) for one in given]


def _claimed(inputs: Inputs) -> tuple[Decimal, tuple[Reason, ...]]:
    """Amount the fee is computed on: claims added up, on appeal the contested part only."""
    if inputs.get("claims") is not None:
        if not isinstance(inputs["claims"], list) or not inputs["claims"]:
            raise CalculatorRefused("%(field)s is a list of amounts.", code="not_a_list", field="claims")
        amounts = [number(one, "claims") for one in inputs["claims"]]
        total = sum(amounts, Decimal(0))
        step = Reason("claims_added", "%(count)s property claims are added up: %(total)s.",
                      {"count": len(amounts), "total": str(total)})  # fmt: skip
        return total, (step,)
    if inputs.get("appeal_contested_cny") is not None:
        amount = decimal_of(inputs, "appeal_contested_cny")
        step = Reason(
            "contested_part", "On appeal only the contested part counts: %(amount)s.", {"amount": str(amount)}
        )
        return amount, (step,)
    return decimal_of(inputs, "amount_cny"), ()


def property_case(*, inputs: Inputs, tables: Tables) -> Answer:
    """Fee of a property case, articles 13(1), 15–18, 21; claims added up and halved once at most."""
    only(inputs, "amount_cny", "claims", "non_property_claims", "appeal_contested_cny", "reduction", "reductions",
         "claim_raised_from", "claim_raised_to", "claim_lowered_from", "claim_lowered_to")  # fmt: skip
    for verb, key, sign in (("raised", "supplement", 1), ("lowered", "refund", -1)):
        if inputs.get(f"claim_{verb}_from") is not None:
            return _changed_claim(inputs, tables, verb, key, sign)
    amount, before = _claimed(inputs)
    whole_of(inputs, "non_property_claims", default=0)
    fee, steps = _scale(tables, "property", amount)
    cut = _reductions(inputs)
    if cut:
        fee /= 2
        steps = (*steps, Reason("halved", "Halved once because of %(reason)s: %(fee)s.",
                                {"reason": ", ".join(cut), "fee": money(fee)}))  # fmt: skip
    sources = [tables.authority(FEES, "13(1)")] + ([tables.authority(FEES, "15, 16, 18")] if cut else [])
    if inputs.get("claims") is not None:
        sources.append(tables.authority("cn_procedure", "2022 interpretation 201, 206"))
    return Answer({"fee": money(fee)}, (*before, *steps), tuple(sources))


def _changed_claim(inputs: Inputs, tables: Tables, verb: str, key: str, sign: int) -> Answer:
    before, after = decimal_of(inputs, f"claim_{verb}_from"), decimal_of(inputs, f"claim_{verb}_to")
    if sign * (after - before) < 0:
        raise CalculatorRefused("The claim does not change in this direction.", code="claim_direction")
    old, _ = _scale(tables, "property", before)
    new, steps = _scale(tables, "property", after)
    difference = Reason("difference", "Fee on %(after)s is %(new)s, on %(before)s %(old)s.",
                        {"after": str(after), "new": money(new), "before": str(before), "old": money(old)})  # fmt: skip
    article = "21(1)" if sign > 0 else "21(2)"
    return Answer({key: money(sign * (new - old))}, (*steps, difference), (tables.authority(FEES, article),))


def _ranged(tables: Tables, name: str, amount: Decimal) -> Answer:
    """Fee with a range that each province fixes, and a scale on top."""
    rule = tables.rule(FEES, name)
    extra, steps = progressive(scale=rule["scale"], amount=amount)
    low, high = (Decimal(end) for end in rule["range"])
    base = Reason("range", "Basic fee between %(low)s and %(high)s; the province fixes the point.",
                  {"low": str(low), "high": str(high)})  # fmt: skip
    shown = {"fee_min": money(low + extra), "fee_max": money(high + extra)}
    return Answer(shown, (base, *steps), (tables.authority(FEES, rule["article"]),))


def divorce(*, inputs: Inputs, tables: Tables) -> Answer:
    """Fee of a divorce case with division of property, article 13(2)1."""
    only(inputs, "property_cny")
    return _ranged(tables, "divorce", decimal_of(inputs, "property_cny", default=Decimal(0)))


def personality(*, inputs: Inputs, tables: Tables) -> Answer:
    """Fee of a case on personality rights with damages, article 13(2)2."""
    only(inputs, "damages_cny")
    return _ranged(tables, "personality", decimal_of(inputs, "damages_cny", default=Decimal(0)))


def fixed(*, inputs: Inputs, tables: Tables) -> Answer:
    """Fees that do not depend on an amount, articles 8, 13 and 14."""
    only(inputs, "kind")
    kinds: dict[str, Any] = tables.rule(FEES, "fixed")["kinds"]
    rule = kinds[choice_of(inputs, "kind", sorted(kinds))]
    low, high = (Decimal(end) for end in rule["range"])
    step = Reason("fixed", "Fixed by the table: %(low)s to %(high)s.", {"low": money(low), "high": money(high)})
    return Answer({"fee_min": money(low), "fee_max": money(high)}, (step,), (tables.authority(FEES, rule["article"]),))


def _capped(tables: Tables, name: str, amount: Decimal) -> tuple[Decimal, tuple[Reason, ...]]:
    """Fee of a named scale, cut at its cap and not below its least."""
    rule = tables.rule(FEES, name)
    fee, steps = progressive(scale=tables.rule(FEES, rule.get("like", name))["scale"], amount=amount)
    if "share" in rule:
        above, below = rule["share"]
        fee = fee * above / below
        steps = (*steps, Reason("share", "%(above)s of %(below)s parts: %(fee)s.",
                                {"above": above, "below": below, "fee": money(fee)}))  # fmt: skip
    if "cap" in rule and fee > Decimal(rule["cap"]):
        fee = Decimal(rule["cap"])
        steps = (*steps, Reason("cap", "Cut at %(cap)s.", {"cap": money(fee)}))
    return fee, steps


def _named(name: str, field: str) -> Any:
    def calculate(*, inputs: Inputs, tables: Tables) -> Answer:
        only(inputs, field)
        fee, steps = _capped(tables, name, decimal_of(inputs, field))
        return Answer({"fee": money(fee)}, steps, (tables.authority(FEES, tables.rule(FEES, name)["article"]),))

    return calculate


enforcement = _named("enforcement", "amount_cny")
preservation = _named("preservation", "amount_cny")
payment_order = _named("payment_order", "amount_cny")
bankruptcy = _named("bankruptcy", "estate_cny")


def _ceiling(table: str, field: str) -> Any:
    """A ceiling on a progressive scale: administrators, contingency fees."""

    def calculate(*, inputs: Inputs, tables: Tables) -> Answer:
        only(inputs, field)
        rule = tables.rule(table, "scale")
        cap, steps = progressive(scale=rule["scale"], amount=decimal_of(inputs, field))
        return Answer({"cap": money(cap)}, steps, (tables.authority(table, rule["article"]),))

    return calculate


administrator_cap = _ceiling("cn_bankruptcy_administrator", "distributed_value_cny")
contingency_cap = _ceiling("cn_contingency_fee", "amount_cny")


def _institution(table: str, entry: str, fixed_key: str) -> Any:
    """Arbitration fee of an institution: a scale with a least fee and a cap, and a fixed fee beside it."""

    def calculate(*, inputs: Inputs, tables: Tables) -> Answer:
        only(inputs, "amount_cny")
        rule = tables.rule(table, entry)
        fee, steps = progressive(scale=rule["scale"], amount=decimal_of(inputs, "amount_cny"))
        least, cap = Decimal(rule.get("least", "0")), Decimal(rule["cap"]) if "cap" in rule else None
        if fee < least:
            fee = least
            steps = (*steps, Reason("least", "Not less than %(least)s.", {"least": money(least)}))
        if cap is not None and fee > cap:
            fee = cap
            steps = (*steps, Reason("cap", "Cut at %(cap)s.", {"cap": money(cap)}))
        shown = {"arbitration_fee": money(fee), fixed_key: money(Decimal(rule["fixed"]))}
        return Answer(shown, steps, (tables.authority(table, rule["article"]),))

    return calculate


cietac = _institution("cn_arbitration_cietac", "foreign_related", "registration_fee")
shiac = _institution("cn_arbitration_shiac_ftz", "foreign_related", "filing_fee")


def arbitration_domestic(*, inputs: Inputs, tables: Tables) -> Answer:
    """Range of the acceptance fee of domestic arbitration; each commission fixes its table inside it."""
    only(inputs, "amount_cny")
    amount = decimal_of(inputs, "amount_cny")
    low, steps = progressive(scale=tables.rule("cn_arbitration_domestic", "lowest")["scale"], amount=amount)
    high, more = progressive(scale=tables.rule("cn_arbitration_domestic", "highest")["scale"], amount=amount)
    shown = {"acceptance_fee_min": money(low), "acceptance_fee_max": money(high)}
    return Answer(shown, (*steps, *more), (tables.authority("cn_arbitration_domestic", "Table of 1995"),))
