"""Background work of the production room."""

from __future__ import annotations

import os

from django.utils import timezone
from django.utils.translation import gettext_lazy

from chancery.apps.production.actions.writing import write_signed_production
from chancery.platform.jobs.handle import JobHandle
from chancery.platform.jobs.registry import job


@job("production.write", label=gettext_lazy("Writing the production"))
def write(handle: JobHandle) -> None:
    """Write a signed volume; each document counts twice, once imaged and once endorsed."""

    def tell(done: int, total: int) -> None:
        if done % 25 == 0 or done == total:
            handle.advance(done=done, total=total, unit="steps")

    write_signed_production(
        actor=handle.actor,
        production_id=handle.payload["production_id"],
        at=timezone.now(),
        workers=min(4, os.cpu_count() or 1),
        tell=tell,
    )
