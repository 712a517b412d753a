"""Reads of the service catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chancery.apps.operations import policies
from chancery.apps.operations.catalogue.definition import ServiceDefinition, read_definition
from chancery.apps.operations.models import ServiceVersion
from chancery.apps.operations.wording import words
from chancery.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """The newest version of a service."""

    id: str
    version: int
    name: str
    summary: str
    definition: ServiceDefinition
    raw: dict[str, Any]
    published_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version in the history of a service."""

    service_id: str
    version: int
    note: str
    published_at: datetime
    published_by: str
    raw: dict[str, Any]


def _service(row: ServiceVersion) -> ServiceRecord:
    definition = read_definition(data=row.definition)
    return ServiceRecord(
        id=row.service_id,
        version=row.version,
        name=words(definition.name.model_dump()),
        summary=words(definition.summary.model_dump()),
        definition=definition,
        raw=row.definition,
        published_at=row.published_at,
    )


def list_services() -> list[ServiceRecord]:
    """Return the newest version of every service, by id."""
    newest: dict[str, ServiceVersion] = {}
    for row in policies.services().order_by("service_id", "version"):
        newest[row.service_id] = row
    return [_service(row) for row in newest.values()]


def service(*, service_id: str, version: int | None = None) -> ServiceRecord:
    """Return a service, newest version unless one is named; raises NotFound."""
    found = policies.services().filter(service_id=service_id).order_by("-version")
    if version is not None:
        found = found.filter(version=version)
    row = found.first()
    if row is None:
        raise NotFound
    return _service(row)


def service_definition(*, service_id: str, version: int) -> ServiceDefinition:
    """Return the definition that an order was placed under; raises NotFound."""
    return service(service_id=service_id, version=version).definition


def versions_of(*, service_id: str) -> list[VersionRecord]:
    """Return every version of a service, newest first."""
    rows = policies.services().filter(service_id=service_id).select_related("published_by").order_by("-version")
    return [
        VersionRecord(
            service_id=row.service_id,
            version=row.version,
            note=row.note,
            published_at=row.published_at,
            published_by=row.published_by.shown_name() if row.published_by else "",
            raw=row.definition,
        )
        for row in rows
    ]
