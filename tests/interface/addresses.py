"""Three addresses for the navigation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse()


urlpatterns = [
    path("", nothing, name="work"),
    path("spend/", nothing, name="spend"),
    path("matters/", nothing, name="matters"),
]
