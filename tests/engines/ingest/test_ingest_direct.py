"""What is read directly, without library or parser where those are slow, against what they give."""

from __future__ import annotations

import random
import re
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import olefile
import pypdfium2
import pytest
from lxml import etree
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from tests.engines.ingest.compound import compound

from chancery.engines.ingest import archivelib, passwords
from chancery.engines.ingest.compound import Compound
from chancery.engines.ingest.packages import whole_entry
from chancery.engines.ingest.passwords import has_worked, in_order, unlock_zip
from chancery.engines.ingest.pdflayers import layer_text
from chancery.engines.ingest.readers import pptx, sheets
from chancery.engines.ingest.verdict import safe
from chancery.engines.ingest.wording import cleaned
from chancery.engines.text.normalise import clean
from chancery.engines.text.tongues import _NAMES, _Mapped, identifier, lay_out

SEED = 23
_NONE = 0xFFFFFFFF


def _encrypted(plain: bytes, password: bytes) -> bytes:
    """Encrypt in the traditional way of zip archives (APPNOTE 6.1), byte by byte as it stands there."""
    table = [zlib.crc32(bytes([byte ^ 0xFF])) ^ 0xFF000000 for byte in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def turn(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 255]

    out = bytearray()
    for byte in password:
        turn(byte)
    for byte in plain:
        temp = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ (((temp * (temp ^ 1)) >> 8) & 255))
        turn(byte)
    return bytes(out)


@pytest.mark.parametrize(("method", "flags"), [(0, 1), (8, 1), (8, 9)])
def test_locked_zip_entries_come_out_of_compiled_code_as_they_went_in(method: int, flags: int) -> None:
    if archivelib.library() is None:
        pytest.skip("the system has no libarchive")
    text = b"It is agreed between the parties as follows. " * 500
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = text if method == 0 else packer.compress(text) + packer.flush()
    check, time = zlib.crc32(text), 0x7A31
    last = time >> 8 if flags & 8 else check >> 24
    data = _encrypted(random.Random(SEED).randbytes(11) + bytes([last]) + packed, b"geheim")
    facts = (flags, method, time, 0x21, check, len(text))
    assert unlock_zip(data=data, password=b"geheim", check=last) == packed
    assert archivelib.unlocked(data=data, facts=facts, password=b"geheim") == text
    assert archivelib.unlocked(data=data, facts=facts, password=b"falsch") is None
    assert archivelib.unlocked(data=data[:-9], facts=facts, password=b"geheim") is None


def test_a_small_zip_entry_is_read_at_once_and_any_odd_one_left_to_the_library() -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<a>text</a>" * 300)
        archive.writestr(zipfile.ZipInfo("日本.txt"), "stored")
        archive.writestr("empty", b"")
    data = made.getvalue()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            assert whole_entry(archive=archive, info=info) == archive.read(info)
        first = archive.infolist()[0]
        for name, value in (("CRC", first.CRC ^ 1), ("file_size", first.file_size - 1), ("flag_bits", 1)):
            kept = getattr(first, name)
            setattr(first, name, value)
            assert whole_entry(archive=archive, info=first) is None
            setattr(first, name, kept)
        first.compress_type = 12
        assert whole_entry(archive=archive, info=first) is None
    renamed = data.replace(b"word/document.xml", b"word/dokument.xml", 1)
    with zipfile.ZipFile(BytesIO(renamed)) as archive:
        assert whole_entry(archive=archive, info=archive.infolist()[0]) is None
        with pytest.raises(zipfile.BadZipFile):
            archive.read(archive.infolist()[0])


def test_variants_of_passwords_that_worked_come_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_worked", [])
    given = ("1234", "Summer2020", "blue", "summer2021!", "Blue7", "5678", "no")
    assert in_order(passwords=given) == list(given)
    has_worked(password="Summer2020")
    assert in_order(passwords=given) == ["Summer2020", "summer2021!", "1234", "blue", "Blue7", "5678", "no"]
    has_worked(password="1234")  # figures alone have no variants
    has_worked(password="blue")
    assert in_order(passwords=given) == ["blue", "Blue7", "1234", "Summer2020", "summer2021!", "5678", "no"]
    assert in_order(passwords=("a", "a", "b")) == ["a", "b"]


_SHAPE = "<p:sp><p:nvSpPr><p:nvPr>{}</p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:txBody></p:sp>"
_LAYOUT = '<p:sldLayout xmlns:p="p" xmlns:a="a"><p:cSld>{}</p:cSld></p:sldLayout>'


def test_masters_print_what_stands_outside_their_placeholders() -> None:
    holder, fixed = _SHAPE.format('<p:ph type="title"/>', "Click to edit"), _SHAPE.format("", "Privileged")
    table = "<p:graphicFrame><a:tbl><a:t>Cell</a:t></a:tbl></p:graphicFrame>"
    other = holder.replace("p:sp>", "q:sp>").replace("<q:sp>", '<q:sp xmlns:q="p">')
    for body, wanted in (
        (holder, ""),
        (holder + fixed, "Privileged"),
        (table + holder, "Cell"),
        (f"<p:grpSp>{holder}</p:grpSp>{holder}", ""),
        (f"<!-- <p:sp><p:ph/> --> {fixed} <!-- </p:sp> -->", "Privileged"),
        (holder + other, ""),
        ("<p:sp><a:t>Bare</a:t></p:sp>", "Bare"),
    ):
        assert pptx._fixed(_LAYOUT.format(body).encode()) == wanted
    assert pptx._fixed(b" \n") == ""
    wide = '<?xml version="1.0" encoding="UTF-16"?>' + _LAYOUT.format(fixed)
    assert pptx._fixed(wide.encode("utf-16")) == "Privileged"


_SHEET = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="m"><sheetData/>{}</worksheet>'


@pytest.mark.parametrize(
    ("margins", "wanted", "alone"),
    [
        ("<headerFooter><oddHeader>&amp;LDraft &#228;&#x4e2d;</oddHeader></headerFooter>", " Draft ä中", True),
        ('<headerFooter differentFirst="1"><firstFooter>a\nb</firstFooter></headerFooter>', "a\nb", True),
        ("<headerFooter/>", "", True),
        ('<headerFooter alignWithMargins="0"/>', "", True),
        ("<headerFooter><oddHeader>x<!-- y --></oddHeader></headerFooter>", "x", False),
        ("<headerFooter><oddFooter><![CDATA[<raw>]]></oddFooter></headerFooter>", "<raw>", False),
        ('<x:headerFooter xmlns:x="m"><x:oddHeader>p</x:oddHeader></x:headerFooter>', "p", False),
        ("<headerFooter/><headerFooter><oddHeader>two</oddHeader></headerFooter>", "two", False),
    ],
)
def test_margins_of_a_sheet_with_and_without_its_tree(
    margins: str, wanted: str, alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[bytes] = []

    def parse(data: bytes) -> object:
        whole.append(data)
        return etree.fromstring(data)

    monkeypatch.setattr(sheets, "parse_xml", parse)
    assert sheets._margins(_SHEET.format(margins).encode()) == wanted
    assert len(whole) == (0 if alone else 1)


def _linked(data: bytes, links: dict[int, tuple[int, int, int]]) -> bytes:
    """Set left, right and first below of entries in the directory of a compound file."""
    out = bytearray(data)
    (sector,) = struct.unpack_from("<I", data, 0x30)
    for entry, three in links.items():
        struct.pack_into("<III", out, 512 * (sector + 1) + 128 * entry + 68, *three)
    return bytes(out)


def test_the_directory_of_a_compound_file_is_the_librarys_and_survives_circles_and_long_rows() -> None:
    data = compound({name: name.encode() for name in ("b", "a", "C", "d")})
    tree = _linked(data, {0: (_NONE, _NONE, 3), 3: (1, 4, _NONE), 1: (_NONE, 2, _NONE), 2: (_NONE, _NONE, _NONE)})
    for each in (data, tree):
        ours, library = Compound(BytesIO(each)), olefile.OleFileIO(BytesIO(each))
        assert ours.listdir() == library.listdir() == [["C"], ["a"], ["b"], ["d"]]
        assert ours.openstream("c").read() == library.openstream("C").read() == b"C".ljust(4096, b"\0")
        assert ours.names_below([]) == ["C", "a", "b", "d"]
        assert not ours.exists("e")
        assert ours.names_below(["e"]) == []
    circle = _linked(data, {0: (_NONE, _NONE, 1), 1: (_NONE, 2, _NONE), 2: (1, 1, _NONE)})
    assert Compound(BytesIO(circle)).listdir() == olefile.OleFileIO(BytesIO(circle)).listdir() == [["a"], ["b"]]
    beyond = _linked(data, {4: (_NONE, 7777, _NONE)})
    assert Compound(BytesIO(beyond)).listdir() == olefile.OleFileIO(BytesIO(beyond)).listdir()
    names = {f"n{number:04d}": b"" for number in range(1500)}
    row = compound(names)  # each entry to the right of the one before: deeper than Python calls itself
    with pytest.raises(RecursionError):
        olefile.OleFileIO(BytesIO(row))
    assert Compound(BytesIO(row)).listdir() == [[name] for name in names]


def test_pages_give_the_text_the_library_gives(test_data: Path) -> None:
    seen = 0
    for path in sorted((test_data / "files").rglob("*.pdf")):
        try:
            document = pypdfium2.PdfDocument(path.read_bytes())
            pages = [document[number] for number in range(min(3, len(document)))]
        except pypdfium2.PdfiumError:
            continue
        for page in pages:
            layer = page.get_textpage()
            wanted = layer.get_text_bounded() if layer.count_chars() > 0 else ""
            assert layer_text(page=page, layer=layer) == wanted
            seen += bool(wanted)
            layer.close()
            page.close()
        document.close()
    assert seen > 50


def test_languages_are_told_from_mapped_tables_as_from_the_packed_model(test_data: Path) -> None:
    library = LanguageIdentifier.from_model_file(MODEL_DIR / MODEL_FILE)
    folder = lay_out()
    mapped = _Mapped({name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _NAMES})
    texts = [path.read_bytes()[:800].decode("latin-1") for path in sorted((test_data / "files").rglob("*.txt"))]
    texts += ["Die Würde des Menschen ist unantastbar.", "La loi est la même pour tous.", "Все равны перед законом", ""]
    for text in texts:
        assert mapped.classify(text) == library.classify(text)
        assert identifier().classify(text) == library.classify(text)
    assert len(texts) > 40


def test_long_plain_text_and_plain_metadata_pass_as_they_are() -> None:
    dice = random.Random(SEED)
    for odd in ("", "\r", "\x0c", "\x00\x1f", "\x7f", "\x0b", "\x1b"):
        for size in (50, 6000):
            text = "".join(dice.choice(f"abc def\n\t{odd}") for _ in range(size))
            assert cleaned(text=text) == clean(text=text)
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", cleaned(text=text))
    plain = {"title": "A \\u0041", "pages": 3, "form": True, "none": None}
    assert safe(plain) is plain
    assert safe({"title": "a\x01b", "n": float("nan")})["title"] == "ab"
