"""Richness, elusion, precision and recall of a review with exact limits, which may carry reviewer error."""

from __future__ import annotations

from dataclasses import dataclass

from chancery.foundation.errors import Refused
from chancery.foundation.statistics import clopper_pearson


class IntervalRefused(Refused):
    """Counts from which nothing can be estimated."""

    code = "interval_refused"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share between 0 and 1 with its two-sided limits, and the counts it rests on."""

    value: float
    low: float
    high: float
    found: int
    sampled: int


@dataclass(frozen=True, slots=True)
class ReviewerError:
    """How often first decisions were wrong, counted in a second look taken as the truth.

    missed of relevant_checked: truly relevant documents coded not relevant. wrong of other_checked: truly not
    relevant ones coded relevant.
    """

    missed: int
    relevant_checked: int
    wrong: int
    other_checked: int


def share(*, found: int, sampled: int, confidence: float = 0.95, error: ReviewerError | None = None) -> Estimate:
    """Estimate a share (richness, elusion, precision) from a simple random sample.

    found, sampled: as coded. With an error the share is corrected, (coded − wrong) / (1 − missed − wrong), and
    the limits are the extremes over three exact intervals that share the error probability equally, so the
    confidence holds whatever the sizes. Refuses: counts_invalid, confidence_invalid, error_too_large.
    Methods: Clopper and Pearson, Biometrika 26 (1934) 404–413; Rogan and Gladen, American Journal of
    Epidemiology 107 (1978) 71–76.
    """
    if not 0 < confidence < 1:
        raise IntervalRefused("A confidence lies between 0 and 1, both excluded.", code="confidence_invalid")
    for part, whole in ((found, sampled), *_counts(error)):
        if whole <= 0 or not 0 <= part <= whole:
            raise IntervalRefused(
                "Of %(whole)s documents sampled, %(part)s cannot have been found.",
                code="counts_invalid",
                part=part,
                whole=whole,
            )
    if error is None:
        limits = clopper_pearson(found=found, sampled=sampled, confidence=confidence)
        return Estimate(found / sampled, limits.low, limits.high, found, sampled)
    third = 1 - (1 - confidence) / 3
    coded = clopper_pearson(found=found, sampled=sampled, confidence=third)
    missed = clopper_pearson(found=error.missed, sampled=error.relevant_checked, confidence=third)
    wrong = clopper_pearson(found=error.wrong, sampled=error.other_checked, confidence=third)
    if missed.high + wrong.high >= 1:
        raise IntervalRefused(
            "The second look leaves open whether first decisions are better than chance; check more documents.",
            code="error_too_large",
        )
    value = _corrected(found / sampled, error.missed / error.relevant_checked, error.wrong / error.other_checked)
    corners = [
        _corrected(rate, miss, over)
        for rate in (coded.low, coded.high)
        for miss in (missed.low, missed.high)
        for over in (wrong.low, wrong.high)
    ]
    return Estimate(value, min(corners), max(corners), found, sampled)


def recall_of_sample(*, turned_up: int, relevant: int, confidence: float = 0.95) -> Estimate:
    """Estimate recall directly: of the relevant documents of a hidden random sample, how many the review found."""
    return share(found=turned_up, sampled=relevant, confidence=confidence)


def recall_from_elusion(
    *,
    found: int,
    unreviewed: int,
    missed: int,
    sampled: int,
    confidence: float = 0.95,
    error: ReviewerError | None = None,
    read: int | None = None,
) -> Estimate:
    """Estimate recall from a random sample of the documents that were not reviewed.

    found: relevant documents of the review. unreviewed: documents left. missed of sampled: relevant documents
    in the sample. Recall is found / (found + elusion × unreviewed); its limits are those of elusion, exactly.
    With an error both sides are put to the second look's standard: the review's own finds are corrected over
    ``read`` documents too, and the error probability is shared. Refuses also: read_missing.
    """
    if error is None:
        elusion = share(found=missed, sampled=sampled, confidence=confidence)
        return Estimate(
            _recall(found, elusion.value * unreviewed),
            _recall(found, elusion.high * unreviewed),
            _recall(found, elusion.low * unreviewed),
            missed,
            sampled,
        )
    if read is None or read < found or read <= 0:
        raise IntervalRefused(
            "To carry reviewer error into recall, give how many documents were read.", code="read_missing"
        )
    half = 1 - (1 - confidence) / 2
    elusion = share(found=missed, sampled=sampled, confidence=half, error=error)
    # The review's own finds are a count, not a sample: only the error of coding is uncertain.
    miss = clopper_pearson(found=error.missed, sampled=error.relevant_checked, confidence=1 - (1 - half) / 2)
    over = clopper_pearson(found=error.wrong, sampled=error.other_checked, confidence=1 - (1 - half) / 2)
    rate = found / read
    truly = [_corrected(rate, m, w) * (1 - m) * read for m in (miss.low, miss.high) for w in (over.low, over.high)]
    lost = [_corrected(rate, m, w) * m * read for m in (miss.low, miss.high) for w in (over.low, over.high)]
    plain_miss, plain_over = error.missed / error.relevant_checked, error.wrong / error.other_checked
    middle = _corrected(rate, plain_miss, plain_over) * read
    return Estimate(
        _recall(middle * (1 - plain_miss), middle * plain_miss + elusion.value * unreviewed),
        _recall(min(truly), max(lost) + elusion.high * unreviewed),
        _recall(max(truly), min(lost) + elusion.low * unreviewed),
        missed,
        sampled,
    )


def _recall(found: float, left: float) -> float:
    return found / (found + left) if found + left else 1.0


def _corrected(rate: float, missed: float, wrong: float) -> float:
    return min(1.0, max(0.0, (rate - wrong) / (1 - missed - wrong)))


def _counts(error: ReviewerError | None) -> tuple[tuple[int, int], ...]:
    if error is None:
        return ()
    return ((error.missed, error.relevant_checked), (error.wrong, error.other_checked))
