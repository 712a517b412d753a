"""All five personas, from the request to the paid invoice, in each language; every page free of violations."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeys.billing_story import administer, answer_and_pay, keep_record, query_line
from journeys.evidence import COPIES, DOCUMENTS, write_evidence
from journeys.people import Office
from journeys.review_story import download, prepare, refuse, review, second_look, sign
from journeys.story import Story, ask_and_accept, collect, repair

PRODUCED = 6
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
    # Seven were reviewed, all responsive; the memo is privileged and stands on the log only.
    assert len(files["VOL001/DATA/VOL001.opt"].splitlines()) == PRODUCED
    assert sum(name.startswith("VOL001/IMAGES/") for name in files) == PRODUCED
    assert sum(name.startswith("VOL001/TEXT/") for name in files) == PRODUCED
    query_line(story)
    total = answer_and_pay(story)
    assert "USD" in total
    record = keep_record(story, tmp_path)
    told = office.house.command("record", "verify", str(record))
    assert told.returncode == 0, told.stdout + told.stderr
    administer(story)
    story.done()
