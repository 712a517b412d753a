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
from chancery.engines.billing.guidelines.fee_tests import Narrowed, Test
from chancery.engines.billing.guidelines.invoice_tests import Invoice
from chancery.engines.billing.guidelines.seen import Columns, Seen, columns_of, gather, matter_of
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
)
from chancery.engines.billing.narratives import Reading
from chancery.foundation.money import minor_digits

EVERYWHERE = Scope()
# Types of lines with rules of their own, and what a kind of rule may look at there.
LOOKED_AT = {"F": ("fee", "line"), "E": ("expense", "line")}


@dataclass(slots=True)
class _Run:
    """One application. asked: the tests each line is put to, by its place; lines that cannot fail any are absent."""

    setting: Setting
    seen: Seen
    asked: dict[int, list[tuple[Guideline, Test]]] = field(default_factory=lambda: defaultdict(list))
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
    columns = {kind: columns_of(lines=lines, readings=seen.readings, kind=kind) for kind in LOOKED_AT}
    for rule in active:
        _ask(run, rule, columns)
        words = [rule.id, rule.version, dict(rule.params)]
        run.said[rule.id] = json.dumps(words, sort_keys=True, default=str).encode()
    invoices: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        invoices[line.firm, line.invoice].append(place)
    outcomes = [_judge(run, active, key[1], lines, held, currency) for key, held in sorted(invoices.items())]
    return Outcome(
        tuple(sorted(run.findings, key=lambda item: (item.invoice, item.line or 0, item.number, item.rule))),
        tuple(run.rows),
        tuple(outcomes),
        silent,
        len(lines),
    )


def _ask(run: _Run, rule: Guideline, columns: Mapping[str, Columns]) -> None:
    """Note the lines that a rule holds for and that may fail its test."""
    kind = KINDS[rule.kind]
    made = kind.line_test(rule, run.setting, run.seen) if kind.line_test is not None else None
    if made is None:
        return
    for type_, looked_at in LOOKED_AT.items():
        held = columns[type_]
        if kind.on not in looked_at or not held.lines:
            continue
        if isinstance(made, Narrowed):
            test, among = made.test, made.among(held)
        else:
            test, among = made, held.worded if kind.words else list(range(len(held.lines)))
        item, limited = (rule, test), _limited(rule)
        for at in among:
            if not limited or _holds(run.setting, rule, held.lines[at]):
                run.asked[held.places[at]].append(item)


def _limited(rule: Guideline) -> bool:
    return rule.scope != EVERYWHERE or rule.in_force_from is not None or rule.in_force_to is not None


def _known(rule: Guideline, setting: Setting) -> bool:
    needs = KINDS[rule.kind].needs
    if needs in ("percent", "tiers"):
        return bool(rule.params.get(needs)) and str(rule.params[needs]) != "0"
    if needs == "currencies or matters":
        return bool(rule.params.get("currencies")) or setting.matters is not None
    return not needs or getattr(setting, needs) is not None


def _judge(
    run: _Run, rules: Sequence[Guideline], number: str, all_lines: Sequence[Line], places: list[int], currency: str
) -> InvoiceOutcome:
    lines = [all_lines[place] for place in places]
    named = min({line.currency for line in lines if line.currency}, default=currency)
    digits = minor_digits(named) if named else 2
    approved = [
        _judge_line(run, line, run.seen.readings[place], run.asked[place], digits)
        if place in run.asked
        else line.amount
        for place, line in zip(places, lines, strict=True)
    ]
    invoice = _invoice(number, lines, approved)
    hits = []
    for rule in rules:
        test = KINDS[rule.kind].invoice_test
        if test is not None and _holds_for_invoice(run.setting, rule, lines):
            hits += [Hit(rule, number, None, *result) for result in test(rule, run.setting, invoice)]
    settled = settle(invoice=number, hits=hits, lines=lines, approved=approved, digits=digits)
    run.rows += settled.rows
    records = "\n".join(sorted(line.raw for line in lines)) if hits else ""
    for place, hit in enumerate(hits):
        taken = settled.taken.get(place, ZERO)
        ahead = settled.ahead if settled.alone[place] > 0 and not taken else ""
        run.findings.append(_finding(run, hit, settled.alone[place], taken, ahead, records))
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


def _invoice(number: str, lines: list[Line], approved: Sequence[Decimal]) -> Invoice:
    by_matter: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_matter[line.client_matter or line.matter].append(line)
    fees = sum((amount for amount, line in zip(approved, lines, strict=True) if line.type in ("F", "IF")), ZERO)
    return Invoice(number, lines, sum(approved, ZERO), fees, by_matter)


def _judge_line(
    run: _Run, line: Line, reading: Reading, tests: Sequence[tuple[Guideline, Test]], digits: int
) -> Decimal:
    hits = []
    for rule, test in tests:
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
        taken, alone = decision.taken.get(place, ZERO), decision.alone[place]
        beaten = ahead if alone > 0 and not taken and ahead != hit.rule.id else ""
        run.findings.append(_finding(run, hit, alone, taken, beaten, line.raw))


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


def _finding(run: _Run, hit: Hit, alone: Decimal, taken: Decimal, ahead: str, looked_at: str) -> GuidelineFinding:
    rule, line, severity = hit.rule, hit.line, hit.rule.severity
    if severity in ("adjust", "reject_line") and hit.step is None:
        severity = "warn"
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
