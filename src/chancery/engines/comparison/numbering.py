"""List definitions of a file, by what they define."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.names import NUMID, VAL, Element, W, local
from chancery.engines.comparison.package import Package, parse_xml


def number_labels(*, package: Package, roots: Iterable[Element]) -> dict[str, str]:
    """Return a label for every list id: its definition and, where it is in use, its turn among lists defined alike."""
    name = package.related(package.main(), "numbering")
    if name is None:
        return {}
    prints = definitions(data=package.parts[name])
    labels: dict[str, str] = {"0": "none"}
    turns: dict[str, int] = {}
    for root in roots:
        for ident in dict.fromkeys([node.get(VAL, "") for node in root.iter(NUMID)]):
            if ident not in labels:
                found = prints.get(ident, "?")
                turns[found] = turns.get(found, 0) + 1
                labels[ident] = f"{found}#{turns[found]}"
    return {**prints, **labels}


@lru_cache(maxsize=8)
def definitions(*, data: bytes) -> Mapping[str, str]:
    """Return a print of the definition of every list id of a numbering part."""
    root = parse_xml(data, "numbering")
    canon = Canon(Package({}), "")
    shapes: dict[str, str] = {}
    for abstract in root.iter(W + "abstractNum"):
        inner = "".join(canon.element(child) for child in abstract if local(str(child.tag)) not in ("nsid", "tmpl"))
        shapes[abstract.get(W + "abstractNumId", "")] = inner
    found: dict[str, str] = {}
    for number in root.iter(W + "num"):
        target = number.find(W + "abstractNumId")
        shape = shapes.get("" if target is None else target.get(VAL, ""), "?")
        overrides = "".join(canon.element(child) for child in number if child.tag != W + "abstractNumId")
        found[number.get(W + "numId", "")] = hashlib.sha256((shape + overrides).encode("utf-8", "replace")).hexdigest()[
            :12
        ]
    return found
