"""Files that old mail programs wrote into the body as uuencoded lines: ``begin 644 name`` to ``end``."""

from __future__ import annotations

import binascii
import re

_BLOCK = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[ -`]{1,100}\r?\n)*?)(?:[` ]?\r?\n)?end[ \t]*\r?$", re.M
)
_MARK = b"begin "
_NEXT = b"\nbegin "


def taken_out(*, data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Return a body without its uuencoded files, and those files by name in order.

    A block that does not decode stays in the body. Names are as found, ASCII or what Latin-1 shows.
    """
    if _NEXT not in data and not data.startswith(_MARK):
        return data, []
    files: list[tuple[str, bytes]] = []

    def take(match: re.Match[bytes]) -> bytes:
        try:
            content = b"".join(_line(line) for line in match.group(2).splitlines())
        except binascii.Error:
            return match.group(0)
        if not content:
            return match.group(0)
        files.append((match.group(1).decode("latin-1").strip(), content))
        return b""

    return _BLOCK.sub(take, data), files


def _line(line: bytes) -> bytes:
    """Decode one line; the length it announces counts, since some writers leave a stray character at its end."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return binascii.a2b_uu(line[: ((((line[0] - 32) & 63) * 4 + 5) // 3) + 1])
