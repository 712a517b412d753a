"""The statistics behind ``language``: unpacked for each process, or laid out once so that every process maps them.

The model of py3langid comes packed; to unpack it costs each process some tenths of a second and 70 MB of its own.
``python -m chancery.engines.text.tongues``, part of the installation, lays it out beside the compiled modules. Without
that, or after another model was installed, the packed one is read: the answers are the same.
"""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

_PLACE = Path(__file__).with_name("__pycache__")
_NAMES = ("ptc", "pc", "classes", "nextmove", "row", "out")


@cache
def identifier() -> Any:
    """Return the identifier over the languages of the packaged model."""
    packed = MODEL_DIR / MODEL_FILE
    folder = _folder(packed)
    try:
        held = {name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _NAMES}
    except (OSError, ValueError):
        return LanguageIdentifier.from_model_file(packed)
    return _Mapped(held)


class _Mapped(LanguageIdentifier):  # type: ignore[misc]
    """The identifier over tables that are mapped: read in place, where the library makes lists of its own."""

    def __init__(self, held: dict[str, Any]) -> None:
        rates, classes, steps = np.asarray(held["ptc"]), held["classes"].tolist(), memoryview(held["nextmove"])
        super().__init__(rates, np.array(held["pc"]), classes, steps, memoryview(held["out"]), tk_row=())
        self._rowbase = memoryview(held["row"].astype(np.uint32) << 8)
        self.halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)

    def _sparse_score(self, visits: dict[int, int], table: Any) -> Any:
        """Return what the library returns; numbers of half precision are widened by a table, which is quicker."""
        rows = np.fromiter(visits.keys(), dtype=np.intp, count=len(visits))
        counts = np.fromiter(visits.values(), dtype=np.float32, count=len(visits))
        return np.log1p(counts) @ self.halves[table.view(np.uint16)[rows]] + self.nb_pc


def lay_out() -> Path:
    """Lay the packaged model out, unless that was done before, and return the folder it lies in (70 MB).

    Raises OSError when the folder of the compiled modules cannot be written.
    """
    packed = MODEL_DIR / MODEL_FILE
    folder = _folder(packed)
    if folder.exists():
        return folder
    _PLACE.mkdir(exist_ok=True)
    for old in _PLACE.glob("tongues-*.model"):
        shutil.rmtree(old)
    ptc, pc, classes, nextmove, row, out = load_model(packed)
    arrays = (ptc, pc, np.array(classes), np.asarray(nextmove), np.asarray(row), np.asarray(out, dtype=np.int32))
    draft = Path(mkdtemp(prefix="tongues-", dir=_PLACE))
    try:
        for name, values in zip(_NAMES, arrays, strict=True):
            np.save(draft / f"{name}.npy", values, allow_pickle=False)
        draft.chmod(0o755)
        os.replace(draft, folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return folder


def _folder(packed: Path) -> Path:
    """Return where the laid out model stands: named by size and time of the packed one, as compiled modules are."""
    facts = packed.stat()
    return _PLACE / f"tongues-{facts.st_size}-{facts.st_mtime_ns}.model"


if __name__ == "__main__":
    lay_out()
    sys.exit(0)
