"""What an entry of the record carries, in words: names of fields, states and codes; keys of rows are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop

FIELDS = {
    "answers": gettext_noop("answers"),
    "budget": gettext_noop("budget"),
    "characters": gettext_noop("characters"),
    "container": gettext_noop("containers"),
    "copies_rolled_up": gettext_noop("copies rolled up"),
    "custodian": gettext_noop("custodian"),
    "decision": gettext_noop("decision"),
    "documents": gettext_noop("documents"),
    "due": gettext_noop("due"),
    "evidence": gettext_noop("evidence"),
    "exception": gettext_noop("exceptions"),
    "expected": gettext_noop("expected"),
    "families": gettext_noop("families"),
    "files": gettext_noop("files"),
    "floor": gettext_noop("lowest grade"),
    "grade": gettext_noop("grade"),
    "hash": gettext_noop("release hash"),
    "subject_hash": gettext_noop("release hash"),
    "high": gettext_noop("at most"),
    "low": gettext_noop("at least"),
    "hits": gettext_noop("hits"),
    "input_files": gettext_noop("files received"),
    "item": gettext_noop("items"),
    "jurisdiction": gettext_noop("jurisdiction"),
    "kind": gettext_noop("kind"),
    "language": gettext_noop("language"),
    "licence": gettext_noop("licence"),
    "lines": gettext_noop("lines"),
    "login": gettext_noop("login"),
    "minutes": gettext_noop("minutes"),
    "name": gettext_noop("name"),
    "names": gettext_noop("names"),
    "number": gettext_noop("number"),
    "outcome": gettext_noop("outcome"),
    "pages": gettext_noop("pages"),
    "points": gettext_noop("points"),
    "reason": gettext_noop("reason"),
    "reasons": gettext_noop("reasons"),
    "role": gettext_noop("role"),
    "role_in_matter": gettext_noop("part in the matter"),
    "service": gettext_noop("service"),
    "sessions": gettext_noop("sessions ended"),
    "size": gettext_noop("bytes"),
    "source": gettext_noop("source"),
    "state": gettext_noop("state"),
    "statement": gettext_noop("statement"),
    "title": gettext_noop("title"),
    "tokens": gettext_noop("tokens revoked"),
    "total": gettext_noop("total"),
    "valid_from": gettext_noop("valid from"),
    "valid_to": gettext_noop("valid to"),
    "withheld": gettext_noop("withheld"),
    "sha256": gettext_noop("SHA-256"),
    "manifest_sha256": gettext_noop("manifest SHA-256"),
    "hours": gettext_noop("hours"),
    "amount": gettext_noop("amount"),
    "text": gettext_noop("words"),
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
}
# Objects of the record whose label holds nothing but the key of a row.
THINGS = {
    "production": gettext_noop("the production"),
    "review": gettext_noop("second look"),
}
KEY = re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b")
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
        f"{gettext(FIELDS[key])}{colon}{words}"
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
        return mark.join(f"{gettext(FIELDS[key])} {words}" for key, words in inner if words)
    if isinstance(value, list):
        return mark.join(words for words in (_flat(one, mark) for one in value) if words)
    if value is None or value == "":
        return ""
    words = str(value)
    if words in WORDS:
        return gettext(WORDS[words])
    return HASH.sub(r"\1…", KEY.sub("", words)).strip()
