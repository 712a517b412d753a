"""Workbooks: every sheet, hidden ones too, with comments, text boxes and chart labels."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from lxml import etree
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from chancery.engines.ingest.biff import bare_text, binary_strings, extras, is_bare
from chancery.engines.ingest.olefacts import summary
from chancery.engines.ingest.olefiles import embedded_objects, has_macros, streams_of
from chancery.engines.ingest.packages import (
    Package,
    described,
    embedded,
    finish,
    local,
    open_package,
    parse_xml,
    properties,
)
from chancery.engines.ingest.readers.locked import is_locked, read_decrypted
from chancery.engines.ingest.reading import Content, Reading, Unreadable

_CELLS = 20_000_000
_HIDDEN_ROW = re.compile(rb"<(?:x:)?row\b[^>]*\shidden=\"(?:1|true)\"")
_MARGINS = re.compile(
    rb"<headerFooter(?: [^<>:/]*)?(?:/>|>(?:<(?:odd|even|first)(?:Header|Footer)>[^<>]*"
    rb"</(?:odd|even|first)(?:Header|Footer)>\s*)*</headerFooter>)"
)
_UTF_8 = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml [^>]*encoding=[\"'](?:UTF|utf)-8[\"']|(?:\xef\xbb\xbf)?<[a-z]")
_PAGES = ("odd", "even", "first")
_HIDDEN_COLUMN = re.compile(rb"<(?:x:)?col\b[^>]*\shidden=\"(?:1|true)\"[^>]*>")


def read(content: Content, key: str) -> Reading:
    """Return sheet name and rows with tabs between cells; formulas are read as their last values."""
    reading = Reading()
    texts: list[str] = []
    if key == "xls" and is_bare(head=content.head):
        return Reading(text=bare_text(data=content.data()))
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content.data()))
        texts = _sheets(book, reading)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:
        if key == "xls" and is_locked(content=content):
            return read_decrypted(content=content, key=key)
        if key == "xls":
            raise Unreadable("The workbook is damaged and cannot be read.", code="corrupt") from None
        reading.detail = "The cells could not be read."
    if key == "xls":
        reading.metadata.update(summary(content=content))
        texts += _beside(content, reading)
    else:
        texts = _package(content, reading, texts)
    reading.text = "\n\n".join(text for text in texts if text.strip())
    return reading


def _beside(content: Content, reading: Reading) -> list[str]:
    """Return comments, text boxes and margins of an old workbook, and note what is hidden in it."""
    streams = streams_of(content=content, wanted=("Workbook", "Book"))
    found = extras(stream=streams.get("Workbook") or streams.get("Book", b""))
    counts = {"comments": found.comments, "hidden_rows": found.hidden_rows, "hidden_columns": found.hidden_columns}
    reading.metadata.update({name: count for name, count in counts.items() if count})
    if has_macros(content=content):
        reading.metadata["macros"] = True
    reading.children = list(embedded_objects(content=content))
    return [*found.texts, *found.charts, *dict.fromkeys(found.margins)]


def _sheets(book: CalamineWorkbook, reading: Reading) -> list[str]:
    texts, hidden, cells, unread = [], [], 0, []
    for facts in book.sheets_metadata:
        if facts.visible != SheetVisibleEnum.Visible:
            hidden.append(facts.name)
        try:
            sheet = book.get_sheet_by_name(facts.name)
            cells += sheet.width * sheet.height
            if cells > _CELLS:
                reading.flag("partly_extracted", "The workbook holds more cells than can be read.")
                break
            rows = sheet.to_python(skip_empty_area=True)
        except (KeyboardInterrupt, SystemExit, MemoryError):
            raise
        except BaseException:  # the library panics on some sheets; chart sheets have no cells
            unread.append(facts.name)
            continue
        lines = ["\t".join(_shown(cell) for cell in row).rstrip("\t") for row in rows]
        body = "\n".join(line for line in lines if line)
        texts.append(f"{facts.name}\n{body}" if body else facts.name)
    reading.metadata["sheets"] = [facts.name for facts in book.sheets_metadata]
    if hidden:
        reading.metadata["hidden_sheets"] = hidden
    if unread and len(unread) == len(book.sheets_metadata):
        raise Unreadable("No sheet of the workbook could be read.", code="corrupt")
    if unread:
        reading.metadata["sheets_without_cells"] = unread
    return texts


def _shown(cell: Any) -> str:
    if type(cell) is str:
        return cell.replace("\r\n", "\n")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else str(cell).replace("\r\n", "\n")


def _package(content: Content, reading: Reading, texts: list[str]) -> list[str]:
    """Add what the cell reader leaves out; where it failed, the shared strings."""
    package = open_package(content=content)
    reading.metadata.update(properties(package=package))
    if reading.detail and not texts:
        texts = [_strings(package, name) for name in package.matching(r"xl/(?:sharedStrings|worksheets/sheet\d*)\.xml")]
        texts += [binary_strings(data=package.part(name)) for name in package.matching(r"xl/sharedStrings\.bin")]
        if not any(texts):
            raise Unreadable("The workbook is damaged and cannot be read.", code="corrupt")
        reading.flag("partly_extracted", "The cells could not be read; the texts of the workbook are kept.")
    for pattern in (
        r"xl/comments.*\.xml",
        r"xl/threadedComments/.+\.xml",
        r"xl/drawings/drawing.*\.xml",
        r"xl/charts/chart.*\.xml",
        r"xl/diagrams/data.*\.xml",
    ):
        found = [_strings(package, name) for name in package.matching(pattern)]
        if any(found) and "omments" in pattern:
            reading.metadata["comments"] = len(found)
        texts += found
    for name in package.matching(r"xl/worksheets/sheet\d*\.xml"):
        data = package.part(name)
        texts.append(_margins(data))
        _count_hidden(data, reading)
    if package.matching(r"xl/vbaProject\.bin"):
        reading.metadata["macros"] = True
    reading.children = list(embedded(package=package, folder="xl", images=content.decisions.embedded_images))
    finish(package=package, reading=reading)
    return texts


def _count_hidden(data: bytes, reading: Reading) -> None:
    """Count the rows and columns of a sheet that are hidden; a group of columns stands for all in it."""
    if b'hidden="' not in data:
        return
    rows = len(_HIDDEN_ROW.findall(data))
    columns = sum(int(last) - int(first) + 1 for first, last in map(_span, _HIDDEN_COLUMN.findall(data)))
    for name, count in (("hidden_rows", rows), ("hidden_columns", columns)):
        if count > 0:
            reading.metadata[name] = reading.metadata.get(name, 0) + count


def _span(tag: bytes) -> tuple[bytes, bytes]:
    first, last = re.search(rb'min="(\d{1,6})"', tag), re.search(rb'max="(\d{1,6})"', tag)
    return (first.group(1), last.group(1)) if first and last else (b"1", b"0")


def _margins(data: bytes) -> str:
    """Return the printed header and footer of a sheet, without their format codes."""
    if b"headerFooter" not in data[-65536:]:
        return ""
    nodes = _margin_tree(data).iter(*(f"{{*}}{page}{place}" for page in _PAGES for place in ("Header", "Footer")))
    return "\n".join((node.text or "").replace("&C", " ").replace("&L", " ").replace("&R", " ") for node in nodes)


def _margin_tree(data: bytes) -> Any:
    """Return the tree of what holds header and footer: of that element alone where it plainly stands once, without
    a name space of its own, in UTF-8; else of the whole sheet."""
    found = _MARGINS.findall(data)
    tags = 1 if found and found[0].endswith(b"/>") else 2
    if len(found) == 1 and data.count(b"headerFooter") == tags and _UTF_8.match(data) and b"<!" not in data:
        try:
            return etree.fromstring(found[0])
        except etree.XMLSyntaxError:
            pass
    return parse_xml(data)


def _strings(package: Package, name: str) -> str:
    tree = package.tree(name)
    if tree is None:
        return ""
    said: list[str | None] = []
    for node in tree.iter("{*}t", "{*}v", "{*}text", "{*}cNvPr"):
        said += [node.text] if local(node.tag) != "cNvPr" else described(node=node)
    return "\n".join(each for each in said if each and each.strip())
