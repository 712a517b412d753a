"""Pages over several rooms: my work, the home of a matter, the record, background work, help."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from chancery.apps.matters.queries import MatterRecord, matter
from chancery.apps.workspace import queries
from chancery.apps.workspace.actions.records import export_lines
from chancery.apps.workspace.web.acts import KINDS, act_words, decision_words, role_words
from chancery.apps.workspace.web.values import label_words, value_words
from chancery.foundation.errors import NotFound
from chancery.foundation.jurisdictions import jurisdictions
from chancery.interface.components import MatterBar, Progress, Step, Tile, TimelineEntry
from chancery.interface.shell.toasts import toast
from chancery.interface.words import in_chinese, money_words
from chancery.platform.access.values import Actor, Role
from chancery.platform.audit.queries import EntryRecord
from chancery.platform.jobs import actions as jobs
from chancery.platform.jobs.queries import JobRecord, job

PAGE = 100
HAND_OUT = (Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def title_of(record: MatterRecord) -> str:
    """Return a matter's title in the reader's language."""
    return record.title_zh if in_chinese() and record.title_zh else record.title


def matter_bar(record: MatterRecord) -> MatterBar:
    """Return how the top bar names a matter."""
    return MatterBar(number=record.number, name=title_of(record), url=reverse("workspace:matter", args=[record.id]))


def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader."""
    found = queries.my_work(actor=_actor(request), now=timezone.now())
    items = [item for item in found.items if item.id not in {batch.work_item_id for batch in found.batches}]
    return render(
        request,
        "workspace/home.html",
        {
            "work": found,
            "items": items,
            "waiting": sum(map(len, (items, found.batches, found.quotes, found.sign_offs, found.invoices))),
            "roles": _actor(request).roles,
            "matters": [(item, title_of(item), _client_of(item)) for item in found.matters],
            "batches": [
                (item, item.matter_title_zh if in_chinese() and item.matter_title_zh else item.matter_title)
                for item in found.batches
            ],
        },
    )


def matter_home(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the home of a matter: stages, figures, what needs a person, dates, the latest record."""
    found = queries.matter_home(actor=_actor(request), matter_id=matter_id, now=timezone.now())
    money = _actor(request).has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    context = {
        "home": found,
        "matter": found.matter,
        "title": title_of(found.matter),
        "matter_bar": matter_bar(found.matter),
        "steps": stage_track(found),
        "tiles": _tiles(found, money=money),
        "entries": [_entry(item) for item in found.record],
        "progress_shown": [progress_of(item) for item in found.jobs],
        "staff": _actor(request).provider,
        "may_read": found.accounting is not None,
        "may_see_time": _actor(request).has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY, Role.REVIEWER),
        "money": money,
        "client": _client_of(found.matter),
        "jurisdiction": _place(found.matter.jurisdiction),
        "data_location": _place(found.matter.data_location),
        "team": [
            (item.name_zh if in_chinese() and item.name_zh else item.name, role_words(item.role_in_matter))
            for item in found.team
        ],
        "may_collect": _actor(request).has(Role.COUNSEL, Role.MANAGER, Role.ATTORNEY) and found.matter.status == "open",
    }
    return render(request, "workspace/matter.html", context)


def _client_of(record: MatterRecord) -> str:
    return record.tenant_name_zh if in_chinese() and record.tenant_name_zh else record.tenant_name


def _place(code: str) -> str:
    found = jurisdictions().get(code)
    return found.name(language=get_language() or "") if found else code


def stage_track(found: queries.MatterHome) -> list[Step]:
    """Return the stages of a matter: done, the first that is not, and those ahead."""
    delivered = any(item.state == "delivered" for item in found.productions)
    signed = delivered or any(item.state in ("signed", "writing") for item in found.productions)
    reviewed = found.progress.total > 0 and found.progress.coded >= found.progress.total
    if found.accounting is None:
        return []
    received, waiting = found.accounting.input_files, found.accounting.waiting_files
    done = [
        (gettext("Agreed"), True),
        (gettext("Collected"), received > 0),
        (gettext("Processed"), received > 0 and waiting == 0),
        (gettext("Reviewed"), reviewed),
        (gettext("Signed off"), signed),
        (gettext("Produced"), delivered),
        (gettext("Paid"), found.billed["invoices"] > 0 and found.billed["open"] == 0),
    ]
    steps: list[Step] = []
    current = True
    for label, finished in done:
        state = "done" if finished and current else "current" if current else "ahead"
        current = current and finished
        steps.append(Step(label=label, state=state))
    return steps


def _tiles(found: queries.MatterHome, *, money: bool) -> list[Tile]:
    tiles = [*_evidence_tiles(found), *([_money_tile(found)] if money else [])]
    if found.clock is not None:
        tiles.append(
            Tile(
                label=gettext("Service clock"),
                value=f"{found.clock.used_share} %",
                note=found.clock.state_name,
                url=reverse("operations:clock", args=[found.matter.id]),
                tone="warn" if found.clock.warning else "",
            )
        )
    return tiles


def _evidence_tiles(found: queries.MatterHome) -> list[Tile]:
    if found.accounting is None:
        return []
    share = f"{100 * found.progress.coded // found.progress.total} %" if found.progress.total else "–"
    return [
        Tile(
            label=gettext("Documents"),
            value=f"{found.accounting.documents:,}",
            note=gettext("%(count)s exceptions") % {"count": found.accounting.exceptions},
            url=reverse("documents:list", args=[found.matter.id]),
        ),
        Tile(
            label=gettext("Reviewed"),
            value=share,
            note=gettext("%(done)s of %(total)s") % {"done": found.progress.coded, "total": found.progress.total},
            url=reverse("review:control", args=[found.matter.id]),
        ),
    ]


def _money_tile(found: queries.MatterHome) -> Tile:
    return Tile(
        label=gettext("Billed"),
        value=f"{found.billed['total']:,.2f}",
        unit=found.matter.budget.currency,
        note=gettext("of a budget of %(budget)s") % {"budget": money_words(found.matter.budget)},
        url=reverse("spend:invoices") + f"?matter={found.matter.id}",
    )


def _entry(item: EntryRecord) -> TimelineEntry:
    decided = item.act in queries.DECISIONS
    return TimelineEntry(
        who=item.actor_label,
        what=" · ".join(words for words in (act_words(item.act), label_words(item.label)) if words),
        at=item.at,
        before=decision_words(item.before) if decided else value_words(item.before),
        after=decision_words(item.after) if decided else value_words(item.after),
        note="" if decided else value_words(item.detail),
        url=reverse("workspace:object_record", args=[item.object_type, item.object_id]),
        link=f"#{item.seq}",
    )


def _record_page(request: HttpRequest, context: dict[str, Any], **where: Any) -> HttpResponse:
    kind = request.GET.get("kind", "")
    kind = kind if kind in dict(KINDS) else ""
    before = request.GET.get("before", "")
    entries = queries.record_of(
        actor=_actor(request),
        kind=kind or None,
        before_id=int(before) if before.isdigit() and len(before) < 18 else None,
        limit=PAGE,
        **where,
    )
    context |= {
        "entries": [_entry(item) for item in entries],
        "kinds": [(key, gettext(words), key == kind) for key, words in KINDS],
        "older": f"?kind={kind}&before={entries[-1].id}" if len(entries) == PAGE else "",
    }
    return render(request, "workspace/record.html", context)


def matter_record(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show who did, saw and exported what in a matter, and when."""
    actor = _actor(request)
    found = matter(actor=actor, matter_id=matter_id)
    context = {
        "title": gettext("Record of %(matter)s") % {"matter": found.number},
        "matter_bar": matter_bar(found),
        "export_url": reverse("workspace:record_export", args=[matter_id]) if actor.has(*HAND_OUT) else "",
    }
    return _record_page(request, context, matter_id=matter_id)


def object_record(request: HttpRequest, object_type: str, object_id: str) -> HttpResponse:
    """Show the record of one object."""
    return _record_page(
        request, {"title": gettext("Record of one object")}, object_type=object_type, object_id=object_id
    )


@require_POST
def record_export(request: HttpRequest, matter_id: str) -> StreamingHttpResponse:
    """Hand the client's record out as JSON lines, ended by its signed head; entries of other matters are sealed."""
    actor = _actor(request)
    found = matter(actor=actor, matter_id=matter_id)
    if not actor.has(*HAND_OUT):
        raise NotFound
    lines = export_lines(actor=actor, tenant_id=found.tenant_id, matter_id=matter_id, at=timezone.now())
    answer = StreamingHttpResponse(lines, content_type="application/jsonl")
    answer["Content-Disposition"] = f'attachment; filename="record-{found.number}.jsonl"'
    return answer


def progress_of(item: JobRecord) -> Progress:
    """Return background work as the progress component shows it."""
    return Progress(
        id=f"job-{item.id}",
        label=item.label,
        done=item.done,
        total=item.total,
        unit=gettext(item.unit) if item.unit else "",
        seconds_left=item.eta_seconds,
        poll_url="" if item.ended else reverse("workspace:job", args=[item.id]),
        cancel_url="" if item.ended or item.stopping else reverse("workspace:job_cancel", args=[item.id]),
    )


def job_progress(request: HttpRequest, job_id: str) -> HttpResponse:
    """Show how far background work is; drawn again by the page until it has ended."""
    shown = progress_of(job(actor=_actor(request), job_id=job_id))
    return render(request, "chancery/components/progress.html", {"progress": shown})


@require_POST
def job_cancel(request: HttpRequest, job_id: str) -> HttpResponse:
    """Stop background work at its next checkpoint."""
    jobs.cancel(actor=_actor(request), job_id=job_id, at=timezone.now())
    toast(request, gettext("The work stops at its next safe point."))
    return job_progress(request, job_id)


def help_page(request: HttpRequest) -> HttpResponse:
    """Show how the main job goes and whom to ask."""
    return render(request, "workspace/help.html")
