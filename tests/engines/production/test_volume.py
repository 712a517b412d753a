"""A volume: exact numbers and bytes, families, withheld documents, endorsements, refusals."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from chancery.engines.pages.render import page_texts, page_words
from chancery.engines.production.check import check_volume
from chancery.engines.production.endorsing import endorse
from chancery.engines.production.fields import dat_text, moment
from chancery.engines.production.loadfiles import read_dat, read_opt
from chancery.engines.production.planning import plan
from chancery.engines.production.privilege import LogEntry, privilege_log
from chancery.engines.production.values import ProductionItem, ProductionRefused, VolumeSettings
from chancery.engines.production.volume import write_volume
from chancery.foundation.identifiers import BatesNumber, InvalidBates

SETTINGS = VolumeSettings(prefix="ACME", confidentiality="CONFIDENTIAL 机密", timezone="Asia/Shanghai")


def item(key: str, family: str, **changes: object) -> ProductionItem:
    made = ProductionItem(
        key=key,
        family_key=family,
        custodian="Chen Wei",
        path=f"box/{key}",
        name=key,
        media_type="text/plain",
        kind="text",
        sha256="",
        md5="",
        size=3,
        text=f"words of {key}",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def family(tmp_path: Path) -> list[ProductionItem]:
    """A two-page mail with a workbook and a privileged memo, and a loose damaged PDF of an earlier custodian."""
    book, broken = tmp_path / "b.xlsx", tmp_path / "c.pdf"
    book.write_bytes(b"sheet")
    broken.write_bytes(b"%PDF-1.4 nothing")
    mail = {
        "from": "Chen <c@a.example>",
        "to": ["L <l@b.example>", "m@b.example"],
        "subject": "þ Offer® 报价\nsecond",
        "date_sent": "2025-03-14T22:30:05Z",
        "message_id": "<1@a.example>",
        "attachment_names": ["b.xlsx", "memo.txt"],
    }
    return [
        item("m.eml", "F1", kind="mail", text="line\n" * 60, metadata=mail),
        item(
            "b.xlsx",
            "F1",
            parent_key="m.eml",
            kind="spreadsheet",
            native=book,
            size=5,
            text="1",
            sha256=hashlib.sha256(b"sheet").hexdigest(),
        ),
        item("memo.txt", "F1", parent_key="m.eml", withheld=True, text="SECRETADVICE"),
        item(
            "c.pdf",
            "F0",
            custodian="Adams",
            kind="pdf",
            native=broken,
            text=None,
            size=16,
            sha256=hashlib.sha256(b"%PDF-1.4 nothing").hexdigest(),
        ),
    ]


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_volume_has_exactly_these_files_and_numbers(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    report = write_volume(
        items=family(tmp_path), settings=SETTINGS, out=tmp_path / "v", workers=1,
        on_progress=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert [(d.key, str(d.begin), str(d.end), d.slip) for d in report.documents] == [
        ("c.pdf", "ACME0000001", "ACME0000001", "corrupt"),
        ("m.eml", "ACME0000002", "ACME0000003", ""),
        ("b.xlsx", "ACME0000004", "ACME0000004", "native"),
        ("memo.txt", "ACME0000005", "ACME0000005", "withheld"),
    ]
    assert (report.pages, report.natives, report.texts, report.slip_sheets, report.withheld) == (5, 2, 2, 3, 1)
    files = tree(tmp_path / "v")
    assert sorted(files) == [
        "DATA/VOL001.dat",
        "DATA/VOL001.opt",
        "IMAGES/0001/ACME0000001.pdf",
        "IMAGES/0001/ACME0000002.pdf",
        "IMAGES/0001/ACME0000004.pdf",
        "IMAGES/0001/ACME0000005.pdf",
        "NATIVES/0001/ACME0000001.pdf",
        "NATIVES/0001/ACME0000004.xlsx",
        "TEXT/0001/ACME0000002.txt",
        "TEXT/0001/ACME0000004.txt",
        "manifest.sha256",
    ]
    assert files["DATA/VOL001.opt"] == (
        b"ACME0000001,VOL001,IMAGES\\0001\\ACME0000001.pdf,Y,,,1\r\n"
        b"ACME0000002,VOL001,IMAGES\\0001\\ACME0000002.pdf,Y,,,2\r\n"
        b"ACME0000004,VOL001,IMAGES\\0001\\ACME0000004.pdf,Y,,,1\r\n"
        b"ACME0000005,VOL001,IMAGES\\0001\\ACME0000005.pdf,Y,,,1\r\n"
    )
    assert seen == [(done, 8) for done in range(1, 9)]
    assert check_volume(folder=tmp_path / "v") == []
    assert not (tmp_path / "v.partial").exists()


def test_the_load_file_says_what_it_should(tmp_path: Path) -> None:
    write_volume(items=family(tmp_path), settings=SETTINGS, out=tmp_path / "v", workers=1)
    raw = (tmp_path / "v/DATA/VOL001.dat").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf\xc3\xbeBEGBATES\xc3\xbe\x14\xc3\xbeENDBATES\xc3\xbe\x14")
    assert raw.count(b"\r\n") == 5
    assert raw.endswith(b"\xc3\xbe\r\n")
    assert "þth Offer(R) 报价®secondþ".encode() in raw
    rows = {row["BEGBATES"]: row for row in read_dat(path=tmp_path / "v/DATA/VOL001.dat").rows}
    mail, book, memo = rows["ACME0000002"], rows["ACME0000004"], rows["ACME0000005"]
    assert (mail["BEGATTACH"], mail["ENDATTACH"], mail["PARENTID"]) == ("ACME0000002", "ACME0000005", "")
    assert (mail["ATTACHCOUNT"], mail["PAGECOUNT"]) == ("2", "2")
    assert (mail["DATESENT"], mail["TIMESENT"], mail["TIMEZONE"]) == ("03/15/2025", "06:30:05", "Asia/Shanghai")
    assert mail["TO"] == "L <l@b.example>;m@b.example"
    assert mail["TEXTPATH"] == "TEXT\\0001\\ACME0000002.txt"
    assert (book["PARENTID"], book["NATIVEPATH"]) == ("ACME0000002", "NATIVES\\0001\\ACME0000004.xlsx")
    told = {name for name, value in memo.items() if value}
    assert told == {
        "BEGBATES", "ENDBATES", "BEGATTACH", "ENDATTACH", "PARENTID", "ATTACHCOUNT", "PAGECOUNT", "CUSTODIAN",
        "ALLCUSTODIANS", "CONFIDENTIALITY", "WITHHELD", "PRODVOLUME",
    }  # fmt: skip


def test_pages_show_their_number_and_legend_and_withheld_words_are_nowhere(tmp_path: Path) -> None:
    write_volume(items=family(tmp_path), settings=SETTINGS, out=tmp_path / "v", workers=1)
    first, second = page_texts(pdf=tmp_path / "v/IMAGES/0001/ACME0000002.pdf")
    assert "ACME0000002" in first
    assert "ACME0000003" in second
    assert "CONFIDENTIAL 机密" in first
    slip = page_texts(pdf=tmp_path / "v/IMAGES/0001/ACME0000005.pdf")[0]
    assert "Document Withheld for Privilege" in slip
    assert "memo" not in slip
    for name, data in tree(tmp_path / "v").items():
        assert b"SECRETADVICE" not in data, name
        assert b"memo.txt" not in data.replace(b"b.xlsx;memo.txt", b""), name


def test_same_input_same_bytes_in_any_folder_with_any_number_of_workers(tmp_path: Path) -> None:
    volumes = []
    for name, workers in (("one", 1), ("deep/er/two", 3)):
        out = tmp_path / name
        out.parent.mkdir(parents=True, exist_ok=True)
        report = write_volume(items=family(tmp_path), settings=SETTINGS, out=out, workers=workers)
        volumes.append((tree(out), report.manifest_sha256))
    assert volumes[0] == volumes[1]


def test_pages_made_earlier_give_the_same_volume(tmp_path: Path) -> None:
    from chancery.engines.pages.imaging import to_pdf
    from chancery.engines.production.printing import printable_of

    cached = tmp_path / "cached.pdf"
    mail = family(tmp_path)[0]
    to_pdf(printable=printable_of(item=mail, timezone="Asia/Shanghai"), out=cached)
    write_volume(items=family(tmp_path), settings=SETTINGS, out=tmp_path / "a", workers=1)
    write_volume(
        items=family(tmp_path), settings=SETTINGS, out=tmp_path / "b", workers=1,
        image_cache=lambda wanted: cached if wanted.key == "m.eml" else None,
    )  # fmt: skip
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def refusal(items: Sequence[ProductionItem], settings: VolumeSettings = SETTINGS) -> str:
    with pytest.raises(ProductionRefused) as refused:
        plan(items=items, settings=settings)
    return refused.value.code


def test_the_plan_refuses_what_must_not_leave() -> None:
    one = item("a", "F")
    assert refusal([]) == "nothing_to_produce"
    assert refusal([one, one]) == "duplicate_key"
    assert refusal([one, item("b", "F")]) == "broken_family"
    assert refusal([one, item("b", "F", parent_key="elsewhere")]) == "broken_family"
    assert refusal([one, item("b", "F", parent_key="c"), item("c", "F", parent_key="b")]) == "broken_family"
    assert refusal([replace(one, redaction_pending=True)]) == "redaction_pending"
    assert refusal([one], replace(SETTINGS, volume="../x")) == "volume_name"
    assert plan(items=[replace(one, redaction_pending=True, withheld=True)], settings=SETTINGS)
    with pytest.raises(InvalidBates):
        plan(items=[one], settings=replace(SETTINGS, prefix="A1"))


def test_attachments_follow_their_parent_depth_first() -> None:
    items = [
        item("z", "F", parent_key="x"),
        item("x", "F", parent_key="r"),
        item("y", "F", parent_key="r"),
        item("r", "F"),
        item("loose", "G", custodian="Adams"),
    ]
    assert [each.item.key for each in plan(items=items, settings=SETTINGS)] == ["loose", "r", "x", "z", "y"]


def test_a_volume_never_mixes_with_what_is_there_and_failure_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v/old").write_text("x")
    with pytest.raises(ProductionRefused) as refused:
        write_volume(items=[item("a", "F")], settings=SETTINGS, out=tmp_path / "v", workers=1)
    assert refused.value.code == "volume_exists"
    items = family(tmp_path)
    (tmp_path / "b.xlsx").write_bytes(b"other")
    with pytest.raises(ProductionRefused) as refused:
        write_volume(items=items, settings=SETTINGS, out=tmp_path / "w", workers=1)
    assert refused.value.code == "native_changed"
    assert not (tmp_path / "w").exists()
    assert not (tmp_path / "w.partial").exists()


def page(**boxes: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.Pdf.new() as pdf:
        made = pdf.add_blank_page(page_size=(612, 792))
        made.obj["/Contents"] = pdf.make_stream(b"q 5 0 0 5 100 100 cm 0 0 1 rg 3 Tr q")
        for key, value in boxes.items():
            made.obj[f"/{key}"] = pikepdf.Array(value) if isinstance(value, list) else value
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 360, -90])
@pytest.mark.parametrize("crop", [None, [100, 150, 500, 700], [500, 700, 100, 150]])
def test_the_number_stands_at_the_bottom_right_as_seen(turn: int, crop: list[int] | None) -> None:
    source = page(Rotate=turn, **({"CropBox": crop} if crop else {}))
    made, count = endorse(source=source, first=BatesNumber("ACME", 7), legend="机密 SECRET")
    words = page_words(pdf=made, page=1)
    number = next(word for word in words if word.text == "ACME0000007")
    legend = next(word for word in words if word.text == "机密")
    assert count == 1
    assert 0.6 < number.x0 < number.x1 < 0.98
    assert 0.92 < number.y0 < number.y1 < 1.0
    assert number.x1 - number.x0 > 2 * (number.y1 - number.y0)
    assert 0.02 < legend.x0 < legend.x1 < 0.3
    assert 0.92 < legend.y0 < legend.y1 < 1.0


def test_a_tiny_page_still_carries_its_number() -> None:
    made, _ = endorse(source=page(MediaBox=[0, 0, 40, 30]), first=BatesNumber("ACME", 7), legend="CONFIDENTIAL")
    number = next(word for word in page_words(pdf=made, page=1) if word.text.endswith("0000007"))
    assert 0 <= number.x0 < number.x1 <= 1


def test_the_checker_finds_what_was_damaged(tmp_path: Path) -> None:
    write_volume(items=family(tmp_path), settings=SETTINGS, out=tmp_path / "v", workers=1)
    volume = tmp_path / "v"

    def codes(name: str, old: bytes, new: bytes) -> set[str]:
        kept = (volume / name).read_bytes()
        assert old in kept
        (volume / name).write_bytes(kept.replace(old, new, 1))
        found = {defect.code for defect in check_volume(folder=volume)}
        (volume / name).write_bytes(kept)
        return found

    dat, opt, begin = "DATA/VOL001.dat", "DATA/VOL001.opt", "þ".encode()
    assert {"page_count", "hash_mismatch"} <= codes(opt, b"Y,,,2", b"Y,,,3")
    assert "opt_missing" in codes(opt, b"ACME0000004,", b"ACME0000009,")
    assert "opt_fields" in codes(opt, b"Y,,,2", b"Y,,2")
    assert "bates_gap" in codes(dat, begin + b"ACME0000004" + begin, begin + b"ACME0000005" + begin)
    assert "bates_overlap" in codes(dat, begin + b"ACME0000004" + begin, begin + b"ACME0000003" + begin)
    assert "file_missing" in codes(dat, b"ACME0000004.xlsx", b"ACME0000004.xls")
    assert "file_missing" in codes(dat, b"TEXT\\", b"TXT\\")
    assert "withheld_disclosed" in codes(dat, begin + b"N" + begin, begin + b"Y" + begin)
    assert "column_count" in codes(dat, b"\x14", b"")
    assert codes("TEXT/0001/ACME0000002.txt", b"line", b"LINE") == {"hash_mismatch"}
    assert "native_hash" in codes("NATIVES/0001/ACME0000004.xlsx", b"sheet", b"sheep")
    swapped = (volume / "IMAGES/0001/ACME0000004.pdf").read_bytes()
    (volume / "IMAGES/0001/ACME0000004.pdf").write_bytes((volume / "IMAGES/0001/ACME0000005.pdf").read_bytes())
    assert {d.code for d in check_volume(folder=volume)} == {"endorsement_missing", "hash_mismatch"}
    (volume / "IMAGES/0001/ACME0000004.pdf").write_bytes(swapped)
    (volume / "TEXT/0001/stray.txt").write_text("x")
    assert {d.code for d in check_volume(folder=volume)} == {"file_stray", "not_in_manifest"}


def test_load_files_of_others_are_read_forgivingly(tmp_path: Path) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes("þBEGBATESþ\x14þNOTEþ\r\nþA1þ\x14þtwo\r\nlines®threeþ\r\nA2\x14plain\r\n".encode("cp1252"))
    loaded = read_dat(path=path)
    assert [row["NOTE"] for row in loaded.rows] == ["two\nlines\nthree", "plain"]
    assert loaded.defects == ()
    path.write_bytes("\ufeffþBEGBATESþ\x14þNOTEþ\nþA1þ\n".encode("utf-16-le"))
    assert [defect.code for defect in read_dat(path=path).defects] == ["column_count"]
    (tmp_path / "x.opt").write_text("A1,V,I\\a.tif,Y,,,2\nA2,V,I\\b.tif,,,,\n")
    lines, defects = read_opt(path=tmp_path / "x.opt")
    assert [(line.key, line.starts_document, line.pages) for line in lines] == [("A1", True, 2), ("A2", False, 0)]
    assert defects == ()


def test_values_cannot_break_the_load_file() -> None:
    text = dat_text(rows=[{"BEGBATES": "a\x14b\xfec\xaed\r\ne\u2028f\x00g"}])
    assert text.split("\r\n")[1].startswith("þa bthc(R)d®e®fgþ\x14þþ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2025-03-14T22:30:05Z", "2025-03-15 06:30"),
        ("D:20250314223005Z", "2025-03-15 06:30"),
        ("D:20250314223005+08'00'", "2025-03-14 22:30"),
        ("2025:03:14 22:30:05", "2025-03-14 22:30"),
        ("20250314", "2025-03-14 00:00"),
        ("yesterday", ""),
        (None, ""),
        ("D:20251399000000", ""),
    ],
)
def test_dates_of_documents(value: str | None, shown: str) -> None:
    when = moment(value=value, timezone="Asia/Shanghai")
    assert (when.strftime("%Y-%m-%d %H:%M") if when else "") == shown


ENTRY = LogEntry(
    bates="ACME0000005", family="ACME0000002", doc_type="mail", date="03/14/2025", author="Chen <c@acme.example>",
    to="Li <li@firm.example>", cc="", bcc="", subject="=HYPERLINK(1)", privilege="AC",
    description="Mail asking outside counsel for legal advice on the supply contract 报价", custodian="Chen Wei",
)  # fmt: skip


def test_the_privilege_log(tmp_path: Path) -> None:
    out = tmp_path / "log.csv"
    doubts = privilege_log(
        entries=[ENTRY, replace(ENTRY, cc="X <x@press.example>"), replace(ENTRY, privilege="WP", cc="x@press.example")],
        out=out,
        insider_domains=["acme.example", "firm.example"],
    )
    assert [(doubt.line, doubt.code, doubt.detail) for doubt in doubts] == [
        (2, "third_party_recipient", "x@press.example")
    ]
    lines = out.read_bytes().decode("utf-8-sig").split("\r\n")
    assert lines[1] == (
        "PRIV00001,ACME0000005,ACME0000002,mail,03/14/2025,Chen <c@acme.example>,Li <li@firm.example>,,,"
        "'=HYPERLINK(1),AC - Attorney-Client Communication,"
        "Mail asking outside counsel for legal advice on the supply contract 报价,withheld,Chen Wei"
    )
    assert len(lines) == 5


def test_the_log_refuses_lines_that_say_nothing(tmp_path: Path) -> None:
    for bad, code in (
        (replace(ENTRY, description=" "), "privilege_description_missing"),
        (replace(ENTRY, privilege="XX"), "privilege_type_unknown"),
    ):
        with pytest.raises(ProductionRefused) as refused:
            privilege_log(entries=[ENTRY, bad], out=tmp_path / "log.csv")
        assert refused.value.code == code
    assert not (tmp_path / "log.csv").exists()
