"""Dated tables of fees, rates, holidays and periods: shipped as data, replaced by a file without a release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from chancery.engines.calculators.answers import Authority, CalculatorRefused

_SHIPPED: Final = Path(__file__).parent / "data"
_LIMIT: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables in use by their names; see ``load``. replaced: those that came from a folder."""

    held: dict[str, dict[str, Any]]
    replaced: tuple[str, ...] = ()

    def get(self, name: str) -> dict[str, Any]:
        """Return one table."""
        return self.held[name]

    def rule(self, name: str, key: str, *, at: date | None = None) -> dict[str, Any]:
        """Return the entry of a table in force on a day (the newest without one).

        Refuses: rule_unknown; not_in_force when no version covers the day.
        """
        entries = self.held[name]["entries"].get(key)
        if entries is None:
            known = ", ".join(sorted(self.held[name]["entries"]))
            raise CalculatorRefused(
                "%(key)s is not in the table; it holds: %(known)s.", code="rule_unknown", key=key[:60], known=known
            )
        versions: list[dict[str, Any]] = entries if isinstance(entries, list) else [entries]
        if at is None:
            return versions[-1]
        for entry in reversed(versions):
            if entry.get("from", "0001-01-01") <= at.isoformat() <= (entry.get("to") or "9999-12-31"):
                return dict(entry)
        raise CalculatorRefused(
            "No rule for %(key)s is held for %(day)s.", code="not_in_force", key=key, day=at.isoformat()
        )

    def authority(self, name: str, article: str = "", *, verified: bool | None = None) -> Authority:
        """Return the law behind a table, with the article that matters."""
        table = self.held[name]
        return Authority(
            title=table["title"], article=article, source=table["source"], in_force_from=table["in_force_from"],
            checked_on=table["checked_on"], version=table["version"],
            verified=table["verified"] if verified is None else verified,
        )  # fmt: skip

    def describe(self) -> Iterator[dict[str, Any]]:
        """Yield name, title, source, version and dates of each table."""
        for name in sorted(self.held):
            table = self.held[name]
            yield {
                "name": name, **{key: table[key] for key in _HEAD}, "entries": len(table["entries"]),
            }  # fmt: skip


_HEAD: Final = ("title", "source", "jurisdiction", "version", "in_force_from", "in_force_to", "checked_on", "verified")


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LIMIT:
        raise CalculatorRefused("%(file)s is too large for a table.", code="table_invalid", file=path.name)
    try:
        table = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise CalculatorRefused("%(file)s is not JSON in UTF-8.", code="table_invalid", file=path.name) from None
    if not isinstance(table, dict) or not isinstance(table.get("entries"), dict):
        raise CalculatorRefused("%(file)s has no entries.", code="table_invalid", file=path.name)
    for key in _HEAD:
        if key not in table or (key in ("title", "source", "version") and not table[key]):
            raise CalculatorRefused("%(file)s does not say its %(key)s.", code="table_invalid", file=path.name, key=key)
    checked: dict[str, Any] = table
    return checked


def load(*, folder: Path | None = None) -> Tables:
    """Return the shipped tables, those of the same file name in ``folder`` replacing them.

    folder: of an administrator, with newer tables in the same format. Refuses: table_invalid, table_unknown.
    """
    held = {path.stem: _read(path) for path in sorted(_SHIPPED.glob("*.json"))}
    replaced = []
    if folder is not None:
        if not folder.is_dir():
            raise CalculatorRefused("There is no folder %(file)s.", code="table_invalid", file=str(folder))
        for path in sorted(folder.glob("*.json")):
            if path.stem not in held:
                raise CalculatorRefused("%(file)s replaces no table.", code="table_unknown", file=path.name)
            held[path.stem] = _read(path)
            replaced.append(path.stem)
    return Tables(held, tuple(replaced))


def shipped_files() -> tuple[Path, ...]:
    """Return the files of the shipped tables, to copy and edit."""
    return tuple(sorted(_SHIPPED.glob("*.json")))
