"""E-bills per second beside the ledes-parser package: python bench/ledes.py [lines] [--fuzz FILES] [--seed N].

Lines are made up from a seed. Speeds are CPU time of one process, medians of three interleaved turns. The peer only
splits records; it checks no sum, code or date across fields. Fuzzed files are made from valid ones and from noise;
every answer must be findings or a typed refusal.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import random
import resource
import sys
import time
import types
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from io import RawIOBase
from pathlib import Path

from ledes_made import MATTERS, PEOPLE, records
from measuring import median, show

from chancery.engines.billing.bill_checking import bill_lines, checking_for
from chancery.engines.billing.conversion import FORMATS, convert
from chancery.engines.billing.guidelines.applying import apply_rules
from chancery.engines.billing.guidelines.catalogue import standard_rules
from chancery.engines.billing.guidelines.values import Matter, Person, PersonRate, Setting
from chancery.engines.billing.ledes_xml_checking import XmlChecking
from chancery.engines.billing.validation import Checking, check
from chancery.foundation.errors import Refused

FILL = {
    "MATTER_NAME": "Supply",
    "CLIENT_TAX_ID": "X1",
    "INVOICE_CURRENCY": "USD",
    "LAW_FIRM_NAME": "Example LLP",
    "CLIENT_NAME": "Client Ltd",
}
PIECES = (b"|", b"[]", b"\r", b"\n", b"<", b"&x;", b"\xff\xfe", b"1e9", b"9" * 25, b".", b"<fee>", b"-")


class Made(RawIOBase):
    """A file that is made while it is read, so that no memory of this bench hides in the measurement."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.rest = lines, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size:
            line = next(self.lines, None)
            if line is None:
                break
            self.rest += line.encode()
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


def timed(act: Callable[[], int]) -> float:
    """Lines per CPU second."""
    gc.collect()
    began = time.process_time()
    count = act()
    return count / (time.process_time() - began)


def peer() -> Callable[[str], object] | None:
    """The parser of the ledes-parser package, which needs a stand-in for a module newer setuptools dropped."""
    stand_in = types.ModuleType("pkg_resources")
    stand_in.resource_filename = lambda name, path: str(  # type: ignore[attr-defined]
        Path(str(sys.modules[name].__file__)).parent / path
    )
    sys.modules.setdefault("pkg_resources", stand_in)
    try:
        return importlib.import_module("ledes_parser").get_parser("LEDES98B").parse
    except ImportError:
        return None


def checked(data: bytes, checking: Checking | XmlChecking | None = None) -> int:
    """Read and validate; the number of records."""
    checking = checking or Checking()
    found = sum(len(part) for part in checking.run(data))
    assert found == 0, found
    return checking.records


def ruled(data: bytes, setting: Setting) -> int:
    """Validate, read the lines and apply all rules."""
    checked(data)
    lines = list(bill_lines(data=data)[0])
    outcome = apply_rules(lines=lines, rules=standard_rules(), setting=setting)
    return outcome.lines


def known() -> Setting:
    """Ten thousand people and five thousand matters."""
    return Setting(
        people={
            f"TK{number}": Person(
                rates=(
                    PersonRate(Decimal(900), "USD", date(2020, 1, 1), date(2023, 12, 31), date(2019, 1, 1)),
                    PersonRate(Decimal(901), "USD", date(2024, 1, 1), None, date(2023, 1, 1)),
                ),
                approved_from=date(2020, 1, 1),
                admitted=date(2010, 1, 1),
            )
            for number in range(PEOPLE)
        },
        matters={
            f"CM-{number}": Matter(
                type="litigation",
                opened=date(2020, 1, 1),
                budget={"L100": Decimal(10**6), "L200": Decimal(10**6)},
                cap=Decimal(10**9),
                engagement_letter=True,
                conflicts_cleared=True,
                currency="USD",
            )
            for number in range(MATTERS)
        },
        signed_off=frozenset(),
        receipts=frozenset(),
    )


def mutated(draw: random.Random, seeds: list[bytes]) -> bytes:
    """A broken copy of a valid file, or noise."""
    kind = draw.randrange(20)
    if kind == 0:
        return draw.randbytes(draw.randrange(200))
    data = bytearray(draw.choice(seeds))
    for _ in range(draw.randrange(1, 8)):
        place = draw.randrange(len(data) + 1)
        act = draw.randrange(6)
        if act == 0:
            data[place:place] = draw.randbytes(draw.randrange(1, 5))
        elif act == 1:
            data[place:place] = draw.choice(
                (b"|", b"[]", b"\r", b"\n", b"<", b"&x;", b"\xff\xfe", b"1e9", b"9" * 25, b".")
            )
        elif act == 2:
            del data[place : place + draw.randrange(1, 40)]
        elif act == 3 and data:
            data[place % len(data)] = draw.randrange(256)
        elif act == 4:
            end = min(len(data), place + draw.randrange(1, 200))
            data[place:place] = data[place:end]
        else:
            del data[place:]
    return bytes(data)


def fuzz(*, files: int, seed: int) -> tuple[Counter[str], float]:
    """Check, read and convert so many broken files; anything but findings and refusals ends the bench."""
    draw = random.Random(seed)
    small = [b"".join(line.encode() for line in records(lines=3, wide=wide, seed=seed)) for wide in (False, True)]
    seeds = [*small * 4, *(b"".join(convert(data=small[0], to=to, values=FILL)) for to in FORMATS[3:])]
    ends: Counter[str] = Counter()
    began = time.process_time()
    for _ in range(files):
        data = mutated(draw, seeds)
        try:
            checking, stream = checking_for(data=data)
            found = sum(len(part) for part in checking.run(stream))
            ends["findings" if found else "clean"] += 1
        except Refused as refusal:
            ends[refusal.code] += 1
        try:
            if draw.random() < 0.2:
                for _part in convert(data=data, to=draw.choice(FORMATS), values=FILL):
                    pass
            elif draw.random() < 0.2:
                lines = list(bill_lines(data=data)[0])
                apply_rules(lines=lines, rules=standard_rules(), setting=Setting())
        except Refused as refusal:
            ends[f"convert: {refusal.code}"] += 1
    return ends, time.process_time() - began


def round_trips() -> str:
    """Formats whose files write the same bytes after being read back."""
    source = b"".join(line.encode() for line in records(lines=120, wide=False, seed=3))
    good = []
    for to in FORMATS:
        once = b"".join(convert(data=source, to=to, values=FILL))
        good.append(once == b"".join(convert(data=once, to=to)))
    return f"{sum(good)} of {len(good)} formats"


def cases() -> tuple[str, str, str]:
    """The hand-made cases of the test data: rules expected and found."""
    folder = os.environ.get("CHANCERY_TEST_DATA", "")
    if not folder:
        return "hand-made cases", "skipped: CHANCERY_TEST_DATA is not set", "all"
    held = json.loads((Path(folder) / "billing" / "samples" / "cases.json").read_text("utf-8"))
    right = [{finding.rule for finding in check(data=case["text"])} == set(case["expected"]) for case in held]
    return "hand-made cases with exactly the expected rules", f"{sum(right)} of {len(right)}", "all"


def speeds(lines: int, seed: int) -> list[tuple[str, str, str]]:
    """Rows of the table about speed, the peer in the same turns."""
    plain = "".join(records(lines=lines, wide=False, seed=seed)).encode()
    wide = "".join(records(lines=lines // 2, wide=True, seed=seed)).encode()
    few = "".join(records(lines=lines // 10, wide=False, seed=seed)).encode()
    xml = b"".join(convert(data=few, to="XML 2.1", values=FILL))
    fewer = "".join(records(lines=min(lines, 60_000), wide=False, seed=seed)).encode()
    text = "".join(records(lines=1500, wide=False, seed=seed)).replace("\r\n", "\n")
    parse, setting = peer(), known()
    ours: list[float] = []
    theirs: list[float] = []
    others: list[float] = []
    rules: list[float] = []
    marked: list[float] = []
    for _ in range(3):
        ours.append(timed(lambda: checked(plain)))
        if parse is not None:
            theirs.append(timed(lambda: (parse(text), 1500)[1]))
        others.append(timed(lambda: checked(wide)))
        marked.append(timed(lambda: checked(xml, XmlChecking())))
        rules.append(timed(lambda: ruled(fewer, setting)))
    rows = [
        ("1998B, read and validated, lines/s", f"{median(ours):,.0f}", ">= 150,000"),
        ("98BI V2, the same", f"{median(others):,.0f}", ">= 150,000"),
    ]
    each, breaks = checked(xml, XmlChecking()), xml.count(b"\n")
    rows.append(("XML 2.1, the same, lines of the file/s", f"{median(marked) * breaks / each:,.0f}", ">= 150,000"))
    told = f"{median(marked):,.0f}, {median(marked) * len(xml) / each / 1e6:.1f} MB/s"
    rows.append(("  charges/s", told, ">= 20 MB/s"))
    if theirs:
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        rows.append(("ledes-parser, split only, lines/s", f"{median(theirs):,.0f}", "peer"))
        rows.append(
            ("ratio in the same turn", f"{median(ratios):.0f} x ({min(ratios):.0f} - {max(ratios):.0f})", ">= 50 x")
        )
    else:
        rows.append(("ledes-parser", "skipped: the package is not installed", "peer"))
    rows.append((f"validated + 45 rules, {PEOPLE} people, {MATTERS} matters", f"{median(rules):,.0f}", ">= 25,000"))
    return rows


def memory(lines: int, seed: int) -> tuple[str, str, str]:
    """Growth of the peak memory while a file of so many lines streams through."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    checking = Checking()
    for _part in checking.run(Made(records(lines=lines, wide=False, seed=seed))):  # type: ignore[arg-type]
        pass
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        f"peak memory, {checking.records:,} lines streamed",
        f"{after / 1024:.0f} MB (+{(after - before) / 1024:.0f})",
        "< 300 MB",
    )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("lines", nargs="?", type=int, default=200_000)
    asked.add_argument("--fuzz", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only-fuzz", action="store_true")
    options = asked.parse_args()
    rows = []
    if not options.only_fuzz:
        rows.append(memory(options.lines * 5, options.seed))
        rows += speeds(options.lines, options.seed)
        rows.append(("write, read, write: same bytes", round_trips(), "all"))
        rows.append(cases())
    ends, took = fuzz(files=options.fuzz, seed=options.seed)
    rows.append(
        (
            f"fuzzed files, seed {options.seed}, untyped errors",
            f"0 of {sum(v for k, v in ends.items() if ':' not in k):,}",
            "0 of 1,000,000",
        )
    )
    rows.append(("  how they ended", ", ".join(f"{name} {count}" for name, count in ends.most_common(6)), ""))
    rows.append(("  CPU for 1,000 files", f"{took / max(options.fuzz, 1) * 1000:.2f} s", ""))
    show(title="E-bills", rows=rows)


if __name__ == "__main__":
    main()
