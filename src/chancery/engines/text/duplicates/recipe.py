"""When two mails are the same mail: recipe 2, as hashes of parts, so that a disagreement can be explained.

Outline: the industry pattern of the family hash (body, header, recipients, attachments), decided for the head of a
family; attachments count as a set, not in order. The EDRM message identification hash (MIH v1.0, 11 January 2023)
stands beside it and never decides: a draft and the mail that was sent share a Message-ID with different texts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.members import listed
from chancery.engines.text.normalise import without_white
from chancery.engines.text.spill import Packed

RECIPE = 2
PARTS = ("body", "header", "recipients", "blind", "attachments")
_X500 = re.compile(r"/(?:o|ou|cn)=[^<>\"]*?/cn=([^/<>\"]+)$", re.IGNORECASE)
_ADDRESS = re.compile(r"<([^<>]*)>\s*$")


@dataclass(frozen=True, slots=True)
class Fingerprint(Packed):
    """The hashes of one mail under one recipe, lower-case hex.

    body, attachments: None without any. blind: of the BCC recipients. sha256, md5: over all parts.
    soft: over all parts but the BCC recipients, which only the sender's copy carries.
    mih: EDRM identification hash, None without Message-ID. whole: False when an attachment could not be read.
    """

    recipe: int
    body: str | None
    header: str
    recipients: str
    blind: str
    attachments: str | None
    sha256: str
    md5: str
    soft: str
    mih: str | None
    whole: bool

    def as_record(self) -> dict[str, Any]:
        """Return the fingerprint as a JSON-safe mapping."""
        return dict(zip(_NAMES, _VALUES(self), strict=True))


_NAMES = tuple(each.name for each in fields(Fingerprint))
_VALUES = attrgetter(*_NAMES)


def fingerprint(
    *, text: str | None, metadata: Mapping[str, Any], attachments: Sequence[str], notices: Notices
) -> Fingerprint:
    """Return the hashes of a mail.

    metadata: as in ``Member``. attachments: SHA-256 of each, empty for one whose bytes could not be read.
    White space, notices, letter case of subject and addresses, and the order of recipients do not count.
    """
    body = body_of(text=text, metadata=metadata, notices=notices)
    subject = " ".join(str(metadata.get("subject") or "").split()).casefold()
    sent = str(metadata.get("date_sent") or " ".join(str(metadata.get("date_header") or "").split()))
    hashed_body = _hash(body) if body else None
    header = _hash("\x00".join((subject, person(shown=str(metadata.get("from") or "")), sent)))
    recipients = _usual(_people(metadata, "to") + "\x00" + _people(metadata, "cc"))
    blind = _usual(_people(metadata, "bcc"))
    attached = _hash("\x00".join(sorted(attachments))) if attachments else None
    shared = f"body={hashed_body}\x00header={header}\x00recipients={recipients}\x00"
    whole = f"{RECIPE}\x00{shared}blind={blind}\x00attachments={attached}"
    return Fingerprint(
        recipe=RECIPE,
        body=hashed_body,
        header=header,
        recipients=recipients,
        blind=blind,
        attachments=attached,
        sha256=_hash(whole),
        md5=hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest(),
        soft=_hash(f"{RECIPE}\x00soft\x00{shared}attachments={attached}"),
        mih=message_identification_hash(message_id=str(metadata.get("message_id") or "")),
        whole=all(attachments),
    )


def body_of(*, text: str | None, metadata: Mapping[str, Any], notices: Notices) -> str:
    """Return the body of a mail as compared: without white space and notices, empty when it has none."""
    return "" if text is None or metadata.get("body_absent") else notices.plain(text)


@lru_cache(maxsize=1 << 14)
def person(*, shown: str) -> str:
    """Return one person as compared: the address in small letters, the last common name of an X.500 address, or
    the name."""
    match = _ADDRESS.search(shown)
    value = (match.group(1) if match else shown).strip().casefold()
    inner = _X500.search(value)
    return without_white(text=inner.group(1) if inner else value.strip("'\""))


def disagreement(*, left: Fingerprint, right: Fingerprint) -> tuple[str, ...]:
    """Return the parts in which two fingerprints differ, ``recipe`` alone when they cannot be compared.

    ``mih`` stands last when the Message-IDs differ; that alone does not keep two mails apart.
    """
    if left.recipe != right.recipe:
        return ("recipe",)
    return tuple(name for name in (*PARTS, "mih") if getattr(left, name) != getattr(right, name))


def message_identification_hash(*, message_id: str) -> str | None:
    """Return the EDRM MIH v1.0 of a Message-ID with its angle brackets: MD5 in lower-case hex, None without one."""
    value = message_id.strip()
    return hashlib.md5(value.encode("utf-8", "replace"), usedforsecurity=False).hexdigest() if value else None


def _people(metadata: Mapping[str, Any], role: str) -> str:
    shown = listed(metadata, role)
    return ";".join(sorted({person(shown=each) for each in shown})) if shown else ""


@lru_cache(maxsize=1 << 12)
def _usual(value: str) -> str:
    """Return the hash of what many mails share, such as their recipients."""
    return _hash(value)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
