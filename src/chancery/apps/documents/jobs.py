"""Background work of the documents room; each calls one action."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from chancery.apps.documents import actions
from chancery.platform.jobs.handle import JobHandle
from chancery.platform.jobs.registry import job
from chancery.platform.jobs.schedule import repeat

WORKERS = max(1, min(4, os.cpu_count() or 1))
"""Processes that read files at the same time."""


@job("documents.expand", label=_("Processing files"))
def expand(handle: JobHandle) -> None:
    """Expand a collection."""
    actions.expand_collection(
        actor=handle.actor,
        collection_id=handle.payload["collection_id"],
        at=handle.at,
        advance=_advance(handle, "files"),
        workers=WORKERS,
    )


@job("documents.recognise", label=_("Reading scanned pages"))
def recognise(handle: JobHandle) -> None:
    """Read the scanned documents of a collection."""
    actions.recognise_collection(
        actor=handle.actor,
        collection_id=handle.payload["collection_id"],
        at=handle.at,
        advance=_advance(handle, "documents"),
        workers=WORKERS,
    )


@job("documents.image", label=_("Making page images"))
def image(handle: JobHandle) -> None:
    """Make the page images of a collection."""
    actions.make_collection_pages(
        actor=handle.actor,
        collection_id=handle.payload["collection_id"],
        advance=_advance(handle, "documents"),
        workers=WORKERS,
    )


@job("documents.repair", label=_("Repairing exceptions"))
def repair(handle: JobHandle) -> None:
    """Carry out repairs of one input file."""
    actions.mend(actor=handle.actor, repair_ids=handle.payload["repair_ids"], at=handle.at, workers=WORKERS)


@job("documents.fetch", label=_("Fetching evidence"))
def fetch(handle: JobHandle) -> None:
    """Fetch a planned source."""
    actions.fetch_source(
        actor=handle.actor,
        source_id=handle.payload["source_id"],
        at=handle.at,
        advance=_advance(handle, "files"),
    )


@job("documents.relate", label=_("Comparing documents"))
def relate(handle: JobHandle) -> None:
    """Find near-duplicates, threads, versions and missing mails of a matter."""
    actions.relate_matter(
        actor=handle.actor,
        matter_id=handle.payload["matter_id"],
        at=handle.at,
        advance=_advance(handle, "steps"),
    )


@job("documents.try_rules", label=_("Trying rules"))
def try_rules(handle: JobHandle) -> None:
    """Count what a rule set would set aside."""
    actions.try_rules(
        actor=handle.actor,
        rule_set_id=handle.payload["rule_set_id"],
        at=handle.at,
        advance=_advance(handle, "documents"),
    )


@job("documents.apply_rules", label=_("Applying rules"))
def apply_rules(handle: JobHandle) -> None:
    """Set aside what a rule set says."""
    actions.carry_out_rules(
        actor=handle.actor,
        rule_set_id=handle.payload["rule_set_id"],
        at=handle.at,
        advance=_advance(handle, "documents"),
    )


@job("documents.change", label=_("Changing many documents"))
def change(handle: JobHandle) -> None:
    """Carry an act out on many documents."""
    actions.carry_out(
        actor=handle.actor,
        change_id=handle.payload["change_id"],
        at=handle.at,
        advance=_advance(handle, "documents"),
    )


@job("documents.undo_change", label=_("Taking back a change"))
def undo_change(handle: JobHandle) -> None:
    """Take an act on many documents back."""
    actions.take_back(
        actor=handle.actor,
        change_id=handle.payload["change_id"],
        at=handle.at,
        advance=_advance(handle, "documents"),
    )


def _advance(handle: JobHandle, unit: str) -> Callable[[int, int], None]:
    def advance(done: int, total: int) -> None:
        handle.advance(done=done, total=total, unit=unit)

    return advance


repeat(name="documents.pages", every=timedelta(minutes=1), body=actions.ask_for_pages)
repeat(name="documents.watch", every=timedelta(minutes=1), body=actions.watch_sources)
