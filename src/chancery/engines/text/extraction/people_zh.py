"""People's names in Chinese: by label, by title, and by surname and given-name characters between stops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chancery.engines.text.extraction.tables import name_signs, name_words, table
from chancery.engines.text.extraction.values import Entity

_HAN = "[\u4e00-\u9fff]"
_SMALL_WORDS = frozenset("为未在对因将已的是有不应也仍均及")
_IN_COURT = ("辩称", "诉称", "签字", "签名", "出庭", "到庭", "作证")


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = table("names.json")
    double, labels, titles = (
        "|".join(names[field]) for field in ("surnames_chinese_double", "labels_chinese", "titles_chinese")
    )
    surname = f"(?:{double}|[{name_signs('surnames_chinese')}])"
    given = name_signs("given_characters")
    free = given + name_signs("given_characters_more")
    roles = "|".join(sorted(names["roles_chinese"], key=len, reverse=True))
    acts = "|".join(names["acts_chinese"])
    labelled = re.compile(
        rf"(?:(?:{labels})(?:[（(][^）)\n]{{1,8}}[）)])?[ ]?(?:[:：]|为|系|是)[ ]{{0,4}}"
        rf"(?P<name>{surname}(?:{_HAN}|[ ]{_HAN}){{1,2}})(?=$|[^\u4e00-\u9fff]|先生|女士|律师)"
        rf"|(?:{roles})(?P<role>{surname}{_HAN}{{1,2}}?)(?=[，,（(。；;、\n诉]|$|先生|女士|与|向|一案|等人|等[0-9二三四五六七八九十两]人|不服|因涉|于[0-9二]|[欠拖借偿签]|未|承认|否认|拒|支付|请求|提交|收到|{acts}))"
    )
    titled = re.compile(rf"(?P<name>{surname}{_HAN}{{0,2}}?)(?:{titles})(?![人制书级])")
    bounded = re.compile(
        rf"(?:(?<=[、，,。；;:：（(\n\t \"“《/和与及由向对经])|^)(?P<name>{surname}(?:[{given}]|[{free}]{{2}}))"
        r"(?=[、，,。；;:：）)\n\t \"”/]|$|[和与及等于在的已将向对为未是均应])"
    )
    acting = re.compile(rf"(?P<name>{surname}[{free}]{{1,2}}?)(?:{acts})")
    dotted = re.compile(
        rf"(?<![\u4e00-\u9fff·•])(?P<name>{_HAN}{{1,7}}(?:[·•]{_HAN}{{1,8}}?){{1,3}})"
        rf"(?=$|[^\u4e00-\u9fff·•]|{titles}|{'|'.join(_IN_COURT)}|表示|认为|一案|不服|与|和|向|诉)"
    )
    # Names as published judgments mask them; a surname that is also a small word (于某年) shows no name.
    masked = re.compile(
        rf"(?![于向应时从和后任关成方经通连计全同]){surname}某(?:某|[甲乙丙丁戊])?(?![某年月日公个种些时处地项方])"
    )
    return labelled, titled, bounded, acting, dotted, masked


def find_chinese_people(*, text: str) -> Iterator[Entity]:
    """Yield names of two to four characters; a surname with a title alone (王先生) has confidence 0.6.

    A name of three or four characters that one place shows to be one is found again wherever it stands.
    """
    found = list(_shown(text))
    yield from found
    for name in {one.value for one in found if one.confidence >= 0.8 and len(one.value) > 2}:
        at = text.find(name)
        while at >= 0:
            yield Entity("person", name, at, at + len(name), 0.65, "person.zh.repeated")
            at = text.find(name, at + len(name))


def _shown(text: str) -> Iterator[Entity]:
    labelled, titled, bounded, acting, dotted, masked = _patterns()
    barred = name_words("not_names_chinese")
    titles = table("names.json")["titles_chinese"]
    for match in labelled.finditer(text):
        group = "name" if match["name"] else "role"
        name = match[group].replace(" ", "")
        loose = group == "role" and name[-1] in _SMALL_WORDS
        if name not in barred and not loose and not name.endswith(("公司", "银行")):
            yield Entity("person", name, match.start(group), match.end(group), 0.9, "person.zh.label")
    for match in titled.finditer(text):
        start, name = match.start("name"), match["name"]
        before = text[start - 1] if start else "\n"
        if name in barred:
            continue
        free = not "\u4e00" <= before <= "\u9fff" or before in "和与及由向对给请是为经被让同即以的"
        if free:
            yield Entity("person", name, start, match.end("name"), 0.6 if len(name) == 1 else 0.85, "person.zh.title")
    for match in dotted.finditer(text) if "·" in text or "•" in text else ():
        name = match["name"]
        if text[match.start() - 1 : match.start()] != "《" and text[match.end() : match.end() + 1] != "》":
            yield Entity("person", name, match.start(), match.end(), 0.75, "person.zh.dotted")
    for match in masked.finditer(text) if "某" in text else ():
        yield Entity("person", match[0], match.start(), match.end(), 0.8, "person.zh.masked")
    for match in bounded.finditer(text):
        name = match["name"]
        if name in barred or name[1:] in titles:
            continue
        confidence = 0.7 if len(name) == 3 else 0.55
        yield Entity("person", name, match.start("name"), match.end("name"), confidence, "person.zh.characters")
    for match in acting.finditer(text):
        name = match["name"]
        before = text[match.start() - 1] if match.start() else "\n"
        stated = before in "、，,。；;:：（( \n\t" and text.startswith(_IN_COURT, match.end("name"))
        if (len(name) == 3 or stated) and not {name, name[:2], name[1:]} & barred:
            yield Entity("person", name, match.start("name"), match.end("name"), 0.65, "person.zh.act")
