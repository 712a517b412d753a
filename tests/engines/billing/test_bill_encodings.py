"""E-bills as they come from old and from Chinese systems: encodings, marks of ends, names in other letters."""

from __future__ import annotations

import re

import pytest
from tests.engines.billing.billing_files import bill

from chancery.engines.billing.bill_checking import bill_lines, checking_for
from chancery.engines.billing.conversion import convert
from chancery.engines.billing.ledes_reading import LedesFinding
from chancery.engines.billing.validation import check
from chancery.foundation.errors import Refused

FILL = {"INVOICE_CURRENCY": "CNY", "LAW_FIRM_NAME": "Example LLP", "CLIENT_NAME": "Client Ltd"}
SAID = "起草供应合同"


def told(data: bytes) -> list[LedesFinding]:
    checking, stream = checking_for(data=data)
    return [finding for part in checking.run(stream) for finding in part]


def narratives(data: bytes) -> list[str]:
    return [line.text for line in bill_lines(data=data)[0]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("wide", [False, True])
def test_utf_16_without_its_mark_is_known_by_the_zero_bytes(encoding: str, wide: bool) -> None:
    data = bill(wide=wide).encode(encoding)
    assert [(item.rule, item.message) for item in told(data)] == [("W005", "The file is UTF-16, not ASCII.")]
    assert narratives(data) == ["First pass review of supplier mail"]


def test_chinese_in_gb_18030_is_read_as_chinese_and_accents_as_accents() -> None:
    rows = ({"LINE_ITEM_DESCRIPTION": SAID}, {"LINE_ITEM_NUMBER": "2", "LINE_ITEM_DESCRIPTION": "Lettre créée, à voir"})
    text = bill(*({**row, "INVOICE_TOTAL": "250.00"} for row in rows))
    lines = text.split("\r\n")
    data = b"\r\n".join(line.encode("gb18030" if SAID in line else "cp1252") for line in lines)
    assert narratives(data) == [SAID, "Lettre créée, à voir"]
    first = data.index(SAID.encode("gb18030"))
    accent = data.index("éée".encode("cp1252"))
    found = told(data)
    assert [(item.rule, item.line, item.offset) for item in found] == [("W005", 3, first), ("W005", 4, accent)]
    assert found[0].message == f"6 characters outside ASCII at bytes {first}–{first + 11}."


def test_offsets_behind_letters_of_one_byte_count_one_byte() -> None:
    changes = {"INVOICE_DESCRIPTION": "Février", "LINE_ITEM_DATE": "20260231"}
    data = bill(changes).encode("cp1252")
    found = [item for item in told(data) if item.rule == "E009"]
    assert [item.offset for item in found] == [data.index(b"20260231")]


@pytest.mark.parametrize("ending", ["\x1a", "\x1a\x1a"])
@pytest.mark.parametrize("last", ["\r\n", ""])
def test_the_end_mark_of_dos_is_no_record(ending: str, last: str) -> None:
    text = bill().removesuffix("\r\n") + last + ending
    assert check(data=text) == []
    assert b"".join(convert(data=text, to="1998B", values={})) == b"".join(convert(data=bill(), to="1998B", values={}))


def test_names_of_fields_in_small_letters_are_a_finding_and_no_record() -> None:
    lines = bill().split("\r\n")
    text = "\r\n".join([lines[0], lines[1].lower(), *lines[2:]])
    assert [item.rule for item in check(data=text)] == ["E002"]
    lines_read, reader = bill_lines(data=text)
    assert (len(list(lines_read)), reader.skipped) == (1, [])
    assert b"".join(convert(data=text, to="1998B", values={})) == b"".join(convert(data=bill(), to="1998B", values={}))


@pytest.mark.parametrize(
    ("declared", "encoding"), [("GBK", "gbk"), ("gb2312", "gb2312"), ("GB18030", "gb18030"), ("Big5", "big5")]
)
def test_xml_in_encodings_with_several_bytes_to_a_letter(declared: str, encoding: str) -> None:
    said = "起草" if encoding == "big5" else SAID
    plain = b"".join(convert(data=bill({"LINE_ITEM_DESCRIPTION": said}), to="XML 2.1", values=FILL)).decode()
    data = re.sub(r"encoding='[^']*'", f"encoding='{declared}'", plain).encode(encoding)
    assert told(data) == told(plain.encode())
    assert narratives(data) == [said]


def test_xml_that_is_not_in_the_encoding_it_names_is_refused() -> None:
    plain = b"".join(convert(data=bill(), to="XML 2.1", values=FILL)).decode()
    data = re.sub(r"encoding='[^']*'", "encoding='GBK'", plain).encode().replace(b"First", b"\xff\xff\xff")
    with pytest.raises(Refused) as refusal:
        told(data)
    assert refusal.value.code == "xml_broken"
