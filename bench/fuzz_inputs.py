"""What the fuzzer starts from and how it changes it: seeds for each reader, mutations of XML trees and JSON values."""

from __future__ import annotations

import copy
import gzip
import io
import json
import os
import random
import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

ROOT = Path(__file__).parent.parent
NAMES_1998B = (
    "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|"
    "INVOICE_DESCRIPTION|LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|"
    "LINE_ITEM_TOTAL|LINE_ITEM_DATE|LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|"
    "LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID"
)
LINE_1998B = (
    "20260131|77|C1|M1|300|20260101|20260131|Advice|{}|F|1.5|0|150|20260115|L120||A102|T1|Review of the lease|12-345|"
    "100|Doe, Jane|PT|CM1"
)
BILL = f"LEDES1998B[]\n{NAMES_1998B}[]\n{LINE_1998B.format(1)}[]\n{LINE_1998B.format(2)}[]\n".encode()


@dataclass(frozen=True)
class Reader:
    """A command on a file. @ in its words stands for the folder at work; shape: how inputs are changed."""

    name: str
    module: str
    commands: tuple[tuple[str, ...], ...]
    shape: str
    seeds: Callable[[], list[bytes]]
    beside: Callable[[], dict[str, bytes]] = dict
    pack: Callable[[bytes], bytes | None] = bytes


def packed(reader: Reader, data: bytes) -> bytes | None:
    """The file that an input stands for."""
    return reader.pack(data)


@cache
def seeds_of(reader: Reader) -> list[bytes]:
    """Valid inputs of a reader, none twice."""
    return list(dict.fromkeys(seed for seed in reader.seeds() if seed))


def blocks(*names: str) -> list[bytes]:
    """The examples of some pages of the guide."""
    found: list[bytes] = []
    for name in names:
        text = (ROOT / "docs" / "guide" / f"{name}.md").read_text("utf-8")
        found += [block.encode() for block in re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)]
    return found


def data_files(pattern: str, most: int = 40, longest: int = 30_000) -> list[bytes]:
    """Small files of the test data, where it is present."""
    place = os.environ.get("CHANCERY_TEST_DATA", "")
    paths = sorted(Path(place).glob(pattern))[: 4 * most] if place else []
    return [path.read_bytes() for path in paths if path.is_file() and path.stat().st_size < longest][:most]


# documents


@cache
def documents() -> list[dict[str, bytes]]:
    """Parts of made documents that hold everything: notes, boxes, tables, lists, revisions of two people."""
    sys.path.insert(0, str(ROOT))
    from tests.engines.comparison.making import random_pair  # noqa: PLC0415

    made = []
    for seed in range(6):
        for data in random_pair(seed, revisions=seed % 2 == 0):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                made.append({name: archive.read(name) for name in archive.namelist()})
    return made


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _document(data: bytes) -> bytes | None:
    """A document with one part replaced: the input names it in its first line."""
    name, _line, part = data.partition(b"\n")
    parts = documents()[0]
    known = name.decode("ascii", "replace")
    return _zip({**parts, known if known in parts else "word/document.xml": part})


def _part_seeds() -> list[bytes]:
    parts = [(name, data) for one in documents() for name, data in one.items() if name.endswith((".xml", ".rels"))]
    return [name.encode() + b"\n" + data for name, data in parts if len(data) < 60_000]


def _bill(form: str) -> bytes:
    """The bill above in another format; what that format needs besides is given as it is asked for."""
    sys.path.insert(0, str(ROOT / "src"))
    from chancery.engines.billing.conversion import convert  # noqa: PLC0415
    from chancery.foundation.errors import Refused  # noqa: PLC0415

    values = {"LAW_FIRM_NAME": "Firm", "CLIENT_NAME": "Client", "MATTER_NAME": "Matter", "INVOICE_CURRENCY": "USD"}
    while True:
        try:
            return b"".join(convert(data=io.BytesIO(BILL), to=form, values=values, ascii_only=False, encoding="utf-8"))
        except Refused as refusal:
            asked = re.search(r": ([A-Z_]+) is empty", str(refusal))
            if asked is None or asked[1] in values:
                raise
            values[asked[1]] = "USD" if "CURRENCY" in asked[1].upper() else "1"


def _xml_bills() -> list[bytes]:
    from chancery.engines.billing.conversion import FORMATS  # noqa: PLC0415

    return [_bill(form) for form in FORMATS if "xml" in form.lower()]


def _international() -> list[bytes]:
    from chancery.engines.billing.conversion import FORMATS  # noqa: PLC0415

    return [_bill(form) for form in FORMATS if "98bi" in form.lower()]


def _questions() -> list[bytes]:
    """Questions to the calculators: those the guide asks by a command, and the vectors of the test data."""
    found = [one for data in data_files("calculators/vectors.json", longest=10_000_000) for one in json.loads(data)]
    made = [{key: one.get(key) for key in ("id", "calc", "input")} for one in found[:: max(1, len(found) // 150)]]
    for block in blocks("calculators"):
        for name, words in re.findall(r"^chancery calc ([a-z]+_\w+) (.*)$", block.decode(), re.MULTILINE):
            given = re.search(r"'(\{.*?\})'", words)
            pairs = dict(re.findall(r"(\w+)=(\S+)", words))
            made.append({"id": name, "calc": name, "input": json.loads(given[1]) if given else pairs})
    return [json.dumps([one], ensure_ascii=False).encode() for one in made]


def _collections() -> list[bytes]:
    rows = [f"lease {n},text {n % 3} 文本,{int(n % 2 == 0)}\n" for n in range(8)]
    plain = "".join(["title,abstract,label_included\n", *rows]).encode()
    return [plain, gzip.compress(plain), plain.replace(b",1\n", b",true\r\n"), b"\xef\xbb\xbf" + plain]


def _ledgers() -> list[bytes]:
    sys.path.insert(0, str(ROOT / "src"))
    from chancery.engines.review.collections import read_collection  # noqa: PLC0415
    from chancery.engines.review.ledger import lines  # noqa: PLC0415
    from chancery.engines.review.simulation import simulate  # noqa: PLC0415

    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"fuzz-{os.getpid()}.csv"  # noqa: S108
    rows = "".join(f"lease {n},text {n % 7} {n % 3},{int(n % 3 == 0)}\n" for n in range(60))
    place.write_text("title,abstract,label_included\n" + rows)
    try:
        run = simulate(collection=read_collection(place), seed=1)
    finally:
        place.unlink()
    return ["".join(f"{line.rstrip()}\n" for line in lines(run.ledger)).encode()]


# mutations; None: let the fuzzer change the bytes

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, -0.0, 10**30, "", "x", "0", "-1", "NaN", "2026-02-30", "9999-12-31", "1e400", "中", [],
    {}, [None], {"": None}, "\ud800", "a" * 5000, 2**63, 0.1, "2026-01-01T00:00:00", "0001-01-01", "10000-01-01",
)  # fmt: skip


def mutate_json(data: bytes, turn: int) -> bytes | None:
    """Change one value of a JSON document or of one of its lines."""
    dice = random.Random(turn)
    if dice.random() < 0.15:
        return None
    lines = data.split(b"\n") if data.count(b"\n{") else [data]
    at = dice.randrange(len(lines))
    try:
        value = json.loads(lines[at])
    except (ValueError, RecursionError):
        return None
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            places.append((holder, key))
            waiting.append(holder[key])
    if not places:
        return None
    holder, key = dice.choice(places)
    kind = dice.randrange(6)
    if kind < 3:
        holder[key] = dice.choice(ODD)
    elif kind == 3:
        del holder[key]
    elif kind == 4:
        other, name = dice.choice(places)
        if isinstance(other, dict) or name < len(other):
            holder[key] = copy.deepcopy(other.get(name) if isinstance(other, dict) else other[name])
    elif isinstance(holder, dict):
        name = dice.choice(list(holder))
        holder[name] = holder.pop(key)
    else:
        holder.append(copy.deepcopy(holder[key]))
    try:
        lines[at] = json.dumps(value, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return None
    return b"\n".join(lines)


def mutate_xml(data: bytes, turn: int) -> bytes | None:
    """Delete, repeat, move, rename or wrap one element, or set an attribute of it to something odd."""
    dice = random.Random(turn)
    head, line, body = data.partition(b"\n") if data[:1] != b"<" else (b"", b"", data)
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return None
    nodes = [node for node in root.iter() if isinstance(node.tag, str)]
    if dice.random() < 0.15 or len(nodes) < 2:
        return None
    for _turn in range(dice.choice((1, 1, 2, 4))):
        node, other = dice.choice(nodes[1:]), dice.choice(nodes)
        parent, kind = node.getparent(), dice.randrange(8)
        if parent is None:
            continue
        if kind == 0:
            parent.remove(node)
        elif kind == 1:
            parent.insert(parent.index(node), copy.deepcopy(node))
        elif kind == 2 and other not in list(node.iter()):
            other.insert(dice.randrange(len(other) + 1), node)
        elif kind == 3:
            node.tag = other.tag
        elif kind == 4:
            made = etree.Element(other.tag, dict(other.attrib))
            parent.replace(node, made)
            made.append(node)
        elif kind == 5 and node.attrib:
            node.set(dice.choice(list(node.attrib)), dice.choice(("", "-1", "0", "x", "99999999999999", "1.5", "true")))
        elif kind == 6:
            node.text = dice.choice(("", "x", "中", "-1", "1e400", " ", "NaN", "2026-13-45"))
        else:
            for child in list(node):
                parent.insert(parent.index(node), child)
            parent.remove(node)
    return head + line + bytes(etree.tostring(root))


def no_mutation(data: bytes, turn: int) -> bytes | None:
    """Leave the bytes to the fuzzer."""
    del data, turn
    return None


MUTATORS: dict[str, Callable[[bytes, int], bytes | None]] = {
    "json": mutate_json,
    "xml": mutate_xml,
    "bytes": no_mutation,
}
_LEDES = (("ledes", "check", "@in", "--json"), ("ledes", "convert", "@in", "--to", "1998B", "-o", "@out"))
_BILLS = (*_LEDES, ("guidelines", "@in", "--rules", "standard", "--json"))
_WORD = (
    ("redline", "changes", "@in", "--json"),
    ("redline", "resolve", "@in", "--accept", "-o", "@out.docx", "--json"),
    ("redline", "@good.docx", "@in", "-o", "@out.docx", "--json"),
)
READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        Reader("docx", "comparison", _WORD, "xml", _part_seeds, lambda: {"good.docx": _zip(documents()[1])}, _document),
        Reader(
            "docx_package",
            "comparison",
            (("redline", "changes", "@in", "--json"),),
            "bytes",
            lambda: [_zip(one) for one in documents()[:2]],
        ),
        Reader("ledes_1998b", "billing", _BILLS, "bytes", lambda: [BILL, *blocks("e-bills")]),
        Reader("ledes_98bi", "billing", _BILLS, "bytes", _international),
        Reader("ledes_xml", "billing", _BILLS, "xml", _xml_bills),
        Reader(
            "guideline_rules",
            "billing",
            (("guidelines", "@bill", "--rules", "@in", "--json"),),
            "json",
            lambda: blocks("guidelines"),
            lambda: {"bill": BILL},
        ),
        Reader("tar_csv", "review", (("tar", "simulate", "@in", "--json"),), "bytes", _collections),
        Reader("tar_ledger", "review", (("tar", "stop", "@in", "--rule", "qbcb", "--json"),), "json", _ledgers),
        Reader(
            "quality_csv",
            "quality",
            (("quality", "agree", "@in", "--json"), ("quality", "chart", "@in", "--json")),
            "bytes",
            lambda: [*blocks("quality-statistics"), b"a,b\nx,x\ny,x\nx,y\n", b"item,rater,code\n1,a,x\n1,b,y\n2,a,x\n",
                     b"n,defective\n50,2\n60,3\n40,1\n", b"size,defective\n50,2\n60,3\n40,1\n"],
        ),
        Reader("allocation_json", "allocation", (("allocate", "@in", "--json"),), "json", lambda: blocks("planning")),
        Reader("sla_json", "allocation", (("sla", "@in", "--json"),), "json", lambda: blocks("planning")),
        Reader("coverage_json", "allocation", (("coverage", "@in", "--json"),), "json", lambda: blocks("planning")),
        Reader(
            "calc_json",
            "calculators",
            (("calc", "run", "@in", "--json"),),
            "json",
            _questions,
        ),
    )
}  # fmt: skip
