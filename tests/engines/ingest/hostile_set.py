"""More than six hundred files made to break a reader: every format cut, bent, mislabelled; bombs; wild names."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pikepdf
import py7zr
from PIL import Image
from pptx import Presentation
from tests.engines.ingest import compound
from tests.engines.ingest.builders import W, docx, mail, overlapping_zip, paragraph, zipped

_BOMB = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(10)
)
_TRAILER = b"trailer<</Root 1 0 R>>"
_BOMB_END = "]><l>&k;</l>"
_CUTS = (0.02, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.99)
_SEEDS = 6


def bases() -> dict[str, bytes]:
    """Return one sound file of each format by its extension."""
    found = _texts() | _archives() | _office() | _pictures()
    found["pdf"] = _pdf()
    found["sqlite"] = _database()
    found["dbf"] = _table()
    return found


def _texts() -> dict[str, bytes]:
    body = "The pumps arrive on Monday; 泵将于星期一到达。\n" * 20
    return {
        "txt": body.encode(),
        "gb.txt": body.encode("gb18030"),
        "csv": ("name,amount\n" + "pump,12\n" * 50).encode(),
        "json": b'{"pumps": [' + b'{"id": 1},' * 40 + b'{"id": 2}]}',
        "xml": b"<?xml version='1.0'?><list>" + b"<pump>12</pump>" * 40 + b"</list>",
        "html": f"<html><head><title>Pumps</title></head><body><p>{body}</p></body></html>".encode(),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><text>pumps</text></svg>',
        "rtf": rb"{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}\f0 " + b"The pumps arrive. " * 30 + b"}",
        "eml": mail(body=body),
        "mbox": b"".join(b"From a@b Mon Jan  1 00:00:00 2001\n" + mail(body=body) + b"\n" for _ in range(4)),
        "emlx": str(len(mail())).encode() + b"\n" + mail() + b"<plist/>",
        "ics": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Pumps\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "vcf": b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Bell\r\nEMAIL:ann@example.com\r\nEND:VCARD\r\n",
    }


def _archives() -> dict[str, bytes]:
    entries = [("a.txt", b"The pumps arrive. " * 40), ("b/c.eml", mail())]
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "a.7z")
        with py7zr.SevenZipFile(target, "w") as archive:
            for name, data in entries:
                archive.writestr(data, name)
        seven = target.read_bytes()
    return {
        "zip": zipped(entries),
        "tar": tarred.getvalue(),
        "tgz": gzip.compress(tarred.getvalue()),
        "gz": gzip.compress(b"pumps " * 400),
        "bz2": bz2.compress(b"pumps " * 400),
        "xz": lzma.compress(b"pumps " * 400),
        "7z": seven,
        "rar": b"Rar!\x1a\x07\x01\x00" + bytes(range(200)),
    }


def _office() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    book.active["A1"] = "pumps"
    sheet = io.BytesIO()
    book.save(sheet)
    shown = io.BytesIO()
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Pumps"
    deck.save(shown)
    odt = [
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        (
            "content.xml",
            b'<o:content xmlns:o="o" xmlns:t="t"><o:body><t:p>Pumps</t:p></o:body></o:content>',
        ),
        ("META-INF/manifest.xml", b"<m/>"),
    ]
    epub = [
        ("mimetype", b"application/epub+zip"),
        (
            "a.opf",
            b'<package><manifest><item id="i" href="p.xhtml"/></manifest><spine><itemref idref="i"/></spine></package>',
        ),
        ("p.xhtml", b"<html><body><p>Pumps arrive</p></body></html>"),
    ]
    return {
        "docx": docx(paragraph("The pumps arrive.") * 20),
        "xlsx": sheet.getvalue(),
        "pptx": shown.getvalue(),
        "odt": zipped(odt),
        "epub": zipped(epub),
        "doc": compound.word("The pumps arrive on Monday.\r" * 10, notes="A note.\r", comments="A comment.\r"),
        "ppt": compound.slides("Pumps", "A note to Monday", "Ann: check"),
        "msg": compound.message("Pumps", "They arrive on Monday.", "Ann Bell"),
        "xls": compound.compound({"Workbook": struct.pack("<HHHHHHHH", 0x809, 16, 0x600, 5, 0, 0, 0, 0) + bytes(64)}),
        "one": bytes.fromhex("e4525c7b8cd8a74d") + bytes(1024) + "The pumps arrive on Monday".encode("utf-16-le"),
        "dat": b"\x78\x9f\x3e\x22\x01\x00" + bytes(range(256)) * 4,
        "pst": b"!BDN" + bytes(range(256)) * 40,
        "mdb": b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4096),
    }


def _pictures() -> dict[str, bytes]:
    found = {}
    for name, form in (
        ("png", "PNG"),
        ("jpg", "JPEG"),
        ("gif", "GIF"),
        ("bmp", "BMP"),
        ("tif", "TIFF"),
        ("webp", "WEBP"),
    ):
        out = io.BytesIO()
        Image.new("RGB", (64, 48), (10, 200, 30)).save(out, form)
        found[name] = out.getvalue()
    return found


def _pdf() -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    page.Contents = document.make_stream(b"BT /F1 12 Tf 20 100 Td (The pumps arrive on Monday) Tj ET")
    name = pikepdf.Name
    font = pikepdf.Dictionary(Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def _database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.db")
        base = sqlite3.connect(path)
        base.execute("CREATE TABLE pumps (id INTEGER, name TEXT)")
        base.executemany("INSERT INTO pumps VALUES (?, ?)", [(n, f"pump {n}") for n in range(50)])
        base.commit()
        base.close()
        return path.read_bytes()


def _table() -> bytes:
    field = b"NAME".ljust(11, b"\x00") + b"C" + bytes(4) + bytes([10]) + bytes(15)
    head = struct.pack("<BBBBIHH", 3, 101, 1, 1, 2, 32 + len(field) + 1, 11) + bytes(20)
    return head + field + b"\r" + b" pump one  " + b" pump two  "


def bent(*, data: bytes, seed: int) -> dict[str, bytes]:
    """Return what happens to a file on a bad day: cut, flipped, filled with zeros, doubled, followed by rubbish."""
    dice = random.Random(seed)
    found = {f"cut{int(share * 100):02d}": data[: max(1, int(len(data) * share))] for share in _CUTS}
    for number in range(_SEEDS):
        flipped = bytearray(data)
        for _ in range(1 + len(data) // 200):
            flipped[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        found[f"flip{number}"] = bytes(flipped)
    at = dice.randrange(max(1, len(data) // 2))
    found["zeros"] = data[:at] + bytes(min(512, len(data) - at)) + data[at + 512 :]
    found["tail"] = data + dice.randbytes(300)
    found["head"] = dice.randbytes(64) + data
    return found


def bombs() -> dict[str, bytes]:
    """Return files that are small and promise to be large, deep or endless."""
    nested = b"x" * 100_000
    for _ in range(30):
        nested = zipped([("in.zip", nested)])
    many = mail(body="x")
    for _ in range(40):
        many = b"Content-Type: message/rfc822\nSubject: s\nFrom: a@b\nTo: c@d\n\n" + many
    wide = "".join(f"<w:p><w:r><w:t>{'p' * 50}</w:t></w:r></w:p>" for _ in range(20_000))
    deep = "<w:p>" * 20_000 + "</w:p>" * 20_000
    found = {
        "flat.zip": zipped([(f"{n}.txt", bytes(20_000_000)) for n in range(4)]),
        "overlap.zip": overlapping_zip(),
        "nested.zip": nested,
        "endless.gz": gzip.compress(bytes(80_000_000)),
        "endless.bz2": bz2.compress(bytes(80_000_000)),
        "endless.xz": lzma.compress(bytes(80_000_000)),
        "nested.eml": many,
        "wide.docx": docx(wide),
        "deep.docx": docx(deep),
        "laughs.xml": (_BOMB + _BOMB_END).encode(),
        "laughs.svg": (_BOMB + "]><svg>&k;</svg>").encode(),
        "laughs.docx": _with_part(docx(paragraph("x")), "word/document.xml", (_BOMB + _BOMB_END).encode()),
        "outside.docx": _with_part(
            docx(paragraph("x")),
            "word/document.xml",
            f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="{W}"><w:body>'
            "<w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>".encode(),
        ),
        "boundary.eml": b"Content-Type: multipart/mixed; boundary=a\nFrom: a@b\nTo: c@d\nSubject: s\n\n"
        + b"--a\n\n" * 30_000,
        "headers.eml": b"From: a@b\nTo: c@d\nSubject: s\n" + b"X-Y: z\n" * 100_000 + b"\nbody",
        "people.eml": b"From: a@b\nSubject: s\nTo: " + b"<" * 50_000 + b'"' * 50_000 + b"\n\nbody",
        "folded.eml": b"From: a@b\nTo: c@d\nSubject: s\n" + b" x\n" * 100_000 + b"\nbody",
        "base64.eml": b"From: a@b\nTo: c@d\nContent-Transfer-Encoding: base64\nSubject: s\n\n" + b"=" * 100_000,
        "braces.rtf": b"{\\rtf1 " + b"{" * 200_000,
        "tags.html": b"<div>" * 20_000,
        "huge.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x7f\xff\xff\xff" * 2 + bytes(105),
        "loop.tif": b"II*\x00\x08\x00\x00\x00\x01\x00\x00\x01\x03\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00",
        "loop.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n" + _TRAILER,
        "objects.pdf": b"%PDF-1.4\n"
        + b"".join(b"%d 0 obj<<>>endobj\n" % n for n in range(30_000))
        + b"trailer<</Root 1 0 R>>",
        "numbers.json": b"[" * 100_000,
        "escape.txt": b"\x1b$B" * 50_000,
        "controls.txt": bytes(range(32)) * 2000,
    }
    return found | {f"nul{n}.{ending}": b"\x00" * (10**n) for n in (1, 4) for ending in ("txt", "pdf", "docx", "eml")}


def _with_part(package: bytes, name: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return zipped([(each, data if each == name else archive.read(each)) for each in archive.namelist()])


def traversals() -> dict[str, bytes]:
    """Return archives whose entries want to leave their folder."""
    names = (
        "../../out.txt",
        "/etc/out.txt",
        "C:\\out.txt",
        "..\\..\\out.txt",
        "a/../../out.txt",
        "a\x00b.txt",
        "con",
        "x" * 5000,
    )
    found = {f"leave{number}.zip": zipped([(name, b"text of it")]) for number, name in enumerate(names)}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.LNKTYPE, "hard"),
            (tarfile.CHRTYPE, "dev"),
            (tarfile.FIFOTYPE, "pipe"),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    return {**found, "links.tar": out.getvalue()}


def build(*, folder: Path, seed: int = 7) -> int:
    """Write the whole set below a folder; return the number of files."""
    folder.mkdir(parents=True)
    sound = bases()
    files: dict[str, bytes] = {}
    for number, (ending, data) in enumerate(sound.items()):
        files[f"sound/file.{ending}"] = data
        files[f"empty/file.{ending}"] = b""
        for how, bad in bent(data=data, seed=seed + number).items():
            files[f"{how}/file.{ending}"] = bad
    endings = [ending for ending in sound if "." not in ending]
    for ending, other in zip(endings, endings[7:] + endings[:7], strict=True):
        files[f"mislabelled/{ending}.{other}"] = sound[ending]
    files |= {f"bombs/{name}": data for name, data in bombs().items()}
    files |= {f"leave/{name}": data for name, data in traversals().items()}
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
    return len(files) + _wild_names(folder / "names")


def _wild_names(folder: Path) -> int:
    folder.mkdir()
    names = [
        b"\xff\xfe.txt",
        "\u202etxt.exe".encode(),
        b"line\nbreak.eml",
        b" ",
        b"-rf",
        b"%s%n.txt",
        "漢字.txt".encode(),
        b"a" * 250,
    ]
    for name in names:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"Some words of text stand here.")
    with (folder / "sparse.pst").open("wb") as stream:
        stream.truncate(128 * 1024**2)
    return len(names) + 1
