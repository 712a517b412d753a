"""Forms of the search room."""

from __future__ import annotations

from django import forms


class KeepForm(forms.Form):
    """A name for the query at hand."""

    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2_000)
    stem = forms.BooleanField(required=False)
    shared = forms.BooleanField(required=False)


class TermsForm(forms.Form):
    """A list of terms, one a line, and what to make of it."""

    terms = forms.CharField(max_length=20_000, required=False, strip=False)
    stem = forms.BooleanField(required=False)
    form = forms.ChoiceField(choices=[("page", "page"), ("csv", "csv"), ("docx", "docx")], required=False)
