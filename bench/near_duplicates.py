"""Near-duplicates against datasketch: python bench/near_duplicates.py [documents] [documents for the peer].

Generated documents, seven in ten English and three Chinese, three in ten an edited copy of an earlier one (of an
original or of a copy), one in five with a common notice. Every process reads the texts from disk; times are
processor seconds. The truth is computed by independent code: Python sets of word tuples, all pairs of one family.
Real mails follow, every pair compared, when CHANCERY_TEST_DATA is set.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

try:
    from datasketch import MinHash, MinHashLSH
except ImportError:
    MinHash = None

sys.path.insert(0, str(Path(__file__).parent))

from measuring import show
from threads import mail_texts

from chancery.engines.text.similarity.groups import groups, pairs

SEED = 20260207
LEAST = 0.85
THRESHOLD = 0.7
NOTICE = " This message is intended for the named recipient only and may be privileged; delete it if it is not for you."
TOKEN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]|[a-z0-9]+")


class Store:
    """Texts in one file on disk, read one by one so that they do not count as memory."""

    def __init__(self, folder: Path) -> None:
        self._ends = array("Q", (folder / "ends").read_bytes())
        self._file = os.open(folder / "texts", os.O_RDONLY)

    def __len__(self) -> int:
        return len(self._ends)

    def text(self, number: int) -> str:
        """Return one text."""
        start = self._ends[number - 1] if number else 0
        return os.pread(self._file, self._ends[number] - start, start).decode()


def generate(*, count: int, folder: Path) -> dict[int, list[int]]:
    """Write the texts; return the members of each family of copies by its original."""
    chance = random.Random(SEED)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10))) for _ in range(30_000)]
    signs = [chr(0x4E00 + number) for number in range(4_000)]
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(30_000)))
    families: dict[int, list[int]] = defaultdict(list)
    recent: list[tuple[int, bool, list[str]]] = []
    ends = array("Q")
    with (folder / "texts").open("wb") as out:
        for number in range(count):
            if recent and chance.random() < 0.3:
                original, chinese, source = chance.choice(recent)
                tokens = edited(source, signs if chinese else words, chance)
            else:
                original, chinese = number, chance.random() < 0.3
                size = min(4_000, max(20, round(chance.lognormvariate(5.5, 0.7))))
                if chinese:
                    tokens = chance.choices(signs, cum_weights=weights[:4_000], k=2 * size)
                else:
                    tokens = chance.choices(words, cum_weights=weights, k=size)
            families[original].append(number)
            recent.append((original, chinese, tokens))
            if len(recent) > 3_000:
                recent.pop(chance.randrange(1_500))
            text = ("" if chinese else " ").join(tokens) + (NOTICE if chance.random() < 0.2 else "")
            out.write(text.encode())
            ends.append(out.tell())
    (folder / "ends").write_bytes(ends.tobytes())
    return {original: members for original, members in families.items() if len(members) > 1}


def edited(tokens: list[str], vocabulary: Sequence[str], chance: random.Random) -> list[str]:
    """Return a copy with up to a twentieth of its tokens replaced, taken out or put in."""
    copy = list(tokens)
    for _ in range(chance.randint(1, max(1, len(tokens) // chance.choice((20, 40, 80, 160))))):
        at = chance.randrange(len(copy))
        act = chance.random()
        if act < 0.5:
            copy[at] = chance.choice(vocabulary)
        elif act < 0.75 and len(copy) > 10:
            del copy[at]
        else:
            copy.insert(at, chance.choice(vocabulary))
    return copy


def shingles(text: str) -> set[tuple[str, ...]]:
    """Return the shingles by independent code: three words, four characters where it begins with a Chinese one."""
    tokens = TOKEN.findall(text.lower())
    found = set()
    for at, first in enumerate(tokens):
        size = 4 if first > "\u3400" else 3
        if at + size <= len(tokens):
            found.add(tuple(tokens[at : at + size]))
    return found


def jaccard(left: set[tuple[str, ...]], right: set[tuple[str, ...]]) -> float:
    return len(left & right) / len(left | right) if left or right else 0.0


def ours(*, folder: Path) -> dict[str, object]:
    """Group, then list all pairs; return times, peak memory and findings."""
    store = Store(folder)
    before = time.process_time()
    grouped = [(each.number, each.pivot, each.similarity) for each in groups(count=len(store), text_of=store.text)]
    middle = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = list(pairs(count=len(store), text_of=store.text, threshold=THRESHOLD))
    after = time.process_time()
    return {"groups": grouped, "pairs": found, "seconds": [middle - before, after - middle], "peak": peak}


def peer(*, folder: Path, count: int) -> dict[str, object]:
    """Do the same with datasketch: shingles, MinHash, LSH, exact check of its candidates."""
    store = Store(folder)
    before = time.process_time()
    index = MinHashLSH(threshold=THRESHOLD, num_perm=128)
    sets = []
    found = []
    for number in range(count):
        mine = shingles(store.text(number))
        sets.append(mine)
        sketch = MinHash(num_perm=128)
        sketch.update_batch([" ".join(each).encode() for each in mine])
        for other in index.query(sketch):
            similarity = jaccard(mine, sets[other])
            if similarity >= THRESHOLD:
                found.append((other, number, similarity))
        index.insert(number, sketch)
    return {"pairs": found, "seconds": time.process_time() - before}


def child(*arguments: str) -> dict[str, object]:
    """Run one side in its own process."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False, env={**os.environ}
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return json.loads(done.stdout)


def truth(*, families: Iterable[list[int]], text_of: Callable[[int], str]) -> dict[tuple[int, int], float]:
    """Return every pair of one family at least so similar, documents of 30 words or more."""
    found = {}
    for members in families:
        sets = [shingles(text_of(number)) for number in members]
        for (a, mine), (b, theirs) in itertools.combinations(zip(members, sets, strict=True), 2):
            if min(len(mine), len(theirs)) >= 60 and (similarity := jaccard(mine, theirs)) >= LEAST:
                found[a, b] = similarity
    return found


def wrong(*, found: Iterable[tuple[int, int, float]], text_of: Callable[[int], str]) -> int:
    """Count the pairs whose similarity by independent code is another one, or below the threshold."""
    return sum(
        abs(jaccard(shingles(text_of(a)), shingles(text_of(b))) - similarity) > 1e-9 or similarity < THRESHOLD
        for a, b, similarity in found
    )


def recalled(*, wanted: Iterable[tuple[int, int]], found: Iterable[tuple[int, int, float]]) -> float:
    """Return the share of pairs found; a document of the same shingles stands for those that repeat it."""
    listed = list(found)
    first = {copy: original for original, copy, similarity in listed if similarity == 1}
    known = {(min(a, b), max(a, b)) for a, b, _ in listed}
    wanted = [tuple(sorted((first.get(a, a), first.get(b, b)))) for a, b in wanted]
    return sum(a == b or (a, b) in known for a, b in wanted) / max(1, len(wanted))


def real(rows: list[tuple[str, str, str]]) -> None:
    """Add the real mails: every pair compared by sparse products over an independent vocabulary."""
    texts = mail_texts()
    if not texts:
        rows.append(("real mails", "CHANCERY_TEST_DATA is not set", ""))
        return
    sets = [shingles(text) for text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, each in enumerate(sets):
        for shingle in each:
            holders[shingle].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for listed in holders.values():
        for pair in itertools.combinations(listed, 2):
            shared[pair] += 1
    wanted = {
        (a, b)
        for (a, b), both in shared.items()
        if both >= LEAST * (len(sets[a]) + len(sets[b]) - both) and min(len(sets[a]), len(sets[b])) >= 60
    }
    found = list(pairs(count=len(texts), text_of=texts.__getitem__, threshold=THRESHOLD))
    joined = {each.number: each.pivot for each in groups(count=len(texts), text_of=texts.__getitem__)}
    reached = recalled(wanted=wanted, found=found)
    together = sum(a in joined and joined.get(a) == joined.get(b) for a, b in wanted)
    rows += [
        (f"real mails, {len(texts):,}: pairs >= {LEAST}", f"{len(wanted):,}", "every pair compared"),
        ("  recall of pairs", f"{reached:.4f}", ">= 0.98"),
        ("  recall of groups", f"{together / max(1, len(wanted)):.4f}", ""),
        ("  similarity wrong or too low", f"{wrong(found=found, text_of=texts.__getitem__)} of {len(found):,}", "0"),
    ]


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] in ("ours", "peer"):
        folder = Path(sys.argv[2])
        print(json.dumps(ours(folder=folder) if sys.argv[1] == "ours" else peer(folder=folder, count=int(sys.argv[3]))))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    sample = min(count, int(sys.argv[2]) if len(sys.argv) > 2 else 5_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        families = generate(count=count, folder=folder)
        store = Store(folder)
        mine = child("ours", name)
        theirs = child("peer", name, str(sample)) if MinHash else None
        wanted = truth(families=families.values(), text_of=store.text)
        pivots = {number: pivot for number, pivot, _ in mine["groups"]}
        checked = random.Random(SEED).sample(mine["pairs"], min(20_000, len(mine["pairs"])))
        rows = [
            ("documents", f"{count:,}, {(folder / 'texts').stat().st_size / 1e6:.0f} MB, seed {SEED}", ""),
            ("ours, groups", f"{mine['seconds'][0]:.1f} s = {count / mine['seconds'][0]:,.0f} documents/s", ""),
            ("ours, all pairs", f"{mine['seconds'][1]:.1f} s = {count / mine['seconds'][1]:,.0f} documents/s", ""),
            ("peak memory", f"{mine['peak'] / 1024:.0f} MiB", "< 1 GiB"),
            (f"pairs >= {LEAST} in truth", f"{len(wanted):,}", ""),
            ("recall of pairs", f"{recalled(wanted=wanted, found=mine['pairs']):.4f}", ">= 0.98"),
            (
                "recall of groups (both in one)",
                f"{sum(a in pivots and pivots[a] == pivots.get(b) for a, b in wanted) / len(wanted):.4f}",
                "",
            ),
            ("similarity wrong or too low", f"{wrong(found=checked, text_of=store.text)} of {len(checked):,}", "0"),
            (
                "pivot shown wrong",
                f"{wrong(found=[e for e in mine['groups'] if e[0] != e[1]][:20_000], text_of=store.text)}",
                "0",
            ),
        ]
        if theirs is None:
            rows.append(("datasketch", "not installed, skipped", ""))
        else:
            rate, own = sample / theirs["seconds"], count / mine["seconds"][0]
            among = [pair for pair in wanted if max(pair) < sample]
            seen = {(a, b) for a, b, _ in theirs["pairs"]}
            rows += [
                ("datasketch, 128, LSH, exact check", f"{rate:,.0f} documents/s on the first {sample:,}", ""),
                ("  its recall of pairs", f"{sum(pair in seen for pair in among) / max(1, len(among)):.4f}", ""),
                ("ours / datasketch", f"{own / rate:.1f} times (its time taken as linear)", ">= 7"),
            ]
        real(rows)
    show(title="Near-duplicates", rows=rows)


if __name__ == "__main__":
    main()
