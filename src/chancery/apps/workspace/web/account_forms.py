"""Forms of the pages about logins and tokens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from chancery.apps.workspace.actions.accounts import LONGEST_TERM_DAYS, NewLogin
from chancery.apps.workspace.web.acts import role_words
from chancery.interface.words import in_chinese
from chancery.platform.access.values import Role
from chancery.platform.tenancy.queries import client_tenants

LANGUAGES = (("en", "English"), ("zh-hans", "中文"))


def role_choices() -> list[tuple[str, str]]:
    """Return the roles in the reader's language."""
    return [(role.value, role_words(role.value)) for role in Role]


def client_choices() -> list[tuple[str, str]]:
    """Return the client organisations in the reader's language."""
    return [(item.id, item.name_zh if in_chinese() and item.name_zh else item.name) for item in client_tenants()]


class RoleForm(forms.Form):
    """One role, and for counsel the client organisation."""

    role_key = forms.ChoiceField(label=_("Role"))
    client = forms.ChoiceField(label=_("Client organisation"))
    show_when = {"client": "role_key=counsel"}

    def __init__(self, *args: Any, roles_offered: Collection[Role] = tuple(Role), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles, clients = self.fields["role_key"], self.fields["client"]
        assert isinstance(roles, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(clients, forms.ChoiceField)  # noqa: S101 - declared above
        roles.choices = [(key, words) for key, words in role_choices() if Role(key) in roles_offered]
        clients.required = not self.is_bound or self.data.get("role_key") == Role.COUNSEL
        clients.choices = [("", _("Choose a client organisation")), *client_choices()]

    def role(self) -> tuple[Role, str | None]:
        """Return the chosen role and the client for which counsel acts; staff acts for the provider."""
        role = Role(self.cleaned_data["role_key"])
        return role, (self.cleaned_data["client"] or None) if role == Role.COUNSEL else None


class PersonForm(RoleForm):
    """A person to let in."""

    username = forms.CharField(
        label=_("Login"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Full name"), max_length=120)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=120, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), initial="UTC")
    field_order = ("username", "name", "name_zh", "email", "language", "time_zone", "role_key", "client")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = self.fields["time_zone"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101 - declared above
        zones.choices = [(name, name) for name in sorted(available_timezones())]

    def login(self) -> NewLogin:
        """Return what was typed."""
        given = self.cleaned_data
        role, tenant_id = self.role()
        return NewLogin(
            username=given["username"],
            name=given["name"],
            name_zh=given["name_zh"],
            email=given["email"],
            language=given["language"],
            time_zone=given["time_zone"],
            role=role,
            tenant_id=tenant_id,
        )


class ClientForm(forms.Form):
    """A client organisation."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200, required=False)


class TokenForm(forms.Form):
    """A token to issue."""

    label = forms.CharField(
        label=_("Label"), max_length=120, help_text=_("What the token is for, such as the name of the script.")
    )
    days = forms.IntegerField(label=_("Valid for days"), min_value=1, max_value=LONGEST_TERM_DAYS, initial=90)
