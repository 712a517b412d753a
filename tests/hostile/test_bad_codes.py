"""Coding files that cannot be used: refused by the name of the row, and nothing is coded."""

from __future__ import annotations

import pytest
from tests.hostile.conftest import assert_nothing_left

from chancery.apps.review.models import Coding
from chancery.foundation.errors import Refused

HEAD = "path,sha256,reviewer,code,privilege,second_reviewer,second_code,description\n"


@pytest.fixture
def evidence(source):
    """Three notes."""
    for number in range(3):
        (source / f"note-{number}.txt").write_text(f"Note {number} on the late delivery.", "utf-8")
    return source


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        (HEAD + "nowhere.txt,,reviewer-1,responsive,none,,,\n", "coding_file_refused", "nowhere.txt"),
        (HEAD + f",{'0' * 64},reviewer-1,responsive,none,,,\n", "coding_file_refused", "0" * 64),
        (HEAD + "note-0.txt,,nobody,responsive,none,,,\n", "coding_file_refused", "nobody"),
        (HEAD + "note-0.txt,,counsel,responsive,none,,,\n", "coding_file_refused", "counsel"),
        (
            HEAD + "note-0.txt,,reviewer-1,responsive,none,reviewer-1,responsive,\n",
            "coding_file_refused",
            "another person",
        ),
        (HEAD + "note-0.txt,,reviewer-1,maybe,none,,,\n", "coding_file_refused", "note-0.txt"),
        (HEAD + "note-0.txt,,reviewer-1,responsive,XX,,,\n", "coding_file_refused", "note-0.txt"),
        (HEAD + ",,reviewer-1,responsive,none,,,\n", "coding_file_refused", "2"),
        ("file,decision\nnote-0.txt,responsive\n", "headings_missing", "headings"),
        ("", "headings_missing", "headings"),
    ],
)
def test_a_bad_row_is_refused_by_name_and_nothing_is_coded(main_job, evidence, tmp_path, text, code, word):
    codes = tmp_path / "codes.csv"
    codes.write_text(text, "utf-8")
    with pytest.raises(Refused) as refused:
        main_job(evidence, codes=codes, approve="attorney")
    assert refused.value.code == code
    assert word in str(refused.value)
    assert Coding.objects.count() == 0
    assert_nothing_left()
    codes.write_text(HEAD + "".join(f"note-{n}.txt,,,responsive,none,,,\n" for n in range(3)), "utf-8")
    assert main_job(evidence, codes=codes).result.status == "awaiting_signoff"


@pytest.mark.parametrize(
    ("data", "word"),
    [("path,code\nnote-0.txt,responsive\nnöte".encode("latin-1"), "UTF-8"), (b"path,code\n\x00\x00\xff\xfe", "UTF-8")],
)
def test_a_file_that_is_no_utf_8_is_refused(main_job, evidence, tmp_path, data, word):
    codes = tmp_path / "codes.csv"
    codes.write_bytes(data)
    with pytest.raises(Refused, match=word):
        main_job(evidence, codes=codes)
    assert Coding.objects.count() == 0


def test_a_coding_file_that_is_not_there(main_job, evidence, tmp_path):
    with pytest.raises(Refused, match="cannot be read"):
        main_job(evidence, codes=tmp_path / "none.csv")


def test_an_approval_by_somebody_who_is_no_attorney(main_job, evidence):
    for name in ("reviewer-1", "nobody"):
        with pytest.raises(Refused) as refused:
            main_job(evidence, approve=name)
        assert refused.value.code == "attorney_unknown"
