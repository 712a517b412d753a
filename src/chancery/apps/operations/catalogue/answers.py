"""The order form: which questions are asked, and whether the answers given can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from chancery.apps.operations.catalogue.definition import Question, ServiceDefinition
from chancery.foundation.errors import Refused

MAXIMUM_TEXT = 4000
MAXIMUM_LINES = 200


class AnswersRefused(Refused):
    """Answers that cannot be used; ``problems`` has one sentence with its values per question."""

    code = "answers_invalid"

    def __init__(self, problems: dict[str, Problem]) -> None:
        self.problems = problems
        super().__init__("%(count)s answer(s) cannot be used.", count=len(problems))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one answer: a translatable sentence and its values."""

    sentence: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers read from a form.

    values: by key, numbers as decimal text, only of questions that are asked. missing: required questions
    without an answer. problems: answers that cannot be used.
    """

    values: dict[str, Any]
    missing: tuple[str, ...]
    problems: dict[str, Problem]


def is_asked(*, question: Question, values: Mapping[str, Any]) -> bool:
    """Tell whether a question is asked, given the answers to the questions before it."""
    for condition in question.show_when:
        given = values.get(condition.field)
        held = set(given) if isinstance(given, list) else {given}
        if held.isdisjoint(condition.is_any):
            return False
    return True


def read_answers(*, service: ServiceDefinition, raw: Mapping[str, Any]) -> Answers:
    """Read answers question by question; answers to questions that are not asked are dropped."""
    values: dict[str, Any] = {}
    missing: list[str] = []
    problems: dict[str, Problem] = {}
    for question in service.form:
        if not is_asked(question=question, values=values):
            continue
        value, problem = _read(service, question, raw.get(question.key))
        if problem is not None:
            problems[question.key] = problem
        elif value in (None, "", []):
            if question.required:
                missing.append(question.key)
        else:
            values[question.key] = value
    return Answers(values, tuple(missing), problems)


def meaning_of(*, service: ServiceDefinition, values: Mapping[str, Any], meaning: str) -> Any:
    """Return the answer to the question with a meaning, or None."""
    question = service.question(meaning)
    return None if question is None else values.get(question.key)


def _read(service: ServiceDefinition, question: Question, given: Any) -> tuple[Any, Problem | None]:
    if question.type in ("choice", "yes_no"):
        return _choice(service, question, _one(given))
    if question.type == "multiple":
        return _multiple(service, question, given)
    if question.type in ("integer", "decimal"):
        return _number(question, _one(given))
    if question.type == "lines":
        return _lines(given)
    text = _one(given).strip()
    if len(text) > MAXIMUM_TEXT:
        return None, Problem("This text is longer than %(limit)s characters.", {"limit": MAXIMUM_TEXT})
    return text, None


def _one(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, list | tuple):
        return str(given[0]) if given else ""
    return str(given)


def _choice(service: ServiceDefinition, question: Question, given: str) -> tuple[Any, Problem | None]:
    if given and given not in {option.value for option in service.options_of(question)}:
        return None, Problem("“%(value)s” is not one of the choices.", {"value": given[:60]})
    return given, None


def _multiple(service: ServiceDefinition, question: Question, given: Any) -> tuple[Any, Problem | None]:
    chosen = [str(item) for item in given] if isinstance(given, list | tuple) else [_one(given)]
    chosen = [item for item in dict.fromkeys(chosen) if item]
    known = [option.value for option in service.options_of(question)]
    unknown = [item for item in chosen if item not in known]
    if unknown:
        return None, Problem("“%(value)s” is not one of the choices.", {"value": unknown[0][:60]})
    return sorted(chosen, key=known.index), None


def _number(question: Question, given: str) -> tuple[Any, Problem | None]:
    text = given.strip().replace(",", "").replace("，", "")
    if not text:
        return None, None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None, Problem("“%(value)s” is not a number.", {"value": given[:60]})
    if not number.is_finite():
        return None, Problem("“%(value)s” is not a number.", {"value": given[:60]})
    if question.type == "integer" and number != number.to_integral_value():
        return None, Problem("Enter a whole number.")
    if question.minimum is not None and number < question.minimum:
        return None, Problem("Enter a number of at least %(limit)s.", {"limit": str(question.minimum)})
    if question.maximum is not None and number > question.maximum:
        return None, Problem("Enter a number of at most %(limit)s.", {"limit": str(question.maximum)})
    return str(int(number)) if question.type == "integer" else f"{number:f}", None


def _lines(given: Any) -> tuple[Any, Problem | None]:
    raw = given if isinstance(given, list | tuple) else _one(given).splitlines()
    lines = list(dict.fromkeys(" ".join(str(line).split())[:200] for line in raw))
    lines = [line for line in lines if line]
    if len(lines) > MAXIMUM_LINES:
        return None, Problem("Enter at most %(limit)s lines.", {"limit": MAXIMUM_LINES})
    return lines, None
