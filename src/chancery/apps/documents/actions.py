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
from chancery.apps.documents.gathering import fetch_source
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
from chancery.apps.documents.ruling import (
    NameTaken,
    NotTried,
    ask_for_rules,
    carry_out_rules,
    check_sample,
    try_rules,
    undo_rules,
    write_rules,
)
from chancery.apps.documents.scans import settle_lines
from chancery.apps.documents.sources import (
    AlreadyStarted,
    PlanIncomplete,
    pause_source,
    plan_source,
    say_options,
    say_passwords,
    say_where,
    say_whose,
    start_source,
    watch_sources,
)
from chancery.apps.documents.views_saved import forget_view, keep_view

__all__ = [
    "AlreadyStarted",
    "CannotBeTakenBack",
    "CollectionClosed",
    "Incoming",
    "InputFileRecord",
    "NameTaken",
    "NotTried",
    "NothingChosen",
    "NothingReceived",
    "NothingToRepair",
    "PasswordMissing",
    "PathTaken",
    "PlanIncomplete",
    "ReasonMissing",
    "TagMissing",
    "ask_for_pages",
    "ask_for_rules",
    "carry_out",
    "carry_out_rules",
    "change_documents",
    "check_sample",
    "close_collection",
    "expand_collection",
    "fetch_source",
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
    "pause_source",
    "plan_source",
    "receive_file",
    "receive_files",
    "recognise_collection",
    "relate_matter",
    "replace_file",
    "retry_with_password",
    "retry_with_passwords",
    "say_options",
    "say_passwords",
    "say_where",
    "say_whose",
    "settle_lines",
    "start_source",
    "take_back",
    "try_rules",
    "undo_change",
    "undo_rules",
    "watch_sources",
    "write_rules",
]
