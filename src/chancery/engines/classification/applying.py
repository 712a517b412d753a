"""Apply a set of rules: which rule fired on which document and why, with counts; nothing is removed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from chancery.engines.classification.conditions import RulesRefused
from chancery.engines.classification.rules import ReadyRule, RuleSet, ready_rules
from chancery.engines.classification.subjects import Subject
from chancery.foundation.evidence import Reason


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired on a document, and what made it fire."""

    rule: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one document on which at least one fired.

    by: the first suppressing rule in the order of the set, None if only tags fired. suppressed: taken out of review.
    kept_for_family: caught by a suppressing rule but kept, because a member of its family was not.
    """

    key: str
    family: str
    size: int
    fired: tuple[Fired, ...]
    by: str | None
    suppressed: bool
    kept_for_family: bool


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Counts of one rule. caught: it fired. first: and no suppressing rule before it did. only: no other suppressing
    rule fired, so that without it these would stay in review. suppressed: of those caught. size: bytes of caught."""

    rule: str
    caught: int
    first: int
    only: int
    suppressed: int
    size: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One application of a set of rules, kept beside the documents and never in them: taking it away undoes it.

    id: made of rules, parameters, day and documents; the same application has the same id. considered: documents.
    overlaps: pairs of rules with the number of documents on which both fired. waiting: rules whose parameter has no
    value. released: keys that a person put back into review in spite of the rules.
    """

    id: str
    rules_name: str
    rules_version: str
    rules_digest: str
    at: date
    parameters: Mapping[str, Any]
    considered: int
    verdicts: Mapping[str, Verdict]
    counts: tuple[RuleCount, ...]
    overlaps: Mapping[tuple[str, str], int]
    waiting: tuple[str, ...]
    released: frozenset[str] = frozenset()


def apply_rules(
    *, rules: RuleSet, subjects: Iterable[Subject], at: date, parameters: Mapping[str, Any] | None = None
) -> Layer:
    """Apply a set of rules to documents as they stand on a day.

    at: the day that ages are counted from. parameters: replace those of the set; a rule whose parameter has no value
    waits and fires on nothing. With ``families`` whole, a document is suppressed only if all its family is caught.
    Refuses: parameter_missing, value_invalid, key_repeated.
    """
    ready, waiting = ready_rules(rules=rules, parameters=parameters or {}, at=at)
    found, members, keys = _fire(ready, subjects)
    caught_in = Counter(verdict.family for verdict in found if verdict.by is not None)
    whole = rules.families == "whole"
    verdicts = {}
    for verdict in found:
        kept = verdict.by is not None and whole and caught_in[verdict.family] < members[verdict.family]
        verdicts[verdict.key] = Verdict(
            verdict.key,
            verdict.family,
            verdict.size,
            verdict.fired,
            verdict.by,
            verdict.by is not None and not kept,
            kept,
        )
    held = {**rules.parameters, **(parameters or {})}
    return Layer(
        id=_layer_id(rules, held, at, keys),
        rules_name=rules.name,
        rules_version=rules.version,
        rules_digest=rules.digest,
        at=at,
        parameters=held,
        considered=len(keys),
        verdicts=verdicts,
        counts=_counts(ready, verdicts),
        overlaps=_overlaps(verdicts),
        waiting=waiting,
    )


def _fire(ready: tuple[ReadyRule, ...], subjects: Iterable[Subject]) -> tuple[list[Verdict], Counter[str], set[str]]:
    found: list[Verdict] = []
    members: Counter[str] = Counter()
    keys: set[str] = set()
    for subject in subjects:
        if subject.key in keys:
            raise RulesRefused("The document %(key)s comes twice.", code="key_repeated", key=subject.key)
        keys.add(subject.key)
        family = subject.family or subject.key
        members[family] += 1
        fired = []
        by: str | None = None
        for one in ready:
            held = one.evaluate(subject)
            if held is None:
                continue
            fired.append(Fired(one.rule.id, tuple(leaf.reason() for leaf in held)))
            if by is None and one.rule.act == "suppress":
                by = one.rule.id
        if fired:
            found.append(Verdict(subject.key, family, subject.size or 0, tuple(fired), by, False, False))
    return found, members, keys


def _layer_id(rules: RuleSet, parameters: Mapping[str, Any], at: date, keys: set[str]) -> str:
    digest = hashlib.sha256(f"{rules.digest}\x1f{at.isoformat()}\x1f".encode())
    digest.update(json.dumps(parameters, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
    for key in sorted(keys):
        digest.update(b"\x1f" + key.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _counts(ready: tuple[ReadyRule, ...], verdicts: Mapping[str, Verdict]) -> tuple[RuleCount, ...]:
    suppressing = {one.rule.id for one in ready if one.rule.act == "suppress"}
    caught, first, only, out, size = Counter[str](), Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for verdict in verdicts.values():
        names = [one.rule for one in verdict.fired]
        strong = [name for name in names if name in suppressing]
        for name in names:
            caught[name] += 1
            size[name] += verdict.size
            out[name] += verdict.suppressed
        if verdict.by is not None:
            first[verdict.by] += 1
        if len(strong) == 1:
            only[strong[0]] += 1
    return tuple(
        RuleCount(name, caught[name], first[name], only[name], out[name], size[name])
        for name in (one.rule.id for one in ready)
    )


def _overlaps(verdicts: Mapping[str, Verdict]) -> dict[tuple[str, str], int]:
    pairs = Counter(
        pair for verdict in verdicts.values() for pair in combinations([one.rule for one in verdict.fired], 2)
    )
    return dict(sorted(pairs.items()))
