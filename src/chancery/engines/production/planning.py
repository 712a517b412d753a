"""Order of a volume: families whole, parents first, nothing that may not leave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from chancery.engines.pages.values import IMAGED_KINDS
from chancery.engines.production.values import (
    Planned,
    ProductionItem,
    ProductionRefused,
    Treatment,
    VolumeSettings,
)
from chancery.foundation.identifiers import BatesNumber

_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def plan(*, items: Sequence[ProductionItem], settings: VolumeSettings) -> list[Planned]:
    """Return the documents in the order of the volume.

    Families are sorted by custodian, path and key of their parent; inside a family the parent comes first and
    attachments follow depth first in the order given. Refuses an empty volume, duplicate keys, broken families
    and any document whose redactions are not burned in yet.
    """
    BatesNumber(settings.prefix, settings.start, settings.width)
    if not _VOLUME.fullmatch(settings.volume):
        raise ProductionRefused("“%(name)s” is no volume name.", code="volume_name", name=settings.volume)
    _check(items)
    families: dict[str, list[ProductionItem]] = {}
    for item in items:
        families.setdefault(item.family_key, []).append(item)
    ordered = [_in_order(members) for members in families.values()]
    ordered.sort(key=lambda members: (members[0].custodian, members[0].path, members[0].key))
    return [
        Planned(item, tuple(member.key for member in members), _treatment(item))
        for members in ordered
        for item in members
    ]


def _check(items: Sequence[ProductionItem]) -> None:
    if not items:
        raise ProductionRefused("There is nothing to produce.", code="nothing_to_produce")
    twice = [key for key, count in Counter(item.key for item in items).items() if count > 1]
    if twice:
        raise ProductionRefused("Document %(key)s is in the volume twice.", code="duplicate_key", key=twice[0])
    pending = [item.path for item in items if item.redaction_pending and not item.withheld]
    if pending:
        raise ProductionRefused(
            "%(count)s documents wait for redaction, the first is %(path)s.",
            code="redaction_pending",
            count=len(pending),
            path=pending[0],
        )


def _treatment(item: ProductionItem) -> Treatment:
    if item.withheld:
        return "withheld"
    return "image" if item.kind in IMAGED_KINDS else "native"


def _in_order(members: list[ProductionItem]) -> list[ProductionItem]:
    roots = [item for item in members if not item.parent_key]
    if len(roots) != 1:
        raise ProductionRefused(
            "Family %(family)s has %(count)s parents instead of one.",
            code="broken_family",
            family=members[0].family_key,
            count=len(roots),
        )
    children: dict[str, list[ProductionItem]] = {}
    for item in members:
        if item.parent_key:
            children.setdefault(item.parent_key, []).append(item)
    ordered: list[ProductionItem] = []
    waiting = [roots[0]]
    while waiting:
        item = waiting.pop()
        ordered.append(item)
        waiting += reversed(children.get(item.key, []))
    if len(ordered) != len(members):
        lost = next(item for item in members if item not in ordered)
        raise ProductionRefused(
            "The parent of %(path)s is not part of the volume.", code="broken_family", path=lost.path
        )
    return ordered
