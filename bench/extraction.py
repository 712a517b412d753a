"""Precision, recall and speed of extraction per kind: python bench/extraction.py [documents] [seed].

The labelled set is made here: sentences with slots, filled by a seeded generator from lists of its own (most of the
names are in none of the engine's tables), and hand-written sentences that name nothing although they look like it. A
finding counts as right when kind, normalised value and offsets all agree with the label.
"""

from __future__ import annotations

import os
import random
import sys
import tarfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import KINDS

sys.path.insert(0, str(Path(__file__).parent))

from extraction_texts import NOTHING, Label, document
from extraction_values import capitals

__all__ = ["NOTHING", "capitals", "measure"]


@dataclass
class Score:
    """Counts of one kind: right, found although not labelled, labelled but not found."""

    right: int = 0
    extra: int = 0
    missed: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def _comparable(text: str, kind: str, value: str, start: int, end: int) -> Label:
    """Leave the full stop after "Ltd" out of the comparison: nobody can tell whose it is."""
    if kind != "organisation":
        return kind, value, start, end
    return kind, value.rstrip("."), start, start + len(text[start:end].rstrip("."))


def measure(*, documents: int, seed: int) -> tuple[dict[str, Score], dict[str, float], int]:
    """Score every kind on a generated set; the second part is processor seconds per kind, the third characters."""
    r = random.Random(seed)
    made = [document(r) for _ in range(documents)]
    scores: dict[str, Score] = defaultdict(Score)
    for text, labels in made:
        wanted = Counter(_comparable(text, *label) for label in labels)
        read = [one for one in extract(text=text) if one.kind != "language"]
        found = Counter(_comparable(text, one.kind, one.value, one.start, one.end) for one in read)
        for label in set(wanted) | set(found):
            score = scores[label[0]]
            right = min(wanted[label], found[label])
            score.right += right
            score.extra += found[label] - right
            score.missed += wanted[label] - right
            if right < max(wanted[label], found[label]):
                sign = "+" if found[label] > right else "-"
                score.examples.append(f"{sign} {label[1]!r} in {text[max(0, label[2] - 12) : label[3] + 12]!r}")
    seconds: dict[str, float] = {}
    for kind in ("all", *KINDS):
        began = time.process_time()
        for text, _ in made:
            extract(text=text, kinds=None if kind == "all" else (kind,))
        seconds[kind] = time.process_time() - began
    return dict(scores), seconds, sum(len(text) for text, _ in made)


def mail_speed() -> str:
    """Measure kinds on the bodies of real mail: messages a second of one core."""
    data = os.environ.get("CHANCERY_TEST_DATA")
    if not data:
        return "real mail: skipped, CHANCERY_TEST_DATA is not set"
    texts = []
    for archive in sorted((Path(data) / "mail").glob("*.tar.gz")):
        with tarfile.open(archive) as members:
            for member in members:
                if member.name.endswith(".eml") and (stream := members.extractfile(member)):
                    texts.append(body(message_from_bytes(stream.read())))
    rows = []
    for kinds in (("person", "date"), ("email", "domain"), None):
        began = time.process_time()
        found = sum(len(extract(text=text, kinds=kinds)) for text in texts)
        seconds = time.process_time() - began
        name = "+".join(kinds) if kinds else "all kinds"
        rate, size = len(texts) / seconds, sum(map(len, texts)) / seconds / 1e6
        rows.append(f"{name} {rate:,.0f} messages/s ({size:.1f} MB/s), {found:,} findings")
    return f"real mail, {len(texts):,} messages: " + "; ".join(rows)


def body(message: Message) -> str:
    """Return the first text of a message."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return ""


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20250314
    scores, seconds, size = measure(documents=documents, seed=seed)
    table = Table(
        "kind",
        "labels",
        "precision",
        "recall",
        "extra",
        "missed",
        "MB/s CPU",
        title=f"extraction, {documents} documents, {size:,} characters, seed {seed}",
    )
    for kind in KINDS:
        rate = f"{size / seconds[kind] / 1e6:.2f}"
        if kind not in scores:
            table.add_row(kind, "-", "-", "-", "-", "-", rate)
            continue
        s = scores[kind]
        table.add_row(
            kind, str(s.right + s.missed), f"{s.precision:.4f}", f"{s.recall:.4f}", str(s.extra), str(s.missed), rate
        )
    table.add_row("all kinds", "", "", "", "", "", f"{size / seconds['all'] / 1e6:.2f}")
    Console(width=120).print(table)
    for kind, score in sorted(scores.items()):
        for example in sorted(set(score.examples))[:6]:
            print(f"  {kind}: {example}")
    print(mail_speed())


if __name__ == "__main__":
    main()
