"""Near-duplicates against brute force over independent sets of word tuples."""

from __future__ import annotations

import errno
import itertools
import os
import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.similarity.groups import groups, pairs
from chancery.engines.text.similarity.joining import SimilarityRefused
from chancery.engines.text.similarity.kept import Kept
from chancery.engines.text.similarity.shingles import distinct, shingles_of, similarity, sketch_of
from chancery.engines.text.similarity.tokens import mix

Sets = set[tuple[str, ...]]
ALPHABET = "ab cz,.\n12 中文字かな한글１Ａß\U00020001😀é\u0301ก\ud800"


def tokens(text: str) -> list[tuple[str, bool]]:
    """Return words and lone characters, slowly and simply."""
    found: list[tuple[str, bool]] = []
    word = ""
    for char in unicodedata.normalize("NFKC", text.lower()).lower() + " ":
        alone = "\u3041" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or char >= "\U00020000"
        alone = alone or "\u0e00" <= char <= "\u0eff"
        letter = unicodedata.category(char)[0] in "LNM" and not alone
        if letter and char < "\U00010000":
            word += char
            continue
        if word:
            found.append((word, False))
        word = ""
        if alone and unicodedata.category(char)[0] in "LNM":
            found.append((char, True))
    return found


def shingle_set(text: str) -> Sets:
    listed = tokens(text)
    found: Sets = set()
    for at, (_, alone) in enumerate(listed):
        size = 4 if alone else 3
        if at + size <= len(listed):
            found.add(tuple(word for word, _ in listed[at : at + size]))
    return found or ({tuple(word for word, _ in listed)} if listed else set())


def jaccard(left: Sets, right: Sets) -> float:
    return len(left & right) / len(left | right) if left and right else 0.0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet=ALPHABET, max_size=40), max_size=6))
def test_shingles_are_those_of_a_slow_reading(texts: list[str]) -> None:
    found = shingles_of(texts=texts)
    sets = [distinct(found.values[found.bounds[i] : found.bounds[i + 1]]) for i in range(len(texts))]
    slow = [shingle_set(text) for text in texts]
    assert [len(each) for each in sets] == [len(each) for each in slow]
    for (a, x), (b, y) in itertools.combinations(zip(sets, slow, strict=True), 2):
        assert similarity(a, b) == pytest.approx(jaccard(x, y))


def test_a_text_has_the_same_shingles_whatever_is_read_with_it() -> None:
    text = "the supplier shall deliver " * 12_000
    alone = distinct(shingles_of(texts=[text]).values)
    for before in ("x" * 131_070, "y " * 77_777, "中" * 131_071):
        found = shingles_of(texts=[before, text])
        assert distinct(found.values[found.bounds[1] :]).tolist() == alone.tolist()


def collection(seed: int) -> list[str]:
    """Return documents of 10 to 80 words, most of them edited copies of others."""
    chance = random.Random(seed)
    made: list[list[str]] = []
    for number in range(60):
        if made and chance.random() < 0.6:
            copy = list(chance.choice(made))
            for _ in range(chance.randint(0, 5)):
                copy[chance.randrange(len(copy))] = f"n{chance.randrange(50)}"
        else:
            copy = [f"w{chance.randrange(40 if number % 2 else 4000)}" for _ in range(chance.randint(10, 80))]
        made.append(copy)
    return [" ".join(words) for words in made]


@pytest.mark.parametrize("threshold", [0.35, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("keep_bytes", [0, 1 << 20])
def test_every_pair_is_found_with_its_exact_similarity(threshold: float, keep_bytes: int) -> None:
    for seed in range(3):
        texts = collection(seed)
        sets = [shingle_set(text) for text in texts]
        wanted = {
            (a, b): jaccard(sets[a], sets[b])
            for a, b in itertools.combinations(range(len(texts)), 2)
            if jaccard(sets[a], sets[b]) >= threshold
        }
        listed = list(
            pairs(
                count=len(texts),
                text_of=texts.__getitem__,
                threshold=threshold,
                short_words=0,
                keep_bytes=keep_bytes,
            )
        )
        first = {copy: original for original, copy, found in listed if found == 1 and original < copy}
        found = {(min(a, b), max(a, b)): value for a, b, value in listed}
        assert len(found) == len(listed)
        assert {pair: pytest.approx(wanted[pair]) for pair in found} == found
        for a, b in wanted:
            a, b = first.get(a, a), first.get(b, b)
            assert a == b or (min(a, b), max(a, b)) in found


@pytest.mark.parametrize("room", [0, 60, 1 << 20])
def test_no_pair_is_missed_where_many_keys_share_a_slot(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_FEWEST_BITS": 1, "_MOST_BITS": 1, "_STEPS": 2, "_FEW": 1, "_LONG": room}.items():
        monkeypatch.setattr(f"chancery.engines.text.similarity.joining.{name}", value)
    for seed in range(8):
        chance = random.Random(seed)
        base = [f"w{number}" for number in range(90)]
        texts = []
        for _ in range(12):
            copy = list(base)
            for place in chance.sample(range(90), chance.randint(1, 3)):
                copy[place] = f"n{chance.randrange(300)}"
            texts.append(" ".join(copy))
        sets = [shingle_set(text) for text in texts]
        near = {
            (a, b): jaccard(sets[a], sets[b])
            for a, b in itertools.combinations(range(len(texts)), 2)
            if jaccard(sets[a], sets[b]) >= 0.75
        }
        listed = list(pairs(count=len(texts), text_of=texts.__getitem__, threshold=0.75))
        assert {(min(a, b), max(a, b)): value for a, b, value in listed} == pytest.approx(near)
        assert 0 < len(near) < 66


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_sketches_differ_in_no_more_bits_than_sets_in_members(left: set[int], right: set[int]) -> None:
    values = mix(np.arange(401, dtype=np.uint64))
    mine, theirs = (values[sorted(each)] for each in (left, right))
    differing = sum(int(each).bit_count() for each in sketch_of(mine) ^ sketch_of(theirs))
    assert differing <= len(left ^ right)
    assert (len(left ^ right) - differing) % 2 == 0
    half = len(mine) // 2
    assert sketch_of(mine[:half], mine[half:]).tolist() == sketch_of(mine).tolist()
    assert sum(int(each).bit_count() for each in sketch_of(values[:1])) == 1


@pytest.mark.parametrize("keep_bytes", [0, 1 << 20])
def test_groups_stand_round_their_longest_document(keep_bytes: int) -> None:
    texts = collection(7)
    sets = [shingle_set(text) for text in texts]
    found = list(groups(count=len(texts), text_of=texts.__getitem__, short_words=0, keep_bytes=keep_bytes))
    assert len({each.number for each in found}) == len(found) > 20
    pivots = {each.pivot for each in found}
    assert {each.number for each in found if each.number == each.pivot} == pivots
    for each in found:
        assert each.similarity == pytest.approx(jaccard(sets[each.number], sets[each.pivot]))
        assert each.similarity >= 0.7
        assert len(sets[each.number]) <= len(sets[each.pivot])
    assert all(sum(other.pivot == pivot for other in found) >= 2 for pivot in pivots)


def test_documents_near_one_original_meet_whichever_is_longest() -> None:
    words = [f"w{number}" for number in range(200)]
    longer = [*words[:40], "added", *words[40:120], "more", *words[120:]]
    other = [*words[:10], "x", *words[11:80], "y", *words[81:150], "z", *words[151:]]
    texts = [" ".join(each) for each in (words, longer, other)]
    found = {each.number: each.pivot for each in groups(count=3, text_of=texts.__getitem__)}
    assert found == {0: 1, 1: 1, 2: 1}


def test_short_documents_are_grouped_only_when_the_same() -> None:
    texts = [
        "please send the signed copy today",
        "Please send the signed copy TODAY!",
        "please send the signed copy tomorrow",
        "ok thanks",
        "ok thanks",
        "",
        "",
    ]
    found = {each.number: (each.pivot, each.similarity) for each in groups(count=7, text_of=texts.__getitem__)}
    assert found == {0: (0, 1.0), 1: (0, 1.0)}
    assert {0, 1, 2} == {
        each.number for each in groups(count=7, text_of=texts.__getitem__, threshold=0.5, short_words=5)
    }


def test_chinese_is_compared_by_characters() -> None:
    text = (
        "甲方应当在收到货物之日起三十日内向乙方支付全部货款并承担由此产生的运输费用和保险费用"
        "逾期付款的应当按照合同约定支付违约金"
    )
    texts = [text, text.replace("三十", "六十"), text[::-1]]
    found = {each.number: each for each in groups(count=3, text_of=texts.__getitem__)}
    assert set(found) == {0, 1}
    assert found[1].similarity == pytest.approx(jaccard(shingle_set(texts[0]), shingle_set(texts[1])))


def test_a_large_group_costs_one_comparison_for_each_document() -> None:
    words = [f"w{number}" for number in range(60)]
    texts = [" ".join([*words, f"serial{number}"]) for number in range(3000)]
    found = list(groups(count=3000, text_of=texts.__getitem__))
    assert len(found) == 3000
    assert {each.pivot for each in found} == {0}
    assert list(groups(count=0, text_of=texts.__getitem__)) == []


@pytest.mark.parametrize("threshold", [0.0, -0.5, 1.5, float("nan")])
def test_a_threshold_no_similarity_can_have_is_refused(threshold: float) -> None:
    with pytest.raises(SimilarityRefused) as refused:
        list(groups(count=1, text_of=lambda _: "text", threshold=threshold))
    assert refused.value.code == "similarity_invalid"


def test_what_the_disk_does_not_take_is_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = [" ".join(f"w{number * 7 % 50 + place}" for place in range(60)) for number in range(900)]
    texts += [f"{text} ü" for text in texts]
    whole = list(groups(count=len(texts), text_of=texts.__getitem__, folder=tmp_path))
    written: list[int] = []
    freed: list[int] = []
    let_go = Kept._let_go

    def full(handle: int, data: memoryview, at: int) -> int:
        if freed:
            return os.write(handle, data)
        written.append(len(data))
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "no space")
        return os.write(handle, data)

    def noted(kept: Kept) -> None:
        freed.append(len(kept))
        let_go(kept)

    monkeypatch.setattr("chancery.engines.text.ordering.os.pwrite", full)
    monkeypatch.setattr("chancery.engines.text.ordering._WAITING", 200_000)
    monkeypatch.setattr(Kept, "_let_go", noted)
    assert list(groups(count=len(texts), text_of=texts.__getitem__, folder=tmp_path)) == whole
    assert (len(written), len(freed)) == (3, 1)
    assert freed[0] > 0
    assert list(tmp_path.iterdir()) == []
