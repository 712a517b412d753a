"""Organisations by the form of their name: legal suffix, institution word, Chinese ending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.tables import name_words, table
from chancery.engines.text.extraction.values import Entity

_WORD = (
    r"(?:[A-Z0-9][\w&'.-]*[\w&]|[A-Z]|[A-Z]\.|[a-z]{1,2}[A-Z]\w+"
    r"|[a-z][\w-]{1,24}\.(?:com|net|org)|\([A-Z][\w.]{1,16}\))"
)
_LINK = r"(?:[ ](?:&|and|of|the|for|de|du|der|und|et|y)(?:[ ]the)?[ ]|,?[ ])"
_RUN: Final = re.compile(rf"{_WORD}(?:{_LINK}{_WORD}){{0,7}}$")
_BREAK: Final = re.compile(r"\. |, and | and (?:the )?| (?:of|for) (?:the )?|, ")
_SUFFIX: Final = re.compile(
    r",?[ ](?:Incorporated\b|INCORPORATED\b|Inc\b\.?|INC\b\.?|L\.L\.C\.|LLC\b|Ltd\b\.?|LTD\b\.?|Limited\b|LIMITED\b"
    r"|Corporation\b|CORPORATION\b|Corp\b\.?|CORP\b\.?"
    r"|(?:&[ ])?(?:Co|CO)\b\.?(?:,?[ ](?:Ltd|LTD|Inc|INC|LLC|LLP|KG)\b\.?)?"
    r"|Company(?:,?[ ](?:Limited|Inc\.?|LLC))?\b|COMPANY\b|L\.L\.P\.|LLP\b|L\.P\.|LP\b|P\.L\.C\.|PLC\b|plc\b"
    r"|GmbH(?:[ ]&[ ]Co\.?[ ]KG)?\b|AG\b|S\.A\.(?:S\.|[ ]de[ ]C\.V\.)?|S/A\b|SA\b|N\.V\.|NV\b|B\.V\.|BV\b"
    r"|S\.p\.A\.|SpA\b|S\.r\.l\.|K\.K\.|KGaA\b|KG\b|e\.V\.|d\.o\.o\."
    r"|P(?:ty|te|vt)\b\.?(?:[ ]Ltd\b\.?)?|Sdn\.?[ ]Bhd\b\.?|AB\b|A/S|ASA\b|Oyj?\b|P\.C\.|PLLC\b|N\.A\.)"
)
_OF: Final = re.compile(
    r"(?:University|College|Bank|Ministry|Department|Institute|Court|Office|Bureau|Board|Chamber|Board of Trustees)[ ]"
    r"of[ ](?:the[ ])?(?!Directors\b|Managers\b|Trustees\b)[A-Z][\w'-]+"
    r"(?:[ ](?:(?:of|for)[ ](?:the[ ])?|and[ ](?=Human|Power|Tech|Indus|Trade|Comm|Fin"
    r"|Devel|Energy|Econ|Educ|Health|Welf|Labo|Info|Science|Rural|Urban|Security|Budget|Immig|Border|Customs))?"
    r"(?!University|Ministry|Bank)[A-Z][\w'-]+){0,4}"
)
_OF_BEFORE: Final = re.compile(
    r"(?<![A-Za-z])(?:Supreme|High|Superior|District|Federal|Constitutional|National|Central|Technical)[ ]$"
)
_HAN = "\u4e00-\u9fff"
_ZH_RUN: Final = re.compile(rf"[{_HAN}A-Za-z0-9（）()·&]{{1,30}}$")


_DAY_END: Final = re.compile(r"^.*[0-9一二三四五六七八九十]日")
# A company's name has a trade name before its line of business, so a stop right before the latter stands in it (华为).
_TRADE: Final = re.compile(
    "(?:技术|科技|贸易|实业|投资|建设|工程|电子|通信|通讯|网络|信息|文化|传媒|食品|医药|汽车|物流|置业|房地产|保险|证券|国际|"
    "发展|管理|咨询|服务|材料|机械|能源|环保|软件|控股)+"
)


def _words(field: str) -> str:
    return "|".join(table("organisations.json")[field])


@cache
def _institution() -> re.Pattern[str]:
    words = _words("institutions")
    return re.compile(
        rf"(?<=[ \n(])(?:{words}|{words.upper()})\b"
        r"(?:[ ]of[ ](?:the[ ])?[A-Z][\w'-]+(?:[ ](?:of[ ])?[A-Z][\w'-]+){0,3})?"
        r"(?:[ ]for[ ]the[ ](?:[A-Z][a-z]+[ ]){1,2}(?:Circuit|District(?:[ ]of[ ][A-Z][a-z]+(?:[ ][A-Z][a-z]+)?)?))?"
    )


_ENDERS: Final = frozenset(
    (
        *("Inc", "Ltd", "LLC", "LLP", "Limited", "Corp", "Co", "Corporation", "GmbH", "PLC", "N.A", "Company"),
        *("Commission", "Association", "Agency", "Committee", "Authority", "Council", "Ministry"),
    )
)
_TITLES: Final = frozenset(
    (
        *("Officer", "Director", "President", "Counsel", "Chairman", "Chairwoman", "Chair", "Manager", "Secretary"),
        *("Treasurer", "Controller", "Partner", "CEO", "CFO", "COO", "GC", "Head", "Founder", "Trustee", "Agent"),
        *("Attorney", "Counselor"),
    )
)
_MANY: Final = frozenset(
    ("Directors", "Officers", "Shareholders", "Members", "Trustees", "Attorneys", "Lawyers", "Employees", "Creditors")
)
_OF_SOMETHING: Final = frozenset(("Ministry", "University", "Department", "Court", "Office", "Bureau"))


@cache
def _leading() -> frozenset[str]:
    return frozenset(table("organisations.json")["leading"])


@cache
def _chinese_patterns() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    held = table("organisations.json")
    end = re.compile(
        rf"(?:{_words('endings_chinese')})(?:(?:股份)?有限公司|有限责任公司)?"
        rf"(?:(?<=大学)(?:第[一二三四五六七八九十]|附属)?(?:(?![和与及])[{_HAN}]){{0,4}}?(?:医院|出版社|学院|研究院|研究所))?"
        rf"(?:(?<=科学院)(?:(?![和与及])[{_HAN}]){{2,10}}?(?:研究所|研究院|研究中心))?"
        r"(?:[（(](?:有限合伙|普通合伙|特殊普通合伙|集团)[）)])?"
        rf"(?:[{_HAN}]{{2,10}}?(?:分公司|支行|分行|分所|营业部|办事处))?"
    )
    stops = re.compile(rf"{_words('stops_chinese')}|[{held['stop_signs_chinese']}]")
    return end, stops, frozenset(held["generic_chinese"])


def find_organisations(*, text: str) -> Iterator[Entity]:
    """Yield names of organisations of a folded text, on one line, without the full stop of an abbreviation.

    English: a run of capitalised words before a legal form (0.92) or around an institution word (0.75). Chinese: the
    characters before an ending, back to a place name, a stop or a word that cannot stand inside a name.
    """
    found = [*_suffixed(text), *_institutions(text)]
    if has_han(text):
        found += _chinese(text)
    yield from best_of(found)


def _before(text: str, end: int, least: int = 0) -> tuple[int, str] | None:
    """Return start and text of the run of capitalised words that ends at an offset, without a leading small word."""
    begin = max(least, end - 90, text.rfind("\n", 0, end) + 1)
    run = _RUN.search(text[begin:end])
    if run is None:
        return None
    start, words = begin + run.start(), run[0]
    while (head := words.split(" ", 1))[0].rstrip(".,:") in _leading() and len(head) == 2:
        start += len(words) - len(head[1])
        words = head[1]
        small = re.match(r"(?:and|of|the|for) ", words)
        if small:
            start, words = start + small.end(), words[small.end() :]
    if opened := re.match(r"\([^)]*\),?[ ]?(?:and )?(?:the )?", words):
        start, words = start + opened.end(), words[opened.end() :]
    cut = _foreign_head(words)
    start, words = start + cut, words[cut:]
    return (start, words) if words and words.rstrip(".") not in _leading() else None


def _foreign_head(words: str) -> int:
    """Return how many characters at the start of a run belong to the sentence or to another name."""
    cut = 0
    for match in _BREAK.finditer(words):
        head = words[cut : match.start()].split()
        sentence = match[0] == ". " and len(head[-1]) > 3
        belongs = match[0].startswith((" of ", " for "))
        person = belongs and len(head) in (2, 3) and head[0].lower().split("-")[0] in name_words("given")
        titled = belongs and _role(head, match[0])
        numbered = belongs and head[-1][-1].isdigit() and len(head) > 1
        whole = head[-1].rstrip(".") in _ENDERS or (len(head) > 1 and head[0] in _OF_SOMETHING and head[1] == "of")
        ended = match[0].startswith(" and") and (whole or _OF.match(words, match.end()) is not None)
        bracket = head[-1].endswith(")") and match[0] != ". "
        adverb = match[0] == ", " and len(head) == 1 and (head[0].endswith("ly") or head[0] in _leading())
        if sentence or person or titled or numbered or adverb or ended or bracket or match[0] == ", and ":
            cut = match.end()
    return cut


def _role(head: list[str], link: str) -> bool:
    """Tell whether words before "of" or "for" say what somebody is to an organisation: Counsel for, Shareholders of."""
    last = head[-1].rstrip(".")
    return last in _MANY or (last in _TITLES and (len(head) > 2 or "for" in link))


def _suffixed(text: str) -> Iterator[Entity]:
    last = 0
    for match in _SUFFIX.finditer(text):
        found = _before(text, match.start(), last)
        last = match.end()
        if found:
            start, words = found
            if len(words) > 1 and not words.replace(".", "").isdigit():
                end = match.end()
                name = " ".join(text[start:end].split()).removesuffix(".")
                yield Entity("organisation", name, start, end, 0.92, "organisation.legal_form")


def _institutions(text: str) -> Iterator[Entity]:
    for match in _institution().finditer(text):
        if found := _before(text, match.start() - 1):
            cut = found[1].rfind(", ")
            start = found[0] + (cut + 2 if cut >= 0 else 0)
            whole = text[start : match.end()]
            if whole.split(" ", 1)[0] not in _leading():
                yield Entity("organisation", whole, start, match.end(), 0.75, "organisation.institution")
    for match in _OF.finditer(text):
        if not match.start() or not text[match.start() - 1].isalnum():
            before = _OF_BEFORE.search(text, max(0, match.start() - 16), match.start())
            start = before.start() if before else match.start()
            yield Entity("organisation", text[start : match.end()], start, match.end(), 0.8, "organisation.of")


@cache
def _places() -> re.Pattern[str]:
    held = table("places.json")
    names = sorted({*held["provinces"], *held["cities"]}, key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(names)})(?:省|市|自治区)?")


def _chinese(text: str) -> Iterator[Entity]:
    end, _, generic = _chinese_patterns()
    last = 0
    for match in end.finditer(text):
        run = _ZH_RUN.search(text[max(last, match.start() - 30) : match.start()])
        last = match.end()
        name = _name(run[0] if run else "")
        whole = name + match[0]
        if not name or whole in generic or name[-1] in "各该本贵某两一多何此":
            continue
        start = match.start() - len(name)
        strong = "有限公司" in match[0] or "有限责任公司" in match[0] or "事务所" in match[0]
        confidence = 0.93 if strong else 0.85 if len(name) > 1 else 0.5
        yield Entity("organisation", whole, start, match.end(), confidence, "organisation.zh")


def _name(run: str) -> str:
    """Return the part of a run of characters that belongs to the name: from a place, or after the last stop."""
    for opened, closed in (("（", "）"), ("(", ")")):
        while run.count(closed) > run.count(opened):
            run = run[run.index(closed) + 1 :]
        while run.count(opened) > run.count(closed):
            run = run[run.rindex(opened) + 1 :]
    run = _DAY_END.sub("", run)
    # 和 with nothing before it joins nothing: 和平建设集团有限公司
    stops = [match for match in _chinese_patterns()[1].finditer(run) if match.start() or match[0] != "和"]
    places = [match.start() for match in _places().finditer(run) if run[: match.start()][-1:] not in ("（", "(")]
    if places:
        doubtful = any(stop.start() > places[0] and len(stop[0]) > 1 for stop in stops)
        return run[places[-1 if doubtful else 0] :]
    while stops and _TRADE.fullmatch(run, stops[-1].end()):
        stops.pop()
    return (run[stops[-1].end() :] if stops else run).lstrip("）)·&")
