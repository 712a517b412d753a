"""Forms of the production pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Hours a link to a volume may stand, with their names.
VALIDITY = (
    ("1", _("1 hour")),
    ("24", _("1 day")),
    ("72", _("3 days")),
    ("168", _("7 days")),
    ("336", _("14 days")),
)


class PrepareForm(forms.Form):
    """How the next volume is named and marked."""

    volume = forms.CharField(
        label=_("Volume"), max_length=20, help_text=_("The folder and load files of the volume carry this name.")
    )
    number_prefix = forms.CharField(
        label=_("Prefix of the numbers"),
        max_length=12,
        required=False,
        help_text=_("Every page carries the prefix and a number of seven digits."),
    )
    confidentiality = forms.CharField(
        label=_("Legend on every page"),
        max_length=60,
        required=False,
        help_text=_("For example CONFIDENTIAL, as the protective order has it. Empty for none."),
    )


class EvidenceForm(forms.Form):
    """What shows that a point of the checklist was done."""

    evidence = forms.CharField(
        label=_("Evidence"), max_length=1000, error_messages={"required": _("This point needs evidence.")}
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].required = kind != "none"
        if kind == "number":
            self.fields["evidence"].widget.attrs["inputmode"] = "decimal"


class LinkForm(forms.Form):
    """How long a link to the volume stands."""

    hours = forms.ChoiceField(label=_("Valid for"), choices=VALIDITY, initial="24")
