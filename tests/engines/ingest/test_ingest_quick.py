"""What is read in a quicker way reads the same as the library or the slow way does."""

from __future__ import annotations

import hashlib
import random
import re
import struct
import tarfile
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import olefile
import pytest
from PIL import Image

from chancery.engines.ingest import odflock
from chancery.engines.ingest.identify import _first_block
from chancery.engines.ingest.packages import Package
from chancery.engines.ingest.passwords import seven_zip_key, unlock_zip
from chancery.engines.ingest.readers import image, tarred
from chancery.engines.ingest.reading import Content
from chancery.engines.ingest.storage import ole_of

SEED = 11


@pytest.mark.parametrize("size", [0, 1, 500])
def test_zip_bytes_are_unlocked_as_the_standard_library_does(size: int) -> None:
    locked = random.Random(SEED).randbytes(size + 12)
    plain: bytes = zipfile._ZipDecrypter(b"secret")(locked)  # type: ignore[attr-defined]
    assert unlock_zip(data=locked, password=b"secret", check=plain[11]) == plain[12:]
    assert unlock_zip(data=locked, password=b"secret", check=plain[11] ^ 1) is None


def test_seven_zip_key_beyond_one_block_of_counters() -> None:
    password, salt, cycles = "geheim".encode("utf-16-le"), b"salt", 17
    made = hashlib.sha256()
    for counter in range(1 << cycles):
        made.update(salt + password + counter.to_bytes(8, "little"))
    assert seven_zip_key(password, cycles, salt, "sha256") == made.digest()


def test_sums_of_a_tar_header_are_those_of_the_format() -> None:
    dice = random.Random(SEED)
    for _ in range(50):
        header = dice.randbytes(512)
        rest = header[:148] + b" " * 8 + header[156:]
        signed = sum(byte - 256 * (byte > 127) for byte in rest)
        assert tarred._sums(header) == (sum(rest), signed)


def test_tar_entries_whole_and_cut() -> None:
    data = {"a.txt": b"one" * 1000, "b.txt": b"", "c.bin": bytes(range(256)) * 100}
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in data.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
    children = tarred.entries(stream=BytesIO(packed.getvalue()))
    assert {child.name: b"".join(iter(lambda c=child: c.source.read(700), b"")) for child in children} == data
    cut = tarred.entries(stream=BytesIO(packed.getvalue()[: 512 + 1024]))
    with pytest.raises(tarfile.ReadError):
        next(cut).source.read(4096)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "codec"), [("采购合同.txt", "gbk"), ("Müller.txt", "cp1252"), ("Müller.txt", "utf-8")]
)
def test_names_in_tar_that_are_no_utf_8(name: str, codec: str) -> None:
    packed = BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT, encoding=codec) as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert [child.name for child in tarred.entries(stream=BytesIO(packed.getvalue()))] == [name]


def test_first_block_ends_where_the_first_empty_line_stands() -> None:
    dice = random.Random(SEED)
    for _ in range(3000):
        sample = bytes(dice.choice(b"\r\n\n\rab") for _ in range(dice.randint(0, 9)))
        assert _first_block(sample) == re.split(rb"\r?\n\r?\n|\r\r", sample, maxsplit=1)[0]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_notes_of_a_png_before_and_after_its_pixels(tmp_path: Path) -> None:
    made = BytesIO()
    notes = Image.Exif()
    notes[271] = "Maker"
    Image.new("RGB", (3, 2)).save(made, "PNG", exif=notes)
    data = made.getvalue()
    start = data.index(b"eXIf") - 4
    (size,) = struct.unpack_from(">I", data, start)
    note = data[start : start + size + 12]
    bare = data[:start] + data[start + size + 12 :]
    late = bare[:-12] + note + bare[-12:]
    assert image._is_read(data)
    assert not image._is_read(late)
    for each, maker in ((data, "Maker"), (late, "Maker"), (bare, None)):
        assert image.read(_content(each, tmp_path), "png").metadata.get("device_make") == maker


def test_a_png_that_is_not_whole_is_not_taken_for_one() -> None:
    made = BytesIO()
    Image.new("L", (40, 40), 7).save(made, "PNG")
    data = made.getvalue()
    assert image._is_read(data)
    at = data.index(b"IDAT") + 6
    assert not image._is_read(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert not image._is_read(data[:-12])
    assert not image._is_read(data[:33] + _chunk(b"IEND", b""))
    assert not image._is_read(data[:33] + _chunk(b"acTL", bytes(8)) + data[33:])


def _content(data: bytes, folder: Path) -> Content:
    return Content("a.png", folder / "a", len(data), data[:65536], kept=data, laid=False)


def test_streams_of_compound_files_are_those_of_the_library(test_data: Path) -> None:
    seen = 0
    for path in sorted((test_data / "files").rglob("*")):
        if path.suffix.lower() not in (".msg", ".doc", ".xls", ".ppt") or not path.is_file():
            continue
        data = path.read_bytes()
        if not data.startswith(olefile.MAGIC):
            continue
        try:
            library = olefile.OleFileIO(BytesIO(data))
        except OSError:
            continue
        ours = ole_of(content=_content(data, path.parent))
        assert ours.listdir() == library.listdir()
        for name in library.listdir():
            assert ours.openstream(name).read() == library.openstream(name).read()
            seen += 1
    assert seen > 500


def test_parts_of_a_locked_odf_file_are_decrypted_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def plain(data: bytes, facts: dict[str, str], password: str) -> bytes | None:
        asked.append(data)
        return data[::-1] if password == "right" and data != b"broken" else None

    manifest = b"".join(
        b'<f:file-entry xmlns:f="f" f:full-path="%s"><f:encryption-data f:checksum="x"/></f:file-entry>' % name
        for name in (b"styles.xml", b"content.xml", b"bad.xml")
    )
    parts = {
        "META-INF/manifest.xml": b'<f:manifest xmlns:f="f">' + manifest + b"</f:manifest>",
        "content.xml": b"abc",
        "styles.xml": b"def",
        "bad.xml": b"broken",
        "mimetype": b"text",
    }
    monkeypatch.setattr(odflock, "_plain", plain)
    opened = odflock.unlocked(package=Package(list(parts), None, parts), passwords=("wrong", "right"))
    assert asked == [b"abc", b"abc"]
    assert [opened.part(name) for name in ("content.xml", "mimetype", "bad.xml")] == [b"cba", b"text", b""]
    assert asked == [b"abc", b"abc", b"broken"]
    assert opened.part("styles.xml") == opened.part("styles.xml") == b"fed"
    assert asked == [b"abc", b"abc", b"broken", b"def"]
    assert set(opened.names) == set(parts)
