"""The provider's people: list, one person, licences and absences."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from chancery.apps.providers import actions, policies, queries
from chancery.apps.providers.models import Professional
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.jurisdictions import jurisdictions
from chancery.interface.shell.toasts import toast
from chancery.interface.tables import Choice, Column, Filter, Row, Table, TableState, TagCell
from chancery.platform.access.values import Role


class LicenceForm(forms.Form):
    """An admission to practise."""

    jurisdiction = forms.ChoiceField(label=gettext_lazy("Jurisdiction"))
    number = forms.CharField(label=gettext_lazy("Licence number"), max_length=60)
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=gettext_lazy("Valid to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        language = "zh" if (get_language() or "").startswith("zh") else "en"
        field = self.fields["jurisdiction"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(item.code, item.name(language=language)) for item in jurisdictions().values()]


class AbsenceForm(forms.Form):
    """Days without work."""

    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)


def person_name(record: queries.ProfessionalRecord) -> str:
    """Return the name in the reader's language."""
    return record.name_zh if (get_language() or "").startswith("zh") and record.name_zh else record.name


def _row(record: queries.ProfessionalRecord) -> Row:
    today = timezone.localdate()
    expired = [item for item in record.licences if not item.valid_on(today)]
    licences = "、".join if (get_language() or "").startswith("zh") else ", ".join
    return Row(
        id=record.id,
        label=person_name(record),
        url=reverse("providers:person", args=[record.id]),
        cells={
            "name": person_name(record),
            "grade": Professional.Grade(record.grade).label,
            "site": record.site,
            "languages": licences(record.languages),
            "skills": licences(record.skills),
            "licences": TagCell(licences(item.jurisdiction for item in expired), "bad")
            if expired
            else licences(item.jurisdiction for item in record.licences),
            "today": TagCell(gettext("Absent"), "warn") if record.absent else TagCell(gettext("At work"), "ok"),
        },
    )


def people(request: HttpRequest) -> HttpResponse:
    """Show everybody who can be given work, found by name, skill or language."""
    actor = request.actor  # type: ignore[attr-defined]
    if not policies.keeps_register(actor):
        raise NotFound
    state = TableState.read(path=request.path, query=request.GET, filters=("grade",))
    found = queries.list_professionals(
        actor=actor, on=timezone.localdate(), text=state.words, grade=state.filters.get("grade", "")
    )
    table = Table(
        caption=gettext("People"),
        columns=[
            Column("name", pgettext("of a person", "Name"), grow=True),
            Column("grade", gettext("Grade")),
            Column("site", gettext("Site")),
            Column("languages", gettext("Languages")),
            Column("skills", gettext("Skills")),
            Column("licences", gettext("Licences")),
            Column("today", gettext("Today")),
        ],
        rows=[_row(record) for record in found],
        state=state,
        total=len(found),
        filters=[Filter("grade", gettext("Grade"), [Choice(str(v), str(t)) for v, t in Professional.Grade.choices])],
    )
    return render(request, "providers/people.html", {"table": table})


def person(request: HttpRequest, professional_id: str) -> HttpResponse:
    """Show one person; enter a licence or an absence."""
    actor = request.actor  # type: ignore[attr-defined]
    today = timezone.localdate()
    if not policies.keeps_register(actor):
        raise NotFound
    record = queries.professional(actor=actor, professional_id=professional_id, on=today)
    if record is None:
        raise NotFound
    kind = request.POST.get("kind", "")
    licence = LicenceForm(request.POST if kind == "licence" else None)
    absence = AbsenceForm(request.POST if kind == "absence" else None)
    form = licence if kind == "licence" else absence
    if request.method == "POST" and form.is_valid():
        act = actions.record_licence if kind == "licence" else actions.record_absence
        try:
            act(actor=actor, professional_id=professional_id, at=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            if isinstance(refused, NotFound) or refused.code == "not_allowed":
                raise
            form.add_error(None, refused.sentence(gettext(refused.message)))
        else:
            toast(request, gettext("Saved."))
            return redirect("providers:person", professional_id)
    context = {
        "record": record,
        "name": person_name(record),
        "grade": Professional.Grade(record.grade).label,
        "licences": [(item, item.valid_on(today)) for item in record.licences],
        "licence_form": licence,
        "absence_form": absence,
        "may_edit": actor.has(Role.MANAGER, Role.ADMINISTRATOR),
        "has_errors": bool(licence.errors or absence.errors),
    }
    return render(request, "providers/person.html", context, status=422 if context["has_errors"] else 200)
