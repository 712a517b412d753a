"""Every address: each room owns full paths; the machine interface is under /api/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from chancery.project.api import api
from chancery.project.registration import room_modules


def alive(request: HttpRequest) -> HttpResponse:
    """Answer that the web process runs."""
    return HttpResponse("ok", content_type="text/plain")


def _rooms() -> list[URLPattern | URLResolver]:
    return [path("", include(module)) for module in room_modules("web.urls")]


urlpatterns: list[URLPattern | URLResolver] = [
    path("alive/", alive, name="alive"),
    path("accounts/", include("allauth.urls")),
    path("", include("chancery.platform.identity.urls")),
    path("api/", api.urls),
    path("", include("chancery.interface.urls")),
    *_rooms(),
]
handler404 = "chancery.project.edge.not_found"
handler500 = "chancery.project.edge.broken"
handler403 = "chancery.project.edge.forbidden"
handler400 = "chancery.project.edge.bad_request"
