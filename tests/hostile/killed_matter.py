# ruff: noqa: E402
"""Steps around a real worker that is killed: ``collect | sign FOLDER``, each in a process of its own."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "chancery.project.settings"

import django

django.setup()

from django.utils import timezone

from chancery.apps.documents.actions import Incoming, close_collection, open_collection, receive_files
from chancery.apps.operations.actions.signoffs import sign_release
from chancery.apps.production.queries import production
from chancery.apps.workspace.actions.ordering import engage, order_for, place_order, source_files, take_up_run
from chancery.apps.workspace.actions.people import furnish
from chancery.apps.workspace.actions.running import run_matter
from chancery.apps.workspace.models import Run
from chancery.project.upkeep import prepare_home


def collect(folder: Path) -> None:
    """Open a matter, receive a folder and close the collection: the work of processing it waits in the queue."""
    house, now = furnish(at=timezone.now()), timezone.now
    run = take_up_run(tenant=house.client, service_id="document-review", contents="kill", at=now())
    counsel, manager = house.actors["counsel"], house.actors["manager"]
    order = order_for(client=house.client, source=folder, files=10, size=10)
    matter_id = engage(
        run=run, counsel=counsel, record=place_order(run=run, counsel=counsel, order=order, at=now()), at=now()
    )
    opened = open_collection(actor=manager, matter_id=matter_id, name="Evidence", source_label="disk", at=now())
    files = [Incoming(path=file.path, location=file.location) for file in source_files(source=folder)]
    receive_files(actor=manager, collection_id=opened, files=files, at=now())
    close_collection(actor=manager, collection_id=opened, at=now())


def sign(folder: Path) -> None:
    """Run a matter to the sign-off and sign: the work of writing the volume waits in the queue."""
    scratch = Path(os.environ["CHANCERY_HOME"])
    codes = scratch / "codes.csv"
    with codes.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["path", "code", "second_reviewer", "second_code"])
        for path in sorted(folder.iterdir()):
            table.writerow([path.name, "responsive", "reviewer-2", "responsive"])
    out = scratch / "out"
    result = run_matter(source=folder, out=out, now=timezone.now, tell=lambda *_: None, codes=codes)
    assert result.status == "awaiting_signoff"
    house = furnish(at=timezone.now())
    standing = production(actor=house.actors["manager"], production_id=Run.objects.get().production_id)
    sign_release(
        actor=house.actors["attorney"],
        sign_off_id=standing.sign_off_id,
        seen_hash=standing.release_hash,
        at=timezone.now(),
    )


if __name__ == "__main__":
    prepare_home()
    {"collect": collect, "sign": sign}[sys.argv[1]](Path(sys.argv[2]))
