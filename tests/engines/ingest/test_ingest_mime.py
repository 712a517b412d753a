"""The quick reader of mail gives the reading of the patient one, or leaves the message to it."""

from __future__ import annotations

from datetime import UTC
from email.message import EmailMessage
from email.policy import compat32, default
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chancery.engines.ingest import mime
from chancery.engines.ingest.headers import people, sent_at
from chancery.engines.ingest.mime import split
from chancery.engines.ingest.readers import mail
from chancery.engines.ingest.reading import Reading
from chancery.engines.ingest.wording import cleaned, tidied, tongue
from chancery.engines.text.normalise import clean, tidy

_WORDS = st.text(alphabet="abc xyzé泵\n\t.,<>@=-", min_size=0, max_size=200)
_NAMES = st.text(alphabet="abcdef ghié泵.-_", min_size=1, max_size=30)


def _both(data: bytes) -> tuple[Reading, Reading, bool]:
    quick = mail.read_message(data=data)
    found = split(data=data.lstrip(b"\r\n \t\xef\xbb\xbf"))
    original = mail.split
    try:
        mail.split = lambda data: None  # type: ignore[assignment]
        patient = mail.read_message(data=data)
    finally:
        mail.split = original
    return quick, patient, found is not None


def _message(subject: str, plain: str, html: str, attached: list[tuple[str, bytes]]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ann Bell <ann@example.com>"
    message["To"] = '"Miller, Bob" <bob@example.com>, carol@example.com'
    message["Date"] = "Mon, 03 Mar 2025 10:00:00 +0800"
    message["Subject"] = " ".join(subject.split())
    message.set_content(plain)
    if html:
        message.add_alternative(f"<p>{html}</p>", subtype="html")
    for name, data in attached:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message


@settings(max_examples=150, deadline=None)
@given(_WORDS, _WORDS, _WORDS, st.lists(st.tuples(_NAMES, st.binary(max_size=200)), max_size=3), st.booleans())
def test_written_mail_reads_the_same_both_ways(
    subject: str, plain: str, html: str, attached: list[tuple[str, bytes]], crlf: bool
) -> None:
    policy = default.clone(linesep="\r\n" if crlf else "\n")
    data = _message(subject, plain, html, attached).as_bytes(policy=policy)
    quick, patient, _ = _both(data)
    assert quick.text == patient.text
    assert quick.metadata == patient.metadata
    assert quick.exception == patient.exception
    assert [(child.name, child.source) for child in quick.children] == [
        (child.name, child.source) for child in patient.children
    ]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 3))
def test_broken_mail_reads_the_same_both_ways(tail: bytes, where: int) -> None:
    whole = _message("s", "plain words", "html words", [("a.bin", b"123456")]).as_bytes(policy=compat32)
    cut = (len(whole) * (where + 1)) // 4
    quick, patient, _ = _both(whole[:cut] + tail)
    assert (quick.text, quick.exception) == (patient.text, patient.exception)
    assert [child.source for child in quick.children] == [child.source for child in patient.children]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no header at all",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nbody",
        b"Content-Type: multipart/encrypted; boundary=x\n\n--x\n\nbody\n--x--\n",
        b"Content-Type: text/plain; name*=utf-8''a.txt\n\nbody",
        b"Content-Transfer-Encoding: x-uuencode\nFrom: a@b\n\nbegin 644 a\n",
        b"Content-Transfer-Encoding: base64\nFrom: a@b\n\nYWJj=\n",
        b"From: a@b\nbad line\n\nbody",
    ],
)
def test_unusual_mail_is_left_to_the_patient_reader(data: bytes) -> None:
    assert split(data=data) is None


def test_an_attached_message_keeps_its_bytes() -> None:
    inner = b"From: c@d\nSubject: Inner  mail\nX-Odd:   spaces\n\nInner body\n"
    data = (
        b"From: a@b\nSubject: Outer\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nOuter body\n"
        b"--x\nContent-Type: message/rfc822\n\n" + inner + b"\n--x--\n"
    )
    found = split(data=data)
    assert found is not None
    assert [(part.kind, part.data) for part in found[1]] == [("text/plain", b"Outer body"), ("message/rfc822", inner)]
    reading = mail.read_message(data=data)
    assert [(child.name, child.source) for child in reading.children] == [("Inner  mail.eml", inner)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Susan Bailey, Bob Miller", ["Susan Bailey", "Bob Miller"]),
        ("ann@x.com, bob@y.com", ["ann@x.com", "bob@y.com"]),
        ('"Miller, Bob" <bob@y.com>,Ann Bell <ann@x.com>', ["Miller, Bob <bob@y.com>", "Ann Bell <ann@x.com>"]),
        (
            '<Bailey>,"Susan" </O=ENRON/CN=RECIPIENTS/CN=SBAILE2>, a@b.c',
            ["Bailey, Susan </O=ENRON/CN=RECIPIENTS/CN=SBAILE2>", "a@b.c"],
        ),
        ("a@b.c (Ann Bell)", ["Ann Bell <a@b.c>"]),
        ("", []),
    ],
)
def test_people(line: str, wanted: list[str]) -> None:
    assert people(message=mime.Head({"to": line}), name="to") == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("Thu, 29 Mar 2001 10:00:00 -0800 (PST)", "2001-03-29T18:00:00Z"),
        ("29 Mar 2001 23:59:60 +0000", "2001-03-29T23:59:59Z"),
        ("Thu, 31 Feb 2001 10:00:00 -0800", None),
        ("Mon, 1 Jan 0002 00:00:00 +0000", None),
        ("2025-03-03T10:00:00+08:00", "2025-03-03T02:00:00Z"),
    ],
)
def test_dates(value: str, wanted: str | None) -> None:
    assert sent_at(value=value) == wanted


def test_a_date_without_zone_is_read_in_the_zone_given() -> None:
    value = "Mon, 03 Mar 2025 10:00:00"
    assert sent_at(value=value, zone=UTC) == "2025-03-03T10:00:00Z"
    assert sent_at(value=value, zone=ZoneInfo("Asia/Shanghai")) == "2025-03-03T02:00:00Z"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab \n\t\r\x0b\x0c\x00\x7fé\u2028", max_size=80))
def test_quick_wording_is_the_slow_one(text: str) -> None:
    assert cleaned(text=text) == clean(text=text)
    assert tidied(text=text) == tidy(text=text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Please let me know if the pumps arrive on Monday and we can meet.", "en"),
        ("Bitte teilen Sie mir mit, ob die Pumpen am Montag ankommen und wir uns treffen.", "de"),
        ("Veuillez me faire savoir si les pompes arrivent lundi pour que nous puissions en parler.", "fr"),
        ("泵将于星期一到达，请确认。", "zh"),
        ("12 345", None),
    ],
)
def test_language(text: str, wanted: str | None) -> None:
    assert tongue(text=text) == wanted
