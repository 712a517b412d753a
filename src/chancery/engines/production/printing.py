"""How a produced document goes to paper: which header lines a mail shows, which words are set."""

from __future__ import annotations

from typing import cast

from chancery.engines.pages.values import Printable, PrintableKind
from chancery.engines.production.fields import moment, people
from chancery.engines.production.values import ProductionItem

_PEOPLE = (("From", "from"), ("To", "to"), ("Cc", "cc"), ("Bcc", "bcc"))


def printable_of(*, item: ProductionItem, timezone: str) -> Printable:
    """Return a document of an imaged kind as it is printed; dates are shown in ``timezone`` (IANA name)."""
    kind = cast(PrintableKind, item.kind)
    if item.kind == "mail":
        body = "" if item.metadata.get("body_absent") else item.text
        return Printable(kind, header=_mail_header(item, timezone), text=body)
    return Printable(kind, text=item.text, native=item.native)


def _mail_header(item: ProductionItem, timezone: str) -> tuple[tuple[str, str], ...]:
    facts = item.metadata
    lines = [(label, "; ".join(people(value=facts.get(key)))) for label, key in _PEOPLE]
    when = moment(value=facts.get("date_sent"), timezone=timezone)
    shown = when.strftime("%a %m/%d/%Y %H:%M:%S ") + timezone if when else str(facts.get("date_header") or "")
    lines.append(("Date", shown))
    lines.append(("Subject", str(facts.get("subject") or "")))
    lines.append(("Attachments", "; ".join(people(value=facts.get("attachment_names")))))
    return tuple((label, value) for label, value in lines if value or label in ("From", "Subject"))
