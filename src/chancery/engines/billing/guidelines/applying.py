"""Apply guideline rules to the lines of bills. Pure: the same lines, rules and facts give the same outcome."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.adjusting import ZERO, LineDecision, decide_line
from chancery.engines.billing.guidelines.catalogue import KINDS
from chancery.engines.billing.guidelines.fee_tests import Test
from chancery.engines.billing.guidelines.invoice_tests import Invoice
from chancery.engines.billing.guidelines.seen import Seen, gather, matter_of
from chancery.engines.billing.guidelines.settling import settle
from chancery.engines.billing.guidelines.values import (
    Adjustment,
    Guideline,
    GuidelineFinding,
    Hit,
    InvoiceOutcome,
    Outcome,
    Scope,
    Setting,
    Severity,
)
from chancery.engines.billing.narratives import Reading
from chancery.foundation.money import minor_digits

EVERYWHERE = Scope()
TRAVEL = "A112"


@dataclass(frozen=True, slots=True)
class _Tests:
    """Rules for lines of one kind. plain: those that can fire though the narrative raises no question."""

    all: list[tuple[Guideline, Test]]
    plain: list[tuple[Guideline, Test]]


@dataclass(slots=True)
class _Run:
    """One application: rules ready to test lines, and what they found."""

    setting: Setting
    seen: Seen
    tests: list[tuple[Guideline, Test]] = field(default_factory=list)
    scoped: bool = False
    chosen: dict[tuple[object, ...], _Tests] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)
    findings: list[GuidelineFinding] = field(default_factory=list)
    rows: list[Adjustment] = field(default_factory=list)


def apply_rules(*, lines: Sequence[Line], rules: Sequence[Guideline], setting: Setting, currency: str = "") -> Outcome:
    """Test every line and invoice, and cut what the rules cut.

    currency: of bills whose format does not name one; without it amounts have two decimal places. Steps: single
    lines (``adjusting.decide_line``), then cap and discounts of the invoice, then tax again. The order of the lines
    does not matter. Rules whose facts are not known are listed in ``silent`` and say nothing.
    """
    silent = {rule.id: KINDS[rule.kind].needs for rule in rules if not _known(rule, setting)}
    active = [rule for rule in rules if rule.id not in silent]
    pairs = next((rule for rule in active if rule.kind == "duplicate"), None)
    params: Mapping[str, object] = pairs.params if pairs else {}
    seen = gather(
        lines=lines,
        near_days=int(str(params.get("days", 7))),
        near_score=float(str(params.get("score", 90))),
        want_pairs=pairs is not None,
    )
    run = _Run(setting, seen)
    for rule in active:
        maker = KINDS[rule.kind].line_test
        if maker is not None:
            test = maker(rule, setting, seen)
            if test is not None:
                run.tests.append((rule, test))
        run.scoped = run.scoped or rule.scope != EVERYWHERE
        words = [rule.id, rule.version, dict(rule.params)]
        run.said[rule.id] = json.dumps(words, sort_keys=True, default=str).encode()
    invoices: dict[tuple[str, str], list[Line]] = defaultdict(list)
    readings: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for line, reading in zip(lines, seen.readings, strict=True):
        invoices[line.firm, line.invoice].append(line)
        readings[line.firm, line.invoice].append(reading)
    outcomes = [
        _judge(run, active, place[1], held, readings[place], currency) for place, held in sorted(invoices.items())
    ]
    return Outcome(
        tuple(sorted(run.findings, key=lambda item: (item.invoice, item.line or 0, item.number, item.rule))),
        tuple(run.rows),
        tuple(outcomes),
        silent,
        len(lines),
    )


def _known(rule: Guideline, setting: Setting) -> bool:
    needs = KINDS[rule.kind].needs
    if needs in ("percent", "tiers"):
        return bool(rule.params.get(needs)) and str(rule.params[needs]) != "0"
    if needs == "currencies or matters":
        return bool(rule.params.get("currencies")) or setting.matters is not None
    return not needs or getattr(setting, needs) is not None


def _judge(
    run: _Run, rules: Sequence[Guideline], number: str, lines: list[Line], readings: list[Reading], currency: str
) -> InvoiceOutcome:
    named = min({line.currency for line in lines if line.currency}, default=currency)
    digits = minor_digits(named) if named else 2
    approved: list[Decimal] = []
    for line, reading in zip(lines, readings, strict=True):
        approved.append(_judge_line(run, line, reading, _rules_for(run, line), digits))
    total = sum(approved, ZERO)
    fees = sum((amount for amount, line in zip(approved, lines, strict=True) if line.type in ("F", "IF")), ZERO)
    invoice = Invoice(number, lines, total, fees)
    hits = []
    for rule in rules:
        test = KINDS[rule.kind].invoice_test
        if test is not None and _holds_for_invoice(run.setting, rule, lines):
            hits += [Hit(rule, number, None, *result) for result in test(rule, run.setting, invoice)]
    settled = settle(invoice=number, hits=hits, lines=lines, approved=approved, digits=digits)
    run.rows += settled.rows
    records = "\n".join(sorted(line.raw for line in lines)) if hits else ""
    for place, hit in enumerate(hits):
        severity: Severity = hit.rule.severity
        if severity in ("adjust", "reject_line") and hit.step is None:
            severity = "warn"
        taken = settled.taken.get(place, ZERO)
        ahead = settled.ahead if settled.alone[place] > 0 and not taken else ""
        run.findings.append(_finding(run, hit, severity, settled.alone[place], taken, ahead, records))
    submitted = sum((line.amount for line in lines), ZERO)
    rejected = any(hit.rule.severity == "reject_invoice" for hit in hits)
    return InvoiceOutcome(
        number,
        named,
        submitted,
        submitted - settled.approved,
        settled.approved,
        sum((line.tax for line in lines), ZERO),
        settled.tax,
        rejected,
    )


def _judge_line(run: _Run, line: Line, reading: Reading, tests: _Tests, digits: int) -> Decimal:
    hits = []
    for rule, test in tests.plain if reading.plain and line.activity != TRAVEL else tests.all:
        result = test(line, reading)
        if result is not None:
            hits.append(Hit(rule, line.invoice, line, *result))
    if not hits:
        return line.amount
    decision = decide_line(line=line, hits=hits, digits=digits)
    run.rows += decision.rows
    _note(run, line, hits, decision)
    return decision.approved


def _note(run: _Run, line: Line, hits: Sequence[Hit], decision: LineDecision) -> None:
    ahead = hits[decision.winner].rule.id if decision.winner is not None else ""
    for place, hit in enumerate(hits):
        severity: Severity = hit.rule.severity
        if severity in ("adjust", "reject_line") and hit.step is None:
            severity = "warn"
        taken, alone = decision.taken.get(place, ZERO), decision.alone[place]
        beaten = ahead if alone > 0 and not taken and ahead != hit.rule.id else ""
        run.findings.append(_finding(run, hit, severity, alone, taken, beaten, line.raw))


def _rules_for(run: _Run, line: Line) -> _Tests:
    """The rules for lines of this kind, client, firm, matter, phase and invoice date; remembered by those."""
    place: tuple[object, ...] = (line.type, line.invoice_date)
    if run.scoped:
        place = (*place, line.client, line.firm, matter_of(line), line.task)
    held = run.chosen.get(place)
    if held is None:
        kind = {"F": "fee", "E": "expense"}.get(line.type, "")
        chosen = [
            (rule, test)
            for rule, test in run.tests
            if kind and KINDS[rule.kind].on in (kind, "line") and _holds(run.setting, rule, line)
        ]
        held = run.chosen[place] = _Tests(chosen, [item for item in chosen if not KINDS[item[0].kind].words])
    return held


def _holds(setting: Setting, rule: Guideline, line: Line) -> bool:
    scope = rule.scope
    matter = matter_of(line)
    known = (setting.matters or {}).get(matter)
    tests: Iterable[tuple[frozenset[str], str]] = (
        (scope.clients, line.client),
        (scope.firms, line.firm),
        (scope.matters, matter),
        (scope.matter_types, known.type if known else ""),
    )
    if any(wanted and value not in wanted for wanted, value in tests):
        return False
    phase = f"{line.task[:-2]}00" if line.task[-3:].isdigit() else line.task
    if scope.phases and scope.phases.isdisjoint((line.task, phase)):
        return False
    return rule.holds_on(line.invoice_date)


def _holds_for_invoice(setting: Setting, rule: Guideline, lines: Sequence[Line]) -> bool:
    return any(_holds(setting, rule, line) for line in lines)


def _hashed(run: _Run, hit: Hit, looked_at: str) -> str:
    """Hash of the rule with its version and parameters, what it saw, and the records as submitted."""
    detail = "\x1f".join(f"{name}={value}" for name, value in hit.detail.items())
    text = f"\x1e{detail}\x1e{looked_at}".encode("utf-8", "replace")
    return blake2b(run.said[hit.rule.id] + text, digest_size=16).hexdigest()


def _finding(
    run: _Run, hit: Hit, severity: Severity, alone: Decimal, taken: Decimal, ahead: str, looked_at: str
) -> GuidelineFinding:
    rule, line = hit.rule, hit.line
    return GuidelineFinding(
        rule.id,
        rule.number,
        rule.version,
        severity,
        rule.reason_code,
        hit.invoice,
        line.line if line is not None else None,
        line.number if line is not None else "",
        rule.text,
        rule.text_zh,
        hit.detail,
        alone,
        taken,
        ahead,
        rule.appeal_days,
        _hashed(run, hit, looked_at),
    )
