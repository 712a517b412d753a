"""Publishing versions of services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from chancery.apps.operations.catalogue.definition import read_definition
from chancery.apps.operations.catalogue.differences import differences
from chancery.apps.operations.catalogue.shipped import shipped_definitions
from chancery.apps.operations.models import ServiceVersion
from chancery.apps.operations.queries.catalogue import ServiceRecord, service
from chancery.foundation.errors import NotFound, Refused
from chancery.platform.access.scopes import require_person
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.actions import record
from chancery.platform.tenancy.queries import provider_tenant_id


class PublicationRefused(Refused):
    """A version that cannot be published."""

    code = "publication_refused"


@transaction.atomic
def publish_shipped_services(*, at: datetime) -> int:
    """Publish the catalogue that comes with the program where a version is not there yet; returns how many.

    Part of setting up a home; safe to repeat. A version that was published before is never changed.
    """
    made = 0
    for data in shipped_definitions():
        definition = read_definition(data=data)
        _, created = ServiceVersion.objects.get_or_create(
            service_id=definition.id,
            version=definition.version,
            defaults={"definition": data, "note": definition.source, "published_at": at},
        )
        made += created
    return made


@transaction.atomic
def publish_service(
    *, actor: Actor, service_id: str, based_on: int, definition: dict[str, Any], note: str, at: datetime
) -> ServiceRecord:
    """Publish the next version of a service; orders that are under way keep theirs.

    based_on: the version that was edited. Needs the delivery manager. Raises DefinitionRefused with every
    problem; Refused ``note_missing``, ``nothing_changed``, ``outdated`` when somebody published in between.
    Sending the same content again returns the version that holds it.
    """
    require_person(actor, Role.MANAGER)
    if not actor.provider:
        raise NotFound
    rows = ServiceVersion.objects.select_for_update().filter(service_id=service_id)
    newest = rows.order_by("-version").first()
    if newest is None:
        raise NotFound
    data = {**definition, "id": service_id, "version": based_on + 1}
    read_definition(data=data)
    if newest.version == based_on + 1 and newest.definition == data:
        return service(service_id=service_id)
    if newest.version != based_on:
        raise PublicationRefused(
            "Version %(newest)s was published in the meantime.", code="outdated", newest=newest.version
        )
    changed = differences(before=newest.definition, after=data)
    if not changed:
        raise PublicationRefused("Nothing was changed.", code="nothing_changed")
    if not note.strip():
        raise PublicationRefused("Say what the new version changes and why.", code="note_missing")
    ServiceVersion.objects.create(
        service_id=service_id,
        version=based_on + 1,
        definition=data,
        note=note.strip(),
        published_at=at,
        published_by_id=actor.user_id,
    )
    chain = provider_tenant_id()
    if chain:
        record(
            tenant_id=chain, actor=actor, act="service.published", object_type="service", object_id=service_id,
            label=f"{service_id} v{based_on + 1}", at=at, detail={"note": note.strip()},
            before={item.place: item.before for item in changed},
            after={item.place: item.after for item in changed},
        )  # fmt: skip
    return service(service_id=service_id)
