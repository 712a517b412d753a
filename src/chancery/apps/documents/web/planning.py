"""The collection wizard: the plan of a source as a list of tasks, one subject a step, the answers checked last."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.web.plan_forms import INTERVALS, WHERE, OptionsForm, SecretsForm, WhoseForm
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import PLAN_PARTS, SOURCE_KINDS, SOURCE_STATES, SOURCE_TONES
from chancery.foundation.errors import Refused
from chancery.interface.components import Step
from chancery.interface.shell.toasts import toast

PARTS: Final = ("where", "whose", "options", "passwords")


@require_GET
def plan(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show the plan of a source: what is said, what is missing, what became of it."""
    record = queries.source(actor=actor_of(request), source_id=source_id)
    open_now = record.state in ("draft", "failed", "paused")
    tasks = [
        (said(PLAN_PARTS, part), _state_of(record, part), reverse("documents:plan_part", args=[source_id, part]))
        for part in PARTS
        if part != "where" or record.kind != "upload"
    ]
    context = {
        "matter_bar": matter_bar(request, record.matter_id),
        "source": record,
        "kind": said(SOURCE_KINDS, record.kind),
        "state": said(SOURCE_STATES, record.state),
        "tone": SOURCE_TONES.get(record.state, ""),
        "problem": _problem(record),
        "tasks": tasks,
        "open": open_now,
        "answers": answers(record),
        "collections": queries.collections_of_source(actor=actor_of(request), source_id=source_id),
    }
    return render(request, "documents/plan.html", context)


def part(request: HttpRequest, source_id: str, part: str) -> HttpResponse:
    """Ask for one part of the plan and keep it."""
    record = queries.source(actor=actor_of(request), source_id=source_id)
    bar = matter_bar(request, record.matter_id)
    if part not in PARTS or (part == "where" and record.kind not in WHERE):
        raise Http404
    form = _form(request, record, part)
    if request.method == "POST" and form.is_valid():
        try:
            _KEEP[part](request, record, form)
        except Refused as refusal:
            if refusal.code in ("not_found", "not_allowed"):
                raise
            form.add_error(None, refusal.sentence(gettext(refusal.message)))
        else:
            return redirect(_next(record, part))
    context = {
        "matter_bar": bar,
        "source": record,
        "part": part,
        "heading": said(PLAN_PARTS, part),
        "form": form,
        "known": getattr(form, "known", []),
        "steps": _steps(record, part),
        "kept": record.passwords if part == "passwords" else 0,
        "back": reverse("documents:plan", args=[source_id]),
    }
    return render(request, "documents/plan_part.html", context, status=422 if form.errors else 200)


@require_GET
def check(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show every answer before the source is fetched."""
    record = queries.source(actor=actor_of(request), source_id=source_id)
    receiving = [
        row
        for row in queries.collections_of_source(actor=actor_of(request), source_id=source_id)
        if row.state == "receiving"
    ]
    context = {
        "matter_bar": matter_bar(request, record.matter_id),
        "source": record,
        "answers": answers(record),
        "steps": _steps(record, "check"),
        "missing": record.missing,
        "upload": receiving[0] if record.kind == "upload" and receiving else None,
        "back": reverse("documents:plan", args=[source_id]),
    }
    return render(request, "documents/plan_check.html", context)


@require_POST
def start(request: HttpRequest, source_id: str) -> HttpResponse:
    """Have the source fetched, or stop watching it."""
    record = queries.source(actor=actor_of(request), source_id=source_id)
    if request.POST.get("act") == "pause":
        actions.pause_source(actor=actor_of(request), source_id=source_id, at=timezone.now())
        toast(request, gettext("The folder is no longer watched."))
        return redirect("documents:plan", source_id)
    try:
        actions.start_source(actor=actor_of(request), source_id=source_id, at=timezone.now())
    except Refused as refusal:
        if refusal.code in ("not_found", "not_allowed"):
            raise
        toast(request, refusal.sentence(gettext(refusal.message)))
        return redirect("documents:plan", source_id)
    toast(request, gettext("Fetching has started. You can leave this page."))
    return redirect("documents:processing", record.matter_id)


def answers(record: queries.SourceRecord) -> list[tuple[str, Any, str]]:
    """Return every answer of a plan as (question, answer, address where it is changed); no secret is among them."""
    plan = record.settings
    where, whose, options, passwords = (reverse("documents:plan_part", args=[record.id, part]) for part in PARTS)
    minutes = plan.get("minutes")
    shown = [
        (gettext("Kind of source"), said(SOURCE_KINDS, record.kind), ""),
        (gettext("Folder"), "/".join(str(plan[name]) for name in ("root", "folder") if plan.get(name)), where),
        (
            gettext("Look for new files"),
            said(dict(INTERVALS), minutes) if minutes else "",
            where,
        ),
        (gettext("Mail server"), f"{plan['host']}:{plan.get('port', '')}" if plan.get("host") else "", where),
        (gettext("User name"), plan.get("user", ""), where),
        (gettext("Password"), gettext("kept, encrypted") if record.has_secret else "", where),
        (gettext("Folders"), ", ".join(plan.get("folders", [])), where),
        (gettext("Only mail that came on or after"), plan.get("since", ""), where),
        (gettext("Address of the page"), plan.get("address", ""), where),
        (gettext("Name of the collection"), record.name, whose),
        (gettext("Custodian"), record.custodian or gettext("first folder of each path"), whose),
        (gettext("Source"), record.source_label, whose),
        (gettext("Time zone"), record.time_zone, options),
        (gettext("Days"), _days(plan), options),
        (gettext("Read scanned pages"), gettext("yes") if plan.get("ocr", True) else gettext("no"), options),
        (gettext("Known system files"), record.hashes or "", options),
        (gettext("Passwords"), record.passwords or "", passwords),
    ]
    return [(question, answer, url) for question, answer, url in shown if answer not in ("", None)]


def _days(plan: Any) -> str:
    first, last = plan.get("date_from", ""), plan.get("date_to", "")
    return f"{first or '…'} – {last or '…'}" if first or last else ""


def _problem(record: queries.SourceRecord) -> str:
    """Return in the reader's language why a source could not be fetched."""
    if not record.problem:
        return ""
    kept = json.loads(record.problem)
    translated = gettext(kept["sentence"])
    return translated % kept["params"] if kept["params"] else translated


def _state_of(record: queries.SourceRecord, part: str) -> tuple[str, str]:
    """Return the word and the tone for a part of the plan."""
    done, optional = (gettext("said"), "ok"), (gettext("may be left out"), "")
    if part == "where":
        return (gettext("to be said"), "warn") if record.missing else done
    if part == "options":
        return done if record.settings.get("options_seen") else (gettext("as usual"), "")
    if part == "passwords":
        return done if record.passwords else optional
    return done


def _steps(record: queries.SourceRecord, current: str) -> list[Step]:
    names = [part for part in PARTS if part != "where" or record.kind != "upload"] + ["check"]
    place = names.index(current)
    return [
        Step(
            said(PLAN_PARTS, name),
            "current" if index == place else "done" if index < place else "ahead",
            reverse("documents:plan_check", args=[record.id])
            if name == "check"
            else reverse("documents:plan_part", args=[record.id, name]),
        )
        for index, name in enumerate(names)
    ]


def _next(record: queries.SourceRecord, part: str) -> str:
    """Return the step after a part: the answers are checked last."""
    place = PARTS.index(part)
    if place + 1 < len(PARTS):
        return reverse("documents:plan_part", args=[record.id, PARTS[place + 1]])
    return reverse("documents:plan_check", args=[record.id])


def _form(request: HttpRequest, record: queries.SourceRecord, part: str) -> forms.Form:
    plan = {name: value for name, value in record.settings.items() if value not in ("", None)}
    sent: dict[str, Any] = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    if part == "where":
        known = {**plan, "folders": "\n".join(plan.get("folders", []))}
        return WHERE[record.kind](**sent, initial=known)
    if part == "whose":
        values = {"name": record.name, "custodian": record.custodian, "source_label": record.source_label}
        return WhoseForm(**sent, initial=values)
    if part == "options":
        return OptionsForm(**sent, initial={"ocr": True, **plan, "time_zone": record.time_zone})
    return SecretsForm(**sent)


def _keep_where(request: HttpRequest, record: queries.SourceRecord, form: forms.Form) -> None:
    values = dict(form.cleaned_data)
    password = str(values.pop("password", "") or "")
    if "folders" in values:
        values["folders"] = [line.strip() for line in str(values["folders"]).splitlines() if line.strip()]
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    actions.say_where(actor=actor_of(request), source_id=record.id, values=values, password=password, at=timezone.now())


def _keep_whose(request: HttpRequest, record: queries.SourceRecord, form: forms.Form) -> None:
    actions.say_whose(actor=actor_of(request), source_id=record.id, at=timezone.now(), **form.cleaned_data)


def _keep_options(request: HttpRequest, record: queries.SourceRecord, form: forms.Form) -> None:
    values = dict(form.cleaned_data)
    upload = values.pop("hash_list")
    folder = actions.make_scratch("hashes")
    try:
        location = _on_disk(upload, folder) if upload else None
        actions.say_options(
            actor=actor_of(request), source_id=record.id, at=timezone.now(), hash_list=location, **values
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _keep_passwords(request: HttpRequest, record: queries.SourceRecord, form: forms.Form) -> None:
    if isinstance(form, SecretsForm) and form.listed():
        actions.say_passwords(actor=actor_of(request), source_id=record.id, passwords=form.listed(), at=timezone.now())


_KEEP: Final[dict[str, Callable[[HttpRequest, queries.SourceRecord, Any], None]]] = {
    "where": _keep_where,
    "whose": _keep_whose,
    "options": _keep_options,
    "passwords": _keep_passwords,
}


def _on_disk(upload: UploadedFile[Any], folder: Path) -> Path:
    location = folder / "list"
    with location.open("wb") as stream:
        for piece in upload.chunks():
            stream.write(piece)
    return location
