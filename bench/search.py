"""Exactness, indexing speed, latency and memory of search: ``python bench/search.py [documents] [seed]``.

Texts come from the test data (CHANCERY_TEST_DATA): American opinions and Enron mail, Chinese statutes and cases, cut
into paragraphs and drawn anew into documents. Peers: SQLite FTS5, and tantivy where it is installed. CPU seconds.
"""

from __future__ import annotations

import email
import email.policy
import gzip
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import tantivy
from measuring import folder_bytes, median, percentile, show

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.engines.retrieval.random_queries import FIRST, Chance, query  # noqa: E402
from tests.engines.retrieval.slow_reader import Document, answers, read  # noqa: E402

from chancery.engines.retrieval.grammar import parse  # noqa: E402
from chancery.engines.retrieval.searching import Searcher  # noqa: E402
from chancery.engines.retrieval.segment import Entry  # noqa: E402
from chancery.engines.retrieval.store import Writer  # noqa: E402

HAN = re.compile("[\u3400-\u9fff]")
SAMPLE = 24_000_000
"""Bytes of each language for the comparison of indexing speed."""


def paragraphs(data: Path) -> tuple[list[str], list[str]]:
    """Return English and Chinese paragraphs of 80 characters and more."""
    english, chinese = [], []
    with gzip.open(data / "research/us_opinions/opinions.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            english += [value for value in strings(json.loads(line)) if len(value) > 200]
    with tarfile.open(data / "mail/enron_ucb_labelled.tar.gz") as archive:
        for member in archive:
            if member.isfile() and member.size < 200_000:
                held = archive.extractfile(member)
                message = email.message_from_bytes(held.read() if held else b"", policy=email.policy.compat32)
                body = message.get_payload(decode=True)
                if isinstance(body, bytes):
                    english.append(body.decode("latin-1"))
    for name in ("zh_statutes/corpus.jsonl.gz", "zh_cases/cases.jsonl.gz"):
        with gzip.open(data / "research" / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                chinese += [value for value in strings(json.loads(line)) if HAN.search(value)]
    return cut(english), cut(chinese, least=20)


def strings(value: object) -> Iterator[str]:
    """Yield every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def cut(texts: Sequence[str], least: int = 80) -> list[str]:
    """Cut texts into pieces of up to 1,500 characters at line ends or full stops."""
    pieces = [piece for text in texts for piece in re.findall(r"(?s).{1,1500}(?:\n|[.。]|$)", text)]
    return sorted({piece for piece in pieces if len(piece) >= least})


def drawn(chance: random.Random, english: list[str], chinese: list[str], count: int) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of documents: seven of ten English, two Chinese, one mixed; 1 to 8 paragraphs."""
    for _ in range(count):
        kind = chance.random()
        pool = [english] if kind < 0.7 else [chinese] if kind < 0.9 else [english, chinese]
        language = "en" if kind < 0.7 else "zh" if kind < 0.9 else "mixed"
        yield language, "\n\n".join(chance.choice(chance.choice(pool)) for _ in range(chance.randint(1, 8)))


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds of this process, threads included."""
    began = time.process_time()
    work()
    return time.process_time() - began


def index_own(texts: Sequence[str], folder: Path) -> None:
    """Index with the retrieval engine."""
    writer = Writer(folder, fresh=True)
    writer.put(Entry(str(number), "m", {"text": [text]}) for number, text in enumerate(texts))
    writer.commit()


def index_fts5(texts: Sequence[str], path: Path, tokenizer: str, prepare: Callable[[str], str] = str) -> None:
    """Index with SQLite FTS5, no copy of the texts kept."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute(f"CREATE VIRTUAL TABLE t USING fts5(text, content='', tokenize='{tokenizer}')")
    with database:
        rows = ((number, prepare(text)) for number, text in enumerate(texts))
        database.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", rows)
    database.close()


def index_tantivy(texts: Sequence[str], folder: Path, prepare: Callable[[str], str] = str) -> None:
    """Index with tantivy, positions kept, texts not."""
    folder.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False, tokenizer_name="default", index_option="position")
    index = tantivy.Index(builder.build(), path=str(folder))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    for text in texts:
        document = tantivy.Document()
        document.add_text("text", prepare(text))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def apart(text: str) -> str:
    """Put a blank on both sides of each Han character, as a peer needs it to find them one by one."""
    return HAN.sub(r" \g<0> ", text)


def speed(english: list[str], chinese: list[str], chance: random.Random, home: Path) -> list[tuple[str, str, str]]:
    """Compare indexing speed, rounds taken in turn, medians."""
    rows = []
    for language, pool in (("English", english), ("Chinese", chinese)):
        texts, size = [], 0
        while size < SAMPLE:
            texts.append("\n\n".join(chance.choice(pool) for _ in range(4)))
            size += len(texts[-1].encode())
        prepare = apart if language == "Chinese" else str
        contestants: dict[str, Callable[[Path], None]] = {
            "chancery": lambda place, texts=texts: index_own(texts, place),
            "FTS5 unicode61": lambda place, texts=texts, prepare=prepare: index_fts5(
                texts, place, "unicode61", prepare
            ),
            "tantivy": lambda place, texts=texts, prepare=prepare: index_tantivy(texts, place, prepare),
        }
        if language == "Chinese":
            contestants["FTS5 trigram"] = lambda place, texts=texts: index_fts5(texts, place, "trigram")
        spent: dict[str, list[float]] = {name: [] for name in contestants}
        held = {}
        for round_ in range(3):
            for name, work in contestants.items():
                if name == "FTS5 trigram" and round_:
                    continue
                place = home / f"{language}-{name}-{round_}"
                spent[name].append(timed(lambda work=work, place=place: work(place)))
                held[name] = (folder_bytes(place) if place.is_dir() else place.stat().st_size) / size
        own = median(spent["chancery"])
        for name, seconds in spent.items():
            ratio = f", we are {median(seconds) / own:.2f} ×" if name != "chancery" else ""
            wanted = "≥ 10 MB/s/core" if name == "chancery" else ""
            value = f"{size / 1e6 / median(seconds):.1f} MB/s{ratio}; index {held[name]:.2f} of the text"
            rows.append((f"index {language}: {name}", value, wanted))
    return rows


def exactness(english: list[str], chinese: list[str], seed: int, home: Path) -> list[tuple[str, str, str]]:
    """Ask 300 random queries of 3,000 short documents and read them by hand as well."""
    chance = Chance(seed)
    texts = []
    for _ in range(3_000):
        pieces = [chance.choice(chance.choice([english, english, chinese])) for _ in range(2)]
        begins = [chance.randrange(max(1, len(piece) - 250)) for piece in pieces]
        texts.append("\n\n".join(piece[at : at + 250] for piece, at in zip(pieces, begins, strict=True)))
    days = [FIRST + timedelta(days=chance.randint(0, 800)) for _ in texts]
    writer = Writer(home / "exact", fresh=True)
    for start in range(0, 3_000, 1_000):
        writer.put(
            Entry(str(n), "m", {"text": [texts[n]]}, day=days[n], numbers={"size": len(texts[n])})
            for n in range(start, start + 1_000)
        )
        writer.commit()
        writer = Writer(home / "exact")
    by_hand = [Document({"text": [read(text)]}, day, len(text)) for text, day in zip(texts, days, strict=True)]
    words = Counter(word for document in by_hand for word in document.fields["text"][0].words)
    chance.latin = [
        word
        for word, _ in words.most_common(400)
        if word.isascii() and word.isalpha() and len(word) > 1 and word != "not"
    ]
    chance.han = "".join(word for word, _ in words.most_common(600) if HAN.match(word))[:60]
    searcher = Searcher.open(home / "exact")
    missed = extra = found_some = answered = 0
    for number in range(300):
        typed = query(chance)
        node = parse(typed, stem=number % 5 == 0).node
        assert node is not None, typed
        found = {int(hit.id) for hit in searcher.find(node, limit=None).hits}
        wanted = {at for at, document in enumerate(by_hand) if answers(node, document)}
        missed, extra = missed + len(wanted - found), extra + len(found - wanted)
        found_some += bool(wanted)
        answered += len(wanted)
    return [
        ("missed, 3,000 documents × 300 random queries", f"{missed} of {answered:,}", "0"),
        ("extra", str(extra), "0"),
        ("queries with an answer", f"{found_some} of 300", ""),
    ]


LATENCY = """
import json, re, sys, time
from pathlib import Path
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.searching import Searcher
searcher = Searcher.open(Path(sys.argv[1]))
found = []
for typed in json.load(sys.stdin):
    node = parse(typed).node
    began, cpu = time.perf_counter(), time.process_time()
    total = searcher.find(node, limit=20).total
    found.append((typed, total, time.perf_counter() - began, time.process_time() - cpu))
print(json.dumps([found, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])]))
"""


def latency(english: list[str], chinese: list[str], count: int, seed: int, home: Path) -> list[tuple[str, str, str]]:
    """Index ``count`` documents and ask 300 random queries with common, middling and rare words."""
    chance = Chance(seed + 1)
    size, words, characters = 0, Counter(), Counter()

    def entries() -> Iterator[Entry]:
        nonlocal size
        for number, (language, text) in enumerate(drawn(chance, english, chinese, count)):
            size += len(text.encode())
            if number % 50 == 0:
                words.update(re.findall(r"[a-z]{2,}", text.lower()))
                characters.update(HAN.findall(text))
            labels = {"custodian": [f"c{number % 7}"], "language": [language]}
            yield Entry(str(number), "m", {"text": [text], "name": [f"{number}.txt"]}, labels=labels)

    def build() -> None:
        writer = Writer(home / "large", fresh=True)
        writer.put(entries())
        writer.commit()

    spent = timed(build)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ranked = [word for word, _ in words.most_common(20_000) if word != "not"]
    chance.latin = [*ranked[:40], *chance.sample(ranked[40:1_000], 120), *chance.sample(ranked[1_000:], 240)]
    chance.han = "".join(character for character, _ in characters.most_common(300))
    typed = [query(chance) for _ in range(300)]
    answer = subprocess.run(
        [sys.executable, "-c", LATENCY, str(home / "large")], input=json.dumps(typed), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    found, memory = json.loads(answer.stdout)
    cpu = [each[3] * 1000 for each in found]
    slowest = sorted(found, key=lambda each: -each[3])[:3]
    rows = [
        (f"{count:,} documents, {size / 1e6:.0f} MB: indexed", f"{size / 1e6 / spent:.1f} MB/s with drawing", ""),
        ("index", f"{folder_bytes(home / 'large') / size:.2f} of the text", ""),
        ("memory: indexing (this process) · asking", f"{peak:.0f} MB · {memory / 1024:.0f} MB", "< 1 GB"),
        ("query, CPU ms: median", f"{median(cpu):.1f}", ""),
        ("query, CPU ms: p95", f"{percentile(cpu, 0.95):.1f}", "< 50"),
        ("query, wall ms: p95 (machine shared)", f"{percentile([each[2] * 1000 for each in found], 0.95):.1f}", ""),
    ]
    rows += [(f"slow: {each[0][:70]}", f"{each[3] * 1000:.0f} ms, {each[1]:,} documents", "") for each in slowest]
    return rows


def main() -> None:
    """Print one table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20_261_127
    place = os.environ.get("CHANCERY_TEST_DATA")
    if not place:
        print("skipped: CHANCERY_TEST_DATA is not set")
        return
    home = Path(tempfile.mkdtemp(prefix="chancery-bench-search-"))
    try:
        english, chinese = paragraphs(Path(place))
        print(
            f"seed {seed}; {len(english):,} English and {len(chinese):,} Chinese paragraphs; "
            f"SQLite {sqlite3.sqlite_version}"
        )
        rows = exactness(english, chinese, seed, home)
        rows += speed(english, chinese, random.Random(seed), home)
        rows += latency(english, chinese, count, seed, home)
        show(title="Search", rows=rows)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
