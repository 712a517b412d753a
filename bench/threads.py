"""Duplicates and conversations: python bench/threads.py [generated mails].

First generated conversations in four styles of quoting, where the truth is known: time on one core, memory,
conversations found, what may stay unread, and whether anything is lost by leaving it unread. Then, when
CHANCERY_TEST_DATA is set, two collections of real mail: what is left to read, segments lost, exact duplicates
against an independent key. Times are processor seconds.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import os
import random
import re
import resource
import sys
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from measuring import show

from chancery.engines.ingest.readers.mail import read_message
from chancery.engines.text.duplicates.notices import learn
from chancery.engines.text.relations import Member, Relation, relate
from chancery.engines.text.threads.conversations import threads
from chancery.engines.text.threads.segments import letters_of, segments_of

SEED = 20260311
LETTER = re.compile(r"[^\W_]+")
Row = tuple[str, str, str]


@dataclass
class Collection:
    """Mails with their texts, and what is known of them."""

    members: list[Member] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    conversation: dict[str, int] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    quoted: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Sent:
    id: str
    sender: str
    minute: int
    subject: str
    own: str
    body: str
    style: int
    chain: tuple[str, ...]
    chain_ids: tuple[str, ...]


def stamp(minute: int, style: int) -> str:
    """Return a time as a style of quoting writes it, five hours behind UTC."""
    when = time.gmtime((minute - 300) * 60)
    form = ("%m/%d/%Y %I:%M %p", "%A, %B %d, %Y %I:%M %p", "%a, %b %d, %Y at %I:%M %p", "%Y年%m月%d日 %H:%M")[style]
    return time.strftime(form, when)


def quotation(mail: _Sent) -> str:
    """Return a body as the answer to it quotes it."""
    name = mail.sender.partition("@")[0].replace(".", " ").title()
    if mail.style == 0:
        return (
            f"\n\n\n\t{name}\n\t{stamp(mail.minute, 0)}\n\t\t \n\t\t To: All\n\t\t cc: \n"
            f"\t\t Subject: {mail.subject}\n\n{mail.body}"
        )
    if mail.style == 1:
        return (
            f"\n\n -----Original Message-----\nFrom: \t{name}  \nSent:\t{stamp(mail.minute, 1)}\nTo:\tAll\n"
            f"Subject:\t{mail.subject}\n\n{mail.body}"
        )
    if mail.style == 2:
        lines = "\n".join(f"> {line}" if not line.startswith(">") else f">{line}" for line in mail.body.split("\n"))
        return f"\n\nOn {stamp(mail.minute, 2)}, {name} <{mail.sender}> wrote:\n{lines}\n"
    lines = (f"发件人: {name} <{mail.sender}>", f"发送时间: {stamp(mail.minute, 3)}", f"主题: {mail.subject}")
    return "\n\n" + "\n".join(lines) + f"\n\n{mail.body}"


def generate(*, count: int) -> Collection:
    """Return conversations of one to some dozen mails; each answer quotes what it answers, a tenth is missing."""
    chance = random.Random(SEED)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 9))) for _ in range(20_000)]
    people = [f"{chance.choice(words)}.{chance.choice(words)}@{chance.choice('abc')}.example" for _ in range(2_000)]
    made = Collection()
    number = conversation = 0
    while len(made.members) < count:
        conversation += 1
        group = chance.sample(people, chance.randint(2, 8))
        style, headers = chance.randrange(4), chance.random() < 0.5
        subject = " ".join(chance.choices(words, k=chance.randint(2, 6)))
        minute = 17_000_000 + chance.randrange(4_000_000)
        sent: list[_Sent] = []
        for _ in range(min(40, 1 + int(chance.expovariate(0.35)))):
            number += 1
            minute += chance.randint(3, 2_000)
            answered = chance.choice(sent[-3:]) if sent else None
            short = chance.random() < 0.15 and answered is not None
            own = chance.choice(("Thanks.", "OK, go ahead", "谢谢")) if short else written(words, chance)
            shown = subject if answered is None else f"{('Re: ', 'RE: ', 'Re: ', '回复：')[style]}{subject}"
            mail = _Sent(
                f"M{number:07d}",
                chance.choice(group),
                minute,
                shown,
                own,
                own + (quotation(answered) if answered else ""),
                style,
                (*answered.chain, answered.id) if answered else (),
                (*answered.chain_ids, f"<{answered.id}@x>") if answered else (),
            )
            sent.append(mail)
            if chance.random() < 0.9:
                keep(made, mail, group, conversation, headers=headers)
    return made


def written(words: Sequence[str], chance: random.Random) -> str:
    """Return some paragraphs."""
    paragraphs = []
    for _ in range(chance.randint(1, 4)):
        lines = [" ".join(chance.choices(words, k=10)) for _ in range(chance.randint(1, 6))]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def keep(made: Collection, mail: _Sent, group: Sequence[str], conversation: int, *, headers: bool) -> None:
    """Add a mail to the collection."""
    metadata = {
        "subject": mail.subject,
        "from": mail.sender,
        "to": [each for each in group if each != mail.sender],
        "date_sent": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(mail.minute * 60)),
        "message_id": f"<{mail.id}@x>" if headers else "",
        "references": list(mail.chain_ids) if headers else [],
    }
    digest = hashlib.sha256(mail.id.encode()).hexdigest()
    made.members.append(Member(mail.id, None, mail.id, "mail", f"{mail.id}.eml", digest, 1, metadata=metadata))
    made.texts[mail.id] = mail.body
    made.conversation[mail.id] = conversation
    made.own[mail.id] = mail.own
    made.quoted.update(mail.chain)


def pairs_of(groups: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}


def generated(count: int) -> list[Row]:
    """Thread the generated mails and compare with the truth."""
    made = generate(count=count)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = time.process_time()
    found = list(relate(members=made.members, text_of=made.texts.get))
    seconds = time.process_time() - before
    before = time.process_time()
    for _ in threads(mails=((member, ()) for member in made.members), text_of=made.texts.get):
        pass
    alone = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    by_thread, by_truth = defaultdict(list), defaultdict(list)
    for each in found:
        by_thread[each.thread_id].append(each.id)
        by_truth[made.conversation[each.id]].append(each.id)
    ours, truth = pairs_of(by_thread.values()), pairs_of(by_truth.values())
    redundant = {each.id for each in found if each.inclusive is False}
    wanted = {member.id for member in made.members if member.id in made.quoted}
    flat = {
        each.contained_in: "".join(LETTER.findall(made.texts[each.contained_in])) for each in found if each.contained_in
    }
    lost = sum(
        "".join(LETTER.findall(made.own[each.id])) not in flat[each.contained_in] for each in found if each.contained_in
    )
    size = sum(map(len, made.texts.values())) / len(found)
    return [
        ("generated mails", f"{len(found):,}, {size:,.0f} characters each, seed {SEED}", ""),
        ("conversations alone", f"{alone:.1f} s", "< 60 s at 100,000"),
        ("with duplicates and near-duplicates", f"{seconds:.1f} s", ""),
        ("peak memory above the generated mails", f"{(peak - held) / 1024:.0f} MiB", "< 1 GiB"),
        ("conversations: pairs found / wrong", f"{len(ours & truth) / len(truth):.4f} / {len(ours - truth):,}", ""),
        ("may stay unread: found of those quoted", f"{len(redundant & wanted) / len(wanted):.4f}", ""),
        ("  called redundant though nobody quotes them", f"{len(redundant - wanted):,}", "0"),
        ("  own text not in the mail named as container", f"{lost:,}", "0"),
    ]


def archive(name: str) -> dict[str, bytes]:
    """Return the files of an archive of mail, nothing when the data is not there."""
    path = Path(os.environ.get("CHANCERY_TEST_DATA", "")) / "mail" / name
    if not os.environ.get("CHANCERY_TEST_DATA") or not path.exists():
        return {}
    with tarfile.open(path) as tar:
        return {each.name: tar.extractfile(each).read() for each in tar if each.isfile()}  # type: ignore[union-attr]


def real(name: str) -> Collection:
    """Return the mails of an archive, with attachments where its manifest names them."""
    files = archive(name)
    made = Collection()
    listing = next((data for path, data in files.items() if path.endswith("manifest.csv")), b"")
    rows = list(csv.DictReader(io.StringIO(listing.decode("utf-8", "replace"))))
    roots = {row["path"].rpartition("/")[2]: row for row in rows}
    ids = {row["upi"]: row["path"].rpartition("/")[2] for row in rows}
    for path, data in sorted(files.items()):
        short = path.rpartition("/")[2]
        row = roots.get(short, {})
        parent = ids.get(row.get("family_root", ""), short) if row.get("is_attachment") == "1" else None
        parent = None if parent == short else parent
        digest = hashlib.sha256(data).hexdigest()
        if short.endswith(".eml"):
            reading = read_message(data=data)
            made.members.append(
                Member(short, parent, parent or short, "mail", path, digest, len(data), metadata=reading.metadata)
            )
            made.texts[short] = reading.text or ""
        elif row:
            made.members.append(Member(short, parent, parent or short, "document", path, digest, len(data)))
    return made


def mail_texts() -> list[str]:
    """Return the texts of all real mails, for other benches."""
    return [text for name in NAMES for text in real(name).texts.values()]


NAMES = ("edrm_enron_bailey.tar.gz", "enron_ucb_labelled.tar.gz")


def reading(made: Collection, found: list[Relation]) -> list[Row]:
    """Return what is left to read and what would be lost, by every segment of every mail."""
    notices = learn(
        mails=((str(each.metadata.get("from")), made.texts[each.id]) for each in made.members if each.kind == "mail")
    )
    mails = [each for each in found if each.id in made.texts]
    read = [each for each in mails if each.inclusive]
    kept = [each for each in mails if each.duplicate_of is None]

    def words(some: Iterable[Relation]) -> int:
        return sum(len(made.texts[each.id].split()) for each in some)

    parts = {
        each.id: [letters_of(notices.without(part.text)) for part in segments_of(text=made.texts[each.id])]
        for each in mails
    }
    wholes = {each.id: letters_of(notices.without(made.texts[each.id])) for each in read}
    lost = total = 0
    for each in mails:
        if each.inclusive:
            continue
        total += len(parts[each.id])
        container = str(each.contained_in)
        lost += sum(
            part not in wholes[container] and not any(part in other for other in parts[container])
            for part in parts[each.id]
        )
    folded = sum(len(made.texts[each.id][part.start : part.end].split()) for each in read for part in each.repeated)
    unseen = sum(
        letters_of(notices.without(made.texts[each.id][part.start : part.end])) not in wholes[part.shown_in]
        for each in read
        for part in each.repeated
    )
    return [
        ("  mails / kept after duplicates / to read", f"{len(mails):,} / {len(kept):,} / {len(read):,}", ""),
        ("  less to read, words", f"{1 - words(read) / words(mails):.1%}", ">= 25 % (UCB)"),
        ("    by duplicates alone", f"{1 - words(kept) / words(mails):.1%}", ""),
        ("    by conversations, of what these left", f"{1 - words(read) / words(kept):.1%}", ""),
        ("    with passages already read hidden", f"{1 - (words(read) - folded) / words(mails):.1%}", ""),
        ("    passages hidden, not in the mail named", f"{unseen}", "0"),
        ("    mails", f"{1 - len(read) / len(mails):.1%}", ""),
        ("  segments of unread mails / lost", f"{total:,} / {lost}", "0 lost"),
        ("  missing mails reported", f"{sum(len(each.missing) for each in found):,}", ""),
    ]


def exact(made: Collection, found: list[Relation]) -> list[Row]:
    """Compare the duplicates with an independent key: body, subject, sender, date, attachments."""
    footer = re.compile(r"\*{8,}\s*EDRM Enron Email Data Set.*?\*{8,}\s*", re.DOTALL)
    attached: dict[str, list[str]] = defaultdict(list)
    for member in made.members:
        if member.parent_id:
            attached[member.parent_id].append(member.sha256)
    bodies = {id: re.sub(r"\s+", "", footer.sub("", text)) for id, text in made.texts.items()}
    groups = defaultdict(list)
    people = {}
    for member in made.members:
        if member.kind == "mail" and not member.metadata.get("body_absent") and bodies[member.id]:
            facts = member.metadata
            key = (facts.get("subject"), facts.get("from"), facts.get("date_header"), *sorted(attached[member.id]))
            groups[bodies[member.id], key].append(member.id)
            people[member.id] = [facts.get(role) for role in ("to", "cc", "bcc")]
    wanted = pairs_of(groups.values())
    by_kept = defaultdict(list)
    for each in found:
        if each.id in made.texts:
            by_kept[each.duplicate_of or each.id].append(each.id)
    merged = pairs_of(by_kept.values())
    digests = {member.id: member.sha256 for member in made.members}
    wrong = {
        (a, b)
        for a, b in merged
        if bodies[a] != bodies[b]
        or (
            not bodies[a]
            and digests[a] != digests[b]
            and (not attached[a] or sorted(attached[a]) != sorted(attached[b]))
        )
    }
    missed = wanted - merged
    others = {(a, b) for a, b in missed if people[a] != people[b]}
    versions = sum(each.version_of is not None for each in found)
    same_id = defaultdict(set)
    for member in made.members:
        if member.kind == "mail":
            same_id[member.metadata.get("message_id")].add(member.id)
    by_id = pairs_of(map(sorted, same_id.values()))
    return [
        ("  exact pairs by independent key / missed", f"{len(wanted)} / {len(missed - others)}", "0 missed"),
        ("    kept apart, sent to other people", f"{len(others)}", ""),
        ("  pairs merged / with another text", f"{len(merged)} / {len(wrong)}", "0 false"),
        ("  pairs of one Message-ID / of these merged", f"{len(by_id)} / {len(by_id & merged)}", ""),
        ("  drafts and other versions linked, not merged", f"{versions}", ""),
    ]


def main() -> None:
    rows = generated(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    for name in NAMES:
        made = real(name)
        if not made.members:
            rows.append((name, "skipped: CHANCERY_TEST_DATA is not set", ""))
            continue
        before = time.process_time()
        found = list(relate(members=made.members, text_of=made.texts.get))
        seconds = time.process_time() - before
        rows.append((name, f"{seconds:.2f} s = {1e6 * seconds / len(made.texts):.0f} µs a mail", "600 µs"))
        rows += reading(made, found) + exact(made, found)
    show(title="Duplicates and conversations", rows=rows)


if __name__ == "__main__":
    main()
