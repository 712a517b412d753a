"""Random documents in both languages, and random queries with every operator, nested."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import accumulate

LATIN = [
    "supply",
    "supplier",
    "supplied",
    "contract",
    "contracts",
    "delay",
    "delayed",
    "delivery",
    "deliver",
    "delivers",
    "payment",
    "pay",
    "paid",
    "offer",
    "offers",
    "breach",
    "breached",
    "price",
    "notice",
    "indemnify",
    "indemnity",
    "indemnities",
    "loss",
    "losses",
    "party",
    "parties",
    "goods",
    "the",
    "of",
    "to",
    "and",
    "is",
    "v",
    "Inc",
    "late",
    "early",
    "15",
    "150",
    "2024",
    "state-of-the-art",
    "don't",
    "e-mail",
    "li.wei@acme.cn",
    "café",
    "naïve",
    "receive",
    "recieve",
]
HAN = "买卖合同违约责任交货延期付款的"
FIRST = date(2023, 1, 1)


class Chance(random.Random):
    """A source of chance with the words and characters that queries are made of."""

    latin = LATIN
    han = HAN


def text(chance: Chance, length: int) -> str:
    """Return a text of so many pieces, with sentences and paragraphs."""
    weights = list(accumulate(1 / (place + 2) for place in range(len(LATIN))))
    pieces: list[str] = []
    for _ in range(length):
        if chance.random() < 0.15:
            run = "".join(chance.choice(HAN) for _ in range(chance.randint(2, 8)))
            pieces.append(run + chance.choice(["，", "。", "、", "", " ", "\n"]))
            continue
        word = chance.choices(LATIN, cum_weights=weights)[0]
        if chance.random() < 0.1:
            word = word.upper() if chance.random() < 0.5 else word.capitalize()
        pieces.append(word + chance.choices([" ", ". ", ", ", "! ", ".\n\n", "\n", "? "], [70, 9, 8, 2, 3, 6, 2])[0])
    return "".join(pieces)


def documents(seed: int, count: int, length: int = 60) -> list[dict[str, object]]:
    """Return documents with subject, sender, day and size."""
    chance = Chance(seed)
    return [
        {
            "text": text(chance, chance.randint(0, length)),
            "subject": text(chance, 4),
            "from": [text(chance, 2) for _ in range(chance.randint(0, 2))],
            "day": FIRST + timedelta(days=chance.randint(0, 800)) if chance.random() < 0.9 else None,
            "size": chance.randint(0, 5000),
        }
        for _ in range(count)
    ]


def word(chance: Chance) -> str:
    """Return one term that is a single word or a run of characters."""
    kind = chance.random()
    if kind < 0.2:
        return "".join(chance.choice(chance.han) for _ in range(chance.randint(1, 3)))
    chosen = chance.choice([each for each in chance.latin if each.isalnum()])
    if kind < 0.35:
        cut = chance.randint(1, max(1, len(chosen) - 1))
        return chance.choice(
            [f"{chosen[:cut]}*", f"*{chosen[-cut:]}", f"{chosen[:1]}*{chosen[-1:]}", f"*{chosen[:3]}*"]
        )
    if kind < 0.4 and len(chosen) > 2:
        at = chance.randrange(len(chosen))
        return f"{chosen[:at]}?{chosen[at + 1 :]}"
    if kind < 0.47 and len(chosen) > 3:
        return f"{chosen}~{chance.randint(1, 2)}"
    if kind < 0.5:
        return chance.choice(["10..200", "2000..2030", "1..15"])
    if kind < 0.55:
        return chance.choice(["don't", "e-mail", "li.wei@acme.cn", "违?责", "state-of-the-art", "café", "PAYMENT"])
    return chosen


def phrase(chance: Chance) -> str:
    """Return a word or a phrase."""
    if chance.random() < 0.8:
        return word(chance)
    words = [chance.choice(chance.latin) for _ in range(chance.randint(2, 3))]
    if chance.random() < 0.3:
        words[-1] = words[-1][:3] + "*"
    if chance.random() < 0.3:
        return '"' + chance.choice(chance.han) + chance.choice("，。") + chance.choice(chance.han) + '"'
    return '"' + " ".join(words) + '"'


def operand(chance: Chance, depth: int) -> str:
    """Return one side of a nearness."""
    kind = chance.random()
    if depth <= 0 or kind < 0.5:
        return phrase(chance)
    if kind < 0.75:
        return "(" + " OR ".join(phrase(chance) for _ in range(chance.randint(2, 3))) + ")"
    return "(" + nearness(chance, depth - 1) + ")"


def nearness(chance: Chance, depth: int) -> str:
    """Return a nearness, possibly nested."""
    reach = chance.choice(["1", "2", "3", "5", "10", "25", "s", "p"])
    operator = chance.choice(["w/", "w/", "pre/", "NOT w/", "w/"]) + reach
    return f"{operand(chance, depth)} {operator} {operand(chance, depth)}"


def query(chance: Chance, depth: int = 2) -> str:
    """Return a whole query."""
    kind = chance.random()
    if depth <= 0 or kind < 0.15:
        return phrase(chance)
    if kind < 0.55:
        return nearness(chance, 2)
    if kind < 0.62:
        return f"{chance.choice(['subject', 'from', 'body'])}:({query_in_field(chance)})"
    if kind < 0.67:
        return chance.choice(["date:2024", "date:2023-05..2024-02", "date:>2024-06-01", "size:<1000", "size:1k..3k"])
    if kind < 0.75:
        return f"NOT ({query(chance, depth - 1)})"
    glue = chance.choice([" AND ", " OR ", " ", " AND NOT "])
    return f"({query(chance, depth - 1)}){glue}({query(chance, depth - 1)})"


def query_in_field(chance: Chance) -> str:
    """Return what may stand in brackets after a field."""
    return nearness(chance, 1) if chance.random() < 0.5 else f"{phrase(chance)} OR {phrase(chance)}"
