"""Which block of the old story became which block of the new one.

Equal blocks first (longest common subsequence), then the likest pairs in each gap (heaviest increasing chain over
shared words), then paragraphs that were split or joined, last what stands alone between two pairs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import LCSseq

from chancery.engines.comparison.canonical import Canon
from chancery.engines.comparison.diffing import Alphabet, blocks
from chancery.engines.comparison.markjoin import mark_signs
from chancery.engines.comparison.names import CUSTOMXML, SDT, TBL, Element, P, W
from chancery.engines.comparison.sameness import name_blocks
from chancery.engines.comparison.tokens import Token, tokenise

LIKE: Final = 0.3
LIKE_TABLE: Final = 0.15
FEW: Final = 900
CANDIDATES: Final = 8
REPEATS: Final = 16
_TEXTS: Final = (W + "t", W + "delText")
_KINDS: Final = {P: "p", TBL: "tbl", SDT: "sdt", CUSTOMXML: "sdt"}


@dataclass(slots=True)
class Block:
    """One block of a story. kind: p, tbl, sdt or other; raw: its markup as serialised, empty when not known yet.

    sign: what stands for its canonical text in a comparison.
    """

    node: Element
    kind: str
    canon: Canon
    part: str
    raw: bytes = b""
    sign: str = ""
    written: str | None = None
    cut: list[Token] | None = None
    spelt: str | None = None

    @property
    def noted(self) -> bool:
        """Whether the block may end a section or refer to a note; may say so once too often."""
        return not self.raw or b"Reference" in self.raw or b"sectPr" in self.raw

    @property
    def line(self) -> str:
        """Canonical text."""
        if self.written is None:
            here, self.canon.part = self.canon.part, self.part
            self.written = "\n".join(self.canon.block(self.node, self.raw))
            self.canon.part = here
        return self.written

    @property
    def tokens(self) -> list[Token]:
        """Tokens of a paragraph."""
        if self.cut is None:
            here, self.canon.part = self.canon.part, self.part
            self.cut = tokenise(paragraph=self.node, canon=self.canon)
            self.canon.part = here
        return self.cut

    def words(self, alphabet: Alphabet) -> str:
        """Return the words of the block, without spaces, as a string of the alphabet."""
        if self.spelt is None:
            if self.kind == "p":
                keys = [token.key for token in self.tokens if token.size and not token.key.isspace()]
            else:
                keys = "".join(f"{node.text} " for node in self.node.iter(*_TEXTS) if node.text).split()
            self.spelt = alphabet.spell(keys)
        return self.spelt

    @property
    def text(self) -> str:
        """Keys of a paragraph's tokens as one text, the mark included."""
        return "\x1f".join(["/".join((token.key, *token.place)) if token.place else token.key for token in self.tokens])


@dataclass(slots=True)
class Group:
    """Old blocks that became new blocks; one side may be empty. move: name of a move that the blocks belong to."""

    old: list[Block] = field(default_factory=list)
    new: list[Block] = field(default_factory=list)
    equal: bool = False
    coarse: bool = False
    move: str = ""


def blocks_of(
    *, nodes: Sequence[Element], canon: Canon, raws: Mapping[Element, bytes] = MappingProxyType({})
) -> list[Block]:
    """Return the blocks of a story; raws: the markup of those nodes that are serialised already."""
    return [Block(node, _KINDS.get(node.tag, "other"), canon, canon.part, raws.get(node, b"")) for node in nodes]


def align(*, old: Sequence[Block], new: Sequence[Block], alphabet: Alphabet) -> list[Group]:
    """Return the groups of two stories in the order in which they are written."""
    name_blocks(old=old, new=new)
    spelt_old = "".join(alphabet.letter("\x1c" + block.sign) for block in old)
    spelt_new = "".join(alphabet.letter("\x1c" + block.sign) for block in new)
    same = _firm(_equal(spelt_old, spelt_new, old, new, alphabet), old, (len(old), len(new)))
    groups: list[Group] = []
    at_old = at_new = 0
    for start_old, start_new, length in [*same, (len(old), len(new), 0)]:
        groups += _gap(old[at_old:start_old], new[at_new:start_new], alphabet)
        groups += [Group([old[start_old + step]], [new[start_new + step]], equal=True) for step in range(length)]
        at_old, at_new = start_old + length, start_new + length
    return groups


def _equal(
    old: str, new: str, sources: Sequence[Block], targets: Sequence[Block], alphabet: Alphabet
) -> list[tuple[int, int, int]]:
    """Return the stretches of equal blocks: those that hold most text, then what repeats between them.

    A chain by weight, not by number: of two blocks that changed places the shorter one is the one that moved.
    """
    start, stop = 0, min(len(old), len(new))
    while start < stop and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < stop - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    places: dict[str, list[int]] = defaultdict(list)
    for at in range(start, len(new) - tail):
        places[new[at]].append(at)
    counts = Counter(old[start : len(old) - tail])
    pairs = [
        (at, to, 1.0 + _weight(sources[at]))
        for at in range(start, len(old) - tail)
        if counts[old[at]] * len(places.get(old[at], ())) <= REPEATS
        for to in places.get(old[at], ())
    ]
    chain = _chain(pairs)
    if chain:
        lone = [at for at in range(start, len(old) - tail) if old[at] not in places]
        others = [at for at in range(start, len(new) - tail) if new[at] not in counts]
        chain = _chain(pairs + _near(lone, others, sources, targets, alphabet))
    found = [(0, 0, start)] if start else []
    at_old = at_new = start
    for to_old, to_new in [*chain, (len(old) - tail, len(new) - tail)]:
        found += [
            (one + at_old, two + at_new, length)
            for one, two, length in blocks(old=old[at_old:to_old], new=new[at_new:to_new])
        ]
        if (to_old < len(old) - tail or to_new < len(new) - tail) and old[to_old] == new[to_new]:
            found.append((to_old, to_new, 1))
        at_old, at_new = to_old + 1, to_new + 1
    return _join([*found, (len(old) - tail, len(new) - tail, tail)])


def _near(
    old: Sequence[int], new: Sequence[int], sources: Sequence[Block], targets: Sequence[Block], alphabet: Alphabet
) -> list[tuple[int, int, float]]:
    """Return pairs of blocks that changed, by the text they share: they say too which of two blocks moved."""
    if len(old) * len(new) > FEW:
        return []
    pairs = _candidates([sources[at] for at in old], [targets[at] for at in new], alphabet)
    return [
        (old[at], new[to], min(1.0, weight / (1 + len(sources[old[at]].words(alphabet)))) * _weight(sources[old[at]]))
        for at, to, weight in pairs
    ]


def _join(same: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return stretches with neighbours made one."""
    made: list[tuple[int, int, int]] = []
    for one, two, length in same:
        if made and made[-1][0] + made[-1][2] == one and made[-1][1] + made[-1][2] == two:
            made[-1] = (made[-1][0], made[-1][1], made[-1][2] + length)
        elif length:
            made.append((one, two, length))
    return made


def _weight(block: Block) -> int:
    """Return the characters of text in a block."""
    return sum(len(node.text or "") for node in block.node.iter(*_TEXTS))


def _firm(same: list[tuple[int, int, int]], old: Sequence[Block], ends: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Leave out stretches of empty paragraphs that stand between two gaps: they match by chance."""
    kept: list[tuple[int, int, int]] = []
    at = (0, 0)
    for place, (start_old, start_new, length) in enumerate(same):
        following = same[place + 1][:2] if place + 1 < len(same) else ends
        gap_before = start_old > at[0] and start_new > at[1]
        gap_after = following[0] > start_old + length and following[1] > start_new + length
        if not (gap_before and gap_after and all(_empty(block) for block in old[start_old : start_old + length])):
            kept.append((start_old, start_new, length))
        at = (start_old + length, start_new + length)
    return kept


def _empty(block: Block) -> bool:
    """Whether a block is a paragraph, and a short one, in which nothing can be seen."""
    if block.kind != "p" or _weight(block) or len(block.line) >= 400:
        return False
    return not any(token.size for token in block.tokens)


def _gap(old: Sequence[Block], new: Sequence[Block], alphabet: Alphabet) -> list[Group]:
    """Return the groups between two equal stretches."""
    if not old or not new:
        return [Group([block]) for block in old] + [Group([], [block]) for block in new]
    pairs = _chain(_candidates(old, new, alphabet))
    groups: list[Group] = []
    at_old = at_new = 0
    for at, (here_old, here_new) in enumerate([*pairs, (len(old), len(new))]):
        lone_old, lone_new = list(old[at_old:here_old]), list(new[at_new:here_new])
        if at and groups:
            _extend_back(groups[-1], lone_old, lone_new, alphabet)
        pair = Group([old[here_old]], [new[here_new]]) if at < len(pairs) else None
        if pair is not None:
            _extend_front(pair, lone_old, lone_new, alphabet)
        groups += _lone(lone_old, lone_new, alphabet)
        if pair is not None:
            groups.append(pair)
        at_old, at_new = here_old + 1, here_new + 1
    return groups


def _candidates(old: Sequence[Block], new: Sequence[Block], alphabet: Alphabet) -> list[tuple[int, int, float]]:
    """Return pairs (old, new, weight) that are alike enough."""
    found: list[tuple[int, int, float]] = []
    few = len(old) * len(new) <= FEW
    index: dict[str, list[int]] = defaultdict(list)
    if not few:
        for place, block in enumerate(new):
            for word in set(block.words(alphabet)):
                index[word].append(place)
    for at, block in enumerate(old):
        words = block.words(alphabet)
        places: Sequence[int] = range(len(new))
        if not few:
            votes: dict[int, float] = defaultdict(float)
            for word in set(words):
                holders = index.get(word, ())
                if len(holders) <= max(20, min(60, len(new) // 4)):
                    for place in holders:
                        votes[place] += 1.0 / len(holders)
            places = sorted(votes, key=lambda place: -votes[place])[:CANDIDATES]
        for place in places:
            other = new[place]
            if other.kind != block.kind or block.kind == "other" or not pairable(block, other):
                continue
            weight = _likeness(words, other.words(alphabet), block.kind)
            if weight:
                found.append((at, place, weight))
    return found


def pairable(old: Block, new: Block) -> bool:
    """Whether two blocks of one kind may become one: content controls only when their properties are the same."""
    if old.kind != "sdt":
        return True
    names = [block.canon.attributes(block.node) + block.canon.control_properties(block.node) for block in (old, new)]
    return names[0] == names[1] and old.node.tag == new.node.tag


def _likeness(old: str, new: str, kind: str) -> float:
    """Return the number of shared words in order (tables: in any order), 0 when the share is too small."""
    if not old or not new:
        return 0.0
    if kind == "p":
        most = min(len(old), len(new))
        if 2 * most < LIKE * (len(old) + len(new)) and most < 3:
            return 0.0
        shared = float(LCSseq.similarity(old, new))
        share = max(2 * shared / (len(old) + len(new)), 0.7 * shared / most if most >= 4 else 0.0)
        return shared + share if share >= LIKE else 0.0
    shared = float(sum((Counter(old) & Counter(new)).values()))
    return shared + 0.5 if 2 * shared >= LIKE_TABLE * (len(old) + len(new)) or kind == "sdt" else 0.0


def _chain(pairs: list[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """Return the heaviest chain of pairs that rises on both sides."""
    ordered = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    best: list[tuple[int, float, int]] = []  # new place, weight of the chain, index: rising in both
    links: list[int] = []
    for index, (_old, new, weight) in enumerate(ordered):
        at = bisect_left(best, (new, -1.0, -1))
        before = best[at - 1] if at else None
        links.append(before[2] if before else -1)
        total = weight + (before[1] if before else 0.0)
        if at < len(best) and best[at][0] == new and best[at][1] >= total:
            continue
        stop = at
        while stop < len(best) and best[stop][1] <= total:
            stop += 1
        best[at:stop] = [(new, total, index)]
    chain: list[tuple[int, int]] = []
    at = best[-1][2] if best else -1
    while at >= 0:
        chain.append(ordered[at][:2])
        at = links[at]
    return chain[::-1]


def _extend_back(group: Group, lone_old: list[Block], lone_new: list[Block], alphabet: Alphabet) -> None:
    """Take the blocks right behind a pair into it when the pair was split or joined there."""
    while lone_new and _gains(group.old, group.new, [*group.new, lone_new[0]], lone_new[0], alphabet):
        group.new.append(lone_new.pop(0))
    while lone_old and _gains(group.new, group.old, [*group.old, lone_old[0]], lone_old[0], alphabet):
        group.old.append(lone_old.pop(0))


def _extend_front(group: Group, lone_old: list[Block], lone_new: list[Block], alphabet: Alphabet) -> None:
    """Take the blocks right before a pair into it when the pair was split or joined there."""
    while lone_new and _gains(group.old, group.new, [lone_new[-1], *group.new], lone_new[-1], alphabet):
        group.new.insert(0, lone_new.pop())
    while lone_old and _gains(group.new, group.old, [lone_old[-1], *group.old], lone_old[-1], alphabet):
        group.old.insert(0, lone_old.pop())


def _gains(other: list[Block], now: list[Block], then: list[Block], added: Block, alphabet: Alphabet) -> bool:
    """Whether most words of a lone block are found in the other side once it joins the group."""
    if added.kind != "p" or any(block.kind != "p" for block in (*other, *now)):
        return False
    extra = added.words(alphabet)
    if not extra:
        return False
    target = "".join(block.words(alphabet) for block in other)
    before = LCSseq.similarity(target, "".join(block.words(alphabet) for block in now))
    after = LCSseq.similarity(target, "".join(block.words(alphabet) for block in then))
    return bool(after - before >= 0.6 * len(extra))


def _lone(old: list[Block], new: list[Block], alphabet: Alphabet) -> list[Group]:
    """Return the groups of blocks without partner; single ones of a kind share their place."""
    if len(old) == len(new) == 1 and old[0].kind == new[0].kind != "other" and pairable(old[0], new[0]):
        words = old[0].words(alphabet), new[0].words(alphabet)
        shared = LCSseq.similarity(*words)
        foreign = 8 * shared < len(words[0]) + len(words[1]) and 2 * shared < min(len(words[0]), len(words[1]))
        return [Group(old, new, coarse=foreign)]
    if [block.kind for block in old] == [block.kind for block in new] and all(block.kind == "tbl" for block in old):
        return [Group([one], [two]) for one, two in zip(old, new, strict=True)]
    return [Group([block]) for block in old] + [Group([], [block]) for block in new]


def find_moves(*, groups: Sequence[Group], start: int) -> int:
    """Name the moves among lone paragraphs: the same words taken out once and put in once. Returns how many."""
    taken: dict[str, list[Group]] = defaultdict(list)
    put: dict[str, list[Group]] = defaultdict(list)
    for at, group in enumerate(groups):
        side = group.old or group.new
        if bool(group.old) == bool(group.new) or len(side) != 1 or side[0].kind != "p":
            continue
        if at and any(mark_signs(block.node) for block in (*groups[at - 1].old, *groups[at - 1].new)):
            continue  # what stands behind a mark that others track may have to take its properties over
        tokens = side[0].tokens
        if any(token.inserted is not None or token.deleted is not None for token in tokens):
            continue
        if tokens[-1].key == "¶" and sum(map(str.isalnum, [token.key for token in tokens])) >= 3:
            (taken if group.old else put)[side[0].text].append(group)
    count = 0
    for text, gone in taken.items():
        come = put.get(text, [])
        if len(gone) == len(come):
            for one, two in zip(gone, come, strict=True):
                one.move = two.move = f"move{start + count}"
                count += 1
    return count
