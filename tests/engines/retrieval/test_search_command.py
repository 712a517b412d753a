"""The command over a collection: answers, reports, and refusals of everything a hostile folder may hold."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import docx
import pytest
import typer
from typer.testing import CliRunner

from chancery.project.commands.retrieval import register

app = typer.Typer()
register(app)
app.command("other")(lambda: None)


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["search", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def answer(*words: object) -> dict[str, Any]:
    status, output = run(*words, "--json")
    assert status == 0, output
    found: dict[str, Any] = json.loads(output)
    return found


def item(key: str, **known: Any) -> dict[str, Any]:
    return {
        "id": key, "parent_id": None, "family_id": known.pop("family", key), "path": f"in/{key}.txt",
        "name": f"{key}.txt", "media_type": "text/plain", "size": 10, "status": "item", "exception": None,
        "duplicate_of": None,
        "text_file": known.pop("text_file", f"text/{key}.txt"), "metadata": known,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "d1": "Late delivery of the pumps. 违约责任由买方承担。",
        "d2": "The delivery was on time.",
        "d3": "Nothing. \udcff".encode("utf-8", "replace").decode(),
    }
    (tmp_path / "text").mkdir()
    for key, text in texts.items():
        (tmp_path / "text" / f"{key}.txt").write_text(text, "utf-8")
    items = [
        item("d1", kind="mail", date="2024-03-05T10:00:00+08:00", author="li@acme.cn", custodian="Li Wei", family="f"),
        item("d2", kind="mail", family="f", date_sent="2023-01-01", near_duplicate_group="g1"),
        item("d3", kind="text", text_file="text/d3.txt"),
        item("d4", text_file=None, kind="image") | {"status": "exception", "exception": "corrupt"},
        item("z", text_file=None) | {"status": "container"},
    ]  # fmt: skip
    (tmp_path / "items.jsonl").write_text("\n".join(json.dumps(each) for each in items) + "\n\n", "utf-8")
    return tmp_path


def test_an_answer(folder: Path) -> None:
    found = answer(folder, "deliver* w/3 (pumps OR time)", "--facets")
    assert (found["total"], found["families"], found["searched"]) == (2, 1, 4)
    hit = next(each for each in found["hits"] if each["id"] == "d1")
    passage = hit["passages"][0]
    assert [passage["text"][begin:end] for begin, end in passage["hits"]] == ["delivery", "pumps"]
    assert found["facets"]["months"][-1] == {"month": "2024-03", "documents": 1}
    assert answer(folder, "违约责任")["total"] == 1
    assert answer(folder, "date:2024-03-05 from:acme.cn domain:acme.cn custodian:li")["total"] == 1
    assert answer(folder, "kind:mail", "--limit", 1, "--order", "newest")["hits"][0]["id"] == "d1"
    assert [each["id"] for each in answer(folder, "NOT delivery", "--order", "indexed")["hits"]] == ["d3", "d4"]


def test_marks_copies_and_attachments(folder: Path) -> None:
    more = [
        item("m1", kind="mail", text_file=None, cc=["Cy <cy@c.cn>"], bcc=["Di <di@d.cn>"], attachment_names=["Offer.p"])
        | {"sha256": "ab12", "inclusive": True},
        item("m1a", family="m1", kind="pdf", text_file=None) | {"parent_id": "m1"},
        item("m1b", family="m1", kind="pdf", text_file=None) | {"parent_id": "m1", "duplicate_of": "m1a"},
        item("m2", kind="mail", text_file=None, cc=[], to=["Cy <cy@c.cn>"]) | {"parent_id": "box"},
        item("box", text_file=None) | {"status": "container"},
    ]  # fmt: skip
    with (folder / "items.jsonl").open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(each) + "\n" for each in more)

    def ids(query: str) -> list[str]:
        return [each["id"] for each in answer(folder, query, "--order", "indexed")["hits"]]

    assert ids("has:attachment") == ids("attachments:2") == ids("attachments:>1") == ["m1"]
    assert ids("NOT has:attachment is:inclusive") == []
    assert ids("is:attachment") == ["m1a", "m1b"]
    assert ids("is:duplicate") == ["m1b"]
    assert ids("is:inclusive") == ids("hash:ab12") == ids("attachment:offer") == ids("has:bcc") == ["m1"]
    assert ids("is:exception") == ["d4"]
    assert ids("has:text") == ["d1", "d2", "d3"]
    assert ids("cc:cy") == ids("bcc:di.cn") + ids("bcc:d.cn") == ["m1"]
    assert ids("to:cy") == ids("participants:cy") == ["m1", "m2"]


def test_stems_are_off_unless_asked_for(folder: Path) -> None:
    assert answer(folder, "pump")["total"] == 0
    assert answer(folder, "pump", "--stem")["total"] == 1


def test_the_index_follows_the_collection(folder: Path) -> None:
    assert answer(folder, "gasket")["total"] == 0
    (folder / "text" / "d9.txt").write_text("gasket", "utf-8")
    with (folder / "items.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(item("d9")) + "\n")
    assert answer(folder, "gasket")["total"] == 1
    next((folder / "search-index").glob("*.seg")).write_bytes(b"broken")
    assert run(folder, "gasket", "--json")[0] == 2
    assert answer(folder, "gasket", "--rebuild")["total"] == 1
    elsewhere = folder.parent / "elsewhere"
    assert answer(folder, "gasket", "--index", elsewhere)["total"] == 1 and elsewhere.is_dir()


def test_many_queries(folder: Path) -> None:
    (folder / "q.txt").write_text("delivery\n\nlate w/\n违约\n", "utf-8")
    status, output = run(folder, "--queries", folder / "q.txt", "--json")
    lines = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [(line.get("total"), line.get("code")) for line in lines] == [(2, None), (None, "distance_wrong"), (1, None)]


def test_a_report(folder: Path, tmp_path: Path) -> None:
    (folder / "terms.txt").write_text("delivery\n# note\nlate\n(x\n=1+1\n", "utf-8")
    found = answer(folder, "--terms", folder / "terms.txt", "--csv", tmp_path / "r.csv", "--docx", tmp_path / "r.docx")
    figures = ("documents", "documents_with_family", "unique_documents")
    assert [tuple(line[name] for name in figures) for line in found["lines"]] == [
        (2, 2, 1), (1, 2, 0), (None, None, None), (0, 0, 0),
    ]  # fmt: skip
    assert (found["documents"], found["families"]) == (2, 1)
    rows = list(csv.reader((tmp_path / "r.csv").read_text("utf-8-sig").splitlines()))
    assert rows[1][:5] == ["delivery", "delivery", "2", "2", "1"] and rows[4][0] == "'=1+1"
    assert docx.Document(str(tmp_path / "r.docx")).tables[0].rows[1].cells[1].text == "2"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("",), "query_empty"),
        (("late w/ x",), "distance_wrong"),
        (("\x00",), "nothing_to_find"),
        (('"open',), "quote_open"),
        (("size:" + "9" * 40,), "figure_not_understood"),
        ((), "nothing_asked"),
        (("a", "--csv", "x.csv"), "nothing_asked"),
        (("--terms", "/nowhere/at/all"), "list_unreadable"),
        (("--terms", "/dev/null", "--csv", "/nowhere/x.csv"), "not_writable"),
        (("a", "--index", "/proc/x"), "index_place"),
    ],
)
def test_refusals(folder: Path, words: tuple[str, ...], code: str) -> None:
    status, output = run(folder, *words, "--json")
    assert (status, json.loads(output)["code"]) == (2, code)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "item_unreadable"),
        (b"[1]", "item_unreadable"),
        (b'{"id": ""}', "item_unreadable"),
        (b"\xff\xfe\x00", "item_unreadable"),
        (b"[" * 5000, "item_unreadable"),
        (b'{"id": "a", "text_file": "text/none.txt"}', "text_missing"),
        (b'{"id": "a", "text_file": "../../etc/passwd"}', "text_missing"),
        (b'{"id": "a", "text_file": "text"}', "text_missing"),
    ],
)
def test_hostile_collections(folder: Path, line: bytes, code: str) -> None:
    (folder / "items.jsonl").write_bytes(line + b"\n")
    status, output = run(folder, "x", "--json")
    assert (status, json.loads(output)["code"]) == (2, code)
    assert not (folder / "search-index").exists() and not list(folder.glob(".search-index*"))


def test_a_folder_that_is_no_collection(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path, "x", "--json")[1])["code"] == "not_a_collection"
    assert json.loads(run(tmp_path / "none", "x", "--json")[1])["code"] == "not_a_collection"


def test_halves_of_characters_stop_nothing(folder: Path) -> None:
    (folder / "items.jsonl").write_text(json.dumps(item("h\udcff", text_file=None, custodian="x\ud800", kind="mail")))
    assert answer(folder, "custodian:x", "--facets")["total"] == 1
    assert json.loads(run(folder, "x\udcff w/", "--json")[1])["code"] == "distance_wrong"
    assert answer(folder, "custodian:x\udcff")["total"] == 1


def test_strange_facts_do_not_stop_it(folder: Path) -> None:
    strange = item("s", text_file=None, kind=None, size=-5, pages="many", subject=["a", {"b": 1}], to={"x": [1, None]},
                   date="0000", language={"en": 0.9}, thread_id=7)  # fmt: skip
    (folder / "items.jsonl").write_text(
        json.dumps(strange | {"path": None, "family_id": None, "name": "s\u202etxt.exe"})
    )
    assert answer(folder, "s OR number:s", "--facets")["total"] == 1
    (folder / "items.jsonl").write_text("")
    assert answer(folder, "x")["searched"] == 0
