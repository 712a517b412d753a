"""Rule sets of a matter: written, tried with counts, checked by a sample, applied as one act, taken back as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies
from chancery.apps.documents.act_records import RuleLine, RuleSample, RuleSetRecord
from chancery.apps.documents.change_kinds import DECIDERS
from chancery.apps.documents.changes import set_aside_now, undo_change
from chancery.apps.documents.models import Document, RuleSet
from chancery.engines.classification.applying import Layer, apply_rules
from chancery.engines.classification.checking import RuleEstimate, draw_sample, estimate
from chancery.engines.classification.checking import RuleSample as Drawn
from chancery.engines.classification.rules import default_rules, read_rules
from chancery.engines.classification.subjects import Subject, subject_from_record
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_role
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.jobs.actions import enqueue

Advance = Callable[[int, int], None]
TRY: Final = "documents.try_rules"
APPLY: Final = "documents.apply_rules"
PIECE: Final = 1_000
SAMPLE: Final = 50
"""Documents of one rule that a person reads, at most."""
BY_RULE: Final = "rule"


class NameTaken(Refused):
    """Another rule set of the matter has this name."""

    code = "name_taken"


class NotTried(Refused):
    """A set is tried before it is applied, and applied once."""

    code = "not_tried"


def offered_rules() -> list[tuple[str, str, str, str, tuple[str, ...]]]:
    """Return (id, English name, Chinese name, group, parameters needed) of the published rules that set aside."""
    return [
        (rule.id, rule.name.get("en", rule.id), rule.name.get("zh-Hans", ""), rule.group, rule.needs)
        for rule in default_rules().rules
        if rule.act == "suppress"
    ]


def write_rules(
    *,
    actor: Actor,
    matter_id: str,
    name: str,
    at: datetime,
    chosen: Collection[str] = (),
    parameters: Mapping[str, Any] | None = None,
    own: str = "",
) -> str:
    """Write a rule set of the published rules that are chosen, or of own rules as JSON; returns its id.

    parameters: values of ``relevant_from``, ``relevant_to`` (ISO days), ``oldest_days``, ``excluded_domains``.
    Refused: ``rules_invalid`` and its like with the place of the fault, ``name_taken``.
    """
    matter = policies.matter(actor, matter_id)
    require_role(actor, *DECIDERS)
    data = _own(own) if own.strip() else _published(chosen)
    held = {key: value for key, value in (parameters or {}).items() if value not in (None, "", [])}
    data = {**data, "parameters": {**data.get("parameters", {}), **held}}
    read_rules(data=data)
    try:
        with transaction.atomic():
            row = RuleSet.objects.create(
                tenant_id=matter.tenant_id,
                matter_id=matter_id,
                name=" ".join(name.split())[:100] or "–",
                rules=data,
                created_by_label=actor.label,
                created_at=at,
            )
            _record(actor, row, "rules.written", at)
    except IntegrityError as clash:
        raise NameTaken(gettext_noop("Another rule set has this name."), name=name) from clash
    return row.id


@transaction.atomic
def ask_for_rules(*, actor: Actor, rule_set_id: str, apply: str, at: datetime) -> None:
    """Have a rule set tried or applied in the background. apply: "try" or "apply".

    Refused ``not_tried`` for one that was not tried before it is applied, or is applied already.
    """
    require_role(actor, *DECIDERS)
    row = _locked(actor, rule_set_id)
    if apply == "apply" and row.state != RuleSet.State.TRIED:
        raise NotTried(gettext_noop("Try the rules first: the counts are what you decide by."))
    if row.state == RuleSet.State.APPLIED:
        raise NotTried(gettext_noop("The rules are applied. Take them back before you try them again."))
    enqueue(
        name=APPLY if apply == "apply" else TRY,
        tenant_id=row.tenant_id,
        matter_id=row.matter_id,
        payload={"rule_set_id": row.id},
        actor=actor,
        at=at,
        idempotency_key=f"{APPLY if apply == 'apply' else TRY}:{row.id}:{at.isoformat()}",
    )


def try_rules(*, actor: Actor, rule_set_id: str, at: datetime, advance: Advance) -> None:
    """Try a rule set on every document of its matter: counts and a sample a rule; nothing is set aside."""
    row = policies.rule_set(actor, rule_set_id)
    layer = _layer(row, at, advance)
    samples = {}
    for count in layer.counts:
        drawn = draw_sample(layer=layer, rule=count.rule, seed=row.id, size=SAMPLE)
        samples[count.rule] = {"keys": list(drawn.keys), "caught": drawn.caught, "wrong": None}
    with transaction.atomic():
        row = RuleSet.objects.select_for_update().get(id=row.id)
        if row.state == RuleSet.State.APPLIED:
            return
        row.counts, row.sample = _counts(layer), samples
        row.state, row.tried_at, row.change = RuleSet.State.TRIED, at, None
        row.save(update_fields=["counts", "sample", "state", "tried_at", "change"])
        _record(actor, row, "rules.tried", at)


def carry_out_rules(*, actor: Actor, rule_set_id: str, at: datetime, advance: Advance) -> None:
    """Set aside what a tried rule set takes out of review, as one act that can be taken back. Safe to repeat."""
    row = policies.rule_set(actor, rule_set_id)
    if row.state != RuleSet.State.TRIED or row.change_id:
        return
    layer = _layer(row, row.tried_at or at, advance)
    ids = [key for key, verdict in layer.verdicts.items() if verdict.suppressed]
    place = (row.tenant_id, row.matter_id)
    change_id = set_aside_now(actor=actor, place=place, value=BY_RULE, ids=ids or [""], at=at)
    with transaction.atomic():
        row = RuleSet.objects.select_for_update().get(id=row.id)
        row.state, row.change_id = RuleSet.State.APPLIED, change_id
        row.save(update_fields=["state", "change"])
        _record(actor, row, "rules.applied", at)


def undo_rules(*, actor: Actor, rule_set_id: str, at: datetime) -> None:
    """Bring back everything a rule set took out. Refused ``cannot_be_taken_back`` for one that is not applied."""
    row = policies.rule_set(actor, rule_set_id)
    require_role(actor, *DECIDERS)
    if row.state != RuleSet.State.APPLIED or row.change_id is None:
        raise NotTried(gettext_noop("These rules are not applied."))
    undo_change(actor=actor, change_id=row.change_id, at=at)
    with transaction.atomic():
        row = _locked(actor, rule_set_id)
        row.state = RuleSet.State.UNDONE
        row.save(update_fields=["state"])
        _record(actor, row, "rules.undone", at)


@transaction.atomic
def check_sample(*, actor: Actor, rule_set_id: str, rule: str, wrong: Collection[str], at: datetime) -> None:
    """Keep what a person found in the sample of a rule. wrong: ids of documents that should not be set aside."""
    require_role(actor, *DECIDERS)
    row = _locked(actor, rule_set_id)
    held = dict(row.sample).get(rule) if isinstance(row.sample, dict) else None
    if held is None:
        raise NotFound
    found = [key for key in held["keys"] if key in set(wrong)]
    row.sample = {**row.sample, rule: {**held, "wrong": found, "by": actor.label, "at": at.isoformat()}}
    row.save(update_fields=["sample"])
    _record(actor, row, "rules.checked", at, {"rule": rule, "sampled": len(held["keys"]), "wrong": len(found)})


def rule_sets(*, actor: Actor, matter_id: str) -> list[RuleSetRecord]:
    """Return the rule sets of a matter, newest first. Raises NotFound for a hidden matter."""
    policies.matter(actor, matter_id)
    rows = policies.rule_sets_for(actor).filter(matter_id=matter_id).order_by("-created_at", "-id")
    return [_set_record(row) for row in rows[:100]]


def rule_set(*, actor: Actor, rule_set_id: str) -> RuleSetRecord:
    """Return one rule set or raise NotFound."""
    return _set_record(policies.rule_set(actor, rule_set_id))


def sample_of(*, actor: Actor, rule_set_id: str, rule: str) -> RuleSample:
    """Return the sample of a rule with what was found in it. Raises NotFound for an unknown rule."""
    row = policies.rule_set(actor, rule_set_id)
    held = row.sample.get(rule) if isinstance(row.sample, dict) else None
    if held is None:
        raise NotFound
    return RuleSample(rule, tuple(held["keys"]), held["caught"], held["wrong"] is not None, tuple(held["wrong"] or ()))


def _set_record(row: RuleSet) -> RuleSetRecord:
    rules = read_rules(data=row.rules)
    counts = row.counts or {}
    lines = []
    for rule in rules.rules:
        count = counts.get("rules", {}).get(rule.id, {})
        lines.append(
            RuleLine(
                id=rule.id,
                name=rule.name.get("en", rule.id),
                name_zh=rule.name.get("zh-Hans", ""),
                group=rule.group,
                suppresses=rule.act == "suppress",
                waiting=rule.id in counts.get("waiting", []),
                caught=count.get("caught", 0),
                first=count.get("first", 0),
                only=count.get("only", 0),
                suppressed=count.get("suppressed", 0),
                size=count.get("size", 0),
                check=_estimate(row, rule.id),
            )
        )
    return RuleSetRecord(
        id=row.id,
        matter_id=row.matter_id,
        name=row.name,
        state=row.state,
        considered=counts.get("considered", 0),
        suppressed=counts.get("suppressed", 0),
        lines=tuple(lines),
        parameters={key: value for key, value in rules.parameters.items() if value is not None},
        tried_at=row.tried_at,
        change_id=row.change_id,
        created_by=row.created_by_label,
        created_at=row.created_at,
    )


def _estimate(row: RuleSet, rule: str) -> RuleEstimate | None:
    """Return how many documents the rule catches wrongly by the sample a person read, None before that."""
    held = row.sample.get(rule) if isinstance(row.sample, dict) else None
    if not held or held["wrong"] is None or not held["keys"]:
        return None
    drawn = Drawn("", rule, row.id, held["caught"], tuple(held["keys"]))
    return estimate(drawn=drawn, wrong=held["wrong"])


def _layer(row: RuleSet, at: datetime, advance: Advance) -> Layer:
    total = Document.objects.filter(matter_id=row.matter_id).exclude(status="container").count()
    return apply_rules(
        rules=read_rules(data=row.rules), subjects=_subjects(row.matter_id, total, advance), at=at.date()
    )


def _subjects(matter_id: str, total: int, advance: Advance) -> Iterator[Subject]:
    """Yield the documents of a matter as rules see them, containers left out."""
    fields = (
        "id", "family_id", "parent_id", "name", "kind", "media_type", "size", "text_length", "language", "custodian",
        "sort_date", "duplicate_of_id", "near_group", "near_similarity", "exception", "sequence", "detail__path",
        "detail__metadata",
    )  # fmt: skip
    rows = Document.objects.filter(matter_id=matter_id).exclude(status="container").order_by("sequence")
    last, done = 0, 0
    while piece := list(rows.filter(sequence__gt=last).values(*fields)[:PIECE]):
        for values in piece:
            yield _subject(values)
        last, done = piece[-1]["sequence"], done + len(piece)
        advance(min(done, total), total)


def _subject(values: Mapping[str, Any]) -> Subject:
    metadata = {**(values["detail__metadata"] or {}), "custodian": values["custodian"]}
    similarity = values["near_similarity"]
    return subject_from_record(
        record={
            **values,
            "path": values["detail__path"] or "",
            "metadata": metadata,
            "duplicate_of": values["duplicate_of_id"],
            "near_duplicate_group": values["near_group"] or None,
            "near_duplicate_similarity": None if similarity is None else similarity / 1000,
        }
    )


def _counts(layer: Layer) -> dict[str, Any]:
    return {
        "considered": layer.considered,
        "suppressed": sum(1 for verdict in layer.verdicts.values() if verdict.suppressed),
        "waiting": list(layer.waiting),
        "rules": {
            count.rule: {
                "caught": count.caught,
                "first": count.first,
                "only": count.only,
                "suppressed": count.suppressed,
                "size": count.size,
            }
            for count in layer.counts
        },
    }


def _own(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    read_rules(data=data)
    return dict(data)


def _published(chosen: Collection[str]) -> dict[str, Any]:
    text = (files("chancery.engines.classification") / "data" / "default_rules.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    kept: Sequence[dict[str, Any]] = [rule for rule in data["rules"] if not chosen or rule["id"] in chosen]
    return {**data, "rules": list(kept)}


def _locked(actor: Actor, rule_set_id: str) -> RuleSet:
    policies.rule_set(actor, rule_set_id)
    return RuleSet.objects.select_for_update().get(id=rule_set_id)


def _record(actor: Actor, row: RuleSet, act: str, at: datetime, detail: dict[str, Any] | None = None) -> None:
    counts = row.counts if isinstance(row.counts, dict) else {}
    record(
        tenant_id=row.tenant_id,
        actor=actor,
        act=act,
        object_type="rule_set",
        object_id=row.id,
        matter_id=row.matter_id,
        label=row.name,
        at=at,
        after={"state": row.state, "considered": counts.get("considered"), "suppressed": counts.get("suppressed")},
        detail=detail,
    )
