# ruff: noqa: E402
"""What runs while the power may go: an upload, a coding run, a production; each in a process of its own.

Arguments: ``prepare-coding | prepare-production SOURCE`` build a home; ``upload | coding | production`` do the work
and print a line ``ACK …`` after each thing that a person was told is done. ``POWER_CUT_PLANT`` plants a failure that
the test must find: ``no-database-sync`` or ``no-blob-sync``. ``restart`` goes on after a cut.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "chancery.project.settings"
PLANT = os.environ.get("POWER_CUT_PLANT", "")

import django
from django.conf import settings

if PLANT == "no-database-sync":
    options = settings.DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
if PLANT == "no-blob-sync":
    os.fsync = lambda descriptor: None
django.setup()

from django.utils import timezone

from chancery.apps.documents.actions import open_collection, receive_file
from chancery.apps.operations.actions.signoffs import sign_release
from chancery.apps.production.actions.downloads import issue_download_link
from chancery.apps.production.queries import production
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.review.models import Batch
from chancery.apps.workspace.actions.people import actor_of
from chancery.apps.workspace.actions.running import run_matter
from chancery.apps.workspace.models import Run
from chancery.platform.access.values import Actor
from chancery.platform.audit.models import Entry
from chancery.platform.jobs.claims import reap
from chancery.platform.jobs.worker import run_pending
from chancery.project.upkeep import prepare_home


def acknowledge(kind: str, **facts: str) -> None:
    """Tell the outside, in one write, what a person was told is done."""
    os.write(1, f"ACK {json.dumps({'kind': kind, **facts})}\n".encode())


def person(username: str) -> Actor:
    """Return the actor of a login."""
    actor = actor_of(username=username)
    assert actor is not None
    return actor


def prepare(source: Path, *, coded: bool) -> None:
    """Build a home with one small matter: processed, or coded up to the sign-off."""
    prepare_home()
    out = Path(os.environ["CHANCERY_HOME"]) / "scratch" / "out"
    codes = out.with_name("codes.csv") if coded else None
    if codes is not None:
        with codes.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(["path", "reviewer", "code", "privilege", "second_reviewer", "second_code", "description"])
            for number, path in enumerate(sorted(source.iterdir())):
                code = "responsive" if number % 8 else "not_responsive"
                privilege = "AC" if number == 3 else "none"
                table.writerow([path.name, "reviewer-1", code, privilege, "reviewer-2", code, "Advice of counsel"])
    result = run_matter(source=source, out=out, now=timezone.now, tell=lambda *_: None, codes=codes)
    assert result.status == ("awaiting_signoff" if coded else "awaiting_review"), result


def upload(source: Path) -> None:
    """Receive files one by one, each acknowledged by itself, then some together."""
    run = Run.objects.get()
    manager = person("manager")
    collection = open_collection(
        actor=manager, matter_id=run.matter_id, name="Second delivery", source_label="disk", at=timezone.now()
    )
    acknowledge("collection", id=collection)
    for path in sorted(source.iterdir()):
        row = receive_file(
            actor=manager, collection_id=collection, path=path.name, source=path, at=timezone.now(), custodian="Lin"
        )
        acknowledge("input", id=row.id, sha256=row.sha256)


def coding(source: Path) -> None:
    """Decide on every document of the open batches, as their reviewers."""
    for batch in Batch.objects.filter(level=1).select_related("assignee").order_by("number"):
        reviewer = person(batch.assignee.username)
        for number, place in enumerate(batch.places.order_by("position")):
            saved = save_coding(
                actor=reviewer,
                batch_id=batch.id,
                document_id=place.document_id,
                answers={"responsive": "not_responsive" if number % 3 else "responsive", "privilege": "none"},
                at=timezone.now(),
                seconds=20,
            )
            acknowledge("coding", id=saved.coding_id, document=place.document_id)


def production_(source: Path) -> None:
    """Sign, write and hand over a production."""
    run = Run.objects.get()
    standing = production(actor=person("manager"), production_id=run.production_id)
    sign_release(
        actor=person("attorney"),
        sign_off_id=standing.sign_off_id,
        seen_hash=standing.release_hash,
        at=timezone.now(),
    )
    acknowledge("signed", id=standing.sign_off_id)
    run_pending()
    delivered = production(actor=person("manager"), production_id=run.production_id)
    assert delivered.state == "delivered", delivered
    acknowledge("delivered", id=delivered.id)
    for _ in range(3):
        token = issue_download_link(
            actor=person("manager"),
            production_id=delivered.id,
            at=timezone.now(),
            valid_for=timedelta(days=1),
        )
        acknowledge("link", token=token, id=delivered.id)


def restart(source: Path) -> None:
    """Do what was left undone when the power went, as a worker does that starts again later."""
    prepare_home()
    reap(timezone.now() + timedelta(hours=1))
    run_pending()
    run = Run.objects.get()
    delivered = production(actor=person("manager"), production_id=run.production_id)
    assert delivered.state == "delivered", delivered
    assert Entry.objects.filter(act="production.delivered", object_id=delivered.id).count() == 1
    acknowledge("delivered", id=delivered.id)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    started = time.monotonic()
    match sys.argv[1]:
        case "prepare-coding":
            prepare(folder, coded=False)
        case "prepare-production":
            prepare(folder, coded=True)
        case "upload":
            upload(folder)
        case "coding":
            coding(folder)
        case "production":
            production_(folder)
        case "restart":
            restart(folder)
    sys.stderr.write(f"{sys.argv[1]} {time.monotonic() - started:.1f} s\n")
