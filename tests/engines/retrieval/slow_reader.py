"""An independent reader of documents, slow and simple: it walks over every place and knows no index.

It shares the tree of a parsed query and the list of abbreviations with the engine, and nothing else: words are
cut by a regular expression, passages are lists of places, sentences and paragraphs are split by hand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from chancery.engines.retrieval.boundaries import BEFORE_ANYTHING, BEFORE_FIGURES
from chancery.engines.retrieval.nodes import (
    AllOf,
    AnyOf,
    Days,
    Near,
    Node,
    Numbers,
    Pattern,
    Without,
    Words,
)
from chancery.engines.retrieval.stemming import stems_of

HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
TOKEN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]|[^\\W_\u3007\u3400-\u4dbf\u4e00-\u9fff]+")
SHORT = set(BEFORE_ANYTHING.split())
NUMBERED = set(BEFORE_FIGURES.split())
EVERYWHERE = ("text", "subject", "from")


@dataclass
class Text:
    """A text as the slow reader sees it: its words, marks between Han characters, sentence and paragraph of each."""

    words: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    paragraph: list[int] = field(default_factory=list)


@dataclass
class Document:
    """One document: the texts of its fields, its day and size."""

    fields: dict[str, list[Text]]
    day: date | None = None
    size: int = 0


def plain(word: str) -> str:
    """Return a word in small letters of normal width, without accents; fractions such as ½ stay what they are."""
    return "".join(map(plain_letter, word))


@lru_cache(maxsize=100_000)
def plain_letter(letter: str) -> str:
    """Return one letter or digit as it is compared."""
    opened = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", letter).casefold())
    folded = unicodedata.normalize("NFKC", "".join(c for c in opened if not unicodedata.combining(c)))
    return folded if folded.isalnum() else letter


def read(text: str) -> Text:
    """Cut a text."""
    found = Text()
    sentence = paragraph = 0
    last, last_word = 0, ""
    for token in TOKEN.finditer(text):
        between = text[last : token.start()]
        word = plain(token.group())
        if re.search(r"\n[ \t\r]*\n|\f", between):
            paragraph += 1
            sentence += 1
        elif re.search("[。！？…]", between) or ended(between, last_word, token.group()):
            sentence += 1
        mark = "".join(between.split()) if HAN.match(token.group()) and last_word and HAN.match(last_word) else ""
        found.words.append(word)
        found.marks.append(unicodedata.normalize("NFKC", mark))
        found.sentence.append(sentence)
        found.paragraph.append(paragraph)
        last, last_word = token.end(), token.group()
    return found


def ended(between: str, before: str, after: str) -> bool:
    """Say whether a full stop, exclamation or question mark ends a sentence here."""
    for at, character in enumerate(between):
        if character not in ".!?":
            continue
        rest = between[at + 1 :].lstrip("\"'”’)]}.!?")
        if not blank(rest[:1]) or after[0].islower():
            continue
        held = at == 0 and (
            before.lower() in SHORT
            or (before.lower() in NUMBERED and after[0].isdecimal())
            or (len(before) == 1 and before.isascii() and before.isalpha())
        )
        if not (character == "." and held):
            return True
    return False


def blank(character: str) -> bool:
    """Say whether a character is white space or a control character."""
    return character.isspace() or (character != "" and unicodedata.category(character) == "Cc")


def answers(node: Node, document: Document) -> bool:
    """Say whether a document answers a query."""
    if isinstance(node, AllOf):
        return all(answers(part, document) for part in node.parts)
    if isinstance(node, AnyOf):
        return any(answers(part, document) for part in node.parts)
    if isinstance(node, Without):
        return not answers(node.part, document)
    if isinstance(node, Days):
        return document.day is not None and node.first <= document.day <= node.last
    if isinstance(node, Numbers):
        return (node.low or 0) <= document.size and (node.high is None or document.size <= node.high)
    place = where(node)
    names = EVERYWHERE if place == "text" else ("text",) if place == "body" else (place,)
    return any(passages(node, text) for name in names for text in document.fields.get(name, []))


def where(node: Node) -> str:
    """Return the field a passage is looked for in."""
    while not isinstance(node, Words):
        node = node.left if isinstance(node, Near) else node.parts[0]
    return node.field


def passages(node: Node, text: Text) -> set[tuple[int, int]]:
    """Return (first, last) of every passage that answers."""
    if isinstance(node, Words):
        places = [at for at, word in enumerate(text.words) if known_to_fit(node.patterns[0], word)]
        return {(at, at + len(node.patterns) - 1) for at in places if stands(node.patterns, text, at)}
    if isinstance(node, AnyOf):
        return {span for part in node.parts for span in passages(part, text)}
    left, right = passages(node.left, text), passages(node.right, text)
    solid = is_solid(node.left) and is_solid(node.right)
    pairs = [(a, b) for a in left for b in right if near(node, a, b, text, solid)]
    if node.negated:
        return left - {a for a, _b in pairs}
    return {(min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs}


def is_solid(node: Node) -> bool:
    """Say whether passages of a query have no gaps: words, phrases, and what is not near something."""
    if isinstance(node, AnyOf):
        return all(is_solid(part) for part in node.parts)
    return isinstance(node, Words) or (isinstance(node, Near) and node.negated and is_solid(node.left))


def near(node: Near, a: tuple[int, int], b: tuple[int, int], text: Text, solid: bool) -> bool:
    """Say whether two passages are near each other."""
    if node.unit == "words":
        gap_forward, gap_back = b[0] - a[1], a[0] - b[1]
        close = 1 <= gap_forward <= node.distance or (not node.ordered and 1 <= gap_back <= node.distance)
    else:
        number = text.sentence if node.unit == "sentence" else text.paragraph
        if len({number[at] for at in (*a, *b)}) > 1:
            return False
        close = a[1] < b[0] or (not node.ordered and b[1] < a[0])
    interlocked = a[1] >= b[0] and b[1] >= a[0]
    return close or (interlocked and not node.ordered and not solid and not set(a) & set(b))


def stands(patterns: tuple[Pattern, ...], text: Text, at: int) -> bool:
    """Say whether the patterns stand side by side from a place on."""
    if at + len(patterns) > len(text.words):
        return False
    for offset, pattern in enumerate(patterns):
        word, mark = text.words[at + offset], text.marks[at + offset]
        if not known_to_fit(pattern, word):
            return False
        beside = offset > 0 and HAN.match(word) and HAN.match(text.words[at + offset - 1])
        if beside and (mark != pattern.mark):
            return False
    return True


_KNOWN: dict[Pattern, dict[str, bool]] = {}


def known_to_fit(pattern: Pattern, word: str) -> bool:
    """Say whether a word fits, remembering every answer."""
    known = _KNOWN.get(pattern)
    if known is None:
        known = _KNOWN[pattern] = {}
    if word not in known:
        known[word] = fits(pattern, word)
    return known[word]


def fits(pattern: Pattern, word: str) -> bool:
    """Say whether a word is one of those a pattern means."""
    if pattern.kind == "any":
        return True
    if pattern.kind == "glob":
        return re.fullmatch(re.escape(pattern.text).replace(r"\*", ".*").replace(r"\?", "."), word) is not None
    if pattern.kind == "fuzzy":
        return edits(pattern.text, word) <= pattern.edits
    if pattern.kind == "stem":
        return word == pattern.text or stems_of([word]) == stems_of([pattern.text])
    if pattern.kind == "between":
        return word.isdecimal() and pattern.low <= int(word) <= pattern.high
    return word == pattern.text


def edits(first: str, second: str) -> int:
    """Count the letters to insert, lose or change: Levenshtein's distance by his own table."""
    row = list(range(len(second) + 1))
    for number, letter in enumerate(first, 1):
        above, row[0] = row[0], number
        for place, other in enumerate(second, 1):
            above, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, above + (letter != other))
    return row[-1]
