"""Documents inside old documents come out as files of their own: storages, packed objects of slides, rich text."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import olefile
import pytest
from tests.engines.ingest.builders import docx as docx_file
from tests.engines.ingest.builders import expand, paragraph, zipped
from tests.engines.ingest.compound import compound, record, word
from tests.engines.ingest.test_ingest_marks import opened

from chancery.engines.ingest.compoundwriting import written


def streams_of(data: bytes) -> dict[str, bytes]:
    """Return the streams of a compound file by path, as the library reads them."""
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


def held(text: str) -> dict[str, bytes]:
    """Return the streams of a Word file."""
    return streams_of(word(text))


def native(name: str, data: bytes) -> bytes:
    """Return what MS-OLEDS 2.3.6 lays out for a file dropped into a document."""
    label = name.encode() + b"\x00"
    body = b"\x02\x00" + label + label + b"\x00\x00\x03\x00" + struct.pack("<I", len(label)) + label
    return body + struct.pack("<I", len(data)) + data


@pytest.mark.parametrize("size", [0, 1, 64, 4095, 4096, 70_000, 8_000_000])
def test_a_written_compound_file_is_read_back_by_the_library(size: int) -> None:
    big = bytes(range(256)) * (size // 256) + bytes(size % 256)
    tree = {"Big": big, "small": b"abc", "Pool": {"one": b"1" * 100, "Deep": {"two": b"2" * 5000}}}
    found = streams_of(written(tree=tree))
    assert found == {"Big": big, "small": b"abc", "Pool/one": b"1" * 100, "Pool/Deep/two": b"2" * 5000}


def test_storages_that_hold_documents_are_children_and_what_lies_in_them_is_theirs() -> None:
    inner = {**held("the inner letter"), "ObjectPool": {"_2": {"\x01Ole10Native": struct.pack("<I", 0)}}}
    deep = native("note.txt", b"deepest note")
    inner["ObjectPool"] = {"_2": {"\x01Ole10Native": struct.pack("<I", len(deep)) + deep}}
    package = docx_file(paragraph("a modern guest"))
    pool = {"_1": inner, "_3": {"package": package}, "_4": {"Equation Native": b"x"}}
    outer = written(tree={**held("the outer letter"), "ObjectPool": pool})
    told = [(item.path, item.text, item.exception) for item in expand(outer, "a.doc")]
    assert told == [
        ("a.doc", "the outer letter", None),
        ("a.doc/object-001.doc", "the inner letter", None),
        ("a.doc/object-001.doc/note.txt", "deepest note", None),
        ("a.doc/object-002.docx", "a modern guest", None),
    ]


def test_objects_of_slides_come_out_packed_or_not_each_once() -> None:
    letter = word("a letter on a slide")
    book = written(tree={"Package": docx_file(paragraph("a package on a slide"))})
    packed = struct.pack("<HHI", 0x10, 0x1011, 4 + len(zlib.compress(letter))) + struct.pack("<I", len(letter))
    packed += zlib.compress(letter)
    slide = record(1006, record(4000, "The slide".encode("utf-16-le")), container=True)
    macros = record(0x1011, written(tree={"VBA": {"dir": b"x"}}))
    broken = struct.pack("<HHI", 0x10, 0x1011, 8) + b"\x00" * 8
    stream = slide + packed + macros + packed + broken + record(0x1011, book)
    told = [(item.path, item.text) for item in expand(compound({"PowerPoint Document": stream}), "a.ppt")]
    assert told == [
        ("a.ppt", "The slide"),
        ("a.ppt/object-001.doc", "a letter on a slide"),
        ("a.ppt/object-003.docx", "a package on a slide"),
    ]


def rich_object(kind: bytes, data: bytes) -> bytes:
    """Return an object of rich text in the wrapping of MS-OLEDS 2.2.5, its digits broken over lines."""
    name = kind + b"\x00"
    raw = struct.pack("<III", 0x0501, 2, len(name)) + name + bytes(8) + struct.pack("<I", len(data)) + data
    digits = raw.hex().encode()
    lines = b"\r\n".join(digits[at : at + 78] for at in range(0, len(digits), 78))
    return b"{\\object\\objemb{\\*\\objclass " + kind + b"}{\\*\\objdata " + lines + b"}{\\result shown}}"


def test_objects_of_rich_text_come_out() -> None:
    body = rich_object(b"Word.Document.8", word("a letter in rich text"))
    body += rich_object(b"Package", native("list.csv", b"pump,40")) + rich_object(b"PBrush", b"BM picture")
    told = [(item.path, (item.text or "").split()) for item in expand(b"{\\rtf1\\ansi Outer " + body + b"}", "a.rtf")]
    assert told == [
        ("a.rtf", ["Outer", "shownshownshown"]),
        ("a.rtf/object-001.doc", ["a", "letter", "in", "rich", "text"]),
        ("a.rtf/list.csv", ["pump,40"]),
    ]


def test_objects_of_open_documents_come_out() -> None:
    letter = opened("<office:body><office:text><text:p>outer</text:p></office:text></office:body>", "text")
    archive = zipfile.ZipFile(io.BytesIO(letter))
    parts = [(name, archive.read(name)) for name in archive.namelist()]
    guests = [("Object 1", word("an old guest")), ("Obj102", docx_file(paragraph("a modern guest")))]
    told = [(item.path, item.text) for item in expand(zipped([*parts, *guests]), "a.odt")]
    assert told == [
        ("a.odt", "outer"),
        ("a.odt/object-001.docx", "a modern guest"),
        ("a.odt/object-002.doc", "an old guest"),
    ]


def test_signs_outside_the_basic_plane_do_not_shift_the_parts_of_an_old_word_file() -> None:
    body, notes = "paid 😀 in full\r", "the note\r"
    units = len(body.encode("utf-16-le")) // 2
    data = bytearray(word(body, notes, "why?"))
    at = data.index(struct.pack("<II", len(body), len(notes)))
    struct.pack_into("<I", data, at, units)
    old, new = len(body + notes) + 4, units + len(notes) + 4
    pieces = struct.pack("<II", 0, old)
    place = data.index(pieces + struct.pack("<H", 0))
    data[place : place + 8] = struct.pack("<II", 0, new)
    (item,) = expand(bytes(data), "a.doc")
    assert (item.text or "").split("\n\n") == ["paid 😀 in full", "the note", "why?"]
