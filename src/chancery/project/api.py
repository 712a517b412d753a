"""The machine interface: one typed API assembled from the rooms' routers."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from chancery.foundation.errors import NotFound, Refused
from chancery.platform.identity.api import token_auth
from chancery.project.edge import new_reference, wording
from chancery.project.registration import room_modules

logger = logging.getLogger(__name__)
api = NinjaAPI(
    title="Chancery",
    version="1",
    description="The same actions and queries as the pages. Authenticate with a bearer token or a session.",
    auth=[token_auth, django_auth],
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from another house, which our content policy forbids
)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer an expected refusal: 404 if the object is unknown or hidden, else 409."""
    if isinstance(refusal, NotFound) or refusal.code == "not_allowed":
        hidden = NotFound()
        return api.create_response(request, {"code": hidden.code, "message": wording(hidden)}, status=404)
    return api.create_response(request, {"code": refusal.code, "message": wording(refusal)}, status=409)


def broken(request: HttpRequest, fault: Exception | type[Exception]) -> HttpResponse:
    """Answer a fault with a reference that stands in the log."""
    reference = new_reference()
    logger.error("fault %s at %s %s", reference, request.method, request.path, exc_info=True)
    return api.create_response(request, {"code": "fault", "message": f"Reference {reference}"}, status=500)


api.add_exception_handler(Refused, refused)  # type: ignore[arg-type]
api.add_exception_handler(Exception, broken)
for module in room_modules("api"):
    api.add_router("", module.router)
