"""Postal addresses: American, British and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chancery.engines.text.extraction.folding import has_han
from chancery.engines.text.extraction.overlaps import best_of
from chancery.engines.text.extraction.tables import table
from chancery.engines.text.extraction.values import Entity

_CAPITAL = r"[A-Z][A-Za-z0-9.'-]{0,24}"
_UNIT = (
    r"(?:,?[ ]?\n?[ ]{0,4}(?:Suite|Ste\.?|STE|SUITE|Apt\.?|Apartment|Unit|Room|Rm\.?|Floor|Fl\.?|Building|Bldg\.?|#)"
    r"[ ]?#?[A-Z0-9][A-Za-z0-9-]{0,6}|,?[ ](?:[0-9]{1,2}(?:st|nd|rd|th)|[A-Z][a-z]+)[ ](?:Floor|Fl\.?)){0,2}"
)
_PLACE = r"[A-Z](?<![A-Za-z][A-Z])[A-Za-z.'-]{1,24}(?:[ ][A-Z][A-Za-z.'-]{1,24}){0,3}"
_HAN = "\u4e00-\u9fff"
# A county that is in no table: its name holds no word that leads up to an address.
_FREE = rf"(?![住在于至到址地所由往从及和与号])[{_HAN}]"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    held = table("places.json")
    states = "|".join([*held["states"], *held["state_names"], "Tex\\.", "Calif\\.", "N\\.Y\\.", "D\\.C\\."])
    streets = "|".join(sorted({*held["street_words"], *(word.upper() for word in held["street_words"])}, key=len)[::-1])
    city = rf"(?P<city>{_PLACE}),?[ ]{{1,2}}(?:{states}),?[ ]{{1,3}}[0-9]{{5}}(?:-[0-9]{{4}})?(?![0-9])"
    british = r"(?P<post>[A-Z]{1,2}[0-9][0-9A-Z]?[ ][0-9][ABD-HJLNP-UW-Z]{2})(?![A-Za-z0-9])"
    tail = rf"(?:,?[ ]?\n?[ ]{{0,8}}(?:{city}|(?:{_PLACE},?[ ]?\n?[ ]{{0,4}}){{1,2}}{british}))?"
    street = re.compile(
        r"[0-9](?<![0-9A-Za-z.,$#/:-][0-9])[0-9]{0,5}(?:-[0-9]{1,4})?[A-Z]?[ ]"
        r"(?:(?:[NSEW]|North|South|East|West|N\.|S\.|E\.|W\.)[ ])?"
        rf"(?:(?:{_CAPITAL}|[0-9]{{1,3}}(?:st|nd|rd|th)|of|the|de|la)[ ]){{0,4}}?"
        rf"(?P<street>{streets})\b(?!'|[ ](?:Inc|LLC|Ltd|Corp))\.?"
        rf"(?:[ ](?:N|S|E|W|NW|NE|SW|SE|North|South|East|West)\b)?{_UNIT}{tail}"
    )
    box = re.compile(rf"(?:P\.?[ ]?O\.?|Post Office)[ ]Box[ ][0-9A-Z-]{{1,8}}(?:,?[ ]?\n?[ ]{{0,8}}{city})?")
    alone = re.compile(city)
    return street, box, alone


@cache
def _chinese_pattern() -> re.Pattern[str]:
    held = table("places.json")
    provinces = "|".join(sorted(held["provinces"], key=len, reverse=True))
    cities = "|".join(sorted(held["cities"], key=len, reverse=True))
    first = (
        rf"(?:(?:{provinces})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?(?:(?:{cities})市?)?"
        rf"|(?:{cities})市?|(?:{_FREE}){{2,3}}[市县](?=[{_HAN}]))"
    )
    area = rf"(?:[{_HAN}]{{1,6}}?(?:新区|开发区|自治州|自治县|地区|[区县市州盟旗])){{0,3}}"
    town = rf"(?:[{_HAN}]{{1,6}}?(?:街道|镇|乡)){{0,2}}"
    road = (
        rf"(?P<road>[{_HAN}0-9]{{1,10}}?(?:大道|大街|胡同|公路|[路街巷弄道村里]))?(?:[{_HAN}]{{1,4}}段)?"
        r"(?:[0-9一二三四五六七八九十百A-Za-z-]{1,8}(?:[号號弄](?:院|楼|楼栋)?|弄))?"
        r"(?:之[0-9一二三四五六七八九十]{1,2})?"
    )
    rest = (
        rf"(?P<rest>(?:(?:[{_HAN}A-Za-z0-9]{{0,14}}?"
        r"(?:大厦|广场|中心|小区|花园|公寓|大楼|国际|园|苑|城|园区))?"
        r"(?:[A-Za-z0-9一二三四五六七八九十东西南北]{1,5}(?:号楼|[栋幢座楼])){0,2}"
        r"(?:[A-Za-z0-9一二三四五六七八九十]{1,3}单元)?(?:[0-9一二三四五六七八九十B-]{1,5}[层楼])?"
        r"(?:[A-Za-z0-9-]{1,8}(?:号房|[室房户号])?)?(?:单元)?)?)"
    )
    return re.compile(first + area + town + road + rest)


def find_addresses(*, text: str) -> Iterator[Entity]:
    """Yield postal addresses of a folded text on one line, as written.

    American and British ones need a house number and a word for a street, or a box; with town and postal code the
    confidence is 0.95. Chinese ones start with a province, city or county and need a road or village with a number.
    """
    found = [*_western(text)]
    if has_han(text):
        found += _chinese(text)
    yield from best_of(found)


def _western(text: str) -> Iterator[Entity]:
    street, box, alone = _patterns()
    for match in street.finditer(text):
        whole = match["city"] is not None or match["post"] is not None
        words = match[0].split()
        if not whole and (len(words) < 3 or words[0] in ("19", "20") or words[1] in ("Way", "Court")):
            continue
        yield _entity(match, 0.95 if whole else 0.72, "address.street")
    for match in box.finditer(text):
        yield _entity(match, 0.95 if match["city"] else 0.8, "address.box")
    for match in alone.finditer(text):
        yield _entity(match, 0.65, "address.city")


def _entity(match: re.Match[str], confidence: float, rule: str) -> Entity:
    whole = match[0].rstrip(" ,\n")
    value = re.sub(r",?[ ]*\n[ ]*", ", ", whole)
    return Entity("address", " ".join(value.split()), match.start(), match.start() + len(whole), confidence, rule)


def _chinese(text: str) -> Iterator[Entity]:
    for match in _chinese_pattern().finditer(text):
        whole = match[0].rstrip("-")
        if not any(sign in whole for sign in "号號弄室幢栋座") or len(whole) < 7:
            continue
        placed = match["road"] is not None or any(sign in match["rest"] for sign in "室栋幢座")
        if placed and re.search("[0-9一二三四五六七八九十]", whole):
            yield Entity("address", whole, match.start(), match.start() + len(whole), 0.9, "address.zh")
