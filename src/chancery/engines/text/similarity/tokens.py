"""Words and characters of many texts as numbers, without a Python object for each.

A word of an alphabet is one token; a Han or kana character, and one of a script written without spaces, is one
token of its own. Letter case, width (NFKC), punctuation and white space do not count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PIECE = 1 << 17  # characters hashed at a time: the arrays of one piece stay in the cache of a processor
_LONGEST = 1 << 12  # characters of a word that is never cut
_BASE = 0x9E3779B97F4A7C15
_ALONE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # Han radicals
    (0x3005, 0x3007),
    (0x3041, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some texts one after another.

    hashes: 64 bits each. alone: true where the token is a single character of a script without spaces, None
    when there is no such token. bounds: text number i has the tokens from bounds[i] to bounds[i + 1].
    """

    hashes: U64
    alone: Flags | None
    bounds: I64


def mix(values: U64) -> U64:
    """Return the values well scattered over 64 bits (finaliser of splitmix64; Steele, Lea, Flood 2014)."""
    out = values >> np.uint64(30)
    out ^= values
    out *= np.uint64(0xBF58476D1CE4E5B9)
    out ^= out >> np.uint64(27)
    out *= np.uint64(0x94D049BB133111EB)
    out ^= out >> np.uint64(31)
    return out


def _page(number: int) -> U8:
    """Return for 256 characters of the basic plane: 0 between words, 1 part of a word, 2 a word by itself."""
    points = range(number << 8, (number + 1) << 8)
    return np.array([_is_word(point) * (1 + any(first <= point <= last for first, last in _ALONE)) for point in points])


def _is_word(point: int) -> bool:
    return unicodedata.category(chr(point))[0] in "LNM"


def _powers(base: int) -> U64:
    out = np.full(_PIECE + 1, base, np.uint64)
    out[0] = 1
    return np.multiply.accumulate(out)


_CLASS_OF_BYTE = bytes(map(_is_word, range(128))) + bytes(128)
_CLASS, _LAID = np.zeros((256, 256), np.uint8), np.zeros(256, np.bool_)
_POWER = _powers(_BASE)
_INVERSE = _powers(pow(_BASE, -1, 1 << 64))


def tokens_of(*, texts: Sequence[str]) -> Tokens:
    """Return the tokens of the texts; any string will do, lone surrogates count as space."""
    plain = [_plain(text) for text in texts]
    parts: list[tuple[U64, I64, Flags | None]] = []
    bounds = np.zeros(len(plain) + 1, np.int64)
    for first, last in _runs(plain):
        joined = plain[first] if last == first + 1 else "".join(plain[first:last])
        before = len(parts)
        parts.extend(_pieces(joined))
        starts = [start for _, start, _ in parts[before:]]
        ends = np.cumsum(np.fromiter(map(len, plain[first:last]), np.int64, last - first))
        bounds[first + 1 : last + 1] = bounds[first] + np.searchsorted(np.concatenate(starts), ends)
    if not parts:
        return Tokens(np.empty(0, np.uint64), None, bounds)
    alone = None
    if any(flags is not None for _, _, flags in parts):
        alone = np.concatenate([np.zeros(len(h), np.bool_) if flags is None else flags for h, _, flags in parts])
    return Tokens(np.concatenate([hashes for hashes, _, _ in parts]), alone, bounds)


def _runs(plain: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield ranges of neighbouring texts of one kind, plain ASCII or not, that fit into a piece together."""
    first, chars = 0, 0
    for place, text in enumerate(plain):
        if place > first and (chars + len(text) > _PIECE or text.isascii() != plain[first].isascii()):
            yield first, place
            first, chars = place, 0
        chars += len(text)
    if first < len(plain):
        yield first, len(plain)


def _pieces(text: str) -> Iterator[tuple[U64, I64, Flags | None]]:
    """Yield hash, place and kind of the tokens, cut between words where the text is longer than a piece."""
    if text.isascii():
        data = text.encode()
        points: npt.NDArray[np.generic] = np.frombuffer(data, np.uint8)
        classes = np.frombuffer(data.translate(_CLASS_OF_BYTE), np.uint8)
    else:
        wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        points, classes = wide, _classes_of(wide)
    at = 0
    while at < len(points):
        end = min(len(points), at + _PIECE)
        if end < len(points):
            between = np.flatnonzero(classes[max(at, end - _LONGEST) : end] != 1)
            end = max(at, end - _LONGEST) + int(between[-1]) + 1 if len(between) else end
        hashes, starts = _piece(points[at:end], classes[at:end], at)
        yield hashes, starts, None if text.isascii() else classes[starts] == 2
        at = end


def _plain(text: str) -> str:
    lower = text.lower()
    return (lower if lower.isascii() else unicodedata.normalize("NFKC", lower).lower()) + "\n"


def _classes_of(points: npt.NDArray[np.uint32]) -> U8:
    low = points.astype(np.uint16)
    met = np.zeros(256, np.bool_)
    met[low >> 8] = True
    for page in np.flatnonzero(met & ~_LAID).tolist():
        _CLASS[page], _LAID[page] = _page(page), True
    classes = _CLASS.reshape(-1)[low]
    high = points > 0xFFFF
    if high.any():
        classes[high] = np.where(points[high] >= 0x20000, 2, 0)
    return classes


def _piece(points: npt.NDArray[np.generic], classes: U8, at: int) -> tuple[U64, I64]:
    """Return hash and place of each token: a difference of prefix sums of a polynomial, scattered."""
    sums = np.zeros(len(points) + 1, np.uint64)
    np.multiply(points, _POWER[: len(points)], out=sums[1:], dtype=np.uint64, casting="unsafe")
    np.add.accumulate(sums, out=sums)
    word, alone = classes == 1, classes == 2
    first, last = alone.copy(), alone
    first[0] |= word[0]
    first[1:] |= word[1:] > word[:-1]
    last[-1] |= word[-1]
    last[:-1] |= word[:-1] > word[1:]
    starts, ends = np.flatnonzero(first), np.flatnonzero(last) + 1
    hashes = sums[ends]
    hashes -= sums[starts]
    hashes *= _INVERSE[starts]
    hashes += (ends - starts).view(np.uint64)
    return mix(hashes), starts + at
