"""What a file says of itself, in words: names of its metadata and values that people can read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext, pgettext_lazy

from chancery.apps.documents.names import without_direction

LONGEST: Final = 600
HIDDEN: Final = frozenset({"kind", "media_type"})
NAMES: Final = {
    "application": pgettext_lazy("metadata", "Application"),
    "attachment_names": pgettext_lazy("metadata", "Names of the attachments"),
    "author": pgettext_lazy("metadata", "Author"),
    "bcc": pgettext_lazy("metadata", "Bcc"),
    "body_absent": pgettext_lazy("metadata", "The mail holds no body"),
    "body_chars": pgettext_lazy("metadata", "Characters of the body"),
    "bookmarks": pgettext_lazy("metadata", "Bookmarks"),
    "category": pgettext_lazy("metadata", "Category"),
    "cc": pgettext_lazy("metadata", "Cc"),
    "changed_by": pgettext_lazy("metadata", "Changed by"),
    "charset": pgettext_lazy("metadata", "Character set"),
    "commented_by": pgettext_lazy("metadata", "Commented by"),
    "comments": pgettext_lazy("metadata", "Comments"),
    "company": pgettext_lazy("metadata", "Company"),
    "content_id": pgettext_lazy("metadata", "Content-ID"),
    "created": pgettext_lazy("metadata", "Created"),
    "custom_properties": pgettext_lazy("metadata", "Added properties"),
    "date_header": pgettext_lazy("metadata", "Date as the header has it"),
    "date_sent": pgettext_lazy("metadata", "Sent"),
    "description": pgettext_lazy("metadata", "Description"),
    "device_make": pgettext_lazy("metadata", "Maker of the camera"),
    "device_model": pgettext_lazy("metadata", "Model of the camera"),
    "earlier_authors": pgettext_lazy("metadata", "Authors of earlier versions"),
    "earlier_paragraphs": pgettext_lazy("metadata", "Paragraphs of earlier versions"),
    "earlier_version": pgettext_lazy("metadata", "An earlier version"),
    "earlier_versions": pgettext_lazy("metadata", "Earlier versions"),
    "email": pgettext_lazy("metadata", "E-mail address"),
    "embedded_images": pgettext_lazy("metadata", "Pictures in it"),
    "ends": pgettext_lazy("metadata", "Ends"),
    "endnotes": pgettext_lazy("metadata", "Endnotes"),
    "footnotes": pgettext_lazy("metadata", "Footnotes"),
    "form": pgettext_lazy("metadata", "Form fields"),
    "frames": pgettext_lazy("metadata", "Frames"),
    "from": pgettext_lazy("metadata", "From"),
    "headers": pgettext_lazy("metadata", "Headers and footers"),
    "height": pgettext_lazy("metadata", "Height in pixels"),
    "hidden_columns": pgettext_lazy("metadata", "Hidden columns"),
    "hidden_rows": pgettext_lazy("metadata", "Hidden rows"),
    "hidden_sheets": pgettext_lazy("metadata", "Hidden sheets"),
    "hidden_slides": pgettext_lazy("metadata", "Hidden slides"),
    "hidden_text": pgettext_lazy("metadata", "Hidden text"),
    "importance": pgettext_lazy("metadata", "Importance"),
    "in_reply_to": pgettext_lazy("metadata", "In-Reply-To"),
    "inline": pgettext_lazy("metadata", "Shown inside the mail"),
    "keywords": pgettext_lazy("metadata", "Keywords"),
    "language": pgettext_lazy("metadata", "Language"),
    "last_saved_by": pgettext_lazy("metadata", "Last saved by"),
    "lines_outside_pages": pgettext_lazy("metadata", "Lines outside the pages"),
    "location": pgettext_lazy("metadata", "Location"),
    "macros": pgettext_lazy("metadata", "Macros"),
    "mail_folder": pgettext_lazy("metadata", "Mail folder"),
    "message_class": pgettext_lazy("metadata", "Message class"),
    "message_id": pgettext_lazy("metadata", "Message-ID"),
    "mih": pgettext_lazy("metadata", "EDRM message hash (MIH)"),
    "missing_mails": pgettext_lazy("metadata", "Missing mails"),
    "modified": pgettext_lazy("metadata", "Modified"),
    "needs_ocr": pgettext_lazy("metadata", "Needs text recognition"),
    "note_tags": pgettext_lazy("metadata", "Tags of the notes"),
    "notes": pgettext_lazy("metadata", "Notes"),
    "opened_with_password": pgettext_lazy("metadata", "Opened with a password"),
    "organizer": pgettext_lazy("metadata", "Organiser"),
    "page_created": pgettext_lazy("metadata", "Pages created"),
    "page_modified": pgettext_lazy("metadata", "Pages modified"),
    "page_titles": pgettext_lazy("metadata", "Titles of the pages"),
    "pages": pgettext_lazy("metadata", "Pages"),
    "pages_without_text": pgettext_lazy("metadata", "Pages without text"),
    "part_of": pgettext_lazy("metadata", "Part of"),
    "printed": pgettext_lazy("metadata", "Printed"),
    "producer": pgettext_lazy("metadata", "Producer"),
    "recognised_pages": pgettext_lazy("metadata", "Recognised pages"),
    "references": pgettext_lazy("metadata", "References"),
    "repaired": pgettext_lazy("metadata", "Repaired"),
    "rows": pgettext_lazy("metadata", "Rows"),
    "scripts": pgettext_lazy("metadata", "Scripts"),
    "seconds": pgettext_lazy("metadata", "Length in seconds"),
    "sheets": pgettext_lazy("metadata", "Sheets"),
    "sheets_without_cells": pgettext_lazy("metadata", "Sheets without cells"),
    "signatures": pgettext_lazy("metadata", "Signatures"),
    "slides": pgettext_lazy("metadata", "Slides"),
    "source_path": pgettext_lazy("metadata", "Path at the source"),
    "starts": pgettext_lazy("metadata", "Starts"),
    "subject": pgettext_lazy("metadata", "Subject"),
    "tables": pgettext_lazy("metadata", "Tables"),
    "templates": pgettext_lazy("metadata", "Templates"),
    "text_boxes": pgettext_lazy("metadata", "Text boxes"),
    "text_outside_pages": pgettext_lazy("metadata", "Text outside the pages"),
    "thread_index": pgettext_lazy("metadata", "Thread-Index"),
    "title": pgettext_lazy("metadata", "Title"),
    "to": pgettext_lazy("metadata", "To"),
    "tracked_changes": pgettext_lazy("metadata", "Tracked changes"),
    "uid": pgettext_lazy("metadata", "UID"),
    "undecoded_bytes": pgettext_lazy("metadata", "Bytes that could not be decoded"),
    "width": pgettext_lazy("metadata", "Width in pixels"),
    "xfa": pgettext_lazy("metadata", "XFA form"),
}


def metadata_rows(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return name and value of each metadata that says something; what no reader of ours names keeps its own name."""
    rows = []
    for name, value in sorted(metadata.items()):
        if name in HIDDEN or value in (None, "", [], {}) or value is False:
            continue
        named = [f"{key}: {each}" for key, each in value.items()] if isinstance(value, dict) else value
        many = named if isinstance(named, list) else [named]
        text = gettext("yes") if value is True else "; ".join(str(each) for each in many)
        rows.append((str(NAMES.get(name, name.replace("_", " "))), without_direction(text[:LONGEST])))
    return rows
