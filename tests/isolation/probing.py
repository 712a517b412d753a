"""Asks an address as somebody and watches what the answer shows and what the database was told to write."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client

WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(?P<table>\w+)', re.IGNORECASE)
# What asking may write without touching anybody's objects: the asker's own session, counters of failed sign-ins,
# when a token was last used.
HARMLESS = {"django_session", "axes_accessattempt", "axes_accessfailurelog", "identity_apitoken"}
MARKS = re.compile(
    rb'name="csrfmiddlewaretoken" value="[^"]*"|data-csrf="[^"]*"|content="[A-Za-z0-9]{64}"|"[A-Za-z0-9]{64}"'
)


@dataclass
class Answer:
    """What came back. body: with what differs by nature taken out; wrote: tables written to, harmless ones left out."""

    status: int
    body: bytes
    raw: bytes
    headers: dict[str, str]
    wrote: list[str] = field(default_factory=list)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collect the tables that are written to meanwhile."""
    told: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITE.match(sql)
        if found and found["table"] not in HARMLESS:
            told.append(found["table"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield told


def body_of(response: HttpResponseBase) -> bytes:
    """Return the whole body, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response)  # type: ignore[call-overload]
    return bytes(response.content)  # type: ignore[attr-defined]


def ask(
    browser: Client, method: str, path: str, *, data: Any = None, json_body: Any = None, known: Iterable[str] = ()
) -> Answer:
    """Ask once. known: the ids in the address, taken out of the body so that two answers can be compared."""
    with watched() as wrote:
        if json_body is not None:
            response = browser.generic(method, path, json.dumps(json_body), content_type="application/json")
        elif method == "GET":
            response = browser.get(path)
        else:
            response = browser.generic(method, path) if method not in ("POST",) else browser.post(path, data or {})
        raw = body_of(response)
    body = MARKS.sub(b"", raw)
    for value in sorted(set(known), key=len, reverse=True):
        body = body.replace(value.encode(), b"*")
    return Answer(response.status_code, body, raw, dict(response.headers), wrote)


def state_of(tenant_id: str) -> dict[str, str]:
    """Return a hash over every row of every table of one client, children of its rows included."""
    found = {}
    for model in apps.get_models():
        path = _to_tenant(model)
        if path is None:
            continue
        digest = hashlib.sha256()
        for row in model._default_manager.filter(**{path: tenant_id}).order_by("pk").values_list():
            digest.update(repr(row).encode())
        found[model._meta.label] = digest.hexdigest()
    return found


def _to_tenant(model: Any, seen: tuple[Any, ...] = ()) -> str | None:
    """Return how a model's rows lead to their client, over at most three steps."""
    if model._meta.label == "tenancy.Tenant":
        return "pk"
    names = {item.name: item for item in model._meta.concrete_fields}
    if "tenant" in names:
        return "tenant_id"
    if len(seen) > 2:
        return None
    for name, item in names.items():
        if item.many_to_one or item.one_to_one:
            other = item.related_model
            if other in (model, *seen) or other._meta.label in ("identity.User", "contenttypes.ContentType"):
                continue
            further = _to_tenant(other, (*seen, model))
            if further is not None:
                return f"{name}__{further}" if further != "pk" else f"{name}_id"
    return None
