"""Forms of the operations pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chancery.apps.operations.catalogue.answers import Problem
from chancery.apps.operations.catalogue.definition import Question, ServiceDefinition
from chancery.apps.operations.wording import GRADES, words


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReasonForm(forms.Form):
    """An act that needs its reason."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=_area())


class DecideForm(forms.Form):
    """A person's decision on a request."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("accept", _("Accept and make an offer")), ("decline", _("Decline"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=_area())


class OverrideForm(forms.Form):
    """Another grade than the method found."""

    grade = forms.ChoiceField(label=_("Grade"), choices=list(GRADES.items()))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=_area())


class ReassignForm(forms.Form):
    """Giving work to somebody else; people are offered, the action decides."""

    person = forms.ChoiceField(label=_("Give it to"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=_area(2))

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["person"])
        field.choices = [("", gettext("Whoever fits best now")), *people]


class PauseForm(forms.Form):
    """Pausing the service clock."""

    reason = forms.CharField(label=_("Reason"), max_length=300)
    evidence = forms.CharField(
        label=_("Evidence"), max_length=500, required=False, help_text=_("Message, document or call that shows it.")
    )


class ResolveForm(forms.Form):
    """Settling a difference between two looks."""

    keep = forms.ChoiceField(
        label=_("Keep"),
        choices=[("first", _("The first decision")), ("second", _("The second decision"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=_area(2))


class TickForm(forms.Form):
    """The evidence of one point of a checklist."""

    evidence = forms.CharField(label=_("Evidence"), max_length=1000, required=False)


class OrderForm(forms.Form):
    """The order form of a service, made from its questions. Rules stand in the answers module, not here."""

    title = forms.CharField(label=_("Title of the request"), max_length=200)

    def __init__(
        self, *args: Any, definition: ServiceDefinition, clients: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        if clients:
            self.fields["client"] = forms.ChoiceField(label=gettext("Client"), choices=list(clients))
        for question in definition.form:
            self.fields[question.key] = _field(definition, question)

    def raw_answers(self) -> dict[str, Any]:
        """Return the answers as they were typed, for the rules to read."""
        found: dict[str, Any] = {}
        for question in self.definition.form:
            if question.type == "multiple":
                found[question.key] = cast(QueryDict, self.data).getlist(question.key)
            else:
                found[question.key] = self.data.get(question.key, "")
        return found

    def show_problems(self, problems: Mapping[str, Problem], missing: Sequence[str] = ()) -> None:
        """Put what is wrong beside its question."""
        for key, problem in problems.items():
            self.add_error(key, gettext(problem.sentence) % problem.params)
        for key in missing:
            self.add_error(key, gettext("This answer is needed."))

    def asked(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Return each question with the conditions around its own one, as ``data-show-when`` values."""
        shown: list[tuple[forms.BoundField, list[str]]] = []
        for question in self.definition.form:
            rules = [f"{one.field}={'|'.join(one.is_any)}" for one in question.show_when]
            shown.append((self[question.key], rules))
        return shown


def _field(definition: ServiceDefinition, question: Question) -> forms.Field:
    label = words(question.label.model_dump())
    hint = words(question.help.model_dump()) if question.help else ""
    common: dict[str, Any] = {"label": label, "help_text": hint, "required": False}
    options = [(option.value, words(option.label.model_dump())) for option in definition.options_of(question)]
    field: forms.Field
    if question.type == "multiple":
        field = forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    elif question.type == "yes_no" or (question.type == "choice" and len(options) <= 4):
        field = forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
    elif question.type == "choice":
        field = forms.ChoiceField(choices=[("", "—"), *options], **common)
    elif question.type in ("text", "lines"):
        field = forms.CharField(widget=_area(), **common)
    else:
        mode = "numeric" if question.type == "integer" else "decimal"
        field = forms.CharField(widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}), **common)
    field.required = question.required
    field.clean = _accept  # type: ignore[method-assign]
    return field


def _accept(value: Any) -> Any:
    """Let every value through: answers are judged by the service's own rules, so that drafts can be kept."""
    return value
