"""Bringing files in: open a collection, add files one by one, close it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import uploaded_path, without_direction
from chancery.apps.documents.web.forms import CollectionForm
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import SOURCE_KINDS, SOURCE_STATES, SOURCE_TONES, STATES
from chancery.foundation.errors import Refused
from chancery.interface.shell.toasts import toast
from chancery.interface.words import bytes_words

LARGEST_FILE = 4 * 1024**3
"""Bytes of one uploaded file; larger sources are collected from the command line."""
SHOWN_FILES = 200


def collect(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the collections of a matter and open a new one."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _begin(request, matter_id, form.cleaned_data)
    found = queries.collections(actor=actor, matter_id=matter_id)
    context = {
        "form": form,
        "matter_bar": bar,
        "matter_id": matter_id,
        "collections": [(row, said(STATES, row.state)) for row in found],
        "sources": [
            (row, said(SOURCE_KINDS, row.kind), said(SOURCE_STATES, row.state), SOURCE_TONES.get(row.state, ""))
            for row in queries.sources_of(actor=actor, matter_id=matter_id)
        ],
    }
    return render(request, "documents/collect.html", context, status=422 if form.errors else 200)


def _begin(request: HttpRequest, matter_id: str, values: dict[str, str]) -> HttpResponse:
    """Begin the plan of a source; an upload can take files at once."""
    actor, at = actor_of(request), timezone.now()
    named = {name: values[name] for name in ("name", "source_label", "time_zone")}
    source_id = actions.plan_source(actor=actor, matter_id=matter_id, kind=values["kind"], at=at, **named)
    if values["kind"] != "upload":
        return redirect("documents:plan", source_id)
    collection_id = actions.open_collection(actor=actor, matter_id=matter_id, source_id=source_id, at=at, **named)
    return redirect("documents:collection", collection_id)


def collection(request: HttpRequest, collection_id: str) -> HttpResponse:
    """Show a collection that is being received, and receive files into it."""
    actor = actor_of(request)
    record = queries.collection(actor=actor, collection_id=collection_id)
    if request.method == "POST":
        return _receive(request, record)
    if record.state != "receiving":
        return redirect("documents:processing", record.matter_id)
    files = queries.received_files(actor=actor, collection_id=collection_id, limit=SHOWN_FILES)
    context = {
        "matter_bar": matter_bar(request, record.matter_id),
        "collection": record,
        "files": [(row, without_direction(row.path), bytes_words(row.size)) for row in files.rows],
        "count": files.count,
        "bytes": bytes_words(files.bytes),
        "largest": LARGEST_FILE,
        "largest_words": bytes_words(LARGEST_FILE),
    }
    return render(request, "documents/collection.html", context)


@require_POST
def close(request: HttpRequest, collection_id: str) -> HttpResponse:
    """Close a collection and have it processed."""
    record = queries.collection(actor=actor_of(request), collection_id=collection_id)
    actions.close_collection(actor=actor_of(request), collection_id=collection_id, at=timezone.now())
    toast(request, gettext("Processing has started. You can leave this page."))
    return redirect("documents:processing", record.matter_id)


def _receive(request: HttpRequest, record: queries.CollectionRecord) -> HttpResponse:
    """Receive uploaded files; each is on disk and on record before it is acknowledged."""
    uploads = [each for each in request.FILES.getlist("files") if isinstance(each, UploadedFile)]
    too_large = [each for each in uploads if (each.size or 0) > LARGEST_FILE]
    answer: dict[str, Any] = {"received": [], "refused": []}
    for each in too_large:
        sentence = gettext("“%(name)s” is larger than %(limit)s; collect it from the command line.")
        answer["refused"].append(sentence % {"name": each.name, "limit": bytes_words(LARGEST_FILE)})
    paths = request.POST.getlist("paths")
    with _on_disk([each for each in uploads if each not in too_large], paths) as incoming:
        for file in incoming:
            try:
                row = actions.receive_file(
                    actor=actor_of(request),
                    collection_id=record.id,
                    path=file.path,
                    source=file.location,
                    at=timezone.now(),
                    custodian=request.POST.get("custodian", "")[:200],
                    given_name=file.given_name,
                )
            except Refused as refusal:
                if refusal.code in ("not_found", "not_allowed"):
                    raise
                answer["refused"].append(refusal.sentence(gettext(refusal.message)))
            else:
                answer["received"].append({"path": row.path, "size": row.size, "sha256": row.sha256})
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(answer, status=409 if answer["refused"] and not answer["received"] else 200)
    for sentence in answer["refused"][:5]:
        toast(request, sentence)
    count = len(answer["received"])
    toast(request, ngettext("%(count)d file received.", "%(count)d files received.", count) % {"count": count})
    return redirect(reverse("documents:collection", args=[record.id]))


@contextmanager
def _on_disk(uploads: Sequence[UploadedFile[Any]], paths: Sequence[str]) -> Iterator[list[actions.Incoming]]:
    """Give uploaded files as files on disk; those that were held in memory are written to scratch first."""
    folder = actions.make_scratch("upload")
    try:
        incoming: list[actions.Incoming] = []
        for number, upload in enumerate(uploads):
            if isinstance(upload, TemporaryUploadedFile):
                location = Path(upload.temporary_file_path())
            else:
                location = folder / f"{number:06d}"
                with location.open("wb") as stream:
                    for piece in upload.chunks():
                        stream.write(piece)
            given = paths[number] if len(paths) == len(uploads) and paths[number] else str(upload.name)
            incoming.append(actions.Incoming(path=uploaded_path(given), location=location, given_name=given))
        yield incoming
    finally:
        shutil.rmtree(folder, ignore_errors=True)
