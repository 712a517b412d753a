"""Rows in temporary files: the same answers as sorting and looking up in memory."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chancery.engines.text import ordering
from chancery.engines.text.ordering import Column, Growing, Index, Ordered, Store

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-2, 2) | st.sampled_from([-(2**63), 2**63 - 1])
ROWS = st.lists(NUMBERS, max_size=60)


def small(patch: pytest.MonkeyPatch) -> None:
    """Let runs, parts and blocks of a few rows be as those of a large collection."""
    for name, value in (("_RUN", 8), ("_PART", 5), ("_SAMPLE", 2), ("_BLOCK", 3), ("_WAITING", 40), ("_MAPPED", 64)):
        patch.setattr(ordering, name, value)
    patch.setattr(ordering, "_TOUCHED", 4)


@given(ROWS, st.booleans())
def test_rows_come_in_order_and_equal_ones_as_added(keys: list[int], at_once: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        rows = Ordered(width=2)
        if at_once:
            rows.extend(np.array([keys, range(len(keys))], np.int64).T.reshape(-1, 2))
        else:
            for number, key in enumerate(keys):
                rows.add(key, number)
        parts = [part.tolist() for part in rows.parts()]
        assert [part.tolist() for part in rows.parts()] == parts
        assert len(rows) == len(keys)
    wanted = sorted(([key, number] for number, key in enumerate(keys)), key=lambda row: row[0])
    assert [row for part in parts for row in part] == wanted
    firsts = [{row[0] for row in part} for part in parts]
    assert sum(map(len, firsts)) == len(set(keys))  # those with one first number come together


@given(ROWS, ROWS)
def test_an_index_finds_what_was_added_under_a_number(keys: list[int], others: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        rows = Ordered(width=2)
        for number, key in enumerate(keys):
            rows.add(key, number)
        index = Index(rows=rows, width=2)
        for wanted in {*keys, *others}:
            assert index.find(wanted) == [number for number, key in enumerate(keys) if key == wanted]


@given(st.sets(st.integers(0, 40)), st.integers(1, 50))
def test_a_column_gives_each_place_its_row(places: set[int], count: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        rows = Ordered(width=3)
        held = {place: (place * 7, -place) for place in places if place < count}
        for place, (first, second) in held.items():
            rows.add(place, first, second)
        column = Column(rows=rows, width=3, count=count)
        assert [column[place] for place in range(count)] == [held.get(place, (-1, -1)) for place in range(count)]


@pytest.mark.parametrize("room", [True, False])
def test_a_growing_column_keeps_its_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: bool) -> None:
    monkeypatch.setattr(ordering, "_MAPPED", 20_000)
    monkeypatch.setattr(ordering, "_TOUCHED", 4)
    if not room:
        monkeypatch.setattr(ordering.os, "posix_fallocate", _full)
    wanted = np.arange(30_000, dtype=np.uint32).reshape(-1, 3)
    column = Growing(width=3, folder=tmp_path)
    for start in range(0, len(wanted), 700):
        column.extend(wanted[start : start + 700])
        assert len(column) == min(len(wanted), start + 700)
    places = np.random.default_rng(1).integers(0, len(wanted), 500)
    assert np.array_equal(column.take(places), wanted[places])
    assert (column._map is not None) == room
    assert list(tmp_path.iterdir()) == []  # the file has no name


def _full(handle: int, start: int, size: int) -> None:
    raise OSError(errno.ENOSPC, "no space")


def test_a_store_reads_what_is_written_and_what_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ordering, "_WAITING", 10)
    store = Store(folder=tmp_path)
    whole = b""
    for number in range(9):
        store.append(b"%d--" % number)
        whole += b"%d--" % number
        assert store.end == len(whole)
        for start in range(len(whole)):
            assert store.read(len(whole) - start, start) == whole[start:]
            assert store.read(1, start) == whole[start : start + 1]


def test_a_full_disk_is_said_and_what_stands_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ordering, "_WAITING", 4)
    store = Store(folder=tmp_path)
    store.append(b"first")
    half = os.pwrite

    def full(handle: int, data: memoryview, at: int) -> int:
        if len(data) < 4:
            raise OSError(errno.ENOSPC, "no space")
        return half(handle, data[:3], at)

    monkeypatch.setattr(ordering.os, "pwrite", full)
    with pytest.raises(OSError, match="no space"):
        store.append(b"second")
    assert store.read(11, 0) == b"firstsecond"
