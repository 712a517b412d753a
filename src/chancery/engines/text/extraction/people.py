"""People's names in Latin letters: from mail forms, titles, labels and sign-offs, and by known given names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.people_zh import find_chinese_people
from chancery.engines.text.extraction.tables import name_words
from chancery.engines.text.extraction.values import Entity

_WORD = r"[A-Z\u00c0-\u00de][\w\u00df-\u017f]*(?:['-][A-Z\u00c0-\u00de]?[a-z\u00df-\u017f]+)*"
_PARTICLE = r"(?:de la |de |del |della |van der |van den |van |von |bin |al-|di |da |dos |le |la )"
_FULL = rf"{_WORD}(?:[ ](?:[A-Z]\.|[A-Z](?= )|{_WORD})){{0,2}}[ ]{_PARTICLE}?{_WORD}"
_FLEXIBLE = rf"{_WORD}(?:\.?[ ]{_PARTICLE}?{_WORD}){{0,3}}"
_MAILBOX: Final = re.compile(
    r"[\"']?(?P<name>[^\W\d_](?:[^<>\n\"@,;:()]{1,50}?|[\w'. -]{0,30}, [^\W\d_][\w'. -]{0,30}?))[\"']?[ ]?"
    r"(?:<|\[mailto:)[\w.+'%/=&-]+@[\w.-]+"
)
_NOTES: Final = re.compile(r"/[A-Z][\w&. -]{0,24}/[A-Z]\w{1,20}(?:@[A-Z]\w+)?")
_NOTES_NAME: Final = re.compile(rf"{_WORD}(?:[ ](?:[A-Z]\.?|{_WORD})){{0,3}}$")
_TITLED: Final = re.compile(
    r"(?:M(?:r|rs|s|iss|essrs|R|RS|S)|D(?:r|R)|Prof(?:essor)?|Hon(?:orable)?|Judge|Justice|Sir|Madam|Capt(?:ain)?"
    r"|Sen(?:ator)?|Gov(?:ernor)?|President|Chairman|Attorney)\.?[ ]"
    rf"(?P<name>(?:[A-Z]\.[ ]?){{0,2}}{_PARTICLE}?{_WORD}(?:[ ](?:[A-Z]\.|{_PARTICLE}?{_WORD})){{0,2}})"
)
_PAIR: Final = re.compile(
    rf"[A-Z](?<!\w[A-Z])[a-z]+(?:[ ](?:[A-Z]\.|[A-Z](?=[ ][A-Z][a-z])|[A-Z][a-z]+))?[ ]"
    rf"{_PARTICLE}?[A-Z][\w\u00df-\u017f]*(?:['-][A-Z]?[a-z]+)*(?:,? (?:Jr|Sr|III|II|IV)\b\.?)?"
)
_LABELLED: Final = re.compile(
    r"(?:^|\n|[;|\t])[ \t>]*(?:Name|Attn|Attention|Contact|Contact [Pp]erson|Signed by|Signature|By|Witness|Deponent"
    r"|Name of [Ww]itness|Plaintiff|Defendant|Author|Custodian|Prepared [Bb]y|Approved [Bb]y)"
    rf"[ ]?[:：][ \t]{{0,4}}(?:/s/ ?)?(?P<name>(?:Mr\.? |Ms\.? |Mrs\.? |Dr\.? )?{_FLEXIBLE})"
)
_SIGNED: Final = re.compile(
    r"(?:[Rr]egards|[Ss]incerely(?: yours)?|[Yy]ours (?:truly|faithfully|sincerely)|[Tt]hanks(?: again)?|[Tt]hank you"
    r"|[Cc]heers|[Bb]est(?: wishes)?|[Cc]ordially|Respectfully(?: submitted)?)[,.!]?[ ]*\n\s{0,8}(?:/s/ ?)?"
    rf"(?P<name>{_FULL})[ ]*(?=\n|$|,)"
)
_SUFFIXED: Final = re.compile(rf"(?P<name>{_FULL}),? (?:Esq|Ph\.?D|M\.?D|J\.?D|CPA|Q\.?C|K\.?C|S\.?C|LL\.?[BM])\b")
_REVERSED: Final = re.compile(
    r"[A-Z](?<![\w,] [A-Z])(?<!\w[A-Z])[a-z]+(?:['-][A-Z][a-z]+)?, (?P<first>[A-Z][a-z]+)"
    r"(?: [A-Z]\b\.?)?(?![\w])(?! ?[A-Z][a-z])"
)
_MIXED: Final = re.compile(
    r"(?:(?P<last>[A-Z]{2,7}) (?P<first>[A-Z][a-z]+(?:[ -]?[A-Za-z][a-z]+)?)"
    r"|(?P<f2>[A-Z][a-z]+(?:-[A-Za-z][a-z]+)?) (?P<l2>[A-Z]{2,7}))(?![A-Za-z])"
)
_PINYIN: Final = re.compile(
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie"
    r"|in|iu|ou|ua|ui|un|uo|ue|ve|a|e|i|o|u|v)){1,2}"
)
_GENERATIONS: Final = ("Jr", "Sr", "II", "III", "IV")
_SMALL: Final = ("de", "van", "von", "der", "la", "bin", "di", "da")


def find_people(*, text: str) -> Iterator[Entity]:
    """Yield the names of people in a folded text, as written but with single spaces.

    Strong forms (mail names, titles, labels, sign-offs) need no list; elsewhere the first word must be a known given
    name, or the two words a Chinese surname and given name in pinyin. A bare given name is no finding.
    """
    found = [*_mail_forms(text), *_strong(text), *_known(text)]
    if not text.isascii():
        found += find_chinese_people(text=text)
    yield from best_of(found)


def _entity(text: str, start: int, end: int, confidence: float, rule: str) -> Entity | None:
    """Make an entity of a stretch of text after trimming what does not belong to a name."""
    name = text[start:end]
    stripped = name.strip(" .,'\"\t")
    start += name.find(stripped) if stripped else 0
    if len(stripped) < 2 or len(stripped) > 60:
        return None
    return Entity("person", " ".join(stripped.split()), start, start + len(stripped), confidence, rule)


def _mail_forms(text: str) -> Iterator[Entity]:
    if "@" in text:
        for match in _MAILBOX.finditer(text):
            name = match["name"]
            if _personal(name) and (found := _entity(text, *match.span("name"), 0.95, "person.mailbox")):
                yield found
    at = text.find("/")
    if at < 0:
        return
    for match in _NOTES.finditer(text, at):
        begin = max(0, match.start() - 48, text.rfind("\n", 0, match.start()) + 1)
        name_match = _NOTES_NAME.search(text[begin : match.start()])
        if name_match and " " in name_match[0]:
            start = begin + name_match.start()
            if found := _entity(text, start, match.start(), 0.95, "person.notes_address"):
                yield found


def _personal(name: str) -> bool:
    """Tell whether a mail name looks like a person: two to four words, none of which says otherwise."""
    words = re.findall(r"[^\W\d_]+", name)
    if not 2 <= len(words) <= 5 or any(sign.isdigit() for sign in name):
        return False
    return all(word[0].isupper() or word in _SMALL for word in words) and not any(
        word.lower() in name_words("not_names") for word in words
    )


def _strong(text: str) -> Iterator[Entity]:
    for match in _TITLED.finditer(text):
        if match.start() and text[match.start() - 1].isalnum():
            continue
        end = _trimmed(text, *match.span("name"))
        if end and (found := _entity(text, match.start("name"), end, 0.9, "person.title")):
            yield found
    if ":" in text:
        for match in _LABELLED.finditer(text):
            end = _trimmed(text, *match.span("name"))
            if (
                end
                and " " in text[match.start("name") : end]
                and (found := _entity(text, match.start("name"), end, 0.8, "person.label"))
            ):
                yield found
    for pattern, confidence, rule in ((_SIGNED, 0.85, "person.sign_off"), (_SUFFIXED, 0.9, "person.degree")):
        for match in pattern.finditer(text):
            end = _trimmed(text, *match.span("name"))
            if (
                end
                and " " in text[match.start("name") : end]
                and (found := _entity(text, match.start("name"), end, confidence, rule))
            ):
                yield found


def _trimmed(text: str, start: int, end: int) -> int:
    """Return where a name ends before the first word that belongs to no name; 0 where none is left."""
    reached = 0
    for match in re.finditer(r"[^\W\d_][\w'.-]*", text[start:end]):
        word = match[0].strip(".").lower()
        if word in name_words("not_names") and len(word) > 1:
            break
        reached = match.end()
    return start + reached if reached else 0


def _known(text: str) -> Iterator[Entity]:
    given, weak, surnames = name_words("given"), name_words("given_also_words"), name_words("surnames")
    barred, romanised = name_words("not_names"), name_words("surnames_romanised")
    for match in _PAIR.finditer(text):
        words = match[0].replace(",", "").split()
        first = words[0].lower()
        last = next(word for word in reversed(words) if word.rstrip(".") not in _GENERATIONS).lower()
        if last in barred or first in barred:
            continue
        if first in given and (first not in weak or last in surnames):
            confidence = 0.88 if last in surnames else 0.78
            if found := _entity(text, match.start(), match.end(), confidence, "person.given_name"):
                yield found
        elif len(words) == 2 and (found := _pinyin(text, match, first, last, romanised)):
            yield found
    for match in _REVERSED.finditer(text):
        first, last = match["first"].lower(), match[0].split(",")[0].lower()
        if first in given and first not in weak and last not in barred and last not in given:
            yield Entity("person", match[0], match.start(), match.end(), 0.75, "person.reversed")
    for match in _MIXED.finditer(text):
        last, first = (match["last"] or match["l2"]).lower(), (match["first"] or match["f2"]).lower()
        if (
            last in romanised
            and _PINYIN.fullmatch(re.sub("[ -]", "", first))
            and (not match.start() or not text[match.start() - 1].isalnum())
        ):
            yield Entity("person", match[0], match.start(), match.end(), 0.85, "person.pinyin_capitals")


def _pinyin(text: str, match: re.Match[str], first: str, last: str, romanised: frozenset[str]) -> Entity | None:
    for surname, rest in ((first, last), (last, first)):
        if surname in romanised and _PINYIN.fullmatch(rest.replace("-", "")) and len(rest) > 1:
            confidence = 0.75 if len(rest) > 3 or len(surname) > 2 else 0.6
            return _entity(text, match.start(), match.end(), confidence, "person.pinyin")
    return None
