"""A quick reader of well-formed mail: header lines and parts cut out of the bytes, nothing copied twice.

It answers None for anything unusual (no closing boundary, odd header lines, encrypted or delivery parts); the
patient reader of the standard library then takes over. Authority: RFC 5322, RFC 2045, RFC 2046.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_FOLD = re.compile(r"\n[ \t]+")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]+)\s*=\s*(?:"([^"\\]*)"|([^\s;"]+))')
_LIST = r"""((?:;\s*[A-Za-z0-9_-]+\s*=\s*(?:"[^"\\]*"|[^\s;"]+)\s*)*);?\s*"""
_PLACE = re.compile(r"\s*([A-Za-z0-9-]+)\s*" + _LIST)
_WHOLE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)\s*" + _LIST)
_PLAIN_CODINGS = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit"})
_ODD = (
    "message/",
    "multipart/encrypted",
    "multipart/signed",
    "application/pkcs7",
    "application/x-pkcs7",
    "text/rfc822",
)
_DEPTH = 20
_READ = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "date", "subject", "message-id", "in-reply-to", "references"),
        *("thread-index", "importance", "content-type", "content-transfer-encoding", "content-disposition"),
        *("content-id", "x-apple-content-length"),
    }
)
"""The lines that anything here reads; others are passed over."""
_CONTROL = bytes(code for code in (*range(9), *range(11, 32), *range(127, 256)) if code != 13)


@dataclass(slots=True)
class Head:
    """The lines of one header: name in lower case to its first value; further values stand in ``more``.

    plain: printable ASCII without encoded words throughout.
    """

    values: dict[str, str]
    plain: bool = False
    more: dict[str, list[str]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Return the first value, unfolded, None if absent."""
        return self.values.get(name)

    def get_all(self, name: str) -> list[str] | None:
        """Return every value of a name, None if it is absent."""
        return [self.values[name], *self.more.get(name, ())] if name in self.values else None


@dataclass(slots=True)
class Part:
    """One leaf: kind such as ``text/plain``, its parameters, decoded bytes, disposition and file name (raw)."""

    head: Head
    kind: str
    parameters: dict[str, str]
    data: bytes
    disposition: str = ""
    name: str = ""


class _Unusual(Exception):
    """The message needs the patient reader."""


def split(*, data: bytes) -> tuple[Head, list[Part]] | None:
    """Return the header and the leaves of a message in order, None when it is not plainly well-formed.

    An attached message (message/rfc822) is one leaf whose data are its bytes as they stand.
    """
    try:
        head, start = _head(data, 0, len(data))
        if not head.values:
            return None
        return head, list(_leaves(data, head, start, len(data), 0))
    except (_Unusual, binascii.Error):
        return None


def _head(data: bytes, start: int, end: int) -> tuple[Head, int]:
    """Return the header that begins at ``start`` and where its body begins."""
    if data.startswith((b"\n", b"\r\n"), start):
        return Head({}), start + (1 if data[start] == 10 else 2)
    stop, width = data.find(b"\n\n", start, end), 2
    other = data.find(b"\n\r\n", start, end if stop < 0 else stop)
    if other >= 0:
        stop, width = other, 3
    if stop < 0:
        if start and data.find(b":", start, end) < 0:
            raise _Unusual
        stop, width = end, 0
    raw = data[start:stop]
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    text = raw.decode("ascii", "surrogateescape")
    if "\r" in text:
        text = text.replace("\r\n", "\n").rstrip("\r")
        if "\r" in text:
            raise _Unusual
    plain = len(raw.translate(None, _CONTROL)) == len(raw)
    return _lines(text, plain=plain), min(stop + width, end)


def _lines(text: str, *, plain: bool) -> Head:
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    values: dict[str, str] = {}
    head = Head(values, plain and "=?" not in text and "~{" not in text)
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if not colon or not name or " " in name:
            if not line:
                continue
            raise _Unusual
        name = name.lower()
        if name not in _READ:
            continue
        if name in values:
            head.more.setdefault(name, []).append(value.strip())
        else:
            values[name] = value.strip()
    return head


def _typed(value: str) -> tuple[str, dict[str, str]]:
    """Return kind and parameters of a content type; refuses encoded or broken parameters."""
    if not value:
        return "text/plain", {}
    match = _WHOLE.fullmatch(value)
    if match is None:
        raise _Unusual
    found = {}
    for name, quoted, bare in _PARAMETER.findall(match.group(2)):
        found[name.lower()] = quoted or bare
    return match.group(1).lower(), found


def _leaves(data: bytes, head: Head, start: int, end: int, depth: int) -> Iterator[Part]:
    kind, parameters = _typed(head.values.get("content-type", ""))
    if depth > _DEPTH:
        raise _Unusual
    if kind == "message/rfc822" and depth:
        if head.values.get("content-transfer-encoding", "").lower() not in _PLAIN_CODINGS:
            raise _Unusual
        yield _named(head, kind, parameters, data[start:end])
        return
    if kind.startswith(_ODD):
        raise _Unusual
    if kind.startswith("multipart/"):
        if kind == "multipart/digest" or not parameters.get("boundary"):
            raise _Unusual
        for first, last in _pieces(data, parameters["boundary"].encode("ascii", "surrogateescape"), start, end):
            inner, body = _head(data, first, last)
            yield from _leaves(data, inner, body, last, depth + 1)
        return
    yield _named(head, kind, parameters, _decoded(head, data[start:end]))


def _named(head: Head, kind: str, parameters: dict[str, str], data: bytes) -> Part:
    """Return a leaf with its disposition and file name; names in the extended form are for the patient reader."""
    value = head.values.get("content-disposition", "")
    if not value:
        return Part(head, kind, parameters, data, "", parameters.get("name", ""))
    match = _PLACE.fullmatch(value)
    if match is None:
        raise _Unusual
    given = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(match.group(2))}
    return Part(
        head, kind, parameters, data, match.group(1).lower(), given.get("filename") or parameters.get("name", "")
    )


def _pieces(data: bytes, boundary: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each part begins and ends; refuses a multipart without its closing line."""
    mark = b"--" + boundary
    at, opened = start, -1
    while (at := data.find(mark, at, end)) >= 0:
        if at != start and data[at - 1] != 10:
            at += 1
            continue
        stop = data.find(b"\n", at, end)
        stop = end if stop < 0 else stop + 1
        rest = data[at + len(mark) : stop].rstrip()
        if rest not in (b"", b"--"):
            at += 1
            continue
        if opened >= 0:
            before = at - 1 if at > opened else opened
            yield opened, before - 1 if before > opened and data[before - 1] == 13 else before
        if rest:
            return
        opened = at = stop
    raise _Unusual


def _decoded(head: Head, data: bytes) -> bytes:
    coding = head.values.get("content-transfer-encoding", "").lower()
    if coding in _PLAIN_CODINGS:
        return data
    if coding == "quoted-printable":
        return binascii.a2b_qp(data)
    if coding == "base64":
        return _from_base64(data)
    raise _Unusual


def _from_base64(data: bytes) -> bytes:
    """Decode clean base64; a cut or dirty payload is for the patient reader, which knows how to judge it."""
    packed = data.translate(None, b"\r\n \t")
    if len(packed) % 4:
        raise _Unusual
    return binascii.a2b_base64(packed, strict_mode=True) if packed else b""
