"""From a document to its entry in the search store, and from a query to what the store is asked."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from chancery.apps.documents.queries import ReviewableRecord
from chancery.engines.retrieval.dates import cover, day_token
from chancery.engines.retrieval.fields import TEXT
from chancery.engines.retrieval.nodes import AllOf, AnyOf, Days, Node, Without, Words
from chancery.engines.retrieval.segments import segment_values
from chancery.platform.index.query import And, Not, Or, Phrase, Prefix, Query, Term
from chancery.platform.index.values import Entry


def entry_of(*, tenant_id: str, matter_id: str, document: ReviewableRecord, text: str) -> Entry:
    """Return the searchable form of one document.

    The field of plain words holds number, subject, people, file name and text, kept apart so that no phrase runs
    from one into the next. The day is that of the document in UTC.
    """
    metadata = document.metadata
    senders = _people(metadata.get("from")) or _people(document.author)
    recipients = [person for name in ("to", "cc", "bcc") for person in _people(metadata.get(name))]
    subject = [document.title]
    suffix = PurePosixPath(document.name).suffix
    fields = {
        TEXT: [document.control_number, *subject, *senders, *recipients, document.name, text],
        "from": senders,
        "to": recipients,
        "subject": subject,
        "custodian": list(document.all_custodians),
        "path": list(document.all_paths),
        "type": [document.kind, suffix, document.media_type],
        "number": [document.control_number],
    }
    segmented = {name: segment_values(values) for name, values in fields.items()}
    if document.sort_date is not None:
        segmented["date"] = day_token(document.sort_date.date())
    return Entry(document_id=document.id, tenant_id=tenant_id, matter_id=matter_id, fields=segmented)


def asked(node: Node) -> Query:
    """Return what the search store is asked for a query that was understood."""
    if isinstance(node, Words):
        return _words(node)
    if isinstance(node, Days):
        return Or(tuple(Prefix("date", prefix) for prefix in cover(node.first, node.last)))
    if isinstance(node, AllOf):
        return And(tuple(asked(part) for part in node.parts))
    if isinstance(node, AnyOf):
        return Or(tuple(asked(part) for part in node.parts))
    if isinstance(node, Without):
        return Not(asked(node.part))
    raise TypeError(node)


def _words(node: Words) -> Query:
    if node.prefix:
        return Prefix(node.field, node.tokens[0])
    return Term(node.field, node.tokens[0]) if len(node.tokens) == 1 else Phrase(node.field, node.tokens)


def _people(value: Any) -> list[str]:
    if not value:
        return []
    return [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
