"""Mail: bodies, attachments, families, character sets, mailboxes whole and cut."""

from __future__ import annotations

from tests.engines.ingest.builders import expand, mail, zipped

from chancery.engines.ingest.headers import header_text, message_identification_hash, sent_at


def test_family_of_a_mail_with_attachments() -> None:
    inner = mail(subject="Inner", body="Inner body", files=[("deep.txt", b"deep text")])
    data = mail(files=[("报价.txt", b"price list"), ("pack.zip", zipped([("z.txt", b"zipped text")]))])
    data = data.replace(b'filename="pack.zip"', b'filename="pack.zip"')
    items = expand(data, "a.eml")
    assert [(i.name, i.kind, i.status) for i in items] == [
        ("a.eml", "mail", "item"),
        ("报价.txt", "text", "item"),
        ("pack.zip", "archive", "container"),
        ("z.txt", "text", "item"),
    ]
    assert {i.family_id for i in items} == {items[0].id}
    assert items[3].parent_id == items[2].id
    assert items[0].metadata["attachment_names"] == ["报价.txt", "pack.zip"]
    forwarded = (
        b"From: a@b.example\nSubject: Fw\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n--B\n\nsee\n"
        b"--B\nContent-Type: message/rfc822\n\n" + inner + b"\n--B--\n"
    )
    items = expand(forwarded, "f.eml")
    assert [i.name for i in items] == ["f.eml", "Inner.eml", "deep.txt"]
    assert [i.text for i in items] == ["see", "Inner body", "deep text"]
    assert len({i.family_id for i in items}) == 1


def test_metadata_of_a_mail() -> None:
    (item,) = expand(mail(), "a.eml")
    facts = item.metadata
    assert item.text == "The pumps arrive on Monday."
    assert (facts["subject"], facts["from"]) == ("Supply", "Ann Lee <ann@seller.example>")
    assert facts["to"] == ["Bo Chen <bo@buyer.example>"]
    assert facts["date_sent"] == "2026-03-02T01:30:00Z"
    assert facts["message_id"] == "<1@seller.example>"


def test_identification_hash_matches_the_published_example() -> None:
    published = "<CALckR-a8UDkRjO4xJyjd_s0GPxQWw@mail.gmail.com>"
    assert message_identification_hash(message_id=published) == "1de319c276884bd0c9e2f1621ada26cc"
    assert message_identification_hash(message_id="") is None


def test_chinese_headers_in_every_coding() -> None:
    import base64

    gb = base64.b64encode("关于供货合同".encode("gb18030")).decode()
    assert header_text(value=f"=?GB2312?B?{gb}?=") == "关于供货合同"
    whole = "关于供货合同".encode("gb18030")
    halves = [base64.b64encode(part).decode() for part in (whole[:5], whole[5:])]
    assert header_text(value=f"=?gb18030?B?{halves[0]}?=\r\n =?gb18030?B?{halves[1]}?=") == "关于供货合同"
    assert header_text(value="=?hz-gb-2312?Q?~=7B9XSZ9)=3B=75~=7D?=") != ""
    raw = "Subject: 关于供货合同的补充协议\nFrom: a@b.example\nDate: Mon, 02 Mar 2026 09:30:00 +0800\n\n正文".encode(
        "gb18030"
    )
    (item,) = expand(raw, "raw.eml")
    assert item.metadata["subject"] == "关于供货合同的补充协议"
    hz = b"Subject: x\nFrom: a@b.example\nContent-Type: text/plain; charset=hz-gb-2312\n\n" + "合同".encode("hz")
    assert expand(hz, "hz.eml")[0].text == "合同"


def test_dates_that_are_none_are_none() -> None:
    assert sent_at(value="Thu, 1 Jan 0002 00:00:00 +0000") is None
    assert sent_at(value="not a date") is None
    assert sent_at(value="2019-02-26T11:50:26+02:00") == "2019-02-26T09:50:26Z"


def test_html_only_and_differing_alternatives() -> None:
    html = b"From: a@b.example\nSubject: s\nContent-Type: text/html; charset=utf-8\n\n<p>One<br>Two</p>"
    assert expand(html, "a.eml")[0].text == "One\nTwo"
    both = (
        b"From: a@b.example\nSubject: s\nContent-Type: multipart/alternative; boundary=B\n\n"
        b"--B\nContent-Type: text/plain\n\nplain words\n--B\nContent-Type: text/html\n\n"
        b"<p>completely different hidden statement about payments today</p>\n--B--\n"
    )
    text = expand(both, "a.eml")[0].text
    assert text is not None
    assert "plain words" in text
    assert "hidden statement" in text


def test_encrypted_mail_keeps_its_header() -> None:
    data = (
        b"From: a@b.example\nSubject: secret\nMessage-ID: <9@b>\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=B\n\n'
        b"--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--B\nContent-Type: application/octet-stream\n\n"
        b"-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n--B--\n"
    )
    items = expand(data, "a.eml")
    assert (items[0].status, items[0].exception, items[0].metadata["subject"]) == ("item", "encrypted", "secret")


def test_mail_without_body_is_readable() -> None:
    (item,) = expand(b"From: a@b.example\nSubject: Call at nine\nDate: x\n\n\n", "a.eml")
    assert item.status == "item"
    assert item.text == "From: a@b.example\nDate: x\nSubject: Call at nine"
    assert item.metadata["body_absent"] is True


def _mbox(count: int) -> bytes:
    messages = [mail(subject=f"Number {n}", body=f"Body {n}\n\nFrom here on\n") for n in range(count)]
    return b"".join(b"From ann@seller.example Mon Mar  2 09:30:00 2026\n" + m + b"\n" for m in messages)


def test_mailbox_gives_each_message_a_family() -> None:
    items = expand(_mbox(5), "box.mbox")
    assert (items[0].status, items[0].kind, items[0].exception) == ("container", "mailbox", None)
    assert [i.path for i in items[1:]] == [f"box.mbox/{n:04d}.eml" for n in range(1, 6)]
    assert [i.metadata["subject"] for i in items[1:]] == [f"Number {n}" for n in range(5)]
    assert all(i.family_id == i.id and i.parent_id == items[0].id for i in items[1:])
    assert items[1].text == "Body 0\n\nFrom here on"


def test_mailbox_cut_in_half_keeps_what_is_there() -> None:
    whole = _mbox(10)
    items = expand(whole[: len(whole) // 2 + 7], "box.mbox")
    assert (items[0].status, items[0].exception) == ("container", "truncated")
    assert 4 <= len(items) - 1 <= 6
    assert items[1].metadata["subject"] == "Number 0"


def test_apple_mail_cut_short() -> None:
    message = mail()
    whole = f"{len(message)}\n".encode() + message + b"<?xml version='1.0'?><plist/>"
    assert expand(whole, "1.emlx")[0].exception is None
    assert expand(whole, "1.emlx")[0].text == "The pumps arrive on Monday."
    assert expand(whole[: len(message) - 10], "1.emlx")[0].exception == "truncated"
