"""Who wants to know what; filled by ``project`` at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chancery.foundation.errors import Fault
from chancery.platform.events.values import Event


@dataclass(frozen=True, slots=True)
class Subscription:
    """One handler of one kind of event. name: stable, stored with every delivery."""

    event: type[Event]
    handler: Callable[[Any], None]
    name: str


_by_name: dict[str, Subscription] = {}
_by_event: dict[str, list[Subscription]] = {}


def subscribe(event: type[Event], handler: Callable[[Any], None], name: str) -> None:
    """Ask for an event; the same name again replaces the handler.

    The handler gets the event in a transaction of its own and must be safe to repeat.
    """
    if not event.name:
        raise Fault(f"{event.__qualname__} has no name")
    forget(name)
    subscription = Subscription(event, handler, name)
    _by_name[name] = subscription
    _by_event.setdefault(event.name, []).append(subscription)


def forget(name: str) -> None:
    """Take a handler back."""
    old = _by_name.pop(name, None)
    if old is not None:
        _by_event[old.event.name].remove(old)


def subscribers(event_name: str) -> list[Subscription]:
    """Return who wants an event, in the order of subscription."""
    return list(_by_event.get(event_name, ()))


def subscription(name: str) -> Subscription | None:
    """Return a handler by its name."""
    return _by_name.get(name)
