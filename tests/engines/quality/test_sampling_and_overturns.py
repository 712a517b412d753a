"""Samples anyone can draw again, and overturns with honest intervals."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.quality.overturn import OverturnRefused, overturns
from chancery.engines.quality.sampling import SamplingRefused, sample, zero_defect_size

IDS = [f"doc-{number:03}" for number in range(200)]


def test_the_same_seed_draws_the_same_sample() -> None:
    drawn = sample(population=IDS, share=Decimal("0.1"), seed="lot-7")
    assert len(drawn) == 20
    assert drawn == sample(population=IDS[::-1], share=Decimal("0.1"), seed="lot-7")
    assert drawn != sample(population=IDS, share=Decimal("0.1"), seed="lot-8")
    assert sample(population=IDS, size=20, seed="lot-7") == drawn
    assert sample(population=IDS, size=5, seed="lot-7") == drawn[:5]


def test_a_known_draw_stays_as_it_is() -> None:
    """Order of the SHA-256 of 7, unit separator and id, computed apart with sha256sum."""
    assert sample(population=["a", "b", "c", "d"], size=4, seed=7) == ("d", "b", "c", "a")


@pytest.mark.parametrize(
    ("count", "share", "minimum", "size"),
    [
        (200, "0.1", 1, 20),
        (201, "0.1", 1, 21),
        (5, "0.1", 1, 1),
        (200, "0.01", 5, 5),
        (3, "0.1", 5, 3),
        (200, "0", 0, 0),
        (200, "0", 1, 1),
        (200, "1", 1, 200),
        (0, "0.5", 5, 0),
    ],
)
def test_sizes(count: int, share: str, minimum: int, size: int) -> None:
    drawn = sample(
        population=IDS[:count] if count <= 200 else [*IDS, "x"], share=Decimal(share), seed=1, minimum=minimum
    )
    assert len(drawn) == len(set(drawn)) == size


def test_every_item_is_drawn_about_equally_often() -> None:
    """2,000 seeds × 20 of 200: expected 200 each, standard deviation 13.4; all within five of them."""
    counts = Counter(item for seed in range(2000) for item in sample(population=IDS, size=20, seed=seed))
    assert set(counts) == set(IDS)
    assert 133 < min(counts.values()) <= max(counts.values()) < 267


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"population": ["a", "a"], "size": 1}, "ids_repeated"),
        ({"population": ["a"]}, "share_or_size"),
        ({"population": ["a"], "size": 1, "share": Decimal(1)}, "share_or_size"),
        ({"population": ["a"], "share": Decimal("1.1")}, "share_invalid"),
    ],
)
def test_refusals_of_samples(options: dict[str, object], code: str) -> None:
    with pytest.raises(SamplingRefused) as refused:
        sample(seed=1, **options)  # type: ignore[arg-type]
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("lot", "limit", "size"),
    [
        (None, 0.05, 59),
        (None, 0.02, 149),
        (None, 0.01, 299),
        (None, 0.005, 598),
        (None, 0.001, 2995),
        (100, 0.02, 78),
        (500, 0.02, 129),
        (1000, 0.02, 138),
        (5000, 0.02, 147),
        (100, 0.05, 45),
        (500, 0.05, 56),
        (1000, 0.05, 57),
        (5000, 0.05, 59),
        (10, 0.02, 10),
    ],
)
def test_zero_defect_sizes(lot: int | None, limit: float, size: int) -> None:
    assert zero_defect_size(lot=lot, limit=limit) == size


def test_overturns_of_a_sample() -> None:
    """5 of 600 changed: exact interval 0.271 % to 1.934 %, facts of Clopper and Pearson."""
    first = {f"d{number}": "responsive" for number in range(1000)}
    second = {f"d{number}": "responsive" for number in range(600)}
    changed = ("d1", "d2", "d3", "d4", "d5")
    second |= dict.fromkeys(changed, "not_responsive")
    result = overturns(first=first, second=second)
    assert (result.count, result.sampled, result.overturned) == (5, 600, changed)
    assert result.rate == pytest.approx(5 / 600)
    assert (round(result.exact_low * 100, 3), round(result.exact_high * 100, 3)) == (0.271, 1.934)
    assert result.wilson_low < result.rate < result.wilson_high
    assert result.raw_agreement == pytest.approx(595 / 600)
    assert result.kappa == pytest.approx(0.0)
    assert (result.ac1 or 0) > 0.99


def test_no_overturn_still_has_an_upper_limit() -> None:
    same = {f"d{number}": "n" for number in range(100)}
    result = overturns(first=same, second=same)
    assert (result.count, result.exact_low) == (0, 0.0)
    assert round(result.exact_high * 100, 2) == 3.62
    assert (result.kappa, result.ac1) == (None, None)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.sampled_from("rn"), min_size=1), st.data())
def test_counts_agree_with_a_plain_count(first: dict[str, str], data: st.DataObject) -> None:
    items = data.draw(st.lists(st.sampled_from(sorted(first)), min_size=1, unique=True))
    second = {item: data.draw(st.sampled_from("rn")) for item in items}
    result = overturns(first=first, second=second)
    assert result.count == sum(first[item] != second[item] for item in items) == len(result.overturned)
    assert 0 <= result.exact_low <= result.rate <= result.exact_high <= 1


def test_refusals_of_comparisons() -> None:
    for second, code in (({}, "nothing_sampled"), ({"x": "n"}, "first_decision_missing")):
        with pytest.raises(OverturnRefused) as refused:
            overturns(first={"a": "n"}, second=second)
        assert refused.value.code == code
