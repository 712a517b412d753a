"""Drives a whole matter from a folder, by the same acts as the pages, and goes on where an earlier run stopped."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from chancery.apps.documents.actions import Incoming, close_collection, open_collection, receive_files
from chancery.apps.documents.queries import collection, collection_accounting, export_items
from chancery.apps.matters.queries import matter
from chancery.apps.operations.actions.checklists import tick
from chancery.apps.operations.actions.quality import waive_sample
from chancery.apps.operations.actions.signoffs import sign_release
from chancery.apps.operations.queries.quality import checklist, latest_sample
from chancery.apps.production.actions.downloads import export_volume
from chancery.apps.production.actions.preparing import prepare_production
from chancery.apps.production.actions.releasing import submit_for_sign_off
from chancery.apps.production.queries import (
    ProductionRecord,
    privilege_log_csv,
    production,
    standing_production,
)
from chancery.apps.review.actions.looks import KIND
from chancery.apps.review.queries.progress import progress
from chancery.apps.spend.queries import invoice_of_production, ledes_file
from chancery.apps.workspace.actions.coding_files import read_codes, take_codes
from chancery.apps.workspace.actions.ordering import (
    Order,
    RunRefused,
    contents_hash,
    engage,
    order_for,
    place_order,
    source_files,
    take_up_run,
)
from chancery.apps.workspace.actions.people import Household, actor_of, client_and_counsel, furnish
from chancery.apps.workspace.actions.stages import Listener, Stages
from chancery.apps.workspace.models import Run
from chancery.engines.ingest.records import SourceFile
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import export_record
from chancery.platform.events.queries import dead_deliveries
from chancery.platform.jobs.queries import jobs_for
from chancery.platform.jobs.worker import run_pending
from chancery.platform.tenancy.queries import TenantRecord

AWAITING_REVIEW = "awaiting_review"
AWAITING_SIGN_OFF = "awaiting_signoff"
DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class Result:
    """Where a run ended: awaiting_review, awaiting_signoff or delivered."""

    status: str
    matter: str
    matter_id: str
    out: str
    stages: Mapping[str, Mapping[str, float]]
    counts: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Drive:
    """One run under way: its people, its clock and the stages it has reached."""

    run: Run
    tenant: TenantRecord
    counsel: Actor
    house: Household
    stages: Stages
    now: Callable[[], datetime]
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def manager(self) -> Actor:
        """Return the delivery manager."""
        return self.house.actors["manager"]

    def work(self) -> None:
        """Do all background work of the client that is due; a failure of it ends the run with its name."""
        run_pending(only_tenant=self.tenant.id, on_progress=self.stages.advance_job)
        failed = jobs_for(actor=self.manager, matter_id=self.run.matter_id, states=frozenset({"failed"}))
        if failed:
            raise RunRefused("%(job)s failed: %(error)s", code="job_failed", job=failed[0].label, error=failed[0].error)
        dead = [item for item in dead_deliveries() if item.tenant_id == self.tenant.id]
        if dead:
            raise RunRefused(
                "%(name)s failed: %(error)s", code="news_failed", name=dead[0].handler, error=dead[0].error
            )


def run_matter(
    *,
    source: Path,
    out: Path,
    now: Callable[[], datetime],
    tell: Listener,
    client: str = "",
    service_id: str = "document-review",
    codes: Path | None = None,
    approve: str = "",
    order: Order | None = None,
) -> Result:
    """Take a folder from request to paid-for delivery as far as codes and an attorney's approval reach.

    codes: a coding file; without it the run stops with work in the queue. approve: login of the attorney who signs;
    without it the run stops at the sign-off and writes no production. Raises Refused, having changed nothing wrong.
    """
    rows = read_codes(path=codes) if codes else None
    stages = Stages(tell=tell)
    with stages.under_way("request"):
        files = source_files(source=source)
        house = furnish(at=now())
        tenant, counsel = client_and_counsel(name=client, house=house, at=now())
        attorney = _attorney(approve) if approve else None
        run = take_up_run(tenant=tenant, service_id=service_id, contents=contents_hash(files=files), at=now())
        drive = Drive(run=run, tenant=tenant, counsel=counsel, house=house, stages=stages, now=now)
        _order(drive, source, files, order)
    out.mkdir(parents=True, exist_ok=True)
    _collect(drive, source, files)
    _process(drive, out)
    status = AWAITING_REVIEW
    if rows is not None:
        _code(drive, rows)
    if run.production_id or _reviewed(drive):
        _prepare(drive)
        status = AWAITING_SIGN_OFF
        if attorney is not None:
            _release(drive, attorney, out)
            status = DELIVERED
    if status != DELIVERED and (out / "production").exists():
        shutil.rmtree(out / "production")
    found = matter(actor=drive.manager, matter_id=run.matter_id)
    _write_record(drive, out)
    return Result(
        status=status,
        matter=found.number,
        matter_id=found.id,
        out=str(out),
        stages=stages.as_json(),
        counts=drive.counts,
    )


def _attorney(name: str) -> Actor:
    found = actor_of(username=name)
    if found is None or not found.has(Role.ATTORNEY):
        raise RunRefused("There is no attorney called %(name)s.", code="attorney_unknown", name=name)
    return found


def _order(drive: Drive, source: Path, files: Sequence[SourceFile], order: Order | None) -> None:
    run = drive.run
    if run.matter_id:
        drive.stages.advance("request", 1, 1, "request")
        return
    size = sum(file.location.stat().st_size for file in files)
    wanted = order or order_for(client=drive.tenant, source=source, files=len(files), size=size)
    record = place_order(run=run, counsel=drive.counsel, order=wanted, at=drive.now())
    drive.stages.advance("request", 1, 1, "request")
    with drive.stages.under_way("quote"):
        engage(run=run, counsel=drive.counsel, record=record, at=drive.now())
        drive.stages.advance("quote", 1, 1, "quote")


def _collect(drive: Drive, source: Path, files: Sequence[SourceFile]) -> None:
    run = drive.run
    with drive.stages.under_way("collect"):
        if not run.collection_id:
            run.collection_id = open_collection(
                actor=drive.manager,
                matter_id=run.matter_id,
                name=source.name or "evidence",
                source_label=source.name,
                at=drive.now(),
            )
            run.save(update_fields=["collection_id"])
        if collection(actor=drive.manager, collection_id=run.collection_id).state == "receiving":
            for start in range(0, len(files), 100):
                part = [Incoming(path=file.path, location=file.location) for file in files[start : start + 100]]
                receive_files(actor=drive.manager, collection_id=run.collection_id, files=part, at=drive.now())
                drive.stages.advance("collect", min(start + 100, len(files)), len(files), "files")
            close_collection(actor=drive.manager, collection_id=run.collection_id, at=drive.now())
        drive.stages.advance("collect", len(files), len(files), "files")


def _process(drive: Drive, out: Path) -> None:
    with drive.stages.under_way("process"):
        drive.work()
        accounting = export_items(actor=drive.manager, matter_id=drive.run.matter_id, out=out)
        done = accounting.input_files - accounting.waiting_files
        drive.stages.advance("process", done, accounting.input_files, "files")
    if not accounting.adds_up:
        raise RunRefused("The accounting of the evidence does not add up.", code="accounting")
    drive.counts["accounting"] = json.loads((out / "accounting.json").read_text("utf-8"))


def _code(drive: Drive, rows: Sequence[Any]) -> None:
    run = drive.run
    with drive.stages.under_way("review"):
        coded = take_codes(
            manager=drive.manager,
            tenant_id=drive.tenant.id,
            matter_id=run.matter_id,
            rows=rows,
            at=drive.now(),
        )
        drive.work()
        drive.stages.advance("review", coded.documents, coded.documents + coded.uncoded, "documents")
    with drive.stages.under_way("quality"):
        sample = latest_sample(matter_id=run.matter_id, kind=KIND)
        if sample is not None:
            drive.stages.advance("quality", sample.done, sample.size, "documents")
            drive.counts["second_look"] = {
                "population": sample.population,
                "sampled": sample.size,
                "done": sample.done,
                "overturned": sample.overturned,
            }
    drive.counts["review"] = {
        "rows": coded.rows,
        "documents": coded.documents,
        "uncoded": coded.uncoded,
        "conflicts": coded.conflicts,
    }


def _reviewed(drive: Drive) -> bool:
    state = progress(actor=drive.manager, matter_id=drive.run.matter_id)
    return latest_sample(matter_id=drive.run.matter_id, kind=KIND) is not None and state.coded > 0


def _prepare(drive: Drive) -> None:
    run = drive.run
    with drive.stages.under_way("signoff"):
        standing = standing_production(actor=drive.manager, matter_id=run.matter_id)
        if standing is None:
            run.production_id = prepare_production(actor=drive.manager, matter_id=run.matter_id, at=drive.now())
            run.save(update_fields=["production_id"])
            standing = production(actor=drive.manager, production_id=run.production_id)
        run.production_id = standing.id
        run.save(update_fields=["production_id"])
        _tick(drive, standing)
        submit_for_sign_off(actor=drive.manager, production_id=standing.id, at=drive.now())
        drive.work()
        drive.stages.advance("signoff", 0, 1, "sign-off")


def _tick(drive: Drive, standing: ProductionRecord) -> None:
    """Tick what the run has done, each point with what it rests on."""
    evidence = {
        "protocol_followed": f"{standing.documents} documents in {standing.families} families, by the coding of record",
        "exceptions_disclosed": "exceptions.csv lists every file that could not be processed in full",
    }
    for point in checklist(actor=drive.manager, checklist_id=standing.checklist_id).points:
        if not point.ticked:
            text = evidence.get(point.key, f"release hash {standing.release_hash}")
            tick(
                actor=drive.manager,
                checklist_id=standing.checklist_id,
                key=point.key,
                evidence=text if point.evidence_kind == "text" else "",
                at=drive.now(),
            )


def _release(drive: Drive, attorney: Actor, out: Path) -> None:
    run = drive.run
    with drive.stages.under_way("signoff"):
        sample = latest_sample(matter_id=run.matter_id, kind=KIND)
        if sample is not None and sample.state == "open":
            waive_sample(
                actor=attorney,
                sample_id=sample.id,
                reason="Released on my order without second codes for the documents that were drawn.",
                at=drive.now(),
            )
            drive.counts["second_look_waived"] = sample.size - sample.done
        standing = production(actor=drive.manager, production_id=run.production_id)
        sign_release(actor=attorney, sign_off_id=standing.sign_off_id, seen_hash=standing.release_hash, at=drive.now())
        drive.stages.advance("signoff", 1, 1, "sign-off")
    with drive.stages.under_way("produce"):
        drive.work()
        delivered = production(actor=drive.manager, production_id=run.production_id)
        if delivered.state != DELIVERED:
            raise RunRefused("The production was not delivered: %(why)s", code="not_delivered", why=delivered.message)
        export_volume(actor=drive.manager, production_id=delivered.id, out=out / "production", at=drive.now())
        (out / "privilege-log.csv").write_bytes(privilege_log_csv(actor=drive.manager, production_id=delivered.id))
        drive.stages.advance("produce", delivered.documents, delivered.documents, "documents")
    with drive.stages.under_way("bill"):
        invoice = invoice_of_production(actor=drive.manager, production_id=delivered.id)
        if invoice is None:
            raise RunRefused("The invoice was not drafted.", code="invoice_missing")
        (out / "invoice.ledes").write_bytes(ledes_file(actor=drive.manager, invoice_id=invoice.id)[1])
        drive.stages.advance("bill", len(invoice.lines), len(invoice.lines), "lines")
    drive.counts["production"] = {
        "documents": delivered.documents,
        "pages": delivered.pages,
        "withheld": delivered.withheld,
        "first": delivered.first,
        "last": delivered.last,
        "invoice": invoice.number,
        "total": str(invoice.total),
    }
    run.finished = True
    run.save(update_fields=["finished"])


def _write_record(drive: Drive, out: Path) -> None:
    with drive.stages.under_way("record"):
        with (out / "record.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
            head = export_record(tenant_id=drive.tenant.id, stream=stream, at=drive.now())
        (out / "record.head.json").write_text(json.dumps(head.as_dict(), indent=1) + "\n", "utf-8")
        drive.stages.advance("record", head.seq, head.seq, "entries")
    drive.counts["documents"] = collection_accounting(actor=drive.manager, matter_id=drive.run.matter_id).documents
