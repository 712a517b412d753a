"""Seeded edits of Word files, independent of the comparison engine: eleven kinds, and six more."""

# Markup and tables are easier to read on one line.

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
KINDS = ("word", "sentence", "number", "paragraph", "move", "row", "cell", "split", "bold", "header", "section")
MORE = ("join", "column", "indent", "list", "table", "all")
WORDS = (
    "material",
    "Supplier",
    "thirty",
    "notwithstanding",
    "Affiliate",
    "书面",
    "违约金",
    "reasonable",
    "14.5",
    "net",
)


class Edited:
    """A file whose document part can be edited in place."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.trees: dict[str, Any] = {}

    def tree(self, name: str = "word/document.xml") -> Any:
        if name not in self.trees:
            self.trees[name] = etree.fromstring(self.parts[name])
        return self.trees[name]

    def write(self) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in self.parts.items():
                archive.writestr(
                    name,
                    etree.tostring(self.trees[name], xml_declaration=True, encoding="UTF-8", standalone=True)
                    if name in self.trees
                    else data,
                )
        return stream.getvalue()


def texts(root: Any, least: int = 2) -> list[Any]:
    """Text nodes with some words, outside of text boxes."""
    return [node for node in root.iter(W + "t") if len((node.text or "").split()) >= least]


def bodies(root: Any) -> list[Any]:
    """Paragraphs of the body itself that hold text and end no section; in cells when there are none."""
    body = root.find(W + "body")
    full = [
        p
        for p in root.iter(W + "p")
        if p.find(f".//{W}sectPr") is None
        and p.find(f".//{W}p") is None
        and "".join(t.text or "" for t in p.iter(W + "t")).strip()
    ]
    return (
        [p for p in full if p.getparent() is body]
        or [p for p in full if len(p.getparent().findall(W + "p")) > 1]
        or full
    )


def keep(node: Any) -> None:
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def edit_word(file: Edited, dice: random.Random) -> None:
    node = dice.choice(texts(file.tree()))
    words = node.text.split(" ")
    words[dice.randrange(len(words))] = dice.choice(WORDS)
    node.text = " ".join(words)
    keep(node)


def edit_sentence(file: Edited, dice: random.Random) -> None:
    node = dice.choice(texts(file.tree()))
    added = " ".join(dice.choices(WORDS, k=9)).capitalize() + ". "
    node.text = added + node.text if dice.random() < 0.5 else node.text + " " + added
    keep(node)


def edit_number(file: Edited, dice: random.Random) -> None:
    nodes = [node for node in file.tree().iter(W + "t") if re.search(r"\d", node.text or "")]
    if not nodes:
        return edit_word(file, dice)
    node = dice.choice(nodes)
    node.text = re.sub(r"\d+", lambda found: str(int(found[0]) % 1000 + 7), node.text, count=1)
    return None


def edit_paragraph(file: Edited, dice: random.Random) -> None:
    paragraph = dice.choice(bodies(file.tree()))
    if dice.random() < 0.5 and len(bodies(file.tree())) > 2:
        paragraph.getparent().remove(paragraph)
        return
    made = copy.deepcopy(paragraph)
    nodes = list(made.iter(W + "t"))
    for node in nodes[1:]:
        node.text = ""
    nodes[0].text = " ".join(dice.choices(WORDS, k=14)) + "."
    (paragraph.addnext if dice.random() < 0.7 else paragraph.addprevious)(made)


def edit_move(file: Edited, dice: random.Random) -> None:
    found = [p for p in bodies(file.tree()) if len("".join(t.text or "" for t in p.iter(W + "t")).split()) > 4]
    if len(found) < 4:
        return edit_word(file, dice)
    moved, to = dice.sample(found, 2)
    (to.addnext if dice.random() < 0.5 else to.addprevious)(moved)
    return None


def rows(file: Edited) -> list[Any]:
    return [row for row in file.tree().iter(W + "tr") if len(row.getparent().findall(W + "tr")) > 1]


def edit_row(file: Edited, dice: random.Random) -> None:
    if not rows(file):
        return edit_paragraph(file, dice)
    row = dice.choice(rows(file))
    if dice.random() < 0.5:
        row.getparent().remove(row)
        return None
    made = copy.deepcopy(row)
    for node in texts(made, 1)[:2]:
        node.text = dice.choice(WORDS)
    row.addnext(made)
    return None


def edit_cell(file: Edited, dice: random.Random) -> None:
    nodes = [node for cell in file.tree().iter(W + "tc") for node in texts(cell, 1)]
    if not nodes:
        return edit_word(file, dice)
    node = dice.choice(nodes)
    node.text = f"{node.text} {dice.choice(WORDS)}" if dice.random() < 0.5 else dice.choice(WORDS)
    return None


def edit_split(file: Edited, dice: random.Random) -> None:
    found = [
        p
        for p in bodies(file.tree())
        if len(p.findall(W + "r")) > 1 or any(" " in (t.text or "") for t in p.iterfind(f"{W}r/{W}t"))
    ]
    paragraph = dice.choice(found or bodies(file.tree()))
    runs = paragraph.findall(W + "r")
    long = [run for run in runs if run.find(W + "t") is not None and " " in (run.find(W + "t").text or "").strip()]
    made = etree.Element(W + "p")
    if paragraph.find(W + "pPr") is not None:
        made.append(copy.deepcopy(paragraph.find(W + "pPr")))
    if long:
        run = dice.choice(long)
        node = run.find(W + "t")
        words = node.text.split(" ")
        at = dice.randrange(1, len(words))
        other = copy.deepcopy(run)
        node.text, other.find(W + "t").text = " ".join(words[:at]) + " ", " ".join(words[at:])
        keep(node)
        keep(other.find(W + "t"))
        for child in list(run.itersiblings()):
            made.append(child)
        made.insert(1 if made.find(W + "pPr") is not None else 0, other)
    paragraph.addnext(made)


def edit_join(file: Edited, dice: random.Random) -> None:
    found = [p for p in bodies(file.tree()) if p.getnext() is not None and p.getnext() in bodies(file.tree())]
    if not found:
        return edit_word(file, dice)
    paragraph = dice.choice(found)
    following = paragraph.getnext()
    paragraph.extend(child for child in list(following) if child.tag != W + "pPr")
    following.getparent().remove(following)
    return None


def properties(node: Any, tag: str) -> Any:
    found = node.find(W + tag)
    if found is None:
        found = etree.Element(W + tag)
        node.insert(0, found)
    return found


def edit_bold(file: Edited, dice: random.Random) -> None:
    run = dice.choice(texts(file.tree(), 1)).getparent()
    found = properties(run, "rPr")
    bold = found.find(W + "b")
    if bold is None:
        after = {"rStyle", "rFonts"}
        found.insert(sum(1 for child in found if child.tag.rpartition("}")[2] in after), etree.Element(W + "b"))
    else:
        found.remove(bold)


def edit_indent(file: Edited, dice: random.Random) -> None:
    found = properties(dice.choice(bodies(file.tree())), "pPr")
    for old in found.findall(W + "jc"):
        found.remove(old)
    made = etree.Element(W + "jc")
    made.set(W + "val", dice.choice(("center", "right", "both")))
    later = [
        child
        for child in found
        if child.tag.rpartition("}")[2]
        in (
            "textDirection",
            "textAlignment",
            "textboxTightWrap",
            "outlineLvl",
            "divId",
            "cnfStyle",
            "rPr",
            "sectPr",
            "pPrChange",
        )
    ]
    found.insert(found.index(later[0]) if later else len(found), made)


def edit_list(file: Edited, dice: random.Random) -> None:
    nodes = list(file.tree().iter(W + "numId"))
    others = sorted({node.get(W + "val") for node in nodes})
    if len(others) < 2:
        return edit_indent(file, dice)
    node = dice.choice(nodes)
    node.set(W + "val", dice.choice([value for value in others if value != node.get(W + "val")]))
    return None


def edit_header(file: Edited, dice: random.Random) -> None:
    names = [
        name for name in file.parts if re.match(r"word/(header|footer)\d*\.xml$", name) and texts(file.tree(name), 1)
    ]
    if not names:
        return edit_word(file, dice)
    node = dice.choice(texts(file.tree(dice.choice(names)), 1))
    node.text = f"{dice.choice(WORDS)} {node.text}"
    return None


def edit_section(file: Edited, dice: random.Random) -> None:
    section = dice.choice(list(file.tree().iter(W + "sectPr")))
    margins = section.find(W + "pgMar")
    if margins is not None:
        margins.set(W + "left", str(dice.randrange(500, 2000)))


def edit_column(file: Edited, dice: random.Random) -> None:
    tables = [t for t in file.tree().iter(W + "tbl") if t.find(f"{W}tr/{W}tc") is not None]
    if not tables:
        return edit_paragraph(file, dice)
    table = dice.choice(tables)
    for row in table.findall(W + "tr"):
        cells = row.findall(W + "tc")
        if len(cells) > 1 and dice.random() < 0.5:
            cells[-1].addnext(copy.deepcopy(cells[-1]))
        elif len(cells) > 2:
            row.remove(cells[-1])
    return None


def edit_table(file: Edited, dice: random.Random) -> None:
    tables = [
        t
        for t in file.tree().find(W + "body")
        if t.tag == W + "tbl" and t.getnext() is not None and t.getnext().tag == W + "p"
    ]
    if not tables:
        return edit_paragraph(file, dice)
    table = dice.choice(tables)
    if dice.random() < 0.5:
        table.getparent().remove(table)
    else:
        made = copy.deepcopy(table)
        target = dice.choice(bodies(file.tree()))
        target.addnext(made)
        made.addnext(copy.deepcopy(target))
    return None


def edit_all(file: Edited, dice: random.Random) -> None:
    for kind in (*KINDS, *MORE[:-1]):
        if dice.random() < 0.7:
            EDITS[kind](file, dice)


EDITS: dict[str, Callable[[Edited, random.Random], Any]] = {kind: globals()[f"edit_{kind}"] for kind in (*KINDS, *MORE)}


def mutated(data: bytes, kind: str, dice: random.Random) -> bytes:
    """Return a file after one edit of a kind (``all``: after several)."""
    file = Edited(data)
    EDITS[kind](file, dice)
    return file.write()


def long_pair(words: int, dice: random.Random, place: Path, share: float) -> tuple[bytes, bytes, int]:
    """A document of about so many words out of the templates, and one with a share of its paragraphs edited."""
    paths = sorted(place.glob("**/template.docx"))
    shell = Edited(paths[0].read_bytes())
    body = shell.tree().find(W + "body")
    for child in list(body)[:-1]:
        body.remove(child)
    count = 0
    while count < words:
        for block in Edited(dice.choice(paths).read_bytes()).tree().find(W + "body"):
            text = "".join(t.text or "" for t in block.iter(W + "t"))
            plain = not any("}" in str(key) and "relationships" in key for node in block.iter() for key in node.attrib)
            if block.tag in (W + "p", W + "tbl") and text and plain and block.find(f".//{W}sectPr") is None:
                body.insert(len(body) - 1, copy.deepcopy(block))
                count += len(text.split())
            if count >= words:
                break
    old = shell.write()
    edited = Edited(old)
    for node in texts(edited.tree(), 4):
        if dice.random() < share:
            parts = node.text.split(" ")
            parts[dice.randrange(len(parts))] = dice.choice(WORDS)
            del parts[dice.randrange(len(parts))]
            node.text = " ".join(parts)
            keep(node)
    for _turn in range(10):
        edit_paragraph(edited, dice)
        edit_move(edited, dice)
    return old, edited.write(), count
