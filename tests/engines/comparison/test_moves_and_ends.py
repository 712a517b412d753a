"""Redlines of moves of others, of sections at the very end, of notes in text boxes; markup told alike by its bytes."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import pytest
from tests.engines.comparison.checking import AT, redline, texts
from tests.engines.comparison.making import MARK, make, note_part, par, part, run, table

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.comparing import compare
from chancery.engines.comparison.diffing import blocks
from chancery.engines.comparison.names import BODY
from chancery.engines.comparison.package import read_package
from chancery.engines.comparison.resolution import resolve
from chancery.engines.comparison.sameness import Body, same_blocks

FIRST, LAST = par("first words here"), par("last words here")
LONG = "a paragraph of many words that somebody took to another place"


def ending(section: bool) -> str:
    """The last paragraph of a body, which ends a section of its own or not, and the section of the body."""
    shape = '<w:sectPr><w:pgMar w:left="3"/></w:sectPr>' if section else ""
    return par(run("the end of it"), shape) + '<w:sectPr><w:pgSz w:w="200"/></w:sectPr>'


@pytest.mark.parametrize("sections", [(False, True), (True, False)])
def test_a_section_that_ends_with_the_last_paragraph_comes_and_goes(sections: tuple[bool, bool]) -> None:
    old, new = (FIRST + ending(section) for section in sections)
    made = redline(old, new)
    for accept, section in ((True, sections[1]), (False, sections[0])):
        body = part(resolve(data=made.data, accept=accept).data)
        assert body.count("<w:sectPr") == 1 + section
        assert texts(resolve(data=made.data, accept=accept).data, "w:p") == ["first words here", "the end of it"]


def end_of_move(kind: str, ident: int, text: str) -> str:
    """One end of a move of Bob."""
    start = f'<w:move{kind}RangeStart {MARK.format(ident)} w:name="move1"/>'
    inner = f"<w:move{kind} {MARK.format(ident + 1)}>{run(text)}</w:move{kind}>"
    return par(
        f'{start}{inner}<w:move{kind}RangeEnd w:id="{ident}"/>',
        f"<w:rPr><w:move{kind} {MARK.format(ident + 2)}/></w:rPr>",
    )


def test_a_move_of_others_of_which_one_end_was_rewritten_is_an_insertion_and_a_deletion_of_theirs() -> None:
    """The paragraph at the new place is edited, so its bracket goes; the old place must not be left without partner."""
    old = FIRST + end_of_move("From", 50, LONG) + par("between") + end_of_move("To", 60, LONG) + LAST
    new = FIRST + end_of_move("From", 50, LONG) + par("between") + end_of_move("To", 60, LONG + " again") + LAST
    made = compare(old=make(old), new=make(new), author="Ann", at=AT)
    assert made.proof.holds, made.proof
    body = part(made.data)
    assert "RangeStart" not in body
    assert re.findall(r'<w:(del|ins) w:id="\d+" w:author="Bob"[^/>]*>', body) == ["del", "ins"]
    assert f'<w:delText xml:space="preserve">{LONG}</w:delText>' in body


def test_moves_of_ours_have_names_that_no_move_of_others_has() -> None:
    """Two moves of one name cannot be told apart by a word processor."""
    others = end_of_move("From", 50, LONG) + par("between") + end_of_move("To", 60, LONG) + LAST
    mine = par("five plain words of mine")
    made = compare(old=make(FIRST + mine + others + FIRST), new=make(FIRST + others + mine + FIRST), author="A", at=AT)
    assert made.proof.holds, made.proof
    names = re.findall(r'RangeStart [^>]*w:name="(\w+)"', part(made.data))
    assert sorted(names) == ["move1", "move1", "move2", "move2"]


def test_a_note_of_a_text_box_that_stays_is_compared() -> None:
    box = "<w:r><w:pict><v:textbox><w:txbxContent>{}</w:txbxContent></v:textbox></w:pict></w:r>".format(
        par(run("boxed") + '<w:r><w:footnoteReference w:id="1"/></w:r>')
    )
    sides = [
        make(par(run(word) + box), parts={"footnotes": note_part("footnotes", {1: par(note)})})
        for word, note in (("one", "old note"), ("two", "new note"))
    ]
    made = redline(*sides)
    for accept, note in ((True, "new note"), (False, "old note")):
        notes = part(resolve(data=made.data, accept=accept).data, "word/footnotes.xml")
        assert "".join(re.findall(r"<w:t[^>]*>([^<]+)", notes)) == note


BOLD, ITALIC = "<w:rPr><w:b/></w:rPr>", "<w:rPr><w:i/></w:rPr>"
ALIKE = {
    "cut into runs": (run("ab", "<w:b/>"), run("a", "<w:b/>") + run("b", "<w:b/>"), True),
    "cut into texts": ("<w:r><w:t>ab</w:t></w:r>", "<w:r><w:t>a</w:t><w:t>b</w:t></w:r>", True),
    "save marks": ("<w:r><w:t>a</w:t></w:r>", '<w:r w:rsidR="00AA"><w:t>a</w:t></w:r>', True),
    "signs of no width": ("<w:r><w:t>a</w:t></w:r>", '<w:proofErr w:type="x"/><w:r><w:t>a</w:t></w:r><w:r/>', True),
    "other words": (run("ab"), run("ac"), False),
    "another format": (run("ab", "<w:b/>"), run("ab", "<w:i/>"), False),
    "a tab at another place": ("<w:r><w:t>a</w:t><w:tab/></w:r>", "<w:r><w:tab/><w:t>a</w:t></w:r>", False),
    "a format that covers less": (
        run("a", "<w:b/>") + run("b", "<w:b/>"),
        run("a", "<w:b/>") + run("b", "<w:i/>"),
        False,
    ),
    "a format that begins inside a run": (
        f"<w:r>{BOLD}<w:t>a</w:t></w:r><w:r>{BOLD}<w:t>b</w:t>{ITALIC}<w:t>c</w:t></w:r><w:r>{BOLD}<w:t>d</w:t></w:r>",
        f"<w:r>{BOLD}<w:t>a</w:t></w:r><w:r>{BOLD}<w:t>b</w:t>{ITALIC}<w:t>c</w:t><w:t>d</w:t></w:r>",
        False,
    ),
    "a link around it": (run("ab"), f'<w:hyperlink w:anchor="x">{run("ab")}</w:hyperlink>', False),
}


@pytest.mark.parametrize("name", ALIKE)
def test_blocks_are_the_same_exactly_where_their_canonical_lines_are(name: str) -> None:
    """Told by the bytes or by the lines, the answer is one."""
    one, two, same = ALIKE[name]
    bodies, lines = [], []
    for content in (one, two):
        package = read_package(data=make(par(content)))
        body = package.look(package.main()).find(BODY)
        bodies.append(Body(Canon(package, package.main()), tuple(body), None))
        lines.append(Canon(package, package.main()).story(body))
    assert (lines[0] == lines[1]) is same
    assert same_blocks(old=bodies[0], new=bodies[1]) is same


def signed(kind: str, text: str, ident: int) -> str:
    """A paragraph whose mark Bob put in or took out."""
    return par(run(text), f'<w:jc w:val="center"/><w:rPr><w:{kind} {MARK.format(ident)}/></w:rPr>')


def control(content: str) -> str:
    return f'<w:sdt><w:sdtPr><w:id w:val="7"/></w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>'


TABLE = table([["a", "b"]])


@pytest.mark.parametrize("kind", ["ins", "del"])
def test_a_mark_of_others_right_before_a_table_holds_when_a_control_comes_between(kind: str) -> None:
    """No paragraph follows that could take the content, so the sign of Bob has no effect in its file."""
    one = FIRST + signed(kind, "alpha beta gamma", 50) + TABLE + LAST
    two = FIRST + control(par("words of another kind")) + TABLE + LAST
    old, new = (one, two) if kind == "ins" else (two, one)
    made = compare(old=make(old), new=make(new), author="Ann", at=AT)
    assert made.proof.holds, made.proof
    kept = resolve(data=made.data, accept=kind == "del").data
    assert texts(kept, "w:body/w:p") == ["first words here", "alpha beta gamma", "last words here"]
    assert '<w:jc w:val="center"/>' in part(kept)


def test_a_run_without_content_does_not_keep_a_paragraph() -> None:
    """Seen or not, an empty run is nothing that a removed mark would leave behind."""
    mark = f"<w:rPr><w:ins {MARK.format(50)}/></w:rPr>"
    for content in ("", "<w:r/>", "<w:r><w:rPr><w:b/></w:rPr></w:r>"):
        rejected = resolve(data=make(FIRST + par(content, mark) + TABLE + LAST), accept=False).data
        assert texts(rejected, "w:body/w:p") == ["first words here", "last words here"]


def test_a_huge_paragraph_keeps_all_that_did_not_change() -> None:
    """Fifty letters of 60,000 are exchanged for one that the old text lacks: all others are common, and no more."""
    dice = random.Random(1)
    old = "".join(chr(0x4E00 + dice.randrange(900)) for _place in range(60_000))
    letters = list(old)
    for place in dice.sample(range(len(old)), 50):
        letters[place] = "\u3400"
    found = blocks(old=old, new="".join(letters))
    assert sum(length for _old, _new, length in found) == 60_000 - 50
    assert all(old[one : one + size] == "".join(letters[two : two + size]) for one, two, size in found)
    for before, after in pairwise(found):
        assert before[0] + before[2] <= after[0]
        assert before[1] + before[2] <= after[1]
