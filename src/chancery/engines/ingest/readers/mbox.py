"""Unix mailboxes: one file of many messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_SEPARATOR = re.compile(rb"^From [^\r\n]{3,300}\r?\n$")
_LONGEST = 4096  # bytes of a line that are looked at
_CHUNK = 1 << 20
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
    with content.stream() as stream:
        number, data = 0, b""
        for number, data in enumerate(_split(stream), start=1):
            yield _child(number, data)
    if number and _is_cut(_plain(data)):
        raise Unreadable("The mailbox ends in the middle of its last message.", code="truncated")


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """Split at "From " lines that follow a blank line and precede a header; one message is held, never the whole."""
    held, begun, at, ended = bytearray(b"\n"), 1, 0, False  # what is not given out yet, and where its message begins
    while True:
        place = held.find(b"\nFrom ", at)
        end = held.find(b"\n", place + 1, place + _LONGEST) if place >= 0 else -1
        reached = place >= 0 and (end >= 0 or len(held) >= place + _LONGEST)
        if not ended and not (reached and (end < 0 or _whole(held, end + 1))):
            at = place if place >= 0 else max(at, len(held) - len(b"\nFrom "))
            if begun > _CHUNK:
                del held[: begun - 1]
                at, begun = at - begun + 1, 1
            chunk = stream.read(_CHUNK)
            held += chunk
            ended = not chunk
        elif place < 0:
            break
        elif end >= 0 and _separates(held, place, end):
            if place >= begun:
                yield bytes(held[begun : place + 1])
            begun = at = end + 1
        else:
            at = place + 1
    rest = bytes(held[begun:])
    if rest.strip():
        yield rest


def _whole(held: bytearray, start: int) -> bool:
    """Tell whether enough of the line that begins at a place is there to tell a header."""
    return held.find(b"\n", start, start + _LONGEST) >= 0 or len(held) >= start + _LONGEST


def _separates(held: bytearray, place: int, end: int) -> bool:
    """Tell whether the line between two line ends begins a message."""
    if held[held.rfind(b"\n", 0, place) + 1 : place].strip() or not _SEPARATOR.match(held[place + 1 : end + 1]):
        return False
    return _HEADER.match(held[end + 1 : end + 1 + _LONGEST]) is not None


def _child(number: int, data: bytes) -> Child:
    return Child(f"{number:04d}.eml", _plain(data))


def _plain(data: bytes) -> bytes:
    """Return a message without what the mailbox added to it."""
    if data.endswith(b"\n\n"):
        data = data[:-1]
    elif data.endswith(b"\r\n\r\n"):
        data = data[:-2]
    data = data.lstrip(b"\r\n")
    return _QUOTED.sub(rb"\1", data) if b">From " in data else data


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
