"""Coding files: paths before hashes, every copy by its hash, mailboxes by name, nothing without its row."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from apps.matter_kit import PAPERS, Kit
from chancery.apps.operations.models import Sample, SampleItem
from chancery.apps.operations.queries.quality import latest_sample
from chancery.apps.review.actions.files import CodingFileRefused, FileCoded
from chancery.apps.review.actions.looks import KIND
from chancery.apps.review.models import Batch, Coding
from chancery.apps.review.queries.progress import decisions, reviewed_units
from chancery.apps.workspace.actions.coding_files import read_codes, take_codes
from chancery.foundation.errors import Refused
from chancery.platform.access.actions import raise_wall
from chancery.platform.events.models import Announcement
from chancery.platform.jobs.worker import run_pending

HEAD = "path,sha256,reviewer,code,privilege,second_reviewer,second_code,description"


def sha256(place: int) -> str:
    return hashlib.sha256((PAPERS[place].text or PAPERS[place].path).encode()).hexdigest()


def take(kit: Kit, folder: Path, *lines: str, by: str = "manager") -> FileCoded:
    path = folder / "codes.csv"
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    coded = take_codes(
        manager=kit.actor(by),
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        rows=read_codes(path=path),
        at=kit.later(),
    )
    run_pending()
    return coded


def row(place: int, code: str = "responsive", privilege: str = "none", **more: str) -> str:
    """One line by path. second: reviewer-2's code; by: the reviewer."""
    second = more.get("second", "")
    return ",".join(
        (
            PAPERS[place].path,
            "",
            more.get("by", "reviewer-1"),
            code,
            privilege,
            "reviewer-2" if second else "",
            second,
            more.get("description", ""),
        )
    )


def every(**second: str) -> list[str]:
    return [row(place, **second) for place in (0, 3, 5, 6)] + [
        f"Mail/box.mbox,,reviewer-1,not_responsive,none,,{second.get('second', '')},"
    ]


def state() -> tuple[int, int]:
    return Coding.objects.count(), Sample.objects.count()


def test_a_path_wins_a_hash_codes_every_copy_and_a_mailbox_codes_what_lies_inside(kit: Kit, tmp_path: Path) -> None:
    documents = kit.first.documents
    coded = take(
        kit,
        tmp_path,
        f",{sha256(5)},reviewer-1,responsive,none,,,",
        row(7, "not_responsive"),
        row(0, "responsive", "AC", description="Letter of counsel"),
        row(2, "not_responsive"),
        "Mail/box.mbox,,reviewer-1,not_responsive,none,,,",
    )
    found = {key: (item.responsive, item.privilege) for key, item in decisions(matter_id=kit.first.matter_id).items()}
    assert found == {
        documents[5]: (True, "none"),
        documents[7]: (False, "none"),  # named by its own path
        documents[0]: (True, "AC"),
        documents[1]: (True, "AC"),  # follows the head of its family
        documents[2]: (False, "none"),
        documents[10]: (False, "none"),  # lies in the mailbox
    }
    # 3, 4 and 6 wait; the copy 7 says something else than 5.
    assert (coded.rows, coded.documents, coded.uncoded, coded.conflicts) == (5, 6, 3, 1)
    origins = dict(Coding.objects.values_list("document_id", "origin"))
    assert origins[documents[1]] == "propagated"
    assert origins[documents[10]] == "file"
    # The copy is nobody's work.
    assert sum(item.documents for item in reviewed_units(matter_id=kit.first.matter_id)) == 5


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nowhere/else.txt,,reviewer-1,responsive,none,,,", "Line 3: nothing in the matter matches nowhere/else.txt."),
        (f",{'ab' * 32},reviewer-1,responsive,none,,,", f"Line 3: nothing in the matter matches {'ab' * 32}."),
        (row(3, by="reviewer-9"), "nobody is called reviewer-9"),
        (row(3, by="counsel"), "nobody is called counsel"),
        (row(3, by="administrator"), "administrator may not review in this matter"),
        (row(3, "maybe"), "the code is responsive or not_responsive"),
        (row(3, privilege="secret"), "the privilege is none, AC or WP"),
        (row(3, by="reviewer-2", second="responsive"), "the second reviewer must be another person"),
        (row(3, second="perhaps"), "the second code is responsive or not_responsive"),
        (",,reviewer-1,responsive,none,,,", "Line 3 has neither a path nor a hash."),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_written(
    kit: Kit, tmp_path: Path, line: str, says: str
) -> None:
    before = state()
    with pytest.raises(CodingFileRefused) as refused:
        take(kit, tmp_path, row(0), line)
    assert says in str(refused.value)
    assert state() == before


def test_only_a_manager_who_sees_the_matter_takes_a_file_and_nobody_behind_a_wall_is_named(
    kit: Kit, tmp_path: Path
) -> None:
    raise_wall(
        actor=kit.actor("administrator"),
        tenant_id=kit.first.tenant_id,
        matter_id=kit.first.matter_id,
        user_id=kit.world.person["reviewer-1"].id,
        reason="Former employer",
        at=kit.at,
    )
    with pytest.raises(Refused):
        take(kit, tmp_path, row(0))
    for who in ("reviewer-2", "counsel", "counsel-2", "attorney"):
        with pytest.raises(Refused):
            take(kit, tmp_path, row(0, by="reviewer-2"), by=who)
    assert state() == (0, 0)


def test_without_second_codes_the_whole_sample_is_drawn_and_waits(kit: Kit, tmp_path: Path) -> None:
    coded = take(kit, tmp_path, *every())
    sample = latest_sample(matter_id=kit.first.matter_id, kind=KIND)
    assert sample is not None
    assert (coded.documents, coded.uncoded, coded.second_looks) == (9, 0, 0)
    # Copies and exceptions are no part of what is drawn from.
    assert (sample.population, sample.size, sample.state, sample.done) == (8, 8, "open", 0)
    batches = list(Batch.objects.filter(matter_id=kit.first.matter_id).order_by("number"))
    assert [(batch.level, batch.state, batch.coded) for batch in batches] == [
        (1, "complete", 5),
        (1, "complete", 3),
        (2, "open", 0),
    ]


def test_second_codes_answer_the_sample_among_the_rows_that_carry_one(kit: Kit, tmp_path: Path) -> None:
    coded = take(
        kit,
        tmp_path,
        row(0, second="responsive"),
        row(3, second="not_responsive"),
        row(5),
        row(6),
        "Mail/box.mbox,,reviewer-1,not_responsive,none,,,",
    )
    sample = latest_sample(matter_id=kit.first.matter_id, kind=KIND)
    assert sample is not None
    # The frame: 0 and 3 with the attachments that follow them, 0, 1, 2, 3, 4.
    assert (sample.population, sample.size, sample.state, coded.second_looks) == (5, 5, "complete", 5)
    assert (sample.overturned, sample.unresolved) == (2, 0)
    found = decisions(matter_id=kit.first.matter_id)
    assert [found[kit.first.documents[place]].responsive for place in (0, 1, 2, 3, 4, 5)] == [
        True, True, True, False, False, True,
    ]  # fmt: skip
    assert set(SampleItem.objects.values_list("second_by__username", flat=True)) == {"reviewer-2"}


def test_the_same_file_again_changes_nothing_even_after_differences_were_settled(kit: Kit, tmp_path: Path) -> None:
    lines = every(second="not_responsive")
    take(kit, tmp_path, *lines)
    assert [item.responsive for item in decisions(matter_id=kit.first.matter_id).values()].count(True) == 1  # copy 7

    def picture() -> Any:
        return (
            state(),
            Announcement.objects.filter(name="review.coding_changed").count(),
            sorted(Coding.objects.filter(superseded=False).values_list("document_id", "level", "responsive")),
            Batch.objects.count(),
        )

    before = picture()
    take(kit, tmp_path, *lines)
    assert picture() == before


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "codes.csv"
    for content, code in (
        (b"a,b\n1,2\n", "headings_missing"),
        (b"", "headings_missing"),
        ("path,code\n合同.txt,responsive\n".encode("gb18030"), "coding_file_refused"),
        (b"path,code\nx.txt," + b"r" * 200_000 + b"\n", "coding_file_refused"),
    ):
        path.write_bytes(content)
        with pytest.raises(CodingFileRefused) as refused:
            read_codes(path=path)
        assert refused.value.code == code, content[:30]
    with pytest.raises(CodingFileRefused):
        read_codes(path=tmp_path / "missing.csv")
