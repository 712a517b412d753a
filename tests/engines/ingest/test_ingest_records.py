"""Formats read by their own records: old Office files, chats, databases, media, OneNote, heaps, passwords."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from PIL import Image
from tests.engines.ingest import compound
from tests.engines.ingest.builders import docx, expand, mail, paragraph, zipped

from chancery.engines.ingest import spooled
from chancery.engines.ingest.biff import bare_text, binary_strings, extras, is_bare
from chancery.engines.ingest.expand import expand_file
from chancery.engines.ingest.passwords import seven_zip_key
from chancery.engines.ingest.records import Decisions, Limits, SourceFile
from chancery.engines.ingest.worddoc import word_text


def test_word_file_with_notes_and_comments() -> None:
    body = 'Pumps \x13 HYPERLINK "x" \x14shown\x15 arrive\x07\r'
    (item,) = expand(compound.word(body, notes="A note.\r", comments="A comment.\r"), "a.doc")
    assert (item.status, item.exception) == ("item", None)
    assert item.text == "Pumps shown arrive\t\n\nA note.\n\nA comment."
    assert item.metadata["footnotes"] is True
    assert item.metadata["comments"] is True


def test_pieces_of_one_byte_characters() -> None:
    text = b"Caf\xe9 pieces"
    fib = bytearray(1024)
    struct.pack_into("<HH", fib, 0, 0xA5EC, 0x00C1)
    struct.pack_into("<8I", fib, 0x4C, len(text), 0, 0, 0, 0, 0, 0, 0)
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, 1024 * 2 | 0x40000000, 0)
    clx = b"\x01\x02\x00zz" + b"\x02" + struct.pack("<I", len(pieces)) + pieces
    struct.pack_into("<II", fib, 0x1A2, 0, len(clx))
    found = word_text(stream=bytes(fib) + text, tables={"0Table": clx})
    assert found is not None
    assert found.parts == {"body": "Café pieces"}
    assert word_text(stream=bytes(fib), tables={}) is None
    assert word_text(stream=b"", tables={}) is None


def test_slides_with_notes_comment_and_hidden_slide() -> None:
    (item,) = expand(compound.slides("Pumps 泵", "Speak slowly", "Ann: check", hidden=True), "a.ppt")
    assert item.text == "Pumps 泵\nSpeak slowly\nAnn: check"
    assert (item.metadata["hidden_slides"], item.metadata["notes"], item.metadata["comments"]) == (1, 1, 1)


def test_outlook_message_made_by_hand() -> None:
    item = expand(compound.message("Pumps", "They arrive on Monday.", "Ann Bell"), "a.msg")[0]
    assert (item.kind, item.text) == ("mail", "They arrive on Monday.")
    assert (item.metadata["subject"], item.metadata["from"]) == ("Pumps", "Ann Bell")


def test_old_workbook_beside_its_cells() -> None:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    text = "check this".encode("latin-1")
    stream = record(0x1B6, bytes(10) + struct.pack("<H", len(text)) + bytes(6)) + record(0x3C, b"\x00" + text)
    stream += record(0x1C, bytes(8)) + record(0x208, bytes(12) + struct.pack("<H", 0x20) + bytes(2))
    stream += record(0x7D, struct.pack("<5H", 2, 4, 0, 0, 1)) + record(0x14, struct.pack("<HB", 8, 0) + b"&CSecret")
    found = extras(stream=stream)
    assert (found.texts, found.comments, found.hidden_rows, found.hidden_columns) == (["check this"], 1, 1, 3)
    assert found.margins == ["Secret"]
    assert extras(stream=stream[:7]).texts == []


def test_bare_workbook_of_excel_4() -> None:
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    data = record(0x409, bytes(6)) + record(0x204, struct.pack("<HHHH", 0, 0, 0, 5) + b"pumps")
    data += record(0x203, struct.pack("<HHHd", 0, 1, 0, 12.5)) + record(0x203, struct.pack("<HHHd", 1, 0, 0, 3))
    assert is_bare(head=data)
    assert bare_text(data=data) == "pumps\t12.5\n3"
    (item,) = expand(data, "old.xls")
    assert (item.exception, item.text) == (None, "pumps\t12.5\n3")


def test_shared_strings_of_a_binary_workbook() -> None:
    words = "pumps 泵"
    body = b"\x00" + struct.pack("<I", len(words)) + words.encode("utf-16-le")
    assert binary_strings(data=b"\x9f\x01\x02zz" + b"\x13" + bytes([len(body)]) + body + b"\x13\x7f") == "pumps 泵"


def test_hidden_rows_and_columns_and_macros_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["A2"], sheet["C3"] = "seen", "hidden row", "hidden column"
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Secret").sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    (item,) = expand(tmp_path / "a.xlsx", "a.xlsx")
    assert "hidden row" in (item.text or "")
    assert (item.metadata["hidden_rows"], item.metadata["hidden_columns"]) == (1, 1)
    assert item.metadata["hidden_sheets"] == ["Secret"]


def test_macros_are_flagged(tmp_path: Path) -> None:
    path = tmp_path / "a.docm"
    path.write_bytes(docx(paragraph("text")))
    (plain,) = expand(path, "a.docx")
    assert "macros" not in plain.metadata
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    (item,) = expand(path, "a.docm")
    assert item.metadata["macros"] is True


def test_embedded_pictures_by_decision(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    package = docx(paragraph("text"))
    with_picture = tmp_path / "a.docx"
    with_picture.write_bytes(package)
    with zipfile.ZipFile(with_picture, "a") as archive:
        archive.writestr("word/media/image1.png", picture.getvalue())
    file = SourceFile("a.docx", with_picture)
    counted = expand_file(file=file, scratch=tmp_path, limits=Limits())
    taken = expand_file(file=file, scratch=tmp_path, limits=Limits(), decisions=Decisions(embedded_images=True))
    assert [item.name for item in counted] == ["a.docx"]
    assert counted[0].metadata["embedded_images"] == 1
    assert [item.name for item in taken] == ["a.docx", "image1.png"]
    assert taken[1].family_id == taken[0].id


def test_chat_is_read_as_lines_in_order_of_time() -> None:
    manifest = {
        "version": "2.0.0",
        "participants": [{"id": "1", "display": "Ann Bell", "email": "ann@x.com"}, {"id": "2", "display": "Bob"}],
        "conversations": [{"id": "c", "display": "Pumps", "participants": ["1", "2"]}],
        "events": [
            {"type": "message", "participant": "2", "timestamp": "2025-03-03T10:05:00Z", "body": "Received."},
            {
                "type": "message",
                "participant": "1",
                "timestamp": "2025-03-03T10:00:00Z",
                "body": "Shipped.",
                "attachments": [{"id": "a.pdf", "display": "bill.pdf"}],
            },
        ],
    }
    archive = zipped([("rsmf_manifest.json", json.dumps(manifest).encode()), ("a.txt", b"words")])
    items = expand(archive, "rsmf.zip")
    chat = next(item for item in items if item.name == "rsmf_manifest.json")
    assert chat.text == (
        "Conversation: Pumps\n2025-03-03T10:00:00Z  Ann Bell: Shipped. [bill.pdf]\n2025-03-03T10:05:00Z  Bob: Received."
    )
    assert chat.metadata["participants"] == ["Ann Bell <ann@x.com>", "Bob"]
    assert (chat.metadata["starts"], chat.metadata["ends"]) == ("2025-03-03T10:00:00Z", "2025-03-03T10:05:00Z")
    (broken,) = expand(b'{"participants": [', "rsmf_manifest.json")
    assert (broken.status, broken.exception) == ("item", "corrupt")


def test_rsmf_file_is_a_mail(tmp_path: Path) -> None:
    (item,) = expand(mail(subject="Chat"), "day.rsmf")
    assert (item.kind, item.exception, item.metadata["subject"]) == ("mail", None, "Chat")


def test_sqlite_tables_become_text(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    base = sqlite3.connect(path)
    base.execute('CREATE TABLE "odd ""name" (id INTEGER, word TEXT, raw BLOB)')
    base.execute('INSERT INTO "odd ""name" VALUES (1, ?, ?)', ("泵", b"\x00\x01"))
    base.commit()
    base.close()
    before = path.read_bytes()
    (item,) = expand(path, "a.db")
    assert item.text == 'odd "name\nid\tword\traw\n1\t泵\t(2 bytes)'
    assert path.read_bytes() == before
    (cut,) = expand(before[: len(before) // 2], "a.db")
    assert cut.exception in ("corrupt", "partly_extracted")


def test_sound_is_recorded_and_coded() -> None:
    wave = b"RIFF" + struct.pack("<I", 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    (item,) = expand(wave + b"data" + struct.pack("<I", 32000) + bytes(32000), "a.wav")
    assert (item.status, item.exception, item.kind, item.metadata["seconds"]) == ("item", "no_text", "media", 2.0)


def test_files_inside_a_onenote_section() -> None:
    guid = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
    inside = guid + struct.pack("<Q", 11) + bytes(12) + b"inner words"
    data = bytes.fromhex("e4525c7b8cd8a74d") + bytes(1024) + "The pumps arrive".encode("utf-16-le") + inside
    section, child = expand(data, "a.one")
    assert (section.exception, section.text) == ("partly_extracted", "The pumps arrive")
    assert (child.text, child.parent_id) == ("inner words", section.id)


def test_pdf_flags_and_only_pages_without_text_are_recognised(tmp_path: Path) -> None:
    document = pikepdf.new()
    name = pikepdf.Name
    font = pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica)
    for content in (b"BT /F1 12 Tf 20 100 Td (Words on a page) Tj ET", b"10 10 100 100 re f", b""):
        page = document.add_blank_page(page_size=(200, 200))
        page.Contents = document.make_stream(content)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    path = tmp_path / "a.pdf"
    document.save(path)
    file = SourceFile("a.pdf", path)
    (item,) = expand_file(file=file, scratch=tmp_path, limits=Limits(), decisions=Decisions(ocr=True))
    assert item.text == "Words on a page"
    assert item.metadata["pages"] == 3
    assert item.metadata["pages_without_text"] == 2
    assert item.metadata["recognised_pages"] == [2]


@pytest.mark.parametrize(("cycles", "salt"), [(4, b""), (10, b"salt"), (17, b"\x00\x01")])
def test_key_of_a_7z_archive_by_its_definition(cycles: int, salt: bytes) -> None:
    password = "Tika".encode("utf-16-le")
    made = hashlib.sha256()
    for counter in range(1 << cycles):
        made.update(salt + password + counter.to_bytes(8, "little"))
    assert seven_zip_key(password, cycles, salt, "sha256") == made.digest()


@pytest.mark.parametrize("range_", [10, 10_000])
def test_records_come_in_the_order_of_their_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, range_: int
) -> None:
    monkeypatch.setattr(spooled, "RANGE", range_)
    numbers = [7, 2, 9, 0, 12, 1]
    waste = b"99999999 {}\n"
    lines = b"".join(b'%08d {"at":%d}\n' % (number, number) for number in numbers)
    path = tmp_path / "spool"
    path.write_bytes(waste + lines + waste)
    with path.open("rb") as stream:
        found = spooled.records_in(stream=stream, start=len(waste), end=len(waste) + len(lines))
        assert [record["at"] for record in found] == sorted(numbers)
