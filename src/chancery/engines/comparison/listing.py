"""Lists and styles of the old file that the redline still shows: brought over, or tracked where Word can."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.desk import Desk
from chancery.engines.comparison.joint import Joint
from chancery.engines.comparison.names import NUMID, PPR, RPR, VAL, Element, W, local
from chancery.engines.comparison.numbering import definitions
from chancery.engines.comparison.package import xml_bytes

_ABSTRACT, _NUMBER, _STYLE = W + "abstractNum", W + "num", W + "style"
_ABSTRACT_ID, _NUMBER_ID, _STYLE_ID = W + "abstractNumId", W + "numId", W + "styleId"


@dataclass(slots=True)
class Untracked:
    """Differences that no revision can express; the redline follows the new file."""

    names: list[str] = field(default_factory=list)


def join_lists(*, joint: Joint, roots: list[Element]) -> dict[str, str]:
    """Bring over the list definitions that the old file uses and the new one lacks or defines otherwise.

    Returns the id in the output for every list id of the old file that changes.
    """
    old, new = joint.old.package, joint.new.package
    source = old.related(old.main(), "numbering")
    if source is None:
        return {}
    target = new.related(new.main(), "numbering")
    if target is None:
        name = joint.fresh(source)
        joint.add_story(name=name, data=old.parts[source], kind=old.type_of(source), short="numbering")
        return {}
    if old.parts[source] == new.parts[target]:
        return {}
    theirs, ours = old.tree(source), new.tree(target)
    before, after = definitions(data=old.parts[source]), definitions(data=new.parts[target])
    used = [node.get(VAL, "") for root in roots for node in root.iter(NUMID)]
    wanted = [ident for ident in dict.fromkeys(used) if ident in before and before[ident] != after.get(ident)]
    if not wanted:
        return {}
    abstracts = {node.get(_ABSTRACT_ID): node for node in theirs.iter(_ABSTRACT)}
    numbers = {node.get(_NUMBER_ID): node for node in theirs.iter(_NUMBER)}
    next_abstract = 1 + max([_number(node.get(_ABSTRACT_ID)) for node in ours.iter(_ABSTRACT)], default=0)
    next_number = 1 + max([_number(ident) for ident in (*after, *before)], default=0)
    placed: dict[str, str] = {}
    found: dict[str, str] = {}
    for ident in wanted:
        number = copy.deepcopy(numbers[ident])
        link = number.find(_ABSTRACT_ID)
        key = "" if link is None else link.get(VAL, "")
        if link is not None and key in abstracts and key not in placed:
            abstract = copy.deepcopy(abstracts[key])
            abstract.set(_ABSTRACT_ID, str(next_abstract))
            for unique in abstract.findall(W + "nsid"):
                abstract.remove(unique)
            last = [node for node in ours if node.tag in (_ABSTRACT, W + "numPicBullet")]
            ours.insert(ours.index(last[-1]) + 1 if last else 0, abstract)
            placed[key] = str(next_abstract)
            next_abstract += 1
        if link is not None:
            link.set(VAL, placed.get(key, key))
        found[ident] = str(next_number) if ident in after else ident
        next_number += ident in after
        number.set(_NUMBER_ID, found[ident])
        last = [node for node in ours if node.tag in (_NUMBER, _ABSTRACT)]
        ours.insert(ours.index(last[-1]) + 1 if last else 0, number)
    joint.parts[target] = xml_bytes(ours)
    return {ident: made for ident, made in found.items() if made != ident}


def _number(value: str | None) -> int:
    return int(value) if value and value.lstrip("-").isdigit() else 0


def join_styles(*, joint: Joint, desk: Desk, untracked: Untracked) -> None:
    """Add the styles that only the old file has; track changed paragraph and run properties of the others."""
    old, new = joint.old.package, joint.new.package
    source, target = old.related(old.main(), "styles"), new.related(new.main(), "styles")
    if source is None:
        return
    same = target is not None and old.parts[source] == new.parts[target]
    if same and not (desk.numbers and b"numId" in old.parts[source]):
        return
    if target is None:
        name = joint.fresh(source)
        joint.add_story(name=name, data=old.parts[source], kind=old.type_of(source), short="styles")
        return
    theirs, ours = old.tree(source), new.tree(target)
    known = {node.get(_STYLE_ID): node for node in ours.iter(_STYLE)}
    touched = False
    for style in theirs.iter(_STYLE):
        match = known.get(style.get(_STYLE_ID))
        if match is None:
            made = desk.bring(style)
            if made.get(W + "default"):
                del made.attrib[W + "default"]
            ours.append(made)
            touched = True
            continue
        if _rest(style, joint.old) != _rest(match, joint.new):
            untracked.names.append(f"style {style.get(_STYLE_ID)}")
        touched = _style(match, style, desk) or touched
    if desk.old.element(_defaults(theirs)) != desk.new.element(_defaults(ours)):
        untracked.names.append("document defaults")
    if touched:
        joint.parts[target] = xml_bytes(ours)


def _defaults(root: Element) -> Element:
    found = root.find(W + "docDefaults")
    return root.makeelement(W + "docDefaults") if found is None else found


def _rest(style: Element, canon: Canon) -> str:
    """Return what cannot be tracked of a style."""
    light = (
        PPR,
        RPR,
        W + "rsid",
        W + "uiPriority",
        W + "semiHidden",
        W + "unhideWhenUsed",
        W + "qFormat",
        W + "locked",
    )
    return "".join(sorted(canon.element(child) for child in style if child.tag not in light))


def _style(style: Element, old: Element, desk: Desk) -> bool:
    """Track the properties of one style; returns whether anything differs."""
    touched = False
    for tag, change in ((PPR, W + "pPrChange"), (RPR, W + "rPrChange")):
        properties, former = style.find(tag), old.find(tag)
        if desk.new.shape(properties) == desk.old.shape(former):
            continue
        if properties is None:
            properties = style.makeelement(tag)
            after = (RPR, W + "tblPr", W + "trPr", W + "tcPr", W + "tblStylePr")
            later = [child for child in style if child.tag in after and child.tag != tag]
            style.insert(style.index(later[0]) if later else len(style), properties)
        desk.track(properties, former, change)
        touched = True
    return touched


def style_lines(*, canon: Canon, root: Element) -> dict[str, str]:
    """Return for every style the canonical text of its paragraph and run properties."""
    return {
        style.get(_STYLE_ID, ""): f"{canon.properties(style.find(PPR))}|{canon.properties(style.find(RPR))}"
        for style in root.iter(_STYLE)
    }


def other_differences(*, joint: Joint, stories: set[str], untracked: Untracked) -> None:
    """Name the parts that differ and hold no story: settings, theme, fonts, properties of the file."""
    old, new = joint.old.package, joint.new.package
    for name in sorted({*old.parts, *new.parts}):
        if name in stories or name.endswith(".rels") or "[Content_Types]" in name or local(name).startswith("docProps"):
            continue
        if name.startswith(("word/media/", "word/embeddings/", "word/charts/", "word/diagrams/")):
            continue
        if old.parts.get(name) != new.parts.get(name):
            untracked.names.append(name)
