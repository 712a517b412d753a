"""Whether two ways of writing a person may mean the same one."""

from __future__ import annotations

import re
from functools import lru_cache

_MAILTO = re.compile(r"[\[<(]?mailto:([^\]>)\s]+)[\]>)]?", re.IGNORECASE)
_ADDRESS = re.compile(r"([\w.+'=-]+)@[\w-]+(?:\.[\w-]+)+")
_X500 = re.compile(r"/(?:o|ou|cn)=[^<>\"]*/cn=([^/<>\"]+)", re.IGNORECASE)
_NOTES = re.compile(r"/[^<>,;\"]*|@[\w &]+(?:@[\w &]+)*$")
_WORD = re.compile(r"[^\W\d_]+")
_LEAST = 3
_MOST = 500  # characters of a person looked at


@lru_cache(maxsize=1 << 16)
def keys_of(shown: str) -> frozenset[str]:
    """Return the names of a person as compared: the words of each form that stands there, sorted and joined.

    ``Kean, Steven J.``, ``Steven J Kean/NA/Enron@Enron`` and ``steven.kean@enron.com`` all have ``kean steven``.
    """
    found = set()
    rest = shown[:_MOST]
    for pattern in (_MAILTO, _X500, _ADDRESS):
        for match in pattern.finditer(rest):
            found.add(_joined(match[1].partition("@")[0]))
        rest = pattern.sub(" ", rest)
    found.add(_joined(_NOTES.sub(" ", rest)))
    return frozenset(found - {""})


def same_person(left: frozenset[str], right: frozenset[str]) -> bool | None:
    """Tell whether two sets of names share one, or a word that names a person; None when one of them is empty.

    Account names such as ``skean`` agree with a word they end in (``kean``), at least three letters long.
    """
    if not left or not right:
        return None
    if left & right:
        return True
    mine = {word for name in left for word in name.split()}
    theirs = {word for name in right for word in name.split()}
    return any(
        a == b
        or (min(len(a), len(b)) > _LEAST and (a.endswith(b) or b.endswith(a) or a.startswith(b) or b.startswith(a)))
        for a in mine
        for b in theirs
        if len(a) >= _LEAST or not a.isascii()
    )


def _joined(name: str) -> str:
    words = [word for word in _WORD.findall(name.casefold()) if len(word) > 1 or not word.isascii()]
    return " ".join(sorted(set(words)))
