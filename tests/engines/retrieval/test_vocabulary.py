"""Which words a pattern means, against a walk through all of them."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from chancery.engines.retrieval.vocabulary import Vocabulary

LETTERS = "abcdeé中文üz9"
WORD = st.text(LETTERS, min_size=1, max_size=8)


def vocabulary(words: set[str]) -> tuple[Vocabulary, list[str]]:
    """Return the words sorted as in a file of the index, and the vocabulary over them."""
    ordered = sorted(words, key=lambda word: word.encode())
    encoded = [word.encode() for word in ordered]
    blob = np.frombuffer(b"\n" + b"".join(word + b"\n" for word in encoded), dtype=np.uint8)
    offsets = np.cumsum([1, *(len(word) + 1 for word in encoded)]).astype(np.uint32)
    return Vocabulary(blob, offsets), ordered


@settings(max_examples=300, deadline=None)
@given(words=st.sets(WORD, max_size=120), wanted=WORD, edits=st.sampled_from([1, 2]))
def test_words_within_some_edits(words: set[str], wanted: str, edits: int) -> None:
    found, ordered = vocabulary(words)
    near = [rank for rank, word in enumerate(ordered) if Levenshtein.distance(wanted, word) <= edits]
    assert found.close_to(wanted, edits).tolist() == near


@settings(max_examples=300, deadline=None)
@given(
    words=st.sets(WORD, max_size=120),
    pattern=st.from_regex(f"[{LETTERS}]{{0,2}}[*?][{LETTERS}*?]{{0,3}}", fullmatch=True),
)
def test_words_a_wildcard_covers(words: set[str], pattern: str) -> None:
    found, ordered = vocabulary(words)
    whole = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
    covered = [rank for rank, word in enumerate(ordered) if whole.fullmatch(word)]
    assert found.matching(pattern).tolist() == covered


def test_an_empty_vocabulary_means_nothing() -> None:
    empty = Vocabulary(np.zeros(0, dtype=np.uint8), np.zeros(0, dtype=np.uint32))
    assert empty.close_to("word", 2).tolist() == []
    assert empty.matching("*or*").tolist() == []
