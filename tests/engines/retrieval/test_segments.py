"""Tokens: Latin words whole, Han characters one by one, offsets exact."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chancery.engines.retrieval import building
from chancery.engines.retrieval.building import StreamBuilder
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.highlights import hits_in, marked_terms
from chancery.engines.retrieval.segments import cut, pieces_of_text, tokens_of, words_of


def test_latin_words_are_folded_and_whole() -> None:
    assert words_of("Résumé of SUPPLY-Agreement_v2, §12.3") == (
        "resume", "of", "supply", "agreement", "v2", "12", "3",
    )  # fmt: skip


def test_full_width_and_half_width_are_the_same() -> None:
    assert words_of("Ａｃｍｅ　２０２４") == ("acme", "2024")


def test_soft_hyphens_and_decomposed_accents_do_not_split_words() -> None:
    assert words_of("con\u00adtract re\u0301sume\u0301 zero\u200bwidth") == (
        "contract",
        "resume",
        "zerowidth",
    )


def test_each_han_character_is_a_token_and_wrapping_does_not_separate() -> None:
    assert words_of("违约\n责任 2024年") == ("违", "约", "责", "任", "2024", "年")


def test_punctuation_between_han_takes_no_place_but_is_known() -> None:
    assert [(token.text, token.mark) for token in tokens_of("上海。关于 ，A《合同》,\n《附件》")] == [
        ("上", ""), ("海", ""), ("关", "。"), ("于", ""), ("a", ""), ("合", ""), ("同", ""), ("附", "》,《"),
        ("件", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("state-of-the-art", "state of the art"),
        ("don't O'Brien’s", "don t o brien s"),
        ("li.wei_2@acme-corp.cn", "li wei 2 acme corp cn"),
        ("1,500.25 12-31", "1 500 25 12 31"),
        ("Straße ﬁnal Ⅳ ② x²", "strasse final iv 2 x2"),
        ("ACME公司2024年", "acme 公 司 2024 年"),
        ("ＡＢＣ１２３ ｶﾅ", "abc123 カ ナ"),
        ("Ångström ИВАН İstanbul", "angstrom иван istanbul"),
        ("𠀀𠀁x", "𠀀 𠀁 x"),
        ("€5 ½ a\u200fb", "5 ½ ab"),
        ("", ""),
        ("_ - . \x00 \ud800", ""),
    ],
)
def test_rules_for_words(text: str, words: str) -> None:
    assert " ".join(words_of(text)) == words


def beginnings(text: str) -> tuple[list[str], list[str]]:
    found = cut([text])
    tokens = [token.text for token in tokens_of(text)]
    return [tokens[at] for at in found.sentences], [tokens[at] for at in found.paragraphs]


@pytest.mark.parametrize(
    ("text", "sentences", "paragraphs"),
    [
        ("A one. B two! C three? D", "a b c d", "a"),
        ("Mr. J. Smith of Acme Inc. v. No. 5 said no. Then left.", "mr then", "mr"),
        ("It cost 3.50 in full. ok then. Yes", "it yes", "it"),
        ("She said “go.” Then (he stayed.) End", "she then end", "she"),
        ("wrapped\nline. Next\n \t\nNew\fPage\u2029Sep", "wrapped next new page sep", "wrapped new page sep"),
        ("第一句。第二！”甲乙？丙…丁", "第 第 甲 丙 丁", "第"),
        ("\n\n  \n", "", ""),
        ("a\r\n\r\nb", "a b", "a b"),
    ],
)
def test_sentences_and_paragraphs(text: str, sentences: str, paragraphs: str) -> None:
    assert beginnings(text) == (sentences.split(), paragraphs.split())


@given(st.lists(st.text(alphabet="aé违。, .\n\u0301ß", max_size=30), max_size=5))
def test_texts_cut_together_are_cut_as_alone(texts: list[str]) -> None:
    together = cut(texts)
    alone = [list(tokens_of(text)) for text in texts]
    bounds = [*together.firsts.tolist(), len(together.starts)]
    assert [end - begin for begin, end in pairwise(bounds)] == [len(each) for each in alone]
    assert len(together.words) == int((~together.han).sum())


@given(
    st.lists(st.sampled_from(["word ", "Ends. ", "new\n\n", "违约，\n", "话 "]), min_size=1, max_size=80).map("".join)
)
def test_a_long_text_is_indexed_in_pieces_as_if_it_were_one(text: str) -> None:
    assume(all(re.search(r"[^\W_][ \t]*\n?[^\s]", text[at : at + 18]) for at in range(len(text) - 18)))
    assume(all(re.search(r"\w \w|\n\n", text[at : at + 20]) for at in range(len(text) - 20)))
    whole, parted = StreamBuilder(), StreamBuilder()
    whole.add(documents=[0], texts=[text])
    for piece, _continued in pieces_of_text(text, 40):
        assert len(piece) <= 40
    assert "".join(piece for piece, _ in pieces_of_text(text, 40)) == text
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(building, "LONGEST_PIECE", 40)
        parted.add(documents=[0, 1], texts=[text, "after"])
    one, several = whole.arrays(), parted.arrays()
    assert several["lengths"].tolist()[0] == one["lengths"].tolist()[0]
    end = int(one["lengths"][0])
    for name in ("sentences", "paragraphs"):
        assert [at for at in several[name].tolist() if at < end] == one[name].tolist()


@given(st.text(max_size=200))
def test_offsets_point_at_what_was_folded(text: str) -> None:
    end = 0
    for token in tokens_of(text):
        assert end <= token.start < token.end <= len(text)
        assert token.text
        assert not any(character.isspace() for character in token.text)
        end = token.end


@given(st.text(alphabet="甲乙 \n，。ab1", max_size=60), st.text(alphabet="甲乙", min_size=1, max_size=4))
def test_a_han_phrase_is_an_exact_substring(text: str, wanted: str) -> None:
    node = parse(wanted).node
    found = bool(hits_in(text, marked_terms(node, fields=("text",))))
    assert found == (wanted in "".join(text.split()))
