"""Rule sets: what they would set aside, checked by a sample, applied and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chancery.apps.documents import actions, queries
from chancery.apps.documents.names import without_direction
from chancery.apps.documents.web.shared import actor_of, matter_bar, said
from chancery.apps.documents.web.words import PARAMETERS, RULE_GROUPS, RULE_STATES, RULE_TONES
from chancery.foundation.errors import Refused
from chancery.interface.components import Tile
from chancery.interface.shell.toasts import toast
from chancery.interface.words import bytes_words, in_chinese, whole_words

NEEDING = {"excluded_domains", "relevant_from", "relevant_to", "oldest_days"}


class RulesForm(forms.Form):
    """A rule set made of published rules, or own rules as JSON."""

    name = forms.CharField(label=_("Name of the rule set"), max_length=100)
    chosen = forms.MultipleChoiceField(label=_("Rules"), widget=forms.CheckboxSelectMultiple, required=False)
    relevant_from = forms.DateField(
        label=_("First relevant day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    relevant_to = forms.DateField(
        label=_("Last relevant day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    oldest_days = forms.IntegerField(
        label=_("Days that are not too old"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=_("Counted back from the day the rules are tried; what is older is outdated."),
    )
    excluded_domains = forms.CharField(
        label=_("Mail domains to leave out"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One in each line. Mail that only goes between these domains is set aside."),
    )
    own = forms.CharField(
        label=_("Own rules"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("JSON as the guide describes it; taken instead of the rules above."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(key, _name(en, zh)) for key, en, zh, _group, _needs in queries.offered_rules()]
        self.fields["chosen"].choices = offered  # type: ignore[attr-defined]
        self.fields["chosen"].initial = [key for key, *_rest, needs in queries.offered_rules() if not needs]

    def parameters(self) -> dict[str, Any]:
        """Return the values that rules need."""
        values = self.cleaned_data
        return {
            "relevant_from": values["relevant_from"].isoformat() if values["relevant_from"] else None,
            "relevant_to": values["relevant_to"].isoformat() if values["relevant_to"] else None,
            "oldest_days": values["oldest_days"],
            "excluded_domains": [line.strip().lower() for line in values["excluded_domains"].split() if line.strip()],
        }


def rule_sets(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Show the rule sets of a matter and write a new one."""
    actor = actor_of(request)
    bar = matter_bar(request, matter_id)
    form = RulesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rule_set_id = actions.write_rules(
                actor=actor,
                matter_id=matter_id,
                name=form.cleaned_data["name"],
                chosen=form.cleaned_data["chosen"],
                parameters={} if form.cleaned_data["own"].strip() else form.parameters(),
                own=form.cleaned_data["own"],
                at=timezone.now(),
            )
        except Refused as refusal:
            if refusal.code in ("not_found", "not_allowed"):
                raise
            form.add_error(None, refusal.sentence(gettext(refusal.message)))
        else:
            actions.ask_for_rules(actor=actor, rule_set_id=rule_set_id, apply="try", at=timezone.now())
            return redirect("documents:rule_set", rule_set_id)
    sets = [
        (row, said(RULE_STATES, row.state), RULE_TONES.get(row.state, ""))
        for row in queries.rule_sets(actor=actor, matter_id=matter_id)
    ]
    context = {"matter_bar": bar, "matter_id": matter_id, "form": form, "sets": sets}
    return render(request, "documents/rule_sets.html", context, status=422 if form.errors else 200)


def rule_set(request: HttpRequest, rule_set_id: str) -> HttpResponse:
    """Show what a rule set does, rule by rule; try it, apply it, take it back."""
    actor = actor_of(request)
    record = queries.rule_set(actor=actor, rule_set_id=rule_set_id)
    if request.method == "POST":
        return _act(request, record)
    listed = reverse("documents:list", args=[record.matter_id])
    applied = f"{listed}?change={record.change_id}" if record.change_id else ""
    context = {
        "matter_bar": matter_bar(request, record.matter_id),
        "set": record,
        "state": said(RULE_STATES, record.state),
        "tone": RULE_TONES.get(record.state, ""),
        "lines": list(_lines(record)),
        "tiles": [
            Tile(gettext("Documents looked at"), whole_words(record.considered), url=listed),
            Tile(gettext("Set aside by the rules"), whole_words(record.suppressed), url=applied),
            Tile(gettext("Left to read"), whole_words(record.considered - record.suppressed)),
        ],
        "running": any(
            job.name in ("documents.try_rules", "documents.apply_rules")
            for job in queries.running_jobs(actor=actor, matter_id=record.matter_id)
        ),
        "applied_url": applied,
        "parameters": [(said(PARAMETERS, name), _value_words(value)) for name, value in record.parameters.items()],
    }
    return render(request, "documents/rule_set.html", context)


def rule_sample(request: HttpRequest, rule_set_id: str, rule: str) -> HttpResponse:
    """Show documents a rule caught, drawn at random, and keep which of them are wrong."""
    actor = actor_of(request)
    record = queries.rule_set(actor=actor, rule_set_id=rule_set_id)
    drawn = queries.sample_of(actor=actor, rule_set_id=rule_set_id, rule=rule)
    if request.method == "POST":
        wrong = request.POST.getlist("wrong")
        actions.check_sample(actor=actor, rule_set_id=rule_set_id, rule=rule, wrong=wrong, at=timezone.now())
        toast(request, gettext("The check is kept."))
        return redirect("documents:rule_set", rule_set_id)
    found = queries.rows_by_id(actor=actor, ids=drawn.keys)
    one = next(line for line in record.lines if line.id == rule)
    context = {
        "matter_bar": matter_bar(request, record.matter_id),
        "set": record,
        "name": _name(one.name, one.name_zh),
        "line": one,
        "drawn": drawn,
        "rows": [
            (found[key], without_direction(found[key].title or found[key].name), bytes_words(found[key].size))
            for key in drawn.keys
            if key in found
        ],
    }
    return render(request, "documents/rule_sample.html", context)


def _value_words(value: Any) -> str:
    """Return a value of a rule set as a page shows it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@require_POST
def undo_rule_set(request: HttpRequest, rule_set_id: str) -> HttpResponse:
    """Bring back what a rule set took out."""
    actions.undo_rules(actor=actor_of(request), rule_set_id=rule_set_id, at=timezone.now())
    toast(request, gettext("The rules are taken back: every document is where it was."))
    return redirect("documents:rule_set", rule_set_id)


def _act(request: HttpRequest, record: queries.RuleSetRecord) -> HttpResponse:
    wanted = "apply" if request.POST.get("act") == "apply" else "try"
    try:
        actions.ask_for_rules(actor=actor_of(request), rule_set_id=record.id, apply=wanted, at=timezone.now())
    except Refused as refusal:
        if refusal.code in ("not_found", "not_allowed"):
            raise
        toast(request, refusal.sentence(gettext(refusal.message)))
    else:
        toast(request, gettext("The rules are being worked through. You can leave this page."))
    return redirect("documents:rule_set", record.id)


def _lines(record: queries.RuleSetRecord) -> Iterator[tuple[queries.RuleLine, str, str, str, str]]:
    """Yield each rule with its name, its group, the bytes it caught and what the sample says."""
    for line in record.lines:
        check = ""
        if line.check is not None:
            check = gettext("%(wrong)s of %(sampled)s wrong: %(low)s to %(high)s of %(caught)s documents") % {
                "wrong": line.check.wrong,
                "sampled": line.check.sampled,
                "low": whole_words(line.check.wrong_low),
                "high": whole_words(line.check.wrong_high),
                "caught": whole_words(line.check.caught),
            }
        yield line, _name(line.name, line.name_zh), said(RULE_GROUPS, line.group), bytes_words(line.size), check


def _name(english: str, chinese: str) -> str:
    return chinese if chinese and in_chinese() else english
