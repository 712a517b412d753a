"""Check a finished volume against itself; shares nothing with the code that writes volumes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chancery.engines.pages.render import page_texts
from chancery.engines.pages.values import ImagingRefused
from chancery.engines.production.loadfiles import Defect, PageLine, read_dat, read_opt

_NUMBER = re.compile(r"^(.*?)(\d+)$")
_MANIFEST = "manifest.sha256"
Row = Mapping[str, str]


def check_volume(*, folder: Path) -> list[Defect]:
    """Return every defect of a volume; an empty list means that it can leave.

    Looked at: numbers (form, order, gaps, overlaps, doubles), families (contiguous, their range), page counts of
    DAT, OPT and the PDF files, the number printed on every page, existence of every file named, files that
    no list names, hashes against the manifest, and that withheld documents have neither text nor native.
    """
    data = sorted((folder / "DATA").glob("*.dat")), sorted((folder / "DATA").glob("*.opt"))
    if len(data[0]) != 1 or len(data[1]) != 1:
        return [Defect("load_file_missing", "DATA", "There is not exactly one DAT and one OPT file.")]
    loaded = read_dat(path=data[0][0])
    lines, defects = read_opt(path=data[1][0])
    found = [*loaded.defects, *defects]
    found += _numbers(loaded.rows)
    found += _families(loaded.rows)
    found += _pages(folder, loaded.rows, lines)
    found += _files(folder, loaded.rows)
    found += _withheld(loaded.rows)
    found += _manifest(folder)
    return found


def _split(number: str) -> tuple[str, int] | None:
    match = _NUMBER.match(number)
    return (match[1], int(match[2])) if match else None


def _numbers(rows: Sequence[Row]) -> Iterator[Defect]:
    for number, count in Counter(row.get("BEGBATES", "") for row in rows).items():
        if count > 1:
            yield Defect("bates_twice", number, f"The number begins {count} documents.")
    last: tuple[str, int] | None = None
    for row in rows:
        begin, end = _split(row.get("BEGBATES", "")), _split(row.get("ENDBATES", ""))
        where = row.get("BEGBATES", "")
        if begin is None or end is None or begin[0] != end[0]:
            yield Defect("bates_form", where, "BEGBATES and ENDBATES are not numbers of one prefix.")
            continue
        if end[1] < begin[1]:
            yield Defect("bates_reversed", where, "ENDBATES lies before BEGBATES.")
        if row.get("PAGECOUNT", "") != str(end[1] - begin[1] + 1):
            yield Defect("page_count", where, "PAGECOUNT does not match the range of numbers.")
        if last and begin[1] > last[1] + 1:
            yield Defect("bates_gap", where, f"{begin[1] - last[1] - 1} numbers are missing before it.")
        if last and begin[1] <= last[1]:
            yield Defect("bates_overlap", where, "The number was used before.")
        if last and begin[0] != last[0]:
            yield Defect("bates_prefix", where, "The prefix changes inside the volume.")
        last = end


def _families(rows: Sequence[Row]) -> Iterator[Defect]:
    seen: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        seen.setdefault(row.get("BEGATTACH", ""), []).append(place)
    for begin, places in seen.items():
        members = [rows[place] for place in places]
        if places != list(range(places[0], places[0] + len(places))):
            yield Defect("family_split", begin, "The family is not contiguous.")
        if members[0].get("BEGBATES") != begin:
            yield Defect("family_range", begin, "BEGATTACH is not the first number of the family.")
        if any(row.get("ENDATTACH") != members[-1].get("ENDBATES") for row in members):
            yield Defect("family_range", begin, "ENDATTACH is not the last number of the family.")
        known = {row.get("BEGBATES") for row in members}
        for row in members:
            if row.get("PARENTID") and row["PARENTID"] not in known:
                yield Defect("parent_missing", row.get("BEGBATES", ""), "PARENTID is not in the family.")
        if members[0].get("ATTACHCOUNT", "") != str(len(members) - 1):
            yield Defect("attach_count", begin, "ATTACHCOUNT does not match the family.")


def _pages(folder: Path, rows: Sequence[Row], lines: Sequence[PageLine]) -> Iterator[Defect]:
    by_key = {line.key: line for line in lines}
    keys = [row.get("BEGBATES", "") for row in rows]
    for key in sorted(set(by_key) - set(keys)):
        yield Defect("opt_stray", key, "The OPT file names a document that the DAT file does not.")
    for row, key in zip(rows, keys, strict=True):
        line = by_key.get(key)
        if line is None:
            yield Defect("opt_missing", key, "The OPT file has no line for the document.")
            continue
        if str(line.pages) != row.get("PAGECOUNT"):
            yield Defect("page_count", key, "DAT and OPT name different page counts.")
        path = _local(folder, line.path)
        if not path.is_file():
            yield Defect("file_missing", key, f"{line.path} is not there.")
            continue
        yield from _printed(path, key, line.pages)


def _printed(path: Path, key: str, pages: int) -> Iterator[Defect]:
    try:
        texts = page_texts(pdf=path)
    except ImagingRefused:
        yield Defect("pdf_unreadable", key, "The PDF cannot be read.")
        return
    if len(texts) != pages:
        yield Defect("page_count", key, f"The PDF has {len(texts)} pages, the OPT file says {pages}.")
    start = _split(key)
    if start is None:
        return
    width = len(key) - len(start[0])
    for number, text in enumerate(texts):
        wanted = f"{start[0]}{start[1] + number:0{width}d}"
        if "".join(wanted.split()) not in "".join(text.split()):
            yield Defect("endorsement_missing", key, f"Page {number + 1} does not show {wanted}.")


def _local(folder: Path, path: str) -> Path:
    return folder / path.replace("\\", "/")


def _files(folder: Path, rows: Sequence[Row]) -> Iterator[Defect]:
    for row in rows:
        for field in ("NATIVEPATH", "TEXTPATH"):
            path = row.get(field, "")
            if path and not _local(folder, path).is_file():
                yield Defect("file_missing", row.get("BEGBATES", ""), f"{path} is not there.")
        native = row.get("NATIVEPATH", "")
        there = bool(native) and _local(folder, native).is_file()
        if there and row.get("SHA256") and _sha256(_local(folder, native)) != row["SHA256"]:
            yield Defect("native_hash", row.get("BEGBATES", ""), "The native does not have the hash stated.")
    named = {row.get(field, "").replace("\\", "/") for row in rows for field in ("NATIVEPATH", "TEXTPATH")}
    for top in ("NATIVES", "TEXT"):
        for file in sorted((folder / top).rglob("*")):
            name = file.relative_to(folder).as_posix()
            if file.is_file() and name not in named:
                yield Defect("file_stray", name, "No document names this file.")


def _withheld(rows: Sequence[Row]) -> Iterator[Defect]:
    for row in rows:
        if row.get("WITHHELD") != "Y":
            continue
        told = [name for name in ("NATIVEPATH", "TEXTPATH", "SUBJECT", "FILENAME", "TITLE") if row.get(name)]
        if told:
            detail = f"A withheld document has {', '.join(told)}."
            yield Defect("withheld_disclosed", row.get("BEGBATES", ""), detail)


def _manifest(folder: Path) -> Iterator[Defect]:
    if not (folder / _MANIFEST).is_file():
        yield Defect("manifest_missing", _MANIFEST, "The manifest is not there.")
        return
    listed: dict[str, str] = {}
    for line in (folder / _MANIFEST).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {_MANIFEST}
    for name in sorted(there - set(listed)):
        yield Defect("not_in_manifest", name, "The manifest does not list this file.")
    for name, digest in sorted(listed.items()):
        if name not in there:
            yield Defect("file_missing", name, "The manifest lists a file that is not there.")
        elif _sha256(folder / name) != digest:
            yield Defect("hash_mismatch", name, "The file does not have the hash in the manifest.")


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
