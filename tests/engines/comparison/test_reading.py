"""Hostile, broken and odd files end in a typed refusal, whatever the bytes."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engines.comparison.making import make, par, random_pair, zipped

from chancery.engines.comparison.comparing import compare
from chancery.engines.comparison.package import Unreadable, read_package
from chancery.engines.comparison.proof import prove
from chancery.engines.comparison.resolution import list_revisions, resolve
from chancery.foundation.errors import Refused

AT = datetime(2026, 1, 2, tzinfo=UTC)
GOOD = make(par("text"))


def files(data: bytes = GOOD) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_document(document: bytes) -> bytes:
    return zipped({**files(), "word/document.xml": document})


def bomb() -> bytes:
    return zipped({**files(), "word/media/x.bin": b"\0" * 40_000_000})


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    return with_document(f'{head}<w:document xmlns:w="{W}"><w:body><w:p>&a8;</w:p></w:body></w:document>'.encode())


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def deep(levels: int) -> bytes:
    inner = "<w:tbl><w:tr><w:tc>" * levels + "<w:p/>" + "</w:tc></w:tr></w:tbl><w:p/>" * levels
    return with_document(f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'.encode())


def two_of_a_name() -> bytes:
    stream = io.BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("word/Document.xml", b"<x/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_a_document"),
        (b"hello", "not_a_document"),
        (b"PK\x03\x04 broken", "broken"),
        (GOOD[:-40], "broken"),
        (GOOD[: len(GOOD) // 2], "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "not_a_document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (zipped({"a.txt": b"x"}), "not_a_document"),
        (zipped({**files(), "../evil.xml": b"x"}), "unsafe_name"),
        (zipped({**files(), "/etc/passwd": b"x"}), "unsafe_name"),
        (zipped({**files(), "word\\x.xml": b"x"}), "unsafe_name"),
        (two_of_a_name(), "unsafe_name"),
        (zipped({**files(), "nameless": b"x"}).replace(b"nameless", b"\0ameless"), "unsafe_name"),
        (bomb(), "bomb"),
        (laughs(), "bomb"),
        (with_document(b"<w:document>"), "broken"),
        (with_document(b""), "broken"),
        (with_document(b"<?xml version='1.0'?><!DOCTYPE x><x/>"), "bomb"),
        (with_document(f'<w:document xmlns:w="{W}"/>'.encode()), "broken"),
        (with_document(b'<d:document xmlns:d="http://purl.oclc.org/ooxml/wordprocessingml/main"/>'), "strict"),
        (deep(80), "too_deep"),
        (deep(3000), "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_bad_files_are_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        compare(old=data, new=GOOD, author="A", at=AT)
    assert refusal.value.code == code
    with pytest.raises(Refused):
        compare(old=GOOD, new=data, author="A", at=AT)


def test_an_archive_that_lies_about_sizes_is_refused() -> None:
    data = bytearray(GOOD)
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (3).to_bytes(4, "little")
    with pytest.raises(Refused):
        for name in read_package(data=bytes(data)).parts:
            read_package(data=bytes(data)).tree(name)
            assert name


def test_nesting_of_fifty_tables_is_compared() -> None:
    assert compare(old=deep(50), new=deep(50), author="A", at=AT).proof.holds
    assert compare(old=deep(50), new=deep(49), author="A", at=AT).proof.holds


def _mangled(data: bytes, dice: random.Random) -> bytes:
    """Return a file with some bytes of one XML part changed, cut or doubled, packed well."""
    parts = files(data)
    name = dice.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    raw = bytearray(parts[name])
    for _turn in range(dice.randint(1, 4)):
        at = dice.randrange(len(raw)) if raw else 0
        kind = dice.randrange(5)
        if kind == 0 and raw:
            raw[at] = dice.randrange(256)
        elif kind == 1:
            del raw[at : at + dice.randrange(30)]
        elif kind == 2:
            raw[at:at] = raw[at : at + dice.randrange(60)]
        elif kind == 3:
            tags = [b"w:p", b"w:tbl", b"w:tc", b"w:del", b"w:r", b"w:sdt", b"w:ins", b"w:tr", b"w:pPr", b"w:sectPr"]
            raw = bytearray(bytes(raw).replace(dice.choice(tags), dice.choice(tags)))
        else:
            raw = bytearray(bytes(raw).replace(b'"1"', dice.choice((b'""', b'"-1"', b'"x"', b'"99999999999999"'))))
    parts[name] = bytes(raw)
    return zipped(parts)


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=10**6))
def test_mangled_files_are_read_or_refused(seed: int) -> None:
    dice = random.Random(seed)
    old, new = random_pair(seed, revisions=seed % 2 == 0)
    broken = _mangled(new, dice)
    for act in (
        lambda: compare(old=old, new=broken, author="A", at=AT),
        lambda: compare(old=broken, new=old, author="A", at=AT),
        lambda: resolve(data=broken, accept=seed % 3 == 0),
        lambda: list_revisions(data=broken),
        lambda: prove(redline=broken, old=old, new=new),
    ):
        try:
            act()
        except Refused as refusal:
            assert refusal.code != "refused"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(min_value=0, max_value=len(GOOD)), st.integers(min_value=0, max_value=60))
def test_any_bytes_in_the_archive_are_read_or_refused(junk: bytes, at: int, gone: int) -> None:
    data = GOOD[:at] + junk[:20] + GOOD[at + gone :]
    for one in (junk, data):
        try:
            compare(old=one, new=GOOD, author="A", at=AT)
        except Refused:
            continue


def test_unreadable_names_its_file() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_package(data=b"x", name="draft.docx")
    assert str(refusal.value) == "draft.docx is not a .docx file."


def test_a_sign_that_holds_a_paragraph_stays_where_it_is() -> None:
    odd = make('<w:bookmarkStart w:id="1" w:name="b"><w:p/></w:bookmarkStart><w:bookmarkEnd w:id="1"/>' + par("a"))
    assert compare(old=odd, new=make(par("b")), author="A", at=AT).proof.holds
    assert compare(old=make(par("b")), new=odd, author="A", at=AT).proof.holds
