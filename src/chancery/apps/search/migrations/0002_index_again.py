"""What was found before is indexed again, since documents are found by more fields and marks now."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone


def ask_again(apps: Any, editor: Any) -> None:
    """Ask for the indexing of every processed collection; safe to repeat."""
    jobs = apps.get_model("jobs", "Job").objects
    now = timezone.now()
    for each in apps.get_model("documents", "Collection").objects.filter(state="processed").iterator():
        jobs.get_or_create(
            idempotency_key=f"search.index:fields-2:{each.id}",
            defaults={
                "name": "search.index",
                "tenant_id": each.tenant_id,
                "matter_id": each.matter_id,
                "requested_by_label": "Chancery",
                "payload": {"collection_id": each.id, "document_ids": None},
                "run_after": now,
                "created_at": now,
            },
        )


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("documents", "0006_apart"),
        ("jobs", "0002_one_of_a_matter"),
    ]

    operations = [migrations.RunPython(ask_again, migrations.RunPython.noop)]
