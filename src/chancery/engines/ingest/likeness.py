"""When two mails are the same mail: recipe 1, hashes over normalised fields, with the parts kept for
explanation.

Outline: the industry pattern of family deduplication (body, header, recipients, attachments), decided for
the parent and followed by its attachments. White space, letter case of addresses and file format do not
count.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from chancery.engines.text.normalise import without_white

RECIPE = 1
_X500 = re.compile(r"/(?:o|ou|cn)=[^<>\"]*?/cn=([^/<>\"]+)$", re.IGNORECASE)
_ADDRESS = re.compile(r"<([^<>]*)>\s*$")
_STARS = "********"
_SET_FOOTER = "EDRM Enron Email Data Set has been produced"


def body_of(*, text: str | None, metadata: dict[str, Any]) -> str:
    """Return the body of a mail without white space and without the licence footer of the EDRM set."""
    if not text or metadata.get("body_absent"):
        return ""
    return without_white(text=without_set_footer(text=text) if _SET_FOOTER in text else text)


def without_set_footer(*, text: str) -> str:
    """Return a body without the licence text, between rows of asterisks, that the EDRM Enron v2 set appends to
    every body; it is no part of what was sent."""
    at = text.rfind(_SET_FOOTER)
    before, after = text[:at].rstrip(), text[at:].rstrip()
    return before.rstrip("*") if before.endswith(_STARS) and after.endswith(_STARS) else text


def person(*, shown: str) -> str:
    """Return one person as compared: the address in lower case, the common name of an X.500 address, or the
    name."""
    match = _ADDRESS.search(shown) if "<" in shown else None
    value = (match.group(1) if match else shown).strip().lower()
    inner = _X500.search(value) if "/cn=" in value else None
    shown = inner.group(1) if inner else value.strip("'\"")
    return "".join(shown.split()) if " " in shown or not shown.isprintable() else shown


def parts(*, text: str | None, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return the hashes of recipe 1 except the attachments, which the family adds."""
    body = body_of(text=text, metadata=metadata)
    subject = " ".join(str(metadata.get("subject") or "").split()).lower()
    header = "\x00".join([subject, person(shown=str(metadata.get("from") or "")), str(metadata.get("date_sent") or "")])
    recipients = "\x00".join(
        f"{role}:" + ";".join(sorted(person(shown=each) for each in metadata.get(role) or ()))
        for role in ("to", "cc", "bcc")
    )
    return {
        "recipe": RECIPE,
        "body": _hash(body) if body else None,
        "header": _hash(header),
        "recipients": _hash(recipients),
    }


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
