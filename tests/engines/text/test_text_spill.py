"""What a collection too large for memory is held in: the same answers from a file as from memory."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.text import ordering, spill
from chancery.engines.text.relations import Member, relate
from chancery.engines.text.spill import Row, Seen, Shelf
from chancery.engines.text.threads import gathering

ENTRIES = st.lists(st.tuples(st.sampled_from(["a", "b", "c", ("id", "a"), 7, -1, -2]), st.integers()), max_size=40)


def small(patch: pytest.MonkeyPatch) -> None:
    """Let runs, parts and blocks of a few rows be as those of a large collection."""
    for name, value in (("_RUN", 8), ("_PART", 5), ("_SAMPLE", 2), ("_BLOCK", 3), ("_WAITING", 40), ("_MAPPED", 64)):
        patch.setattr(ordering, name, value)
    patch.setattr(ordering, "_TOUCHED", 4)


@given(ENTRIES, st.integers(1, 50))
def test_a_shelf_gives_the_lists_of_a_dictionary(entries: list[tuple[object, int]], few: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spill, "FEW", few)
        shelf: Shelf[object, int] = Shelf()
        held: dict[object, list[int]] = defaultdict(list)
        for key, value in entries:
            shelf.add(key, value)
            held[key].append(value)
        assert len(shelf) == len(entries)
        # -1 and -2 have one hash in CPython: a key is compared in full.
        assert [shelf.all(key) for key in (*held, "absent")] == [*held.values(), []]
        assert [shelf.get(key) for key in held] == [values[0] for values in held.values()]
        assert sorted(shelf.repeated(), key=repr) == sorted(
            ((key, values) for key, values in held.items() if len(values) > 1), key=repr
        )


def test_repeated_keys_come_in_the_order_of_their_first_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spill, "FEW", 3)
    shelf: Shelf[str, int] = Shelf(folder=tmp_path)
    for number, key in enumerate("zaxazxm"):
        shelf.add(key, number)
    assert list(shelf.repeated()) == [("z", [0, 4]), ("a", [1, 3]), ("x", [2, 5])]
    assert "m" in shelf and "n" not in shelf
    assert list(tmp_path.iterdir()) == []  # the file has no name
    with pytest.raises(ValueError, match="once reading has begun"):
        shelf.add("late", 1)


def test_a_row_gives_the_values_of_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spill, "FEW", 5)
    monkeypatch.setattr(spill, "_LAST", 3)
    row: Row[str] = Row()
    for number in range(20):
        row.append(f"v{number}")
        assert len(row) == number + 1
    assert list(row) == [f"v{number}" for number in range(20)]
    assert (row[17], row[0], row[17]) == ("v17", "v0", "v17")
    with pytest.raises(ValueError, match="once reading has begun"):
        row.append("late")


def test_what_was_met_once_and_again() -> None:
    seen: Seen[str] = Seen()
    assert "a" not in seen
    seen = Seen()
    for word in "abcab":
        seen.add(word)
    assert [(word in seen, seen.again(word)) for word in "abcd"] == [
        (True, True),
        (True, True),
        (True, False),
        (False, False),
    ]


def _collection(count: int) -> tuple[list[Member], dict[str, str]]:
    """Return mails that answer, quote, repeat and resemble each other, some with an attachment."""
    dice = random.Random(5)
    words = [f"word{number}" for number in range(300)]
    members: list[Member] = []
    texts: dict[str, str] = {}
    for number in range(count):
        id, people = f"m{number:03d}", [f"p{dice.randrange(6)}@x.example" for _ in range(3)]
        earlier = f"m{dice.randrange(number):03d}" if number and dice.random() < 0.5 else ""
        body = " ".join(dice.choices(words, k=60))
        kind = dice.random()
        if earlier and kind < 0.3:
            body = texts[earlier]
        elif earlier and kind < 0.5:
            body = texts[earlier].replace("word7 ", "seven ", 1) + " more"
        elif earlier:
            body += f"\n\n-----Original Message-----\nFrom: {people[1]}\nSubject: s\n\n{texts[earlier]}"
        metadata = {
            "subject": ("Re: " if earlier else "") + f"Pump {dice.randrange(8)}",
            "from": people[0],
            "to": people[1:],
            "date_sent": f"2021-03-{1 + number % 28:02d}T10:00:00Z" if kind < 0.9 else "",
            "message_id": f"<{id if kind < 0.8 else 'same'}@x>",
            "in_reply_to": f"<{earlier}@x>" if earlier else "",
        }
        members.append(Member(id, None, id, "mail", f"{id}.eml", id, 9, metadata=metadata))
        texts[id] = body
        if number % 9 == 0:
            members.append(Member(f"{id}c", None, f"{id}c", "mail", f"{id}c.eml", f"{id}c", 9, metadata=metadata))
            texts[f"{id}c"] = body
        if kind > 0.7:
            members.append(Member(f"{id}a", id, id, "document", f"{id}.eml/a", f"d{number % 4}", 5))
            texts[f"{id}a"] = body[:80]
    return members, texts


def test_relations_are_the_same_from_a_file_as_from_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    members, texts = _collection(200)
    held = list(relate(members=members, text_of=texts.get))
    assert sum(each.duplicate_of is not None for each in held) > 5
    assert sum(each.near_duplicate_group is not None for each in held) > 20
    assert len({each.thread_id for each in held}) < 150
    monkeypatch.setattr(spill, "FEW", 4)
    monkeypatch.setattr(gathering, "_HELD", 5)
    monkeypatch.setattr(gathering, "_CHUNK", 16)
    small(monkeypatch)
    assert list(relate(members=members, text_of=texts.get, folder=tmp_path)) == held
