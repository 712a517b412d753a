"""Old invoices under changed rules, and lines that carry the decisions already taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chancery.engines.billing.bill_lines import Line
from chancery.engines.billing.guidelines.adjusting import ZERO
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.values import Adjustment, Guideline, Outcome, Setting


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What a change of rules does under one rule id: findings and cuts before and after."""

    rule: str
    findings_before: int
    findings_after: int
    cut_before: Decimal
    cut_after: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """Money effect of changed rules on the same lines. change: after minus before; positive saves the client more."""

    cut_before: Decimal
    cut_after: Decimal
    change: Decimal
    rules: tuple[RuleEffect, ...]
    lines_changed: tuple[str, ...]


def replay(
    *,
    lines: Sequence[Line],
    before: Sequence[Guideline],
    after: Sequence[Guideline],
    setting: Setting,
    currency: str = "",
) -> Effect:
    """Apply two sets of rules to the same submitted lines; nothing submitted is ever changed.

    Rules of invoices (cap, discounts) count under their own id. lines_changed: keys of lines whose approved amount
    differs, sorted.
    """
    first = apply_rules(lines=lines, rules=before, setting=setting, currency=currency)
    second = apply_rules(lines=lines, rules=after, setting=setting, currency=currency)
    ids = sorted({finding.rule for outcome in (first, second) for finding in outcome.findings})
    effects = []
    for rule in ids:
        (found_before, cut_before), (found_after, cut_after) = _count(first, rule), _count(second, rule)
        effects.append(RuleEffect(rule, found_before, found_after, cut_before, cut_after))
    cuts = [sum((invoice.cut for invoice in outcome.invoices), ZERO) for outcome in (first, second)]
    ends = [_ends(outcome) for outcome in (first, second)]
    changed = {key for key in {*ends[0], *ends[1]} if ends[0].get(key) != ends[1].get(key)}
    return Effect(cuts[0], cuts[1], cuts[1] - cuts[0], tuple(effects), tuple(sorted(changed)))


def _count(outcome: Outcome, rule: str) -> tuple[int, Decimal]:
    found = [finding for finding in outcome.findings if finding.rule == rule]
    return len(found), sum((finding.cut for finding in found), ZERO)


def _ends(outcome: Outcome) -> Mapping[str, Decimal]:
    return {f"{row.invoice}/{row.line_number}": row.after for row in outcome.adjustments if row.line is not None}


def decided(*, lines: Sequence[Line], outcome: Outcome) -> list[Line]:
    """The lines with their approved amounts, marked with the decisions taken, so that these are not taken again.

    Rates and units stay as submitted; the cut is carried as an adjustment, as a receiver would show it.
    """
    taken: dict[int, list[Adjustment]] = defaultdict(list)
    for row in outcome.adjustments:
        if row.line is not None:
            taken[row.line].append(row)
    after = []
    for line in lines:
        rows = taken.get(line.line, [])
        if not rows:
            after.append(line)
            continue
        cut = sum((row.before - row.after for row in rows), ZERO)
        marks = line.applied | {
            (finding.rule, finding.version) for finding in outcome.findings if finding.line == line.line
        }
        after.append(line._replace(amount=line.amount - cut, adjustment=line.adjustment - cut, applied=marks))
    return after
