"""Names, numbers, dates and addresses made by a seeded generator, each with the value an extraction should find."""

from __future__ import annotations

import random
from collections.abc import Callable


def parted(text: str) -> list[str]:
    """Return the parts between bars."""
    return text.split("|")


Filler = Callable[[random.Random], tuple[str, str]]
FIRST = parted(
    "Laura|Daniel|Sofia|Marcus|Ingrid|Tobias|Amelia|Victor|Nadine|Rupert|Priya|Kenneth|Celeste|Duncan|Yvonne|"
    "Gareth|Odette|Anselm"
)
LAST = parted(
    "Brackenridge|Okonkwo|Featherstone|Delacroix|Haverford|Lindqvist|Marchetti|Quillfeather|Rasmussen|"
    "Abernathy|Vandermeer|Tolliver|Pemberton|Smith|Johnson|Walker|Reed|Carter|Novak|Fischer|Moreau"
)
ZH_NAMES = parted(
    "王建国|李晓梅|张志远|刘思琪|陈昊天|赵丽华|孙宇航|周敏|吴磊|郑雅文|欧阳雪|司马懿行|冯晨曦|蒋立新|韩冰|曹文轩|彭玉洁|邓子豪|萧逸凡|谢婉婷"
)
PINYIN = parted("Wang Jianguo|Li Xiaomei|Zhang Zhiyuan|Chen Haotian|Liu Siqi|Zhao Lihua")
EN_ORGS = parted(
    "Northgate Minerals Inc.|Harbor & Vale LLC|Quantum Ridge Partners LLP|Westlake Freight Corp.|"
    "Meridian Steel Company|Alder Creek Holdings Ltd.|Rhein Maschinenbau GmbH|Tasman Foods Pty Ltd|"
    "Lion City Logistics Pte. Ltd.|Cobalt Union Bank, N.A.|Bluefield Energy, Inc.|Oakmont Trading Co., Ltd.|"
    "Federal Trade Commission|University of Wisconsin|Pacific Coast Maritime Association|Ministry of Commerce|"
    "Dunmore Capital Limited"
)
ZH_ORGS = parted(
    "深圳市宏远电子科技有限公司|北京中恒置业集团有限公司|浙江天合新材料股份有限公司|上海锦程国际货运代理有限公司|广州市白云区人民法院|中国建设银行股份有限公司苏州分行|江苏金诺律师事务所|"
    "杭州市西湖区市场监督管理局|华东政法大学|中国国际经济贸易仲裁委员会|成都瑞丰医疗器械有限责任公司|青岛海蓝贸易有限公司|北京大学第三医院|厦门信达会计师事务所"
)
STREETS = parted(
    "Maple Street|Old Harbor Road|Lexington Avenue|N. Canyon Drive|Fourth Street|Pine Hollow Lane|"
    "Commerce Blvd.|Wellington Square"
)
TOWNS = [
    "Houston, TX 77002",
    "Palo Alto, CA 94301-1012",
    "Albany, New York 12207",
    "St. Louis, MO 63101",
    "Boise, ID 83702",
]
ZH_PLACES = parted(
    "北京市朝阳区建国路{n}号|上海市浦东新区世纪大道{n}号金茂大厦{m}层|广东省深圳市南山区科技园南路{n}号{m}室|浙江省杭州市西湖区文三路{n}号{k}号楼{m}室|"
    "江苏省南京市鼓楼区中山北路{n}号|四川省成都市高新区天府大道中段{n}号|湖北省武汉市江汉区解放大道{n}号{k}栋{m}室|天津市河西区围堤道{n}号"
)
MONTHS = parted("January|February|March|April|May|June|July|August|September|October|November|December")
DIGITS = "零一二三四五六七八九"
CAPITALS = "零壹贰叁肆伍陆柒捌玖"


# --- independent arithmetic of the generator: written apart from the engine, so that both must agree


def luhn_digit(body: str) -> str:
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(body)))
    return str(-total % 10)


def resident(r: random.Random) -> str:
    region = r.choice(["110105", "310115", "440305", "330106", "510107", "420103"])
    body = f"{region}{r.randint(1950, 2004)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(0, 999):03d}"
    value = 0
    for digit in body:
        value = (value + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - value) % 11]


def social(r: random.Random) -> str:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = (
        r.choice(["91", "92", "12", "52"])
        + r.choice(["110108", "310115", "440300", "320500"])
        + "".join(r.choice(signs) for _ in range(9))
    )
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    return body + signs[-sum(signs.index(c) * w for c, w in zip(body, weights, strict=True)) % 31]


def mod97(body: str) -> int:
    rest = 0
    for sign in "".join(str(int(c, 36)) for c in body):
        rest = (rest * 10 + int(sign)) % 97
    return rest


def iban(r: random.Random) -> str:
    country, size, bank = r.choice([("DE", 18, ""), ("FR", 23, ""), ("GB", 14, "NWBK"), ("NL", 10, "ABNA")])
    rest = bank + "".join(str(r.randint(0, 9)) for _ in range(size))
    return f"{country}{98 - mod97(rest + country + '00'):02d}{rest}"


def lei(r: random.Random) -> str:
    body = "5493" + "00" + "".join(r.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(12))
    return f"{body}{98 - mod97(body + '00'):02d}"


def routing(r: random.Random) -> str:
    body = f"{r.randint(1, 12):02d}" + "".join(str(r.randint(0, 9)) for _ in range(6))
    total = sum(int(d) * w for d, w in zip(body, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return body + str(-total % 10)


def card(r: random.Random) -> str:
    head, size = r.choice([("4", 16), ("53", 16), ("622202", 19), ("37", 15), ("6225", 16)])
    body = head + "".join(str(r.randint(0, 9)) for _ in range(size - 1 - len(head)))
    return body + luhn_digit(body)


def capitals(number: int) -> str:
    """Spell a number below one hundred million in financial capitals."""

    def below(value: int, *, padded: bool) -> str:
        out, zero, started = "", False, False
        for unit, sign in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
            digit = value // unit % 10
            if digit:
                out += ("零" if zero and (started or padded) else "") + CAPITALS[digit] + sign
                zero, started = False, True
            else:
                zero = True
        return out

    high, low = divmod(number, 10_000)
    if not high:
        return below(low, padded=False)
    return below(high, padded=False) + "万" + (below(low, padded=True) if low else "")


# --- slots


def person_en(r: random.Random) -> tuple[str, str]:
    middle = r.choice(["", "", r.choice("ABCDEJKM") + ". "])
    name = f"{r.choice(FIRST)} {middle}{r.choice(LAST)}"
    return name, name


def person_title(r: random.Random) -> tuple[str, str]:
    name = r.choice([r.choice(LAST), f"{r.choice(FIRST)} {r.choice(LAST)}"])
    return name, name


def choose(values: list[str]) -> Filler:
    def fill(r: random.Random) -> tuple[str, str]:
        value = r.choice(values)
        return value, value

    return fill


def date_en(r: random.Random) -> tuple[str, str]:
    year, month, day = r.randint(1990, 2029), r.randint(1, 12), r.randint(1, 28)
    value = f"{year}-{month:02d}-{day:02d}"
    name = MONTHS[month - 1]
    short = name[:3] if month != 5 else "May"
    suffix = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}.get(day, "th")
    shapes = [
        f"{name} {day}, {year}",
        f"{day} {name} {year}",
        f"{short}. {day}, {year}" if month != 5 else f"May {day}, {year}",
        value,
        f"{year}/{month}/{day}",
        f"{day:02d}-{short}-{year}",
        f"the {day}{suffix} day of {name}, {year}",
        f"{name.upper()} {day}, {year}",
        f"{month}/{r.choice([day, 13 + day % 15])}/{year}",
    ]
    chosen = r.choice(shapes)
    if chosen.startswith("the "):
        return chosen.removeprefix("the "), value
    if chosen.count("/") == 2 and not chosen.startswith(str(year)):
        second = int(chosen.split("/")[1])
        if second <= 12:
            return f"{name} {day}, {year}", value
        return chosen, f"{year}-{month:02d}-{second:02d}"
    return chosen, value


def date_zh(r: random.Random) -> tuple[str, str]:
    year, month, day = r.randint(1990, 2029), r.randint(1, 12), r.randint(1, 28)
    value = f"{year}-{month:02d}-{day:02d}"

    def spoken(number: int) -> str:
        tens, ones = divmod(number, 10)
        return ("" if not tens else ("十" if tens == 1 else f"{DIGITS[tens]}十")) + (
            DIGITS[ones] if ones or not tens else ""
        )

    written = "".join("〇一二三四五六七八九"[int(d)] for d in str(year))
    shapes = [
        f"{year}年{month}月{day}日",
        f"{written}年{spoken(month)}月{spoken(day)}日",
        f"{year}年{month:02d}月{day:02d}日",
        f"{year} 年 {month} 月 {day} 日",
        f"{year}.{month}.{day}",
        f"民国{year - 1911}年{month}月{day}日",
        "".join(chr(ord(c) + 0xFEE0) for c in str(year)) + f"年{month}月{day}号",
    ]
    return r.choice(shapes), value


def amount_en(r: random.Random) -> tuple[str, str]:
    number = r.randint(1, 9_999_999)
    cents = r.randint(0, 99)
    code, sign = r.choice([("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("HKD", "HK$"), ("USD", "US$")])
    tenths = r.randint(11, 99)
    shapes = [
        (f"{sign}{number:,}.{cents:02d}", f"{code} {number}.{cents:02d}"),
        (f"{code} {number:,}", f"{code} {number}.00"),
        (f"{sign}{tenths / 10} million", f"{code} {tenths * 100_000}.00"),
        (f"{number:,} US dollars", f"USD {number}.00"),
        (f"{tenths / 10} billion euros", f"EUR {tenths * 100_000_000}.00"),
        ("Two Hundred Fifty Thousand Dollars", "USD 250000.00"),
        ("one million three hundred thousand and 50/100 dollars", "USD 1300000.50"),
    ]
    return r.choice(shapes)


def amount_zh(r: random.Random) -> tuple[str, str]:
    number = r.randint(1, 99_999_999)
    tenths = r.randint(11, 999)
    shapes = [
        (f"人民币{capitals(number)}元整", f"CNY {number}.00"),
        (f"{number:,}元", f"CNY {number}.00"),
        (f"{tenths / 10}万元", f"CNY {tenths * 1000}.00"),
        (f"{tenths / 10}亿元", f"CNY {tenths * 10_000_000}.00"),
        (f"{number}.{r.randint(10, 99)}元", ""),
        (f"¥{number:,}.00", f"CNY {number}.00"),
        (f"{tenths}万美元", f"USD {tenths * 10_000}.00"),
        ("三百五十万元", "CNY 3500000.00"),
        ("一亿二千万港元", "HKD 120000000.00"),
        (f"人民币{capitals(number)}元伍角", f"CNY {number}.50"),
    ]
    surface, value = r.choice(shapes)
    return surface, value or f"CNY {surface.removesuffix('元')}"


def phone_en(r: random.Random) -> tuple[str, str]:
    area, exchange, line = r.choice(["713", "212", "415", "202", "312"]), r.randint(220, 999), r.randint(0, 9999)
    while exchange % 100 == 11:
        exchange = r.randint(220, 999)
    value = f"+1{area}{exchange}{line:04d}"
    return r.choice(
        [
            (f"({area}) {exchange}-{line:04d}", value),
            (f"{area}-{exchange}-{line:04d}", value),
            (f"{area}.{exchange}.{line:04d}", value),
            (f"+1 {area} {exchange} {line:04d}", value),
            (f"1-{area}-{exchange}-{line:04d}", value),
            (f"+44 20 7946 {line:04d}", f"+44207946{line:04d}"),
        ]
    )


def phone_zh(r: random.Random) -> tuple[str, str]:
    mobile = f"1{r.choice('3456789')}{r.randint(100_000_000, 999_999_999)}"
    fixed = r.randint(20_000_000, 89_999_999)
    return r.choice(
        [
            (mobile, f"+86{mobile}"),
            (f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", f"+86{mobile}"),
            (f"+86 {mobile}", f"+86{mobile}"),
            (f"010-{fixed}", f"+8610{fixed}"),
            (f"0755-{fixed}", f"+86755{fixed}"),
            (f"（021）{fixed}", f"+8621{fixed}"),
        ]
    )


def address_en(r: random.Random) -> tuple[str, str]:
    number = r.randint(10, 9999)
    unit = r.choice(["", "", f", Suite {r.randint(100, 999)}", f", Apt. {r.randint(1, 30)}B"])
    whole = f"{number} {r.choice(STREETS)}{unit}, {r.choice(TOWNS)}"
    return whole, whole


def address_zh(r: random.Random) -> tuple[str, str]:
    whole = r.choice(ZH_PLACES).format(n=r.randint(1, 999), m=r.randint(101, 2900), k=r.randint(1, 9))
    return whole, whole


def same(make: Callable[[random.Random], str]) -> Filler:
    def fill(r: random.Random) -> tuple[str, str]:
        value = make(r)
        return value, value

    return fill


def ssn(r: random.Random) -> tuple[str, str]:
    area, group, serial = r.randint(1, 665), r.randint(1, 99), r.randint(1, 9999)
    return f"{area:03d}-{group:02d}-{serial:04d}", f"{area:03d}{group:02d}{serial:04d}"


def ein(r: random.Random) -> tuple[str, str]:
    head, rest = r.choice(["12", "36", "76", "94"]), r.randint(0, 9_999_999)
    return f"{head}-{rest:07d}", f"{head}{rest:07d}"


def card_grouped(r: random.Random) -> tuple[str, str]:
    number = card(r)
    while len(number) != 16:
        number = card(r)
    return " ".join(number[i : i + 4] for i in range(0, 16, 4)), number


def iban_spaced(r: random.Random) -> tuple[str, str]:
    number = iban(r)
    return r.choice([number, " ".join(number[i : i + 4] for i in range(0, len(number), 4))]), number


def email(r: random.Random) -> str:
    host = r.choice(["northgate.example", "hv-law.com", "mail.court.gov.cn", "rhein.de"])
    return f"{r.choice(FIRST).lower()}{r.choice(['.', '_', ''])}{r.choice(LAST).lower()}@{host}"


def url(r: random.Random) -> str:
    return r.choice(
        [
            "https://portal.northgate.example/case?id={n}",
            "http://www.hv-law.com/a/b_{n}.html",
            "https://flk.npc.gov.cn/detail#{n}",
        ]
    ).format(n=r.randint(1, 999))
