"""Which families can be copies of each other at all, told without their texts."""

from __future__ import annotations

import hashlib

from chancery.engines.text.duplicates.families import is_head
from chancery.engines.text.duplicates.notices import Notices
from chancery.engines.text.duplicates.recipe import fingerprint
from chancery.engines.text.members import Member

_NONE = Notices()


def candidate_key(*, member: Member) -> str:
    """Return what all copies of an item share: 64 hex digits, empty for one that is no head or can have no copy.

    Of a mail read in full: subject, sender, time, recipients (recipe 2 without body and attachments); of all else
    the bytes. ``find_duplicates`` over the families whose heads share a key finds all there are.
    """
    if not is_head(member) or not member.sha256 or not member.size:
        return ""
    if member.kind == "mail" and member.exception is None:
        return fingerprint(text=None, metadata=member.metadata, attachments=(), notices=_NONE).sha256
    return hashlib.sha256(f"file:{member.sha256}".encode()).hexdigest()
