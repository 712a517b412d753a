"""Each format read on documents the tests build themselves: every marker must come out."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import docx as python_docx
import openpyxl
import pikepdf
import py7zr
from PIL import Image
from pptx import Presentation
from pptx.util import Inches
from tests.engines.ingest.builders import docx, expand, mail, paragraph, zipped

from chancery.engines.ingest.expand import expand_file
from chancery.engines.ingest.inventory import inventory
from chancery.engines.ingest.records import Item, Limits


def test_word_gives_all_eight_markers() -> None:
    body = (
        paragraph("MARKBODY")
        + paragraph("MARKHIDDEN", "<w:vanish/>")
        + "<w:p><w:ins><w:r><w:t>MARKINSERTED</w:t></w:r></w:ins>"
        + "<w:del><w:r><w:delText>MARKDELETED</w:delText></w:r></w:del></w:p>"
        + f"<w:p><w:r><w:pict><w:txbxContent>{paragraph('MARKBOX')}</w:txbxContent></w:pict></w:r></w:p>"
    )
    data = docx(
        body,
        header1=paragraph("MARKHEADER"),
        footer1=paragraph("MARKFOOTER"),
        comments=f"<w:comment>{paragraph('MARKCOMMENT')}</w:comment>",
        footnotes=f"<w:footnote>{paragraph('MARKNOTE')}</w:footnote>",
    )
    (item,) = expand(data, "contract.docx")
    assert item.text is not None
    for mark in ("BODY", "HIDDEN", "INSERTED", "DELETED", "BOX", "HEADER", "FOOTER", "COMMENT", "NOTE"):
        assert item.text.count(f"MARK{mark}") == 1, mark
    assert item.metadata["tracked_changes"] == 2
    assert item.metadata["hidden_text"] == 1
    assert item.media_type.endswith("wordprocessingml.document")


def test_word_of_another_writer(tmp_path: Path) -> None:
    document = python_docx.Document()
    document.add_paragraph("First paragraph 合同正文")
    document.core_properties.author = "Ann Lee"
    document.core_properties.title = "Supply contract"
    document.save(str(tmp_path / "a.docx"))
    (item,) = expand(tmp_path / "a.docx", "a.docx")
    assert item.text == "First paragraph 合同正文"
    assert (item.metadata["author"], item.metadata["title"]) == ("Ann Lee", "Supply contract")


def test_excel_with_hidden_sheet_and_comment(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Price", 12.5, 3])
    hidden = book.create_sheet("Secret")
    hidden["A1"] = "MARKHIDDEN"
    hidden.sheet_state = "veryHidden"
    book.active["A1"].comment = openpyxl.comments.Comment("MARKCOMMENT", "Ann")
    book.save(tmp_path / "a.xlsx")
    (item,) = expand(tmp_path / "a.xlsx", "a.xlsx")
    assert item.text is not None
    assert "Price\t12.5\t3" in item.text
    assert "MARKHIDDEN" in item.text
    assert "MARKCOMMENT" in item.text
    assert item.metadata["hidden_sheets"] == ["Secret"]


def test_powerpoint_with_notes(tmp_path: Path) -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "MARKSLIDE"
    slide.notes_slide.notes_text_frame.text = "MARKNOTES"
    show.save(str(tmp_path / "a.pptx"))
    (item,) = expand(tmp_path / "a.pptx", "a.pptx")
    assert item.text is not None
    assert "MARKSLIDE" in item.text
    assert "MARKNOTES" in item.text
    assert "Click to edit" not in item.text


def test_opendocument() -> None:
    content = (
        '<office:document-content xmlns:office="o" xmlns:text="t"><office:body><office:text>'
        "<text:tracked-changes><text:p>MARKDELETED</text:p></text:tracked-changes>"
        "<text:p>MARK<text:span>BODY</text:span> rest</text:p>"
        "<office:annotation><text:p>MARKNOTE</text:p></office:annotation></office:text></office:body>"
        "</office:document-content>"
    )
    parts = [("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", content.encode())]
    (item,) = expand(zipped(parts, zipfile.ZIP_STORED), "a.odt")
    assert item.text is not None
    assert "MARKBODY rest" in item.text
    assert "MARKDELETED" in item.text
    assert "MARKNOTE" in item.text


def test_a_star_hides_a_group_of_rich_text_only_at_its_beginning() -> None:
    # RTF 1.9: \\* stands right after the brace that opens a destination.
    data = rb"{\rtf1\ansi{\*\generator Hidden;}{\loch\i0\*\cs7\cf0 The quick brown fox}\par }"
    (item,) = expand(data, "a.rtf")
    assert item.text == "The quick brown fox\n"


def test_rich_text_in_both_languages() -> None:
    data = rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 Arial;}}\f0 Contract \'ba\'cf\'cd\'ac \u21512?\u21516?\par End}"
    (item,) = expand(data, "a.rtf")
    assert item.text == "Contract 合同 合同\nEnd"


def test_pdf_with_text_password_and_attachment(tmp_path: Path) -> None:
    plain = _pdf("MARKPDF")
    (item,) = expand(plain, "a.pdf")
    assert item.text == "MARKPDF"
    assert item.metadata["pages"] == 1
    locked, owner = io.BytesIO(), io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as document:
        document.attachments["terms.txt"] = b"MARKATTACHED"
        document.save(locked, encryption=pikepdf.Encryption(user="open", owner="own"))
    with pikepdf.open(io.BytesIO(plain)) as document:
        document.save(owner, encryption=pikepdf.Encryption(user="", owner="own"))
    assert [i.exception for i in expand(locked.getvalue(), "a.pdf")] == ["encrypted"]
    items = expand(locked.getvalue(), "a.pdf", passwords=("no", "open"))
    assert [i.text for i in items] == ["MARKPDF", "MARKATTACHED"]
    assert items[1].family_id == items[0].id
    (item,) = expand(owner.getvalue(), "a.pdf")
    assert (item.status, item.text, item.exception) == ("item", "MARKPDF", None)


def test_a_pdf_that_ends_too_early_gives_its_text_and_says_so() -> None:
    whole = _pdf("The seller pays.")
    cut = whole[: whole.rindex(b"startxref")]
    (good,), (short,) = expand(whole, "a.pdf"), expand(cut, "a.pdf")
    assert (good.exception, short.exception, short.status) == (None, "truncated", "item")
    assert good.text == short.text == "The seller pays."


def test_scanned_pdf_and_image_wait_for_recognition() -> None:
    picture, scan = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    Image.new("RGB", (60, 40), "white").save(scan, "PDF")
    for data, name in ((picture.getvalue(), "a.png"), (scan.getvalue(), "a.pdf")):
        (item,) = expand(data, name)
        assert (item.status, item.text, item.exception) == ("item", None, None)
        assert item.metadata["needs_ocr"] is True
    assert expand(picture.getvalue(), "a.png")[0].metadata["width"] == 60


def test_html_with_declared_chinese_set() -> None:
    page = '<html><head><meta charset="gb2312"><title>标题</title></head><body><p>合同</p><script>x</script>第二段'
    (item,) = expand(page.encode("gb18030"), "a.html")
    assert item.text == "合同\n第二段"
    assert (item.metadata["title"], item.metadata["charset"]) == ("标题", "gb18030")


def test_calendar_and_contact() -> None:
    event = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Site\r\n  visit\r\nDTSTART:20260302T090000Z\r\nEND:VEVENT\r\n"
    (item,) = expand(event, "a.ics")
    assert (item.kind, item.metadata["subject"]) == ("calendar", "Site visit")
    (card,) = expand(b"BEGIN:VCARD\nFN:Ann Lee\nEMAIL:ann@seller.example\nEND:VCARD\n", "a.vcf")
    assert (card.kind, card.metadata["email"]) == ("contact", "ann@seller.example")


def test_archives_of_every_kind_give_their_entries(tmp_path: Path) -> None:
    seven = tmp_path / "a.7z"
    with py7zr.SevenZipFile(seven, "w") as archive:
        archive.writestr(b"MARK", "in/a.txt")
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as packed:
        info = tarfile.TarInfo("in/a.txt")
        info.size = 4
        packed.addfile(info, io.BytesIO(b"MARK"))
    cases = {
        "a.zip": zipped([("in/a.txt", b"MARK")]),
        "a.7z": seven.read_bytes(),
        "a.tar": tar.getvalue(),
        "a.tgz": gzip.compress(tar.getvalue()),
        "a.tar.bz2": bz2.compress(tar.getvalue()),
        "a.tar.xz": lzma.compress(tar.getvalue()),
    }
    for name, data in cases.items():
        items = expand(data, name)
        assert [(i.path, i.text, i.status) for i in items] == [
            (name, None, "container"),
            (f"{name}/in/a.txt", "MARK", "item"),
        ], name
        assert items[1].family_id == items[1].id
    items = expand(gzip.compress(b"MARK"), "note.txt.gz")
    assert (items[1].path, items[1].text) == ("note.txt.gz/note.txt", "MARK")


def test_split_archive_is_joined(tmp_path: Path) -> None:
    whole = zipped([("a.txt", bytes(range(256)) * 8 + b"MARK")], zipfile.ZIP_STORED)
    for number in range(3):
        start = number * 800
        (tmp_path / f"x.zip.00{number + 1}").write_bytes(whole[start : start + 800 if number < 2 else None])
    scratch = tmp_path / "scratch"
    files = list(inventory(folder=tmp_path))
    scratch.mkdir()
    items = [item for f in files for item in expand_file(file=f, scratch=scratch, limits=Limits())]
    tops = [item for item in items if item.parent_id is None]
    assert [(t.path, t.status, t.exception) for t in tops] == [(f"x.zip.00{n}", "container", None) for n in (1, 2, 3)]
    assert [i.path for i in items if i.parent_id] == ["x.zip.001/a.txt"]
    (tmp_path / "x.zip.002").unlink()
    files = [file for file in inventory(folder=tmp_path) if file.path.startswith("x.zip")]
    items = [item for f in files for item in expand_file(file=f, scratch=scratch, limits=Limits())]
    assert all(item.exception is not None or item.parent_id for item in items)


def test_zip_passwords_old_and_aes() -> None:
    from tests.engines.ingest.aes import aes_zip

    data = aes_zip("secret.txt", b"MARK secret", "pass")
    locked = expand(data, "a.zip", passwords=("wrong",))
    assert [(i.exception, i.sha256 != "") for i in locked] == [("encrypted", True), ("encrypted", False)]
    items = expand(data, "a.zip", passwords=("wrong", "pass"))
    assert [(i.status, i.exception, i.text) for i in items] == [
        ("container", None, None),
        ("item", None, "MARK secret"),
    ]


def test_type_comes_from_content_and_contradiction_is_coded() -> None:
    (item,) = expand(b"only a text stub", "report.docx")
    assert (item.status, item.exception, item.text) == ("item", "type_mismatch", "only a text stub")
    assert item.media_type == "text/plain"
    (item,) = expand(docx(paragraph("hello")), "report.pdf")
    assert (item.status, item.exception, item.text) == ("item", "type_mismatch", "hello")
    assert expand(b"a,b\n1,2\n", "a.txt")[0].exception is None
    assert expand(docx(paragraph("hello")), "no-extension")[0].exception is None


def test_empty_and_blank_files() -> None:
    (item,) = expand(b"", "a.pdf")
    assert (item.status, item.exception, item.size) == ("exception", "empty", 0)
    (item,) = expand(b"  \n\n ", "a.txt")
    assert (item.status, item.exception) == ("exception", "no_text")
    (item,) = expand(b"\x01\x02\x03\xff" * 100, "a.dat")
    assert (item.status, item.exception) == ("exception", "unsupported")


def test_zip_salvage_of_a_cut_word_file() -> None:
    whole = docx(paragraph("MARK " * 400) + paragraph("END"))
    (item,) = expand(whole[: len(whole) - 60], "cut.docx")
    assert item.exception == "corrupt"
    assert item.text is not None
    assert "MARK" in item.text


def test_tnef_in_a_mail_keeps_the_family() -> None:
    import struct

    def attribute(number: int, value: bytes) -> bytes:
        return b"\x02" + struct.pack("<HHI", number, 6, len(value)) + value + b"\0\0"

    tnef = b"\x78\x9f\x3e\x22\x01\0" + attribute(0x9002, b"\0" * 14) + attribute(0x8010, b"a.txt\0")
    tnef += attribute(0x800F, b"MARK")
    items = expand(mail(files=[("winmail.dat", tnef)]), "a.eml")
    assert [(i.name, i.status, i.text) for i in items[1:]] == [
        ("winmail.dat", "container", None),
        ("a.txt", "item", "MARK"),
    ]
    assert {i.family_id for i in items} == {items[0].id}


def test_ids_do_not_depend_on_the_run_and_are_unique() -> None:
    twins = zipped([("a.txt", b"one")])
    out = io.BytesIO(twins)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a.txt", b"two")
    first, second = expand(out.getvalue(), "t.zip"), expand(out.getvalue(), "t.zip")
    assert [i.id for i in first] == [i.id for i in second]
    assert len({i.id for i in first}) == 3
    assert [i.text for i in first[1:]] == ["one", "two"]
    assert [Item.from_record(i.as_record()) for i in first] == first


def _pdf(text: str) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    page = document.pages[0]
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
