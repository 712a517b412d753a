"""Words for people: reasons, grades and kinds in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from chancery.foundation.evidence import Reason

GRADES: dict[str, Any] = {
    "computer": _("Computer"),
    "paralegal": _("Paralegal"),
    "lawyer": _("Lawyer"),
    "senior": _("Senior lawyer"),
}
ROLES: dict[str, Any] = {
    "counsel": _("Client counsel"),
    "manager": _("Delivery manager"),
    "reviewer": _("Reviewer"),
    "attorney": _("Supervising attorney"),
    "administrator": _("Administrator"),
}
UNITS: dict[str, Any] = {
    "document": _("documents"),
    "production": _("productions"),
    "gigabyte": _("GB"),
    "page": _("pages"),
}
ONE: dict[str, Any] = {
    "document": _("document"),
    "production": _("production"),
    "gigabyte": _("GB"),
    "page": _("page"),
}
VALUES: dict[str, Any] = {
    **GRADES,
    "easy": _("easy"),
    "hard": _("hard"),
    "irreversible": _("cannot be undone"),
    "routine": _("routine"),
    "adapted": _("adapted"),
    "novel": _("novel"),
    "public": _("public"),
    "confidential": _("confidential"),
    "highly_confidential": _("highly confidential"),
    "personal": _("personal data"),
    "standard": _("standard"),
    "key": _("key client"),
}
# Parameters of engine reasons that carry codes rather than names.
CODED = frozenset({"grade", "has", "needs", "value"})


def words(value: Any) -> str:
    """Return a text kept in both languages in the reader's language; other values as they are."""
    if isinstance(value, Mapping):
        chinese = (get_language() or "").startswith("zh")
        return str(value.get("zh" if chinese else "en") or value.get("en") or "")
    return str(value)


def reason_as_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as plain values for keeping."""
    params = {
        name: value if isinstance(value, str | int | dict) else str(value) for name, value in reason.params.items()
    }
    return {"code": reason.code, "sentence": reason.sentence, "params": params, "weight": reason.weight}


def reason_text(reason: Mapping[str, Any]) -> str:
    """Return a kept reason as a sentence in the reader's language."""
    params = {}
    for name, value in reason.get("params", {}).items():
        known = VALUES.get(value) if name in CODED and isinstance(value, str) else None
        params[name] = str(known) if known is not None else words(value)
    sentence = gettext(reason["sentence"]) if reason.get("sentence") else ""
    return sentence % params if params else sentence


def grade_name(grade: str) -> str:
    """Return the word for a grade."""
    return str(GRADES.get(grade, grade))


def role_name(role: str) -> str:
    """Return the word for a role."""
    return str(ROLES.get(role, role))


def unit_name(unit: str, *, count: int = 2) -> str:
    """Return the word for a unit: of one, otherwise in the plural."""
    return str((ONE if count == 1 else UNITS).get(unit, unit))
