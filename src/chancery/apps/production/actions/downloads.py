"""Handing a delivered volume to the client: by a link that ends, or into a folder."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import F

from chancery.apps.production import policies
from chancery.apps.production.models import DownloadLink, Production, VolumeFile
from chancery.apps.production.zipping import Part
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.values import Actor
from chancery.platform.audit.actions import record
from chancery.platform.storage.keys import holding_keys
from chancery.platform.storage.queries import copy_to, open_stream

# Folders that every volume has, also where nothing stands in one of them.
FOLDERS = ("DATA", "IMAGES", "NATIVES", "TEXT")
LONGEST = timedelta(days=14)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _delivered(*, actor: Actor, production_id: str) -> Production:
    found = policies.productions_for(actor).filter(id=production_id).first()
    if found is None or not policies.may_hand_over(actor):
        raise NotFound
    if found.state != Production.State.DELIVERED:
        raise Refused("This volume has not been delivered.", code="not_delivered")
    return found


@transaction.atomic
def issue_download_link(*, actor: Actor, production_id: str, at: datetime, valid_for: timedelta) -> str:
    """Return the secret of a new link to a delivered volume; only its hash is kept.

    valid_for: up to 14 days. Raises Refused ``not_delivered`` or ``too_long`` and NotFound.
    """
    production = _delivered(actor=actor, production_id=production_id)
    if not timedelta(0) < valid_for <= LONGEST:
        raise Refused("A link is valid for at most %(days)s days.", code="too_long", days=LONGEST.days)
    token = secrets.token_urlsafe(32)
    DownloadLink.objects.create(
        production=production,
        token_hash=_hash(token),
        created_by_id=actor.user_id,
        created_at=at,
        expires_at=at + valid_for,
    )
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act="production.link_issued",
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        after={"expires_at": (at + valid_for).isoformat()},
    )
    return token


@transaction.atomic
def follow_link(*, actor: Actor, token: str, at: datetime) -> str:
    """Return the production behind a link the actor may use; raises NotFound when it is unknown, forbidden or over."""
    link = DownloadLink.objects.select_for_update().filter(token_hash=_hash(token), expires_at__gt=at).first()
    if link is None:
        raise NotFound
    production = _delivered(actor=actor, production_id=link.production_id)
    DownloadLink.objects.filter(id=link.id).update(uses=F("uses") + 1, last_used_at=at)
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act="production.downloaded",
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        detail={"link": link.id},
    )
    return production.id


def volume_parts(*, actor: Actor, production_id: str) -> list[Part]:
    """Return the files of a delivered volume in the order of their paths; each is opened when it is read."""
    production = _delivered(actor=actor, production_id=production_id)
    return [
        Part(path=item.path, size=item.size, open=partial(open_stream, blob_id=item.blob_id))
        for item in VolumeFile.objects.filter(production=production).order_by("path")
    ]


@holding_keys()
@transaction.atomic
def export_volume(*, actor: Actor, production_id: str, out: Path, at: datetime) -> int:
    """Write a delivered volume below a folder, replacing an earlier copy; returns the number of files."""
    production = _delivered(actor=actor, production_id=production_id)
    if out.exists():
        shutil.rmtree(out)
    files = list(VolumeFile.objects.filter(production=production).order_by("path"))
    for name in FOLDERS:
        (out / name).mkdir(parents=True, exist_ok=True)
    for item in files:
        target = out / item.path
        target.parent.mkdir(parents=True, exist_ok=True)
        copy_to(blob_id=item.blob_id, path=target)
    record(
        tenant_id=production.tenant_id,
        actor=actor,
        act="production.exported",
        object_type="production",
        object_id=production.id,
        matter_id=production.matter_id,
        label=production.volume,
        at=at,
        detail={"files": len(files)},
    )
    return len(files)
