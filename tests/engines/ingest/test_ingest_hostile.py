"""Files made to harm: each ends in a code, nothing is written outside the scratch folder."""

from __future__ import annotations

import io
import os
import tarfile
import time
import zipfile
from pathlib import Path

import pytest
from tests.engines.ingest.builders import docx, expand, mail, overlapping_zip, paragraph, zipped

from chancery.engines.ingest.inventory import inventory
from chancery.engines.ingest.records import CODES, Limits


def test_zip_bomb_is_refused_before_it_expands() -> None:
    bomb = zipped([(f"{n}.txt", b"\0" * 30_000_000) for n in range(4)])
    began = time.monotonic()
    (item,) = expand(bomb, "bomb.zip", Limits(max_ratio=500))
    assert (item.status, item.exception) == ("exception", "bomb")
    assert time.monotonic() - began < 5


def test_zip_that_lies_about_its_sizes_is_cut_at_the_announced_size() -> None:
    honest = zipped([("a.txt", b"x" * 5000)])
    lying = honest.replace((5000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    items = expand(lying, "lies.zip")
    assert len(items) == 2
    assert items[1].size <= 10
    assert items[0].exception is not None


def test_an_entry_without_a_name_is_read() -> None:
    nameless = zipped([("nameless", b"text"), ("b.txt", b"more")]).replace(b"nameless", b"\0ameless")
    items = expand(nameless, "nameless.zip")
    assert len(items) == 3


def test_nested_bomb_stops_at_the_byte_limit() -> None:
    inner = zipped([("zeros.bin", b"\0" * 3_000_000)])
    middle = zipped([(f"{n}.zip", inner) for n in range(10)], zipfile.ZIP_STORED)
    limits = Limits(max_expanded_bytes=10_000_000)
    items = expand(middle, "nest.zip", limits)
    assert items[0].exception in ("too_large", "bomb")
    assert sum(item.size for item in items[1:] if item.native) <= 10_000_000


def test_overlapping_entries_are_a_bomb() -> None:
    (item,) = expand(overlapping_zip(), "overlap.zip")
    assert (item.status, item.exception) == ("exception", "bomb")


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "..\\..\\evil.txt", "C:\\evil.txt"])
def test_path_traversal_is_kept_under_a_harmless_name(name: str) -> None:
    items = expand(zipped([(name, b"harmless text"), ("ok.txt", b"fine text")]), "trap.zip")
    assert [item.exception for item in items] == [None, "path_traversal", None]
    assert items[1].status == "item"
    assert items[1].text == "harmless text"
    assert ".." not in items[1].path.split("/")
    assert items[1].path.startswith("trap.zip/")


def test_traversal_and_links_in_tar() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("../up.txt")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"text"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    items = expand(out.getvalue(), "trap.tar")
    assert [item.exception for item in items[1:]] == ["path_traversal", "unsupported"]
    assert items[2].text is None


def test_billion_laughs_in_a_word_file() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<!DOCTYPE d [<!ENTITY l0 "lol">{lol}]><d><t>&l11;</t></d>'.encode()
    laughs = zipped([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml)])
    began = time.monotonic()
    (item,) = expand(laughs, "laughs.docx")
    assert item.status == "exception"
    assert item.exception in ("bomb", "corrupt", "no_text")
    assert time.monotonic() - began < 5


def test_deeply_nested_xml_does_not_overrun() -> None:
    depth = 200
    body = "<w:tbl>" * depth + paragraph("deep") + "</w:tbl>" * depth
    (item,) = expand(docx(body), "deep.docx")
    assert item.text is not None
    assert "deep" in item.text


def test_sparse_file_of_two_gigabytes_ends_quickly(tmp_path: Path) -> None:
    path = tmp_path / "sparse.pst"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    assert path.stat().st_blocks < 100
    began = time.monotonic()
    (item,) = expand(path, "sparse.pst")
    assert (item.status, item.exception, item.size) == ("exception", "too_large", 2 * 1024**3)
    assert time.monotonic() - began < 30


def test_right_to_left_and_undecodable_names(tmp_path: Path) -> None:
    (tmp_path / "invoice\u202efdp.exe.txt").write_text("text")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/gb\xd6\xd0.txt")).write_text("text two")
    files = list(inventory(folder=tmp_path))
    assert [file.path for file in files] == ["gb%D6%D0.txt", "invoice\u202efdp.exe.txt"]
    assert all(file.location.exists() for file in files)
    for file in files:
        file.path.encode("utf-8")
        (item,) = expand(file.location, file.path)
        assert item.status == "item"


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "secret").symlink_to("/etc/passwd")
    assert [file.path for file in inventory(folder=tmp_path)] == ["a/x.txt"]


def test_item_limit_scaled_down() -> None:
    items = expand(zipped([(f"{n}.txt", b"text") for n in range(30)]), "many.zip", Limits(max_items=10))
    assert items[0].exception == "too_large"
    assert items[0].status == "container"
    assert len(items) == 11


def test_depth_limit() -> None:
    data = b"core"
    for _ in range(6):
        data = zipped([("inner.zip" if data[:2] == b"PK" else "core.txt", data)])
    items = expand(data, "doll.zip", Limits(max_depth=3))
    assert [item.exception for item in items] == [None, None, None, "depth_limit"]


@pytest.mark.parametrize("form", ["zip", "docx", "eml", "gz", "pdf"])
def test_random_damage_never_raises(form: str) -> None:
    from gzip import compress
    from random import Random

    whole = {
        "zip": zipped([("a.txt", b"alpha" * 50), ("b.txt", b"beta" * 50)]),
        "docx": docx(paragraph("alpha")),
        "eml": mail(files=[("a.txt", b"alpha")]),
        "gz": compress(b"alpha" * 100),
        "pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>",
    }[form]
    random = Random(7)
    for _ in range(30):
        data = bytearray(whole)
        for _ in range(random.randint(1, 6)):
            data[random.randrange(len(data))] = random.randrange(256)
        data = data[: random.randint(1, len(data))]
        items = expand(bytes(data), f"x.{form}")
        assert items[0].size == len(data)
        assert all(item.exception in (None, *CODES) for item in items)
        assert all(
            item.text or item.exception or item.status == "container" or item.kind in ("image", "mail")
            for item in items
        )
