"""Numbers to come, and the archive that a volume is handed out as."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator

from chancery.apps.production.previews import expected_numbers, pages_to_come
from chancery.apps.production.zipping import Part, zip_stream


def test_slip_sheets_have_one_page_and_unknown_pages_stay_unknown() -> None:
    assert pages_to_come(withheld=True, kind="pdf", pages=40) == 1
    assert pages_to_come(withheld=False, kind="spreadsheet", pages=None) == 1
    assert pages_to_come(withheld=False, kind="pdf", pages=0) == 1
    assert pages_to_come(withheld=False, kind="pdf", pages=40) == 40
    assert pages_to_come(withheld=False, kind="pdf", pages=None) is None


def test_numbers_run_on_until_the_first_unknown_document() -> None:
    assert expected_numbers(prefix="HAL", first=8, width=7, pages=[1, 3, None, 1]) == [
        ("HAL0000008", "HAL0000008"),
        ("HAL0000009", "HAL0000011"),
        ("HAL0000012", ""),
        ("", ""),
    ]


def part(path: str, data: bytes) -> Part:
    return Part(path=path, size=len(data), open=lambda: iter([data]))


def test_the_archive_holds_the_volume_and_has_the_same_bytes_each_time() -> None:
    files = {"DATA/VOL001.dat": b"BEGBATES", "TEXT/合同.txt": "第一条".encode(), "empty.txt": b""}
    parts = [part(path, data) for path, data in files.items()]
    first = b"".join(zip_stream(parts=parts, folder="VOL001"))
    assert first == b"".join(zip_stream(parts=parts, folder="VOL001"))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"VOL001/{path}": data for path, data in files.items()
        }
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_large_file_is_never_held_in_memory() -> None:
    piece, count = bytes(range(256)) * 256, 1024  # 64 MiB in all

    def contents() -> Iterator[bytes]:
        for _ in range(count):
            yield piece

    tracemalloc.start()
    size = sum(len(data) for data in zip_stream(parts=[Part("big.bin", len(piece) * count, contents)], folder="V"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 0
    assert peak < 4 * 1024 * 1024
