"""Names of background work and the functions behind them; filled when rooms are loaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chancery.foundation.errors import Fault

if TYPE_CHECKING:
    from chancery.platform.jobs.handle import JobHandle

Body = Callable[["JobHandle"], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of background work. label: translated lazily."""

    name: str
    label: Any
    body: Body


_kinds: dict[str, Kind] = {}


def job(name: str, *, label: Any) -> Callable[[Body], Body]:
    """Register a function as background work under a stable name.

    The function gets a JobHandle. It may be run again after a crash: it must start from ``job.checkpoint`` and
    write its effects in the same transaction as the ``job.advance`` that moves the checkpoint on.
    """

    def register(body: Body) -> Body:
        _kinds[name] = Kind(name, label, body)
        return body

    return register


def forget(name: str) -> None:
    """Take a name back."""
    _kinds.pop(name, None)


def kind(name: str) -> Kind:
    """Return what stands behind a name; a name nobody registered is a fault."""
    if name not in _kinds:
        raise Fault(f"no background work is registered under the name {name}")
    return _kinds[name]


def label_of(name: str) -> str:
    """Return the name people see, in the reader's language."""
    return str(_kinds[name].label) if name in _kinds else name
