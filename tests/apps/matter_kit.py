"""Two clients, each with an engaged matter, its processed documents and review batches; for tests of any room.

Import the fixtures you want into a test module or conftest: ``from apps.matter_kit import kit, staffed_world``.
Everything but the documents goes through the actions of the rooms; the documents are rows, since taking real
files apart has its own tests.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apps.conftest import World
from chancery.apps.documents.models import Collection, Document, DocumentDetail, InputFile
from chancery.apps.documents.tallies import refresh
from chancery.apps.operations import actions as operations
from chancery.apps.providers.actions import record_licence, register_professional
from chancery.apps.review.actions.batching import form_batches
from chancery.apps.review.models import Batch
from chancery.foundation.identifiers import new_id
from chancery.platform.access.actions import add_team_member, remove_team_member
from chancery.platform.access.actors import system_actor
from chancery.platform.access.values import Actor
from chancery.platform.jobs.worker import run_pending
from chancery.platform.storage.actions import put_bytes

STAFF = (
    ("manager", "senior", "New York", "US", ("en",), "PARTNR"),
    ("reviewer-1", "paralegal", "New York", "US", ("en", "zh"), "PARALE"),
    ("reviewer-2", "paralegal", "Kunming", "CN", ("en", "zh"), "PARALE"),
    ("attorney", "lawyer", "New York", "US", ("en",), "ASSOCI"),
)
ANSWERS: dict[str, Any] = {
    "work": ["review", "privilege_review", "production"],
    "documents": "300",
    "gigabytes": "0.2",
    "languages": ["en", "zh"],
    "jurisdiction": "US-NY",
    "data_location": "US",
    "data_class": "confidential",
    "privilege": "screen",
    "counsel": "Marlow & Finch LLP",
    "currency": "USD",
    "budget": "2000",
    "deadline_days": "20",
    "consent": "yes",
}


@dataclass(frozen=True)
class Paper:
    """One document to lay out. parent, copy_of: place of another one in the list."""

    path: str
    text: str
    language: str = "en"
    parent: int | None = None
    copy_of: int | None = None
    status: str = "item"
    exception: str = ""
    kind: str = "text"
    title: str = ""
    author: str = ""


# 0-2 a family in English with a Chinese attachment, 3-4 a Chinese family, 5 and 6 alone, 7 a copy of 5,
# 8 an exception, 9 a mailbox with 10 inside.
PAPERS = (
    Paper("Li Wei/offer.eml", "Offer for forty pumps", kind="email", title="Offer", author="li.wei@halden.example"),
    Paper("Li Wei/offer.eml/terms.txt", "Payment in thirty days", parent=0),
    Paper("Li Wei/offer.eml/合同.txt", "买卖合同第一条", "zh", parent=0),
    Paper("Zhou/来函.eml", "迟延交货的说明", "zh", kind="email", title="关于交货"),
    Paper("Zhou/来函.eml/附件.txt", "交货清单", "zh", parent=3),
    Paper("Shared/minutes.txt", "Minutes of the call with counsel"),
    Paper("Shared/会议纪要.txt", "双方讨论了违约责任", "zh"),
    Paper("Wang/minutes copy.txt", "Minutes of the call with counsel", copy_of=5),
    Paper("Shared/locked.pdf", "", status="exception", exception="encrypted", kind="pdf"),
    Paper("Mail/box.mbox", "", status="container", kind="container"),
    Paper("Mail/box.mbox/1.eml", "Please call me about the pumps", parent=9, kind="email", title="Call"),
)


@dataclass(frozen=True)
class Place:
    """One matter of one client. documents: ids in the order of ``PAPERS``; batches: ids by number."""

    tenant_id: str
    matter_id: str
    documents: tuple[str, ...]
    batches: tuple[str, ...]
    collection_id: str = ""


@dataclass(frozen=True)
class Kit:
    """The world with a matter of each client. first: the reviewers and the attorney work on it."""

    world: World
    first: Place
    second: Place
    at: datetime
    clock: dict[str, datetime] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        """Return a person as an actor."""
        return self.world.actor(username)

    def later(self, seconds: float = 60) -> datetime:
        """Return a moment after the one given before."""
        self.clock["now"] = self.clock.get("now", self.at) + timedelta(seconds=seconds)
        return self.clock["now"]

    def reviewer_of(self, batch_id: str) -> str:
        """Return the username of the person on whose desk a batch lies."""
        holder = str(Batch.objects.get(id=batch_id).assignee_id)
        return next(name for name, user in self.world.person.items() if str(user.id) == holder)


def staff_and_services(world: World, at: datetime) -> World:
    """Publish the catalogue and register the staff, the attorney licensed in New York until the end of 2026."""
    operations.publish_shipped_services(at=at)
    manager = world.actor("manager")
    for username, grade, site, calendar, languages, classification in STAFF:
        person = register_professional(
            actor=manager,
            user_id=world.person[username].id,
            grade=grade,
            site=site,
            calendar=calendar,
            daily_minutes=450,
            skills=("document-review",),
            languages=languages,
            classification=classification,
            at=at,
        )
        if username == "attorney":
            record_licence(
                actor=manager,
                professional_id=person,
                jurisdiction="US-NY",
                number="NY-4471902",
                valid_from=date(2025, 1, 1),
                valid_to=date(2026, 12, 31),
                at=at,
            )
    return world


def engage(world: World, *, tenant_id: str, counsel: str, title: str, at: datetime, **changed: Any) -> str:
    """Take a request to an accepted quote; returns the matter's id."""
    actor = world.actor(counsel)
    draft = operations.start_request(actor=actor, tenant_id=tenant_id, service_id="document-review", title=title, at=at)
    operations.answer_request(actor=actor, request_id=draft.id, answers={**ANSWERS, **changed}, at=at)
    submitted = operations.submit_request(actor=actor, request_id=draft.id, at=at)
    assert submitted.quote is not None, submitted.reasons
    return operations.accept_quote(actor=actor, quote_id=submitted.quote.id, at=at)


def lay_out(*, tenant_id: str, matter_id: str, at: datetime, papers: tuple[Paper, ...] = PAPERS) -> tuple[str, ...]:
    """Enter documents as processing would leave them; returns their ids in the order of the papers."""
    number = Collection.objects.filter(matter_id=matter_id).count() + 1
    start = Document.objects.filter(matter_id=matter_id).count()
    collection = Collection.objects.create(
        tenant_id=tenant_id,
        matter_id=matter_id,
        number=number,
        name=f"Delivery {number}",
        state="processed",
        created_at=at,
        processed_at=at,
    )
    ids = tuple(new_id() for _ in papers)
    files: dict[int, InputFile] = {}
    for place, paper in enumerate(papers):
        top = _top(papers, place)
        data = (paper.text or paper.path).encode()
        sha256 = hashlib.sha256(data).hexdigest()
        if place == top:
            files[place] = InputFile.objects.create(
                tenant_id=tenant_id,
                matter_id=matter_id,
                collection=collection,
                path=paper.path,
                path_hash=hashlib.sha256(paper.path.encode()).hexdigest(),
                custodian=paper.path.split("/")[0],
                size=len(data),
                sha256=sha256,
                md5="0" * 32,
                state="expanded",
                received_at=at,
                expanded_at=at,
            )
        container = paper.parent is not None and papers[paper.parent].status == "container"
        row = Document.objects.create(
            id=ids[place],
            tenant_id=tenant_id,
            matter_id=matter_id,
            collection=collection,
            input_file=files[top],
            item_key=f"{number}-{place}",
            sequence=start + place + 1,
            control_number=f"DOC-{start + place + 1:06d}",
            parent_id=ids[paper.parent] if paper.parent is not None else None,
            family_id=ids[place if paper.parent is None or container else paper.parent],
            name=paper.path.rsplit("/", 1)[-1],
            title=paper.title,
            author=paper.author,
            kind=paper.kind,
            media_type="text/plain",
            status=paper.status,
            exception=paper.exception,
            size=len(data),
            sha256=sha256,
            md5="0" * 32,
            custodian=paper.path.split("/")[0],
            language=paper.language,
            sort_date=datetime(2024, 3, 1 + place % 28, tzinfo=UTC),
            duplicate_of_id=ids[paper.copy_of] if paper.copy_of is not None else None,
            copies=sum(other.copy_of == place for other in papers),
            text_blob_id=put_bytes(tenant_id=tenant_id, matter_id=matter_id, data=data).id if paper.text else "",
            text_length=len(paper.text),
        )
        DocumentDetail.objects.create(
            document=row, path=paper.path, all_paths=[paper.path], all_custodians=[row.custodian]
        )
    refresh(collection_id=collection.id)
    return ids


def _top(papers: tuple[Paper, ...], place: int) -> int:
    parent = papers[place].parent
    return place if parent is None else _top(papers, parent)


def batch_ids(matter_id: str) -> tuple[str, ...]:
    """Return the ids of a matter's batches by number."""
    return tuple(Batch.objects.filter(matter_id=matter_id).order_by("number").values_list("id", flat=True))


def answers(**changed: Any) -> dict[str, Any]:
    """Return the answers of a complete decision: responsive, not privileged; with changes."""
    return {"responsive": "responsive", "privilege": "none", **changed}


@pytest.fixture
def staffed_world(world: World, at: datetime) -> World:
    """The world with a catalogue and registered staff."""
    return staff_and_services(world, at)


@pytest.fixture
def kit(staffed_world: World, at: datetime) -> Kit:
    """Two clients' matters with documents and batches; the team of the first is not in the second's."""
    world = staffed_world
    places = []
    for tenant_id, counsel, title, ours, theirs in (
        (world.client_id, "counsel", "Supply dispute", "Halden Instruments", "Borealis Trading Co., Ltd."),
        (world.other_client_id, "counsel-2", "Freight inquiry", "Meridian Freight", "Quayside Port Authority"),
    ):
        matter_id = engage(
            world, tenant_id=tenant_id, counsel=counsel, title=title, at=at, client_parties=ours, adverse_parties=theirs
        )
        documents = lay_out(tenant_id=tenant_id, matter_id=matter_id, at=at)
        if tenant_id == world.client_id:
            for username in ("reviewer-1", "reviewer-2", "attorney"):
                add_team_member(
                    actor=world.actor("manager"),
                    tenant_id=tenant_id,
                    matter_id=matter_id,
                    user_id=world.person[username].id,
                    role_in_matter="reviewer",
                    at=at,
                )
            form_batches(actor=system_actor(tenant_id=tenant_id), tenant_id=tenant_id, matter_id=matter_id, at=at)
        else:
            for username in ("reviewer-1", "reviewer-2", "attorney"):
                remove_team_member(
                    actor=world.actor("manager"),
                    tenant_id=tenant_id,
                    matter_id=matter_id,
                    user_id=world.person[username].id,
                    at=at,
                )
        places.append(Place(tenant_id, matter_id, documents, batch_ids(matter_id)))
    run_pending()
    return Kit(world, places[0], places[1], at)
