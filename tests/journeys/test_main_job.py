"""All five personas, from the request to the paid invoice, in each language; every page free of violations."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.billing_story import administer, answer_and_pay, keep_record, query_line
from journeys.evidence import COPIES, DOCUMENTS, write_evidence
from journeys.people import Office
from journeys.review_story import download, prepare, refuse, review, second_look, sign
from journeys.story import Story, ask_and_accept, collect, repair

TELLINGS = [("en", "light", "Halden v. Haiyue: pumps"), ("zh-hans", "dark", "哈尔登诉海岳：水泵")]


@pytest.mark.parametrize(("language", "theme", "title"), TELLINGS)
def test_from_request_to_paid_invoice(office: Office, tmp_path: Path, language: str, theme: str, title: str) -> None:
    story = Story(office, language, theme, write_evidence(tmp_path / "evidence"), title)
    ask_and_accept(story)
    collect(story)
    repair(story)
    assert review(story) == DOCUMENTS - COPIES
    assert second_look(story) == DOCUMENTS - COPIES
    prepare(story)
    refuse(story)
    prepare(story)
    sign(story)
    files = download(story, tmp_path)
    assert sum(name.endswith(".dat") for name in files) == 1
    assert sum(name.endswith(".opt") for name in files) == 1
    query_line(story)
    total = answer_and_pay(story)
    assert "USD" in total
    record = keep_record(story, tmp_path)
    told = office.house.command("record", "verify", str(record))
    assert told.returncode == 0, told.stdout + told.stderr
    administer(story)
    story.done()
