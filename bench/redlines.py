"""Word redlines: proof, size and speed, Docxodus beside it: ``python bench/redlines.py [mutations] [seed] [part …]``.

Parts: fixtures, resolver, mutations, speed (all by default). Needs CHANCERY_TEST_DATA; Docxodus (PyPI
``python-redlines``, extra ``bench``) and LibreOffice (``soffice``) are used when they are there and said to be
skipped when not. CPU seconds, of this process for us and of the child for Docxodus.

Fixtures: of the files of a group (WCnnn) every one is compared with every other, in both directions, whatever pairs
one would choose; Docxodus compares the one named Before, Unmodified or with the shortest name with the others.
Every redline is also read by a reader of the bench's own (text of the paragraphs, accepted and rejected).
"""

# Markup and tables are easier to read on one line.
# ruff: noqa: E501

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import median, percentile, show
from redline_edits import KINDS, MORE, long_pair, mutated
from redline_peers import Peer, opened, same_text, shortest

from chancery.engines.comparison.comparing import Redline, compare
from chancery.engines.comparison.package import read_package
from chancery.engines.comparison.proof import prove, stories
from chancery.engines.comparison.resolution import list_revisions, resolve

AT = datetime(2026, 1, 2, tzinfo=UTC)
PEER_EVERY = 20
Rows = list[tuple[str, str, str]]


@dataclass
class Seen:
    """What a series of comparisons gave; theirs: whether Docxodus gave both files back."""

    pairs: int = 0
    proved: int = 0
    read: int = 0
    seconds: list[float] = field(default_factory=list)
    theirs: list[bool] = field(default_factory=list)
    their_seconds: list[float] = field(default_factory=list)

    def ours(self, name: str, old: bytes, new: bytes) -> Redline:
        """Compare, prove and read a pair."""
        started = time.process_time()
        made = compare(old=old, new=new, author="Bench", at=AT)
        self.seconds.append(time.process_time() - started)
        read = same_text(made.data, old, new)
        self.pairs += 1
        self.proved += made.proof.holds
        self.read += read
        if not (made.proof.holds and read):
            print(f"not proved: {name} read: {read} {made.proof.differences[:1]} {made.proof.defects}")
        return made

    def peer(self, peer: Peer, old: bytes, new: bytes) -> None:
        """Let Docxodus compare a pair; the same proof says whether it leads back."""
        if peer.engine is None:
            return
        data, seconds = peer.redline(old, new)
        proof = None if data is None else prove(redline=data, old=old, new=new)
        self.theirs.append(proof is not None and proof.accepted and proof.rejected)
        self.their_seconds.append(seconds)

    def rows(self) -> Rows:
        """The rows of the table."""
        made: Rows = [
            ("proved, all four levels", f"{self.proved} of {self.pairs}", "all"),
            ("read alike by a reader of its own", f"{self.read} of {self.pairs}", "all"),
            (
                "CPU of a pair, median / p95",
                f"{1000 * median(self.seconds):.0f} / {1000 * percentile(self.seconds, 0.95):.0f} ms",
                "",
            ),
        ]
        if not self.theirs:
            return [*made, ("Docxodus", "skipped: python-redlines is not installed", "peer")]
        good = f"{sum(self.theirs)} of {len(self.theirs)}"
        cpu = f"{1000 * median(self.their_seconds):.0f} ms"
        return [
            *made,
            ("Docxodus: accepted = new, rejected = old, by the same proof", good, "peer"),
            ("Docxodus: CPU of a pair, median", cpu, "peer"),
        ]


def folder() -> Path:
    """Folder of the test data; ends with a word when there is none."""
    name = os.environ.get("CHANCERY_TEST_DATA", "")
    if not name:
        raise SystemExit("CHANCERY_TEST_DATA is not set: nothing to measure")
    return Path(name) / "contracts"


def fixture_pairs(place: Path) -> Iterator[tuple[Path, Path, bool]]:
    """Every ordered pair of a group; whether it is one of those that the names say: the first version and another."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(place.glob("*.docx")):
        groups[path.stem[:5]].append(path)
    for paths in groups.values():
        named = [path for path in paths if re.search(r"Before|Unmodified", path.stem)] or paths
        first = min(named, key=lambda path: (len(path.stem), path.stem))
        for old, new in permutations(paths, 2):
            yield old, new, old == first


def bench_fixtures(place: Path, peer: Peer) -> None:
    """All fixture pairs, Docxodus beside us, both proved by the same proof."""
    seen = Seen()
    outputs: dict[str, bytes] = {}
    for number, (old, new, named) in enumerate(fixture_pairs(place / "redline_fixtures" / "wc")):
        before, after = old.read_bytes(), new.read_bytes()
        made = seen.ours(f"{old.stem} {new.stem}", before, after)
        if named:
            seen.peer(peer, before, after)
            outputs[f"{number:03}-{new.stem}"] = made.data
    rows = [("pairs the names say, among them", f"{len(outputs)}", ""), *seen.rows()]
    show(
        title="Fixture pairs, every file of a group with every other",
        rows=[*rows, ("opened by LibreOffice", opened(outputs), "all")],
    )


def _bodies(path: Path, accept: bool) -> list[str]:
    """Canonical lines of a body without its sections: sixteen references lost the last one to the tool they are of."""
    found = stories(package=read_package(data=path.read_bytes()), accept=accept, shared={})["document"]
    return [line for line in found if not line.startswith("SECTION")]


def bench_resolver(place: Path) -> None:
    """Accept and reject references; those that differ are named (argued in docs/rooms/engines-comparison.md)."""
    files = sorted((place / "redline_fixtures" / "rp").glob("*.docx"))
    same, settled, different = 0, 0, []
    for path in files:
        data = path.read_bytes()
        done = [resolve(data=data, accept=accept) for accept in (True, False)]
        settled += all(not one.remaining and not list_revisions(data=one.data) for one in done)
        source = path.with_name(path.name.replace("-Accepted", "").replace("-Rejected", ""))
        if source != path:
            alike = _bodies(source, path.stem.endswith("-Accepted")) == _bodies(path, accept=True)
            same += alike
            different += [] if alike else [path.stem]
    kinds = sorted((place / "redline_fixtures" / "revtracking").glob("*.docx"))
    left = sum(resolve(data=path.read_bytes(), accept=accept).remaining for path in kinds for accept in (True, False))
    rows = [
        ("files resolved both ways, nothing left", f"{settled} of {len(files)}", "158 of 158"),
        ("accepted and rejected references among them, equal", f"{same} of {same + len(different)}", "all, or argued"),
        *((name, "differs, argued", "") for name in different),
        ("single kinds resolved both ways", f"{len(kinds)} files, {left} revisions left", "24, 0"),
    ]
    show(title="Resolver", rows=rows)


def bench_mutations(place: Path, count: int, seed: int, peer: Peer) -> None:
    """Seeded edits of the templates: proof, characters against the shortest script, CPU; the peer on one in twenty."""
    dice = random.Random(seed)
    paths = sorted((place / "templates_docx").glob("**/template.docx"))
    kinds = (*KINDS, *MORE)
    proved: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    ratios: dict[str, list[tuple[int, int]]] = defaultdict(list)
    outputs: dict[str, bytes] = {}
    seen = Seen()
    for number in range(count):
        kind, path, turn = kinds[number % len(kinds)], dice.choice(paths), dice.randrange(10**9)
        old = path.read_bytes()
        new = mutated(old, kind, random.Random(turn))
        made = seen.ours(f"{path.parent.name} {kind} {turn}", old, new)
        tries[kind] += 1
        proved[kind] += made.proof.holds
        ours = made.inserted_characters + made.deleted_characters + made.moved_characters
        ratios[kind].append((ours, shortest(old, new)))
        if number % max(1, count // 40) == 0:
            outputs[f"{number:05}"] = made.data
        if number % PEER_EVERY == 0:
            seen.peer(peer, old, new)
    rows: Rows = [("seed", str(seed), ""), *seen.rows()]
    for kind in [kind for kind in kinds if tries[kind]]:
        written, least = (sum(pair[side] for pair in ratios[kind]) for side in (0, 1))
        share = f"{written / least:.2f} × shortest" if least else f"{written} characters, shortest 0"
        rows.append((kind, f"{proved[kind]} of {tries[kind]}, {share}", "≤ 1.3 ×" if kind in KINDS else ""))
    pairs = [pair for found in ratios.values() for pair in found if pair[1]]
    above = sum(written > 1.3 * least for written, least in pairs)
    total = sum(pair[0] for pair in pairs) / max(1, sum(pair[1] for pair in pairs))
    rows += [
        ("all kinds", f"{total:.3f} × shortest", "≤ 1.3 ×"),
        ("pairs above 1.3 ×", f"{above} of {len(pairs)}", "few"),
        ("opened by LibreOffice, a sample", opened(outputs), "all"),
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
        bench_mutations(place, count, seed, peer)
    if "speed" in parts:
        bench_speed(place, seed, peer)


if __name__ == "__main__":
    main()
