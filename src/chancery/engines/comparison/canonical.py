"""What two documents must share to be the same: one canonical text per block, blind to what has no meaning.

Left out: save marks (rsid), paragraph ids, spelling marks, page-break hints, bookmark and comment range ends, ids of
drawings and of revisions, how text is cut into runs, the order of properties. Relationship ids stand for what they
lead to, note and comment ids for the note or comment, list ids for the definition of the list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from chancery.engines.comparison.names import (
    ALTERNATE,
    BDO,
    CHANGES,
    COMMENTREF,
    CUSTOM_RANGES,
    CUSTOMXML,
    DELINSTR,
    DELTEXT,
    DIR,
    ENDREF,
    FLDCHAR,
    FLDSIMPLE,
    FOOTERREF,
    FOOTREF,
    HEADERREF,
    HYPERLINK,
    ID,
    INSTRTEXT,
    MARKERS,
    MOVE_RANGES,
    NOISE,
    NUMID,
    NUMPR,
    PPR,
    RPR,
    RUN,
    RUN_MARKS,
    SDT,
    SDTCONTENT,
    SDTPR,
    SECTPR,
    SMARTTAG,
    TBL,
    TBLGRID,
    TC,
    TEXT,
    TR,
    TXBX,
    VAL,
    Element,
    M,
    P,
    W,
    local,
)
from chancery.engines.comparison.package import Package
from chancery.engines.comparison.prints import attributes_of, is_tracked, key_of, print_of, special
from chancery.engines.comparison.revisions import range_of

MATH_RUN, MATH_TEXT = M + "r", M + "t"
_SKIPPED: Final = MARKERS | NOISE | MOVE_RANGES | CUSTOM_RANGES
_SORTED: Final = frozenset(W + name for name in ("rPr", "pPr", "tcPr", "trPr", "tblPr", "sectPr", "tblPrEx", "sdtPr"))
_TRACKED: Final = CHANGES | RUN_MARKS | {W + name for name in ("cellIns", "cellDel", "cellMerge")}
_SPAN: Final = W + "gridSpan"


@dataclass(slots=True)
class Canon:
    """Canonical texts of the blocks of one package.

    part: the part whose relationships count now. notes: note elements by (reference tag, id). numbers: list labels.
    inline: whether a reference to a footnote or endnote stands for its text; for a comment it always does.
    note_keys: names of the notes that the other file has too, by (reference tag, id).
    strict: whether lines also tell apart what is tracked in properties and marks.
    words: what the tokeniser knows of the words of a format, by the markup of the format.
    """

    package: Package
    part: str
    numbers: dict[str, str] = field(default_factory=dict)
    notes: dict[tuple[str, str], tuple[str, Element]] = field(default_factory=dict)
    shared: dict[bytes, str] = field(default_factory=dict)
    formats: dict[bytes, str] = field(default_factory=dict)
    prints: dict[str, str] = field(default_factory=dict)
    inlining: set[tuple[str, str]] = field(default_factory=set)
    inline: bool = True
    note_keys: dict[tuple[str, str], str] = field(default_factory=dict)
    strict: bool = False
    words: dict[bytes, Any] = field(default_factory=dict)

    # properties

    def properties(self, node: Element | None) -> str:
        """Return the canonical text of a property element without what is tracked in it; empty when none is set."""
        return "" if node is None else self.form(node, etree.tostring(node, with_tail=False))

    def form(self, node: Element, raw: bytes) -> str:
        """Return the same of an element whose markup is serialised already."""
        found = self.shared.get(raw)
        if found is not None:
            return found
        key = key_of(raw=raw, numbers=self.numbers, odd=self.package.odd)
        known = self.formats if key is None else self.shared
        found = known.get(key or raw)
        if found is None:
            left = {*CHANGES, *RUN_MARKS, W + "cellIns", W + "cellDel", W + "cellMerge", HEADERREF, FOOTERREF}
            if node.tag == PPR:
                left |= {RPR, SECTPR}
            found = "".join(sorted(self.element(child) for child in node if child.tag not in left))
            found = self.attributes(node) + found
            known[key or raw] = found
        return found

    def shape(self, node: Element | None) -> str:
        """Return the canonical text of properties for a line; when strict, with what is tracked in them."""
        if node is None:
            return ""
        raw: bytes = etree.tostring(node, with_tail=False)
        found = self.form(node, raw)
        if self.strict and is_tracked(raw):
            for child in node:
                if child.tag in _TRACKED:
                    former = "".join(self.properties(inner) for inner in child)
                    found += f"~{local(child.tag)} {child.get(W + 'author')} {child.get(W + 'date')} {former}"
        return found

    def attributes(self, node: Element) -> str:
        return attributes_of(node, self.fingerprint_of) if node.attrib else ""

    def element(self, node: Element) -> str:
        """Return the canonical text of any element."""
        tag = node.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            return ""
        if tag == TXBX:
            return "TEXTBOX[" + "\n".join(self.story(node)) + "]"
        if tag == P:
            return self.paragraph(node)
        if tag == NUMID and node.getparent() is not None and node.getparent().tag == NUMPR:
            return f"<numId {self.numbers.get(node.get(VAL, ''), node.get(VAL, ''))}>"
        if tag == _SPAN and node.get(VAL) == "1":
            return ""
        inner = self._inner(node)
        if tag in _SORTED:
            inner.sort()
        body = "".join(inner)
        if tag in (RPR, PPR) and not body:
            return ""
        text = node.text or ""
        if not text.strip() and len(node):
            text = ""
        attributes = self.attributes(node)
        return f"<{local(tag)}{attributes}>{text}{body}</>"

    def _inner(self, node: Element) -> list[str]:
        """Return the canonical texts of the children; runs of mathematics set alike are one."""
        found: list[str] = []
        last: str | None = None
        for child in node:
            if child.tag == MATH_RUN:
                form = "".join(self.element(part) for part in child if part.tag != MATH_TEXT)
                text = "".join(part.text or "" for part in child if part.tag == MATH_TEXT)
                if form == last:
                    found[-1] = found[-1][:-3] + text + "</>"
                elif form or text:
                    found.append(f"<r>{form}:{text}</>")
                    last = form
                continue
            if child.tag == ID and node.tag == SDTPR:
                continue
            piece = self.element(child)
            if piece:
                found.append(piece)
                last = None
        return found

    def fingerprint_of(self, ident: str) -> str:
        """Return what a relationship id of the current part leads to: an address or the print of a part."""
        relation = self.package.relations_of(self.part).get(ident)
        if relation is None:
            return f"?{ident}"
        return relation.target if relation.external else self.fingerprint(relation.target)

    def fingerprint(self, name: str) -> str:
        """Return a print of a part's bytes and of all it leads to."""
        return print_of(package=self.package, name=name, known=self.prints)

    # blocks

    def story(self, nodes: Iterable[Element]) -> list[str]:
        """Return the canonical lines of the blocks of a body, cell, note, header or text box."""
        return [line for node in nodes for line in self.block(node)]

    def block(self, node: Element, raw: bytes = b"") -> Sequence[str]:
        """Return the canonical lines of one block; raw: its markup as serialised, when that is known."""
        tag = node.tag
        if tag == P:
            return (self.paragraph(node, raw),)
        if tag == TBL:
            return self.table(node, raw)
        if tag in (SDT, CUSTOMXML):
            return list(self.control(node))
        if tag == SECTPR:
            shape = self.shape(node)
            return ("SECTION" + shape,) if shape else ()
        silent = not isinstance(tag, str) or tag in _SKIPPED or tag.endswith("Pr")
        return () if silent else (self.element(node),)

    def control(self, node: Element) -> Iterator[str]:
        content = node.find(SDTCONTENT) if node.tag == SDT else node
        yield f"CONTROL{self.attributes(node)}{self.control_properties(node)}{self._range(node)}"
        yield from self.story(content) if content is not None else ()
        yield "/CONTROL"

    def _range(self, node: Element) -> str:
        """Return whether the tags of a content control are tracked themselves; nothing unless strict."""
        return range_of(node)[0] if self.strict else ""

    def control_properties(self, node: Element) -> str:
        properties = node.find(SDTPR)
        return "" if properties is None else self.element(properties)

    def table(self, node: Element, raw: bytes = b"") -> list[str]:
        """Return the canonical lines of a table; a table without row is none, for the format has no such thing."""
        return self._remembered(node, self._table, raw)

    def key(self, raw: bytes) -> bytes | None:
        """Return what decides the line of serialised markup, None when more than its bytes does."""
        return None if self.strict and is_tracked(raw) else key_of(raw=raw, numbers=self.numbers, odd=self.package.odd)

    def _remembered(self, node: Element, lines: Callable[[Element], Iterable[str]], raw: bytes = b"") -> list[str]:
        """Return lines that were made before of the same markup, or make them."""
        key = self.key(raw or etree.tostring(node, with_tail=False))
        if key is None:
            return list(lines(node))
        key = hashlib.sha256(key).digest()
        found = self.shared.get(key)
        if found is None:
            found = self.shared[key] = "\x1e".join(lines(node))
        return found.split("\x1e") if found else []

    def _table(self, node: Element) -> Iterator[str]:
        if not any(child.tag in (TR, SDT, CUSTOMXML) for child in node):
            return
        yield "TABLE" + self.shape(node.find(W + "tblPr"))
        grid = node.find(TBLGRID)
        yield "GRID" + (
            "" if grid is None else "".join(self.element(col) for col in grid if self.strict or col.tag not in CHANGES)
        )
        yield from self.rows(node)
        yield "/TABLE"

    def rows(self, node: Iterable[Element]) -> Iterator[str]:
        """Yield the canonical lines of rows."""
        for row in node:
            if row.tag == TR:
                yield from self._remembered(row, self._row)
            elif row.tag in (SDT, CUSTOMXML):
                yield from self._held(row, self.rows)

    def _row(self, row: Element) -> Iterator[str]:
        yield f"ROW{self.shape(row.find(W + 'trPr'))}{self.shape(row.find(W + 'tblPrEx'))}"
        yield from self._cells(row)

    def _cells(self, row: Element) -> Iterator[str]:
        for cell in row:
            if cell.tag == TC:
                yield "CELL" + self.shape(cell.find(W + "tcPr"))
                yield from self.story(cell)
            elif cell.tag in (SDT, CUSTOMXML):
                yield from self._held(cell, self._cells)

    def _held(self, node: Element, lines: Callable[[Element], Iterable[str]]) -> Iterator[str]:
        content = node.find(SDTCONTENT) if node.tag == SDT else node
        yield f"CONTROL{self.control_properties(node)}"
        yield from lines(content) if content is not None else ()
        yield "/CONTROL"

    def paragraph(self, node: Element, raw: bytes = b"") -> str:
        """Return the canonical line of a paragraph: properties, mark, content."""
        raw = raw or etree.tostring(node, with_tail=False)
        found = self.shared.get(raw)
        if found is not None:
            return found
        key = self.key(raw)
        if key is not None and key is not raw and (found := self.shared.get(key)) is not None:
            return found
        properties = node.find(PPR)
        mark = section = ""
        if properties is not None:
            mark = self.shape(properties.find(RPR))
            inner = properties.find(SECTPR)
            section = "" if inner is None else "SECTION" + self.shape(inner)
        line = f"P{self.shape(properties)}|{mark}|{self.content(node)}{section}"
        if key is not None:
            self.shared[key] = line
        return line

    def content(self, node: Element) -> str:
        """Return the canonical content of a paragraph or of a holder of runs."""
        items: list[tuple[str, str]] = []
        self._items(node, items)
        pieces: list[str] = []
        last: str | None = None
        for form, text in items:
            if form != last:
                pieces.append("{" + form + "}")
                last = form
            pieces.append(text)
        return "".join(pieces)

    def _items(self, node: Element, found: list[tuple[str, str]]) -> None:
        """Add (format, text) of everything that stands in a line."""
        for child in node:
            tag = child.tag
            if tag == RUN:
                self._run(child, found)
            elif tag in (PPR, SDTPR) or tag in _SKIPPED or not isinstance(tag, str):
                continue
            elif tag in (SMARTTAG, SDTCONTENT):
                self._items(child, found)
            elif tag == FLDSIMPLE:
                found.append(("", f"⟦{child.get(W + 'instr', '').strip()}⟧"))
                self._items(child, found)
                found.append(("", "⟦/⟧"))
            elif tag in (HYPERLINK, SDT, CUSTOMXML, DIR, BDO) or tag in RUN_MARKS:
                inner: list[tuple[str, str]] = []
                self._items(child, inner)
                if inner or tag == SDT:
                    facts = f"{self.attributes(child)}{self.control_properties(child)}{self._range(child)}"
                    found += [("", f"[{local(tag)}{facts}:"), *inner, ("", "]")]
            elif tag != W + "sdtEndPr":
                found.append(("", self.element(child)))

    def _run(self, run: Element, found: list[tuple[str, str]]) -> None:
        form = ""
        for child in run:
            tag = child.tag
            if tag == RPR:
                form = self.shape(child)
            elif tag in (TEXT, DELTEXT):
                if text := child.text:
                    found.append((form, text))
            elif tag in (INSTRTEXT, DELINSTR):
                found.append(("", (child.text or "").strip()))
            elif tag == FLDCHAR:
                kind = child.get(W + "fldCharType", "")
                found.append(("", {"begin": "⟦", "separate": "⟧", "end": "⟦/⟧"}.get(kind, kind)))
            elif tag in (FOOTREF, ENDREF, COMMENTREF):
                found.append((form, self.note(child)))
            elif tag == ALTERNATE or tag not in _SKIPPED:
                found.append((form, self.element(child)))

    def note(self, node: Element) -> str:
        key = (node.tag, node.get(ID, ""))
        place = self.notes.get(key)
        custom = node.get(W + "customMarkFollows", "")
        if place is None or key in self.inlining or (node.tag != COMMENTREF and not self.inline):
            return f"<{local(node.tag)}{custom}>"
        part, note = place
        here, self.part = self.part, part
        self.inlining.add(key)
        try:
            facts = f"{special(note)} {note.get(W + 'author', '')} {note.get(W + 'date', '')} "
            lines = self.story(note)
            if len(lines) == 1 and lines[0].endswith("||"):
                lines = []
            return f"<{local(node.tag)}{custom} {facts}\n" + "\n".join(lines) + "\n>"
        finally:
            self.part = here
            self.inlining.discard(key)
