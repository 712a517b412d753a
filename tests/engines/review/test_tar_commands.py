"""`chancery tar`: what it writes, and that broken input ends in a sentence, status 2 and no file."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chancery.engines.review.collections import CollectionRefused, read_collection
from chancery.project.commands.review import register
from engines.review.review_collections import english

app = typer.Typer()
register(app)
runner = CliRunner()
HEAD = '{"format":"chancery.review.ledger","version":1,"documents":3,"collection":"","model":"m","seed":1}\n'


def _ask(*words: object) -> tuple[int, str, str]:
    done = runner.invoke(app, ["tar", *(str(word) for word in words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def _write(path: Path, *, packed: bool = False) -> Path:
    collection = english(count=90, relevant=30)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["record_id", "title", "abstract", "label_included"])
    for row, (title, body, label) in enumerate(
        zip(collection.titles, collection.bodies, collection.labels, strict=True)
    ):
        table.writerow([row, title, body, int(label)])
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def test_simulate_writes_order_and_ledger_and_stop_reads_it(tmp_path: Path) -> None:
    file = _write(tmp_path / "c.csv.gz", packed=True)
    ledger, order = tmp_path / "l.jsonl", tmp_path / "o.txt"
    code, out, _err = _ask("simulate", file, "--seed", 2, "--ledger", ledger, "--order", order, "--json")
    answer = json.loads(out)
    assert (code, answer["n"], answer["relevant"], answer["seed"], answer["known"]) == (0, 90, 30, 2, 2)
    assert 0 < answer["atd"] < 0.3 and answer["cpu_seconds"] > 0
    served = [int(line) for line in order.read_text().splitlines()]
    assert sorted(served) == list(range(90)) and served[:2] == answer["seeds"]
    decided = [json.loads(line) for line in ledger.read_text().splitlines()[1:]]
    assert [one["row"] for one in decided if one["event"] == "decision"] == served
    code, out, _err = _ask("stop", ledger, "--rule", "qbcb", "--json")
    stop = json.loads(out)
    assert code == 0 and stop["stop"] and stop["guarantee"] and stop["sample"]["relevant"] == 29
    assert stop["recall_at_stop"] == stop["found_at"] / 30 and stop["cost"] >= stop["at"]
    code, out, _err = _ask("report", ledger, "--json")
    assert json.loads(out)["recall"]["sampled"] == 29
    assert "29/29" in _ask("report", ledger)[1]
    assert _ask("simulate", file, "--replay", ledger)[0] == 0
    lines = ledger.read_text().splitlines(keepends=True)
    marks = [place for place, line in enumerate(lines) if '"decision"' in line]
    lines[marks[10]], lines[marks[40]] = lines[marks[40]], lines[marks[10]]
    ledger.write_text("".join(lines))
    code, out, _err = _ask("simulate", file, "--replay", ledger, "--json")
    assert (code, json.loads(out)["first_difference"]) == (1, 11)


def test_a_topic_needs_no_known_documents(tmp_path: Path) -> None:
    code, out, _err = _ask("simulate", _write(tmp_path / "c.csv"), "--topic", "price cartel bid", "--json")
    assert (code, json.loads(out)["known"], json.loads(out)["topic"]) == (0, 0, "price cartel bid")


BROKEN = [
    (b"", "collection_empty"),
    (b"\x1f\x8b\x08", "not_gzip"),
    (gzip.compress(b"title,abstract,label_included\n" + b"a,b,1\n" * 5000)[:-20], "not_gzip"),
    (b"title,abstract\na,b\n", "column_missing"),
    (b"title,title,abstract,label_included\na,a,b,1\n", "column_repeated"),
    (b"title,abstract,label_included\na,b\n", "row_length"),
    (b"title,abstract,label_included\na,b,2\n", "label_invalid"),
    (b"title,abstract,label_included\na,b,nan\n", "label_invalid"),
    (b"title,abstract,label_included\n", "collection_empty"),
    (b"title,abstract,label_included\na,b,1\n", "labels_one_kind"),
    (b"title,abstract,label_included\na,b,0\nc,d,0\n", "nothing_relevant"),
    ("title,abstract,label_included\nprix élevé,b,1\n".encode("latin-1"), "not_utf8"),
    (b'title,abstract,label_included\n"a,b,1\n', "not_csv"),
    (b"\xff\xfe\x00\x01" * 50, "not_utf8"),
]


@pytest.mark.parametrize(("data", "code"), BROKEN)
def test_broken_collections_are_refused(tmp_path: Path, data: bytes, code: str) -> None:
    file, order = tmp_path / "c.csv", tmp_path / "o.txt"
    file.write_bytes(data)
    status, out, err = _ask("simulate", file, "--order", order, "--json")
    assert (status, json.loads(out)["code"]) == (2, code)
    assert f"({code})" in err
    assert not order.exists()


def test_what_is_asked_wrongly_is_refused(tmp_path: Path) -> None:
    file, ledger = _write(tmp_path / "c.csv"), tmp_path / "l.jsonl"
    asked = [
        (("simulate", tmp_path / "none.csv"), "file_unreadable"),
        (("simulate", tmp_path), "file_unreadable"),
        (("simulate", file, "--seed", -1), "seed_invalid"),
        (("simulate", file, "--sample", -1), "sample_invalid"),
        (("simulate", file, "--sample", "many"), "sample_invalid"),
        (("simulate", file, "--sample", "9" * 5000), "sample_invalid"),
        (("simulate", file, "--topic", " … "), "topic_empty"),
        (("simulate", file, "--order", tmp_path / "no" / "o"), "file_unwritable"),
        (("stop", tmp_path / "none"), "file_unreadable"),
    ]
    ledger.write_text(HEAD + '{"event":"decision","row":0,"relevant":true,"why":"seed","rank":0,"model":0}\n')
    asked += [
        (("stop", ledger), "sample_missing"),
        (("stop", ledger, "--rule", "guess"), "rule_unknown"),
        (("stop", ledger, "--rule", "half", "--target", 1.5), "target_invalid"),
        (("stop", ledger, "--rule", "half", "--confidence", "nan"), "confidence_invalid"),
        (("stop", ledger, "--rule", "consecutive", "--run", 0), "run_invalid"),
        (("stop", ledger, "--rule", "quant"), "forecast_missing"),
        (("simulate", file, "--replay", ledger), "collection_other"),
    ]
    for words, code in asked:
        status, out, _err = _ask(*words, "--json")
        assert (status, json.loads(out)["code"]) == (2, code), words


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "ledger_empty"), ("{}", "ledger_format"), ("[]", "ledger_line"), ("nonsense", "ledger_line"),
     (HEAD, "nothing_read"), (HEAD + '{"event":"x"}', "ledger_field"),
     (HEAD.replace("3", "-3"), "ledger_field"), (HEAD.replace("}", ',"sample":[1,1]}'), "ledger_field"),
     (HEAD + '{"event":"decision","row":9,"relevant":true,"why":"seed","rank":0,"model":0}', "event_row"),
     (HEAD + '{"event":"decision","row":1,"relevant":1,"why":"seed","rank":0,"model":0}', "ledger_field")],
)  # fmt: skip
def test_broken_ledgers_are_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "l.jsonl"
    path.write_text(text)
    for words in (("stop", path, "--rule", "half"), ("report", path)):
        status, out, _err = _ask(*words, "--json")
        assert (status, json.loads(out)["code"]) == (2, code)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=100).map(lambda tail: b"title,abstract,label_included\n" + tail),
        st.binary(max_size=100).map(lambda tail: gzip.compress(b"title,abstract,label_included\na,b,1\n") + tail),
    )
)
def test_any_bytes_are_a_collection_or_a_refusal(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    try:
        assert len(read_collection(path)) > 0
    except CollectionRefused as refusal:
        assert str(refusal)
