"""The package of the redline: the parts of the new file, and what only the old file has and the redline still shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.names import MC, Element
from chancery.engines.comparison.package import (
    DOCUMENT,
    OFFICE,
    TYPES,
    Package,
    Relation,
    relations_xml,
    rels_name,
    set_types,
    write_package,
    xml_bytes,
)

_IGNORABLE: Final = MC + "Ignorable"
_ROOT: Final = re.compile(rb"<[^?!\s/>]+")


class Joint:
    """Parts, relationships and types of the output; begins as the new file."""

    def __init__(self, *, old: Canon, new: Canon) -> None:
        self.old = old
        self.new = new
        self.parts: dict[str, bytes] = dict(new.package.parts)
        self.types: dict[str, str] = {}
        self.relations: dict[str, dict[str, Relation]] = {}
        self.taken: dict[tuple[str, str, str], str] = {}
        self.imported: dict[str, str] = {}
        self.lower = {name.lower() for name in self.parts}

    def relations_of(self, part: str) -> dict[str, Relation]:
        """Return the relationships of a part of the output, open for additions."""
        if part not in self.relations:
            self.relations[part] = dict(self.new.package.relations_of(part)) if part in self.new.package.parts else {}
        return self.relations[part]

    def lead(self, *, source: str, part: str, ident: str) -> str:
        """Return the id under which a part of the output leads where a part of the old file leads under ``ident``."""
        key = (source, part, ident)
        if key not in self.taken:
            relation = self.old.package.relations_of(source).get(ident)
            self.taken[key] = ident if relation is None else self._lead(part, relation)
        return self.taken[key]

    def _lead(self, part: str, relation: Relation) -> str:
        known = self.relations_of(part)
        target = relation.target if relation.external else self.bring(relation.target)
        for there in known.values():
            if (there.type, there.target, there.external) == (relation.type, target, relation.external):
                return there.id
        return self.relate(part=part, kind=relation.type, target=target, external=relation.external)

    def relate(self, *, part: str, kind: str, target: str, external: bool = False) -> str:
        """Add a relationship to a part and return its id."""
        known = self.relations_of(part)
        number = len(known) + 1
        while f"rId{number}" in known or f"rId{number}" in self.new.package.relations_of(part):
            number += 1
        ident = f"rId{number}"
        known[ident] = Relation(ident, kind, target, external)
        return ident

    def bring(self, name: str) -> str:
        """Return the name under which the output holds a part of the old file, copied when need be."""
        if name in self.imported or name not in self.old.package.parts:
            return self.imported.get(name, name)
        if name in self.new.package.parts and self.old.fingerprint(name) == self.new.fingerprint(name):
            self.imported[name] = name
            return name
        made = self.fresh(name)
        self.imported[name] = made
        self.add(name=made, data=self.old.package.parts[name], kind=self.old.package.type_of(name))
        relations = self.old.package.relations_of(name)
        if relations:
            self.relations[made] = {
                ident: there if there.external else Relation(ident, there.type, self.bring(there.target), False)
                for ident, there in relations.items()
            }
        return made

    def fresh(self, name: str) -> str:
        """Return a part name that is free, like the given one."""
        stem, dot, extension = name.rpartition(".")
        made, number = name, 0
        while made.lower() in self.lower:
            number += 1
            made = f"{stem}_old{number if number > 1 else ''}{dot}{extension}"
        self.lower.add(made.lower())
        return made

    def add(self, *, name: str, data: bytes, kind: str) -> None:
        """Add a part with its content type."""
        self.parts[name] = data
        self.lower.add(name.lower())
        if self.new.package.defaults.get(name.rpartition(".")[2].lower()) != kind:
            self.types[name] = kind

    def add_story(self, *, name: str, data: bytes, kind: str, short: str) -> str:
        """Add a part that the main document leads to and return the id of the relationship."""
        self.add(name=name, data=data, kind=kind)
        return self.relate(part=self.new.package.main(), kind=OFFICE + short, target=name)

    def plain(self) -> tuple[str, ...]:
        """Make the output an ordinary document, without macros and no template; returns the parts left out."""
        package = self.new.package
        main, left = package.main(), package.macros()
        if package.suffix != ".docx":
            self.types[main] = DOCUMENT
        for name in left:
            self.types[name] = ""
            for part in (name, rels_name(name)):
                self.parts.pop(part, None)
        known = self.relations_of(main) if left else {}
        for ident in [ident for ident, there in known.items() if there.target in left and not there.external]:
            del known[ident]
        return left

    def write(self) -> bytes:
        """Return the bytes of the package; parts nobody touched keep theirs."""
        for part, relations in self.relations.items():
            before = self.new.package.relations_of(part) if part in self.new.package.parts else {}
            if dict(before) != relations:
                self.parts[rels_name(part)] = relations_xml(relations, part)
        if self.types:
            self.parts[TYPES] = set_types(self.parts[TYPES], self.types)
        return write_package(parts=self.parts)


def at_home(*, root: Element, homes: Sequence[tuple[Package, str | None]]) -> bytes:
    """Return a story part whose root declares the prefixes of all its sources, as compatibility marks need them.

    homes: packages and names of the parts that the content comes from, the own one first.
    """
    spaces: dict[str, str] = {uri: prefix for prefix, uri in root.nsmap.items() if prefix}
    taken = {prefix: uri for uri, prefix in spaces.items()}
    ignorable: list[str] = []
    for package, name in homes:
        if name is None:
            continue
        declared = package.spaces.get(name, {})
        for prefix, uri in declared.items():
            if prefix and prefix not in taken:
                taken[prefix] = uri
        for prefix in package.look(name).get(_IGNORABLE, "").split():
            if prefix not in ignorable and taken.get(prefix) == declared.get(prefix, ""):
                ignorable.append(prefix)
    if ignorable:
        root.set(_IGNORABLE, " ".join(ignorable))
    data = xml_bytes(root)
    start = _ROOT.search(data)
    if start is None:
        return data
    present = set(root.nsmap)
    added = "".join(f' xmlns:{prefix}="{escape(uri)}"' for prefix, uri in taken.items() if prefix not in present)
    return data[: start.end()] + added.encode() + data[start.end() :]
