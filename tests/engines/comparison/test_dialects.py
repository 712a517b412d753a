"""Files in the strict dialect, and files with macros: what is read, and what a redline of them is."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
import typer
from tests.engines.comparison.checking import AT, plain, redline
from tests.engines.comparison.making import OFFICE, make, par, part, run, zipped
from typer.testing import CliRunner

from chancery.engines.comparison.comparing import compare
from chancery.engines.comparison.package import DOCUMENT, Unreadable, read_package
from chancery.engines.comparison.resolution import resolve
from chancery.project.commands.comparison import register

APP = typer.Typer()
register(APP)
MACRO = "application/vnd.ms-word.document.macroEnabled.main+xml"
SPELT = "see http://purl.oclc.org/ooxml/wordprocessingml/main for the name"
# ISO/IEC 29500-1 and -4, annex A: the names of the spaces in the two dialects.
SPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "http://purl.oclc.org/ooxml/officeDocument/math",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
}


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def strict(data: bytes) -> bytes:
    """The same file in the strict dialect."""
    files = files_of(data)
    for name, content in files.items():
        for known, other in SPACES.items():
            content = re.sub(rb'((?:xmlns:?\w*|Type)=")' + re.escape(known.encode()), rb"\1" + other.encode(), content)
        files[name] = content.replace(b"<w:document ", b'<w:document w:conformance="strict" ')
    return zipped(files)


def macros(data: bytes) -> bytes:
    """The same file with macros."""
    files = files_of(data)
    types = files["[Content_Types].xml"].replace(DOCUMENT.encode(), MACRO.encode())
    files["[Content_Types].xml"] = types.replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    )
    files["word/vbaProject.bin"] = b"macro code"
    files["word/_rels/document.xml.rels"] = files["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        b' Target="vbaProject.bin"/></Relationships>',
    )
    return zipped(files)


OLD = make(par(run("one two " + SPELT)) + par("last"), parts={"header1": par("head")})
NEW = make(par(run("one three " + SPELT)) + par("last"), parts={"header1": par("head")})


@pytest.mark.parametrize("sides", [(True, True), (True, False), (False, True)])
def test_strict_files_are_compared_and_the_redline_is_transitional(sides: tuple[bool, bool]) -> None:
    old, new = (strict(data) if side else data for data, side in zip((OLD, NEW), sides, strict=True))
    made = compare(old=old, new=new, author="Ann", at=AT)
    assert made.proof.holds, made.proof
    assert made.strict == tuple(name for name, side in zip(("old", "new"), sides, strict=True) if side)
    assert made.kinds == {"del": 1, "ins": 1}
    assert plain(made.data, accept=True) == ["one three " + SPELT, "last"]
    assert plain(made.data, accept=False) == ["one two " + SPELT, "last"]
    files = files_of(made.data)
    assert OFFICE.encode() in files["_rels/.rels"]
    assert b"strict" not in files["word/document.xml"]
    assert sum(content.count(b"purl.oclc.org") for content in files.values()) == SPELT.count("purl.oclc.org")


def test_a_strict_part_that_cannot_be_turned_is_refused() -> None:
    files = files_of(strict(OLD))
    files["word/document.xml"] = files["word/document.xml"].replace(b"<w:body>", b"<w:body><!-- x -->")
    with pytest.raises(Unreadable) as refused:
        compare(old=zipped(files), new=NEW, author="Ann", at=AT)
    assert refused.value.code == "strict"


def test_a_redline_of_files_with_macros_is_a_plain_document() -> None:
    made = redline(macros(OLD), macros(NEW))
    package = read_package(data=made.data)
    assert (package.suffix, package.macros(), made.left_out) == (".docx", (), ("word/vbaProject.bin",))
    assert package.type_of("word/document.xml") == DOCUMENT
    assert "vbaProject" not in part(made.data, "word/_rels/document.xml.rels")


def test_resolving_keeps_macros_and_the_ending_that_goes_with_them(tmp_path: Path) -> None:
    file = tmp_path / "deal.docm"
    file.write_bytes(macros(make(par('<w:ins w:id="1" w:author="Bob">' + run("new") + "</w:ins>"))))
    answer = CliRunner().invoke(APP, ["redline", "resolve", str(file), "--accept", "--json"])
    assert json.loads(answer.stdout)["out"] == str(tmp_path / "deal-accepted.docm")
    assert resolve(data=file.read_bytes(), accept=True).suffix == ".docm"
    refused = CliRunner().invoke(
        APP, ["redline", "resolve", str(file), "--accept", "-o", str(tmp_path / "x.docx"), "--json"]
    )
    assert (refused.exit_code, json.loads(refused.stdout)["code"]) == (2, "bad_output")
    assert not (tmp_path / "x.docx").exists()


def test_a_redline_is_written_as_docx_only(tmp_path: Path) -> None:
    for name, data in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.docx").write_bytes(data)
    inputs = [str(tmp_path / "old.docx"), str(tmp_path / "new.docx")]
    refused = CliRunner().invoke(APP, ["redline", *inputs, "-o", str(tmp_path / "out.docm"), "--json"])
    assert (refused.exit_code, json.loads(refused.stdout)["code"]) == (2, "bad_output")
    assert not (tmp_path / "out.docm").exists()


def test_a_namespace_that_is_no_address_is_refused() -> None:
    """Found by the fuzzer: the reader of XML takes such a name, the writer does not."""
    odd = '<w:p xmlns:q="http://a.example/200&gt;/x" q:y="1">'
    old, new = (make(par(run(text)).replace("<w:p>", odd) + par("last")) for text in ("one two", "one three"))
    with pytest.raises(Unreadable) as refused:
        compare(old=old, new=new, author="Ann", at=AT)
    assert refused.value.code == "broken"
