"""Forms of the spend pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _hours() -> forms.DecimalField:
    return forms.DecimalField(
        label=_("Hours"),
        max_digits=4,
        decimal_places=2,
        help_text=_("In steps of 0.1, so 6 minutes are 0.1."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class QueryForm(forms.Form):
    """A question about a line."""

    text = forms.CharField(label=_("Your question"), max_length=1000, widget=_area(3))


class AnswerForm(forms.Form):
    """The answer to a question, with what is taken off the line."""

    answer = forms.CharField(label=_("Answer"), max_length=1000, widget=_area(3))
    reduction = forms.DecimalField(
        label=_("Take off this line"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("An amount in the currency of the invoice. Empty if the line stands."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class PayForm(forms.Form):
    """The payment of an approved invoice."""

    reference = forms.CharField(
        label=_("Reference of the payment"), max_length=80, help_text=_("As your bank or ledger shows it.")
    )


class EnterForm(forms.Form):
    """Time that no desk measured."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    hours = _hours()
    narrative = forms.CharField(
        label=_("What was done"),
        max_length=500,
        widget=_area(),
        help_text=_("In English: it stands on the invoice as you write it."),
    )

    def __init__(self, *args: Any, tasks: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"] = forms.ChoiceField(label=_("Task"), choices=list(tasks))
        self.order_fields(["day", "hours", "task", "narrative"])


class CorrectForm(forms.Form):
    """Other hours for an entry, with the reason."""

    hours = _hours()
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=_area())
