"""Text made safe and its language named, quickly where the text is plain ASCII."""

from __future__ import annotations

import re

import numpy as np

from chancery.engines.text.charset import decode
from chancery.engines.text.language import language_of
from chancery.engines.text.normalise import clean

_CONTROL = bytes(code for code in (*range(9), 0x0B, *range(0x0E, 0x20), 0x7F))
_NOT_PLAIN = _CONTROL + b"\r\x0c"
_LONG = 4096
_SAMPLES = (500, 3000)
_BLANK_LINES = re.compile("\n\n\n\n+")  # spelt out, so that the search has a fixed beginning
_PRINTED = str.maketrans(
    "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\xa0\xb7\xae\xa9\u2122\xa7", "''\"\"--.*  ...."
)
"""Signs of printed text that no language has to itself."""
_ENOUGH = 4
_FEW_WORDS = 24
_OUTWEIGHED = 4
_ENGLISH = frozenset(
    """the of and to in is that for you on with this be are have we will from please not your it as was if by at any
    our would has been can which thanks know let they he she just what when should could about there here attached
    but my i his her their all get forwarded -----original message----- from: to: cc: subject: sent: fyi""".split()  # noqa: SIM905
)
_FOREIGN = frozenset(
    """der die das und nicht ist ein eine mit von zu den le la les des et est une pour que dans sur los las el una por
    con para del il che di della per non sono het een van niet voor att det som er og ikke dos da uma nao e y ve bir
    bu""".split()  # noqa: SIM905
)


def cleaned(*, text: str) -> str:
    """Return what ``clean`` returns: plain line ends, no control characters, no lone surrogates."""
    if not text.isascii():
        return clean(text=text)
    raw = text.encode("ascii")
    if _is_plain(raw):
        return text
    slim = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x0c", b"\n")
    return (slim if _is_plain(slim) else slim.translate(None, _CONTROL)).decode("ascii")


def _is_plain(raw: bytes) -> bool:
    """Tell whether ASCII text holds no control characters but line feeds and tabs; long texts are counted through."""
    if len(raw) < _LONG:
        return len(raw.translate(None, _NOT_PLAIN)) == len(raw)
    if b"\r" in raw or b"\x7f" in raw:
        return False
    each = np.frombuffer(raw, np.uint8)
    return bool(np.count_nonzero(each < 32) == np.count_nonzero(each == 10) + np.count_nonzero(each == 9))


def tidied(*, text: str) -> str:
    """Return what ``tidy`` returns: clean text, no white space at line ends, runs of blank lines shortened."""
    lines = cleaned(text=text)
    if " \n" in lines or "\t\n" in lines or not lines.isascii():
        lines = "\n".join([line.rstrip() for line in lines.split("\n")])
    if "\n\n\n\n" in lines:
        lines = _BLANK_LINES.sub("\n\n\n", lines)
    return lines.strip()


def decoded(*, data: bytes, declared: str | None) -> tuple[str, str]:
    """Return text and character set of bytes; plain ASCII without escapes is told at once."""
    if data.isascii() and b"\x00" not in data and b"\x1b" not in data and b"~{" not in data and declared != "utf-7":
        return data.decode("ascii"), "ascii"
    found = decode(data=data, declared=declared)
    return found.text, found.charset


def tongue(*, text: str) -> str | None:
    """Return the language of a text; English that shows its commonest words is told without statistics."""
    for length in _SAMPLES:
        sample = text[:length]
        if not sample.isascii() and not (sample := sample.translate(_PRINTED)).isascii():
            break
        words = set(sample.lower().split())
        hits = len(words & _ENGLISH)
        enough = _ENOUGH if len(words) > _FEW_WORDS else _ENOUGH // 2
        foreign = len(words & _FOREIGN) if hits >= enough else hits
        if hits >= enough and (not foreign or (hits >= _ENOUGH and foreign * _OUTWEIGHED <= hits)):
            return "en"
        if length >= len(text):
            break
    return language_of(text=text)
