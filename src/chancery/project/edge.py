"""Where refusals and faults end: expected ones become a page or a notice, unexpected ones are logged once."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext, gettext_noop

from chancery.foundation.errors import NotFound, Refused

logger = logging.getLogger(__name__)
OPEN_TO_ALL = ("/accounts/", "/alive/", "/api/", "/help/", "/preferences/", "/sign-in/", "/static/")
HIDDEN_CODES = frozenset({"not_found", "not_allowed"})
gettext_noop("There is nothing here, or you may not see it.")


def wording(refusal: Refused) -> str:
    """Return a refusal's sentence in the reader's language."""
    return refusal.sentence(gettext(refusal.message))


def new_reference() -> str:
    """Return a short name under which a fault stands in the log."""
    return secrets.token_hex(4)


class EdgeMiddleware:
    """Renders what views raise; what a reader may not see looks exactly like what does not exist."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask whoever opens a page without being signed in to sign in; the page follows afterwards."""
        if request.path.startswith(OPEN_TO_ALL) or request.user.is_authenticated:
            return None
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page; leave everything else to the fault page."""
        if not isinstance(exception, Refused):
            return None
        if isinstance(exception, NotFound) or exception.code in HIDDEN_CODES:
            return not_found(request)
        return refusal_page(request, exception)


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer 409: a notice beside the unchanged page for scripts, else a page with a way back."""
    sentence = wording(refusal)
    if getattr(request, "htmx", False):
        response = HttpResponse(status=409)
        response.headers["HX-Reswap"] = "none"
        response.headers["HX-Trigger"] = json.dumps({"refused": {"code": refusal.code, "message": sentence}})
        return response
    back = request.headers.get("Referer", "") if request.method == "POST" else ""
    context = {"refusal": sentence, "code": refusal.code, "back": back}
    return render(request, "project/refused.html", context, status=409)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in the same words for the unknown and the hidden."""
    return render(request, "project/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request whose form was not made by these pages, or too many sign-in attempts."""
    return render(request, "project/forbidden.html", status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was not made by these pages or has grown too old."""
    return forbidden(request)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read."""
    return render(request, "project/bad_request.html", status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a fault with a reference that stands in the log beside what happened."""
    reference = new_reference()
    logger.error("fault %s at %s %s", reference, request.method, request.path, exc_info=True)
    page = get_template("project/broken.html").render({"reference": reference})
    return HttpResponseServerError(page)
