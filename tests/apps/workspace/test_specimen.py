"""The sample matters: same bytes, every promised kind, and what must be wrong is wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import mailbox
import zipfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from docx import Document
from openpyxl import load_workbook
from pptx import Presentation

from chancery.apps.workspace.specimen.manifest import Manifest, Specimen, write_codes
from chancery.apps.workspace.specimen.matters import write_second_matter, write_supply_dispute
from chancery.apps.workspace.specimen.shelf import moment, open_shelf
from chancery.engines.ingest.expand import expand_file
from chancery.engines.ingest.records import Limits, SourceFile

RUTH = "Custodian - Ruth Alvarez/Outlook/Ruth Alvarez 2024-2025.mbox"


@pytest.fixture(scope="module")
def supply(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("supply")
    return folder, write_supply_dispute(folder=folder)


def _digests(folder: Path) -> dict[str, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _only(manifest: Manifest, **wanted: object) -> list[Specimen]:
    return [one for one in manifest.files if all(getattr(one, k) == v for k, v in wanted.items())]


def test_the_same_seed_gives_the_same_bytes(supply: tuple[Path, Manifest], tmp_path: Path) -> None:
    again = write_supply_dispute(folder=tmp_path / "again")
    assert _digests(supply[0]) == _digests(tmp_path / "again")
    assert again == supply[1]


def test_another_seed_gives_another_matter(supply: tuple[Path, Manifest], tmp_path: Path) -> None:
    write_supply_dispute(folder=tmp_path / "other", seed=8)
    assert _digests(supply[0]) != _digests(tmp_path / "other")


def test_second_matter_is_about_sixty_items_and_repeatable(tmp_path: Path) -> None:
    first = write_second_matter(folder=tmp_path / "one")
    second = write_second_matter(folder=tmp_path / "two")
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")
    assert first == second
    assert 55 <= first.counts["expanded"] <= 70
    assert first.passwords["Tomas Berglund/Nuokang/2024年返利对账单.pdf"] == "Nuokang2024#6"


def test_about_three_hundred_items_and_every_kind(supply: tuple[Path, Manifest]) -> None:
    folder, manifest = supply
    counts = manifest.counts
    assert 290 <= counts["expanded"] <= 330
    assert counts["input_files"] == len(_digests(folder))
    assert counts["items"] + counts["containers"] + len(_only(manifest, expected_status="exception")) == len(
        manifest.files
    )
    least = {"mail": 150, "mbox": 3, "zip": 2, "word": 20, "sheet": 10, "slides": 1, "pdf": 30, "scan": 4}
    least |= {"web": 3, "text": 6, "picture": 8, "calendar": 1, "empty": 1, "mismatch": 2}
    assert {kind: counts.get(kind, 0) for kind, n in least.items() if counts.get(kind, 0) < n} == {}


def test_the_manifest_lists_every_file_with_its_hash(supply: tuple[Path, Manifest]) -> None:
    folder, manifest = supply
    assert {one.path: one.sha256 for one in manifest.files if one.parent is None} == _digests(folder)


def test_the_ingest_engine_finds_what_the_manifest_says(supply: tuple[Path, Manifest], tmp_path: Path) -> None:
    folder, manifest = supply
    found: dict[str, tuple[str, str | None, str]] = {}
    for name in sorted(_digests(folder)):
        for item in expand_file(file=SourceFile(name, folder / name), scratch=tmp_path, limits=Limits()):
            found[item.path] = (item.status, item.exception, item.sha256)
    wanted = {one.path: (one.expected_status, one.expected_exception, one.sha256) for one in manifest.files}
    assert found == wanted


def test_chinese_plain_text_is_gb18030_and_not_utf8(supply: tuple[Path, Manifest]) -> None:
    logs = list(supply[0].rglob("炉前日志_2024年5-6月.txt"))
    assert len(logs) == 1
    raw = logs[0].read_bytes()
    assert "值班长令浇" in raw.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_locked_file_opens_only_with_its_password(supply: tuple[Path, Manifest]) -> None:
    folder, manifest = supply
    ((path, password),) = manifest.passwords.items()
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(folder / path)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(folder / path, password="strut-7714-h")
    with pikepdf.open(folder / path, password=password) as document:
        assert len(document.pages) == 1
    assert any(password in note.body for note in open_shelf(matter="supply").notes.values())


def test_scanned_contract_has_pictures_and_no_text(supply: tuple[Path, Manifest]) -> None:
    (path,) = supply[0].glob("Shared drive*/01 Contract/*signed.pdf")
    document = pypdfium2.PdfDocument(path)
    assert len(document) >= 4
    assert [page.get_textpage().get_text_range().strip() for page in document] == [""] * len(document)
    light = document[0].render(scale=1, grayscale=True).to_numpy().mean()
    assert 180 < light < 250  # paper, not a black page


def test_typeset_letter_carries_chinese_text(supply: tuple[Path, Manifest]) -> None:
    (path,) = supply[0].glob("Shared drive*/04 Correspondence/不可抗力通知*.pdf")
    text = pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range()
    assert "不可抗力通知" in text
    assert "NOTICE OF FORCE MAJEURE" in text


def test_privileged_mail_exists_in_both_kinds_with_log_lines(supply: tuple[Path, Manifest]) -> None:
    manifest = supply[1]
    for kind, least in (("AC", 20), ("WP", 3)):
        mails = _only(manifest, what="mail", privilege=kind)
        assert len(mails) >= least
        assert not [one.path for one in mails if one.description.startswith("E-mail: ")]
    trap = [one for one in manifest.files if "waiver" in one.description]
    assert trap
    assert {one.privilege for one in trap} == {"none"}


def test_exact_copies_lie_with_several_custodians_under_other_names(supply: tuple[Path, Manifest]) -> None:
    copies: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in supply[1].files:
        copies[one.sha256].add((one.custodian, one.path.rsplit("/", 1)[-1]))
    spread = [group for group in copies.values() if len({c for c, _ in group}) > 1 and len({n for _, n in group}) > 1]
    assert len(spread) >= 20


def test_versions_are_near_copies(supply: tuple[Path, Manifest]) -> None:
    shelf = open_shelf(matter="supply")
    bodies = [set(shelf.papers[f"agreement-v{n}"].body.splitlines()) for n in (1, 2, 3)]
    for older, newer in ((0, 1), (1, 2)):
        assert bodies[older] != bodies[newer]
        assert len(bodies[older] & bodies[newer]) / len(bodies[older] | bodies[newer]) > 0.8


def test_authored_texts_are_many_distinct_and_in_two_languages() -> None:
    notes = open_shelf(matter="supply").notes.values()
    english = {note.body for note in notes if note.languages == "en"}
    chinese = {note.body for note in notes if note.languages == "zh"}
    assert len(english) >= 60
    assert len(chinese) >= 30
    for note in notes:
        assert note.body.encode(note.charset).decode(note.charset) == note.body
        assert "\ufffd" not in note.body


def test_no_reply_is_older_than_what_it_answers() -> None:
    for matter in ("supply", "device"):
        notes = open_shelf(matter=matter).notes
        early = [n.key for n in notes.values() for up in (n.reply or n.forwards,) if up and notes[up].at >= n.at]
        assert early == []


def test_mailbox_reads_back_with_threads_and_subjects(supply: tuple[Path, Manifest]) -> None:
    folder, manifest = supply
    box = mailbox.mbox(folder / RUTH)
    assert len(box) == len([one for one in manifest.files if one.parent == RUTH])
    identities = {message["Message-ID"] for message in box}
    answers = [message for message in box if message["References"]]
    assert len(answers) > 15
    assert any(message["In-Reply-To"] in identities for message in answers)
    assert all(message["From"] and message["Date"] and message["Subject"] for message in box)


def test_office_files_hold_what_they_hide(supply: tuple[Path, Manifest]) -> None:
    (log,) = supply[0].glob("Custodian - Walter Dunning/Desktop/Shipment log*.xlsx")
    assert [sheet.sheet_state for sheet in load_workbook(log)] == ["visible", "visible", "hidden"]
    (deck,) = supply[0].rglob("Haiyue quality review Q3 2024.pptx")
    notes = [page.notes_slide.notes_text_frame.text for page in Presentation(deck).slides]
    assert "Talk about millimetres." in notes[2]
    (amendment,) = supply[0].rglob("Amendment No 1*.docx")
    body = zipfile.ZipFile(amendment).read("word/document.xml").decode()
    assert body.count("<w:ins ") >= 5
    assert body.count("<w:del ") >= 4
    assert len(Document(io.BytesIO(amendment.read_bytes())).tables) == 1


def test_office_dates_do_not_tell_the_day_of_writing(supply: tuple[Path, Manifest]) -> None:
    for path in (*supply[0].rglob("*.xlsx"), *supply[0].rglob("*.pptx")):
        with zipfile.ZipFile(path) as package:
            assert {entry.date_time[0] for entry in package.infolist()} <= {2024, 2025}
            assert b">2026" not in package.read("docProps/core.xml")


def test_codes_cover_every_readable_item(supply: tuple[Path, Manifest], tmp_path: Path) -> None:
    manifest = supply[1]
    out = tmp_path / "CODES.csv"
    write_codes(manifest=manifest, out=out)
    with out.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["path"] for row in rows] == [one.path for one in manifest.files if one.expected_status == "item"]
    assert {row["code"] for row in rows} == {"responsive", "not_responsive"}
    assert {row["privilege"] for row in rows} == {"none", "AC", "WP"}
    assert all(row["reviewer"] != row["second_reviewer"] and len(row["sha256"]) == 64 for row in rows)
    overturned = [row for row in rows if row["code"] != row["second_code"]]
    assert 0 < len(overturned) < len(rows) / 12
    by_copy: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        by_copy[row["sha256"]].add((row["code"], row["privilege"]))
    assert [copy for copy, codes in by_copy.items() if len(codes) > 1] == []


@pytest.mark.parametrize(
    ("local", "zone", "hour"),
    [
        ("2024-03-10T01:00", "seattle", 9),
        ("2024-03-10T03:00", "seattle", 10),
        ("2024-11-03T12:00", "seattle", 20),
        ("2024-03-30T12:00", "oslo", 11),
        ("2024-03-31T12:00", "oslo", 10),
        ("2024-07-01T08:00", "china", 0),
    ],
)
def test_local_times_follow_daylight_saving(local: str, zone: str, hour: int) -> None:
    assert moment(local=datetime.fromisoformat(local), zone=zone).astimezone(UTC).hour == hour
