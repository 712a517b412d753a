"""Forms of the documents room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from chancery.apps.documents.web.words import SOURCE_KINDS

COMMON_ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Europe/London",
)


class CollectionForm(forms.Form):
    """Where the files of a collection are, what it is called."""

    kind = forms.ChoiceField(
        label=_("Where the files are"),
        choices=list(SOURCE_KINDS.items()),
        widget=forms.RadioSelect,
        required=False,
        initial="upload",
    )
    name = forms.CharField(
        label=_("Name of the collection"), max_length=200, help_text=_("Such as “Laptop of Li Wei, March 2024”.")
    )
    source_label = forms.CharField(
        label=_("Source"),
        max_length=200,
        required=False,
        help_text=_("Where the files come from: device, share, mailbox."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone) for zone in COMMON_ZONES if zone in available_timezones() or zone == "UTC"],
        help_text=_("Stated with every date of this collection."),
    )

    def clean_kind(self) -> str:
        """Take an upload where nothing is said."""
        return str(self.cleaned_data["kind"] or "upload")


class PasswordForm(forms.Form):
    """Passwords for encrypted files."""

    passwords = forms.CharField(
        label=_("Passwords"),
        max_length=20_000,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "One in each line; all are tried on every chosen document. They are kept encrypted and never shown. "
            "Without a password the documents are read again as they are."
        ),
    )
    every = forms.BooleanField(label=_("Try the passwords on every encrypted document of the matter"), required=False)

    def listed(self) -> list[str]:
        """Return the passwords, one per line, without the line ends."""
        return [line for line in str(self.cleaned_data["passwords"]).splitlines() if line]


class ReasonForm(forms.Form):
    """Why something is done to many documents."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the record of every chosen document."),
    )


class TagForm(forms.Form):
    """A tag, known or new."""

    tag = forms.CharField(
        label=_("Tag"), max_length=60, help_text=_("A name in use, or a new one."), widget=forms.TextInput()
    )
    known: tuple[str, ...] = ()

    def offer(self, names: Sequence[str]) -> None:
        """Offer the tags in use as suggestions."""
        self.known = tuple(names)
        self.fields["tag"].widget.attrs |= {"list": "known-tags", "autocomplete": "off"}


class ReplacementForm(forms.Form):
    """A better copy of a file that could not be read."""

    replacement = forms.FileField(label=_("Better copy of the file"), allow_empty_file=False, max_length=1000)
    note = forms.CharField(
        label=_("Where it comes from"),
        max_length=500,
        required=False,
        help_text=_("Kept in the record of the document."),
    )


class ViewForm(forms.Form):
    """A name for the filters in force."""

    name = forms.CharField(label=_("Name of the view"), max_length=60)
    shared = forms.BooleanField(label=_("Everybody in the matter may use it"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def clean_query(self) -> Any:
        """Keep the filters only, not the place on a page."""
        return str(self.cleaned_data["query"]).removeprefix("?")
