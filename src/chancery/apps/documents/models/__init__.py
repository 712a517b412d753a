"""Rows of the documents room: evidence, where it comes from, what was done to it, how it is related."""

from __future__ import annotations

from chancery.apps.documents.models.changes import Change, ChangeItem, SavedView, Tag, TagMark
from chancery.apps.documents.models.evidence import (
    Collection,
    ControlSeries,
    Document,
    DocumentDetail,
    InputFile,
    Repair,
    Tally,
)
from chancery.apps.documents.models.findings import MissingMail, RecognisedLine, RuleSet
from chancery.apps.documents.models.sources import Source

__all__ = [
    "Change",
    "ChangeItem",
    "Collection",
    "ControlSeries",
    "Document",
    "DocumentDetail",
    "InputFile",
    "MissingMail",
    "RecognisedLine",
    "Repair",
    "RuleSet",
    "SavedView",
    "Source",
    "Tag",
    "TagMark",
    "Tally",
]
