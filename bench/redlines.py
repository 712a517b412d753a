"""Word redlines: proof, size and speed, Docxodus beside it: ``python bench/redlines.py [mutations] [seed] [part …]``.

Parts: fixtures, resolver, mutations, speed (all by default). Needs CHANCERY_TEST_DATA; Docxodus (PyPI
``python-redlines``, extra ``bench``) and LibreOffice (``soffice``) are used when they are there and said to be
skipped when not. CPU seconds, of this process for us and of the child for Docxodus.
"""

# Markup and tables are easier to read on one line.
# ruff: noqa: E501, S105, PLC0415, RUF071

from __future__ import annotations

import copy
import importlib.util
import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree
from rapidfuzz.distance import LCSseq

sys.path.insert(0, str(Path(__file__).parent))

from measuring import median, percentile, show

from chancery.engines.comparison.comparing import Redline, compare
from chancery.engines.comparison.package import read_package
from chancery.engines.comparison.proof import Proof, prove, stories
from chancery.engines.comparison.resolution import resolve

AT = datetime(2026, 1, 2, tzinfo=UTC)
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


# the edits, independent of the engine


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


# measures


def shortest(old: bytes, new: bytes) -> int:
    """Characters of the shortest token script between the texts of two files; words, numbers, signs, one mark each."""
    words = re.compile(r"[\u3400-\u9fff]|\w+|\s|.", re.DOTALL)
    sides = []
    for data in (old, new):
        package = Edited(data)
        names = [
            "word/document.xml",
            *sorted(name for name in package.parts if re.match(r"word/(header|footer)\d*\.xml", name)),
        ]
        sides.append(
            [
                token
                for name in names
                for p in package.tree(name).iter(W + "p")
                for token in [*words.findall("".join(t.text or "" for t in p.iter(W + "t"))), "\n"]
            ]
        )
    codes: dict[str, str] = {}
    spelt = ["".join(codes.setdefault(token, chr(0x4000 + len(codes))) for token in side) for side in sides]
    return sum(
        sum(len(token) for token in sides[0][step.src_start : step.src_end] if token != "\n")
        + sum(len(token) for token in sides[1][step.dest_start : step.dest_end] if token != "\n")
        for step in LCSseq.opcodes(*spelt)
        if step.tag != "equal"
    )


class Peer:
    """Docxodus through python-redlines, when it is installed."""

    def __init__(self) -> None:
        self.engine: Any = None
        if importlib.util.find_spec("python_redlines") is not None:
            from python_redlines import engines

            names = [name for name in ("DocxodusEngine", "DocxDiffEngine") if hasattr(engines, name)]
            self.engine = getattr(engines, names[0])() if names else None

    def redline(self, old: bytes, new: bytes) -> tuple[bytes | None, float]:
        """Return its redline and CPU seconds of the child."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            made = self.engine.run_redline("Chancery", old, new)[0]
        except Exception as fault:
            print(f"Docxodus: {fault!r:.120}")
            made = None
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return made, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# the parts of the bench


def folder() -> Path:
    """Folder of the test data; ends with a word when there is none."""
    name = os.environ.get("CHANCERY_TEST_DATA", "")
    if not name:
        raise SystemExit("CHANCERY_TEST_DATA is not set: nothing to measure")
    return Path(name) / "contracts"


def fixture_pairs(place: Path) -> Iterator[tuple[Path, Path]]:
    """Old and new versions of each group: Before, Unmodified or the bare name is the old one."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path in sorted(place.glob("*.docx")):
        groups[path.stem[:5]].append(path.stem)
    for names in groups.values():
        old = [name for name in names if re.search(r"Before|Unmodified", name) and not re.search(r"After|Mod$", name)]
        old = old or [name for name in names if not re.search(r"-(Mod|After.*|Deleted.*|Delete-.*)$|w-Deleted", name)]
        for name in names:
            if name not in old:
                best = max(old, key=lambda one: (len(os.path.commonprefix([one, name])), -abs(len(one) - len(name))))
                yield place / f"{best}.docx", place / f"{name}.docx"


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


def office(files: dict[str, bytes]) -> int | None:
    """How many files LibreOffice opens and writes again as text; None without LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for stem, data in files.items():
            (place / f"{stem}.docx").write_bytes(data)
        command = [program, f"-env:UserInstallation=file://{name}/profile", "--headless", "--convert-to", "txt:Text"]
        subprocess.run(
            [*command, "--outdir", f"{name}/txt", *map(str, sorted(place.glob("*.docx")))],
            capture_output=True,
            check=False,
        )
        return sum(1 for path in (place / "txt").glob("*.txt") if path.stem in files)


def opened(files: dict[str, bytes]) -> str:
    """The row of LibreOffice in words."""
    found = office(files)
    return "skipped: no soffice" if found is None else f"{found} of {len(files)}"


def bench_fixtures(place: Path, peer: Peer) -> None:
    """All fixture pairs, Docxodus beside us, both proved by the same proof."""
    ours: list[tuple[Redline, float]] = []
    theirs: list[tuple[Proof | None, float]] = []
    outputs: dict[str, bytes] = {}
    for number, (old, new) in enumerate(fixture_pairs(place / "redline_fixtures" / "wc")):
        before, after = old.read_bytes(), new.read_bytes()
        started = time.process_time()
        made = compare(old=before, new=after, author="Bench", at=AT)
        ours.append((made, time.process_time() - started))
        outputs[f"{number:03}-{new.stem}"] = made.data
        if not made.proof.holds:
            print(f"not proved: {old.name} {new.name} {made.proof.differences[:1]}")
        if peer.engine is not None:
            data, seconds = peer.redline(before, after)
            theirs.append((None if data is None else prove(redline=data, old=before, new=after), seconds))
    rows = [
        ("pairs proved, all four levels", f"{sum(made.proof.holds for made, _s in ours)} of {len(ours)}", "all"),
        ("CPU of a pair, median", f"{1000 * median([s for _made, s in ours]):.0f} ms", ""),
        ("opened by LibreOffice", opened(outputs), "all"),
    ]
    if theirs:
        good = sum(proof is not None and proof.accepted and proof.rejected for proof, _s in theirs)
        rows += [
            ("Docxodus: accepted = new and rejected = old, same proof", f"{good} of {len(theirs)}", "peer"),
            ("Docxodus: CPU of a pair, median", f"{1000 * median([s for _p, s in theirs]):.0f} ms", "peer"),
        ]
    else:
        rows.append(("Docxodus", "skipped: python-redlines is not installed", "peer"))
    show(title="Fixture pairs", rows=rows)


def bench_resolver(place: Path) -> None:
    """Accept and reject references; those that differ are named (argued in docs/rooms/engines-comparison.md)."""
    same, different = 0, []
    for path in sorted((place / "redline_fixtures" / "rp").glob("*-*ed.docx")):
        accept = path.stem.endswith("-Accepted")
        source = path.with_name(path.name.replace("-Accepted", "").replace("-Rejected", ""))
        if source == path or not source.exists():
            continue
        sides = [
            [
                line
                for line in stories(package=read_package(data=one.read_bytes()), accept=side, shared={})["document"]
                if not line.startswith("SECTION")
            ]
            for one, side in ((source, accept), (path, True))
        ]
        same += sides[0] == sides[1]
        if sides[0] != sides[1]:
            different.append(path.stem)
    kinds = sorted((place / "redline_fixtures" / "revtracking").glob("*.docx"))
    left = sum(resolve(data=path.read_bytes(), accept=accept).remaining for path in kinds for accept in (True, False))
    rows = [
        ("references equal", f"{same} of {same + len(different)}", "all, or argued"),
        *((name, "differs, argued", "") for name in different),
        ("single kinds resolved both ways", f"{len(kinds)} files, {left} revisions left", "24, 0"),
    ]
    show(title="Resolver", rows=rows)


def bench_mutations(place: Path, count: int, seed: int) -> None:
    """Seeded edits of the templates: proof, characters against the shortest script, CPU."""
    dice = random.Random(seed)
    paths = sorted((place / "templates_docx").glob("**/template.docx"))
    kinds = (*KINDS, *MORE)
    proved: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    ratios: dict[str, list[tuple[int, int]]] = defaultdict(list)
    seconds: list[float] = []
    outputs: dict[str, bytes] = {}
    for number in range(count):
        kind, path, turn = kinds[number % len(kinds)], dice.choice(paths), dice.randrange(10**9)
        old = path.read_bytes()
        new = mutated(old, kind, random.Random(turn))
        started = time.process_time()
        made = compare(old=old, new=new, author="Bench", at=AT)
        seconds.append(time.process_time() - started)
        seen[kind] += 1
        proved[kind] += made.proof.holds
        ratios[kind].append(
            (made.inserted_characters + made.deleted_characters + made.moved_characters, shortest(old, new))
        )
        if number % max(1, count // 40) == 0:
            outputs[f"{number:05}"] = made.data
        if not made.proof.holds:
            print(f"not proved: {path.parent.name} {kind} {turn} {made.proof.differences[:1]}")
    rows = [("seed", str(seed), ""), ("proved", f"{sum(proved.values())} of {count}", "all")]
    for kind in kinds:
        if seen[kind]:
            written, least = (sum(pair[side] for pair in ratios[kind]) for side in (0, 1))
            share = f"{written / least:.2f} × shortest" if least else f"{written} characters, shortest 0"
            rows.append((kind, f"{proved[kind]} of {seen[kind]}, {share}", "≤ 1.3 ×" if kind in KINDS else ""))
    pairs = [pair for found in ratios.values() for pair in found if pair[1]]
    above = sum(written > 1.3 * least for written, least in pairs)
    rows += [
        ("all kinds", f"{sum(p[0] for p in pairs) / sum(p[1] for p in pairs):.3f} × shortest", "≤ 1.3 ×"),
        ("pairs above 1.3 ×", f"{above} of {len(pairs)}", "few"),
        (
            "CPU of a pair, median / p95",
            f"{1000 * median(seconds):.0f} / {1000 * percentile(seconds, 0.95):.0f} ms",
            "",
        ),
        ("opened by LibreOffice", opened(outputs), "all"),
    ]
    show(title="Mutations of the templates", rows=rows)


def bench_speed(place: Path, seed: int, peer: Peer) -> None:
    """Ten pages and 40,000 words; the memory is that of a process of its own."""
    rows: list[tuple[str, str, str]] = []
    started = time.process_time()
    number = 0
    for step in range(5_000_000):
        number += step
    rows.append(
        ("this machine now: loop of 5,000,000 additions", f"{time.process_time() - started:.2f} s", "0.2 s when idle")
    )
    for name, words, share, wanted in (("10 pages", 4_500, 0.1, "≤ 100 ms"), ("40,000 words", 40_000, 0.5, "≤ 3 s")):
        old, new, count = long_pair(words, random.Random(seed), place / "templates_docx", share)
        taken = []
        for _turn in range(3):
            started = time.process_time()
            made = compare(old=old, new=new, author="Bench", at=AT)
            taken.append(time.process_time() - started)
        rows.append(
            (
                f"{name} ({count} words, {made.revisions} changes, proved: {made.proof.holds})",
                f"{median(taken):.3f} s CPU",
                wanted,
            )
        )
        rows.append((f"{name}: peak of a process of its own", f"{_peak(old, new) / 2**20:.0f} MiB", "≤ 300 MiB"))
        if peer.engine is not None:
            rows.append((f"{name}: Docxodus", f"{peer.redline(old, new)[1]:.3f} s CPU", "peer"))
    show(title="Speed", rows=rows)


def _peak(old: bytes, new: bytes) -> int:
    """Peak memory in bytes of a child that compares two files by the command."""
    with tempfile.TemporaryDirectory() as name:
        for stem, data in (("old", old), ("new", new)):
            (Path(name) / f"{stem}.docx").write_bytes(data)
        code = (
            "import resource, sys; from datetime import UTC, datetime; from pathlib import Path; "
            "from chancery.engines.comparison.comparing import compare; f = Path(sys.argv[1]); "
            "r = compare(old=(f / 'old.docx').read_bytes(), new=(f / 'new.docx').read_bytes(), author='A', at=datetime.now(UTC)); "
            "(f / 'out.docx').write_bytes(r.data); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run([sys.executable, "-c", code, name], capture_output=True, text=True, check=True)
        return int(done.stdout) * 1024


def main() -> None:
    """Run the parts asked for."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20_260_102
    parts = sys.argv[3:] or ["fixtures", "resolver", "mutations", "speed"]
    place, peer = folder(), Peer()
    if "fixtures" in parts:
        bench_fixtures(place, peer)
    if "resolver" in parts:
        bench_resolver(place)
    if "mutations" in parts:
        bench_mutations(place, count, seed)
    if "speed" in parts:
        bench_speed(place, seed, peer)


if __name__ == "__main__":
    main()
