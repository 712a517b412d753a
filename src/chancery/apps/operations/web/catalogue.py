"""Pages of the catalogue: what can be ordered, one service in full, the next version of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from chancery.apps.operations import actions, queries
from chancery.apps.operations.catalogue.definition import DefinitionRefused, ServiceDefinition, read_definition
from chancery.apps.operations.catalogue.differences import Difference, differences, place_parts, with_changes
from chancery.apps.operations.queries.catalogue import ServiceRecord
from chancery.apps.operations.web.acting import actor_of, moment, need, sentence_of
from chancery.apps.operations.web.places import place_words
from chancery.apps.operations.wording import grade_name, unit_name, words
from chancery.foundation.errors import Refused
from chancery.interface.shell.toasts import toast
from chancery.platform.access.values import Actor, Role

# What a manager may change on the page; the form and the places stay with the data files.
EDITABLE = ("name.", "summary.", "steps[", "quality.", "checklists.", "service_level.", "price.", "sign_off.")
FIXED_ENDS = (".key", ".grade", ".graded", ".unit", ".of", ".evidence", ".licence")


def _may_order(actor: Actor) -> bool:
    return actor.has(Role.COUNSEL, Role.MANAGER)


def service_list(request: HttpRequest) -> HttpResponse:
    """Show every service with what it costs by grade."""
    actor = actor_of(request)
    need(actor, Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    context = {"services": queries.list_services(), "may_order": _may_order(actor)}
    return render(request, "operations/catalogue.html", context)


def service_page(request: HttpRequest, service_id: str) -> HttpResponse:
    """Show one service; ?version= shows an earlier one, with what changed against the one before."""
    actor = actor_of(request)
    need(actor, Role.COUNSEL, Role.MANAGER, Role.ATTORNEY)
    asked = request.GET.get("version", "")
    record = queries.service(service_id=service_id, version=int(asked) if asked.isdigit() else None)
    versions = queries.versions_of(service_id=service_id)
    before = next((item for item in versions if item.version == record.version - 1), None)
    context = {
        "record": record,
        "versions": versions,
        "steps": _steps(record.definition),
        "rates": _rates(record.definition),
        "units": [
            (words(unit.name.model_dump()), ", ".join(f"{name} {price}" for name, price in unit.price.items()))
            for unit in record.definition.price.units
        ],
        "checklists": [
            [words(point.text.model_dump()) for point in points] for points in record.definition.checklists.values()
        ],
        "excluded": [
            (
                next(words(p.name.model_dump()) for p in record.definition.jurisdictions if p.code == item.code),
                item.source,
            )
            for item in record.definition.excluded_jurisdictions
        ],
        "questions": [words(question.label.model_dump()) for question in record.definition.form],
        "changed": _said(differences(before=before.raw, after=record.raw), record.raw) if before else [],
        "may_order": _may_order(actor) and record.version == versions[0].version,
        "may_edit": actor.provider and actor.has(Role.MANAGER) and record.version == versions[0].version,
    }
    return render(request, "operations/service.html", context)


def _said(found: list[Difference], raw: dict[str, Any]) -> list[tuple[str, Difference]]:
    """Return each difference with its place in words."""
    return [(place_words(place=each.place, definition=raw), each) for each in found]


def _steps(definition: ServiceDefinition) -> list[dict[str, Any]]:
    return [
        {
            "name": words(step.name.model_dump()),
            "grade": grade_name(step.grade),
            "graded": step.graded,
            "minutes": step.standard_minutes,
            "unit": unit_name(step.unit, count=1),
            "share": step.quantity.share if step.quantity.of == "volume" else None,
        }
        for step in definition.steps
    ]


def _rates(definition: ServiceDefinition) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (currency, [(grade_name(grade), f"{currency} {rate}") for grade, rate in rates.items() if rate])
        for currency, rates in definition.price.rates.items()
    ]


class VersionForm(forms.Form):
    """The numbers and texts of a service, one field per place, and the note to the new version."""

    note = forms.CharField(label="", max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, raw: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].label = gettext("What changes, and why")
        self.places = {
            f"place-{number}": item
            for number, item in enumerate(differences(before={}, after=raw))
            if item.place.startswith(EDITABLE) and not item.place.endswith(FIXED_ENDS)
        }
        for name, item in self.places.items():
            long = len(item.after or "") > 60
            widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
            label = place_words(place=item.place, definition=raw)
            self.fields[name] = forms.CharField(label=label, initial=item.after, max_length=2000, widget=widget)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields by the part of the service they belong to."""
        names = {
            "name": gettext("Name and summary"),
            "summary": gettext("Name and summary"),
            "steps": gettext("Steps"),
            "quality": gettext("Quality standard"),
            "checklists": gettext("Checklist before anything leaves"),
            "service_level": gettext("Service level"),
            "price": gettext("Rates and prices"),
            "sign_off": gettext("Sign-off"),
        }
        grouped: dict[str, list[forms.BoundField]] = {}
        for name, item in self.places.items():
            grouped.setdefault(names[place_parts(item.place)[0]], []).append(self[name])
        return list(grouped.items())

    def changes(self) -> dict[str, str]:
        """Return what was typed, by place."""
        return {item.place: self.cleaned_data[name].replace("\r\n", "\n") for name, item in self.places.items()}


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, service_id: str) -> HttpResponse:
    """Edit the numbers and texts of a service, compare with the version in force, publish the next one."""
    actor = actor_of(request)
    need(actor, Role.MANAGER)
    record = queries.service(service_id=service_id)
    if request.method == "GET":
        return _edit_page(request, record, VersionForm(raw=record.raw), [])
    form = VersionForm(request.POST, raw=record.raw)
    if not form.is_valid():
        return _edit_page(request, record, form, [])
    based_on = request.POST.get("based_on", "")
    changed = with_changes(definition=record.raw, changes=form.changes())
    found = differences(before=record.raw, after=changed)
    try:
        read_definition(data=changed)
        if "publish" not in request.POST:
            return _edit_page(request, record, form, found)
        actions.publish_service(
            actor=actor,
            service_id=service_id,
            based_on=int(based_on) if based_on.isdigit() else 0,
            definition=changed,
            note=form.cleaned_data["note"],
            at=moment(),
        )
    except DefinitionRefused as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem)
        return _edit_page(request, record, form, found)
    except Refused as refusal:
        form.add_error(None, sentence_of(refusal))
        return _edit_page(request, record, form, found)
    toast(request, gettext("Version %(number)s was published.") % {"number": record.version + 1})
    return redirect("operations:service", service_id=service_id)


def _edit_page(request: HttpRequest, record: ServiceRecord, form: VersionForm, found: list[Difference]) -> HttpResponse:
    context = {
        "record": record,
        "form": form,
        "found": _said(found, record.raw),
        "compared": request.method == "POST",
        "next_version": record.version + 1,
    }
    return render(request, "operations/service_edit.html", context, status=422 if form.errors else 200)
