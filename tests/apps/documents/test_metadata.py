"""Metadata as people read it."""

from __future__ import annotations

import re
from pathlib import Path

from django.utils.translation import override

from chancery.apps.documents.web.metadata import HIDDEN, NAMES, metadata_rows

READERS = Path(__file__).parents[3] / "src" / "chancery" / "engines" / "ingest"


def test_metadata_is_named_in_the_language_of_its_reader() -> None:
    metadata = {
        "last_saved_by": "Li Wei",
        "inline": False,
        "macros": True,
        "sheets": ["A", "B"],
        "kind": "spreadsheet",
        "title": "",
        "odd_name": 0,
        "custom_properties": {"Matter": "Harbour 7", "Stage": 2},
    }
    assert metadata_rows(metadata) == [
        ("Added properties", "Matter: Harbour 7; Stage: 2"),
        ("Last saved by", "Li Wei"), ("Macros", "yes"), ("odd name", "0"), ("Sheets", "A; B"),
    ]  # fmt: skip
    with override("zh-hans"):
        assert metadata_rows(metadata) == [
            ("自定义属性", "Matter: Harbour 7; Stage: 2"),
            ("上次保存者", "Li Wei"), ("宏", "是"), ("odd name", "0"), ("工作表", "A; B"),
        ]  # fmt: skip


def test_every_name_that_readers_write_is_known() -> None:
    written = {
        name for path in READERS.rglob("*.py") for name in re.findall(r'metadata\["(\w+)"\]', path.read_text("utf-8"))
    }
    assert len(written) > 20
    assert written - HIDDEN <= set(NAMES)
