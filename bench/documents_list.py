"""Time, queries and size of the list of documents at 100,000 rows: ``python bench/documents_list.py [rows]``.

Works in a home of its own under the system's folder for temporary files and removes it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="chancery-bench-")
os.environ["CHANCERY_TEST_HOME"] = HOME
os.environ["DJANGO_SETTINGS_MODULE"] = "chancery.project.settings_for_tests"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, setup_test_environment  # noqa: E402

from chancery.apps.documents import tallies  # noqa: E402
from chancery.apps.documents.changes import carry_out, change_documents, take_back  # noqa: E402
from chancery.apps.documents.listing import matching_ids  # noqa: E402
from chancery.apps.documents.models import Collection, Document, DocumentDetail, InputFile, Tag, TagMark  # noqa: E402
from chancery.apps.matters.actions import open_matter  # noqa: E402
from chancery.foundation.money import Money  # noqa: E402
from chancery.platform.access.actions import grant_membership  # noqa: E402
from chancery.platform.access.actors import actor_for, system_actor  # noqa: E402
from chancery.platform.access.values import Role  # noqa: E402
from chancery.platform.identity.models import User  # noqa: E402
from chancery.platform.tenancy.actions import found_tenant  # noqa: E402

AT = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = ("mail", "mail", "mail", "pdf", "document", "spreadsheet", "image")
ADDRESSES = (
    "", "?sort=-date", "?sort=date", "?sort=title", "?sort=-size", "?sort=custodian", "?kind=pdf",
    "?kind=pdf&sort=-date",
    "?custodian=custodian-7", "?view=unprocessed", "?view=unique", "?copies=only", "?language=zh", "?date=2024-03",
    "?attachments=yes", "?q=subject+99", "?q=nothing-has-this",
    "?tag=TAG", "?tag=TAG&sort=-date", "?held=yes", "?aside=yes", "?near=any", "?mails=contained", "?mails=enough",
    "?cols=number,title,tags,near,thread,status", "?status=exception&accepted=no",
)  # fmt: skip


def filled(rows: int) -> tuple[str, User]:
    """Make a matter with that many documents."""
    provider = found_tenant(name="Provider", name_zh="", kind="provider", at=AT)
    client = found_tenant(name="Client", name_zh="", kind="client", at=AT)
    actor = system_actor(tenant_id=client.id)
    user = User.objects.create(username="manager", display_name="Manager", email="m@example.com")
    grant_membership(
        actor=system_actor(tenant_id=provider.id), user_id=user.id, tenant_id=None, role=Role.MANAGER, at=AT
    )
    matter = open_matter(
        actor=actor, tenant_id=client.id, title="Bench", service_id="s", service_version=1,
        budget=Money(Decimal(1), "USD"), jurisdiction="US", data_location="US", team=[], responsible_attorney_id=None,
        parties=[], idempotency_key="bench", at=AT,
    )  # fmt: skip
    place = {"tenant_id": client.id, "matter_id": matter.id}
    collection = Collection.objects.create(**place, number=1, name="c", state="processed", created_at=AT)
    source = InputFile.objects.create(
        **place, collection=collection, path="a", path_hash="a", size=1, sha256="", md5="", received_at=AT
    )
    for start in range(0, rows, 5000):
        found = [document(place, collection, source, number) for number in range(start, min(rows, start + 5000))]
        Document.objects.bulk_create(found, batch_size=500)
        DocumentDetail.objects.bulk_create(
            [DocumentDetail(document_id=each.id, path=each.name, metadata={"x": "y" * 400}) for each in found],
            batch_size=500,
        )
    tallies.refresh(collection_id=collection.id)
    tag = Tag.objects.create(**place, id="0" * 25 + "t", name="Key", folded="key", created_at=AT)
    marked = Document.objects.filter(sequence__gt=rows // 2).values_list("id", flat=True)[: rows // 20]
    TagMark.objects.bulk_create([TagMark(tag=tag, document_id=key) for key in marked], batch_size=500)
    return matter.id, user


def document(place: dict[str, str], collection: Collection, source: InputFile, number: int) -> Document:
    """Return one row; every 50th could not be read, every 10th is a copy."""
    key = f"{number:026d}"
    broken = number % 50 == 7
    return Document(
        id=key, **place, collection=collection, input_file=source, item_key=key, sequence=number + 1,
        control_number=f"BEN-{number + 1:06d}", family_id=key, name=f"file {number * 7919 % 100003}.eml",
        title=f"subject {number * 104729 % 100003}", author=f"person {number % 997}", kind=KINDS[number % len(KINDS)],
        media_type="message/rfc822", status="exception" if broken else "item", exception="corrupt" if broken else "",
        size=number * 31 % 1_000_000, custodian=f"custodian-{number % 40}", language="zh" if number % 3 == 0 else "en",
        sort_date=None if number % 11 == 0 else AT - timedelta(minutes=number * 17 % 1_500_000),
        held=number % 1000 == 3, set_aside="dates" if number % 500 == 4 else "",
        near_group=f"{number // 4 * 4:026d}" if number % 9 == 0 else "", near_similarity=number % 300 + 700,
        thread=f"T{number // 6}" if number % 7 else "", thread_place=number % 6, inclusive=number % 6 == 5,
        attachments=number % 4, duplicate_of_id=f"{number - 1:026d}" if number % 10 == 9 else None,
    )  # fmt: skip


def act(matter_id: str, user: User, rows: int) -> None:
    """Tag every document and take the tag off again, as the background does, and print the seconds."""
    actor = actor_for(user=user)
    every = matching_ids(actor=actor, matter_id=matter_id)
    began = time.perf_counter()
    change = change_documents(actor=actor, matter_id=matter_id, act="tag", document_ids=every, value="all", at=AT)
    carry_out(actor=actor, change_id=change.id, at=AT)
    middle = time.perf_counter()
    take_back(actor=actor, change_id=change.id, at=AT)
    print(f"tag on {rows} documents: {middle - began:.1f} s; taken back: {time.perf_counter() - middle:.1f} s")


def main() -> None:
    """Fill, ask each address six times, print the best and the worst."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    matter_id, user = filled(rows)
    setup_test_environment()
    browser = Client()
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    base = f"/matters/{matter_id}/documents/"
    act(matter_id, user, rows)
    print(f"{rows} documents; database {Path(HOME, 'db', 'main.sqlite3').stat().st_size / 1e6:.0f} MB")
    print(f"{'address':40} {'best ms':>8} {'worst':>8} {'queries':>8} {'kB':>7}")
    for address in (each.replace("TAG", "0" * 25 + "t") for each in ADDRESSES):
        times = []
        for _ in range(6):
            with CaptureQueriesContext(connection) as asked:
                began = time.perf_counter()
                response = browser.get(base + address)
                times.append((time.perf_counter() - began) * 1000)
        assert response.status_code == 200
        size = len(response.content) / 1000
        print(f"{address or '(all)':40} {min(times):8.0f} {max(times):8.0f} {len(asked):8} {size:7.1f}")


if __name__ == "__main__":
    try:
        call_command("migrate", verbosity=0)
        main()
    finally:
        shutil.rmtree(HOME, ignore_errors=True)
