"""Ingest against its peers: python bench/ingest.py [messages for the memory row].

Mail: the parse of the standard library alone (modern and old policy) in the same process, turn and turn about.
Mixed files: kreuzberg alone, each side in fresh processes, OCR off on both. Conditions: the manifest of the files.
Hostile set: the files the tests build. Memory: a generated mailbox through the whole command. Times are processor
seconds, medians of odd numbers of turns. Needs CHANCERY_TEST_DATA; without it only hostile set and memory run.
"""

from __future__ import annotations

import csv
import email.policy
import gc
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable
from email.parser import BytesParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from measuring import median, run, show
from tests.engines.ingest.hostile_set import build

from chancery.engines.ingest.expand import expand_into
from chancery.engines.ingest.inventory import walk
from chancery.engines.ingest.records import Limits

SEED = 7
TURNS = 5
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "heic"})
_PEER = """
import asyncio, csv, json, resource, sys
from pathlib import Path
import kreuzberg
config = kreuzberg.ExtractionConfig(disable_ocr=True, use_cache=False)
root, given = Path(sys.argv[1]), []
for row in csv.DictReader((root / "manifest.csv").open()):
    try:
        text = kreuzberg.extract_file_sync(root / row["path"], config=config).content
    except BaseException as fault:
        text = None
    given.append((row["path"], None if text is None else bool(text.strip())))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "given": given}))
"""
_OWN = """
import json, resource, sys, tempfile
from dataclasses import replace
from pathlib import Path
from chancery.engines.ingest.expand import expand_into
from chancery.engines.ingest.inventory import walk
from chancery.engines.ingest.records import Limits
words = tuple(Path(sys.argv[2]).read_text().splitlines())
with tempfile.TemporaryDirectory() as folder:
    for file in walk(folder=Path(sys.argv[1])):
        given = replace(file, passwords=words)
        expand_into(file=given, scratch=Path(folder), limits=Limits(), emit=lambda index, item, content: None)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime}))
"""
Row = tuple[str, str, str]


def main() -> None:
    """Print the table."""
    print(f"seed {SEED}")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    data = os.environ.get("CHANCERY_TEST_DATA")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if data is None:
            rows.append(("mail, mixed files, conditions", "skipped: CHANCERY_TEST_DATA is not set", ""))
        else:
            rows += mail_rows(Path(data) / "mail", place)
            rows += file_rows(Path(data) / "files", place)
        rows += hostile_rows(place)
        rows += memory_rows(place, count)
    show(title="Ingest", rows=rows)


def mail_rows(folder: Path, place: Path) -> list[Row]:
    """Measure mail with families: the engine beside the bare parse, then the whole command."""
    rows: list[Row] = []
    names = ("edrm_enron_bailey", "enron_ucb_labelled")
    for name in names:
        with tarfile.open(folder / f"{name}.tar.gz") as archive:
            archive.extractall(place / "mail" / name, filter="data")
    rows += _engine_rows("data/mail", place / "mail", place, wanted=True)
    for name in names:
        rows += _engine_rows(name, place / "mail" / name, place, wanted=False)
    used = _command(folder, place / "mail-out")
    lines = _lines(place / "mail-out")
    mails = sum(line["metadata"]["kind"] == "mail" for line in lines)
    rows.append(
        (
            "whole command on both archives: people, dates, threads, near-duplicates too",
            f"{mails / used:,.0f} messages/s/core",
            "",
        )
    )
    return rows


def _engine_rows(name: str, folder: Path, place: Path, *, wanted: bool) -> list[Row]:
    files = [file for file in walk(folder=folder) if file.path.endswith(".eml")]
    raw = [file.location.read_bytes() for file in files]
    scratch = place / "scratch"
    scratch.mkdir(exist_ok=True)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    ours, modern, old = [], [], []
    for _ in range(TURNS):
        ours.append(_seconds(lambda: _expand(files, scratch)))
        modern.append(_seconds(lambda: _parse(raw, email.policy.default)))
        old.append(_seconds(lambda: _parse(raw, email.policy.compat32)))
    count, best = len(files), median(ours)
    ratio = median([theirs / own for theirs, own in zip(modern, ours, strict=True)])
    return [
        (
            f"{name}: text, metadata, hashes, families",
            f"{count / best:,.0f} messages/s/core",
            ">= 3,000" if wanted else "",
        ),
        ("  parse alone, policy.default", f"{count / median(modern):,.0f} messages/s/core", ""),
        ("  parse alone, compat32", f"{count / median(old):,.0f} messages/s/core", ""),
        ("  ratio to policy.default", f"{ratio:.2f} x", ">= 3.5 x" if wanted else ""),
    ]


def _expand(files: Iterable[Any], scratch: Path) -> None:
    limits = Limits()
    for file in files:
        expand_into(file=file, scratch=scratch, limits=limits, emit=lambda index, item, content: None)


def _parse(raw: Iterable[bytes], policy: Any) -> None:
    for data in raw:
        BytesParser(policy=policy).parsebytes(data)


def _seconds(act: Callable[[], None]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def _command(source: Path, out: Path, *options: str) -> float:
    """Run the command and return the processor seconds of all its processes."""
    before = _children()
    command = [sys.executable, "-m", "chancery.project.cli", "ingest", str(source), "--out", str(out), "--no-ocr"]
    subprocess.run([*command, "--json", *options], check=True, stdout=subprocess.DEVNULL)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _lines(out: Path) -> list[dict[str, Any]]:
    with (out / "items.jsonl").open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream]


def file_rows(folder: Path, place: Path) -> list[Row]:
    """Measure the mixed files and judge their conditions."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        manifest = list(csv.DictReader(stream))
    passwords = place / "passwords.txt"
    passwords.write_text("\n".join(dict.fromkeys(row["password"] for row in manifest if row["password"])) + "\n")
    whole = _command(folder, place / "files-0", "--passwords", str(passwords), "--no-entities", "--workers", "1")
    ours, theirs, answer = [], [], None
    for _ in range(3):
        ours.append(float(_fresh(_OWN, folder, passwords)["seconds"]))
        answer = _fresh(_PEER, folder) if importlib.util.find_spec("kreuzberg") else None
        if answer is not None:
            theirs.append(float(answer["seconds"]))
    own = median(ours)
    rows = [("mixed files, OCR off, passwords tried", f"{len(manifest) / own:,.0f} files/s/core", ">= 150")]
    if theirs:
        rows.append(("  kreuzberg 4.10 alone", f"{len(manifest) / median(theirs):,.0f} files/s/core", ""))
        rows.append(("  time over kreuzberg's", f"{own / median(theirs):.2f} x", "<= 1.3 x"))
    else:
        rows.append(("  kreuzberg 4.10 alone", "skipped: not installed", ""))
    rows.append(("  whole command, relations too", f"{len(manifest) / whole:,.0f} files/s/core", ""))
    lines = _lines(place / "files-0")
    return rows + _coverage(manifest, lines, answer) + _conditions(manifest, lines)


def _fresh(code: str, *arguments: Path) -> dict[str, Any]:
    """Run code in a process of its own and return what its last line says."""
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _coverage(manifest: list[dict[str, str]], lines: list[dict[str, Any]], peer: dict[str, Any] | None) -> list[Row]:
    """Count the readable files that give text, by themselves or through what is in them.

    Readable: no picture, no scan (a PDF of which no page has a text layer), not known as corrupt or empty, not
    encrypted without a password in the manifest, no later part of a split archive.
    """
    top = {line["path"]: line for line in lines if line["parent_id"] is None}
    with_text = _with_text(lines)
    scans = {path for path, line in top.items() if line["metadata"].get("needs_ocr")}
    readable = [
        row["path"]
        for row in manifest
        if row["ext"] not in PICTURES
        and row["condition"] not in ("corrupt", "empty")
        and not (row["condition"] == "encrypted" and not row["password"])
        and not (row["path"] in scans and top[row["path"]]["text_file"] is None)
        and not top[row["path"]]["metadata"].get("part_of")
    ]
    good = sum(top[path]["id"] in with_text for path in readable)
    rows = [("  readable files that give text", f"{good} of {len(readable)} = {good / len(readable):.1%}", ">= 97 %")]
    if peer is not None:
        given = dict(peer["given"])
        theirs = sum(bool(given[path]) for path in readable)
        refused = sum(value is None for value in given.values())
        rows.append(("  the same by kreuzberg", f"{theirs} = {theirs / len(readable):.1%}; {refused} refused", ""))
    missing = [path for path in readable if top[path]["id"] not in with_text]
    rows.append(("  without text, all coded", ", ".join(sorted(missing)) or "none", ""))
    silent = [
        line["path"] for line in lines if line["status"] == "item" and not line["text_file"] and not line["exception"]
    ]
    rows.append(("  silently empty", str(len(silent)), "0"))
    return rows


def _with_text(lines: list[dict[str, Any]]) -> set[str]:
    """Return the ids of lines that have text or hold one that has."""
    found: set[str] = set()
    parents = {line["id"]: line["parent_id"] for line in lines}
    for line in lines:
        here = line["id"] if line["text_file"] else None
        while here is not None and here not in found:
            found.add(here)
            here = parents[here]
    return found


def _conditions(manifest: list[dict[str, str]], lines: list[dict[str, Any]]) -> list[Row]:
    """Judge every file with a known condition: coded as it is, or opened by its password."""
    top = {line["path"]: line for line in lines if line["parent_id"] is None}
    with_text = _with_text(lines)
    wrong, opened, locked, judged = [], 0, 0, 0
    for row in manifest:
        line, condition = top[row["path"]], row["condition"]
        if condition in ("", "normal"):
            continue
        judged += 1
        code = line["exception"]
        if condition == "encrypted" and row["password"]:
            locked += 1
            right = code != "encrypted" and line["id"] in with_text
            opened += right
        elif condition == "encrypted-owner-only":
            right = code is None and line["id"] in with_text
        elif condition == "corrupt":
            right = code == "corrupt" or (code == "type_mismatch" and line["text_file"] is not None)
        else:
            right = code == condition
        if not right:
            wrong.append(f"{row['path']} ({code})")
    return [
        ("known conditions coded right", f"{judged - len(wrong)} of {judged}; wrong: {wrong or 'none'}", "100 %"),
        ("files opened by a password of the list", f"{opened} of {locked}", "all"),
    ]


def hostile_rows(place: Path) -> list[Row]:
    """Run the hostile set through the command."""
    count = build(folder=place / "hostile", seed=SEED)
    used = _command(place / "hostile", place / "hostile-out", "--no-entities")
    lines = _lines(place / "hostile-out")
    tops = [line for line in lines if line["parent_id"] is None]
    open_ends = sum(not line["exception"] and not line["text_file"] and line["status"] != "container" for line in lines)
    died = sum(line["exception"] in ("crashed", "time_limit", "memory_limit") for line in tops)
    return [
        ("hostile files", f"{count}, {used:.1f} s", ">= 600"),
        ("  answered, left open", f"{len(tops)}, {open_ends}", f"{count}, 0"),
        ("  ended by a limit or a fault in a child", str(died), "parent lives"),
    ]


def memory_rows(place: Path, count: int) -> list[Row]:
    """Ingest one generated mailbox and show the peak of all processes together."""
    dice = random.Random(SEED)
    words = [f"word{number}" for number in range(2000)] + ["the", "of", "and", "to", "in", "is", "for", "please"] * 100
    source = place / "large"
    source.mkdir()
    with (source / "all.mbox").open("wb") as box:
        for number in range(count):
            body = " ".join(dice.choices(words, k=200))
            head = f"From a@b Mon Jan  1 00:00:00 2001\nFrom: a{number % 97}@b.com\nTo: c@d.com\n"
            head += f"Message-ID: <{number}@b>\n"
            box.write(f"{head}Subject: Pump {number}\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n\n{body}\n\n".encode())
    size = (source / "all.mbox").stat().st_size
    command = [sys.executable, "-m", "chancery.project.cli", "ingest", str(source), "--out", str(place / "large-out")]
    done = run([*command, "--no-ocr", "--json", "--no-entities"], environment={})
    account = json.loads(done.output.splitlines()[-1])
    return [
        (f"one mailbox of {count:,} messages, {size / 1e6:,.0f} MB", f"{done.seconds:.0f} s wall", ""),
        ("  items", f"{account['items']:,}", f"{count:,}"),
        ("  peak memory, all processes", f"{done.peak / 1e6:,.0f} MB", "< 1,000 MB"),
    ]


if __name__ == "__main__":
    main()
