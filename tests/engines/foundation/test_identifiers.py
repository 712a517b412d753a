"""Row ids and Bates numbers."""

from __future__ import annotations

import pytest

from chancery.foundation.identifiers import BatesNumber, InvalidBates, id_from, id_time, is_id, new_id


def test_an_id_has_the_layout_of_a_ulid() -> None:
    # github.com/ulid/spec prints 01ARZ3NDEKTSV4RRFFQ69G5FAV as its example.
    assert id_from(at_ms=1469922850259, randomness=bytes.fromhex("d6764c61efb99302bd5b")) == (
        "01arz3ndektsv4rrffq69g5fav"
    )
    assert id_time("01arz3ndektsv4rrffq69g5fav") == 1469922850259
    assert id_from(at_ms=0, randomness=bytes(10)) == "0" * 26
    assert id_from(at_ms=2**48 - 1, randomness=b"\xff" * 10) == "7" + "z" * 25


def test_ids_sort_by_time_whatever_their_randomness() -> None:
    ids = [
        id_from(at_ms=moment, randomness=filler)
        for moment in (1, 31, 32, 1023, 1024, 10**12)
        for filler in (bytes(10), b"\xff" * 10)
    ]
    assert ids == sorted(ids)
    assert len(set(ids)) == 12


def test_new_ids_are_well_formed_and_distinct() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(is_id(value) for value in made)


@pytest.mark.parametrize("text", ["", "0" * 25, "8" + "0" * 25, "0" * 25 + "u", "0" * 25 + "A", "0" * 26 + "\n"])
def test_what_is_no_id_is_recognised(text: str) -> None:
    assert not is_id(text)


@pytest.mark.parametrize(("moment", "size"), [(-1, 10), (2**48, 10), (0, 9), (0, 11)])
def test_an_id_needs_a_time_and_ten_bytes(moment: int, size: int) -> None:
    with pytest.raises(ValueError, match="id"):
        id_from(at_ms=moment, randomness=bytes(size))


def test_bates_numbers_print_add_parse_and_sort() -> None:
    first = BatesNumber("ACME", 42)
    assert str(first) == "ACME0000042"
    assert str(first.plus(958)) == "ACME0001000"
    assert BatesNumber.parse("ACME0001000") == first.plus(958)
    assert BatesNumber.parse("AB-CD 001") == BatesNumber("AB-CD ", 1, 3)
    assert sorted([BatesNumber("A", 10), BatesNumber("A", 9)])[0].number == 9


@pytest.mark.parametrize(
    ("prefix", "number", "width"),
    [("A1", 1, 7), ("../", 1, 7), ("A\n", 1, 7), ("-A", 1, 7), ("A", 0, 7), ("A", 1, 0), ("A", 1000, 3)],
)
def test_numbers_that_would_be_ambiguous_are_refused(prefix: str, number: int, width: int) -> None:
    with pytest.raises(InvalidBates) as refusal:
        BatesNumber(prefix, number, width)
    assert refusal.value.code == "bates_invalid"


def test_a_number_never_grows_beyond_its_width() -> None:
    with pytest.raises(InvalidBates):
        BatesNumber("A", 999, 3).plus(1)
    with pytest.raises(InvalidBates):
        BatesNumber.parse("ACME")
