"""What an entry of the record carries, in words: names of fields, states and codes; keys of rows are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop, pgettext_lazy

from chancery.interface.words import moment_words

FIELDS = {
    "answers": pgettext_lazy("field", "answers"),
    "budget": pgettext_lazy("field", "budget"),
    "characters": pgettext_lazy("field", "characters"),
    "container": pgettext_lazy("field", "containers"),
    "copies_rolled_up": pgettext_lazy("field", "copies rolled up"),
    "custodian": pgettext_lazy("field", "custodian"),
    "decision": pgettext_lazy("field", "decision"),
    "documents": pgettext_lazy("field", "documents"),
    "due": pgettext_lazy("field", "due"),
    "evidence": pgettext_lazy("field", "evidence"),
    "exception": pgettext_lazy("field", "exceptions"),
    "expected": pgettext_lazy("field", "expected"),
    "families": pgettext_lazy("field", "families"),
    "files": pgettext_lazy("field", "files"),
    "floor": pgettext_lazy("field", "lowest grade"),
    "grade": pgettext_lazy("field", "grade"),
    "hash": pgettext_lazy("field", "release hash"),
    "subject_hash": pgettext_lazy("field", "release hash"),
    "high": pgettext_lazy("field", "at most"),
    "low": pgettext_lazy("field", "at least"),
    "hits": pgettext_lazy("field", "hits"),
    "input_files": pgettext_lazy("field", "files received"),
    "item": pgettext_lazy("field", "items"),
    "jurisdiction": pgettext_lazy("field", "jurisdiction"),
    "kind": pgettext_lazy("field", "kind"),
    "language": pgettext_lazy("field", "language"),
    "licence": pgettext_lazy("field", "licence"),
    "lines": pgettext_lazy("field", "lines"),
    "login": pgettext_lazy("field", "login"),
    "minutes": pgettext_lazy("field", "minutes"),
    "name": pgettext_lazy("field", "name"),
    "names": pgettext_lazy("field", "names"),
    "number": pgettext_lazy("field", "number"),
    "outcome": pgettext_lazy("field", "outcome"),
    "pages": pgettext_lazy("field", "pages"),
    "points": pgettext_lazy("field", "points"),
    "reason": pgettext_lazy("field", "reason"),
    "reasons": pgettext_lazy("field", "reasons"),
    "role": pgettext_lazy("field", "role"),
    "role_in_matter": pgettext_lazy("field", "part in the matter"),
    "service": pgettext_lazy("field", "service"),
    "sessions": pgettext_lazy("field", "sessions ended"),
    "size": pgettext_lazy("field", "bytes"),
    "source": pgettext_lazy("field", "source"),
    "state": pgettext_lazy("field", "state"),
    "statement": pgettext_lazy("field", "statement"),
    "title": pgettext_lazy("field", "title"),
    "tokens": pgettext_lazy("field", "tokens revoked"),
    "total": pgettext_lazy("field", "total"),
    "valid_from": pgettext_lazy("field", "valid from"),
    "valid_to": pgettext_lazy("field", "valid to"),
    "withheld": pgettext_lazy("field", "withheld"),
    "sha256": pgettext_lazy("field", "SHA-256"),
    "manifest_sha256": pgettext_lazy("field", "manifest SHA-256"),
    "hours": pgettext_lazy("field", "hours"),
    "amount": pgettext_lazy("field", "amount"),
    "text": pgettext_lazy("field", "words"),
}
WORDS = {
    "draft": gettext_noop("draft"),
    "submitted": gettext_noop("submitted"),
    "routed": gettext_noop("waits for a person"),
    "declined": gettext_noop("declined"),
    "quoted": gettext_noop("quoted"),
    "engaged": gettext_noop("engaged"),
    "open": gettext_noop("open"),
    "assigned": gettext_noop("assigned"),
    "started": gettext_noop("under way"),
    "in_review": gettext_noop("under way"),
    "done": gettext_noop("done"),
    "complete": gettext_noop("complete"),
    "completed": gettext_noop("complete"),
    "cancelled": gettext_noop("withdrawn"),
    "offered": gettext_noop("offered"),
    "accepted": gettext_noop("accepted"),
    "accept": gettext_noop("accept"),
    "route": gettext_noop("a person decides"),
    "decline": gettext_noop("decline"),
    "clear": gettext_noop("no hit"),
    "waiting": gettext_noop("waiting"),
    "signed": gettext_noop("signed"),
    "refused": gettext_noop("refused"),
    "void": gettext_noop("void"),
    "prepared": gettext_noop("prepared"),
    "awaiting_signoff": gettext_noop("waits for the sign-off"),
    "writing": gettext_noop("being written"),
    "delivered": gettext_noop("delivered"),
    "receiving": gettext_noop("receiving"),
    "processing": gettext_noop("processing"),
    "processed": gettext_noop("processed"),
    "issued": gettext_noop("issued"),
    "queried": gettext_noop("queried"),
    "approved": gettext_noop("approved"),
    "paid": gettext_noop("paid"),
    "computer": gettext_noop("computer"),
    "paralegal": gettext_noop("paralegal"),
    "lawyer": gettext_noop("lawyer"),
    "senior": gettext_noop("senior lawyer"),
    "counsel": gettext_noop("client counsel"),
    "manager": gettext_noop("delivery manager"),
    "reviewer": gettext_noop("reviewer"),
    "attorney": gettext_noop("supervising attorney"),
    "administrator": gettext_noop("administrator"),
    "review_batch": gettext_noop("review batch"),
    "second_look": gettext_noop("second look"),
    "sign_off": gettext_noop("sign-off"),
    "quote_decision": gettext_noop("answer to a quote"),
    "organisation": gettext_noop("organisation"),
    "person": gettext_noop("person"),
    "en": gettext_noop("English"),
    "zh": gettext_noop("Chinese"),
    "running": gettext_noop("running"),
    "paused": gettext_noop("paused"),
    "met": gettext_noop("kept"),
    "breached": gettext_noop("missed"),
    "stopped": gettext_noop("stopped"),
}
# Objects of the record whose label holds nothing but the key of a row.
THINGS = {
    "production": gettext_noop("the production"),
    "review": gettext_noop("second look"),
}
KEY = re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)")
HASH = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{20,52}\b")


def value_words(values: Mapping[str, Any] | None) -> str:
    """Return the values that an entry carries in words; empty ones, keys of rows and what only machines read left out.

    The record itself, as exported, holds them all.
    """
    if not values:
        return ""
    chinese = (get_language() or "").startswith("zh")
    mark, colon = ("；", "：") if chinese else ("; ", ": ")
    shown = [
        f"{FIELDS[key]}{colon}{words}"
        for key, value in sorted(values.items())
        if key in FIELDS and (words := _flat(value, "、" if chinese else ", "))
    ]
    return mark.join(shown)[:400]


def label_words(label: str) -> str:
    """Return the label of an entry without keys of rows; a kind of object that is left alone is put in words."""
    rest = KEY.sub("", label).strip()
    if rest == label:
        return label
    return gettext(THINGS[rest]) if rest in THINGS else rest


def _flat(value: Any, mark: str) -> str:
    if isinstance(value, Mapping):
        inner = ((key, _flat(one, mark)) for key, one in value.items() if key in FIELDS)
        return mark.join(f"{FIELDS[key]} {words}" for key, words in inner if words)
    if isinstance(value, list):
        return mark.join(words for words in (_flat(one, mark) for one in value) if words)
    if value is None or value == "":
        return ""
    words = str(value)
    if words in WORDS:
        return gettext(WORDS[words])
    if MOMENT.fullmatch(words):
        return moment_words(datetime.fromisoformat(words))
    return HASH.sub(r"\1…", KEY.sub("", words)).strip()
