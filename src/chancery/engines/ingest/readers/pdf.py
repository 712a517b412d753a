"""PDF files: text layer, form fields, notes, embedded files; repaired when damaged."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as raw

from chancery.engines.ingest.packages import local, parse_xml
from chancery.engines.ingest.passwords import has_worked, in_order
from chancery.engines.ingest.pdfforms import MOST_NOTES, author_of, bookmarks, open_forms, words_of
from chancery.engines.ingest.pdflayers import layer_text, only_outside, text_outside
from chancery.engines.ingest.reading import Child, Content, Reading, Unreadable

_WANTED = {
    "Title": "title",
    "Author": "author",
    "Subject": "subject",
    "CreationDate": "created",
    "ModDate": "modified",
    "Producer": "producer",
    "Creator": "application",
    "Keywords": "keywords",
}
_PACKET = 64 * 1024**2


def read(content: Content, key: str) -> Reading:
    """Return the text page by page; pages without a text layer mark the file for text recognition."""
    reading = Reading()
    document = _open(content, reading)
    try:
        pinned: list[Child] = []
        open_forms(document=document)
        waiting = _pages(document, reading, pinned)
        _forms(document, reading)
        _facts(document, reading)
        _name_bookmarks(document, reading)
        if waiting and content.decisions.ocr:
            content.scan = _to_recognise(document, waiting, reading)
        reading.children = [*_embedded(document), *pinned]
        if _cut_short(content.data()):
            reading.flag("truncated", "The file ends before its closing mark; what stood before it was read.")
    finally:
        document.close()
    return reading


def _cut_short(data: bytes) -> bool:
    """Tell whether the file goes on after its last end mark, or has none: every whole file ends with one (7.5.5)."""
    end = data.rfind(b"%%EOF")
    return end < 0 or data.find(b" obj", end) >= 0


def _open(content: Content, reading: Reading) -> Any:
    data = content.data()
    needs_password, sound = False, True
    for password in (None, *in_order(passwords=content.passwords)):
        try:
            document = pypdfium2.PdfDocument(data, password=password)
            len(document)
            if password is not None:
                reading.metadata["opened_with_password"] = True
                has_worked(password=password)
            return document
        except pypdfium2.PdfiumError as fault:
            refused = "password" in str(fault).lower()
            needs_password, sound = needs_password or refused, sound and refused
    # A file that is whole but for its password is tried again only with what the two libraries may encode otherwise.
    words = tuple(word for word in content.passwords if not (sound and word.isascii()))
    return _second_chance(data, words, reading, needs_password=needs_password)


def _second_chance(data: bytes, passwords: tuple[str, ...], reading: Reading, *, needs_password: bool) -> Any:
    """Rewrite the file with qpdf and try again."""
    fault: Exception | None = None
    for password in ("", *passwords):
        try:
            out = BytesIO()
            with pikepdf.open(BytesIO(data), password=password) as document:
                if not len(document.pages):
                    raise Unreadable("The file is damaged: no page of it can be found.", code="corrupt")
                document.save(out, encryption=False)
            opened = pypdfium2.PdfDocument(out.getvalue())
            if not needs_password:
                reading.metadata["repaired"] = True
            return opened
        except pikepdf.PasswordError:
            needs_password = True
        except (pikepdf.PdfError, pypdfium2.PdfiumError, RuntimeError, ValueError, TypeError) as found:
            fault = found
            break  # a password was accepted or not asked for: another one repairs nothing
    if needs_password:
        raise Unreadable("The file is encrypted and no known password opens it.", code="encrypted")
    raise Unreadable("The file is damaged and cannot be repaired.", code="corrupt") from fault


def _pages(document: Any, reading: Reading, pinned: list[Child]) -> list[int]:
    """Read the text page by page; return the pages that show something but have no text, from 0.

    pinned: takes the files that are attached to a place on a page.
    """
    texts: list[str] = []
    outside: list[str] = []
    waiting: list[int] = []
    blank = broken = 0
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError:
            broken += 1
            continue
        layer = page.get_textpage()
        text = layer_text(page=page, layer=layer)
        outside.append(text_outside(page=page, layer=layer, shown=text))
        layer.close()
        notes = _notes(page, document, pinned, reading)
        if not text.strip():
            blank += 1
            if raw.FPDFPage_CountObjects(page) > 0:
                waiting.append(number)
        page.close()
        texts.append("\n".join(part for part in (text.strip(), notes) if part))
    reading.metadata["pages"] = len(document)
    if blank:
        reading.metadata["pages_without_text"] = blank
    if waiting:
        reading.metadata["needs_ocr"] = True
    if broken:
        reading.flag("partly_extracted", "Some pages are damaged and could not be read.")
    shown = "\n\n".join(text for text in texts if text)
    if any(outside) and (lines := only_outside(layers=outside, shown=shown)):
        reading.metadata["lines_outside_pages"] = len(lines)
        shown = _with(shown, lines, reading, "text_outside_pages")
    reading.text = shown
    return waiting


def _to_recognise(document: Any, waiting: list[int], reading: Reading) -> bytes | None:
    """Return the pages without text as a file of their own, None when that is the file itself."""
    if len(waiting) == len(document) and not {"opened_with_password", "repaired"} & set(reading.metadata):
        return None
    reading.metadata["recognised_pages"] = [number + 1 for number in waiting]
    out = BytesIO()
    try:
        part = pypdfium2.PdfDocument.new()
        part.import_pages(document, pages=waiting)
        part.save(out)
        part.close()
    except pypdfium2.PdfiumError:
        return None
    return out.getvalue()


def _forms(document: Any, reading: Reading) -> None:
    """Note scripts, signatures and forms in XML (XFA), and add the words of such a form."""
    kind = raw.FPDF_GetFormType(document)
    if kind in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        reading.metadata["xfa"] = True
        words = _xfa(document)
        reading.text = "\n\n".join(part for part in (reading.text or "", words) if part.strip())
    elif kind == raw.FORMTYPE_ACRO_FORM:
        reading.metadata["form"] = True
    if (scripts := raw.FPDFDoc_GetJavaScriptActionCount(document)) > 0:
        reading.metadata["scripts"] = scripts
    if (signatures := raw.FPDF_GetSignatureCount(document)) > 0:
        reading.metadata["signatures"] = signatures


def _xfa(document: Any) -> str:
    """Return the texts of the packets that hold words: the template and what was filled in."""
    found: list[str] = []
    for index in range(min(64, raw.FPDF_GetXFAPacketCount(document))):
        data = _packet(document, index)
        if b"<" not in data or not any(mark in data[:2000] for mark in (b"template", b"datasets")):
            continue
        try:
            tree = parse_xml(data)
        except (Unreadable, ValueError):
            continue
        for node in tree.iter() if tree is not None else ():
            if local(node.tag) not in ("script", "image", "#") and node.text and node.text.strip():
                found.append(node.text.strip())
    return "\n".join(dict.fromkeys(found))


def _packet(document: Any, index: int) -> bytes:
    size = ctypes.c_ulong(0)
    if not raw.FPDF_GetXFAPacketContent(document, index, None, 0, ctypes.byref(size)) or size.value > _PACKET:
        return b""
    buffer = ctypes.create_string_buffer(size.value)
    raw.FPDF_GetXFAPacketContent(document, index, buffer, size.value, ctypes.byref(size))
    return buffer.raw[: size.value]


def _notes(page: Any, document: Any, pinned: list[Child], reading: Reading) -> str:
    """Return the contents of notes and the values of form fields on a page; count the remarks and name who made
    them."""
    found: list[str] = []
    for index in range(min(MOST_NOTES, raw.FPDFPage_GetAnnotCount(page))):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        found += [word for word in words_of(annotation=annotation, document=document) if word not in found]
        if (author := author_of(annotation=annotation)) is not None:
            reading.metadata["comments"] = reading.metadata.get("comments", 0) + 1
            authors = reading.metadata.setdefault("commented_by", []) if author else [author]
            if author not in authors:
                authors.append(author)
        if raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT and len(pinned) < MOST_NOTES:
            handle = raw.FPDFAnnot_GetFileAttachment(annotation)
            if handle:
                number = len(pinned) + 1
                pinned.append(_child(pypdfium2.PdfAttachment(handle, document), f"page-attachment-{number:03d}"))
        raw.FPDFPage_CloseAnnot(annotation)
    return "\n".join(found)


def _name_bookmarks(document: Any, reading: Reading) -> None:
    """Add the bookmarks that say what no page says."""
    text = reading.text or ""
    new = [title for title in dict.fromkeys(bookmarks(document=document)) if title not in text]
    if new:
        reading.text = _with(text, new, reading, "bookmarks")


def _with(text: str, more: list[str], reading: Reading, name: str) -> str:
    """Return a text with more lines; beside pages without text they are a fact of the file and no text of it."""
    if text.strip():
        return "\n\n".join((text, "\n".join(more)))
    reading.metadata[name] = more
    return text


def _facts(document: Any, reading: Reading) -> None:
    for name, value in document.get_metadata_dict(skip_empty=True).items():
        if name in _WANTED and value.strip():
            reading.metadata[_WANTED[name]] = value.strip()


def _embedded(document: Any) -> Iterator[Child]:
    for index in range(document.count_attachments()):
        yield _child(document.get_attachment(index), f"attachment-{index + 1:03d}")


def _child(attachment: Any, default: str) -> Child:
    name = attachment.get_name() or default
    try:
        return Child(name, bytes(attachment.get_data()))
    except pypdfium2.PdfiumError:
        return Child(name, None, exception="corrupt", detail="The embedded file could not be taken out.")
