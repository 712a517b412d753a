"""Headers and footers of the sections: compared pair by pair as what each section shows, inherited or its own."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Final, TypeAlias

from lxml import etree

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.joint import Joint, at_home
from chancery.engines.comparison.names import BODY, FOOTERREF, HEADERREF, SECTPR, TYPE, Element, P, R, local
from chancery.engines.comparison.package import OFFICE
from chancery.engines.comparison.stories import weave_into

Shown: TypeAlias = dict[tuple[str, str], str]
Sections: TypeAlias = Sequence[tuple[Element | None, Element | None, Element]]
BLANK: Final = ["P||"]


def sections_of(root: Element) -> list[Element]:
    """Return the sections of a document in order."""
    return [node for node in root.iter(SECTPR) if local(node.getparent().tag) != "sectPrChange"]


def shown(*, canon: Canon, sections: Sequence[Element], part: str) -> list[Shown]:
    """Return for every section the part behind each kind of header and footer, inherited ones included."""
    relations = canon.package.relations_of(part)
    now: Shown = {}
    found: list[Shown] = []
    for section in sections:
        now = dict(now)
        for node in section:
            if node.tag in (HEADERREF, FOOTERREF):
                relation = relations.get(node.get(R + "id", ""))
                if relation is not None and relation.target in canon.package.parts:
                    now[node.tag, node.get(TYPE, "default")] = relation.target
        found.append(now)
    return found


def header_lines(*, canon: Canon, part: str, root: Element | None = None) -> list[str]:
    """Return the canonical lines of a header; an empty one is as good as none."""
    here, canon.part = canon.part, part
    lines = canon.story(canon.package.look(part) if root is None else root)
    canon.part = here
    return [] if lines == BLANK else lines


class Headers:
    """Headers and footers of the output."""

    def __init__(self, *, joint: Joint, desk: Desk) -> None:
        self.joint = joint
        self.desk = desk
        self.merged: dict[tuple[str | None, str | None], str] = {}
        self.lines: dict[tuple[bool, str], list[str]] = {}
        self.rewritten: set[str] = set()
        self.main = joint.new.package.main()

    def write(self, *, old: Sequence[Element], new: Sequence[Element], pairs: Sections) -> None:
        """Compare the headers of all sections. old, new: sections of either file; pairs: how they were joined."""
        joint = self.joint
        shown_old = shown(canon=joint.old, sections=old, part=joint.old.package.main())
        shown_new = shown(canon=joint.new, sections=new, part=self.main)
        by_old = {id(node): what for node, what in zip(old, shown_old, strict=True)}
        by_new = {id(node): what for node, what in zip(new, shown_new, strict=True)}
        joined = [
            (*(_known(side, known, made) for side, known in ((one, by_old), (two, by_new))), made)
            for one, two, made in pairs
        ]
        if all(one is not None and two is not None and self._same(one, two) for one, two, _made in joined):
            return
        for one, two, made in joined:
            for key in sorted({*(one or {}), *(two or {})}):
                self._refer(
                    made,
                    key,
                    None if one is None else one.get(key),
                    None if two is None else two.get(key),
                    one is None or two is None,
                )

    def _same(self, old: Shown, new: Shown) -> bool:
        return all(self._line(old.get(key), True) == self._line(new.get(key), False) for key in {*old, *new})

    def _line(self, part: str | None, old: bool) -> list[str]:
        if part is None:
            return []
        if (old, part) not in self.lines:
            self.lines[old, part] = header_lines(canon=self.joint.old if old else self.joint.new, part=part)
        return self.lines[old, part]

    def _refer(self, section: Element, key: tuple[str, str], old: str | None, new: str | None, lone: bool) -> None:
        """Let a section refer to the right part under one kind of header or footer."""
        if lone and new is not None:
            part = new
        elif lone:
            part = self._copy(old or "")
        else:
            part = self._merge(key[0], old, new)
        tag, kind = key
        for node in section.findall(tag):
            if node.get(TYPE, "default") == kind:
                section.remove(node)
        node = etree.Element(tag)
        node.set(TYPE, kind)
        node.set(R + "id", self._relation(part, local(tag).removesuffix("Reference")))
        section.insert(sum(1 for child in section if child.tag in (HEADERREF, FOOTERREF)), node)

    def _relation(self, part: str, kind: str) -> str:
        for relation in self.joint.relations_of(self.main).values():
            if relation.target == part and relation.kind == kind:
                return relation.id
        return self.joint.relate(part=self.main, kind=OFFICE + kind, target=part)

    def _copy(self, old: str) -> str:
        """Return a copy of an old header as it was, for a section that only the old file has."""
        key = (old, "")
        if key not in self.merged:
            package = self.joint.old.package
            name = self.joint.fresh(old)
            self.joint.add(name=name, data=package.parts[old], kind=package.type_of(old))
            for relation in package.relations_of(old).values():
                target = relation.target if relation.external else self.joint.bring(relation.target)
                self.joint.relations_of(name)[relation.id] = type(relation)(
                    relation.id, relation.type, target, relation.external
                )
            self.merged[key] = name
        return self.merged[key]

    def _merge(self, tag: str, old: str | None, new: str | None) -> str:
        """Return the part that shows the changes from one header to another."""
        if (old, new) in self.merged:
            return self.merged[old, new]
        same = self._line(old, True) == self._line(new, False)
        if new is not None and same and new not in self.rewritten:
            self.merged[old, new] = new
            return new
        joint, desk = self.joint, self.desk
        theirs = None if old is None else joint.old.package.tree(old)
        ours = None if new is None else joint.new.package.tree(new)
        shape = ours if ours is not None else theirs
        root = copy.deepcopy(shape)
        before = theirs if theirs is not None else _empty(root)
        after = root if ours is not None else _empty(root)
        clone = new is None or new in self.rewritten or (new, True) in [(two, True) for _one, two in self.merged]
        part = joint.fresh(new or old or f"word/{local(tag)}.xml") if clone else new or ""
        joint.old.part, joint.new.part = old or "", new or ""
        desk.relation = lambda ident: joint.lead(source=old or "", part=part, ident=ident)
        if clone and new is not None:
            joint.relations_of(part).update(joint.new.package.relations_of(new))
        if not same:
            weave_into(old=before, new=after, made=root, desk=desk)
        data = at_home(root=root, homes=[(joint.new.package, new), (joint.old.package, old)])
        package = joint.old.package if new is None else joint.new.package
        if clone:
            joint.add(name=part, data=data, kind=package.type_of(new or old or ""))
        else:
            joint.parts[part] = data
            self.rewritten.add(part)
        self.merged[old, new] = part
        return part


def _known(section: Element | None, known: dict[int, Shown], made: Element) -> Shown | None:
    """Return what a section shows, None for a section that one file lacks; the last one of a body is never lacking."""
    last = section is None and made.getparent() is not None and made.getparent().tag == BODY
    return {} if last else known.get(id(section))


def _empty(root: Element) -> Element:
    """Return a header of one empty paragraph, which shows nothing."""
    made = etree.Element(root.tag, nsmap=root.nsmap)
    made.append(etree.Element(P))
    return made
