"""How a person likes the interface: language, theme, density, letter keys."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chancery.interface.shell.context import DENSITIES, THEMES

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
    chosen = {
        name: request.POST[name] for name, allowed in CHOICES.items() if request.POST.get(name) in allowed
    }
    response = HttpResponseRedirect(_back(request))
    for name, value in chosen.items():
        cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else f"chancery_{name}"
        response.set_cookie(
            cookie, value, max_age=YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    _keep_with_person(request, chosen)
    return response


def _keep_with_person(request: HttpRequest, chosen: dict[str, str]) -> None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    values: dict[str, object] = {name: value for name, value in chosen.items() if name != "keys"}
    if "keys" in chosen:
        values["letter_keys"] = chosen["keys"] == "on"
    known = {name: value for name, value in values.items() if hasattr(user, name)}
    for name, value in known.items():
        setattr(user, name, value)
    if known:
        user.save(update_fields=list(known))


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


app_name = "interface"
urlpatterns = [path("preferences/", keep_preferences, name="preferences")]
