"""Background work of the search room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from chancery.apps.search import actions
from chancery.platform.jobs.handle import JobHandle
from chancery.platform.jobs.registry import job


@job("search.index", label=_("Making documents findable"))
def index(handle: JobHandle) -> None:
    """Index the documents of a collection, or those named."""

    def advance(done: int) -> None:
        handle.advance(done=done, total=max(done, 1), unit="documents")

    count = actions.index_documents(
        tenant_id=handle.tenant_id,
        matter_id=str(handle.matter_id),
        collection_id=handle.payload.get("collection_id"),
        document_ids=handle.payload.get("document_ids"),
        advance=advance,
    )
    handle.advance(done=count, total=count, unit="documents")
