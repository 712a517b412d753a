"""Whose documents a search may touch: the engine is asked for these matters only, so counts cannot leak."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q, QuerySet

from chancery.apps.documents.queries import may_read_evidence
from chancery.apps.matters.queries import matter, matters_found
from chancery.apps.search.models import SavedSearch
from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor


def searchable_matters(actor: Actor, *, matter_id: str | None) -> dict[str, set[str]]:
    """Return the matters whose documents the actor may find, by client organisation; one query.

    matter_id: search that matter only. Raises NotFound if it is hidden.
    """
    if matter_id is not None:
        record = matter(actor=actor, matter_id=matter_id)
        return {record.tenant_id: {record.id}} if may_read_evidence(actor) else {}
    if not may_read_evidence(actor):
        return {}
    found: dict[str, set[str]] = defaultdict(set)
    for own, tenant_id in matters_found(actor=actor).values_list("id", "tenant_id"):
        found[tenant_id].add(own)
    return dict(found)


def saved_searches_for(actor: Actor) -> QuerySet[SavedSearch]:
    """Return the actor's own searches and those shared with everyone who may search the matter."""
    found = SavedSearch.objects.filter(matter_filter(actor))
    return found.filter(Q(owner=actor.user_id) | Q(shared=True)) if may_read_evidence(actor) else found.none()
