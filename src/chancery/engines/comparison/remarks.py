"""Notes and comments of a redline: the new file's, and the old file's where the redline still refers to them."""

from __future__ import annotations

from typing import Final

from lxml import etree

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.joint import Joint, at_home
from chancery.engines.comparison.names import COMMENTREF, ENDREF, FOOTREF, ID, W14_URI, Element, W
from chancery.engines.comparison.package import Package
from chancery.engines.comparison.prints import special
from chancery.engines.comparison.stories import block_nodes, single, weave_into

KINDS: Final = {FOOTREF: ("footnotes", W + "footnote"), ENDREF: ("endnotes", W + "endnote")}
_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_PARA: Final = f"{{{W14_URI}}}paraId"


def load_notes(*, canon: Canon) -> None:
    """Give a canonical reader the notes and comments of its package."""
    package = canon.package
    kinds = {**KINDS, COMMENTREF: ("comments", W + "comment")}
    for tag, (kind, name) in kinds.items():
        part = package.related(package.main(), kind)
        if part is not None:
            for note in package.look(part).iter(name):
                canon.notes[tag, note.get(ID, "")] = (part, note)


def name_notes(*, old: Canon, new: Canon) -> None:
    """Name the notes that both files have, so that their references are not taken for one another."""
    texts = [
        {key: _lines(canon, part, note) for key, (part, note) in canon.notes.items() if key[0] in KINDS}
        for canon in (old, new)
    ]
    both = set(texts[0].values()) & set(texts[1].values())
    numbers = {text: f" {number}" for number, text in enumerate(sorted(both))}
    for canon, known in zip((old, new), texts, strict=True):
        canon.note_keys = {key: numbers[text] for key, text in known.items() if text in numbers}


def _lines(canon: Canon, part: str, note: Element) -> str:
    here, canon.part = canon.part, part
    text = "\n".join(canon.story(note))
    canon.part = here
    return text


class Notes:
    """Footnotes and endnotes of the output."""

    def __init__(self, joint: Joint) -> None:
        self.joint = joint
        self.made: dict[tuple[str, str], str] = {}
        self.next = 1 + max(
            (int(ident) for canon in (joint.old, joint.new) for _tag, ident in canon.notes if ident.isdigit()),
            default=0,
        )

    def deleted(self, tag: str, ident: str) -> str:
        """Return the output id of a note that only the old file refers to here."""
        if (tag, ident) not in self.made:
            self.made[tag, ident] = str(self.next)
            self.next += 1
        return self.made[tag, ident]

    def write(self, *, desk: Desk, document: Element) -> None:
        """Write the parts of notes that differ."""
        for tag, (kind, name) in KINDS.items():
            pairs = self._separators(tag, kind) | {new: old for what, old, new in desk.paired_notes if what == tag}
            inserted = [
                ident for what, ident in dict.fromkeys(desk.inserted_notes) if what == tag and ident not in pairs
            ]
            gone = {ident: made for (what, ident), made in self.made.items() if what == tag}
            if pairs or inserted or gone:
                self._part(tag, kind, name, pairs, inserted, gone, desk, document)

    def _separators(self, tag: str, kind: str) -> dict[str, str]:
        """Return the separators of notes that both files have, new id to old; none when the part is the same."""
        sides = []
        for canon in (self.joint.new, self.joint.old):
            part = canon.package.related(canon.package.main(), kind)
            data = canon.package.parts.get(part or "", b"")
            found = {special(note): ident for (what, ident), (_part, note) in canon.notes.items() if what == tag}
            sides.append((data, found))
        (data_new, new), (data_old, old) = sides
        return {} if data_new == data_old else {new[key]: old[key] for key in new if key and key in old}

    def _part(
        self,
        tag: str,
        kind: str,
        name: str,
        pairs: dict[str, str],
        inserted: list[str],
        gone: dict[str, str],
        desk: Desk,
        document: Element,
    ) -> None:
        joint = self.joint
        old, new = joint.old, joint.new
        source = old.package.related(old.package.main(), kind)
        target = new.package.related(new.package.main(), kind)
        theirs = None if source is None else old.package.tree(source)
        if target is None and theirs is None:
            return
        root = _bare(theirs, name) if target is None else new.package.tree(target)
        part = target or joint.fresh(source or "")
        old.part, new.part = source or "", target or ""
        desk.relation = lambda ident: joint.lead(source=source or "", part=part, ident=ident)
        by_id = {note.get(ID, ""): note for note in root.iter(name)}
        touched = False
        for ident, former in pairs.items():
            note, place = by_id.get(ident), old.notes.get((tag, former))
            if note is not None and place is not None and old.story(place[1]) != new.story(note):
                weave_into(old=place[1], new=note, made=note, desk=desk)
                touched = True
        for ident in inserted:
            if ident in by_id:
                by_id[ident][:] = single(nodes=block_nodes(by_id[ident]), desk=desk, inserted=True)
                touched = True
        for ident, made in gone.items():
            place = old.notes.get((tag, ident))
            if place is not None:
                note = etree.Element(name, dict(place[1].attrib), nsmap=place[1].nsmap)
                note.set(ID, made)
                note.extend(single(nodes=block_nodes(place[1]), desk=desk, inserted=False))
                _insert(root, note, made, tag, name, document)
                touched = True
        if touched:
            data = at_home(root=root, homes=[(new.package, target), (old.package, source)])
            if target is None:
                joint.add_story(name=part, data=data, kind=old.package.type_of(source or ""), short=kind)
            else:
                joint.parts[part] = data


def _bare(root: Element, name: str) -> Element:
    """Return a part of notes with its separators only."""
    for note in list(root.iter(name)):
        if not special(note):
            root.remove(note)
    return root


def _insert(root: Element, note: Element, ident: str, tag: str, name: str, document: Element) -> None:
    """Put a note behind the one referred to before it."""
    by_id = {there.get(ID, ""): there for there in root.iter(name)}
    before = None
    for reference in document.iter(tag):
        if reference.get(ID) == ident:
            break
        before = by_id.get(reference.get(ID, ""), before)
    if before is None:
        before = next((there for there in reversed(root) if special(there)), None)
    root.insert(0 if before is None else root.index(before) + 1, note)


def join_comments(*, joint: Joint) -> tuple[dict[str, str], set[str]]:
    """Add the comments that only the old file has.

    Returns the output id for each comment of the old file, and the ids of those only it has.
    """
    old, new = joint.old, joint.new
    source = old.package.related(old.package.main(), "comments")
    if source is None:
        return {}, set()
    target = new.package.related(new.package.main(), "comments")
    theirs = old.package.tree(source)
    if target is None:
        name = joint.fresh(source)
        joint.add_story(name=name, data=old.package.parts[source], kind=old.package.type_of(source), short="comments")
        _threads(joint, theirs, None)
        idents = [note.get(ID, "") for note in theirs.iter(W + "comment")]
        return {ident: ident for ident in idents}, set(idents)
    root = new.package.tree(target)
    left: dict[str, list[str]] = {}
    for note in root.iter(W + "comment"):
        left.setdefault(_comment(new, target, note), []).append(note.get(ID, ""))
    numbers = [int(ident) for ident in _ids(root) | _ids(theirs) if ident.isdigit()]
    following = 1 + max(numbers, default=0)
    found: dict[str, str] = {}
    added: list[Element] = []
    for note in theirs.iter(W + "comment"):
        same = left.get(_comment(old, source, note))
        if same:
            found[note.get(ID, "")] = same.pop(0)
            continue
        found[note.get(ID, "")] = str(following)
        added.append(note)
        following += 1
    only = {note.get(ID, "") for note in added}
    for note in added:
        for inner in note.iter():
            for key in [
                key for key in inner.attrib if key.startswith("{http://schemas.openxmlformats.org/officeDocument")
            ]:
                inner.set(key, joint.lead(source=source, part=target, ident=inner.get(key)))
        note.set(ID, found[note.get(ID, "")])
        root.append(note)
    if added:
        joint.parts[target] = at_home(root=root, homes=[(new.package, target), (old.package, source)])
        _threads(joint, theirs, added)
    return found, only


def _ids(root: Element) -> set[str]:
    return {note.get(ID, "") for note in root.iter(W + "comment")}


def _comment(canon: Canon, part: str, note: Element) -> str:
    return f"{note.get(W + 'author')} {note.get(W + 'date')}\n{_lines(canon, part, note)}"


def _threads(joint: Joint, theirs: Element, added: list[Element] | None) -> None:
    """Bring over who answers whom: entries of the extended comments, keyed by paragraph ids."""
    old, new = joint.old.package, joint.new.package
    source = _extended(old)
    if source is None:
        return
    target = _extended(new)
    entries = old.tree(source)
    wanted = {
        node.get(_PARA)
        for note in (added if added is not None else [theirs])
        for node in note.iter()
        if node.get(_PARA)
    }
    for entry in list(entries):
        if entry.get(_W15 + "paraId") not in wanted:
            entries.remove(entry)
    if target is None:
        relation = next(there for there in old.relations_of(old.main()).values() if there.target == source)
        name = joint.fresh(source)
        joint.add(name=name, data=at_home(root=entries, homes=[(old, source)]), kind=old.type_of(source))
        joint.relate(part=new.main(), kind=relation.type, target=name)
        return
    root = new.tree(target)
    root.extend(list(entries))
    joint.parts[target] = at_home(root=root, homes=[(new, target), (old, source)])


def _extended(package: Package) -> str | None:
    return package.related(package.main(), "commentsExtended")
