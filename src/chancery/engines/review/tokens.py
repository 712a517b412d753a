"""Texts as numbers: words, word pairs and character n-grams of every language, counted per document."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# Scripts written without spaces: Han, Kana, Thai, Lao, Khmer, Burmese.
UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
RUN: Final = re.compile(rf"[{UNSPACED}\U00020000-\U0003ffff]+|[^\W_{UNSPACED}\U00020000-\U0003ffff]+")
DENSE: Final = re.compile(rf"[{UNSPACED}\U00020000-\U0003ffff]")
CODE_BITS: Final = 40
MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Occurrences:
    """Every occurrence of a feature, in reading order: its document and its code below 2**40."""

    documents: NDArray[np.int64]
    codes: NDArray[np.uint64]
    count: int

    def matrix(self) -> sparse.csr_matrix:
        """Return how often each document has each feature; columns are the codes met, in rising order."""
        keys = (self.documents.astype(np.uint64) << np.uint64(CODE_BITS)) | self.codes
        keys.sort()
        if not len(keys):
            return sparse.csr_matrix((self.count, 0), dtype=np.float32)
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        counts = np.diff(np.append(starts, len(keys))).astype(np.float32)
        kept = keys[starts]
        rows = (kept >> np.uint64(CODE_BITS)).astype(np.int64)
        names, columns = np.unique(kept & np.uint64((1 << CODE_BITS) - 1), return_inverse=True)
        indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=self.count))))
        return sparse.csr_matrix((counts, columns.astype(np.int32), indptr), shape=(self.count, len(names)))


def runs(text: str) -> list[str]:
    """Return the runs of letters and digits of a text, folded to lower case and compatibility forms."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return RUN.findall(folded.lower())


def telling(found: Sequence[str]) -> list[str]:
    """Return the runs without single letters and digits; a single character of an unspaced script is a word."""
    return [run for run in found if len(run) > 1 or DENSE.match(run)]


def words(run_lists: Sequence[Sequence[str]]) -> Occurrences:
    """Return the words of each document; a run without spaces between words gives its character pairs."""
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    ids: list[int] = []
    lengths: list[int] = []
    for found in run_lists:
        pieces = found if "".join(found).isascii() else [piece for run in found for piece in _pieces(run)]
        ids.extend(map(vocabulary.__getitem__, pieces))
        lengths.append(len(pieces))
    documents = np.repeat(np.arange(len(run_lists), dtype=np.int64), lengths)
    return Occurrences(documents, np.array(ids, dtype=np.uint64), len(run_lists))


def _pieces(run: str) -> list[str]:
    """Return a run as it is, or the character pairs of one written without spaces."""
    if len(run) > 1 and DENSE.match(run):
        return [run[place : place + 2] for place in range(len(run) - 1)]
    return [run]


def pairs(single: Occurrences) -> Occurrences:
    """Return the pairs of neighbouring words within each document."""
    inside = single.documents[1:] == single.documents[:-1]
    codes = _fold((single.codes[:-1] + np.uint64(1)) * MIX + single.codes[1:])
    return Occurrences(single.documents[1:][inside], codes[inside], single.count)


def characters(run_lists: Sequence[Sequence[str]], *, length: int = 4, dense_length: int = 3) -> Occurrences:
    """Return n-grams of characters: ``length`` over words and spaces, ``dense_length`` within unspaced runs."""
    texts = [f" {' '.join(found)} " for found in run_lists]
    joined = "".join(texts)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    documents = np.repeat(np.arange(len(texts), dtype=np.int64), [len(text) for text in texts])
    if joined.isascii():
        return _windows(points, documents, length, len(texts), keep=None)
    dense = np.frombuffer(DENSE.sub("\x00", joined).encode("utf-32-le"), dtype=np.uint32) == 0
    spaced = _windows(points, documents, length, len(texts), keep=~dense)
    tight = _windows(points, documents, dense_length, len(texts), keep=dense)
    return Occurrences(
        np.concatenate((spaced.documents, tight.documents)), np.concatenate((spaced.codes, tight.codes)), len(texts)
    )


def _windows(
    points: NDArray[np.uint64],
    documents: NDArray[np.int64],
    length: int,
    count: int,
    *,
    keep: NDArray[np.bool_] | None,
) -> Occurrences:
    """Return the windows of one length that lie within one document and, if asked, within kept characters."""
    size = len(points) - length + 1
    if size <= 0:
        return Occurrences(np.zeros(0, np.int64), np.zeros(0, np.uint64), count)
    codes = np.zeros(size, np.uint64)
    inside = documents[:size] == documents[length - 1 :]
    for shift in range(length):
        codes *= MIX
        codes += points[shift : shift + size]
        if keep is not None:
            inside &= keep[shift : shift + size]
    return Occurrences(documents[:size][inside], _fold(codes[inside]), count)


def _fold(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 40 well mixed bits of each code."""
    mixed = (codes ^ (codes >> np.uint64(29))) * MIX
    return mixed >> np.uint64(64 - CODE_BITS)
