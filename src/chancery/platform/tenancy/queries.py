"""Reads about organisations; returns plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chancery.platform.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """One organisation."""

    id: str
    name: str
    name_zh: str
    kind: str
    created_at: datetime


def _record(tenant: Tenant) -> TenantRecord:
    return TenantRecord(tenant.id, tenant.name, tenant.name_zh, tenant.kind, tenant.created_at)


def tenants_by_id(*, ids: frozenset[str] | set[str]) -> dict[str, TenantRecord]:
    """Return the organisations with these ids; ids that name none are left out."""
    return {row.id: _record(row) for row in Tenant.objects.filter(id__in=ids)}


def client_tenants() -> list[TenantRecord]:
    """Return every client organisation by name (system-wide: callers check the role first)."""
    return [_record(row) for row in Tenant.objects.filter(kind=Tenant.Kind.CLIENT).order_by("name", "id")]


def provider_tenant() -> TenantRecord | None:
    """Return the provider organisation, or None before the home is set up."""
    row = Tenant.objects.filter(kind=Tenant.Kind.PROVIDER).order_by("created_at", "id").first()
    return _record(row) if row else None


def provider_tenant_id() -> str:
    """Return the id of the provider organisation; empty before the home is set up."""
    record = provider_tenant()
    return record.id if record else ""
