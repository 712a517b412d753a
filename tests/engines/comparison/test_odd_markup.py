"""Redlines of markup that lies deep: controls of rows, marks in marks, brackets between blocks."""

# Markup is easier to read on one line.
# ruff: noqa: E501

from __future__ import annotations

import pytest
from tests.engines.comparison.checking import AT, redline
from tests.engines.comparison.making import MARK, cell, make, par, part, run

from chancery.engines.comparison.comparing import compare
from chancery.engines.comparison.resolution import list_revisions, resolve

FIRST, LAST = par("first words here"), par("last words here")
GRID = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="2000"/><w:gridCol w:w="2000"/></w:tblGrid>'


def control(content: str, number: int = 7) -> str:
    return f'<w:sdt><w:sdtPr><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


def row(one: str, two: str) -> str:
    return f"<w:tr>{cell(par(one))}{cell(par(two))}</w:tr>"


def rows(content: str) -> str:
    return f"<w:tbl>{GRID}{content}</w:tbl>"


ODD = {
    "a control around a row": rows(row("a", "b") + control(row("c", "d"))),
    "a control around all rows": rows(control(row("a", "b") + row("c", "d"))),
    "controls in controls around a row": rows(row("a", "b") + control(control(row("c", "d"), 8))),
    "a control around a cell": rows(f"<w:tr>{cell(par('a'))}{control(cell(par('b')))}</w:tr>"),
    "a control around a table with one": control(rows(row("a", "b") + control(row("c", "d"), 8)) + par("x one")),
    "custom XML around a row": rows(f'<w:customXml w:element="e">{row("a", "b")}</w:customXml>'),
}


@pytest.mark.parametrize("name", ODD)
def test_tables_with_controls_of_rows_and_cells_come_and_go(name: str) -> None:
    """Whatever stands around rows goes with the last of them: a table without row cannot be opened."""
    without, having = FIRST + LAST, FIRST + ODD[name] + LAST
    assert redline(without, having).kinds["ins"] > 0
    gone = redline(having, without)
    assert "<w:tbl>" not in part(resolve(data=gone.data, accept=True).data)
    assert part(resolve(data=gone.data, accept=False).data).count("<w:tr>") == ODD[name].count("<w:tr>")


def test_a_row_in_a_control_goes_and_the_others_stay() -> None:
    found = redline(FIRST + ODD["a control around a row"], FIRST + rows(row("a", "b")))
    accepted = part(resolve(data=found.data, accept=True).data)
    assert (accepted.count("<w:tr>"), "<w:sdt>" in accepted) == (1, False)


def moved(place: int, end: str) -> str:
    """A paragraph that somebody moved away, as word processors write it: the bracket ends behind the paragraph."""
    mark = MARK.format(place + 1)
    start = f'<w:moveFromRangeStart {MARK.format(place)} w:name="move{place}"/>'
    away = f"<w:moveFrom {MARK.format(place + 2)}>{run('moved words')}</w:moveFrom>"
    return par(start + away, f"<w:rPr><w:moveFrom {mark}/></w:rPr>") + end


def test_the_end_of_a_move_between_paragraphs_stays() -> None:
    body = moved(50, '<w:moveFromRangeEnd w:id="50"/>')
    made = compare(old=make(FIRST + body + LAST), new=make(FIRST + body + par("last words there")), author="A", at=AT)
    assert made.proof.holds, made.proof
    text = part(made.data)
    assert (text.count("<w:moveFromRangeStart"), text.count("<w:moveFromRangeEnd")) == (1, 1)
    assert {one.author for one in list_revisions(data=made.data)} == {"A", "Bob"}


def test_a_bracket_that_lost_its_partner_goes() -> None:
    """The paragraph where the move begins is rewritten; its end stood in the next one."""
    end = '<w:moveFromRangeEnd w:id="50"/>'
    made = compare(old=make(FIRST + moved(50, end) + LAST), new=make(FIRST + LAST), author="A", at=AT)
    assert made.proof.holds, made.proof
    text = part(made.data)
    assert text.count("<w:moveFromRangeStart") == text.count("<w:moveFromRangeEnd")


def test_a_link_of_which_nothing_stays_goes_with_its_paragraph() -> None:
    """An insertion of Bob that Ann deletes: accepted, the link around both is empty, and so is its paragraph."""
    link = f'<w:hyperlink w:anchor="x"><w:ins {MARK.format(5)}>{run("shown words")}</w:ins></w:hyperlink>'
    ending = rows(row("a", "b"))
    old, new = FIRST + par(link) + ending + LAST, FIRST + ending + LAST
    made = compare(old=make(old), new=make(new), author="Ann", at=AT)
    assert made.proof.holds, made.proof
    accepted = part(resolve(data=made.data, accept=True).data)
    assert ("<w:hyperlink" in accepted, accepted.count("<w:p>")) == (False, 4)


@pytest.mark.parametrize("hollow", ["<w:sdt/>", '<w:sdt><w:sdtPr><w:id w:val="3"/></w:sdtPr></w:sdt>'])
def test_controls_without_content_are_read(hollow: str) -> None:
    for old, new in (
        (par("one two"), par(run("one three") + hollow)),
        (par(hollow + run("one")), par(hollow + run("two"))),
    ):
        redline(old, new)
        redline(new, old)
