"""The acts of the record in words. An act without words of its own shows its stable name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_noop

from chancery.apps.review.queries.wording import decision_line

ACTS = {
    "clock.start": gettext_noop("started the service clock"),
    "clock.pause": gettext_noop("paused the service clock"),
    "clock.resume": gettext_noop("resumed the service clock"),
    "clock.stop": gettext_noop("stopped the service clock"),
    "clock.met": gettext_noop("kept the promised date"),
    "clock.breach": gettext_noop("missed the promised date"),
    "clock.change": gettext_noop("changed the promise"),
    "document.line_mended": gettext_noop("corrected a line of a scanned page"),
    "documents.changed": gettext_noop("changed many documents"),
    "documents.change_undone": gettext_noop("took a change of many documents back"),
    "documents.related": gettext_noop("found copies, threads and similar documents"),
    "rules.written": gettext_noop("wrote a set of rules"),
    "rules.tried": gettext_noop("tried a set of rules"),
    "rules.checked": gettext_noop("checked a sample of a rule"),
    "rules.applied": gettext_noop("applied a set of rules"),
    "rules.undone": gettext_noop("took a set of rules back"),
    "source.planned": gettext_noop("planned a collection"),
    "source.started": gettext_noop("started a source"),
    "source.paused": gettext_noop("paused a source"),
    "source.changed": gettext_noop("changed a source"),
    "source.fetched": gettext_noop("fetched files from a source"),
    "source.not_fetched": gettext_noop("could not fetch from a source"),
    "saved_search.kept": gettext_noop("kept a search"),
    "saved_search.dropped": gettext_noop("dropped a kept search"),
    "document.exported": gettext_noop("exported a document"),
    "matter.opened": gettext_noop("opened the matter"),
    "matter.closed": gettext_noop("closed the matter"),
    "team.added": gettext_noop("added to the team"),
    "team.removed": gettext_noop("removed from the team"),
    "wall.raised": gettext_noop("raised a wall"),
    "wall.lowered": gettext_noop("lowered a wall"),
    "request.started": gettext_noop("started a request"),
    "request.answered": gettext_noop("answered the request's questions"),
    "request.submitted": gettext_noop("submitted the request"),
    "request.decided": gettext_noop("decided on the request"),
    "request.engaged": gettext_noop("turned the request into a matter"),
    "request.graded": gettext_noop("graded the work"),
    "request.grade_overridden": gettext_noop("overrode the grade"),
    "quote.expired": gettext_noop("let the quote lapse"),
    "quote.superseded": gettext_noop("replaced the quote"),
    "service.published": gettext_noop("published a service"),
    "quote.offered": gettext_noop("offered a quote"),
    "quote.accepted": gettext_noop("accepted the quote"),
    "quote.declined": gettext_noop("declined the quote"),
    "evidence.received": gettext_noop("received evidence"),
    "evidence.expanded": gettext_noop("took evidence apart"),
    "collection.opened": gettext_noop("opened a collection"),
    "collection.closed": gettext_noop("closed a collection"),
    "collection.processed": gettext_noop("finished processing"),
    "document.viewed": gettext_noop("viewed"),
    "document.downloaded": gettext_noop("downloaded the native file"),
    "document.recognised": gettext_noop("read the text of a scan"),
    "document.recognition_failed": gettext_noop("could not read a scan"),
    "documents.list_exported": gettext_noop("exported a list of documents"),
    "exception.repair_requested": gettext_noop("asked for a repair"),
    "exception.repaired": gettext_noop("repaired an exception"),
    "exception.not_repaired": gettext_noop("could not repair an exception"),
    "saved_view.kept": gettext_noop("kept a view"),
    "saved_view.forgotten": gettext_noop("removed a view"),
    "batch.formed": gettext_noop("formed a batch"),
    "batch.shrunk": gettext_noop("took documents back out of a batch"),
    "batch.completed": gettext_noop("completed a batch"),
    "coding.saved": gettext_noop("coded"),
    "coding.second_look": gettext_noop("took a second look"),
    "coding.undone": gettext_noop("took a decision back"),
    "work.opened": gettext_noop("opened work"),
    "work.assigned": gettext_noop("assigned work"),
    "work.started": gettext_noop("started work"),
    "work.completed": gettext_noop("completed work"),
    "work.cancelled": gettext_noop("withdrew work"),
    "sample.drawn": gettext_noop("drew a random sample"),
    "sample.second_look": gettext_noop("decided in a second look"),
    "sample.resolved": gettext_noop("settled a difference"),
    "sample.completed": gettext_noop("completed the second look"),
    "sample.waived": gettext_noop("waived the second look"),
    "checklist.opened": gettext_noop("opened a checklist"),
    "checklist.ticked": gettext_noop("ticked a point"),
    "checklist.unticked": gettext_noop("took a tick back"),
    "signoff.requested": gettext_noop("asked for the sign-off"),
    "signoff.signed": gettext_noop("signed off"),
    "signoff.refused": gettext_noop("refused the sign-off"),
    "signoff.voided": gettext_noop("voided the sign-off"),
    "production.prepared": gettext_noop("prepared a production"),
    "production.submitted": gettext_noop("submitted a production for sign-off"),
    "production.refused": gettext_noop("sent a production back"),
    "production.log_exported": gettext_noop("exported the privilege log"),
    "production.delivered": gettext_noop("delivered a production"),
    "production.voided": gettext_noop("voided a production"),
    "production.link_issued": gettext_noop("issued a download link"),
    "production.downloaded": gettext_noop("downloaded the volume"),
    "production.exported": gettext_noop("exported the volume"),
    "invoice.drafted": gettext_noop("drafted an invoice"),
    "invoice.issued": gettext_noop("issued an invoice"),
    "invoice.line_queried": gettext_noop("queried an invoice line"),
    "invoice.query_answered": gettext_noop("answered a query"),
    "invoice.approved": gettext_noop("approved the invoice"),
    "invoice.paid": gettext_noop("marked the invoice as paid"),
    "invoice.exported": gettext_noop("exported the invoice"),
    "invoice.list_exported": gettext_noop("exported a list of invoices"),
    "time.entered": gettext_noop("entered time"),
    "time.corrected": gettext_noop("corrected time"),
    "conflict.checked": gettext_noop("checked for conflicts"),
    "conflict.decided": gettext_noop("decided on a conflict"),
    "party.recorded": gettext_noop("entered a party"),
    "professional.registered": gettext_noop("registered a professional"),
    "licence.recorded": gettext_noop("recorded a licence"),
    "absence.recorded": gettext_noop("recorded an absence"),
    "membership.granted": gettext_noop("granted a role"),
    "membership.revoked": gettext_noop("revoked a role"),
    "person.entered": gettext_noop("entered a person"),
    "person.switched_off": gettext_noop("switched off a login"),
    "person.switched_on": gettext_noop("switched on a login"),
    "person.password_set": gettext_noop("set a new password"),
    "client.entered": gettext_noop("entered a client organisation"),
    "token.issued": gettext_noop("issued an access token"),
    "token.revoked": gettext_noop("revoked an access token"),
    "job.cancelled": gettext_noop("stopped background work"),
    "job.resumed": gettext_noop("let background work go on"),
    "record.exported": gettext_noop("exported the record"),
    "session.opened": gettext_noop("signed in"),
    "session.closed": gettext_noop("signed out"),
}

KINDS = (
    ("", gettext_noop("All acts")),
    ("evidence", gettext_noop("Evidence received")),
    ("document", gettext_noop("Documents")),
    ("coding", gettext_noop("Coding")),
    ("work", gettext_noop("Work")),
    ("signoff", gettext_noop("Sign-off")),
    ("production", gettext_noop("Productions")),
    ("invoice", gettext_noop("Invoices")),
)


def act_words(act: str) -> str:
    """Return what an act is called in the reader's language."""
    return gettext(ACTS[act]) if act in ACTS else act


ROLES = {
    "counsel": gettext_noop("Client counsel"),
    "manager": gettext_noop("Delivery manager"),
    "reviewer": gettext_noop("Reviewer"),
    "attorney": gettext_noop("Supervising attorney"),
    "administrator": gettext_noop("Administrator"),
}


def role_words(role: str) -> str:
    """Return what a part in a matter is called in the reader's language."""
    return gettext(ROLES[role]) if role in ROLES else role


def decision_words(values: Mapping[str, Any] | None) -> str:
    """Return a coding decision in the words of its form, in the reader's language; empty for none."""
    return decision_line(values)[:400] if values else ""
