"""People's names in Latin letters: from mail forms, titles, labels and sign-offs, and by known given names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.people_zh import find_chinese_people
from chancery.engines.text.extraction.shapes import marked, matches_at, shape_of
from chancery.engines.text.extraction.tables import name_words
from chancery.engines.text.extraction.values import Entity

_WORD = r"[A-Z\u00c0-\u00de][\w\u00df-\u017f]*+(?:['-][A-Z\u00c0-\u00de]?[a-z\u00df-\u017f]++)*+"
_PARTICLE = r"(?:de la |de |del |della |van der |van den |van |von |bin |al-|di |da |dos |le |la )"
_FULL = rf"{_WORD}(?:[ ](?:[A-Z]\.|[A-Z](?= )|{_WORD})){{0,2}}[ ]{_PARTICLE}?{_WORD}"
_FLEXIBLE = rf"{_WORD}(?:\.?[ ]{_PARTICLE}?{_WORD}){{0,3}}"
_MAILBOXES: Final = {mark[0]: re.compile(rf"{re.escape(mark)}[\w.+'%/=&-]+@[\w.-]+") for mark in ("<", "[mailto:")}
_MAIL_NAME: Final = re.compile(
    r"(?:\"(?P<quoted>[^\"\n]{3,60})\"|'(?P<single>[^'\n]{3,60})'|(?P<bare>[^\W\d_][^<>\n\"@,;:()]*))[ ]?$"
)
_NOTES: Final = re.compile(r"/[A-Z][\w&. -]{0,24}/[A-Z]\w{1,20}(?:@[A-Z]\w+)?")
_NOTES_NAME: Final = re.compile(rf"{_WORD}(?:[ ](?:[A-Z]\.?|{_WORD})){{0,3}}$")
_TITLED: Final = re.compile(
    r"(?:M(?:r|rs|s|iss|essrs|R|RS|S)|D(?:r|R)|Prof(?:essor)?|Hon(?:orable)?|Judge|Justice|Sir|Madam|Capt(?:ain)?"
    r"|Sen(?:ator)?|Gov(?:ernor)?|President|Chairman|Attorney)\.?[ ]"
    r"(?:(?:Dr|Prof|Justice|Judge|Hon)\.?[ ])?"
    rf"(?P<name>(?:[A-Z]\.[ ]?){{0,2}}{_PARTICLE}?{_WORD}(?:[ ](?:[A-Z]\.|{_PARTICLE}?{_WORD})){{0,2}})"
)
_PAIR: Final = re.compile(
    rf"([A-Z](?<!\w[A-Z])[a-z]++)(?:[ ]([A-Z]\.|[A-Z](?=[ ][A-Z][a-z])|[A-Z][a-z]++))?[ ]"
    rf"{_PARTICLE}?([A-Z][\w\u00df-\u017f]*+(?:['-][A-Z][a-z]++)*+)(?:,? (?:Jr|Sr|III|II|IV)\b\.?)?"
)
_PAIR_HINT: Final = re.compile(rb"Aa(?<![Aa0_]Aa)a*+(?= (?:A|a[a ]{1,7} A|aa-A))")
# The colon stands after the last letter of a label, which keeps the many "To:" and "From:" of mail away.
_LABELLED: Final = tuple(
    re.compile(rf"{colon}(?<=[entysfr ].)[ \t]{{0,4}}(?:/s/ ?)?(?P<name>(?:Mr\.? |Ms\.? |Mrs\.? |Dr\.? )?{_FLEXIBLE})")
    for colon in (":", "[:：]")
)
_LABEL: Final = re.compile(
    r"(?:^|[\n;|\t])[ \t>]*(?:Name|Attn|Attention|Contact|Contact [Pp]erson|Signed by|Signature|By|Witness|Deponent"
    r"|Name of [Ww]itness|Plaintiff|Defendant|Author|Custodian|Prepared [Bb]y|Approved [Bb]y)[ ]?$"
)
_SIGNED: Final = re.compile(rf"\n[ \t]{{0,8}}+(?:/s/ ?|)(?P<name>{_FULL})[ ]*(?=\n|$|,)")
_CLOSING: Final = (
    *(
        form
        for words in (
            *(
                "regards",
                "sincerely",
                "sincerely yours",
                "yours truly",
                "yours faithfully",
                "yours sincerely",
                "thanks",
            ),
            *("thanks again", "thank you", "cheers", "best", "best wishes", "cordially"),
        )
        for form in (words, words.capitalize())
    ),
    *("Respectfully", "Respectfully submitted"),
)
_DEGREE: Final = re.compile(r"[ ](?:Esq|Ph\.?D|M\.?D|J\.?D|CPA|Q\.?C|K\.?C|S\.?C|LL\.?[BM])\b")
_LONGEST_DEGREE: Final = 5
# Where a title begins or, in group 1, a degree ends, once the letters that can stand there are all the same.
_STRONG_LETTERS: Final = b"MDPHJCGABqS"
_STRONG_HINT: Final = re.compile(
    rb"S(?:(?=(?:[rsRS]s?|RS|iss|essrs|rof(?:essor)?|on(?:orable)?|u(?:dge|stice)|ir|adam|apt(?:ain)?|en(?:ator)?"
    rb"|ov(?:ernor)?|resident|hairman|ttorney)\.?[ ][A-Z?dvbal])|(?![A-Za-z0-9_])"
    rb"(?:(?<= [SQK]S)|(?<= (?:EsS|ShS|SSS|LLS))|(?<= [SQK]\.S)|(?<= (?:Sh|LL)\.S))())"
)
_BEFORE: Final = re.compile(rf"(?P<name>{_FULL}),?$")
_REVERSED: Final = re.compile(r", ([A-Z][a-z]+)(?: [A-Z]\b\.?)?(?![\w])(?! ?[A-Z][a-z])")
_LAST_BEFORE: Final = re.compile(r"(?<![\w,] )(?<![\w/@.-])[A-Z][a-z]+(?:['-][A-Z][a-z]+)?$")
_SHOUTED_FIRST: Final = re.compile(
    r"[A-Z](?<!\w[A-Z])[A-Z]{1,6}[ ](?P<first>[A-Z][a-z]+(?:-[A-Za-z][a-z]+|[ ][A-Z][a-z]+)?)(?![A-Za-z])"
)
_CAPITALS: Final = re.compile(
    r"[A-Z](?<![\w&'.][A-Z])(?<![A-Z] [A-Z])([A-Z]{2,11})[ ](?:[A-Z]\.?[ ])?([A-Z]{3,15}(?:-[A-Z]{2,12})?)"
    r"(?![\w&'])(?![ ][A-Z]{2})"
)
# Where either of the two before may begin.
_CAPITALS_HINT: Final = re.compile(rb"AA(?<![Aa0_]AA)A*+(?= (?:Aa|AAA|A\.? AAA))")
_PINYIN: Final = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie"
    r"|in|iu|ou|ua|ui|un|uo|ue|ve|a|e|i|o|u|v)){1,2}"
)
_ACTS: Final = frozenset(
    (
        *("said", "says", "told", "asked", "called", "wrote", "testified", "signed", "stated", "replied", "added"),
        *("explained", "argued", "noted", "met", "joined", "resigned", "emailed", "confirmed", "denied", "agreed"),
    )
)
_ACTS_BEGIN: Final = frozenset(f" {word[:2]}" for word in _ACTS)
_CONTEXT: Final = "person.context"
_ACTED_ON: Final = (
    *("deposition of ", "testimony of ", "declaration of ", "affidavit of ", "statement of ", "interview of ", "met "),
    *("met with ", "spoke to ", "spoke with ", "letter from ", "counsel, ", "signed by ", "witness ", "witness, "),
)
_BEFORE_ACTS: Final = frozenset(words[-2:] for words in _ACTED_ON)
_PLAIN: Final = re.compile(r"[A-Z][a-z]*(?: [A-Z]\.?)?(?: [A-Z]?[a-z]+)+")  # nothing to trim
_NAME_WORD: Final = re.compile(r"[^\W\d_][\w'.-]*")
_PLACES: Final = {
    ("hong", "kong"),
    ("yu", "tong"),
    ("lian", "he"),
    ("ma", "shan"),
    ("he", "nan"),
    ("hu", "nan"),
    ("hai", "nan"),
}
HELD: Final = 32_768
"""Names whose judgement is kept: a collection shows the same ones again and again."""
_SMALL: Final = ("de", "van", "von", "der", "la", "bin", "di", "da")


def find_people(*, text: str, shape: bytes | None = None) -> Iterator[Entity]:
    """Yield the names of people in a folded text, as written but with single spaces.

    Strong forms (mail names, titles, labels, sign-offs) need no list; elsewhere the first word must be a known given
    name, or the two words a Chinese surname and given name in pinyin. A bare given name is no finding.
    shape: ``shape_of(text)``, where it is known already.
    """
    found = [*_mail_forms(text), *_strong(text), *_known(text, shape_of(text) if shape is None else shape)]
    if has_han(text):
        found += find_chinese_people(text=text)
    yield from best_of(found)


def _entity(text: str, start: int, end: int, confidence: float, rule: str) -> Entity | None:
    """Make an entity of a stretch of text after trimming what does not belong to a name."""
    name = text[start:end]
    if _PLAIN.fullmatch(name) and 2 <= len(name) <= 60:
        return Entity("person", name, start, end, confidence, rule)
    stripped = name.strip(" ,'\"\t").lstrip(".").removesuffix("'s")
    if stripped.endswith(".") and re.search(r"[^\W\d_]{2}\.+$", stripped):
        stripped = stripped.rstrip(".")
    start += name.find(stripped) if stripped else 0
    if len(stripped) < 2 or len(stripped) > 60:
        return None
    return Entity("person", " ".join(stripped.split()), start, start + len(stripped), confidence, rule)


def _mail_forms(text: str) -> Iterator[Entity]:
    if "@" in text:
        for match in chain.from_iterable(finds.finditer(text) for sign, finds in _MAILBOXES.items() if sign in text):
            begin = max(0, match.start() - 64, text.rfind("\n", max(0, match.start() - 65), match.start()) + 1)
            if (span := _mail_name(text[begin : match.start()])) is None:
                continue
            if found := _entity(text, begin + span[0], begin + span[1], 0.95, "person.mailbox"):
                yield found
    at = text.find("/")
    if at < 0:
        return
    for match in _NOTES.finditer(text, at):
        begin = max(0, match.start() - 48, text.rfind("\n", max(0, match.start() - 49), match.start()) + 1)
        at = _notes_name(text[begin : match.start()])
        if at >= 0 and (found := _entity(text, begin + at, match.start(), 0.95, "person.notes_address")):
            yield found


@lru_cache(maxsize=HELD)
def _mail_name(before: str) -> tuple[int, int] | None:
    """Return where in what stands before an address the name of a person lies, None where there is none."""
    name = _MAIL_NAME.search(before)
    if name is None or not _personal(name[name.lastgroup or 0]):
        return None
    return name.span(name.lastgroup or 0)


@lru_cache(maxsize=HELD)
def _notes_name(before: str) -> int:
    """Return where the name before the units of a Notes address begins, -1 where there is none of two words."""
    name = _NOTES_NAME.search(before)
    return name.start() if name and " " in name[0] else -1


def _personal(name: str) -> bool:
    """Tell whether a mail name looks like a person: two to four words, none of which says otherwise."""
    words = re.findall(r"[^\W\d_]+", name)
    if not 2 <= len(words) <= 5 or any(sign.isdigit() or sign == "_" for sign in name):
        return False
    return all(word[0].isupper() or word in _SMALL for word in words) and not any(
        word.lower() in name_words("not_names") for word in words
    )


def _strong(text: str) -> Iterator[Entity]:
    titles, degrees = _strong_places(text)
    for match in matches_at(_TITLED, text, titles):
        if not (match.start() and text[match.start() - 1].isalnum()):
            yield from _cut(text, match.span("name"), 0.9, "person.title", least=1)
    wide = "：" in text
    if wide or ":" in text:
        for match in _LABELLED[wide].finditer(text):
            if _LABEL.search(text[max(0, match.start() - 24) : match.start()]):
                yield from _cut(text, match.span("name"), 0.8, "person.label")
    for match in _SIGNED.finditer(text):
        if _closes(text[max(0, match.start() - 40) : match.start()]):
            yield from _cut(text, match.span("name"), 0.85, "person.sign_off")
    for start in degrees:
        begin = max(0, start - 48)
        if name := _BEFORE.search(text[begin:start]):
            title = _TITLED.match(name["name"])
            first = begin + name.start() + (title.start("name") if title else 0)
            yield from _cut(text, (first, begin + name.end("name")), 0.9, "person.degree")


def _closes(before: str) -> bool:
    """Tell whether a letter has come to its closing words."""
    words = before.rstrip()
    return words[: -1 if words[-1:] in (",", ".", "!") else None].endswith(_CLOSING)


def _strong_places(text: str) -> tuple[list[int], list[int]]:
    """Return where titles may begin, and where degrees do begin, with the blank before them."""
    titles, degrees = [], []
    for place in _STRONG_HINT.finditer(marked(text, _STRONG_LETTERS, b"S")):
        at = place.start()
        if place.lastindex is None:
            titles.append(at)
        elif (start := text.rfind(" ", max(0, at - _LONGEST_DEGREE), at)) >= 0:
            degree = _DEGREE.match(text, start)
            if degree and degree.end() == at + 1:
                degrees.append(start)
    return titles, degrees


def _cut(text: str, span: tuple[int, int], confidence: float, rule: str, *, least: int = 2) -> Iterator[Entity]:
    """Yield a name cut before the first word that belongs to no name, if enough words are left."""
    end = _trimmed(text, *span)
    if end and len(text[span[0] : end].split()) >= least and (found := _entity(text, span[0], end, confidence, rule)):
        yield found


def _trimmed(text: str, start: int, end: int) -> int:
    """Return where a name ends before the first word that belongs to no name; 0 where none is left."""
    reached, barred = 0, name_words("not_names")
    for match in _NAME_WORD.finditer(text[start:end]):
        word = match[0].strip(".").lower()
        if word in barred and len(word) > 1:
            break
        reached = match.end()
    return start + reached if reached else 0


def _known(text: str, shape: bytes) -> Iterator[Entity]:
    given, weak, barred = name_words("given"), name_words("given_also_words"), name_words("not_names")
    end = 0
    for place in _PAIR_HINT.finditer(shape):
        start = place.start()
        if start < end or (match := _PAIR.match(text, start)) is None:
            continue
        end = match.end()
        found = _judged(match[0])
        if (found is None or found.rule == _CONTEXT) and len(match[2] or "") > 2:  # Respondent Victor Ruiz
            inner = _PAIR.match(text, match.start(2))
            judged = _judged(inner[0]) if inner else None
            if inner and judged is not None and judged.rule != _CONTEXT:
                start, end, found = inner.start(), max(end, inner.end()), judged
        if found is not None and (found.rule != _CONTEXT or _acts(text, start, end)):
            yield Entity("person", found.value, start + found.start, start + found.end, found.confidence, found.rule)
    for match in _REVERSED.finditer(text):
        first = match[1].lower()
        if first not in given or first in weak:
            continue
        begin = max(0, match.start() - 32)
        head = _LAST_BEFORE.search(text[begin : match.start()])
        if head and head[0].lower() not in barred and head[0].lower() not in given:
            start = begin + head.start()
            yield Entity("person", text[start : match.end()], start, match.end(), 0.75, "person.reversed")
    yield from _capitals(text, shape)


def _capitals(text: str, shape: bytes) -> Iterator[Entity]:
    if not (places := [place.start() for place in _CAPITALS_HINT.finditer(shape)]):
        return
    given, weak, surnames = name_words("given"), name_words("given_also_words"), name_words("surnames")
    barred, romanised = name_words("not_names"), name_words("surnames_romanised")
    for match in matches_at(_CAPITALS, text, places):
        first, last = (text[match.start()] + match[1]).lower(), match[2].lower()
        if first in given and last not in barred and (first not in weak or last in surnames) and first not in barred:
            yield Entity("person", match[0], match.start(), match.end(), 0.7, "person.capitals")
    for match in matches_at(_SHOUTED_FIRST, text, places):
        last, first = match[0].split(" ", 1)
        if last.lower() in romanised and _PINYIN.fullmatch(first.lower().replace(" ", "").replace("-", "")):
            yield Entity("person", match[0], match.start(), match.end(), 0.85, "person.pinyin_capitals")


@lru_cache(maxsize=HELD)
def _judged(name: str) -> Entity | None:
    """Return what a match of ``_PAIR`` is by its own words; with the rule ``_CONTEXT`` only where it acts."""
    match = _PAIR.match(name)
    if match is None:
        return None
    barred, romanised = name_words("not_names"), name_words("surnames_romanised")
    first, middle, last = match[1].lower(), match[2], match[3].lower()
    if last in barred:
        return None
    if first in name_words("given"):
        known = last in name_words("surnames")
        if (first in name_words("given_also_words") or first in barred) and not known:
            return None
        return _entity(name, 0, len(name), 0.88 if known else 0.78, "person.given_name")
    if middle is None and (first in romanised or last in romanised):
        return _pinyin(name, first, last, shouted=match[3].isupper())
    if first in barred:
        return None
    if middle and len(middle) <= 2:
        return _entity(name, 0, len(name), 0.7, "person.initial")
    return _entity(name, 0, len(name), 0.65, _CONTEXT)


def _acts(text: str, start: int, end: int) -> bool:
    """Tell whether two capitalised words do what people do, or have done to them what people have."""
    if text[end : end + 3] in _ACTS_BEGIN:
        word = text[end + 1 : end + 14].split(" ", 1)[0]
        if word.rstrip(",.") in _ACTS:
            return True
    return text[start - 2 : start] in _BEFORE_ACTS and text.endswith(_ACTED_ON, max(0, start - 16), start)


def _pinyin(name: str, first: str, last: str, *, shouted: bool) -> Entity | None:
    romanised = name_words("surnames_romanised")
    if (first, last) in _PLACES:
        return None
    for surname, rest in ((first, last), (last, first)):
        if surname in romanised and _PINYIN.fullmatch(rest.replace("-", "")) and len(rest) > 1:
            confidence = 0.85 if shouted else 0.75 if len(rest) > 3 or len(surname) > 2 else 0.6
            return _entity(name, 0, len(name), confidence, "person.pinyin")
    return None
