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
import re
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf

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
_CONTENT = {
    ".odt": "(content|styles).xml",
    ".docx": "word/(document|header.*|footer.*|footnotes|endnotes|comments).xml",
    ".pptx": "ppt/(slides|notesSlides)/.*.xml",
}
_PEER = """
import asyncio, csv, json, re, resource, sys
from pathlib import Path
import kreuzberg
config = kreuzberg.ExtractionConfig(disable_ocr=True, use_cache=False)
root, given = Path(sys.argv[1]), []
for row in csv.DictReader((root / "manifest.csv").open()):
    try:
        text = kreuzberg.extract_file_sync(root / row["path"], config=config).content
    except BaseException as fault:
        text = None
    given.append((row["path"], None if text is None else bool(re.sub(r"\\[Image: [^]]*\\]", "", text).strip())))
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "given": given}))
"""
_OWN = """
import gc, json, resource, sys, tempfile, time
from dataclasses import replace
from pathlib import Path
from chancery.engines.ingest.expand import expand_into
from chancery.engines.ingest.inventory import walk
from chancery.engines.ingest.records import Limits
gc.set_threshold(50_000, 20, 50)  # as the processes of the command do
words = tuple(Path(sys.argv[2]).read_text().splitlines())
locked, keys = set(sys.argv[3].split("|")), 0.0
with tempfile.TemporaryDirectory() as folder:
    for file in walk(folder=Path(sys.argv[1])):
        given = replace(file, passwords=words)
        began = time.process_time()
        expand_into(file=given, scratch=Path(folder), limits=Limits(), emit=lambda index, item, content: None)
        keys += (time.process_time() - began) * (file.path in locked)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": used.ru_utime + used.ru_stime, "locked": keys}))
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
    used = _command(folder, place / "mail-out", "--workers", "1")
    lines = _lines(place / "mail-out")
    mails = sum(line["metadata"]["kind"] == "mail" for line in lines)
    (place / "one").mkdir()
    (place / "one" / "one.txt").write_text("Gordon Weil\nDave Marquart\nRichard Tabors\n")
    start = _command(place / "one", place / "one-out", "--workers", "1")
    whole = "whole command on both archives: people, dates, threads, near-duplicates too"
    rows.append((whole, f"{mails / used:,.0f} messages/s/core", ""))
    rows.append(("  to start it, and to read a single name list", f"{start:.1f} s of {used:.1f} s", ""))
    rows.append(("  without the start", f"{mails / (used - start):,.0f} messages/s/core", ""))
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
    ours, theirs, opening, answer = [], [], [], None
    locked = "|".join(row["path"] for row in manifest if row["condition"] == "encrypted")
    for _ in range(TURNS):
        mine = _fresh(_OWN, folder, passwords, locked)
        ours.append(float(mine["seconds"]))
        opening.append(float(mine["locked"]))
        answer = _fresh(_PEER, folder) if importlib.util.find_spec("kreuzberg") else None
        if answer is not None:
            theirs.append(float(answer["seconds"]))
    own = median(ours)
    rows = [("mixed files, OCR off, passwords tried", f"{len(manifest) / own:,.0f} files/s/core", ">= 150")]
    if theirs:
        rows.append(("  kreuzberg 4.10 alone", f"{len(manifest) / median(theirs):,.0f} files/s/core", ""))
        rows.append(("  time over kreuzberg's", f"{own / median(theirs):.2f} x", "<= 1.3 x"))
        rows.append(("    of it the keys of locked files, which kreuzberg refuses", f"{median(opening):.1f} s", ""))
        rows.append(("    without those files", f"{(own - median(opening)) / median(theirs):.2f} x", ""))
    else:
        rows.append(("  kreuzberg 4.10 alone", "skipped: not installed", ""))
    rows.append(("  whole command, relations too", f"{len(manifest) / whole:,.0f} files/s/core", ""))
    lines = _lines(place / "files-0")
    return rows + _coverage(folder, manifest, lines, answer) + _conditions(manifest, lines)


def _fresh(code: str, *arguments: Path | str) -> dict[str, Any]:
    """Run code in a process of its own and return what its last line says."""
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _coverage(
    folder: Path, manifest: list[dict[str, str]], lines: list[dict[str, Any]], peer: dict[str, Any] | None
) -> list[Row]:
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
    missing = sorted(path for path in readable if top[path]["id"] not in with_text)
    proofs = {path: _proof(folder / path, top[path], lines, peer) for path in missing}
    rest = [path for path in missing if not proofs[path]]
    share = good / (good + len(rest))
    rows.append(("  files whose text can be had at all", f"{good} of {good + len(rest)} = {share:.1%}", ">= 97 %"))
    rows += [(f"    no text in {path}", proofs[path], "") for path in missing if proofs[path]]
    rows.append(("    without text and without such proof", ", ".join(rest) or "none", ""))
    silent = [
        line["path"] for line in lines if line["status"] == "item" and not line["text_file"] and not line["exception"]
    ]
    rows.append(("  silently empty", str(len(silent)), "0"))
    return rows


def _proof(path: Path, line: dict[str, Any], lines: list[dict[str, Any]], peer: dict[str, Any] | None) -> str:
    """Return what shows, without our own readers, that a file holds no text that could be had; empty for nothing."""
    held = [each for each in lines if each["parent_id"] == line["id"]]
    if line["exception"] == "encrypted":
        return "encrypted, and the manifest has no password"
    if line["exception"] == "truncated":
        return "its other parts are missing"
    if held and all(each["size"] == 0 or each["sha256"] == line["sha256"] for each in held):
        return "an archive of nothing but empty entries and itself"
    if path.suffix == ".pdf" and not _draws_text(path):
        return "no operator on any page shows text (pikepdf)"
    if path.suffix in _CONTENT and not _characters(path):
        return "no characters in its content parts (zipfile, ElementTree)"
    if peer is not None and dict(peer["given"]).get(line["path"]) is False:
        return "kreuzberg finds none either, pictures apart"
    return ""


def _draws_text(path: Path) -> bool:
    with pikepdf.open(path) as document:
        streams = list(document.pages)
        forms = [
            each for each in document.objects if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == "/Form"
        ]
        for each in (*streams, *forms):
            for _, operator in pikepdf.parse_content_stream(each):
                if str(operator) in ("Tj", "TJ", "'", '"'):
                    return True
    return False


def _characters(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        parts = [name for name in package.namelist() if re.fullmatch(_CONTENT[path.suffix], name)]
        return "".join("".join(ElementTree.fromstring(package.read(name)).itertext()) for name in parts).strip()  # noqa: S314


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
    """Ingest two generated mailboxes and show the peak of all processes together, and how it grows."""
    rows: list[Row] = []
    peaks = []
    for size in (count // 3, count):
        source = place / f"large-{size}"
        source.mkdir()
        _mailbox(source / "all.mbox", size)
        command = [sys.executable, "-m", "chancery.project.cli", "ingest", str(source), "--out", f"{source}-out"]
        done = run([*command, "--no-ocr", "--json", "--no-entities"], environment={})
        account = json.loads(done.output.splitlines()[-1])
        peaks.append(done.peak)
        rows += [
            (f"one mailbox of {size:,} messages", f"{(source / 'all.mbox').stat().st_size / 1e6:,.0f} MB", ""),
            ("  items, seconds of wall", f"{account['items']:,}, {done.seconds:.0f}", f"{size:,}"),
            ("  peak memory, all processes", f"{done.peak / 1e6:,.0f} MB", "< 1,000 MB"),
        ]
    growth = (peaks[1] - peaks[0]) / (count - count // 3)
    rows.append(("  growth from the smaller to the larger", f"{growth:,.0f} bytes a mail", ""))
    return rows


def _mailbox(path: Path, count: int) -> None:
    dice = random.Random(SEED)
    words = [f"word{number}" for number in range(2000)] + ["the", "of", "and", "to", "in", "is", "for", "please"] * 100
    with path.open("wb") as box:
        for number in range(count):
            body = " ".join(dice.choices(words, k=60))
            head = f"From a@b Mon Jan  1 00:00:00 2001\nFrom: a{number % 97}@b.com\nTo: c@d.com\n"
            head += f"Message-ID: <{number}@b>\n"
            box.write(f"{head}Subject: Pump {number}\nDate: Mon, 1 Jan 2001 00:00:00 +0000\n\n{body}\n\n".encode())


if __name__ == "__main__":
    main()
