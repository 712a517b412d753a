"""The visible difference of two texts covers both of them, in order, and nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.text.similarity.difference import difference
from chancery.foundation.evidence import Span

LEFT = ["a", "b", "c", "d", "中", "文", "x1", ","]
RIGHT = ["a", "b", "c", "e", "中", "国", "x1", ";"]


def shown(left: str, right: str) -> list[tuple[str, str, str]]:
    return [
        (each.kind, left[each.left.start : each.left.end], right[each.right.start : each.right.end])
        for each in difference(left=left, right=right)
    ]


def test_a_changed_clause_is_shown_in_both_texts() -> None:
    left = "The Supplier shall deliver the goods. 卖方应当交付货物。"
    right = "The Supplier may deliver the used goods. 卖方必须交付货物。"
    assert shown(left, right) == [
        ("same", "The Supplier", "The Supplier"),
        ("replaced", "shall", "may"),
        ("same", "deliver the", "deliver the"),
        ("added", "", "used"),
        ("same", "goods. 卖方", "goods. 卖方"),
        ("replaced", "应当", "必须"),
        ("same", "交付货物。", "交付货物。"),
    ]


def test_an_empty_span_stands_where_the_other_text_has_more() -> None:
    removed = difference(left="a b c", right="a c")[1]
    assert (removed.kind, removed.left, removed.right) == ("removed", Span(2, 3), Span(1, 1))
    assert difference(left=" ", right="\n") == ()
    assert shown("", "new") == [("added", "", "new")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LEFT)), st.lists(st.sampled_from(RIGHT)))
def test_the_stretches_are_the_two_texts(left: list[str], right: list[str]) -> None:
    one, two = " ".join(left), " ".join(right)
    found = shown(one, two)
    assert [word for _, text, _ in found for word in text.split()] == left
    assert [word for _, _, text in found for word in text.split()] == right
    for kind, mine, theirs in found:
        assert (kind == "same") == (mine.split() == theirs.split())
        assert (kind == "added", kind == "removed") == (not mine, not theirs)
    kinds = [kind == "same" for kind, _, _ in found]
    assert all(kinds[at] != kinds[at + 1] for at in range(len(kinds) - 1))


def test_long_texts_are_compared_between_anchors() -> None:
    words = [f"w{number}" for number in range(20_000)]
    changed = [*words[:1000], "x", *words[1001:15_000], *words[15_010:]]
    found = [each for each in difference(left=" ".join(words), right=" ".join(changed)) if each.kind != "same"]
    assert [each.kind for each in found] == ["replaced", "removed"]
    alike = difference(left="a b " * 20_000, right="b c " * 20_000)
    assert {each.kind for each in alike} <= {"same", "replaced", "removed", "added"}
