"""Sign-in by a one-use link."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chancery.foundation.errors import NotFound
from chancery.platform.identity.actions import use_sign_in_link


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Sign the link's person in; a used, expired or unknown link shows where to sign in instead."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        user = use_sign_in_link(token=token, at=timezone.now())
    except NotFound:
        return render(request, "identity/link_used.html", status=404)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("/")
