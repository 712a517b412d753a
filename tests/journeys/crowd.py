"""A matter of many documents for the stories of the evidence rooms, written by plain inserts.

Run in the environment of a served home: ``python crowd.py 100000``; prints the matter and the documents a story opens.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from chancery.apps.documents import tallies  # noqa: E402
from chancery.apps.documents.models import (  # noqa: E402
    Collection,
    ControlSeries,
    Document,
    DocumentDetail,
    InputFile,
    RecognisedLine,
)
from chancery.apps.matters.actions import open_matter  # noqa: E402
from chancery.foundation.identifiers import new_id  # noqa: E402
from chancery.foundation.money import Money  # noqa: E402
from chancery.platform.access.actors import system_actor  # noqa: E402
from chancery.platform.identity.models import User  # noqa: E402
from chancery.platform.storage.actions import put_bytes  # noqa: E402
from chancery.platform.tenancy.models import Tenant  # noqa: E402

AT = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = ("mail", "mail", "mail", "pdf", "document", "spreadsheet", "image")
SUBJECTS = (
    "Delivery of the castings",
    "关于迟延交货的说明",
    "Price of the second lot",
    "付款条件",
    "Minutes of the call",
)
WORDED = 40
"""Documents at the beginning that have a text."""

COPY = 41
"""The one copy; the first document is its master."""


def rows_of(model: type[Any], rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Yield the values of rows as the database takes them."""
    fields = model._meta.concrete_fields
    for row in rows:
        yield [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


def insert(model: type[Any], rows: Iterator[Any]) -> None:
    """Write rows by one prepared statement."""
    columns = [connection.ops.quote_name(field.column) for field in model._meta.concrete_fields]
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, rows_of(model, rows))


def text_of(number: int) -> str:
    """Return the text of one of the first documents: clauses that differ a little from each other."""
    clauses = [
        f"Clause {each}: the seller delivers lot {each} to Ningbo and pays the freight." for each in range(1, 25)
    ]
    clauses[number % 24] = f"Clause {number % 24 + 1}: the buyer may refuse this lot, variant {number}."
    return "\n".join(clauses)


def main(count: int) -> None:
    """Make the matter and print what the stories need."""
    tenant = Tenant.objects.filter(kind="client").order_by("name").first()
    assert tenant is not None
    people = {user.username: user.id for user in User.objects.all()}
    matter, small = (
        open_matter(
            actor=system_actor(tenant_id=tenant.id), tenant_id=tenant.id, title=title,
            service_id="document-review", service_version=1, budget=Money(Decimal(1), "USD"), jurisdiction="US",
            data_location="US", team=[(people["reviewer-1"], "reviewer")], responsible_attorney_id=people["attorney"],
            parties=[], idempotency_key=title, at=AT,
        )
        for title in ("Hundred thousand", "Being collected")
    )  # fmt: skip
    place = {"tenant_id": tenant.id, "matter_id": matter.id}
    collection = Collection.objects.create(**place, number=1, name="Server of Halden", state="processed", created_at=AT)
    source = InputFile.objects.create(
        **place, collection=collection, path="server.zip", path_hash="c" * 64, size=1, sha256="a" * 64, md5="b" * 32,
        received_at=AT, state="expanded",
    )  # fmt: skip
    ids = [new_id() for _ in range(count)]
    texts = [put_bytes(**place, data=text_of(number).encode()).id for number in range(min(WORDED, count))]

    def documents() -> Iterator[Document]:
        for number, key in enumerate(ids):
            broken = number % 50 == 49
            yield Document(
                id=key, **place, collection_id=collection.id, input_file_id=source.id, item_key=f"k{number}",
                sequence=number + 1, control_number=f"CROWD-{number + 1:06d}", family_id=key,
                name=f"file {number * 7919 % 100003}.eml", title=f"{SUBJECTS[number % 5]} {number}",
                author=f"Person {number % 997} <p{number % 997}@halden.example>", kind=KINDS[number % 7],
                media_type="message/rfc822", status="exception" if broken else "item",
                exception=("encrypted", "corrupt", "unsupported")[number % 3] if broken else "",
                size=number * 31 % 10**6, pages=0,
                custodian=f"Custodian {number % 40}", language="zh" if number % 5 in (1, 3) else "en",
                sort_date=None if number % 11 == 0 else AT - timedelta(minutes=number * 17 % 1_500_000),
                duplicate_of_id=ids[0] if number == COPY else None, copies=1 if number == 0 else 0,
                attachments=number % 4, text_blob_id=texts[number] if number < len(texts) else "",
                text_length=len(text_of(number)) if number < len(texts) else 0,
                near_group=ids[0] if number < 20 else "", near_similarity=1000 - number if number < 20 else None,
                thread=f"T{number // 6}" if KINDS[number % 7] == "mail" else "",
                thread_place=number % 6 if KINDS[number % 7] == "mail" else None,
                inclusive=number % 6 > 3 if KINDS[number % 7] == "mail" else None,
            )  # fmt: skip

    insert(Document, documents())
    insert(DocumentDetail, (DocumentDetail(document_id=key, path=f"server.zip/{key}") for key in ids))
    ControlSeries.objects.create(matter_id=matter.id, last=count)
    RecognisedLine.objects.create(
        document_id=ids[3], matter_id=matter.id, page=1, number=0, left=500, top=500, right=9000, bottom=900,
        text="Clause 1: the scllcr delivers", confidence=610,
    )  # fmt: skip
    tallies.refresh(collection_id=collection.id)
    print(json.dumps({"matter": matter.id, "small": small.id, "first": ids[0], "second": ids[1]}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
