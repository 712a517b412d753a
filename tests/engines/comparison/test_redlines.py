"""Redlines of two Word files: the exact markup of each kind of change, and the proof on random pairs."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.comparison.checking import AT, NS, SECTION, WORD, body, redline, texts
from tests.engines.comparison.making import (
    MARK,
    NUMBERING,
    make,
    note_part,
    par,
    part,
    random_pair,
    run,
    table,
    zipped,
)

from chancery.engines.comparison.comparing import BadSignature, compare
from chancery.engines.comparison.proof import prove
from chancery.engines.comparison.stories import Untrackable


def test_one_word_is_the_only_change() -> None:
    found = redline(
        par("Payment is due within thirty days.") + SECTION, par("Payment is due within sixty days.") + SECTION
    )
    assert texts(found.data, "w:del") == ["thirty"]
    assert texts(found.data, "w:ins") == ["sixty"]
    assert (found.inserted_characters, found.deleted_characters) == (5, 6)
    mark = body(found.data).xpath("//w:ins", namespaces=NS)[0]
    assert mark.get(WORD + "author") == "Ann"
    assert mark.get(WORD + "date") == "2026-01-02T03:04:05Z"


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("a fee of 1,000.50 dollars", "a fee of 1,250.75 dollars", ["1,000.50"], ["1,250.75"]),
        ("甲方应于三十日内付款", "甲方应于六十日内付款", ["三"], ["六"]),
        ("the Supplier's goods", "the Buyer's goods", ["Supplier's"], ["Buyer's"]),
        ("no change of case", "No change of case", ["no"], ["No"]),
    ],
)
def test_words_numbers_and_characters_are_never_cut(old: str, new: str, gone: list[str], come: list[str]) -> None:
    found = redline(par(old), par(new))
    assert (texts(found.data, "w:del"), texts(found.data, "w:ins")) == (gone, come)


def test_a_word_cut_into_runs_is_one_word() -> None:
    found = redline(
        par(run("Confi") + run("dential data", "<w:b/>")), par(run("Public", "<w:b/>") + run(" data", "<w:b/>"))
    )
    assert texts(found.data, "w:del") == ["Confidential"]
    whole = redline(par(run("Confi") + run("dential")), par(run("Confidential")))
    assert whole.revisions == 0


def test_a_paragraph_put_in_at_the_end_takes_the_last_mark() -> None:
    found = redline(par("One."), par("One.", '<w:jc w:val="left"/>') + par("Two.", '<w:jc w:val="center"/>'))
    first, second = body(found.data).xpath("//w:p", namespaces=NS)
    assert first.xpath("w:pPr/w:rPr/w:ins", namespaces=NS)
    assert not second.xpath("w:pPr/w:rPr/w:ins", namespaces=NS)
    assert second.xpath("w:pPr/w:pPrChange/w:pPr[not(*)]", namespaces=NS)


def test_split_and_join_change_no_text() -> None:
    whole, halves = par("First half of it. Second half of it."), par("First half of it. ") + par("Second half of it.")
    split, joined = redline(whole + par("end"), halves + par("end")), redline(halves + par("end"), whole + par("end"))
    assert split.inserted_characters == split.deleted_characters == 0
    assert joined.inserted_characters == joined.deleted_characters == 0
    assert split.kinds == {"ins": 1}
    assert joined.kinds == {"del": 1}


def test_a_moved_paragraph_is_a_move() -> None:
    lines = [par(f"Clause {name} is about something of its own.") for name in ("one", "two", "three", "four")]
    found = redline("".join(lines), "".join([lines[1], lines[2], lines[0], lines[3]]))
    root = body(found.data)
    names = [root.xpath(f"//w:{kind}RangeStart/@w:name", namespaces=NS) for kind in ("moveFrom", "moveTo")]
    assert names[0] == names[1] != []
    assert (
        texts(found.data, "w:moveFrom[w:r]")
        == texts(found.data, "w:moveTo[w:r]")
        == ["Clause one is about something of its own."]
    )
    assert found.inserted_characters == found.deleted_characters == 0


def test_formats_are_tracked_not_the_text() -> None:
    found = redline(par(run("plain word")), par(run("plain ") + run("word", "<w:b/>"), '<w:jc w:val="center"/>'))
    assert found.kinds == {"pPrChange": 1, "rPrChange": 1}
    assert body(found.data).xpath("//w:rPrChange/w:rPr[not(*)]", namespaces=NS)


def test_rows_and_cells() -> None:
    old = table([["a1", "a2"], ["b1", "b2"], ["c1", "c2"]]) + par("end")
    gone = redline(old, table([["a1", "a2"], ["c1", "c2"]]) + par("end"))
    assert gone.kinds["del"] == 5  # the row, two marks, two texts
    assert len(body(gone.data).xpath("//w:trPr/w:del", namespaces=NS)) == 1
    wider = redline(old, table([["a1", "x", "a2"], ["b1", "x", "b2"], ["c1", "x", "c2"]]) + par("end"))
    assert wider.kinds["cellIns"] == 3
    assert wider.kinds["tblGridChange"] == 1
    narrow = redline(old, table([["a1"], ["b1"], ["c1"]]) + par("end"))
    assert narrow.kinds["cellDel"] == 3
    shape = redline(
        table([["a"]]) + par("end"),
        table([["a"]], '<w:tblW w:w="9" w:type="dxa"/>').replace('w:w="2000" w:type', 'w:w="1" w:type') + par("end"),
    )
    assert {"tblPrChange", "tcPrChange"} <= set(shape.kinds)


def test_whole_tables_come_and_go() -> None:
    found = redline(par("before") + table([["x", "y"]]) + par("after"), par("before") + par("after"))
    assert len(body(found.data).xpath("//w:tbl/w:tr/w:trPr/w:del", namespaces=NS)) == 1
    redline(par("a") + par("b"), par("a") + table([[table([["deep"]]) + par("in")]]) + par("b"))


def test_sections_headers_and_footers() -> None:
    def file(text: str, margin: int, parts: dict[str, str]) -> bytes:
        references = "".join(f'<w:{name.rstrip("1")}Reference w:type="default" r:id="rel_{name}"/>' for name in parts)
        return make(par(text) + f'<w:sectPr>{references}<w:pgMar w:left="{margin}"/></w:sectPr>', parts=parts)

    old = file("body", 1, {"header1": par("Draft of May"), "footer1": par("same")})
    new = file("body", 2, {"header1": par("Draft of June"), "footer1": par("same")})
    found = redline(old, new)
    assert found.kinds == {"del": 1, "ins": 1, "sectPrChange": 1}
    assert re.findall(r"<w:delText[^>]*>([^<]*)<", part(found.data, "word/header1.xml")) == ["May"]
    assert part(found.data, "word/footer1.xml") == part(new, "word/footer1.xml")
    redline(file("body", 1, {}), new)
    redline(new, file("body", 1, {}))


def test_notes_by_their_place() -> None:
    reference = '<w:r><w:footnoteReference w:id="{}"/></w:r>'

    def file(notes: list[str]) -> bytes:
        text = run("text ") + "".join(
            reference.format(number) + run(f" {note} ") for number, note in enumerate(notes, 1)
        )
        return make(
            par(text),
            parts={
                "footnotes": note_part("footnotes", {n: par(f"Note on {note}.") for n, note in enumerate(notes, 1)})
            },
        )

    found = redline(file(["alpha", "beta"]), file(["beta"]))
    assert "<w:delText>Note on alpha.</w:delText>" in part(found.data, "word/footnotes.xml")
    assert redline(file(["alpha"]), file(["alpha", "beta"])).proof.holds
    old, new = file(["alpha"]), file(["alpha"])
    changed = part(new, "word/footnotes.xml").replace("Note on", "Remark on")
    with zipfile.ZipFile(io.BytesIO(new)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    edited = redline(old, zipped({**files, "word/footnotes.xml": changed.encode()}))
    assert part(edited.data) == part(new)  # the body is not touched
    assert edited.kinds == {"del": 1, "ins": 1}


def test_links_fields_controls_and_objects() -> None:
    link = '<w:hyperlink r:id="{}">{}</w:hyperlink>'.format
    links = {"old": "https://old.example", "new": "https://new.example"}
    old, new = (
        make(par(run("see ") + link(side, run("the page")) + run(" now")), links=links) for side in ("old", "new")
    )
    found = redline(old, new)
    assert texts(found.data, "w:del") == texts(found.data, "w:ins") == ["the page"]
    simple = '<w:fldSimple w:instr=" DATE ">{}</w:fldSimple>'.format
    kept = redline(par(run("on ") + simple(run("May"))), par(run("on ") + simple(run("June"))))
    assert kept.kinds == {"del": 1, "ins": 1}
    gone = redline(par(run("on ") + simple(run("May"))), par(run("on ")))
    assert "<w:delInstrText" in part(gone.data)
    control = '<w:sdt><w:sdtPr><w:tag w:val="{}"/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>'.format
    other = redline(control("a", par("text")) + par("end"), control("b", par("text")) + par("end"))
    assert {"customXmlDelRangeStart", "customXmlInsRangeStart"} <= set(other.kinds)
    inside = redline(control("a", par("old text")) + par("end"), control("a", par("new text")) + par("end"))
    assert inside.kinds == {"del": 1, "ins": 1}
    redline(par(run("x") + "<m:oMath><m:r><m:t>a</m:t></m:r></m:oMath>"), par(run("x")))


def test_text_boxes_in_both_forms() -> None:
    box = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{0}</w:txbxContent>'
        "</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{0}</w:txbxContent>"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    found = redline(par(box.format(par("a red box"))), par(box.format(par("a blue box"))))
    assert texts(found.data, "w:del") == ["red", "red"]
    gone = redline(par(run("x") + box.format(par("a red box"))), par(run("x")))
    assert not body(gone.data).xpath("//w:del//w:t", namespaces=NS)


def test_lists_defined_otherwise_are_brought_over() -> None:
    shape = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'
    old = make(par("item", shape), parts={"numbering": NUMBERING})
    new = make(par("item", shape), parts={"numbering": NUMBERING.replace("bullet", "upperRoman")})
    found = redline(old, new)
    former = body(found.data).xpath("//w:pPrChange//w:numId/@w:val", namespaces=NS)
    numbering = part(found.data, "word/numbering.xml")
    assert former not in ([], ["2"])
    assert "bullet" in numbering
    assert "upperRoman" in numbering


def test_pictures_of_the_old_file_are_kept_while_shown() -> None:
    picture = par('<w:r><w:drawing><v:imagedata r:id="p1"/></w:drawing></w:r>') + par("end")
    found = redline(make(picture, media={"p1": b"old"}), make(picture, media={"p1": b"new"}))
    with zipfile.ZipFile(io.BytesIO(found.data)) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if "media" in name]
    assert sorted(pictures) == [b"new", b"old"]


def test_comments_of_both_files_are_kept() -> None:
    comment = '<w:comment w:id="0" w:author="{0}" w:date="2020-01-01T00:00:00Z">' + par("remark") + "</w:comment>"
    anchor = '<w:commentRangeStart w:id="0"/>{}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    old, new = (
        make(par(anchor.format(run("word")) + run(" more")), parts={"comments": comment.format(name)})
        for name in ("Eve", "Zoe")
    )
    found = redline(old, new)
    assert re.findall(r'w:author="(\w+)"', part(found.data, "word/comments.xml")) == ["Zoe", "Eve"]
    same = redline(old, old)
    assert same.data != b"" and same.revisions == 0


def test_revisions_of_others_go_on_under_their_names() -> None:
    old = par("The fee is ten dollars a day.")
    new = par(
        run("The fee is ")
        + f"<w:del {MARK.format(7)}><w:r><w:delText>ten</w:delText></w:r></w:del>"
        + f"<w:ins {MARK.format(8)}>{run('twelve')}</w:ins>"
        + run(" dollars a week.")
    )
    found = redline(old, new)
    authors = {kind: body(found.data).xpath(f"//w:{kind}/@w:author", namespaces=NS) for kind in ("ins", "del")}
    assert authors == {"ins": ["Bob", "Ann"], "del": ["Bob", "Ann"]}
    assert (found.kept, found.settled) == (2, 0)
    layered = redline(new, par("The fee is twelve dollars a week."))
    assert layered.kept == 2  # accepted in between: their marks still lead from old to new
    taken_back = redline(new, old.replace("a day", "a week"))
    assert body(taken_back.data).xpath("//w:ins[@w:author='Bob']/w:del[@w:author='Ann']", namespaces=NS)


def test_what_nobody_touched_keeps_its_bytes() -> None:
    old, new = (
        make(par("old text"), parts={"styles": "", "header1": par("x")}),
        make(par("new text"), parts={"styles": "", "header1": par("x")}),
    )
    found = redline(old, new)
    for name in ("word/styles.xml", "word/header1.xml", "_rels/.rels", "[Content_Types].xml"):
        assert part(found.data, name) == part(new, name)
    assert part(redline(old, old).data) == part(old)


def test_the_same_input_gives_the_same_bytes() -> None:
    old, new = random_pair(11)
    assert compare(old=old, new=new, author="A", at=AT).data == compare(old=old, new=new, author="A", at=AT).data


def test_a_proof_that_cannot_hold_says_where() -> None:
    old, new = make(par("one two")), make(par("one three"))
    made = compare(old=old, new=new, author="A", at=AT).data
    wrong = prove(redline=made, old=old, new=make(par("one four")))
    assert not wrong.accepted
    assert wrong.rejected
    assert wrong.differences[0].side == "accept"
    assert "three" in wrong.differences[0].found
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["word/document.xml"] = files["word/document.xml"].replace(b"delText", b"t")
    assert [defect.rule for defect in prove(redline=zipped(files), old=old, new=new).defects] == ["text_in_deletion"]


def test_what_cannot_be_tracked_is_refused() -> None:
    chunk = '<w:altChunk r:id="x"/>'
    with pytest.raises(Untrackable) as refusal:
        compare(old=make(par("a") + chunk + par("b")), new=make(par("a") + par("b")), author="A", at=AT)
    assert refusal.value.code == "untrackable"
    with pytest.raises(BadSignature):
        compare(old=make(par("a")), new=make(par("b")), author="\x07", at=AT)
    with pytest.raises(BadSignature):
        compare(old=make(par("a")), new=make(par("b")), author="A", at=AT.replace(tzinfo=None))


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_random_pairs_are_proved(seed: int) -> None:
    old, new = random_pair(seed)
    assert compare(old=old, new=new, author="A", at=AT).proof.holds


def test_random_pairs_with_revisions_are_proved() -> None:
    for seed in range(30):
        old, new = random_pair(seed, revisions=True)
        assert compare(old=old, new=new, author="A", at=AT).proof.holds, seed


def test_every_fixture_pair_is_proved(test_data: Path) -> None:
    """Every file of a group with every other, both ways: whatever pairs one takes for the old and the new versions."""
    folder = test_data / "contracts" / "redline_fixtures" / "wc"
    groups: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*.docx")):
        groups.setdefault(path.stem[:5], []).append(path)
    pairs = [pair for paths in groups.values() for pair in permutations(paths, 2)]
    assert len(pairs) == 368
    for old, new in pairs:
        redline(old.read_bytes(), new.read_bytes())
