"""Comparison of texts and PDF files, and the commands around it all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.comparison.making import make, par
from typer import Typer
from typer.testing import CliRunner

from chancery.engines.comparison.extracting import reflowed, text_of
from chancery.engines.comparison.package import Unreadable, kind_of
from chancery.engines.comparison.plain import TextTooLarge, as_html, clean, compare_texts, marked
from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.values import Printable
from chancery.project.commands.answering import print_json
from chancery.project.commands.comparison import register

app = Typer()
register(app)


@app.command("other")
def _other() -> None:
    """Makes `redline` a word of its own."""


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["redline", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_words_of_a_text() -> None:
    found = compare_texts(old="Pay within 30 days.\nEnd\n", new="Pay within 45 days.\nEnd\n")
    assert marked(redline=found) == "Pay within [-30-]{+45+} days.\nEnd\n"
    assert (found.characters("deleted"), found.characters("inserted")) == (2, 2)
    chinese = compare_texts(old="乙方应付款", new="甲方应付款")
    assert marked(redline=chinese) == "[-乙-]{+甲+}方应付款\n"


def test_moves_and_new_lines() -> None:
    lines = [f"Clause {name} has words of its own.\n" for name in ("one", "two", "three")]
    found = compare_texts(old="".join(lines), new="".join([lines[1], lines[2], lines[0]]))
    assert {segment.kind for line in found.paragraphs for segment in line} == {"same", "moved_from", "moved_to"}
    added = compare_texts(old="a\n", new="a\nb\n")
    assert marked(redline=added) == "a\n{+b¶+}\n"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet="ab 合,.\n\r\x00", max_size=12)),
    st.lists(st.text(alphabet="ab 合,.\n\r\x00", max_size=12)),
)
def test_both_texts_can_be_read_back(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(old), "\n".join(new)
    found = compare_texts(old=before, new=after)
    assert found.side(accepted=True) == clean(after)
    assert found.side(accepted=False) == clean(before)


def test_html_is_escaped() -> None:
    page = as_html(redline=compare_texts(old="a <b>", new="a <script>"), title="<t>")
    assert "<script>" not in page
    assert "<ins>script</ins>" in page
    assert "<title>&lt;t&gt;</title>" in page


def test_a_long_text_is_refused() -> None:
    with pytest.raises(TextTooLarge):
        compare_texts(old="x" * 16_000_001, new="x")


def test_pdf_lines_become_paragraphs() -> None:
    page = (
        "Master Agreement\nThe Supplier shall deliver the goods within the time agreed in\n"
        "the order and bear the cost of transport.\n(a) first of all\nPage 1 of 3"
    )
    text = reflowed(pages=[page, page.replace("Page 1", "Page 2"), page.replace("Page 1", "Page 3")])
    assert "Page" not in text
    assert "agreed in the order" in text


def test_pdf_files_are_compared(tmp_path: Path) -> None:
    for name, word in (("old", "thirty"), ("new", "sixty")):
        text = f"Payment is due within {word} days of the date of the invoice.\n\nNothing else changes here."
        to_pdf(printable=Printable("html", text=text), out=tmp_path / f"{name}.pdf")
    status, shown = call(tmp_path / "old.pdf", tmp_path / "new.pdf")
    assert status == 0
    assert "[-thirty-]{+sixty+}" in shown
    assert kind_of((tmp_path / "old.pdf").read_bytes()) == "pdf"


@pytest.mark.parametrize("data", [b"\x00\x01\x02binary", b"\x7fELF\x00\x00"])
def test_unknown_binary_files_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        text_of(data=data)


def word_files(folder: Path) -> tuple[Path, Path]:
    old, new = folder / "old.docx", folder / "new.docx"
    old.write_bytes(make(par("Pay within thirty days.")))
    new.write_bytes(make(par("Pay within sixty days.")))
    return old, new


def test_compare_prove_resolve(tmp_path: Path) -> None:
    old, new = word_files(tmp_path)
    out = tmp_path / "out.docx"
    status, shown = call(old, new, "-o", out, "--author", "Ann", "--date", "2026-01-02", "--json")
    report = json.loads(shown)
    assert status == 0
    assert report["status"] == "proved"
    assert report["kinds"] == {"del": 1, "ins": 1}
    assert report["characters"] == {"inserted": 5, "deleted": 6, "moved": 0}
    assert report["proof"]["holds"] is True
    status, shown = call("changes", out, "--json")
    assert [one["date"] for one in json.loads(shown)["revisions"]] == ["2026-01-02T00:00:00Z"] * 2
    assert call("prove", out, old, new)[0] == 0
    assert call("prove", out, new, old, "--json")[0] == 1
    for flag, reference in (("--accept", new), ("--reject", old)):
        target = tmp_path / f"{flag}.docx"
        status, shown = call("resolve", out, flag, "-o", target, "--json")
        assert json.loads(shown)["resolved"] == 2
        assert text_of(data=target.read_bytes()) == text_of(data=reference.read_bytes())
    assert call("resolve", out, "--accept", "--author", "Bob")[0] == 0
    assert (tmp_path / "out-accepted.docx").read_bytes() == out.read_bytes()
    assert call("compare", "-o", tmp_path / "again.docx", old, new)[0] == 0
    assert call("-o", tmp_path / "third.docx", old, new)[0] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("{old}", "{junk}", "-o", "{out}"), "bad_output"),
        (("{old}", "{broken}", "-o", "{out}"), "broken"),
        (("{old}", "{missing}", "-o", "{out}"), "unreadable"),
        (("{old}", "{folder}", "-o", "{out}"), "unreadable"),
        (("{old}", "{new}", "-o", "{old}"), "bad_output"),
        (("{old}", "{new}", "-o", "{folder}/no/out.docx"), "bad_output"),
        (("{old}", "{new}", "-o", "{out}", "--date", "soon"), "bad_choice"),
        (("{old}", "{new}", "-o", "{out}", "--author", " "), "bad_author"),
        (("resolve", "{old}", "-o", "{out}"), "bad_choice"),
        (("resolve", "{old}", "--accept", "--reject", "-o", "{out}"), "bad_choice"),
        (("resolve", "{old}", "--accept", "--since", "1/2/2026", "-o", "{out}"), "bad_choice"),
        (("resolve", "{junk}", "--accept", "-o", "{out}"), "not_a_document"),
        (("prove", "{junk}", "{old}", "{new}"), "not_a_document"),
        (("changes", "{broken}"), "broken"),
    ],
)
def test_refusals_have_status_two_and_leave_nothing(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    old, new = word_files(tmp_path)
    (tmp_path / "junk.txt").write_text("just words")
    (tmp_path / "broken.docx").write_bytes(old.read_bytes()[:-100])
    names = {
        "old": old,
        "new": new,
        "out": tmp_path / "out.docx",
        "junk": tmp_path / "junk.txt",
        "broken": tmp_path / "broken.docx",
        "missing": tmp_path / "missing.docx",
        "folder": tmp_path,
    }
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    status, shown = call(*(word.format(**names) for word in words), "--json")
    assert status == 2
    assert json.loads(shown)["code"] == code
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_redline_without_proof_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = word_files(tmp_path)
    monkeypatch.setattr("chancery.engines.comparison.comparing.settle_ids", _spoil)
    status, shown = call(old, new, "-o", tmp_path / "out.docx", "--json")
    assert status == 2
    assert json.loads(shown)["code"] == "proof_failed"
    assert json.loads(shown)["proof"]["differences"]
    assert not (tmp_path / "out.docx").exists()


def _spoil(*, root: object, fresh: object) -> None:
    for node in root.iter():  # type: ignore[attr-defined]
        if node.text == "Pay within ":
            node.text = "Pay "


def test_it_starts_as_a_program(tmp_path: Path) -> None:
    old, new = word_files(tmp_path)
    command = [sys.executable, "-m", "chancery.project.cli", "redline", str(old), str(new), "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "CHANCERY_HOME": str(tmp_path / "home")}, check=True
    )
    assert json.loads(done.stdout)["status"] == "proved"
    assert not (tmp_path / "home").exists()


def test_half_a_character_is_answered_as_json_spells_it(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "a\ud800"})
    assert json.loads(capsys.readouterr().out) == {"name": "a\ud800"}


def test_an_empty_file_named_docx_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "old.docx").write_bytes(b"")
    (tmp_path / "new.docx").write_bytes(make(par("a")))
    status, told = call(tmp_path / "old.docx", tmp_path / "new.docx", "-o", tmp_path / "out.docx", "--json")
    assert (status, json.loads(told)["code"]) == (2, "not_a_document")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.docx", "old.docx"]
