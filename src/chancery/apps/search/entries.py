"""From a document to its entry in the search store."""

from __future__ import annotations

from pathlib import PurePosixPath

from chancery.apps.documents.queries import ReviewableRecord
from chancery.engines.retrieval.describing import as_list, domains_of, marks_of, titles_of
from chancery.engines.retrieval.fields import MARK, TEXT
from chancery.engines.retrieval.segment import FAMILY, Entry


def entry_of(*, matter_id: str, document: ReviewableRecord, text: str) -> Entry:
    """Return the searchable form of one document. The day is that of the document in UTC."""
    metadata = document.metadata
    senders = as_list(metadata.get("from")) or as_list(document.author)
    recipients = [person for name in ("to", "cc", "bcc") for person in as_list(metadata.get(name))]
    suffix = PurePosixPath(document.name).suffix
    pages = metadata.get("pages")
    return Entry(
        id=document.id,
        scope=matter_id,
        fields={
            TEXT: [text],
            "subject": list(dict.fromkeys([document.title, *titles_of(metadata)])),
            "from": senders,
            "to": recipients,
            "name": [document.name],
            "number": [document.control_number],
            "path": list(document.all_paths),
            "type": [document.kind, suffix, document.media_type],
            "cc": as_list(metadata.get("cc")),
            "bcc": as_list(metadata.get("bcc")),
            "attachment": as_list(metadata.get("attachment_names")),
            "hash": [value for value in (document.sha256, document.md5) if value],
            MARK: marks_of(
                attachment=document.attachments > 0,
                attached=document.family_id != document.id,
                bcc=bool(as_list(metadata.get("bcc"))),
                text=bool(text.strip()),
                duplicate=bool(document.duplicate_of),
                inclusive=document.inclusive is True,
                exception=bool(document.exception),
            ),
        },
        day=document.sort_date.date() if document.sort_date is not None else None,
        numbers={
            "size": document.size,
            "attachments": document.attachments,
            **({"pages": pages} if isinstance(pages, int) else {}),
        },
        labels={
            "custodian": document.all_custodians,
            "domain": domains_of([*senders, *recipients]),
            "kind": [document.kind],
            "language": [document.language],
            FAMILY: [document.family_id],
            "thread": [document.thread],
            "duplicates": [document.duplicate_of or document.id],
            "near": [document.near_group],
        },
    )
