"""Which words a pattern means, against a walk through all of them."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from chancery.engines.retrieval.arrays import how_many_up_to
from chancery.engines.retrieval.vocabulary import Vocabulary
from chancery.engines.retrieval.wordsets import kept_of_words

LETTERS = "abcdeé中文üz9"
WORD = st.text(LETTERS, min_size=1, max_size=8)


def vocabulary(words: set[str], *, kept: bool = False) -> tuple[Vocabulary, list[str]]:
    """Return the words sorted as in a file of the index, and the vocabulary over them. kept: with its tables."""
    ordered = sorted(words, key=lambda word: word.encode())
    encoded = [word.encode() for word in ordered]
    blob = np.frombuffer(b"\n" + b"".join(word + b"\n" for word in encoded), dtype=np.uint8)
    offsets = np.cumsum([1, *(len(word) + 1 for word in encoded)]).astype(np.uint32)
    tables = kept_of_words({"blob": blob, "offsets": offsets}) if kept else None
    return Vocabulary(blob, offsets, tables), ordered


@settings(max_examples=300, deadline=None)
@given(words=st.sets(WORD, max_size=120), wanted=WORD, edits=st.sampled_from([1, 2]), kept=st.booleans())
def test_words_within_some_edits(words: set[str], wanted: str, edits: int, kept: bool) -> None:
    found, ordered = vocabulary(words, kept=kept)
    near = [rank for rank, word in enumerate(ordered) if Levenshtein.distance(wanted, word) <= edits]
    assert found.close_to(wanted, edits).tolist() == near


@settings(max_examples=300, deadline=None)
@given(
    words=st.sets(WORD, max_size=120),
    pattern=st.from_regex(f"[{LETTERS}]{{0,2}}[*?][{LETTERS}*?]{{0,3}}", fullmatch=True),
    kept=st.booleans(),
)
def test_words_a_wildcard_covers(words: set[str], pattern: str, kept: bool) -> None:
    found, ordered = vocabulary(words, kept=kept)
    whole = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
    covered = [rank for rank, word in enumerate(ordered) if whole.fullmatch(word)]
    assert found.matching(pattern).tolist() == covered


def test_an_empty_vocabulary_means_nothing() -> None:
    empty = Vocabulary(np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.uint32))
    assert empty.close_to("word", 2).tolist() == []
    assert empty.matching("*or*").tolist() == []
    assert empty.matching("*word").tolist() == []
    assert empty.exact("word").tolist() == []
    assert empty.between(1, 9).tolist() == []


@pytest.mark.parametrize("kept", [False, True])
def test_thousands_of_words_are_each_found(kept: bool) -> None:
    """Words, beginnings, long ends and figures among more words than are read together."""
    words = {f"{lead}{number}" for lead in ("", "a", "ab", "合", "zz") for number in range(0, 3_000, 7)}
    found, ordered = vocabulary(words, kept=kept)
    assert [found.exact(word).tolist() for word in ordered] == [[rank] for rank in range(len(ordered))]
    assert found.exact("a1").tolist() == found.exact("~").tolist() == found.exact("").tolist() == []
    for pattern in ("a*", "合*", "*合2996", "*ab2996", "*b2996", "zz1*", "*7", "*6*"):
        whole = re.compile(pattern.replace("*", ".*"))
        covered = [rank for rank, word in enumerate(ordered) if whole.fullmatch(word)]
        assert found.matching(pattern).tolist() == covered, pattern
    figures = [rank for rank, word in enumerate(ordered) if word.isdigit() and 14 <= int(word) <= 1_400]
    assert found.between(14, 1_400).tolist() == figures
    assert len(figures) == 199


@settings(max_examples=200, deadline=None)
@given(ordered=st.lists(st.integers(0, 40_000), max_size=60), seed=st.integers(0, 2**32))
def test_many_numbers_are_looked_up_as_one_by_one(ordered: list[int], seed: int) -> None:
    numbers = np.array(sorted(set(ordered)), dtype=np.int64)
    wanted = np.random.default_rng(seed).integers(-1, 45_000, 20_001)
    assert (how_many_up_to(numbers, wanted) == np.searchsorted(numbers, wanted, side="right")).all()
