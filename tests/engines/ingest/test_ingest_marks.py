"""What documents hide or mark, in old and open formats: text of every kind in its own words, and flags that say so."""

from __future__ import annotations

import struct

from tests.engines.ingest.builders import expand, zipped

from chancery.engines.ingest.wordmarks import word_marks

NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
        "presentation": "presentation",
    }.items()
)  # fmt: skip
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
COMMENT = (
    "<office:annotation><dc:creator>Cleo</dc:creator><dc:date>2024-03-04</dc:date><text:p>Why?</text:p>"
    "</office:annotation>"
)
LETTER = f"""<office:automatic-styles><style:style style:name="H" style:family="text"><style:text-properties
text:display="none"/></style:style></office:automatic-styles><office:body><office:text><text:tracked-changes>
<text:changed-region text:id="1"><text:deletion><office:change-info><dc:creator>Bob</dc:creator></office:change-info>
<text:p>struck</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>Seller<text:note>
<text:note-citation>1</text:note-citation><text:note-body><text:p>footnote</text:p></text:note-body></text:note> pays
<text:span text:style-name="H">secretly</text:span>{COMMENT}</text:p></office:text></office:body>"""
BOOK = f"""<office:automatic-styles><style:style style:name="h" style:family="table"><style:table-properties
table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>
<table:table table:name="Prices"><table:table-column table:visibility="collapse"
table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>casting</text:p>{COMMENT}
</table:table-cell><table:table-cell><text:p>40</text:p></table:table-cell></table:table-row><table:table-row
table:visibility="filter"><table:table-cell><text:p>margin</text:p></table:table-cell></table:table-row></table:table>
<table:table table:name="Costs" table:style-name="h"><table:table-row><table:table-cell><text:p>9</text:p>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>"""
SLIDES = """<office:automatic-styles><style:style style:name="h" style:family="drawing-page">
<style:drawing-page-properties
presentation:visibility="hidden"/></style:style></office:automatic-styles><office:body><office:presentation>
<draw:page draw:style-name="h"><text:p>Plan B</text:p></draw:page></office:presentation></office:body>"""


def opened(body: str, kind: str) -> bytes:
    """Return an OpenDocument package."""
    content = f"<office:document-content {NAMESPACES} {DC}>{body}</office:document-content>"
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return zipped([("mimetype", mime.encode()), ("content.xml", content.encode())], method=0)


def flat(body: str, kind: str) -> bytes:
    """Return an OpenDocument file of one piece."""
    mime = f'office:mimetype="application/vnd.oasis.opendocument.{kind}"'
    return f'<?xml version="1.0"?>\n<office:document {NAMESPACES} {DC} {mime}>{body}</office:document>'.encode()


def test_every_kind_of_text_in_an_open_document_stands_in_words_of_its_own() -> None:
    for item in (*expand(opened(LETTER, "text"), "a.odt"), *expand(flat(LETTER, "text"), "a.fodt")):
        assert item.text is not None
        words = item.text.split()
        assert words == [*("Bob", "struck", "Seller", "1", "footnote", "pays", "secretly"), *COMMENTED]
        marks = {name: item.metadata.get(name) for name in ("tracked_changes", "comments", "hidden_text")}
        assert marks == {"tracked_changes": 1, "comments": 1, "hidden_text": 1}


COMMENTED = ("Cleo", "2024-03-04", "Why?")


def test_sheets_are_named_and_what_is_hidden_in_them_is_told() -> None:
    for name, data in (("a.ods", opened(BOOK, "spreadsheet")), ("a.fods", flat(BOOK, "spreadsheet"))):
        (item,) = expand(data, name)
        assert (item.kind, item.exception) == ("spreadsheet", None)
        lines = [line.rstrip() for line in (item.text or "").splitlines() if line.strip()]
        assert lines == ["Prices", "casting", "Cleo 2024-03-04 Why?\t40", "margin", "Costs", "9"]
        told = {name: item.metadata.get(name) for name in ("sheets", "hidden_sheets", "hidden_rows", "hidden_columns")}
        assert told == {
            "sheets": ["Prices", "Costs"],
            "hidden_sheets": ["Costs"],
            "hidden_rows": 1,
            "hidden_columns": 2,
        }


def test_hidden_slides_are_told() -> None:
    for name, data in (("a.odp", opened(SLIDES, "presentation")), ("a.fodp", flat(SLIDES, "presentation"))):
        (item,) = expand(data, name)
        assert (item.kind, item.text, item.metadata["hidden_slides"]) == ("presentation", "Plan B", 1)


def test_rich_text_gives_its_boxes_once_and_its_notes_on_lines_of_their_own() -> None:
    box = rb"{\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard In the box\par}}"
    rest = rb"{\shprslt{\*\do\dobxpage{\dptxbxtext\pard In the box\par}}}}"
    old = rb"{\*\do\dobxpage{\dptxbxtext\pard Old box\par}}"
    notes = rb"Seller{\footnote note}pays{\*\atnid Cl}{\*\annotation Why?} {\v hid}{\revised\cf1 more}{\deleted less}"
    (item,) = expand(rb"{\rtf1\ansi{\stylesheet{\s1\v Hidden style;}}\pard " + notes + box + rest + old + b"}", "a.rtf")
    assert (item.text or "").split() == [
        *("Seller", "note", "pays", "Why?", "hidmoreless"), *("In", "the", "box", "Old", "box")
    ]  # fmt: skip
    marks = {name: item.metadata.get(name) for name in ("tracked_changes", "comments", "hidden_text")}
    assert marks == {"tracked_changes": 2, "comments": 1, "hidden_text": 1}


def word_file(*runs: bytes) -> tuple[bytes, bytes]:
    """Return the streams of an old Word file with one page of character runs, as MS-DOC 2.9.116 lays it out."""
    page = bytearray(512)
    page[511] = len(runs)
    place = 510
    for number, run in enumerate(runs):
        if run:
            place = (place - len(run) - 1) & ~1
            page[place] = len(run)
            page[place + 1 : place + 1 + len(run)] = run
            page[4 * (len(runs) + 1) + number] = place // 2
    head = bytearray(1024)
    struct.pack_into("<H", head, 0x0A, 0x0200)
    struct.pack_into("<II", head, 0xFA, 0, 12)
    return bytes(head) + bytes(page), struct.pack("<III", 0, 100, 2)


def test_old_word_files_tell_hidden_and_changed_runs() -> None:
    bold, hidden, shown = struct.pack("<HB", 0x0835, 1), struct.pack("<HB", 0x083C, 1), struct.pack("<HB", 0x083C, 0)
    font, deleted = struct.pack("<HH", 0x4A4F, 3), struct.pack("<HB", 0x0800, 1)
    variable, inserted = struct.pack("<HB", 0xCA47, 4) + b"abcd", struct.pack("<HB", 0x0801, 1)
    stream, table = word_file(bold, font + hidden, shown, variable + deleted, b"", inserted + hidden)
    assert word_marks(stream=stream, tables={"1Table": table}) == {"hidden_text": 2, "tracked_changes": 2}
    assert word_marks(stream=stream[:700], tables={"1Table": table}) == {}
    assert word_marks(stream=b"", tables={}) == {}
