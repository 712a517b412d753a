"""An optional view from word vectors of a local file: what documents are about, beside the words they use.

Nothing is downloaded. Whoever has vectors that were trained on many texts (word2vec, GloVe, fastText in their text
form, or arrays) hands in the file; the queue then weighs this view like the others, by how well it foretells.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from chancery.engines.review.features import Floats
from chancery.engines.review.tokens import DENSE, runs
from chancery.foundation.errors import Refused

MOST_WORDS: Final = 5_000_000
MOST_NUMBERS: Final = 1_000_000_000
LONGEST_WORD: Final = 16
COMMON: Final = 1e-3
BATCH: Final = 20_000


class VectorsRefused(Refused):
    """A file that holds no word vectors."""

    code = "vectors_refused"


@dataclass(frozen=True)
class WordVectors:
    """Vectors by word. places: word → row. digest: of the file, so that a ledger can name what a run rested on."""

    places: Mapping[str, int]
    table: Floats
    digest: str


def read_vectors(path: Path) -> WordVectors:
    """Read word vectors from a local file.

    By the end of its name: ``.npz`` with the arrays ``words`` (texts) and ``vectors`` (one row a word); ``.npy`` with
    one row a word, its words beside it in ``NAME.vocab``, UTF-8, one a line; anything else is text, a word and its
    numbers on each line, with or without a first line of their counts. Words are lower-cased; the first of a kind
    counts. Nothing in the file is ever executed. Refuses: vectors_unreadable, vectors_invalid, vectors_too_large.
    """
    try:
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        words, table = _arrays(path) if path.suffix in (".npz", ".npy") else _text(path)
    except OSError as error:
        raise VectorsRefused(
            "%(path)s cannot be read: %(reason)s.",
            code="vectors_unreadable",
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _invalid(path) from error
    if table.ndim != 2 or not table.size or len(words) != len(table) or not np.isfinite(table).all():
        raise _invalid(path)
    places: dict[str, int] = {}
    for row, word in enumerate(words):
        places.setdefault(word.strip().lower(), row)
    return WordVectors(places, np.ascontiguousarray(table, np.float32), digest)


def _invalid(path: Path) -> VectorsRefused:
    return VectorsRefused("%(path)s holds no word vectors that can be read.", code="vectors_invalid", path=str(path))


def _arrays(path: Path) -> tuple[list[str], Floats]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as held:
            words, table = [str(word) for word in held["words"].ravel()], held["vectors"]
    else:
        table = np.load(path, allow_pickle=False, mmap_mode="r")
        words = path.with_suffix(".vocab").read_text("utf-8").splitlines()
    if len(words) > MOST_WORDS or table.size > MOST_NUMBERS:
        raise _too_large(path)
    if table.dtype.kind not in "fiu":
        raise _invalid(path)
    return words, np.asarray(table, np.float32)


def _too_large(path: Path) -> VectorsRefused:
    return VectorsRefused(
        "%(path)s holds more than %(limit)s words, or vectors too long for them.",
        code="vectors_too_large",
        path=str(path),
        limit=MOST_WORDS,
    )


def _text(path: Path) -> tuple[list[str], Floats]:
    words: list[str] = []
    parts: list[Floats] = []
    with path.open(encoding="utf-8", newline="\n") as file:
        lines = _lines(file)
        while batch := list(islice(lines, BATCH)):
            words += [word for word, _ in batch]
            parts.append(np.array([numbers.split(" ") for _, numbers in batch], dtype=np.float32))
            if len(words) > MOST_WORDS or len(words) * parts[0].shape[1] > MOST_NUMBERS:
                raise _too_large(path)
    return words, np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)


def _lines(file: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Word and numbers of each line; the line of counts that word2vec puts first is left out."""
    for place, line in enumerate(file):
        word, _, numbers = line.rstrip("\n\r ").partition(" ")
        if place == 0 and word.isdecimal() and numbers.isdecimal():
            continue
        yield word, numbers


def embed(*, titles: Sequence[str], bodies: Sequence[str], vectors: WordVectors) -> Floats:
    """Return one vector a document: the weighted mean of its words' vectors, without what all documents share.

    A word weighs a / (a + p), p its share of all words met and a = 0.001; the direction that most of the variation
    lies in is then taken out. Documents without a known word get zeros. Scripts written without spaces are cut into
    the longest words that the file knows. Method: Arora, Liang and Ma, ICLR 2017 (smooth inverse frequency).
    """
    found = [
        [vectors.places[word] for word in _known(f"{title} {body}", vectors.places)]
        for title, body in zip(titles, bodies, strict=True)
    ]
    lengths = np.array([len(rows) for rows in found])
    met = np.array([row for rows in found for row in rows], np.int64)
    table = np.zeros((len(found), vectors.table.shape[1]), np.float32)
    if not len(met):
        return table
    share = np.bincount(met, minlength=len(vectors.table)) / len(met)
    weight = (COMMON / (COMMON + share)).astype(np.float32)
    ends = np.cumsum(lengths)
    for document, (end, length) in enumerate(zip(ends.tolist(), lengths.tolist(), strict=True)):
        if length:
            rows = met[end - length : end]
            table[document] = weight[rows] @ vectors.table[rows] / length
    told = lengths > 0
    if told.sum() > 1:
        _, main = np.linalg.eigh(table[told].T @ table[told])
        common = main[:, -1]
        table[told] -= np.outer(table[told] @ common, common)
    return table


def _known(text: str, places: Mapping[str, int]) -> Iterator[str]:
    """The words of a text that have a vector."""
    for run in runs(text):
        if run in places:
            yield run
        elif DENSE.match(run):
            yield from _cut(run, places)


def _cut(run: str, places: Mapping[str, int]) -> Iterator[str]:
    """Words of a run without spaces, the longest first at every place."""
    start = 0
    while start < len(run):
        sizes = range(min(LONGEST_WORD, len(run) - start), 0, -1)
        word = next((run[start : start + size] for size in sizes if run[start : start + size] in places), "")
        if word:
            yield word
        start += len(word) or 1
