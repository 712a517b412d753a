"""Redlines of files that are odd or have little in common, and of changes that others left in them."""

from __future__ import annotations

import io
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.engines.comparison.checking import AT, redline, texts
from tests.engines.comparison.making import (
    MARK,
    NUMBERING,
    cell,
    make,
    note_part,
    par,
    part,
    random_pair,
    run,
    table,
    zipped,
)

from chancery.engines.comparison.comparing import compare


def test_files_that_have_nothing_in_common_are_proved(test_data: Path) -> None:
    """Lists of styles, separators of notes, sections, controls, tracked cells: all of them differ."""
    files = sorted((test_data / "contracts" / "redline_fixtures").glob("r*/*.docx"))
    dice = random.Random(4)
    for _turn in range(60):
        old, new = dice.sample(files, 2)
        found = compare(old=old.read_bytes(), new=new.read_bytes(), author="A", at=AT)
        assert found.proof.holds, (old.name, new.name, found.proof)


def test_cells_of_other_widths() -> None:
    old = table([[cell(par("a"), '<w:tcW w:w="1" w:type="dxa"/><w:gridSpan w:val="2"/>')], ["b", "c"]]) + par("end")
    redline(old, old.replace('<w:gridSpan w:val="2"/>', ""))
    redline(old.replace('<w:gridSpan w:val="2"/>', ""), old)
    wide = '<w:tcW w:w="4000" w:type="dxa"/>'
    joined = table([[cell(par("a"), wide)], ["b", "c"]]) + par("end")
    redline(table([["a", "x"], ["b", "c"]]) + par("end"), joined)
    redline(joined, table([["a", "x"], ["b", "c"]]) + par("end"))


def _tracked(cells: list[str]) -> bytes:
    width = '<w:tcW w:w="2000" w:type="dxa"/>'
    marks = {"+": f"<w:cellIns {MARK.format(7)}/>", "-": f"<w:cellDel {MARK.format(8)}/>"}
    row = [cell(par(one.strip("+-")), width + marks.get(one[0], "")) for one in cells]
    return make(table([row]) + par("end"))


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        (["a", "b"], ["a", "+x", "b"], {"ins": 2}),  # Bob's cell goes on, its text is marked too
        (["a", "+x", "b"], ["a", "x", "b"], {}),  # accepted in between: still Bob's
        (["a", "+x", "b"], ["a", "b"], {}),  # taken back: nobody shows it
        (["a", "-x", "b"], ["a", "b"], {"del": 2}),
        (["a", "-x", "b"], ["a", "x", "b"], {}),  # kept in spite of Bob: settled
        (["a", "+x", "b"], ["a", "-x", "b"], {}),
    ],
)
def test_tracked_cells_of_others(old: list[str], new: list[str], kinds: dict[str, int]) -> None:
    found = compare(old=_tracked(old), new=_tracked(new), author="Ann", at=AT)
    assert found.proof.holds, found.proof
    assert {kind: count for kind, count in found.kinds.items() if kind != "tblGridChange"} == kinds


def test_a_control_that_neither_side_shows_is_left_out() -> None:
    control = (
        f"<w:customXmlInsRangeStart {MARK.format(3)}/>"
        '<w:sdt><w:sdtPr><w:tag w:val="t"/></w:sdtPr><w:sdtContent><w:customXmlInsRangeEnd w:id="3"/>{0}'
        f'<w:customXmlInsRangeStart {MARK.format(4)}/></w:sdtContent></w:sdt><w:customXmlInsRangeEnd w:id="4"/>'
    )
    inside = par(run("see ") + control.replace("{0}", run("the text")) + run(" here"))
    found = compare(old=make(inside), new=make(par("see here")), author="Ann", at=AT)
    assert found.proof.holds, found.proof
    assert b"w:sdt" not in found.data
    around = compare(
        old=make(control.replace("{0}", par("a line")) + par("end")), new=make(par("end")), author="Ann", at=AT
    )
    assert around.proof.holds, around.proof
    assert around.settled >= 1


def test_lists_of_styles_are_known_by_their_definition() -> None:
    style = '<w:style w:type="paragraph" w:styleId="H"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    old = make(par("a"), parts={"numbering": NUMBERING, "styles": style})
    new = make(par("b"), parts={"numbering": NUMBERING.replace("bullet", "upperRoman"), "styles": style})
    assert redline(old, new).proof.holds
    assert redline(new, old).proof.holds


def test_separators_of_notes_are_compared() -> None:
    def file(line: str) -> bytes:
        notes = note_part("footnotes", {1: par("note")}).replace("<w:separator/>", f"<w:separator/>{line}")
        return make(par(run("x") + '<w:r><w:footnoteReference w:id="1"/></w:r>'), parts={"footnotes": notes})

    found = redline(file(""), file("<w:t>___</w:t>"))
    assert re.findall("<w:ins [^>]*><w:r>.*?___", part(found.data, "word/footnotes.xml"))


def test_a_table_without_row_is_no_table() -> None:
    hollow = "<w:tbl><w:tblPr/><w:tblGrid/></w:tbl>"
    assert redline(par("a") + hollow + par("b"), par("a") + par("c")).proof.holds
    assert redline(par("a") + par("c"), par("a") + hollow + par("b")).proof.holds


def test_headers_beside_a_file_without_sections() -> None:
    reference = '<w:sectPr><w:headerReference w:type="default" r:id="rel_header1"/></w:sectPr>'
    full = make(par("a") + reference, parts={"header1": par("Head")})
    assert redline(make(par("b")), full).proof.holds
    found = redline(full, make(par("b")))
    assert "<w:delText>Head</w:delText>" in "".join(part(found.data, name) for name in _headers(found.data))


def _headers(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [name for name in archive.namelist() if "header" in name and name.endswith(".xml")]


@pytest.mark.parametrize(("prefix", "other"), [("w", "zz"), ("r", "rel")])
def test_other_prefixes_are_read_alike(prefix: str, other: str) -> None:
    """Prefixes are only names: a file that has others is compared as if it had the usual ones."""
    old, new = random_pair(5)
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, data in files.items():
        if name.endswith(".xml") and f"xmlns:{prefix}=".encode() in data:
            named = re.sub(rf"(</?|\s){prefix}:".encode(), rf"\1{other}:".encode(), data)
            files[name] = named.replace(f"xmlns:{prefix}=".encode(), f"xmlns:{other}=".encode())
    ours, theirs = (compare(old=old, new=side, author="A", at=AT) for side in (new, zipped(files)))
    assert theirs.proof.holds
    assert theirs.kinds == ours.kinds


def test_words_put_into_a_short_line_do_not_replace_it() -> None:
    found = redline(
        table([["five percent"]]) + par("z"), table([["five percent " + "of the net price " * 4]]) + par("z")
    )
    assert texts(found.data, "w:del") == []


def test_the_block_that_moved_is_told_from_those_that_changed() -> None:
    lines = ["one clause of some length about payment", "another clause about the term of it", "a heading"]
    moved = "the short clause that moves over the others"
    old = [*lines, moved]
    new = [moved, *(f"{line} and more" for line in lines)]
    found = redline("".join(map(par, old)) + par("end"), "".join(map(par, new)) + par("end"))
    assert (found.inserted_characters, found.deleted_characters) == (27, 0)
    assert found.moved_characters == 2 * len(moved)


def test_every_process_writes_the_same_bytes() -> None:
    code = (
        "import hashlib; from datetime import UTC, datetime; from tests.engines.comparison.making import random_pair; "
        "from chancery.engines.comparison.comparing import compare; at = datetime(2026, 1, 2, tzinfo=UTC); "
        "pairs = [random_pair(seed) for seed in (4, 8, 13)]; "
        "print([hashlib.sha256(compare(old=a, new=b, author='A', at=at).data).hexdigest() for a, b in pairs])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
