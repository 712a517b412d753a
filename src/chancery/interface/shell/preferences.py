"""How a person likes the interface: language, theme, density, letter keys."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chancery.interface.shell.context import DENSITIES, THEMES
from chancery.platform.identity.actions import set_preferences

YEAR = 365 * 24 * 3600
CHOICES: dict[str, tuple[str, ...]] = {
    "language": ("en", "zh-hans"),
    "theme": THEMES,
    "density": DENSITIES,
    "keys": ("on", "off"),
}


@require_POST
def keep_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the posted preferences with the person who is signed in, and in cookies for this browser.

    Unknown names and values are ignored. Goes back to ``next`` if it is an address of this site.
    """
    chosen = {name: str(request.POST[name]) for name, allowed in CHOICES.items() if request.POST.get(name) in allowed}
    if chosen and request.user.is_authenticated:
        set_preferences(
            user_id=str(request.user.pk),
            language=chosen.get("language"),
            theme=chosen.get("theme"),
            density=chosen.get("density"),
            letter_keys=chosen["keys"] == "on" if "keys" in chosen else None,
        )
    response = HttpResponseRedirect(_back(request))
    for name, value in chosen.items():
        cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else f"chancery_{name}"
        response.set_cookie(cookie, value, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"
