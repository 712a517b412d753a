"""Sets of rules as data: read, checked, versioned; the published default set."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from chancery.engines.classification.conditions import Evaluate, RulesRefused, compile_condition

Act = Literal["suppress", "tag"]
Families = Literal["whole", "each"]
FORMAT: Final = 1
_ID: Final = re.compile(r"[a-z][a-z0-9_-]{1,59}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. act: suppress takes the document out of review, tag only names it. group: outdated, repetitive,
    non_essential, file_class, domain, date or a word of one's own. when: its condition as data. source: authority."""

    id: str
    name: Mapping[str, str]
    act: Act
    group: str
    when: Mapping[str, Any]
    source: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """Points that a document gets for its place in the order when the condition holds; may be negative."""

    id: str
    name: Mapping[str, str]
    points: int
    when: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A versioned set. digest: SHA-256 of its canonical form, kept with every result. families: ``whole`` leaves a
    document in review while one member of its family is not caught."""

    name: str
    version: str
    source: str
    families: Families
    parameters: Mapping[str, Any]
    rules: tuple[Rule, ...]
    weights: tuple[Weight, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule with its condition ready to run."""

    rule: Rule
    evaluate: Evaluate


def read_rules(*, data: Any) -> RuleSet:
    """Check a set of rules read from JSON or TOML and return it; raises RulesRefused with the place of the fault."""
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise RulesRefused("This is no set of rules of format %(format)s.", code="rules_invalid", format=FORMAT)
    families = data.get("families", "whole")
    if families not in ("whole", "each"):
        raise RulesRefused("“%(value)s” is no way to treat families.", code="rules_invalid", value=str(families)[:60])
    parameters = data.get("parameters", {})
    if not isinstance(parameters, Mapping):
        raise RulesRefused("The parameters are no table.", code="rules_invalid")
    rules = tuple(_rule(one, f"rules[{place}]") for place, one in enumerate(_list(data, "rules")))
    weights = tuple(_weight(one, f"weights[{place}]") for place, one in enumerate(_list(data, "weights")))
    _check_ids([*(rule.id for rule in rules)])
    _check_ids([*(weight.id for weight in weights)])
    made = RuleSet(
        name=_string(data, "name", "set"),
        version=_string(data, "version", "set"),
        source=_string(data, "source", "set"),
        families=families,
        parameters=dict(parameters),
        rules=rules,
        weights=weights,
        digest=_digest(data),
    )
    _check_conditions(made)
    return made


def _digest(data: Mapping[str, Any]) -> str:
    try:
        canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    except (TypeError, ValueError, RecursionError) as fault:
        raise RulesRefused("The set of rules cannot be read.", code="rules_invalid") from fault


def _list(data: Mapping[str, Any], field: str) -> list[Any]:
    value = data.get(field, [])
    if not isinstance(value, list) or len(value) > 2_000:
        raise RulesRefused("%(field)s is no list.", code="rules_invalid", field=field)
    return value


def _string(data: Mapping[str, Any], field: str, where: str) -> str:
    value = data.get(field)
    if not isinstance(value, str) or not value.strip():
        raise RulesRefused("%(field)s is missing at %(where)s.", code="rules_invalid", field=field, where=where)
    return value


def _names(data: Mapping[str, Any], where: str) -> dict[str, str]:
    value = data.get("name")
    names = {"en": value} if isinstance(value, str) else value
    if not isinstance(names, Mapping) or not names or not all(isinstance(one, str) and one for one in names.values()):
        raise RulesRefused("%(field)s is missing at %(where)s.", code="rules_invalid", field="name", where=where)
    return {str(tag): str(text) for tag, text in names.items()}


def _rule(data: Any, where: str) -> Rule:
    if not isinstance(data, Mapping):
        raise RulesRefused("There is no rule at %(where)s.", code="rules_invalid", where=where)
    act = data.get("act", "suppress")
    if act not in ("suppress", "tag"):
        raise RulesRefused("“%(value)s” is no act (%(where)s).", code="rules_invalid", value=str(act)[:60], where=where)
    when = data.get("when")
    return Rule(
        id=_string(data, "id", where),
        name=_names(data, where),
        act=act,
        group=_string(data, "group", where),
        when=when if isinstance(when, Mapping) else {},
        source=_string(data, "source", where),
        needs=tuple(sorted(_parameters_in(when))),
    )


def _weight(data: Any, where: str) -> Weight:
    if not isinstance(data, Mapping):
        raise RulesRefused("There is no rule at %(where)s.", code="rules_invalid", where=where)
    points = data.get("points")
    if not isinstance(points, int) or isinstance(points, bool) or abs(points) > 1_000_000:
        raise RulesRefused("Points are a whole number (%(where)s).", code="rules_invalid", where=where)
    when = data.get("when")
    return Weight(
        id=_string(data, "id", where),
        name=_names(data, where),
        points=points,
        when=when if isinstance(when, Mapping) else {},
        source=_string(data, "source", where),
    )


def _check_ids(ids: list[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if not _ID.fullmatch(one):
            raise RulesRefused("“%(id)s” is no usable id of a rule.", code="rules_invalid", id=one[:60])
        if one in seen:
            raise RulesRefused("Two rules are called %(id)s.", code="rule_repeated", id=one)
        seen.add(one)


def _parameters_in(data: Any, depth: int = 0) -> set[str]:
    """Return the names of the parameters that a condition needs."""
    if depth > 40:
        raise RulesRefused("The condition at %(where)s is nested too deeply.", code="too_deep", where="when")
    if isinstance(data, Mapping):
        if isinstance(name := data.get("parameter"), str):
            return {name}
        return {found for value in data.values() for found in _parameters_in(value, depth + 1)}
    if isinstance(data, (list, tuple)):
        return {found for value in data for found in _parameters_in(value, depth + 1)}
    return set()


def _check_conditions(rules: RuleSet) -> None:
    """Compile every condition once, with stand-ins of every type for parameters that have no value yet."""
    parts: tuple[Rule | Weight, ...] = (*rules.rules, *rules.weights)
    for one in parts:
        waiting = {name for name in _parameters_in(one.when) if rules.parameters.get(name) is None}
        for stand_in in ("2000-01-01", ["x"], 1, True) if waiting else (None,):
            try:
                compile_condition(
                    data=one.when,
                    parameters={**rules.parameters, **dict.fromkeys(waiting, stand_in)},
                    at=date(2000, 1, 1),
                    where=one.id,
                )
                break
            except RulesRefused as refusal:
                if refusal.code != "value_invalid" or stand_in in (None, True):
                    raise


def ready_rules(
    *, rules: RuleSet, parameters: Mapping[str, Any], at: date
) -> tuple[tuple[ReadyRule, ...], tuple[str, ...]]:
    """Return the rules ready to run, and the ids of those that wait for a parameter without a value.

    parameters: values that replace those of the set; a name that no rule uses is refused (parameter_missing).
    """
    held = {**rules.parameters, **parameters}
    used = set(rules.parameters) | {name for rule in rules.rules for name in rule.needs}
    for name in sorted(set(parameters) - used):
        raise RulesRefused("No rule has a parameter %(name)s.", code="parameter_missing", name=name)
    ready, waiting = [], []
    for rule in rules.rules:
        if any(held.get(name) is None for name in rule.needs):
            waiting.append(rule.id)
            continue
        evaluate = compile_condition(data=rule.when, parameters=held, at=at, where=rule.id)
        ready.append(ReadyRule(rule, evaluate))
    return tuple(ready), tuple(waiting)


@cache
def default_rules() -> RuleSet:
    """Return the published default set."""
    text = (files("chancery.engines.classification") / "data" / "default_rules.json").read_text("utf-8")
    return read_rules(data=json.loads(text))
