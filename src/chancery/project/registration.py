"""Connects the rooms at start-up: jobs, subscriptions, navigation, what comes round by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from chancery.interface.shell.navigation import register
from chancery.platform.access.actors import actor_for
from chancery.platform.access.scopes import entry_filter
from chancery.platform.audit import scoping
from chancery.platform.audit.actions import record
from chancery.platform.events.actions import subscribe
from chancery.platform.identity.models import SignInLink, User
from chancery.platform.jobs.schedule import repeat
from chancery.platform.tenancy.queries import provider_tenant_id


def room_modules(name: str) -> Iterator[ModuleType]:
    """Yield the module of this name of every room of business that has one, lowest room first."""
    for room in settings.APP_NAMES:
        path = f"chancery.apps.{room}.{name}"
        parent = path.rpartition(".")[0]
        if find_spec(parent) is not None and find_spec(path) is not None:
            yield import_module(path)


def register_rooms() -> None:
    """Tell the platform what exists; called once, when every model is loaded. Safe to repeat."""
    scoping.scope_by(entry_filter)
    for _module in room_modules("jobs"):
        pass  # importing it registers its jobs
    for module in room_modules("subscriptions"):
        for event, handler, name in module.SUBSCRIPTIONS:
            subscribe(event, handler, name=name)
    _register_navigation()
    repeat(name="sessions.clear", every=timedelta(hours=24), body=_clear_sessions)
    user_logged_in.connect(_record_sign_in, dispatch_uid="chancery.signed_in")
    user_logged_out.connect(_record_sign_out, dispatch_uid="chancery.signed_out")


def _register_navigation() -> None:
    for module in room_modules("web.navigation"):
        for entry in module.ENTRIES:
            register(entry)


def _clear_sessions(due_at: datetime) -> None:
    Session.objects.filter(expire_date__lt=due_at).delete()
    SignInLink.objects.filter(expires_at__lt=due_at).delete()


def _record_sign_in(sender: type[User], request: HttpRequest, user: User, **_: Any) -> None:
    _record_session("session.opened", user)


def _record_sign_out(sender: type[User], request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        _record_session("session.closed", user)


def _record_session(act: str, user: User) -> None:
    """Enter a sign-in or sign-out into the chain of the person's own organisation."""
    actor = actor_for(user=user)
    chain = provider_tenant_id() if actor.provider else next(iter(sorted(actor.tenant_ids)), "")
    if not chain:
        return
    with transaction.atomic():
        record(
            tenant_id=chain, actor=actor, act=act, object_type="user", object_id=user.id,
            label=user.get_full_name(), at=timezone.now(),
        )  # fmt: skip
