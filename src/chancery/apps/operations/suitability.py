"""The gate: may this work be taken on, decided by named rules, each leaving its reason. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from chancery.apps.operations.catalogue.answers import meaning_of
from chancery.apps.operations.catalogue.definition import ServiceDefinition
from chancery.apps.operations.catalogue.shipped import duty_source, work_rules
from chancery.foundation.evidence import Reason
from chancery.foundation.money import Money

Decision = Literal["accept", "route", "decline"]
ConflictOutcome = Literal["clear", "review", "conflict"]
ORDER: tuple[Decision, ...] = ("accept", "route", "decline")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision is the strictest that any rule asks for; reasons hold every rule that spoke."""

    decision: Decision
    reasons: tuple[Reason, ...]


def judge(
    *,
    service: ServiceDefinition,
    values: Mapping[str, Any],
    conflict: ConflictOutcome,
    expected: Money,
    on: date,
) -> Verdict:
    """Decide whether a complete request is accepted, routed to a person or declined.

    conflict: outcome of the conflict check. expected: the estimate, compared with the stated budget.
    """
    found: list[tuple[Decision, Reason]] = [
        *_work(service, values, on),
        *_jurisdiction(service, values),
        *_data(service, values, on),
        *_conflict(conflict),
        *_consent(service, values, on),
        *_budget(service, values, expected),
    ]
    asked = [item for item, _ in found]
    decision = next((step for step in reversed(ORDER) if step in asked), ORDER[0])
    strict = [reason for weight, reason in found if weight != "accept"]
    plain = [reason for weight, reason in found if weight == "accept"]
    return Verdict(decision, (*strict, *plain))


def _work(service: ServiceDefinition, values: Mapping[str, Any], on: date) -> list[tuple[Decision, Reason]]:
    wanted = meaning_of(service=service, values=values, meaning="work") or []
    question = service.question("work")
    names = {item.value: item.label.model_dump() for item in service.options_of(question)} if question else {}
    found: list[tuple[Decision, Reason]] = []
    for rule in work_rules(on=on):
        if rule.work in wanted:
            decision: Decision = "decline" if rule.decision == "decline" else "route"
            params = {"work": names.get(rule.work, rule.work), "rule": rule.rule, "source": rule.source}
            sentence = (
                "“%(work)s” cannot be outsourced: %(rule)s (%(source)s)."
                if decision == "decline"
                else "“%(work)s” needs a person's decision: %(rule)s (%(source)s)."
            )
            found.append((decision, Reason(f"work_{rule.code}", sentence, params)))
    return found or [("accept", Reason("work_allowed", "Every kind of work asked for may be outsourced."))]


def _jurisdiction(service: ServiceDefinition, values: Mapping[str, Any]) -> list[tuple[Decision, Reason]]:
    code = meaning_of(service=service, values=values, meaning="jurisdiction")
    name = next((place.name.model_dump() for place in service.jurisdictions if place.code == code), code)
    for item in service.excluded_jurisdictions:
        if code == item.code:
            params = {"jurisdiction": name, "why": item.why.model_dump(), "source": item.source}
            sentence = "We do not work on matters in %(jurisdiction)s: %(why)s (%(source)s)."
            return [("decline", Reason("jurisdiction_excluded", sentence, params))]
    sentence = "The service is delivered for matters in %(jurisdiction)s."
    return [("accept", Reason("jurisdiction_served", sentence, {"jurisdiction": name}))]


def _data(service: ServiceDefinition, values: Mapping[str, Any], on: date) -> list[tuple[Decision, Reason]]:
    code = meaning_of(service=service, values=values, meaning="data_location")
    place = next((item for item in service.data_locations if item.code == code), None)
    if place is None:
        sentence = "We have no site at which data of %(place)s may stay."
        return [("decline", Reason("data_location_unknown", sentence, {"place": str(code)}))]
    found: list[tuple[Decision, Reason]] = []
    sites = [site for site in service.sites if site in place.sites]
    params = {"place": place.name.model_dump(), "sites": ", ".join(sites)}
    if sites:
        sentence = "Data kept in %(place)s may be opened at our sites: %(sites)s."
        found.append(("accept", Reason("data_location_served", sentence, params)))
    else:
        sentence = "None of our sites may open data kept in %(place)s."
        found.append(("decline", Reason("data_location_no_site", sentence, params)))
    if meaning_of(service=service, values=values, meaning="export_approved") == "no":
        source = duty_source(code="export_not_approved", on=on)
        sentence = "Data from mainland China may not yet be provided abroad: the approval is missing (%(source)s)."
        found.append(("route", Reason("export_not_approved", sentence, {"source": source})))
    return found


def _conflict(outcome: ConflictOutcome) -> list[tuple[Decision, Reason]]:
    if outcome == "conflict":
        sentence = "The conflict check found an adverse interest that cannot be cleared."
        return [("decline", Reason("conflict_found", sentence))]
    if outcome == "review":
        sentence = "The conflict check found names that a person must look at first."
        return [("route", Reason("conflict_review", sentence))]
    return [("accept", Reason("conflict_clear", "The conflict check is clear."))]


def _consent(service: ServiceDefinition, values: Mapping[str, Any], on: date) -> list[tuple[Decision, Reason]]:
    if service.question("consent") is None:
        return []
    if meaning_of(service=service, values=values, meaning="consent") == "no":
        source = duty_source(code="consent_missing", on=on)
        sentence = "The client's informed consent to outside work is missing (%(source)s)."
        return [("route", Reason("consent_missing", sentence, {"source": source}))]
    return [("accept", Reason("consent_given", "The client's informed consent is recorded."))]


def _budget(service: ServiceDefinition, values: Mapping[str, Any], expected: Money) -> list[tuple[Decision, Reason]]:
    stated = meaning_of(service=service, values=values, meaning="budget")
    if stated is None:
        return [
            (
                "accept",
                Reason(
                    "budget_open", "No budget was stated; the estimate is %(expected)s.", {"expected": str(expected)}
                ),
            )
        ]
    budget = Money(Decimal(str(stated)), expected.currency)
    params = {"budget": str(budget), "expected": str(expected)}
    if budget < expected:
        sentence = "The budget of %(budget)s does not cover the estimate of %(expected)s."
        return [("route", Reason("budget_short", sentence, params))]
    sentence = "The budget of %(budget)s covers the estimate of %(expected)s."
    return [("accept", Reason("budget_covers", sentence, params))]
