"""What stands beside the running text: descriptions of pictures, ornaments, properties, who remarked, charts, forms."""

from __future__ import annotations

import io
import struct
import zipfile
from email.message import EmailMessage

import pikepdf
from tests.engines.ingest.builders import docx as docx_file
from tests.engines.ingest.builders import expand, paragraph, zipped
from tests.engines.ingest.compound import word
from tests.engines.ingest.test_ingest_marks import flat

from chancery.engines.ingest.archivelib import library
from chancery.engines.ingest.biff import extras


def test_word_tells_descriptions_ornaments_and_who_remarked_or_changed() -> None:
    body = (
        '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="urn:wp" id="1" name="Picture 1" title="Seal" descr="Red seal"/>'
        '</w:drawing></w:r></w:p><w:p><w:r><w:pict><v:shape xmlns:v="urn:v" alt="Old arrow">'
        '<v:textpath string="DRAFT ONLY"/></v:shape></w:pict></w:r></w:p>'
        '<w:p><w:ins w:author="Bo Li"><w:r><w:t>more</w:t></w:r></w:ins>'
        '<w:del w:author="Ann Ray"><w:r><w:delText>less</w:delText></w:r></w:del>'
        '<w:ins w:author="Bo Li"><w:r><w:t>yet</w:t></w:r></w:ins></w:p>'
    )
    remark = '<w:comment w:author="Cy Fox"><w:p><w:r><w:t>Why?</w:t></w:r></w:p></w:comment>'
    (item,) = expand(docx_file(body, comments=remark), "a.docx")
    assert (item.text or "").split() == ["Seal", "Red", "seal", "Old", "arrow", "DRAFT", "ONLY", "morelessyet", "Why?"]
    assert item.metadata["changed_by"] == ["Bo Li", "Ann Ray"]
    assert item.metadata["commented_by"] == ["Cy Fox"]


def test_a_mere_file_name_is_no_description() -> None:
    picture = (
        '<w:p><w:r><w:drawing><wp:docPr xmlns:wp="urn:wp" descr="scan_01.PNG" title="At sea"/></w:drawing></w:r></w:p>'
    )
    (item,) = expand(docx_file(picture), "a.docx")
    assert item.text == "At sea"


def test_bookmarks_of_pages_without_text_are_facts_and_no_text() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Annex 3", 0))
    out = io.BytesIO()
    pdf.save(out)
    (item,) = expand(out.getvalue(), "a.pdf")
    assert (item.status, item.exception, item.text) == ("exception", "no_text", None)
    assert item.metadata["bookmarks"] == ["Annex 3"]


def test_properties_that_users_added_are_kept_by_name() -> None:
    custom = (
        '<Properties xmlns="urn:c" xmlns:vt="urn:vt"><property pid="2" name="Matter"><vt:lpwstr>Harbour 7</vt:lpwstr>'
        '</property><property pid="3" name="Empty"><vt:lpwstr/></property></Properties>'
    )
    archive = zipfile.ZipFile(io.BytesIO(docx_file(paragraph("text"))))
    parts = [(name, archive.read(name)) for name in archive.namelist()]
    (item,) = expand(zipped([*parts, ("docProps/custom.xml", custom.encode())]), "a.docx")
    assert item.metadata["custom_properties"] == {"Matter": "Harbour 7"}


def test_open_documents_tell_description_keywords_and_added_properties() -> None:
    spaces = 'xmlns:office="urn:o" xmlns:meta="urn:m" xmlns:dc="urn:dc"'
    facts = (
        f"<office:document-meta {spaces}><office:meta><dc:description>On pumps</dc:description>"
        "<meta:keyword>pump</meta:keyword><meta:keyword>valve</meta:keyword>"
        '<meta:user-defined meta:name="Matter">Harbour 7</meta:user-defined></office:meta></office:document-meta>'
    )
    parts = [("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<a><p>text</p></a>")]
    (item,) = expand(zipped([*parts, ("meta.xml", facts.encode())], method=0), "a.odt")
    told = {name: item.metadata.get(name) for name in ("description", "keywords", "custom_properties")}
    assert told == {
        "description": "On pumps",
        "keywords": "pump; valve",
        "custom_properties": {"Matter": "Harbour 7"},
    }


def test_rich_text_tells_its_information() -> None:
    data = rb"{\rtf1\ansi{\info{\title T}{\subject S}{\keywords K; L}{\doccomm D}{\operator O}}Body}"
    (item,) = expand(data, "a.rtf")
    names = ("title", "subject", "keywords", "description", "last_saved_by")
    assert [item.metadata.get(name) for name in names] == ["T", "S", "K; L", "D", "O"]


def test_charts_of_old_workbooks_give_their_words_once() -> None:
    def told(text: str, *, wide: bool) -> bytes:
        raw = text.encode("utf-16-le" if wide else "latin-1")
        data = b"\x00\x00" + bytes([len(text), wide]) + raw
        return struct.pack("<HH", 0x100D, len(data)) + data

    stream = told("泵 sales", wide=True) + told("Year", wide=False) + told("Year", wide=False)
    assert list(extras(stream=stream).charts) == ["泵 sales", "Year"]


def form() -> bytes:
    """Return a PDF of one page that shows nothing; its words are a field's value, kept by the parent of what is
    drawn, a remark in rich text, a bookmark, and a line outside the page."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(200, 200))
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
    )
    page.Contents = pdf.make_stream(
        b"BT /F 10 Tf 20 100 Td (On the page) Tj ET BT /F 10 Tf -150 100 Td (Cropped) Tj ET"
    )
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="buyer", V="Orchid Mills", Ff=0))
    drawn = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[1, 1, 50, 20], Parent=field)
    )
    field.Kids = pikepdf.Array([drawn])
    remark = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[1, 30, 50, 60], T="Cy Fox",
            RC="<body><p>Too <b>dear</b></p></body>",
        )
    )  # fmt: skip
    page.Annots = pikepdf.Array([drawn, remark])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
    with pdf.open_outline() as outline:
        outline.root += [pikepdf.OutlineItem("Schedule of prices", 0), pikepdf.OutlineItem("On the page", 0)]
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def test_pdf_gives_fields_remarks_bookmarks_and_what_lies_outside_its_pages() -> None:
    (item,) = expand(form(), "a.pdf")
    said = [line for line in (item.text or "").splitlines() if line]
    assert said == ["On the page", "Orchid Mills", "Too dear", "Cropped", "Schedule of prices"]
    told = {name: item.metadata.get(name) for name in ("comments", "commented_by", "lines_outside_pages")}
    assert told == {"comments": 1, "commented_by": ["Cy Fox"], "lines_outside_pages": 1}


def test_a_part_of_a_spread_that_another_page_shows_is_told_once() -> None:
    with pikepdf.open(io.BytesIO(form())) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.pages[1].MediaBox = pikepdf.Array([-200, 0, 0, 200])
        del pdf.pages[1].Annots
        out = io.BytesIO()
        pdf.save(out)
    (item,) = expand(out.getvalue(), "a.pdf")
    assert (item.text or "").count("Cropped") == 1
    assert "lines_outside_pages" not in item.metadata


def test_a_line_that_only_the_html_part_of_a_mail_has_is_kept() -> None:
    html = "<p>The pumps arrive on Monday.</p><p>Pay the <b>undertable</b> share first.</p><p>Bo</p>"
    message = EmailMessage()
    message["From"], message["Subject"] = "ann@seller.example", "Pumps"
    message.set_content("The pumps arrive on Monday. Pay the share first.\n")
    message.add_alternative(html, subtype="html")
    (item,) = expand(message.as_bytes(), "a.eml")
    lines = [line for line in (item.text or "").splitlines() if line]
    assert lines == ["The pumps arrive on Monday. Pay the share first.", "Pay the undertable share first."]


def test_rich_text_that_ends_in_the_middle_is_truncated_and_braces_in_binary_data_are_no_groups() -> None:
    whole = rb"{\rtf1\ansi {\b Pumps}{\pict\bin6 }}{{}\} arrive\} on Monday}"
    told = [
        ((item.text or "").strip(), item.exception) for item in (*expand(whole, "a.rtf"), *expand(whole[:-7], "b.rtf"))
    ]
    assert told == [("Pumps arrive} on Monday", None), ("Pumps arrive} on", "truncated")]


def test_a_flat_document_that_ends_in_the_middle_is_truncated() -> None:
    data = flat(
        "<office:body><office:text><text:p>On Monday</text:p><text:p>or later</text:p></office:text></office:body>",
        "text",
    )
    told = [
        (item.text, item.exception)
        for item in (*expand(data, "a.fodt"), *expand(data[: data.index(b"later")], "b.fodt"))
    ]
    assert told == [("On Monday\nor later", None), ("On Monday\nor", "truncated")]


def test_an_old_word_file_under_a_text_name_contradicts_it() -> None:
    told = [(item.text, item.exception) for name in ("a.txt", "a.dot") for item in expand(word("A letter"), name)]
    assert told == [("A letter", "type_mismatch"), ("A letter", None)]


def test_a_packed_file_gives_what_was_packed_or_says_that_nothing_reads_it() -> None:
    """A frame of one raw block each: RFC 8878 3.1.1, LZ4 frame format 1.6.1 (0x82 is the check byte of 60 40)."""
    body = b"forty pumps on Monday"
    size = len(body)
    frames = {
        "note.txt.zst": b"\x28\xb5\x2f\xfd\x20" + bytes([size]) + (size << 3 | 1).to_bytes(3, "little") + body,
        "note.txt.lz4": b"\x04\x22\x4d\x18\x60\x40\x82" + (size | 1 << 31).to_bytes(4, "little") + body + bytes(4),
    }
    for name, data in frames.items():
        told = [(item.path, item.status, item.text, item.exception) for item in expand(data, name)]
        read = [(name, "container", None, None), (f"{name}/note.txt", "item", body.decode(), None)]
        assert told == (read if library() else [(name, "exception", None, "unsupported")])
