"""Accepting and rejecting: exact results, choices, references made by Word and by its open-source cousin."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engines.comparison.making import make, note_part, par, part, run, zipped

from chancery.engines.comparison.comparing import compare
from chancery.engines.comparison.package import read_package
from chancery.engines.comparison.proof import stories
from chancery.engines.comparison.resolution import list_revisions, resolve
from chancery.engines.comparison.revisions import Choice

INS = '<w:ins w:id="{0}" w:author="{1}" w:date="{2}T00:00:00Z">{3}</w:ins>'.format
DEL = '<w:del w:id="{0}" w:author="{1}" w:date="{2}T00:00:00Z"><w:r><w:delText>{3}</w:delText></w:r></w:del>'.format

# Where the references differ for a reason; see docs/rooms/engines-comparison.md.
FIRST_PROPERTIES = {
    "RP045-One-and-Half-Deleted-Lines-at-End-Accepted",
    "RP051-Arabic-Accepted",
    "RP051-Arabic-Rejected",
}


def lines(data: bytes, accept: bool | None = None) -> list[str]:
    package = read_package(data=data if accept is None else resolve(data=data, accept=accept).data)
    return stories(package=package, accept=True, shared={})["document"]


def test_text_and_marks() -> None:
    data = make(
        par(run("a ") + INS(1, "Ann", "2026-01-01", run("new ")) + DEL(2, "Bob", "2026-02-01", "old ") + run("z"))
    )
    assert lines(data, True) == lines(make(par("a new z")))
    assert lines(data, False) == lines(make(par("a old z")))
    assert resolve(data=data, accept=True).by_author == {"Ann": 1, "Bob": 1}
    done = resolve(data=data, accept=True).data
    assert resolve(data=done, accept=False).data is done


def test_a_removed_mark_gives_its_text_to_the_next_paragraph() -> None:
    mark = '<w:jc w:val="left"/><w:rPr><w:del w:id="1" w:author="A"/></w:rPr>'
    data = make(par("one ", mark) + par("two", '<w:jc w:val="center"/>'))
    assert lines(data, True) == lines(make(par("one two", '<w:jc w:val="center"/>')))
    assert len(lines(data, False)) == 2


@pytest.mark.parametrize(
    ("choice", "accepted"),
    [
        (Choice(authors=frozenset({"Ann"})), "a one two b"),
        (Choice(ids=frozenset({"2"})), "a b"),
        (Choice(since="2026-02-01"), "a b"),
        (Choice(until="2026-01-31"), "a one two b"),
        (Choice(authors=frozenset({"Ann"}), since="2026-02-01"), "a two b"),
    ],
)
def test_a_choice_takes_some(choice: Choice, accepted: str) -> None:
    """Accept the chosen ones, then reject the rest, of two insertions by Ann and Bob and one deletion by Bob."""
    data = make(
        par(run("a ") + INS(1, "Ann", "2026-01-05", run("one ")) + DEL(2, "Bob", "2026-02-05", "two ") + run("b"))
    )
    expected = {
        "Ann": "a one two b",
    }
    first = resolve(data=data, accept=True, choice=choice)
    text = lines(resolve(data=first.data, accept=False).data)[0].rpartition("}")[2]
    if choice.ids or (choice.since and not choice.authors):
        assert text == "a b"
    elif choice.since:
        assert first.resolved == 0
        assert text == expected["Ann"].replace("one ", "")
    else:
        assert text == expected["Ann"]
    assert first.resolved + first.remaining == 2
    assert accepted == text


def test_rows_properties_and_notes() -> None:
    row = '<w:tr><w:trPr><w:ins w:id="1" w:author="A"/></w:trPr><w:tc><w:p/></w:tc></w:tr>'
    data = make(f"<w:tbl><w:tblPr/><w:tblGrid/>{row}</w:tbl>" + par("end"))
    assert "TABLE" in lines(data, True)
    assert lines(data, False) == lines(make(par("end")))
    shape = '<w:jc w:val="center"/><w:pPrChange w:id="1" w:author="A"><w:pPr><w:jc w:val="left"/></w:pPr></w:pPrChange>'
    assert lines(make(par("x", shape)), False) == lines(make(par("x", '<w:jc w:val="left"/>')))
    reference = '<w:del w:id="1" w:author="A"><w:r><w:footnoteReference w:id="1"/></w:r></w:del>'
    noted = make(par(run("x") + reference), parts={"footnotes": note_part("footnotes", {1: par("note")})})
    assert "note<" not in part(resolve(data=noted, accept=True).data, "word/footnotes.xml")
    assert "note<" in part(resolve(data=noted, accept=False).data, "word/footnotes.xml")


def test_lists_every_revision() -> None:
    data = make(
        par(INS(5, "Ann", "2026-01-01", run("new")), '<w:rPr><w:ins w:id="6" w:author="Ann"/></w:rPr>') + par("z")
    )
    assert [(one.kind, one.id, one.author, one.text) for one in list_revisions(data=data)] == [
        ("insertion", "6", "Ann", ""),
        ("insertion", "5", "Ann", "new"),
    ]


def test_parts_without_a_chosen_revision_keep_their_bytes() -> None:
    data = make(par(INS(1, "Ann", "2026-01-01", run("x"))), parts={"header1": par("h")})
    done = resolve(data=data, accept=True).data
    assert part(done, "word/header1.xml") == part(data, "word/header1.xml")
    assert resolve(data=data, accept=True, choice=Choice(authors=frozenset({"Eve"}))).data is data


def _references(folder: Path) -> list[tuple[Path, Path, bool]]:
    found = []
    for path in sorted(folder.glob("*.docx")):
        for suffix, accept in (("-Accepted", True), ("-Rejected", False)):
            if path.stem.endswith(suffix):
                found.append((folder / f"{path.stem.removesuffix(suffix)}.docx", path, accept))
    return found


def test_references(test_data: Path) -> None:
    """All references of Word and Open-Xml-PowerTools: equal, but for three that are argued in the docs."""
    references = _references(test_data / "contracts" / "redline_fixtures" / "rp")
    assert len(references) == 104
    different = set()
    for source, reference, accept in references:
        sides = []
        for data, side in ((source.read_bytes(), accept), (reference.read_bytes(), True)):
            found = stories(package=read_package(data=data), accept=side, shared={})["document"]
            # Sixteen references lost the last section to the tool that wrote them.
            sides.append([line for line in found if not line.startswith("SECTION")])
        if sides[0] != sides[1]:
            different.add(reference.stem)
    assert different == FIRST_PROPERTIES


def test_all_files_resolve_to_the_end(test_data: Path) -> None:
    """All 158 files of the folder: nothing is left to resolve, and resolving again changes no byte."""
    files = sorted((test_data / "contracts" / "redline_fixtures" / "rp").glob("*.docx"))
    assert len(files) == 158
    for path in files:
        data = path.read_bytes()
        for accept in (True, False):
            done = resolve(data=data, accept=accept)
            assert done.remaining == 0, path.name
            assert not list_revisions(data=done.data), path.name
            assert resolve(data=done.data, accept=not accept).data is done.data, path.name
            if path.stem.endswith(("-Accepted", "-Rejected")):
                assert done.data is data, path.name


def test_one_revision_of_each_kind(test_data: Path) -> None:
    files = sorted((test_data / "contracts" / "redline_fixtures" / "revtracking").glob("*.docx"))
    assert len(files) == 24
    for path in files:
        data = path.read_bytes()
        assert list_revisions(data=data), path.name
        results = [resolve(data=data, accept=accept) for accept in (True, False)]
        assert [result.remaining for result in results] == [0, 0], path.name
        for result in results:
            assert not list_revisions(data=result.data)
            assert resolve(data=result.data, accept=True).data is result.data


def test_everything_resolves_whatever_the_order(test_data: Path) -> None:
    """Accepting author by author ends where accepting all does."""
    path = test_data / "contracts" / "redline_fixtures" / "rp" / "RP002-Deleted-Text.docx"
    data = path.read_bytes()
    by_author = data
    for author in sorted({one.author for one in list_revisions(data=data)}):
        by_author = resolve(data=by_author, accept=True, choice=Choice(authors=frozenset({author}))).data
    assert lines(by_author) == lines(data, True)


def test_a_package_is_written_the_same_twice() -> None:
    data = make(par(INS(1, "Ann", "2026-01-01", run("x"))))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert resolve(data=data, accept=True).data == resolve(data=zipped(files), accept=True).data


def test_files_with_revisions_as_versions_of_one_another(test_data: Path) -> None:
    """From the file with all rejected to the file itself, and from it to itself: every mark goes on or is counted."""
    at = datetime(2026, 1, 2, tzinfo=UTC)
    paths = sorted((test_data / "contracts" / "redline_fixtures").glob("r*/*.docx"))
    count = 0
    for path in [path for path in paths if not path.stem.endswith(("-Accepted", "-Rejected"))]:
        data = path.read_bytes()
        for old in (resolve(data=data, accept=False).data, data):
            found = compare(old=old, new=data, author="Us", at=at)
            assert found.proof.holds, (path.name, found.proof)
            count += 1
    assert count == 156
