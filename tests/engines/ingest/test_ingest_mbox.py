"""Mailboxes split in pieces against a reading line by line."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.ingest.readers import mbox

PIECES = (
    *(b"\n", b"\r\n", b" \t\n", b"From a@b Mon Jan  1 00:00:00 2001\n", b"From a@b Tue\r\n", b"From x\n", b"From \n"),
    *(
        b"Subject: one\n",
        b"X-A:\r\n",
        b">From old\n",
        b"From: a\n",
        b"text\n",
        b"no colon here\n",
        b"\x00\xff:\n",
        b"end",
    ),
    *(b"From " + b"a" * 301 + b"\n", b"From " + b"b" * 300 + b"\n", b"From abc"),
)


def by_lines(data: bytes) -> list[bytes]:
    """Return the messages of a mailbox, slowly and simply."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+\Z", data)
    messages: list[list[bytes]] = [[]]
    at = 0
    while at < len(lines):
        line, blank = lines[at], at == 0 or not lines[at - 1].strip()
        separator = re.fullmatch(rb"From [^\r\n]{3,300}\r?\n", line) and blank
        if separator and at + 1 < len(lines) and re.match(rb"[!-9;-~]{1,80}[ \t]*:|>?From ", lines[at + 1]):
            messages.append([lines[at + 1]])
            at += 2
        else:
            messages[-1].append(line)
            at += 1
    *before, last = (b"".join(each) for each in messages)
    return [each for each in before if each] + ([last] if last.strip() else [])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join), st.sampled_from([1, 7, 64, 1 << 20]))
def test_a_mailbox_is_split_where_a_reading_line_by_line_splits_it(data: bytes, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "_CHUNK", chunk)
        assert list(mbox._split(BytesIO(data))) == by_lines(data)
