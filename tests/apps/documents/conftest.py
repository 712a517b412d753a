"""Fixtures of the documents room: a matter of the first client and one of the second, and small evidence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.apps.conftest import World

from chancery.apps.documents import actions
from chancery.apps.matters.actions import open_matter
from chancery.foundation.money import Money
from chancery.platform.access.actors import system_actor
from chancery.platform.jobs.actions import run_pending


def matter_of(world: World, tenant_id: str, key: str, at: datetime, team: list[str]) -> str:
    """Open a matter with a team of provider staff."""
    record = open_matter(
        actor=system_actor(tenant_id=tenant_id),
        tenant_id=tenant_id,
        title=f"Matter {key}",
        service_id="document-review",
        service_version=1,
        budget=Money(Decimal("1000"), "USD"),
        jurisdiction="US",
        data_location="US",
        team=[(world.person[name].id, "reviewer") for name in team],
        responsible_attorney_id=world.person["attorney"].id,
        parties=[],
        idempotency_key=key,
        at=at,
    )
    return record.id


@pytest.fixture
def matter_id(world: World, at: datetime) -> str:
    """A matter of the first client, with both reviewers and the attorney in its team."""
    return matter_of(world, world.client_id, "first", at, ["reviewer-1", "reviewer-2", "attorney"])


@pytest.fixture
def other_matter_id(world: World, at: datetime) -> str:
    """A matter of the second client; nobody of the team of the first works on it."""
    return matter_of(world, world.other_client_id, "second", at, [])


def mail(
    *, subject: str, body: str, attachments: dict[str, bytes] | None = None, sender: str = "li.wei@halden.cn"
) -> bytes:
    """Return one message with attachments."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "wang.fang@meridian.cn"
    message["Subject"] = subject
    message["Date"] = "Mon, 04 Mar 2024 09:30:00 +0800"
    message["Message-ID"] = f"<{abs(hash(subject)) % 10**8}@halden.cn>"
    message.set_content(body)
    for name, data in (attachments or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def zipped(entries: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    """A folder: a mail with an attachment, its copy elsewhere, a zip, Chinese text, an empty and a corrupt file."""
    folder = tmp_path / "evidence"
    offer = mail(
        subject="Offer",
        body="Please find the supply contract.",
        attachments={"terms.txt": b"Payment in 30 days"},
    )
    files = {
        "Li Wei/offer.eml": offer,
        "Wang Fang/inbox/offer copy.eml": offer,
        "Li Wei/files.zip": zipped(
            {"notes/会议纪要.txt": "双方讨论了违约责任。".encode(), "plain.txt": b"Delivery is late"}
        ),
        "Li Wei/合同.txt": "买卖合同第一条：违约金按日计算。".encode("gb18030"),
        "empty.txt": b"",
        "broken.pdf": b"%PDF-1.7\nthis is not a document",
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture
def collected(world: World, matter_id: str, evidence: Path, at: datetime) -> Callable[[], str]:
    """Receive the folder and process it; returns the id of the collection."""

    def collect() -> str:
        collection_id = received(world, matter_id, evidence, at)
        actions.close_collection(actor=world.actor("manager"), collection_id=collection_id, at=at)
        run_pending()
        return collection_id

    return collect


def received(world: World, matter_id: str, folder: Path, at: datetime) -> str:
    """Open a collection and receive every file of a folder."""
    actor = world.actor("manager")
    collection_id = actions.open_collection(
        actor=actor, matter_id=matter_id, name="First delivery", source_label="File share", at=at
    )
    files = [
        actions.Incoming(path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    actions.receive_files(actor=actor, collection_id=collection_id, files=files, at=at)
    return collection_id
