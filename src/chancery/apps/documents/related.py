"""What belongs to one document: family, container, copies, thread, documents like it, versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Count, Max, Min, Q, QuerySet

from chancery.apps.documents import policies
from chancery.apps.documents.models import Document, DocumentDetail, MissingMail
from chancery.apps.documents.records import DocumentRow, Group, MissingMailRecord, Relations, Relative
from chancery.platform.access.values import Actor

MOST_RELATIVES = 200
MOST_VERSIONS = 20


def relations_of(*, actor: Actor, document_id: str) -> Relations:
    """Return what belongs to a document; at most twelve queries. Long lists are cut at 200."""
    row = policies.document(actor, document_id)
    visible = policies.documents_for(actor)
    family = list(visible.filter(family_id=row.family_id).order_by("sequence")[:MOST_RELATIVES])
    inside = visible.filter(parent_id=row.id).exclude(family_id=row.family_id).order_by("sequence")[:MOST_RELATIVES]
    in_family = {member.id for member in family}
    container = None
    if row.parent_id and row.parent_id not in in_family:
        above = visible.filter(id=row.parent_id).first()
        container = _relative(above, "container") if above else None
    facts = DocumentDetail.objects.filter(document_id=row.id).values_list("relations", flat=True).first() or {}
    return Relations(
        family=tuple(_relative(member, _place(member, row)) for member in family) if len(family) > 1 else (),
        inside=tuple(_relative(child, "child") for child in inside),
        copies=_copies(visible, row),
        container=container,
        thread=_thread(visible, row),
        missing=_missing(row),
        alike=_alike(visible, row),
        versions=_versions(visible, row, facts),
        contained_in=facts.get("contained_in", ""),
        inclusive_reason=facts.get("inclusive_reason", ""),
    )


def missing_mails(*, actor: Actor, matter_id: str, limit: int = 500) -> list[MissingMailRecord]:
    """Return the mails of a matter that others quote and nobody delivered. Raises NotFound for a hidden matter."""
    policies.matter(actor, matter_id)
    rows = MissingMail.objects.filter(matter_id=matter_id).select_related("named_by").order_by("thread", "id")
    return [_missing_record(row) for row in rows[:limit]]


def groups_of(*, actor: Actor, matter_id: str, kind: str, rows: Sequence[DocumentRow]) -> dict[str, Group]:
    """Return what belongs to the heads of groups on one page, by id of the head; two queries.

    kind: "threads" (heads are first mails) or "alike" (heads are the ones in the middle). Rows must be the actor's.
    """
    policies.matter(actor, matter_id)
    field = "thread" if kind == "threads" else "near_group"
    keys = {getattr(row, field): row.id for row in rows if getattr(row, field)}
    members = policies.documents_for(actor).filter(
        **{f"{field}__in": list(keys)}, matter_id=matter_id, duplicate_of=None
    )
    members = members.filter(kind="mail") if kind == "threads" else members
    counted = (
        members.order_by()
        .values(field)
        .annotate(
            members=Count("id"),
            to_read=Count("id", filter=Q(inclusive=True)),
            last=Max("sort_date"),
            least=Min("near_similarity"),
        )
    )
    missing: dict[str, int] = {}
    if kind == "threads":
        lost = MissingMail.objects.filter(matter_id=matter_id, thread__in=list(keys)).order_by()
        missing = dict(lost.values_list("thread").annotate(Count("id")))
    return {
        keys[each[field]]: Group(
            each["members"], each["to_read"], each["last"], each["least"], missing.get(each[field], 0)
        )
        for each in counted
    }


def group_names(*, actor: Actor, documents: Sequence[str], threads: Sequence[str]) -> dict[str, str]:
    """Return what groups are called: by id of the document at their head, by thread; two queries.

    Number and title of the head, for a thread of its first mail. Groups the actor may not see are left out.
    """
    fields = ("control_number", "title", "name")
    visible = policies.documents_for(actor)
    heads = visible.filter(id__in=list(documents)).values_list("id", *fields)
    firsts = visible.filter(thread__in=list(threads), thread_place=0).values_list("thread", *fields)
    return {key: f"{number} · {title or name}" for key, number, title, name in (*heads, *firsts)}


def _copies(visible: QuerySet[Document], row: Document) -> tuple[Relative, ...]:
    master = row.duplicate_of_id or row.id
    if row.duplicate_of_id is None and not row.copies:
        return ()
    rows = visible.filter(Q(id=master) | Q(duplicate_of_id=master)).exclude(id=row.id).order_by("sequence")
    return tuple(
        _relative(copy, "copy" if copy.sha256 == row.sha256 else "copy_mail") for copy in rows[:MOST_RELATIVES]
    )


def _thread(visible: QuerySet[Document], row: Document) -> tuple[Relative, ...]:
    """Return the mails of the conversation in order of date, the document itself among them."""
    if not row.thread:
        return ()
    rows = visible.filter(matter_id=row.matter_id, thread=row.thread, kind="mail", duplicate_of=None)
    mails = list(rows.order_by("thread_place")[:MOST_RELATIVES])
    return _relatives(mails, row) if any(mail.id != row.id for mail in mails) else ()


def _alike(visible: QuerySet[Document], row: Document) -> tuple[Relative, ...]:
    """Return the group of near-duplicates without exact copies: the one in the middle first, then by likeness."""
    if not row.near_group:
        return ()
    group = visible.filter(matter_id=row.matter_id, near_group=row.near_group)
    rows = group.filter(Q(duplicate_of=None) | Q(id=row.id)).order_by("-near_similarity", "sequence")
    found = sorted(rows[:MOST_RELATIVES], key=lambda each: each.id != row.near_group)
    return _relatives(found, row) if any(each.id != row.id for each in found) else ()


def _versions(visible: QuerySet[Document], row: Document, facts: dict[str, str]) -> tuple[Relative, ...]:
    """Return other states of the document: those the comparison named, and files of the same name that differ."""
    own = Q(id=facts["version_of"]) if facts.get("version_of") else Q(pk__in=[])
    if row.kind not in ("mail", "mailbox", "archive", "image") and row.sha256:
        own |= Q(name=row.name, kind=row.kind) & ~Q(sha256=row.sha256)
    rows = visible.filter(own, matter_id=row.matter_id, duplicate_of=None).exclude(id=row.id)
    return tuple(_relative(each, "version") for each in rows.order_by("sort_date", "sequence")[:MOST_VERSIONS])


def _missing(row: Document) -> tuple[MissingMailRecord, ...]:
    if not row.thread:
        return ()
    rows = MissingMail.objects.filter(matter_id=row.matter_id, thread=row.thread).select_related("named_by")
    return tuple(_missing_record(each) for each in rows.order_by("id")[:MOST_RELATIVES])


def _missing_record(row: MissingMail) -> MissingMailRecord:
    return MissingMailRecord(
        thread=row.thread,
        message_id=row.message_id,
        sender=row.sender,
        subject=row.subject,
        sent=row.sent,
        named_by=row.named_by_id,
        named_by_number=row.named_by.control_number,
    )


def _relatives(rows: Iterable[Document], row: Document) -> tuple[Relative, ...]:
    return tuple(_relative(each, "self" if each.id == row.id else "sibling") for each in rows)


def _relative(row: Document, relation: str) -> Relative:
    return Relative(
        id=row.id,
        control_number=row.control_number,
        name=row.name,
        title=row.title,
        kind=row.kind,
        status=row.status,
        depth=row.depth,
        relation=relation,
        author=row.author,
        sort_date=row.sort_date,
        similarity=row.near_similarity,
        inclusive=row.inclusive,
        middle=row.near_group == row.id,
    )


def _place(member: Document, row: Document) -> str:
    if member.id == row.id:
        return "self"
    if member.id == row.parent_id:
        return "parent"
    return "child" if member.parent_id == row.id else "sibling"
