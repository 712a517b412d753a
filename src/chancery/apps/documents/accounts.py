"""The accounting: every input file and byte ends as an item, a container or a coded exception."""

from __future__ import annotations

from django.db.models import Count, Q, Sum

from chancery.apps.documents import policies
from chancery.apps.documents.models import Document, InputFile
from chancery.apps.documents.records import Accounting, Check
from chancery.foundation.errors import NotFound
from chancery.platform.access.values import Actor


def accounting(*, actor: Actor, matter_id: str | None = None, collection_id: str | None = None) -> Accounting:
    """Count a matter or one collection afresh, from the rows themselves. Raises NotFound if it is hidden.

    The sums: files received = documents at the top; bytes received = bytes of these documents as received;
    items + containers + exceptions = documents; every document at the top belongs to exactly one file.
    """
    if collection_id is not None:
        scope = Q(collection_id=policies.collection(actor, collection_id).id)
    elif matter_id is not None:
        policies.matter(actor, matter_id)
        scope = Q(matter_id=matter_id)
    else:
        raise NotFound
    files = policies.input_files_for(actor).filter(scope)
    documents = policies.documents_for(actor).filter(scope).order_by()
    received = files.aggregate(
        files=Count("id"), bytes=Sum("size"), waiting=Count("id", filter=Q(state=InputFile.State.RECEIVED))
    )
    by_status = dict(documents.values_list("status").annotate(Count("id")))
    codes = dict(documents.exclude(exception="").values_list("exception").annotate(Count("id")))
    kinds = dict(documents.values_list("kind").annotate(Count("id")))
    top = documents.filter(parent=None).aggregate(
        documents=Count("id"), files=Count("input_file", distinct=True), bytes=Sum("input_file__size")
    )
    total = sum(by_status.values())
    return Accounting(
        input_files=received["files"],
        input_bytes=received["bytes"] or 0,
        waiting_files=received["waiting"],
        documents=total,
        items=by_status.get(Document.Status.ITEM, 0),
        containers=by_status.get(Document.Status.CONTAINER, 0),
        exceptions=by_status.get(Document.Status.EXCEPTION, 0),
        duplicates=documents.exclude(duplicate_of=None).count(),
        flagged=sum(codes.values()),
        by_exception=dict(sorted(codes.items(), key=lambda pair: (-pair[1], pair[0]))),
        by_kind=dict(sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
        checks=(
            Check("files_at_top", received["files"], top["documents"]),
            Check("files_covered", received["files"], top["files"]),
            Check("bytes_at_top", received["bytes"] or 0, top["bytes"] or 0),
            Check("statuses", total, documents.count()),
        ),
    )
