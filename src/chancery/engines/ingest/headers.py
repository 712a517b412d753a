"""Mail header values: encoded words, raw bytes in any character set, people, dates."""

from __future__ import annotations

import base64
import binascii
import hashlib
import quopri
import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.header import Header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from typing import Any, Protocol

from chancery.engines.ingest.mime import Head
from chancery.engines.text.charset import codec_for, decode

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
_USUAL = re.compile(
    r"(?:[A-Za-z]{3},? +)?(\d{1,2}) +([A-Za-z]{3}) +(\d{4}) +(\d\d):(\d\d)(?::(\d\d))? *"
    r"([+-])(\d\d)(\d\d)(?: *\([^()]*\))?"
)
_ATOM = r"[\w!#$%&'*+/=?^`{|}~.-]"
_ONE = re.compile(
    rf"\s*(?:(?:\"([^\"\\]*)\"|({_ATOM}+(?: +{_ATOM}+)*))? *<([^<>\"\s,;()\\]+)>"
    rf"|({_ATOM}+(?:@{_ATOM}+|(?: +{_ATOM}+)*)))\s*(?:,|$)",
    re.ASCII,
)
_EXPORTED = re.compile(r'<([^<>@,"]+)>,"([^"<>\\]*)" *<([^<>\s]+)>\s*(?:,|$)')
_SPECIAL = re.compile(r"=\?|~\{|[\r\n]")
_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(=\?)")
_FOLD = re.compile(r"\r?\n[ \t]+|\r(?=[ \t])|\n")
_SHORT_LIST = 2000
"""Characters of a list of people that is remembered: the same few stand over most mails of a collection."""
_YEAR_OF_NOTHING = re.compile(r"\b0\d{3} \d")
_ISO = re.compile(r"^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


class Heads(Protocol):
    """What holds header values: a message of the standard library, or the quick reader's header."""

    def get(self, name: str, /) -> Any:
        """Return the first value of a name."""

    def get_all(self, name: str, /) -> Any:
        """Return all values of a name."""


def header(*, message: Message | Heads, name: str, charset: str | None = None) -> str:
    """Return a decoded header value on one line, empty if absent; ``charset`` is tried on raw bytes first."""
    value = message.get(name)
    if isinstance(message, Head) and message.plain:
        return value or ""
    if type(value) is str and value.isascii() and not _SPECIAL.search(value):
        return value.strip()
    return header_text(value=value, charset=charset) if value is not None else ""


def header_text(*, value: str | Header, charset: str | None = None) -> str:
    """Return a header value with encoded words and raw eight-bit text decoded."""
    raw = value if isinstance(value, str) else "".join(_raw_of(value))
    plain = _eight_bit(raw, charset)
    if "\n" in plain or "\r" in plain:
        plain = _FOLD.sub(" ", plain)
    if "=?" in plain:
        plain = _words(_BETWEEN.sub(r"\1\2", plain))
    return plain.strip()


def _raw_of(value: Header) -> list[str]:
    """Return the pieces of a compat32 header of unknown eight-bit text with its bytes as surrogates."""
    return [str(text) for text, _ in value._chunks]  # type: ignore[attr-defined]


def _eight_bit(raw: str, charset: str | None) -> str:
    if raw.isascii():
        return decode(data=raw.encode("ascii")).text if "~{" in raw else raw
    try:
        data = raw.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return raw
    return decode(data=data, declared=charset).text


def _words(text: str) -> str:
    """Decode encoded words; neighbours of one set are joined as bytes first, since some writers cut
    characters."""
    out: list[str] = []
    pending, pending_set, end = b"", "", 0
    for match in _WORD.finditer(text):
        between = text[end : match.start()]
        charset = match.group(1).split("*")[0].lower()
        if pending and (between or charset != pending_set):
            out.append(decode(data=pending, declared=pending_set).text)
            pending = b""
        out.append(between)
        pending += _word_bytes(match.group(2), match.group(3))
        pending_set, end = charset, match.end()
    if pending:
        out.append(_declared(pending, pending_set))
    return "".join(out) + text[end:]


def _declared(data: bytes, charset: str) -> str:
    codec = codec_for(label=charset)
    if codec:
        try:
            return data.decode(codec)
        except (UnicodeError, LookupError):
            pass
    return decode(data=data, declared=charset).text


def _word_bytes(coding: str, payload: str) -> bytes:
    data = payload.encode("utf-8", "surrogateescape")
    if coding in "qQ":
        return quopri.decodestring(data.replace(b"_", b" "), header=False)
    try:
        return base64.b64decode(data + b"=" * (-len(data) % 4))
    except (binascii.Error, ValueError):
        return data


def people(*, message: Message | Heads, name: str, charset: str | None = None) -> list[str]:
    """Return the people of a header as ``Name <address>``, in order, from all lines of that header."""
    values = message.get_all(name)
    if not values:
        return []
    raw = tuple(value if isinstance(value, str) else "".join(_raw_of(value)) for value in values)
    find = _people_again if len(raw) == 1 and len(raw[0]) < _SHORT_LIST else _people_in
    return list(find(raw, charset))


def _people_in(values: tuple[str, ...], charset: str | None) -> tuple[str, ...]:
    if len(values) == 1 and (quick := _usual_people(values[0])) is not None:
        return tuple(quick)
    raw = [_FOLD.sub(" ", _eight_bit(value, charset)) for value in values]
    found = []
    for shown, address in getaddresses(raw):
        shown = header_text(value=shown) if "=?" in shown else shown
        address = header_text(value=address) if "=?" in address else address
        if shown or address:
            found.append(f"{shown} <{address}>" if shown and address and shown != address else shown or address)
    if not found and any(value.strip() for value in raw):
        found = [header_text(value=value) for value in raw if value.strip()]
    return tuple(_tame(each) for each in found)


_people_again = lru_cache(maxsize=8192)(_people_in)


def _usual_people(value: str) -> list[str] | None:
    """Return the people of a plain ASCII list, None for comments, groups, encoded words and the like."""
    if "(" in value or "=?" in value or "\n" in value or not value.isascii():
        return None
    found, at, end = [], 0, len(value)
    while at < end:
        if value[at] == "<" and (exported := _EXPORTED.match(value, at)):
            surname, given, address = exported.groups()
            found.append(f"{surname}, {given} <{address}>" if given.strip() else f"{surname} <{address}>")
            at = exported.end()
            continue
        match = _ONE.match(value, at)
        if match is None:
            return [] if not value[at:].strip(" ,") and not found else None
        quoted, plain, angled, bare = match.groups()
        shown = quoted or plain
        name = " ".join(shown.split()) if shown else ""
        found.append(f"{name} <{angled}>" if name and name != angled else angled or bare)
        at = match.end()
    return found


def _tame(shown: str) -> str:
    return " ".join(shown.split())


def sent_at(*, value: str, zone: tzinfo = UTC) -> str | None:
    """Return a header date as ISO 8601 in UTC to the second, None when it is none or before 1970.

    zone: of a date that names none.
    """
    if match := _USUAL.fullmatch(value):
        return _usual_date(match)
    text = re.sub(r"\s+", " ", value).strip()
    if not text or _YEAR_OF_NOTHING.search(text):
        return None
    try:
        when = datetime.fromisoformat(text) if _ISO.match(text) else parsedate_to_datetime(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=zone)
        when = when.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when.year >= 1970 else None


def _usual_date(match: re.Match[str]) -> str | None:
    """Return the time of a header date in its usual form, None when it is no date or before 1970."""
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1)
    try:
        moment = (_MONTHS[month.lower()], int(day), int(hour), int(minute), min(59, int(second or 0)))
        when = datetime(int(year), *moment) - timedelta(minutes=offset)  # noqa: DTZ001  (in UTC from here on)
    except (ValueError, KeyError, OverflowError):
        return None
    return f"{when.isoformat()}Z" if when.year >= 1970 else None


def message_identification_hash(*, message_id: str) -> str | None:
    """Return the EDRM MIH of a message id, None without one.

    MD5 over the value with its angle brackets, case kept, lower-case hex. EDRM MIH v1.0 (11 January 2023).
    """
    value = message_id.strip()
    if not value:
        return None
    return hashlib.md5(value.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def mail_metadata(*, message: Message | Heads, charset: str | None, zone: tzinfo = UTC) -> dict[str, Any]:
    """Return the metadata of a message from its header."""
    date = header(message=message, name="date")
    message_id = header(message=message, name="message-id")
    senders = people(message=message, name="from", charset=charset) or people(message=message, name="sender")
    return {
        "subject": _tame(header(message=message, name="subject", charset=charset)),
        "from": senders[0] if senders else "",
        "to": people(message=message, name="to", charset=charset),
        "cc": people(message=message, name="cc", charset=charset),
        "bcc": people(message=message, name="bcc", charset=charset),
        "date_sent": sent_at(value=date, zone=zone),
        "date_header": date,
        "message_id": message_id,
        "mih": message_identification_hash(message_id=message_id),
        "in_reply_to": header(message=message, name="in-reply-to"),
        "references": header(message=message, name="references").split(),
        "thread_index": header(message=message, name="thread-index"),
        "importance": header(message=message, name="importance"),
    }
