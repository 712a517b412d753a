"""Shortest edit script of two token sequences, tidied without making it much longer.

Method: longest common subsequence, bit-parallel (Hyyrö 2004, as in rapidfuzz); then a lone sign or space between two
changes joins them when that adds at most a share of 0.06 to the characters of its neighbours, so the whole script
stays below 1.13 times the shortest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import LCSseq

from chancery.engines.comparison.tokens import Token
from chancery.foundation.errors import Refused

MAX_CELLS: Final = 1_500_000_000
TIDY: Final = 0.06
_PIECE: Final = 12
_FIRST: Final = 0x100
_GAP: Final = (0xD800, 0xE000)
_KEY: Final = attrgetter("key")
_PATH: Final = attrgetter("path")


class TooVaried(Refused):
    """More different words than can be told apart."""

    code = "too_large"


class Alphabet(dict[str, str]):
    """Numbers keys as characters, so that sequences of keys are strings."""

    def __missing__(self, key: str) -> str:
        number = _FIRST + len(self)
        if number >= _GAP[0]:
            number += _GAP[1] - _GAP[0]
        if number > 0x10FFFF:
            raise TooVaried("The files hold more than %(limit)s different words.", limit=1_100_000)
        found = self[key] = chr(number)
        return found

    def letter(self, key: str) -> str:
        """Return the character of a key."""
        return self[key]

    def spell(self, keys: Iterable[str]) -> str:
        """Return the string of a sequence of keys."""
        return "".join(map(self.__getitem__, keys))


class Step(NamedTuple):
    """Keep (both set), delete (old only) or insert (new only) one token. held: names of the holders around it."""

    old: Token | None
    new: Token | None
    held: tuple[str, ...] = ()


_step: Final[Callable[[Iterable[Any]], Step]] = partial(tuple.__new__, Step)


def blocks(*, old: str, new: str) -> list[tuple[int, int, int]]:
    """Return the common stretches of two strings as (place in old, place in new, length), in order.

    Texts whose product of lengths is above 1.5 thousand million are cut where both have the same twelve characters
    once each, in an order that both share; a piece that is still above it keeps only what it shares at its ends.
    """
    start = 0
    stop = min(len(old), len(new))
    while start < stop and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < stop - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = [(0, 0, start)] if start else []
    inner_old, inner_new = old[start : len(old) - tail], new[start : len(new) - tail]
    if len(inner_old) * len(inner_new) > MAX_CELLS:
        found += [(one + start, two + start, length) for one, two, length in _anchored(inner_old, inner_new)]
    elif inner_old and inner_new:
        found += [
            (step.src_start + start, step.dest_start + start, step.src_end - step.src_start)
            for step in LCSseq.opcodes(inner_old, inner_new)
            if step.tag == "equal"
        ]
    if tail:
        found.append((len(old) - tail, len(new) - tail, tail))
    return found


def _anchored(old: str, new: str) -> list[tuple[int, int, int]]:
    """Return the common stretches of two long strings, cut at what stands once in either (patience diff)."""
    places = _once(new)
    pairs = [(at, places[piece]) for piece, at in _once(old).items() if piece in places]
    found: list[tuple[int, int, int]] = []
    at_old = at_new = 0
    for here, there in [*_rising(pairs), (len(old), len(new))] if pairs else []:
        if here < at_old or there < at_new:
            continue
        found += [
            (one + at_old, two + at_new, length)
            for one, two, length in blocks(old=old[at_old:here], new=new[at_new:there])
        ]
        if here < len(old):
            found.append((here, there, _PIECE))
        at_old, at_new = here + _PIECE, there + _PIECE
    return found


def _once(text: str) -> dict[str, int]:
    """Return the places of all pieces of twelve characters that stand in a text once."""
    places: dict[str, int] = {}
    for at in range(len(text) - _PIECE + 1):
        piece = text[at : at + _PIECE]
        places[piece] = -1 if piece in places else at
    return {piece: at for piece, at in places.items() if at >= 0}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest run of pairs, given in the order of their first numbers, that rises in the second too."""
    tails: list[int] = []
    ends: list[int] = []
    links: list[int] = []
    for number, (_at, to) in enumerate(pairs):
        place = bisect_left(tails, to)
        links.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [to]
        ends[place : place + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chain.append(pairs[at])
        at = links[at]
    return chain[::-1]


def script(*, old: Sequence[Token], new: Sequence[Token], alphabet: Alphabet, coarse: bool = False) -> list[Step]:
    """Return the steps from one token sequence to another; deletions stand before insertions.

    coarse: keep nothing but the paragraph mark at the end, for texts that have nothing to do with each other.
    """
    held_old, held_new = holders(old), holders(new)
    before = alphabet.spell(_symbols(old, held_old))
    after = alphabet.spell(_symbols(new, held_new))
    if coarse:
        same = [(len(old) - 1, len(new) - 1, 1)] if before[-1:] == after[-1:] and before else []
    else:
        same = _tidy(blocks(old=before, new=after), old, new)
    steps: list[Step] = []
    at_old = at_new = 0
    for start_old, start_new, length in [*same, (len(old), len(new), 0)]:
        gone, come = slice(at_old, start_old), slice(at_new, start_new)
        at_old, at_new = start_old + length, start_new + length
        kept = slice(start_new, at_new)
        steps += map(_step, zip(old[gone], repeat(None), held_old[gone], strict=False))
        steps += map(_step, zip(repeat(None), new[come], held_new[come], strict=False))
        steps += map(_step, zip(old[start_old:at_old], new[kept], held_new[kept], strict=True))
    return steps


def _symbols(tokens: Sequence[Token], names: Sequence[tuple[str, ...]]) -> list[str]:
    """Return the keys with the holders around them."""
    if not any(names):
        return list(map(_KEY, tokens))
    return [
        token.key if not held else "\x1d".join((token.key, *held)) for token, held in zip(tokens, names, strict=True)
    ]


def holders(tokens: Sequence[Token]) -> list[tuple[str, ...]]:
    """Return for every token the names of the holders around it, each numbered by its turn among holders alike."""
    if not any(map(_PATH, tokens)):
        return [()] * len(tokens)
    turns: dict[str, int] = {}
    named: dict[int, str] = {}
    found: list[tuple[str, ...]] = []
    for token in tokens:
        names: tuple[str, ...] = ()
        for node, key in zip(token.path, token.place, strict=True):
            if id(node) not in named:
                full = "/".join((*names, key))
                turns[full] = turns.get(full, 0) + 1
                named[id(node)] = f"{key}#{turns[full]}"
            names = (*names, named[id(node)])
        found.append(names)
    return found


def _tidy(same: list[tuple[int, int, int]], old: Sequence[Token], new: Sequence[Token]) -> list[tuple[int, int, int]]:
    """Give up lone spaces and signs between two replacements."""
    kept: list[tuple[int, int, int]] = []
    at_old = at_new = 0
    for place, (start_old, start_new, length) in enumerate(same):
        if 0 < place < len(same) - 1 and length <= 2 and kept:
            tokens = old[start_old : start_old + length]
            light = all(token.key.isspace() or (len(token.key) == 1 and not token.key.isalnum()) for token in tokens)
            following = same[place + 1]
            sides = (
                _size(old, at_old, start_old) + _size(new, at_new, start_new),
                _size(old, start_old + length, following[0]) + _size(new, start_new + length, following[1]),
            )
            both = _both(at_old, start_old, at_new, start_new) and _both(
                start_old + length, following[0], start_new + length, following[1]
            )
            if light and both and 2 * sum(token.size for token in tokens) <= TIDY * sum(sides):
                continue
        kept.append((start_old, start_new, length))
        at_old, at_new = start_old + length, start_new + length
    return kept


def _both(start_old: int, stop_old: int, start_new: int, stop_new: int) -> bool:
    return stop_old > start_old and stop_new > start_new


def _size(tokens: Sequence[Token], start: int, stop: int) -> int:
    return sum(token.size for token in tokens[start:stop])
