"""Conflict rules over matched names: which side a name stands on here, and on which side elsewhere. Pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chancery.engines.screening.names import match
from chancery.foundation.errors import Refused

METHOD = "names-2026-1"
# Sides that act with the client and against it; others (witness, counsel) are shown, they decide nothing.
WITH, AGAINST = frozenset({"client", "affiliate"}), frozenset({"adverse"})
SIDES = ("client", "affiliate", "adverse", "counsel", "witness")
SEVERITY = ("note", "review", "conflict")


class ScreeningRefused(Refused):
    """Names that cannot be checked."""

    code = "names_invalid"


@dataclass(frozen=True, slots=True)
class Asked:
    """A name to check and the side on which it stands in the new work."""

    name: str
    side: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A known name: the party or client behind it, whose it is, and where it stands on which side."""

    ref: str
    tenant_id: str
    name: str
    sides: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A known name that may be the asked one. severity: note, review or conflict. sides: (client, matter, side)."""

    asked: str
    side: str
    name: str
    ref: str
    tenant_id: str
    level: str
    score: float
    why: tuple[dict[str, Any], ...]
    severity: str
    rule: str
    sides: tuple[tuple[str, str, str], ...]


def screen(*, tenant_id: str, asked: Sequence[Asked], known: Iterable[Standing]) -> tuple[str, list[Hit]]:
    """Check names for one client against everything known; returns the outcome and the hits, worst first.

    Conflict: exactly the same name stands on the opposite side of another client's matter, or is a client of
    ours while it is asked for as adverse. The same finding with a name that only resembles, or with the
    client's own earlier matters, needs a person. Refuses an unknown side or no names.
    """
    if not asked or any(not one.name.strip() for one in asked):
        raise ScreeningRefused("Give at least one name to check.")
    for one in asked:
        if one.side not in SIDES:
            raise ScreeningRefused("“%(side)s” is not a side.", side=one.side)
    standings: dict[str, list[Standing]] = defaultdict(list)
    for standing in known:
        standings[standing.ref].append(standing)
    pairs = [(item.ref, item.name) for group in standings.values() for item in group]
    hits = [hit for one in asked for hit in _hits(tenant_id, one, standings, pairs)]
    hits.sort(key=lambda hit: (-SEVERITY.index(hit.severity), -hit.score, hit.asked, hit.ref))
    worst = max((hit.severity for hit in hits), key=SEVERITY.index, default="note")
    return {"note": "clear", "review": "review", "conflict": "conflict"}[worst], hits


def _hits(tenant_id: str, one: Asked, standings: dict[str, list[Standing]], pairs: list[tuple[str, str]]) -> list[Hit]:
    found = []
    for item in match(name=one.name, others=pairs):
        group = standings[item.other_id]
        sides = tuple(dict.fromkeys(side for standing in group for side in standing.sides))
        severity, rule = _weigh(tenant_id, one, group[0].tenant_id, sides, item.level)
        why = tuple(
            {"code": reason.code, "sentence": reason.sentence, "params": reason.params} for reason in item.reasons
        )
        found.append(
            Hit(
                asked=one.name,
                side=one.side,
                name=" / ".join(dict.fromkeys(standing.name for standing in group)),
                ref=item.other_id,
                tenant_id=group[0].tenant_id,
                level=item.level,
                score=round(item.score, 3),
                why=why,
                severity=severity,
                rule=rule,
                sides=sides,
            )
        )
    return found


def _weigh(
    tenant_id: str, one: Asked, owner: str, sides: tuple[tuple[str, str, str], ...], level: str
) -> tuple[str, str]:
    opposite = AGAINST if one.side in WITH else WITH if one.side in AGAINST else frozenset()
    elsewhere = [side for client, _, side in sides if client != tenant_id and side in opposite]
    at_home = [side for client, _, side in sides if client == tenant_id and side in opposite]
    if elsewhere:
        return ("conflict", "opposite_side_elsewhere") if level == "exact" else ("review", "opposite_side_similar")
    if at_home:
        return "review", "opposite_side_own"
    if owner == tenant_id:
        return "note", "known_to_client"
    return "note", "known_elsewhere"


def fingerprint(*, asked: Sequence[Asked], hits: Sequence[Hit]) -> str:
    """Return a hash of what was asked and of what matters in what was found: the same finding is kept once.

    Names that decide nothing are left out, so that a decision holds until something that matters changes.
    """
    kept = {
        "asked": sorted([one.name, one.side] for one in asked),
        "hits": sorted(
            [hit.asked, hit.ref, hit.level, hit.severity, hit.rule] for hit in hits if hit.severity != "note"
        ),
        "method": METHOD,
    }
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
