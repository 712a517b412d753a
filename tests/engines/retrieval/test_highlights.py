"""Marks land on the right characters; passages show hits and lose nothing."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.highlights import hits_in, marked, marked_terms, passages_of


def shown(text: str, query: str) -> list[str]:
    terms = marked_terms(parse(query).node, fields=("text",))
    return [text[hit.start : hit.end] for hit in hits_in(text, terms)]


def test_words_phrases_prefixes_and_chinese() -> None:
    text = "The Supply Contract (SUPPLY contract v2) 买卖合同的违约\n责任由 supplier 承担。"
    assert shown(text, '"supply contract" OR suppl* OR 违约责任') == [
        "Supply Contract", "SUPPLY contract", "违约\n责任", "supplier",
    ]  # fmt: skip


def test_what_must_not_occur_and_other_fields_are_not_marked() -> None:
    assert shown("alpha beta gamma", "alpha NOT beta from:gamma") == ["alpha"]


def test_terms_are_numbered_for_their_colours() -> None:
    terms = marked_terms(parse("alpha beta alpha").node, fields=("text",))
    assert [(h.start, h.term) for h in hits_in("beta alpha", terms)] == [(0, 1), (5, 0)]


def test_passages_prefer_places_with_most_terms_and_keep_text_order() -> None:
    text = "alpha " + "x " * 300 + "alpha beta " + "y " * 300 + "beta"
    terms = marked_terms(parse("alpha beta").node, fields=("text",))
    passages = passages_of(text, hits_in(text, terms), width=60, most=2)
    assert [[p.text for p in passage.parts if p.term is not None] for passage in passages] == [
        ["alpha"], ["alpha", "beta"],
    ]  # fmt: skip
    assert not passages[0].before
    assert passages[1].before
    assert passages[1].after


@given(st.text(alphabet="ab 违约，\n<", max_size=80), st.sampled_from(["a", "b", "违约", "约", "ab", "违"]))
def test_marked_text_is_the_text_and_hits_are_the_term(text: str, query: str) -> None:
    terms = marked_terms(parse(query).node, fields=("text",))
    hits = hits_in(text, terms)
    assert "".join(part.text for part in marked(text, hits)) == text
    for hit in hits:
        assert re.sub(r"\s", "", text[hit.start : hit.end]) == query
    passages = passages_of(text, hits)
    assert bool(passages) == bool(hits)
