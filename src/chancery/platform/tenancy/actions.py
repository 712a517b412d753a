"""Writes about organisations."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from chancery.platform.tenancy.models import Tenant
from chancery.platform.tenancy.queries import TenantRecord


@transaction.atomic
def found_tenant(*, name: str, name_zh: str, kind: str, at: datetime) -> TenantRecord:
    """Enter an organisation, or return the one of the same kind and name.

    kind: "client" or "provider". There is one provider in a home; naming it again returns it.
    """
    row = Tenant.objects.filter(kind=kind, name=name).order_by("created_at").first()
    if row is None:
        row = Tenant.objects.create(name=name, name_zh=name_zh, kind=Tenant.Kind(kind), created_at=at)
    return TenantRecord(row.id, row.name, row.name_zh, row.kind, row.created_at)
