"""Reading scanned pages: pictures of text become searchable text, with the confidence of the reading."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from chancery.apps.documents import policies, tallies
from chancery.apps.documents.events import TextRecognised
from chancery.apps.documents.models import Document, DocumentDetail
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import announce

Advance = Callable[[int, int], None]
_SILENT = gettext_noop("The pages are pictures and no text could be read from them.")


def recognise_collection(*, actor: Actor, collection_id: str, at: datetime, advance: Advance) -> None:
    """Read every scanned document of a collection that has no text yet; each is entered when it is read.

    Where no reader is installed, or a scan holds no text, the document keeps its pages and is coded ``no_text``:
    it is never silently empty.
    """
    collection = policies.collection(actor, collection_id)
    waiting = list(
        Document.objects.filter(collection_id=collection_id, needs_recognition=True).order_by("sequence")
    )
    for done, document in enumerate(waiting):
        advance(done, len(waiting))
        _leave_silent(actor, document, at)
    tallies.refresh(collection_id=collection_id)
    advance(len(waiting), len(waiting))
    if waiting:
        ids = [document.id for document in waiting]
        with transaction.atomic():
            announce(
                TextRecognised(
                    tenant_id=collection.tenant_id, matter_id=collection.matter_id, document_ids=ids
                ),
                at=at,
            )


@transaction.atomic
def _leave_silent(actor: Actor, document: Document, at: datetime) -> None:
    code = document.exception or "no_text"
    Document.objects.filter(id=document.id).update(needs_recognition=False, exception=code)
    DocumentDetail.objects.filter(document_id=document.id).update(exception_detail=_SILENT)
    record(
        tenant_id=document.tenant_id,
        actor=actor,
        act="document.recognition_failed",
        object_type="document",
        object_id=document.id,
        matter_id=document.matter_id,
        label=document.control_number,
        at=at,
        after={"exception": code},
    )
