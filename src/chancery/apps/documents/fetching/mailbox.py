"""A mailbox over IMAP, read only, over TLS; each message as it lies on the server, one file a message."""

from __future__ import annotations

import base64
import imaplib
import re
import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_noop

from chancery.apps.documents.fetching.guard import Place, connect_tls, resolve
from chancery.apps.documents.fetching.values import Fetched, SourceUnreachable

PIECE: Final = 50
"""Messages whose size is asked at a time."""
LARGEST: Final = 512 * 1024**2
"""Bytes of one message; larger ones are named as a problem and left on the server."""
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?P<sep>[^"]*)"|NIL) (?P<name>.+)$')
_SIZE = re.compile(rb"UID (\d+)")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class SignInRefused(SourceUnreachable):
    """The server does not take the name or the password."""

    code = "sign_in_refused"


class _Connection(imaplib.IMAP4):
    """An IMAP connection over TLS to an address that was checked before."""

    def __init__(self, place: Place) -> None:
        self._place = place
        super().__init__(place.host, place.port)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        return connect_tls(self._place)


def opened(plan: dict[str, Any], *, password: str) -> imaplib.IMAP4:
    """Return a signed-in connection. Refused: ``source_unreachable``, ``host_barred``, ``sign_in_refused``."""
    place = resolve(host=plan["host"], port=int(plan["port"]))
    try:
        connection = _Connection(place)
    except (OSError, imaplib.IMAP4.error) as trouble:
        raise SourceUnreachable(
            gettext_noop("“%(host)s” does not answer on port %(port)s."), host=place.host, port=place.port
        ) from trouble
    try:
        connection.login(plan["user"], _quotable(password))
    except imaplib.IMAP4.error as refusal:
        connection.shutdown()
        raise SignInRefused(
            gettext_noop("The mail server does not take this name and password for “%(user)s”."), user=plan["user"]
        ) from refusal
    return connection


def _quotable(password: str) -> str:
    return password.replace("\r", "").replace("\n", "")


def folders(connection: imaplib.IMAP4, plan: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name as the server writes it, name as people read it) of the folders to fetch."""
    _, lines = connection.list()
    wanted = {name.strip().casefold() for name in plan.get("folders", []) if name.strip()}
    found: list[tuple[str, str]] = []
    for line in lines:
        match = _LISTED.match(line) if isinstance(line, bytes) else None
        if match is None or b"\\noselect" in match["flags"].lower():
            continue
        raw = match["name"].decode("ascii", "replace")
        shown = modified_utf7(raw.strip('"').replace('\\"', '"').replace("\\\\", "\\"))
        if not wanted or shown.casefold() in wanted:
            found.append((raw if raw.startswith('"') else f'"{raw}"', shown))
    return found


def count(connection: imaplib.IMAP4, plan: dict[str, Any]) -> int:
    """Return how many messages are to be fetched."""
    return sum(len(_numbers(connection, raw, plan)[1]) for raw, _ in folders(connection, plan))


def messages(
    connection: imaplib.IMAP4, plan: dict[str, Any], *, folder: Path, checkpoint: dict[str, Any]
) -> Iterator[Fetched]:
    """Yield the messages that lie beyond the checkpoint, oldest first, each as a file in ``folder``.

    checkpoint: folder name -> [validity, last message fetched]; a mailbox that was made anew is fetched from its
    beginning. Nothing on the server is changed, not even the mark that a message was read.
    """
    for raw, shown in folders(connection, plan):
        validity, numbers = _numbers(connection, raw, plan)
        before, last = checkpoint.get(shown, [validity, 0])
        waiting = [number for number in numbers if before != validity or number > last]
        for start in range(0, len(waiting), PIECE):
            sizes = _sizes(connection, waiting[start : start + PIECE])
            for number in waiting[start : start + PIECE]:
                if sizes.get(number, 0) > LARGEST:
                    continue
                data = _message(connection, number)
                if data is None:
                    continue
                location = folder / f"{validity}-{number}"
                location.write_bytes(data)
                name = "/".join(part for part in shown.replace("\\", "/").split("/") if part) or "INBOX"
                yield Fetched(f"{plan['user']}/{name}/{number:08d}.eml", location, {shown: [validity, number]})


def _numbers(connection: imaplib.IMAP4, raw: str, plan: dict[str, Any]) -> tuple[int, list[int]]:
    answer, _ = connection.select(raw, readonly=True)
    if answer != "OK":
        return 0, []
    validity = connection.response("UIDVALIDITY")[1]
    asked = ["ALL"]
    if plan.get("since"):
        day = date.fromisoformat(plan["since"])
        asked = ["SINCE", f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}"]
    _, found = connection.uid("SEARCH", *asked)
    listed = found[0].split() if found and isinstance(found[0], bytes) else []
    first = validity[0] if validity and isinstance(validity[0], bytes) else b"0"
    return int(first), sorted(int(number) for number in listed)


def _sizes(connection: imaplib.IMAP4, numbers: list[int]) -> dict[int, int]:
    _, found = connection.uid("FETCH", ",".join(map(str, numbers)), "(RFC822.SIZE)")
    sizes = {}
    for line in found:
        text = line if isinstance(line, bytes) else b""
        uid, size = _SIZE.search(text), re.search(rb"RFC822\.SIZE (\d+)", text)
        if uid and size:
            sizes[int(uid[1])] = int(size[1])
    return sizes


def _message(connection: imaplib.IMAP4, number: int) -> bytes | None:
    _, found = connection.uid("FETCH", str(number), "(BODY.PEEK[])")
    for part in found:
        if isinstance(part, tuple) and len(part) > 1 and isinstance(part[1], bytes):
            return part[1]
    return None


def modified_utf7(name: str) -> str:
    """Return the name of a folder as people read it (RFC 3501, section 5.1.3); as it stands if it cannot be read."""

    def turned(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        padded = match[1].replace(",", "/") + "=" * (-len(match[1]) % 4)
        return base64.b64decode(padded).decode("utf-16-be")

    try:
        return re.sub(r"&([^-]*)-", turned, name)
    except ValueError:
        return name
