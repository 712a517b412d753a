"""Conditions as data: one field, one test; joined by all, any and not. Each says why it held."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import translate
from typing import Any, Final

from chancery.engines.classification.fields import FIELDS, FieldType
from chancery.engines.classification.subjects import Subject
from chancery.foundation.errors import Refused
from chancery.foundation.evidence import Reason

MOST_DEPTH = 12
# Test → types of field it fits and type of its value.
TESTS: Final[Mapping[str, tuple[tuple[FieldType, ...], str]]] = {
    "is": (("text", "texts", "number", "truth", "day"), "value"),
    "in": (("text", "texts"), "words"),
    "like": (("text", "texts"), "words"),
    "contains": (("text", "texts"), "words"),
    "starts": (("text", "texts"), "words"),
    "under": (("texts",), "words"),
    "all_under": (("texts",), "words"),
    "at_least": (("number",), "number"),
    "at_most": (("number",), "number"),
    "before": (("day",), "day"),
    "after": (("day",), "day"),
    "older_than_days": (("day",), "number"),
    "present": (("text", "texts", "number", "day"), "truth"),
}


class RulesRefused(Refused):
    """A set of rules that cannot be used; ``where`` names the place in the data.

    Codes: rules_invalid, condition_invalid, field_unknown, test_unknown, test_unfit, value_invalid, too_deep,
    parameter_missing, rule_repeated, rule_unknown.
    """

    code = "rules_invalid"


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf that held: the field, the test, and what was seen."""

    field: str
    test: str
    seen: str
    wanted: str

    def reason(self) -> Reason:
        """Say it as a sentence."""
        params = {"field": self.field, "seen": self.seen, "wanted": self.wanted}
        if self.test == "not":
            return Reason("not", "It is not so that %(wanted)s.", params)
        if self.test in ("before", "older_than_days"):
            return Reason("before", "%(field)s %(seen)s lies before %(wanted)s.", params)
        if self.test == "after":
            return Reason("after", "%(field)s %(seen)s lies after %(wanted)s.", params)
        if self.test in ("at_least", "at_most"):
            return Reason(self.test, "%(field)s %(seen)s is within the limit %(wanted)s.", params)
        if self.test == "present":
            return Reason("present", "%(field)s: whether it is known was asked.", params)
        return Reason(self.test, "%(field)s “%(seen)s” fits %(wanted)s.", params)


Evaluate = Callable[[Subject], tuple[Held, ...] | None]


def compile_condition(
    *, data: Any, parameters: Mapping[str, Any], at: date, where: str = "when", depth: int = 0
) -> Evaluate:
    """Make a condition ready to run: the function returns what held, or None where the condition fails.

    parameters: values for ``{"parameter": name}``. at: the day that ages are counted from. where: place for refusals.
    An unknown fact never makes a leaf hold; ``not`` of a leaf on an unknown fact holds. Raises RulesRefused.
    """
    if depth > MOST_DEPTH:
        raise RulesRefused("The condition at %(where)s is nested too deeply.", code="too_deep", where=where)
    if not isinstance(data, Mapping):
        raise RulesRefused("There is no condition at %(where)s.", code="condition_invalid", where=where)
    joined = [name for name in ("all", "any", "not") if name in data]
    if joined:
        if len(data) != 1:
            raise RulesRefused(
                "The condition at %(where)s has more than one part.", code="condition_invalid", where=where
            )
        return _joined(joined[0], data[joined[0]], parameters, at, where, depth)
    return _leaf(data, parameters, at, where)


def _joined(name: str, parts: Any, parameters: Mapping[str, Any], at: date, where: str, depth: int) -> Evaluate:
    if name == "not":
        inner = compile_condition(data=parts, parameters=parameters, at=at, where=f"{where}.not", depth=depth + 1)
        told = (Held("", "not", "", described(data=parts)),)
        return lambda subject: told if inner(subject) is None else None
    if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
        raise RulesRefused("There is no condition at %(where)s.", code="condition_invalid", where=f"{where}.{name}")
    inners = [
        compile_condition(data=part, parameters=parameters, at=at, where=f"{where}.{name}[{number}]", depth=depth + 1)
        for number, part in enumerate(parts)
    ]
    return _all(inners) if name == "all" else _any(inners)


def _all(inners: list[Evaluate]) -> Evaluate:
    def evaluate(subject: Subject) -> tuple[Held, ...] | None:
        held: tuple[Held, ...] = ()
        for inner in inners:
            found = inner(subject)
            if found is None:
                return None
            held += found
        return held

    return evaluate


def _any(inners: list[Evaluate]) -> Evaluate:
    def evaluate(subject: Subject) -> tuple[Held, ...] | None:
        for inner in inners:
            found = inner(subject)
            if found is not None:
                return found
        return None

    return evaluate


def described(*, data: Any) -> str:
    """Write a condition on one line, for reasons and pages."""
    if not isinstance(data, Mapping):
        return "?"
    for name, joint in (("all", " & "), ("any", " | ")):
        if name in data and isinstance(data[name], Sequence):
            return "(" + joint.join(described(data=part) for part in data[name]) + ")"
    if "not" in data:
        return f"!({described(data=data['not'])})"
    test = next((name for name in data if name in TESTS), "")
    return f"{data.get('field', '?')} {test} {_shown(data.get(test))}"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping) and "parameter" in value:
        return f"<{value['parameter']}>"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value[:6])) + (" …" if len(value) > 6 else "")
    return str(value)


def _leaf(data: Mapping[str, Any], parameters: Mapping[str, Any], at: date, where: str) -> Evaluate:
    name = data.get("field")
    if not isinstance(name, str) or name not in FIELDS:
        raise RulesRefused("There is no field “%(field)s” (%(where)s).", code="field_unknown", field=name, where=where)
    tests = [key for key in data if key != "field"]
    if len(tests) != 1 or tests[0] not in TESTS:
        raise RulesRefused(
            "The condition at %(where)s needs one test, not %(tests)s.",
            code="test_unknown",
            where=where,
            tests=", ".join(map(str, tests)) or "–",
        )
    test = tests[0]
    kind, get = FIELDS[name]
    fits, wanted = TESTS[test]
    if kind not in fits:
        raise RulesRefused(
            "The test %(test)s does not fit the field %(field)s (%(where)s).",
            code="test_unfit",
            test=test,
            field=name,
            where=where,
        )
    value = _value(data[test], wanted if wanted != "value" else _VALUE_OF[kind], parameters, where)
    if test == "older_than_days":
        value = _days_before(at, value, where)
    check = _check(test, kind, value)
    return _told(name, test, get, check, _shown(sorted(value) if isinstance(value, frozenset) else value))


_VALUE_OF: Final[Mapping[FieldType, str]] = {
    "text": "word",
    "texts": "word",
    "number": "number",
    "day": "day",
    "truth": "truth",
}


def _days_before(at: date, days: float, where: str) -> date:
    try:
        return at - timedelta(days=days)
    except OverflowError as fault:
        raise _bad(days, where) from fault


def _bad(value: Any, where: str) -> RulesRefused:
    return RulesRefused(
        "“%(value)s” is no usable value (%(where)s).", code="value_invalid", value=str(value)[:60], where=where
    )


def _value(value: Any, wanted: str, parameters: Mapping[str, Any], where: str) -> Any:
    if isinstance(value, Mapping):
        name = value.get("parameter")
        if set(value) != {"parameter"} or not isinstance(name, str):
            raise _bad(value, where)
        if parameters.get(name) is None:
            raise RulesRefused(
                "The parameter %(name)s has no value (%(where)s).", code="parameter_missing", name=name, where=where
            )
        value = parameters[name]
    if wanted == "words":
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) and item for item in items):
            raise _bad(value, where)
        return frozenset(item.lower() for item in items)
    if wanted == "day":
        return _day(value, where)
    right = {
        "truth": isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e18,
        "word": isinstance(value, str),
    }[wanted]
    if not right:
        raise _bad(value, where)
    return value.lower() if wanted == "word" else value


def _day(value: Any, where: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as fault:
        raise _bad(value, where) from fault


def _check(test: str, kind: FieldType, value: Any) -> Callable[[Any], Any]:
    """Return a function from a known fact to what was seen, or None where the test fails."""
    if kind == "texts" and test not in ("under", "all_under", "present"):
        one = _check(test, "text", value)
        return lambda seen: next((item for item in seen if one(item) is not None), None)
    if test == "in":
        return lambda seen: seen if seen.lower() in value else None
    if test == "like":
        pattern = re.compile("|".join(translate(item) for item in sorted(value)) or r"(?!)", re.IGNORECASE)
        return lambda seen: seen if pattern.match(seen) else None
    if test == "contains":
        return lambda seen: seen if any(item in seen.lower() for item in value) else None
    if test == "starts":
        heads = tuple(value)
        return lambda seen: seen if seen.lower().startswith(heads) else None
    if test == "under":
        return lambda seen: next((item for item in seen if _is_under(item, value)), None)
    if test == "all_under":
        return lambda seen: ", ".join(seen) if all(_is_under(item, value) for item in seen) else None
    return _compared(test, kind, value)


def _compared(test: str, kind: FieldType, value: Any) -> Callable[[Any], Any]:
    if test == "at_least":
        return lambda seen: seen if seen >= value else None
    if test == "at_most":
        return lambda seen: seen if seen <= value else None
    if test in ("before", "older_than_days"):
        return lambda seen: seen if seen < value else None
    if test == "after":
        return lambda seen: seen if seen > value else None
    if kind == "text":
        return lambda seen: seen if seen.lower() == value else None
    return lambda seen: seen if seen == value else None


def _is_under(domain: str, parents: frozenset[str]) -> bool:
    """Tell whether a domain is one of the parents or lies below one."""
    while domain:
        if domain in parents:
            return True
        domain = domain.partition(".")[2]
    return False


def _told(name: str, test: str, get: Callable[[Subject], Any], check: Callable[[Any], Any], wanted: str) -> Evaluate:
    if test == "present":
        asked = wanted == "True"
        return lambda subject: (
            (Held(name, test, "", wanted),) if (get(subject) not in (None, "", ())) is asked else None
        )

    def evaluate(subject: Subject) -> tuple[Held, ...] | None:
        fact = get(subject)
        if fact is None or fact == "" or fact == ():
            return None
        seen = check(fact)
        return None if seen is None else (Held(name, test, str(seen), wanted),)

    return evaluate
