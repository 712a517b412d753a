"""The form of the gallery: every kind of field, one of them shown on a condition."""

from __future__ import annotations

from django import forms


class RequestForm(forms.Form):
    """A request with a conditional field."""

    client = forms.CharField(label="Client", help_text="As in the engagement letter.")
    kind = forms.ChoiceField(label="Kind", widget=forms.RadioSelect, choices=[("review", "Review"), ("other", "Other")])
    which = forms.CharField(label="Which other kind", required=False)
    skills = forms.MultipleChoiceField(
        label="Skills",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("en", "English"), ("zh", "中文")],
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.ChoiceField(label="Place", choices=[("cn", "Shanghai"), ("us", "New York")])
    urgent = forms.BooleanField(label="Urgent", required=False)
    show_when = {"which": "kind=other"}
