"""Unix mailboxes: one file of many messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_SEPARATOR = re.compile(rb"^From [^\r\n]{3,300}\r?\n$")
_HEADER = re.compile(rb"^(?:[!-9;-~]{1,80}[ \t]*:|>From |From )")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MULTIPART = re.compile(
    rb"^content-type:\s*multipart/[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*?boundary=\"?([^\"\r\n;]+)", re.I | re.M
)
_LENGTH = re.compile(rb"^content-length:\s*(\d+)\s*$", re.IGNORECASE | re.MULTILINE)


def read(content: Content, key: str) -> Reading:
    """Return one child per message, in order; a mailbox that ends inside a message is coded ``truncated``."""
    return Reading(children=_messages(content), container=True)


def _messages(content: Content) -> Iterator[Child]:
    """Split at "From " lines that follow a blank line and precede a header; read line by line, never
    whole."""
    lines: list[bytes] = []
    number, blank, held = 0, True, b""
    with content.stream() as stream:
        for line in stream:
            if held:
                if _HEADER.match(line):
                    if lines:
                        number += 1
                        yield _child(number, lines)
                    lines = []
                else:
                    lines.append(held)
                held = b""
            if blank and line.startswith(b"From ") and _SEPARATOR.match(line):
                held = line
            else:
                lines.append(line)
            blank = not line.strip()
    if held:
        lines.append(held)
    if any(line.strip() for line in lines):
        last = _child(number + 1, lines)
        yield last
        if _is_cut(last.source if isinstance(last.source, bytes) else b""):
            raise Unreadable("The mailbox ends in the middle of its last message.", code="truncated")


def _child(number: int, lines: list[bytes]) -> Child:
    data = b"".join(lines)
    if data.endswith(b"\n\n"):
        data = data[:-1]
    elif data.endswith(b"\r\n\r\n"):
        data = data[:-2]
    return Child(f"{number:04d}.eml", _QUOTED.sub(rb"\1", data.lstrip(b"\r\n")))


def _is_cut(message: bytes) -> bool:
    """Tell whether a message is cut: no end of line, no end of header, no closing boundary, too few bytes."""
    if not message.endswith(b"\n"):
        return True
    head, gap, body = message.replace(b"\r\n", b"\n").partition(b"\n\n")
    if not gap:
        return True
    announced = _LENGTH.search(head)
    if announced and len(body) + 2 < int(announced.group(1)):
        return True
    boundary = _MULTIPART.search(head)
    return bool(boundary) and b"--" + boundary.group(1).strip() + b"--" not in body if boundary else False
