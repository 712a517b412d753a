"""Duplicates with answers worked out by hand, and an account that adds up."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

from tests.engines.ingest.builders import expand, mail, zipped

from chancery.engines.ingest.accounting import duplicates, write_accounting
from chancery.engines.ingest.likeness import parts, person
from chancery.engines.ingest.records import Item


def _by_path(items: list[Item]) -> dict[str, str]:
    paths = {item.id: item.path for item in items}
    return {paths[copy]: paths[kept] for copy, kept in duplicates(items).items()}


def test_same_mail_in_other_bytes_is_one_mail() -> None:
    first = mail(files=[("a.txt", b"terms")])
    second = mail(
        body="The   pumps arrive\non Monday.",
        message_id="<other@x>",
        date="Mon, 02 Mar 2026 01:30:00 +0000",
        sender="ANN@seller.example",
        files=[("a.txt", b"terms")],
    )
    items = [*expand(second, "b/2.eml"), *expand(first, "a/1.eml")]
    assert _by_path(items) == {"b/2.eml": "a/1.eml", "b/2.eml/a.txt": "a/1.eml/a.txt"}


def test_what_differs_in_one_part_is_another_mail() -> None:
    items = expand(mail(), "0.eml")
    for number, changed in enumerate(
        [
            mail(subject="Other"),
            mail(body="The pumps arrive on Tuesday."),
            mail(to="someone@else.example"),
            mail(date="Mon, 02 Mar 2026 09:30:01 +0800"),
            mail(sender="other@seller.example"),
            mail(files=[("a.txt", b"terms")]),
        ]
    ):
        items += expand(changed, f"{number + 1}.eml")
    assert _by_path(items) == {}


def test_mails_without_body_never_merge_on_their_header() -> None:
    blank = b"From: MAILER-DAEMON\nSubject: \nDate: Thu, 1 Jan 0002 00:00:00 +0000\nMessage-ID: <%d@x>\n\n"
    items = expand(blank % 1, "1.eml") + expand(blank % 2, "2.eml") + expand(blank % 1, "3.eml")
    assert _by_path(items) == {"3.eml": "1.eml"}


def test_loose_files_merge_by_bytes_and_attachments_do_not_merge_alone() -> None:
    items = expand(b"same text", "b.txt") + expand(b"same text", "a.txt")
    items += expand(mail(files=[("c.txt", b"same text")]), "m.eml")
    items += expand(zipped([("d.txt", b"same text")]), "z.zip") + expand(b"", "e1") + expand(b"", "e2")
    assert _by_path(items) == {"b.txt": "a.txt", "z.zip/d.txt": "a.txt"}


def test_recipe_parts_are_the_hashes_worked_out_by_hand() -> None:
    facts = {
        "subject": " Re:  Supply ",
        "from": "Ann <Ann@X.example>",
        "to": ["B <b@y>"],
        "date_sent": "2026-03-02T01:30:00Z",
    }
    found = parts(text="a b\nc", metadata=facts)
    assert found["body"] == hashlib.sha256(b"abc").hexdigest()
    assert found["header"] == hashlib.sha256(b"re: supply\x00ann@x.example\x002026-03-02T01:30:00Z").hexdigest()
    assert found["recipients"] == hashlib.sha256(b"to:b@y\x00cc:\x00bcc:").hexdigest()
    assert person(shown="Bailey </O=ENRON/OU=NA/CN=RECIPIENTS/CN=Sbailey>") == "sbailey"


def test_account_adds_up(tmp_path: Path) -> None:
    sources = {
        "a.eml": mail(files=[("=evil.txt", b"x")]),
        "b.zip": zipped([("t.txt", b"text")]),
        "c.pdf": b"",
        "d.txt": b"text",
    }
    items = [item for name, data in sources.items() for item in expand(data, name)]
    size = sum(map(len, sources.values()))
    account = write_accounting(items=items, out=tmp_path, input_files=4, input_bytes=size)
    assert account == {
        "input_files": 4,
        "input_bytes": size,
        "items": 4,
        "containers": 1,
        "exceptions": 1,
        "duplicates": 1,
    }
    assert json.loads((tmp_path / "accounting.json").read_text()) == account
    lines = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert len(lines) == account["items"] + account["containers"] + account["exceptions"]
    assert sum(line["parent_id"] is None for line in lines) == 4
    assert list(lines[0]) == [
        "id",
        "parent_id",
        "family_id",
        "path",
        "name",
        "media_type",
        "size",
        "sha256",
        "md5",
        "status",
        "exception",
        "text_file",
        "duplicate_of",
        "metadata",
    ]
    for line in lines:
        if line["text_file"]:
            assert (tmp_path / line["text_file"]).read_text().strip()
    with (tmp_path / "exceptions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["path"], row["exception"]) for row in rows] == [("c.pdf", "empty")]
