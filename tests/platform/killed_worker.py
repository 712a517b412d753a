# ruff: noqa: E402
"""A worker in a process of its own, for the test that kills it. Arguments: prepare | work | reap | report."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

os.environ["DJANGO_SETTINGS_MODULE"] = "platform_settings"

import django

django.setup()

from django.core.management import call_command
from django.db import transaction

from chancery.platform.access.actors import system_actor
from chancery.platform.audit.actions import record
from chancery.platform.audit.models import Entry
from chancery.platform.audit.queries import verify_tenant
from chancery.platform.jobs.actions import enqueue, run_pending
from chancery.platform.jobs.claims import reap
from chancery.platform.jobs.models import Job
from chancery.platform.jobs.registry import job
from chancery.platform.tenancy.actions import found_tenant
from chancery.platform.tenancy.queries import client_tenants

AT = datetime(2026, 3, 2, tzinfo=UTC)
TOTAL = 60


@job("tests.count", label="Counting")
def count(handle) -> None:
    """Write one act per number; the act and the checkpoint are in one transaction."""
    for number in range(handle.checkpoint.get("next", 0), TOTAL):
        with transaction.atomic():
            record(
                tenant_id=handle.tenant_id,
                actor=handle.actor,
                act="test.counted",
                object_type="number",
                object_id=str(number),
                label=str(number),
                at=handle.at,
            )
            handle.advance(done=number + 1, total=TOTAL, unit="numbers", checkpoint={"next": number + 1})
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        time.sleep(0.01)


def prepare() -> None:
    from chancery.project.upkeep import prepare_home

    prepare_home()
    call_command("migrate", interactive=False, verbosity=0)
    tenant = found_tenant(name="Client", name_zh="", kind="client", at=AT)
    with transaction.atomic():
        enqueue(
            name="tests.count",
            tenant_id=tenant.id,
            matter_id=None,
            payload={},
            idempotency_key="count",
            actor=system_actor(tenant_id=tenant.id),
            at=AT,
        )


def report() -> None:
    job_ = Job.objects.get(idempotency_key="count")
    numbers = list(Entry.objects.filter(act="test.counted").order_by("seq").values_list("object_id", flat=True))
    verdict = verify_tenant(tenant_id=client_tenants()[0].id)
    sys.stdout.write(json.dumps({"state": job_.state, "attempts": job_.attempts, "numbers": numbers, "ok": verdict.ok}))


if __name__ == "__main__":
    match sys.argv[1]:
        case "prepare":
            prepare()
        case "work":
            run_pending()
        case "reap":
            sys.stdout.write(str(reap(datetime.now(UTC) + timedelta(seconds=61))))
        case "report":
            report()
