"""Tokens: Latin words whole, Han characters one by one, offsets exact."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.retrieval.segments import BREAK, segment, segment_values, tokens_of, words_of


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


def test_punctuation_between_han_keeps_phrases_apart() -> None:
    assert segment("上海。关于") == "上 海 。 关 于"
    assert words_of("《合同》,《附件》") == ("合", "同", "》,《", "附", "件")


def test_values_are_kept_apart() -> None:
    assert segment_values(["Li Wei", "", "!!", "Wang"]) == f"li wei {BREAK} wang"


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
    tokens, phrase = list(words_of(text)), list(words_of(wanted))
    found = any(tokens[i : i + len(phrase)] == phrase for i in range(len(tokens)))
    assert found == (wanted in "".join(text.split()))
