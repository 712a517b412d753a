"""Writes of the documents room: the door for pages, jobs and other rooms."""

from __future__ import annotations

from chancery.apps.documents.changes import (
    CannotBeTakenBack,
    NothingChosen,
    ReasonMissing,
    TagMissing,
    carry_out,
    change_documents,
    take_back,
    undo_change,
)
from chancery.apps.documents.expansion import expand_collection, finish_collection
from chancery.apps.documents.imaging import ask_for_pages, make_collection_pages, make_pages
from chancery.apps.documents.intake import (
    CollectionClosed,
    Incoming,
    InputFileRecord,
    NothingReceived,
    PathTaken,
    close_collection,
    open_collection,
    receive_file,
    receive_files,
)
from chancery.apps.documents.laying_out import make_scratch
from chancery.apps.documents.openings import note_list_export, note_view, open_native
from chancery.apps.documents.recognition import recognise_collection
from chancery.apps.documents.relating import relate_matter
from chancery.apps.documents.repairs import (
    NothingToRepair,
    PasswordMissing,
    mend,
    replace_file,
    retry_with_password,
    retry_with_passwords,
)
from chancery.apps.documents.views_saved import forget_view, keep_view

__all__ = [
    "CannotBeTakenBack",
    "CollectionClosed",
    "Incoming",
    "InputFileRecord",
    "NothingChosen",
    "NothingReceived",
    "NothingToRepair",
    "PasswordMissing",
    "PathTaken",
    "ReasonMissing",
    "TagMissing",
    "ask_for_pages",
    "carry_out",
    "change_documents",
    "close_collection",
    "expand_collection",
    "finish_collection",
    "forget_view",
    "keep_view",
    "make_collection_pages",
    "make_pages",
    "make_scratch",
    "mend",
    "note_list_export",
    "note_view",
    "open_collection",
    "open_native",
    "receive_file",
    "receive_files",
    "recognise_collection",
    "relate_matter",
    "replace_file",
    "retry_with_password",
    "retry_with_passwords",
    "take_back",
    "undo_change",
]
