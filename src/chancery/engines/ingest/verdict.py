"""Settle what one file is in the accounting: item, container or exception."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from chancery.engines.ingest.formats import FORMATS, Format
from chancery.engines.ingest.reading import Child, Reading
from chancery.engines.ingest.records import Item, Status
from chancery.engines.ingest.wording import cleaned, tongue
from chancery.engines.ingest.writing import Written
from chancery.engines.text.normalise import clean

_SIMPLE = (int, bool, type(None))
_UNSAFE = re.compile(r"\\u00|\\[rfb]|\x7f|NaN|Infinity")


def settle(
    *,
    identity: str,
    parent: str | None,
    family: str,
    path: str,
    name: str,
    position: int,
    form: Format,
    media_type: str,
    written: Written,
    native: str | None,
    child: Child,
    reading: Reading,
    container: bool,
    contradiction: bool,
    found: int,
    max_text: int,
) -> Item:
    """Return the finished record: what gave something is a container, what gave text or is a picture an item."""
    if reading.key is not None:
        form = FORMATS[reading.key]
        media_type = form.media_type
    text = _text(reading, max_text)
    _code(reading, child, form, text, container=container, contradiction=contradiction)
    metadata = {**child.metadata, **reading.metadata}
    if text is not None:
        metadata["language"] = tongue(text=text)
    status = _status(reading, form, text, container=container, found=found, metadata=metadata)
    return Item(
        id=identity,
        parent_id=parent,
        family_id=family,
        path=path,
        name=name,
        media_type=media_type,
        kind=form.kind,
        size=written.size,
        sha256=written.sha256,
        md5=written.md5,
        status=status,
        exception=reading.exception,
        exception_detail=reading.detail,
        text=text,
        native=native,
        metadata=metadata if reading.safe and not child.metadata else safe(metadata),
        position=position,
    )


def _text(reading: Reading, max_text: int) -> str | None:
    if reading.text is None:
        return None
    text = reading.text if reading.tidy else cleaned(text=reading.text)
    if not text or text.isspace():
        return None
    if len(text) > max_text:
        reading.flag("partly_extracted", "The text is longer than the limit and was cut.")
        text = text[:max_text]
    return text


def _code(
    reading: Reading, child: Child, form: Format, text: str | None, *, container: bool, contradiction: bool
) -> None:
    """Choose the one code that stands: what is known of the entry, then of its content."""
    if child.exception is not None and reading.exception in (None, "no_text", "corrupt", "truncated"):
        reading.exception, reading.detail = child.exception, child.detail
    if contradiction and (reading.exception is None or (text is not None and reading.exception == "corrupt")):
        reading.flag("type_mismatch", f"The name promises another type; the content is {form.media_type}.")
    if text is None and not reading.metadata.get("needs_ocr") and not container:
        reading.flag("no_text", "The file holds bytes but no text came out of it.")


def _status(
    reading: Reading, form: Format, text: str | None, *, container: bool, found: int, metadata: dict[str, Any]
) -> Status:
    if container:
        return "container" if found or reading.exception is None else "exception"
    if reading.exception is None or text is not None:
        return "item"
    if form.kind in ("media", "database", "image") and reading.exception == "no_text":
        return "item"
    if form.kind == "mail" and metadata.get("message_id") is not None:
        return "item"
    if reading.exception in ("path_traversal", "type_mismatch") and metadata.get("needs_ocr"):
        return "item"
    return "exception"


def safe(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata that JSON can hold, without control characters; plain ASCII metadata pass as they are."""
    if all(_is_plain(value) for value in metadata.values()) and all(map(_is_plain, metadata)):
        return metadata
    try:
        shown = json.dumps(metadata, ensure_ascii=False)
    except (TypeError, ValueError):
        return cast("dict[str, Any]", _json_safe(metadata))
    if shown.isascii() and not _UNSAFE.search(shown):
        return metadata
    return cast("dict[str, Any]", _json_safe(metadata))


def _is_plain(value: Any) -> bool:
    kind = type(value)
    return (value.isascii() and value.isprintable()) if kind is str else kind in _SIMPLE


def _json_safe(value: Any) -> Any:
    if isinstance(value, dict):
        return {clean(text=str(key)): _json_safe(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json_safe(each) for each in value]
    if isinstance(value, str):
        return clean(text=value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)
