"""Bad evidence through the real main job: each ends in a coded exception and a clean state."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from chancery.foundation.errors import Refused

MEGABYTE = 1024 * 1024
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(11))
    + "]>"
)


def packed(entries: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def good(folder: Path) -> None:
    """Put a good file beside the bad one: it must come through."""
    (folder / "good.txt").write_text("The delivery of the valves was late.", "utf-8")


def test_flat_bomb_of_a_thousand_to_one(main_job, source):
    good(source)
    (source / "bomb.zip").write_bytes(packed({"zeros.bin": bytes(200 * MEGABYTE)}))
    found = main_job(source)
    assert found.line("bomb.zip")["exception"] == "bomb"
    assert "late" in found.text("good.txt")


def test_nested_bomb(main_job, source):
    good(source)
    inner = packed({f"zeros-{n}.bin": bytes(60 * MEGABYTE) for n in range(2)})
    for level in range(4):
        inner = packed({f"{level}-{n}.zip": inner for n in range(6)})
    (source / "nested.zip").write_bytes(inner)
    found = main_job(source)
    assert found.codes()["bomb"] >= 1
    assert sum(line["size"] for line in found.lines) < 3 * 1024 * MEGABYTE
    assert "late" in found.text("good.txt")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_that_climbs_out_of_its_folder(main_job, source, tmp_path, kind):
    outside = tmp_path / "climbed.txt"
    names = [f"../../../../../../../..{outside}", "../climbed.txt", str(outside), "..\\climbed.txt"]
    path = source / f"climb.{kind}"
    if kind == "zip":
        path.write_bytes(packed({**dict.fromkeys(names, b"climbed out"), "inside.txt": b"stays inside"}))
    else:
        with tarfile.open(path, "w") as archive:
            for name in [*names, "inside.txt"]:
                entry = tarfile.TarInfo(name)
                entry.size = 11
                archive.addfile(entry, io.BytesIO(b"climbed out"))
            link = tarfile.TarInfo("link.txt")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
    found = main_job(source)
    assert not outside.exists()
    assert not (tmp_path.parent / "climbed.txt").exists()
    assert found.codes()["path_traversal"] >= 1
    assert not any("root:" in path.read_text("utf-8") for path in (found.out / "text").iterdir())
    assert [line for line in found.lines if line["name"] == "inside.txt" and line["status"] == "item"]
    assert all(".." not in line["path"].split("/") for line in found.lines)


def test_an_entity_bomb_in_xml_and_in_a_word_file(main_job, source):
    good(source)
    (source / "bomb.xml").write_text(LAUGHS + "<r>&k;</r>", "utf-8")
    outside = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
    (source / "reader.xml").write_text(outside, "utf-8")
    words = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = f"{LAUGHS}<w:document {words}><w:body><w:p><w:r><w:t>&k;</w:t></w:r></w:p></w:body></w:document>"
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    rels = (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="word/document.xml"/></Relationships>'
    )
    entries = {"[Content_Types].xml": types, "_rels/.rels": rels, "word/document.xml": body}
    (source / "bomb.docx").write_bytes(packed({name: text.encode() for name, text in entries.items()}))
    found = main_job(source)
    texts = [path.read_text("utf-8") for path in (found.out / "text").iterdir()]
    assert not any("root:" in text for text in texts)
    assert all(len(text) < MEGABYTE for text in texts)
    assert found.line("bomb.docx")["exception"] in {"corrupt", "bomb", "memory_limit", "time_limit"}
    assert found.line("bomb.xml")["exception"] or "hahaha" not in found.text("bomb.xml")


def test_a_mailbox_cut_in_half(main_job, source):
    message = (
        "From a@example.com Mon Mar  2 09:00:00 2026\nFrom: a@example.com\nSubject: Valve {n}\n\nText {n} {fill}\n\n"
    )
    whole = "".join(message.format(n=n, fill="late " * 40) for n in range(40))
    (source / "half.mbox").write_bytes(whole.encode()[: len(whole) // 2 + 7])
    found = main_job(source)
    inside = [line for line in found.lines if line["parent_id"]]
    assert found.line("half.mbox")["status"] == "container"
    assert len(inside) in (20, 21)
    assert "Text 0 late" in (found.out / inside[0]["text_file"]).read_text("utf-8")


def test_a_sparse_file_of_two_gigabytes(main_job, source):
    good(source)
    with (source / "sparse.bin").open("wb") as stream:
        stream.truncate(2 * 1024 * MEGABYTE)
    found = main_job(source)
    line = found.line("sparse.bin")
    assert (line["size"], line["status"]) == (2 * 1024 * MEGABYTE, "exception")
    assert line["exception"] in {"too_large", "empty", "bomb"}
    assert line["sha256"] == "a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51"
    assert "late" in found.text("good.txt")


def test_names_that_lie_about_their_direction_or_are_no_text(main_job, source):
    marked = "invoice-\u202egpj.exe.txt"
    (source / marked).write_text("right to left", "utf-8")
    Path(os.fsdecode(os.fsencode(source) + b"/bad-\xff\xfe-name.txt")).write_text("not utf-8", "utf-8")
    (source / "line\nbreak.txt").write_text("line break", "utf-8")
    found = main_job(source)
    assert {line["status"] for line in found.lines} == {"item"}
    assert len(found.lines) == 3
    for line in found.lines:
        line["path"].encode("utf-8")
        assert "\n" not in line["name"]
    texts = sorted(path.read_text("utf-8").strip() for path in (found.out / "text").iterdir())
    assert texts == ["line break", "not utf-8", "right to left"]
    table = (found.out / "exceptions.csv").read_text("utf-8-sig")
    assert len(table.splitlines()) == 1


@pytest.mark.slow
def test_an_archive_of_ten_thousand_files(main_job, source):
    (source / "many.zip").write_bytes(packed({f"{n // 100}/{n}.txt": f"Note {n}".encode() for n in range(10_000)}))
    found = main_job(source)
    assert found.accounting["items"] == 10_000
    assert found.accounting["containers"] == 1
    assert not found.codes()


def test_archives_nested_too_deeply(main_job, source):
    inner = b"At the bottom."
    name = "bottom.txt"
    for level in range(40):
        inner, name = packed({name: inner}), f"level-{level}.zip"
    (source / "deep.zip").write_bytes(inner)
    found = main_job(source)
    assert found.codes() == {"depth_limit": 1}


def test_nothing_to_collect(main_job, source, tmp_path):
    with pytest.raises(Refused) as empty:
        main_job(source)
    assert (empty.value.code, str(empty.value)) == ("source_empty", f"There is no file in {source}.")
    with pytest.raises(Refused) as missing:
        main_job(tmp_path / "nowhere")
    assert missing.value.code == "source_missing"
    assert not (tmp_path / "out-nowhere").exists()
    good(source)
    assert main_job(source).result.status == "awaiting_review"
