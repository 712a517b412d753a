"""Make extracted text safe to keep: valid UTF-8, plain line ends, no control bytes."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029|\x0c")
_WHITE = b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"  # what ``str.split`` takes for white space in ASCII
_BLANK_LINES = re.compile(r"\n{4,}")


def clean(*, text: str) -> str:
    """Return the text with ``\\n`` line ends and without control characters or lone surrogates; content is
    kept."""
    if text.isprintable():
        return text
    return _CONTROL.sub("", _LINE_ENDS.sub("\n", _pair_surrogates(text)))


def tidy(*, text: str) -> str:
    """Return clean text with runs of blank lines shortened and outer white space removed."""
    lines = "\n".join(line.rstrip() for line in clean(text=text).split("\n"))
    return _BLANK_LINES.sub("\n\n\n", lines).strip()


def without_white(*, text: str) -> str:
    """Return the text without any white space, for comparing content."""
    if text.isascii():
        return text.encode("ascii").translate(None, _WHITE).decode("ascii")
    return "".join(text.split())


def safe_name(*, name: str) -> str:
    """Return a name as valid UTF-8: undecodable bytes in percent form, control characters removed."""
    if name.isascii() and name.isprintable():
        return name
    shown = "".join(
        f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char for char in name if char >= " "
    )
    return _CONTROL.sub("", shown)


def _pair_surrogates(text: str) -> str:
    if text.isascii() or not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
