"""What every page needs besides its own content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from chancery.interface.shell.navigation import NavItem, navigation_for
from chancery.interface.shell.toasts import Toast, toasts_of

THEMES = ("auto", "light", "dark")
DENSITIES = ("compact", "normal", "comfortable")
LANGUAGE_TAGS = {"en": "en", "zh-hans": "zh-Hans"}


@dataclass(frozen=True, slots=True)
class Shell:
    """The state of the frame: who looks at it and how they like it.

    language: BCP 47 tag for the ``lang`` attribute. keys: "on" or "off".
    urls: empty where nothing is mounted.
    """

    language: str = "en"
    theme: str = "auto"
    density: str = "normal"
    keys: str = "on"
    person: str = ""
    signed_in: bool = False
    urls: dict[str, str] = field(default_factory=dict)


# The addresses the frame links to: name in templates -> names to try, first mounted one wins.
ADDRESSES: dict[str, tuple[str, ...]] = {
    "home": ("workspace:home", "home"),
    "palette": ("workspace:palette", "palette"),
    "help": ("workspace:help", "help"),
    "preferences": ("interface:preferences",),
    "account": ("account_email", "mfa_index"),
    "security": ("mfa_index",),
    "tokens": ("workspace:tokens",),
    "sign_in": ("account_login",),
    "sign_out": ("account_logout",),
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell``, ``navigation`` and ``toasts`` (the last two are made when first used)."""
    user = getattr(request, "user", None)
    signed_in = bool(user is not None and user.is_authenticated)
    return {
        "shell": Shell(
            language=LANGUAGE_TAGS.get(get_language() or settings.LANGUAGE_CODE, "en"),
            theme=_preference(request, user, "theme", THEMES, "auto"),
            density=_preference(request, user, "density", DENSITIES, "normal"),
            keys=_keys(request, user),
            person=_person(user) if signed_in else "",
            signed_in=signed_in,
            urls={name: _first_mounted(names) for name, names in ADDRESSES.items()},
        ),
        "navigation": SimpleLazyObject(lambda: _navigation(request, signed_in=signed_in)),
        "toasts": SimpleLazyObject(lambda: _toasts(request)),
    }


def _navigation(request: HttpRequest, *, signed_in: bool) -> list[NavItem]:
    return navigation_for(request=request, actor=getattr(request, "actor", None)) if signed_in else []


def _toasts(request: HttpRequest) -> list[Toast]:
    return toasts_of(request) if hasattr(request, "_messages") else []


def _preference(request: HttpRequest, user: Any, name: str, allowed: tuple[str, ...], otherwise: str) -> str:
    value = getattr(user, name, "") or request.COOKIES.get(f"chancery_{name}", "")
    return value if value in allowed else otherwise


def _keys(request: HttpRequest, user: Any) -> str:
    wanted = getattr(user, "letter_keys", None)
    if wanted is None:
        wanted = request.COOKIES.get("chancery_keys") != "off"
    return "on" if wanted else "off"


def _person(user: Any) -> str:
    chinese = (get_language() or "").startswith("zh")
    names = (getattr(user, "display_name_zh", "") if chinese else "", getattr(user, "display_name", ""))
    return next((name for name in names if name), user.get_username())


def _first_mounted(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
