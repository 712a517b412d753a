"""English stems: the adapter of the Snowball stemmer that comes with tantivy."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy

_analyser = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer("english")).build()
)


def stems_of(words: Sequence[str]) -> list[str]:
    """Return the stem of each word of folded letters. Method: Porter 2 (Snowball English)."""
    found: list[str] = _analyser.analyze(" ".join(words))
    if len(found) != len(words):
        return [word if " " in word else (_analyser.analyze(word) or [word])[0] for word in words]
    return found
