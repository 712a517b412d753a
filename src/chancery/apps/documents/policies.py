"""Who may see and do what with evidence: team, role and wall; the only source of querysets for people."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from chancery.apps.documents.models import (
    Change,
    Collection,
    Document,
    InputFile,
    RecognisedLine,
    Repair,
    RuleSet,
    SavedView,
    Source,
    Tag,
)
from chancery.apps.matters import queries as matters
from chancery.apps.matters.queries import MatterRecord
from chancery.foundation.errors import NotFound
from chancery.platform.access.scopes import matter_filter, require_role
from chancery.platform.access.values import Actor, Role

READERS: Final = (Role.COUNSEL, Role.MANAGER, Role.REVIEWER, Role.ATTORNEY)
"""Roles that open evidence; administrators run the house without reading what lies in it."""
COLLECTORS: Final = (Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
"""Roles that bring evidence in."""


def collections_for(actor: Actor) -> QuerySet[Collection]:
    """Return the collections the actor may see."""
    found = Collection.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def input_files_for(actor: Actor) -> QuerySet[InputFile]:
    """Return the input files the actor may see."""
    found = InputFile.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def documents_for(actor: Actor) -> QuerySet[Document]:
    """Return the documents the actor may see."""
    found = Document.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def repairs_for(actor: Actor) -> QuerySet[Repair]:
    """Return the repairs the actor may see."""
    found = Repair.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def saved_views_for(actor: Actor) -> QuerySet[SavedView]:
    """Return the actor's own views and those shared with everybody of the matter."""
    found = SavedView.objects.filter(matter_filter(actor))
    return found.filter(Q(owner=actor.user_id) | Q(shared=True)) if may_read_evidence(actor) else found.none()


def tags_for(actor: Actor) -> QuerySet[Tag]:
    """Return the tags of the matters the actor may see."""
    found = Tag.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def changes_for(actor: Actor) -> QuerySet[Change]:
    """Return the acts on many documents that the actor may see."""
    found = Change.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def sources_for(actor: Actor) -> QuerySet[Source]:
    """Return the sources of evidence the actor may see."""
    found = Source.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def rule_sets_for(actor: Actor) -> QuerySet[RuleSet]:
    """Return the rule sets the actor may see."""
    found = RuleSet.objects.filter(matter_filter(actor))
    return found if may_read_evidence(actor) else found.none()


def lines_for(actor: Actor) -> QuerySet[RecognisedLine]:
    """Return the lines read with doubt of the documents the actor may see."""
    found = RecognisedLine.objects.filter(matter_filter(actor, "document__matter_id"))
    return found if may_read_evidence(actor) else found.none()


def change(actor: Actor, change_id: str) -> Change:
    """Return one visible act or raise NotFound."""
    found = changes_for(actor).filter(id=change_id).first()
    if found is None:
        raise NotFound
    return found


def source(actor: Actor, source_id: str) -> Source:
    """Return one visible source or raise NotFound."""
    found = sources_for(actor).filter(id=source_id).first()
    if found is None:
        raise NotFound
    return found


def rule_set(actor: Actor, rule_set_id: str) -> RuleSet:
    """Return one visible rule set or raise NotFound."""
    found = rule_sets_for(actor).filter(id=rule_set_id).first()
    if found is None:
        raise NotFound
    return found


def require_collector(actor: Actor) -> None:
    """Refuse (code "not_allowed") an actor who may not bring evidence in."""
    require_role(actor, *COLLECTORS)


def require_repairer(actor: Actor) -> None:
    """Refuse (code "not_allowed") an actor who may not repair exceptions."""
    require_role(actor, *READERS)


def matter(actor: Actor, matter_id: str) -> MatterRecord:
    """Return a matter whose evidence the actor may read, or raise NotFound."""
    if not may_read_evidence(actor):
        raise NotFound
    return matters.matter(actor=actor, matter_id=matter_id)


def document(actor: Actor, document_id: str) -> Document:
    """Return one visible document or raise NotFound."""
    found = documents_for(actor).filter(id=document_id).first()
    if found is None:
        raise NotFound
    return found


def collection(actor: Actor, collection_id: str) -> Collection:
    """Return one visible collection or raise NotFound."""
    found = collections_for(actor).filter(id=collection_id).first()
    if found is None:
        raise NotFound
    return found


def may_read_evidence(actor: Actor) -> bool:
    """Say whether the actor's roles open evidence at all; which matters is another question."""
    return actor.system or actor.has(*READERS)
