"""The demo's second client: a matter mid-flight, a release that waits for its signature, a quote to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from chancery.apps.operations.actions.gate import submit_request
from chancery.apps.operations.actions.requests import answer_request, start_request
from chancery.apps.review.actions.coding import save_coding
from chancery.apps.review.actions.focus import record_focus
from chancery.apps.review.queries.desk import batches_of, desk
from chancery.apps.workspace.actions.ordering import Order
from chancery.apps.workspace.actions.people import Household, actor_of
from chancery.apps.workspace.actions.running import Result, run_matter
from chancery.apps.workspace.actions.stages import Listener
from chancery.apps.workspace.specimen.manifest import Manifest
from chancery.platform.jobs.worker import run_pending

# Documents that the reviewer of the second matter has decided when the demo opens.
DECIDED = 9
SUPPLY = Order(
    title="Halden v. Ningbo Haiyue: document review and production",
    answers={
        "work": ["review", "privilege_review", "production"],
        "documents": "320",
        "gigabytes": "0.01",
        "languages": ["en", "zh"],
        "jurisdiction": "US",
        "data_location": "US",
        "data_class": "highly_confidential",
        "privilege": "screen",
        "counsel": ["Simon Teale", "Anjali Desai", "Helen Marchetti"],
        "client_parties": ["Halden Marine Systems, Inc."],
        "adverse_parties": ["宁波海岳精密机械有限公司", "Ningbo Haiyue Precision Machinery Co., Ltd."],
        "amount_at_risk": "4200000",
        "currency": "USD",
        "budget": "6000",
        "deadline_days": "8",
        "consent": "yes",
        "notes": "Castings for three hulls; CISG and Washington law; the port closure of 2025 is in dispute.",
    },
)
INQUIRY = Order(
    title="Aurelle Medical: distribution inquiry, China channel",
    answers={
        **SUPPLY.answers,
        "documents": "70",
        "counsel": ["Joan Whitcombe"],
        "client_parties": ["Aurelle Medical, Inc."],
        "adverse_parties": ["上海诺康医疗器械贸易有限公司", "Shanghai Nuokang Medical Trading Co., Ltd."],
        "amount_at_risk": "900000",
        "budget": "3000",
        "notes": "Exclusive distribution, grey imports, rebates to hospitals.",
    },
)
FIRST_PART = Order(
    title="Aurelle Medical: first part for the audit committee",
    answers={**INQUIRY.answers, "documents": "25", "deadline_days": "5"},
)
SECOND_ROUND = Order(
    title="Aurelle Medical: second round, hospital tenders 2025",
    answers={**INQUIRY.answers, "documents": "12000", "gigabytes": "6.5", "budget": "30000", "deadline_days": "15"},
)


def lay_out_second_client(
    *,
    house: Household,
    folder: Path,
    part: str,
    codes: Path,
    out: Path,
    now: Callable[[], datetime],
    tell: Listener,
) -> Result:
    """Leave the second client's work as it stands on an ordinary day; returns the run of its main matter."""
    client = house.second_client.name
    result = run_matter(source=folder, out=out / "inquiry", now=now, tell=tell, client=client, order=INQUIRY)
    _decide_some(matter_id=result.matter_id, house=house, at=now())
    first = out / "first-part"
    run_matter(source=folder / part, out=first, now=now, tell=tell, client=client, order=FIRST_PART, codes=codes)
    _ask(house=house, order=SECOND_ROUND, at=now())
    run_pending(only_tenant=house.second_client.id)
    return result


def first_part(*, manifest: Manifest) -> str:
    """Return the custodian's folder that holds the most files: a collection of its own."""
    tops = Counter(
        specimen.path.split("/", 1)[0]
        for specimen in manifest.files
        if specimen.parent is None and "/" in specimen.path and specimen.expected_exception is None
    )
    return max(sorted(tops), key=lambda name: tops[name])


def below(*, manifest: Manifest, top: str) -> Manifest:
    """Return the part of a manifest below one folder, its paths relative to that folder."""
    files = tuple(
        replace(specimen, path=specimen.path.removeprefix(f"{top}/"))
        for specimen in manifest.files
        if specimen.path.startswith(f"{top}/")
    )
    return replace(manifest, files=files)


def _decide_some(*, matter_id: str, house: Household, at: datetime) -> None:
    batch = next(
        (item for item in batches_of(actor=house.actors["manager"], matter_id=matter_id) if item.assignee_id), None
    )
    reviewer = next((actor for actor in house.actors.values() if batch and actor.user_id == batch.assignee_id), None)
    if batch is None or reviewer is None:
        return
    reviewer = actor_of(username=_login(house, reviewer.user_id)) or reviewer
    for place in range(DECIDED):
        record = desk(actor=reviewer, batch_id=batch.id)
        begun = at - timedelta(minutes=DECIDED - place)
        for seconds in (0, 15, 15):
            begun += timedelta(seconds=seconds)
            record_focus(actor=reviewer, batch_id=batch.id, document_id=record.document.id, seconds=seconds, at=begun)
        answers = {"responsive": "responsive" if place % 3 else "not_responsive", "privilege": "none"}
        save_coding(
            actor=reviewer,
            batch_id=batch.id,
            document_id=record.document.id,
            answers=answers,
            seconds=12,
            at=begun + timedelta(seconds=12),
        )


def _login(house: Household, user_id: str) -> str:
    return next(name for name, actor in house.actors.items() if actor.user_id == user_id)


def _ask(*, house: Household, order: Order, at: datetime) -> None:
    counsel = house.actors["counsel-2"]
    started = start_request(
        actor=counsel,
        tenant_id=house.second_client.id,
        service_id="document-review",
        title=order.title,
        at=at,
        idempotency_key="demo:second-round",
    )
    if started.state == "draft":
        answer_request(actor=counsel, request_id=started.id, answers=order.answers, at=at)
        submit_request(actor=counsel, request_id=started.id, at=at)
