"""Forms of the plan of a source, one subject a form."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chancery.apps.documents.fetching.folders import roots, suggestions
from chancery.apps.documents.web.forms import COMMON_ZONES

ZONES = [(zone, zone) for zone in COMMON_ZONES if zone in available_timezones() or zone == "UTC"]
INTERVALS = [(5, _("every 5 minutes")), (15, _("every 15 minutes")), (60, _("every hour")), (1440, _("every day"))]


class FolderForm(forms.Form):
    """A folder of the server below an allowed one."""

    root = forms.ChoiceField(
        label=_("Allowed folder"), help_text=_("An administrator decides which folders these are.")
    )
    folder = forms.CharField(
        label=_("Folder inside it"),
        max_length=1000,
        required=False,
        help_text=_("Left empty, everything below the allowed folder is taken. Links are not followed."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = roots()
        self.fields["root"].choices = [(each, each) for each in allowed]  # type: ignore[attr-defined]
        self.fields["folder"].widget.attrs |= {"list": "known-folders", "autocomplete": "off"}
        self.known = suggestions(root=allowed[0]) if allowed else []


class WatchedForm(FolderForm):
    """A folder that is looked into again and again."""

    minutes = forms.TypedChoiceField(label=_("Look for new files"), choices=INTERVALS, coerce=int, initial=15)


class MailboxForm(forms.Form):
    """A mailbox on a mail server."""

    host = forms.CharField(label=_("Mail server"), max_length=253, help_text=_("Such as imap.example.com."))
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, initial=993, help_text=_("Always over TLS; usually 993.")
    )
    user = forms.CharField(label=_("User name"), max_length=320, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted under the key of the matter and never shown. Left empty, the one kept stays."),
    )
    folders = forms.CharField(
        label=_("Folders"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One in each line. Left empty, every folder is fetched."),
    )
    since = forms.DateField(
        label=_("Only mail that came on or after"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class WebForm(forms.Form):
    """A page of the web."""

    address = forms.CharField(
        label=_("Address of the page"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_("The bytes of this page are kept with the headers, the time and the hash. Pictures are not."),
    )


class WhoseForm(forms.Form):
    """Name and custodian of a source."""

    name = forms.CharField(label=_("Name of the collection"), max_length=200)
    custodian = forms.CharField(
        label=_("Custodian"),
        max_length=200,
        required=False,
        help_text=_("Whose files these are. Left empty, the first folder of each path counts."),
    )
    source_label = forms.CharField(
        label=_("Source"),
        max_length=200,
        required=False,
        help_text=_("Where the files come from: device, share, mailbox."),
    )


class OptionsForm(forms.Form):
    """How the files are processed."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=ZONES, help_text=_("Read into times that carry none, and stated with every date.")
    )
    date_from = forms.DateField(
        label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    date_to = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Documents outside these days are set aside and can be brought back. Those without a date stay."),
    )
    ocr = forms.BooleanField(label=_("Read scanned pages"), required=False, initial=True)
    embedded_images = forms.BooleanField(label=_("Take pictures inside documents as documents"), required=False)
    hash_list = forms.FileField(
        label=_("List of known system files (deNIST)"),
        required=False,
        help_text=_("A text file with SHA-256 or MD5 values. Files on it are recorded, not read, and set aside."),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first one."""
        values = super().clean() or {}
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and last < first:
            self.add_error("date_to", gettext("The last day lies before the first one."))
        return values


class SecretsForm(forms.Form):
    """Passwords to try on every encrypted file."""

    passwords = forms.CharField(
        label=_("Passwords"),
        max_length=20_000,
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One in each line. Each is tried on every encrypted file. They are kept encrypted, never shown."),
    )

    def listed(self) -> list[str]:
        """Return the passwords, one per line, without the line ends."""
        return [line for line in str(self.cleaned_data["passwords"]).splitlines() if line]


WHERE: dict[str, type[forms.Form]] = {
    "folder": FolderForm,
    "watched": WatchedForm,
    "mailbox": MailboxForm,
    "web": WebForm,
}
