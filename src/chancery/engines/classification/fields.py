"""The fields that a rule may name, their type and how each is read from a subject; classes of files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from chancery.engines.classification.subjects import Subject

FieldType = Literal["text", "texts", "number", "day", "truth"]


@cache
def file_classes() -> Mapping[str, tuple[str, ...]]:
    """Classes of files with their extensions, from the table of this engine."""
    held = json.loads((files("chancery.engines.classification") / "data" / "file_classes.json").read_text("utf-8"))
    return {name: tuple(extensions) for name, extensions in held["classes"].items()}


@cache
def _by_extension() -> Mapping[str, str]:
    return {extension: name for name, extensions in file_classes().items() for extension in extensions}


def extension_of(*, name: str) -> str:
    """Return what follows the last full stop of a file name, lower case; empty for none and for ``.profile``."""
    head, dot, tail = name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
    return tail.lower() if dot and head and len(tail) <= 12 else ""


def file_class(*, subject: Subject) -> str:
    """Return the class of a document: by what it was recognised as, else by its extension, else ``other``."""
    if subject.kind and subject.kind not in ("other", "media"):
        return subject.kind
    return _by_extension().get(extension_of(name=subject.name), "other")


FIELDS: Final[Mapping[str, tuple[FieldType, Callable[[Subject], Any]]]] = {
    "name": ("text", lambda subject: subject.name),
    "path": ("text", lambda subject: subject.path),
    "extension": ("text", lambda subject: extension_of(name=subject.name)),
    "class": ("text", lambda subject: file_class(subject=subject)),
    "kind": ("text", lambda subject: subject.kind),
    "media_type": ("text", lambda subject: subject.media_type),
    "language": ("text", lambda subject: subject.language),
    "custodian": ("text", lambda subject: subject.custodian),
    "subject": ("text", lambda subject: subject.subject),
    "sender": ("text", lambda subject: subject.sender),
    "exception": ("text", lambda subject: subject.exception),
    "recipients": ("texts", lambda subject: subject.recipients),
    "domains": ("texts", lambda subject: subject.domains),
    "marks": ("texts", lambda subject: tuple(sorted(subject.marks))),
    "size": ("number", lambda subject: subject.size),
    "text_length": ("number", lambda subject: subject.text_length),
    "recipient_count": ("number", lambda subject: len(subject.recipients)),
    "date": ("day", lambda subject: subject.date),
    "attachment": ("truth", lambda subject: subject.attachment),
    "duplicate": ("truth", lambda subject: subject.duplicate),
    "near_duplicate": ("truth", lambda subject: subject.near_duplicate),
    "known": ("truth", lambda subject: subject.known),
}
