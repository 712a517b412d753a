"""What a finished or running review can claim, as data: the figures a validation report is written from."""

from __future__ import annotations

from dataclasses import dataclass

from chancery.engines.review.intervals import Estimate, recall_of_sample, share
from chancery.engines.review.ledger import Coded, Ledger
from chancery.engines.review.measures import Cost, costs
from chancery.engines.review.stopping import GUARANTEED, RULES, Stop, StoppingRefused, decide_stop


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Every figure of a review and what it rests on; shares between 0 and 1, limits two-sided and exact.

    richness, recall, elusion: from the hidden sample, None where it cannot say. precision: counted, so without limits.
    rules: answer of every rule that can be asked of this record. reached: reading to each target, only once
    every document was read, so that the truth is known. changed: decisions that were changed later.
    """

    documents: int
    read: int
    relevant: int
    changed: int
    collection: str
    model: str
    confidence: float
    sample_size: int
    sample_relevant: int
    sample_seen: int
    precision: Estimate | None
    richness: Estimate | None
    recall: Estimate | None
    elusion: Estimate | None
    rules: tuple[Stop, ...]
    reached: tuple[Cost, ...]


def validate(*, ledger: Ledger, target: float = 0.8, confidence: float = 0.95) -> ValidationReport:
    """Draw up the figures of a review from its ledger.

    Refuses: nothing_read, target_invalid, confidence_invalid.
    """
    progress = ledger.progress()
    decide_stop(rule="half", progress=progress, target=target, confidence=confidence)
    labels = ledger.labels()
    coded = [event for event in ledger.events if isinstance(event, Coded)]
    relevant = [event for event in coded if event.relevant]
    seen = sum(event.row in labels for event in relevant)
    unread = [event for event in coded if event.row not in labels]
    answers = []
    for rule in RULES:
        try:
            answers.append(decide_stop(rule=rule, progress=progress, target=target, confidence=confidence))
        except StoppingRefused:
            continue
    rate = progress.relevant / progress.read
    complete = progress.read == progress.documents
    return ValidationReport(
        documents=progress.documents,
        read=progress.read,
        relevant=progress.relevant,
        changed=sum(labels[one.row] != one.relevant for one in ledger.decisions()),
        collection=ledger.head.collection,
        model=ledger.head.model,
        confidence=confidence,
        sample_size=len(coded),
        sample_relevant=len(relevant),
        sample_seen=seen,
        precision=Estimate(rate, rate, rate, progress.relevant, progress.read),
        richness=share(found=len(relevant), sampled=len(coded), confidence=confidence) if coded else None,
        recall=recall_of_sample(turned_up=seen, relevant=len(relevant), confidence=confidence) if relevant else None,
        elusion=share(found=sum(event.relevant for event in unread), sampled=len(unread), confidence=confidence)
        if unread
        else None,
        rules=tuple(sorted(answers, key=lambda one: one.rule not in GUARANTEED)),
        reached=costs(found=progress.found, relevant=progress.relevant, documents=progress.documents)
        if complete
        else (),
    )
