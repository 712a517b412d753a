"""A whole ingest: what it writes, what it decides, and that it goes on where it was killed."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.engines.ingest.builders import docx, mail, paragraph, zipped

from chancery.engines.ingest.custody import verify_custody
from chancery.engines.ingest.ingesting import Choices, IngestRefused, ingest
from chancery.engines.ingest.known import ListRefused
from chancery.engines.ingest.moments import ZoneRefused
from chancery.foundation.errors import Refused

AT = "2026-01-01T00:00:00+00:00"
CHOICES = Choices(ocr=False, workers=2)


def _lines(out: Path) -> dict[str, dict[str, Any]]:
    text = (out / "items.jsonl").read_text(encoding="utf-8")
    return {line["path"]: line for line in map(json.loads, text.splitlines())}


def _run(source: Path, out: Path, **choices: Any) -> dict[str, Any]:
    return ingest(
        source=source, out=out, choices=replace(CHOICES, **choices), at=AT, advance=lambda stage, done, whole: None
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small collection of two custodians with a family, a copy, an archive and an empty file."""
    folder = tmp_path / "source"
    (folder / "ann").mkdir(parents=True)
    (folder / "bob").mkdir()
    letter = mail(subject="Pumps", body="Dear Mr. Robert Miller,\nthe pumps arrive on 3 March 2025.\nAnn Bell")
    (folder / "ann" / "a.eml").write_bytes(letter)
    (folder / "bob" / "copy.eml").write_bytes(letter)
    (folder / "bob" / "b.zip").write_bytes(
        zipped([("x.txt", b"Inside the archive."), ("y.docx", docx(paragraph("Deep")))])
    )
    (folder / "bob" / "empty.txt").write_bytes(b"")
    (folder / "readme.txt").write_text("A file beside the folders.")
    return folder


def test_lines_account_and_exceptions(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    account = _run(source, out)
    lines = _lines(out)
    assert set(lines) == {
        "readme.txt",
        "ann/a.eml",
        "bob/b.zip",
        "bob/b.zip/x.txt",
        "bob/b.zip/y.docx",
        "bob/copy.eml",
        "bob/empty.txt",
    }
    assert (account["input_files"], account["items"], account["containers"], account["exceptions"]) == (5, 5, 1, 1)
    assert account["input_bytes"] == sum(path.stat().st_size for path in source.rglob("*") if path.is_file())
    assert account["duplicates"] == 1
    copy = lines["bob/copy.eml"]
    assert copy["duplicate_of"] == lines["ann/a.eml"]["id"]
    assert lines["ann/a.eml"]["custodians"] == ["ann", "bob"]
    assert lines["ann/a.eml"]["thread_id"] is not None
    assert lines["ann/a.eml"]["inclusive"] is True
    assert lines["ann/a.eml"]["language"] == "en"
    named = [each["value"] for each in lines["ann/a.eml"]["dates"] if each["role"] == "named"]
    assert named == ["2025-03-03"]
    assert any("Miller" in each["value"] for each in lines["ann/a.eml"]["people"] if each["role"] == "named")
    assert (out / lines["bob/b.zip/x.txt"]["text_file"]).read_text() == "Inside the archive."
    with (out / "exceptions.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [(row["path"], row["exception"]) for row in csv.DictReader(stream)] == [("bob/empty.txt", "empty")]
    assert json.loads((out / "accounting.json").read_text()) == account


def test_a_copy_comes_back_when_a_person_says_so(source: Path, tmp_path: Path) -> None:
    out, listed = tmp_path / "out", tmp_path / "restore.txt"
    assert _run(source, out)["duplicates"] == 1
    copy = _lines(out)["bob/copy.eml"]
    before = (out / "items.jsonl").read_bytes()
    listed.write_text("D00000000000000000000\n")
    with pytest.raises(Refused) as refusal:
        _run(source, out, resume=True, restored=listed)
    assert refusal.value.code == "restored_unknown"
    assert (out / "items.jsonl").read_bytes() == before
    listed.write_text(f"{copy['id']}\n")
    assert _run(source, out, resume=True, restored=listed)["duplicates"] == 0
    assert _lines(out)["bob/copy.eml"]["duplicate_of"] is None
    assert _run(source, out, resume=True)["duplicates"] == 1


def _raw(name: str, date: str, subject: str, body: str, more: str = "") -> bytes:
    head = f"From: ann@a.example\nTo: bo@b.example\nDate: {date}\nSubject: {subject}\nMessage-ID: <{name}@a>\n{more}\n"
    return (head + body).encode()


def test_a_line_names_the_mail_it_answers_and_the_one_it_is_a_version_of(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    body = "The pumps of the third lot arrive on Monday and will be tested at once.\n"
    (folder / "a.eml").write_bytes(_raw("a", "Mon, 3 Mar 2025 10:00:00 +0000", "Pumps", body))
    (folder / "b.eml").write_bytes(
        _raw("b", "Mon, 3 Mar 2025 11:00:00 +0000", "Re: Pumps", "Good.\n", "In-Reply-To: <a@a>\n")
    )
    (folder / "c.eml").write_bytes(_raw("a", "", "Pumps", body))
    _run(folder, tmp_path / "out")
    lines = _lines(tmp_path / "out")
    assert (lines["b.eml"]["answers"], lines["a.eml"]["answers"]) == (lines["a.eml"]["id"], None)
    assert (lines["c.eml"]["version_of"], lines["c.eml"]["version_reason"]) == (lines["a.eml"]["id"], "draft")
    assert all(isinstance(line["repeated"], list) for line in lines.values())


def test_mails_with_different_unreadable_dates_are_not_copies(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, sent in (("a", "Sun, 30 Nov 0002 00:00:00 -0800"), ("b", "yesterday"), ("c", "yesterday")):
        (folder / f"{name}.eml").write_bytes(_raw(name, sent, "Pumps", "The pumps arrive on Monday.\n"))
    _run(folder, tmp_path / "out")
    lines = _lines(tmp_path / "out")
    assert [lines[f"{name}.eml"]["duplicate_of"] for name in "abc"] == [None, None, lines["b.eml"]["id"]]


def test_the_same_folder_gives_the_same_bytes_with_any_number_of_workers(source: Path, tmp_path: Path) -> None:
    written = []
    for number, workers in enumerate((1, 3)):
        out = tmp_path / f"out{number}"
        _run(source, out, workers=workers)
        written.append([(out / name).read_bytes() for name in ("items.jsonl", "accounting.json", "exceptions.csv")])
    assert written[0] == written[1]


def test_custody_is_a_chain_that_shows_every_change(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    _run(source, out)
    path = out / "custody.jsonl"
    assert verify_custody(path=path) is None
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["act"] for line in lines] == ["run_began", *["file_read"] * 5, "accounted"]
    for bent in (
        [*lines[:2], *lines[3:]],
        [lines[0], lines[2], lines[1], *lines[3:]],
        [*lines[:3], lines[3].replace('"status": "', '"status": "x'), *lines[4:]],
    ):
        path.write_text("\n".join(bent) + "\n", encoding="utf-8")
        assert verify_custody(path=path) is not None


def test_known_files_are_recorded_and_not_read(source: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    _run(source, first)
    known = _lines(first)["readme.txt"]["sha256"]
    listed = tmp_path / "list.txt"
    listed.write_text(f'"{known.upper()}","readme.txt"\n{"0" * 40}\n')
    out = tmp_path / "out"
    account = _run(source, out, hash_list=listed)
    line = _lines(out)["readme.txt"]
    assert (line["status"], line["exception"], line["set_aside"], line["text_file"]) == (
        "exception",
        "known_file",
        "known_file",
        None,
    )
    assert account["set_aside"] == {"known_file": 1}
    assert line["sha256"] == known
    listed.write_text("nothing here\n")
    with pytest.raises(ListRefused):
        _run(source, tmp_path / "third", hash_list=listed)
    assert not (tmp_path / "third").exists()


def test_days_set_whole_families_aside_in_the_time_zone_given(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, sent in (("in.eml", "Sun, 02 Mar 2025 22:00:00 +0000"), ("out.eml", "Sun, 02 Mar 2025 10:00:00 +0000")):
        (source / name).write_bytes(f"From: a@b\nTo: c@d\nSubject: s\nDate: {sent}\n\nwords of a body".encode())
    out = tmp_path / "out"
    _run(source, out, time_zone="Asia/Shanghai", first=date(2025, 3, 3), last=date(2025, 3, 3))
    lines = _lines(out)
    assert lines["in.eml"]["dates"][0] == {"role": "sent", "value": "2025-03-03T06:00:00+08:00"}
    assert (lines["in.eml"]["set_aside"], lines["out.eml"]["set_aside"]) == (None, "date")
    assert lines["out.eml"]["text_file"] is not None
    with pytest.raises(ZoneRefused):
        _run(source, tmp_path / "other", time_zone="Moon/Base")
    with pytest.raises(IngestRefused) as refused:
        _run(source, tmp_path / "other", first=date(2025, 3, 4), last=date(2025, 3, 3))
    assert refused.value.code == "dates_reversed"


def test_resume_reads_what_changed_and_what_a_new_password_may_open(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("first words")
    (source / "locked.zip").write_bytes(_locked_zip(b"secret words", "open me"))
    out = tmp_path / "out"
    account = _run(source, out)
    assert account["codes"] == {"encrypted": 2}
    passwords = tmp_path / "passwords.txt"
    passwords.write_text("wrong\nopen me\n")
    (source / "b.txt").write_text("a new file")
    account = _run(source, out, resume=True, passwords=passwords)
    assert account["codes"] == {}
    lines = _lines(out)
    assert (out / lines["locked.zip/s.txt"]["text_file"]).read_text() == "secret words"
    assert set(lines) == {"a.txt", "b.txt", "locked.zip", "locked.zip/s.txt"}
    events = [json.loads(line) for line in (out / "custody.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [event["path"] for event in events if event["act"] == "file_read" and event["run"] == 2] == [
        "b.txt",
        "locked.zip",
    ]
    assert verify_custody(path=out / "custody.jsonl") is None


def _locked_zip(data: bytes, password: str) -> bytes:
    """Return a zip archive with one stored entry encrypted in the traditional way."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
        table.append(value)
    keys = [0x12345678, 0x23456789, 0x34567890]

    def turn(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 255]
        keys[1] = ((keys[1] + (keys[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 255]

    for byte in password.encode():
        turn(byte)
    crc = zlib.crc32(data)
    out = bytearray()
    for byte in bytes(11) + bytes([crc >> 24]) + data:
        mask = keys[2] | 2
        out.append(byte ^ (((mask * (mask ^ 1)) >> 8) & 255))
        turn(byte)
    plain = bytearray(zipped([("s.txt", data)], 0))
    body = bytes(plain)
    head = body[:30]
    name = body[30:35]
    rest = body[30 + 5 + len(data) :]
    sizes = (len(data) + 12).to_bytes(4, "little")
    local = head[:6] + b"\x01\x00" + head[8:18] + sizes + head[22:30] + name + bytes(out)
    central = rest[:8] + b"\x01\x00" + rest[10:20] + sizes + rest[24:]
    end = central.rindex(b"PK\x05\x06")
    return local + central[: end + 16] + len(local).to_bytes(4, "little") + central[end + 20 :]


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda source, out: (out.mkdir(), (out / "x").write_text("x")), "out_not_empty"),
        (lambda source, out: out.write_text("a file"), "out_unusable"),
    ],
)
def test_a_refusal_leaves_the_folder_as_it_was(source: Path, tmp_path: Path, prepare: Any, code: str) -> None:
    out = tmp_path / "out"
    prepare(source, out)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(IngestRefused) as refused:
        _run(source, out)
    assert refused.value.code == code
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_other_decisions_are_refused_on_resume(source: Path, tmp_path: Path) -> None:
    _run(source, tmp_path / "out")
    with pytest.raises(IngestRefused) as refused:
        _run(source, tmp_path / "out", resume=True, embedded_images=True)
    assert refused.value.code == "settings_changed"


_SLOW = """
import sys
from pathlib import Path
from chancery.engines.ingest.ingesting import Choices, ingest
ingest(source=Path(sys.argv[1]), out=Path(sys.argv[2]), at="2026-01-01T00:00:00Z",
       choices=Choices(ocr=False, workers=1, resume=len(sys.argv) > 3), advance=lambda *a: None)
"""


def test_a_killed_ingest_goes_on_and_ends_like_one_that_was_never_killed(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(400):
        (source / f"{number:04d}.eml").write_bytes(mail(subject=f"Pump {number}", body=f"Pump {number} arrives. " * 40))
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    _run(source, whole, workers=1)
    command = [sys.executable, "-c", _SLOW, str(source), str(killed)]
    for attempt in range(6):
        process = subprocess.Popen([*command, *(["--resume"] if attempt else [])], start_new_session=True)
        journal = killed / ".work" / "journal.jsonl"
        wanted = 40 * (attempt + 1)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if journal.exists() and journal.read_bytes().count(b"\n") >= wanted:
                break
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    _run(source, killed, workers=1, resume=True)
    assert (killed / "items.jsonl").read_bytes() == (whole / "items.jsonl").read_bytes()
    assert (killed / "accounting.json").read_bytes() == (whole / "accounting.json").read_bytes()
    paths = [json.loads(line)["path"] for line in (killed / ".work" / "journal.jsonl").read_text().splitlines()]
    assert len(paths) == len(set(paths)) == 400
