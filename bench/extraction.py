"""Precision, recall and speed of extraction per kind: python bench/extraction.py [documents] [seed].

The labelled set is made here: sentences with slots, filled by a seeded generator from lists of its own (most of the
names are in none of the engine's tables), and hand-written sentences that name nothing although they look like it. A
finding counts as right when kind, normalised value and offsets all agree with the label.
"""

from __future__ import annotations

import os
import random
import sys
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from rich.console import Console
from rich.table import Table

from chancery.engines.text.extraction.extracting import extract
from chancery.engines.text.extraction.values import KINDS


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


SLOTS: dict[str, tuple[str, Filler]] = {
    "person_en": ("person", person_en),
    "person_title": ("person", person_title),
    "person_zh": ("person", choose(ZH_NAMES)),
    "pinyin": ("person", choose(PINYIN)),
    "org_en": ("organisation", choose(EN_ORGS)),
    "org_zh": ("organisation", choose(ZH_ORGS)),
    "date_en": ("date", date_en),
    "date_zh": ("date", date_zh),
    "amount_en": ("amount", amount_en),
    "amount_zh": ("amount", amount_zh),
    "phone_en": ("phone", phone_en),
    "phone_zh": ("phone", phone_zh),
    "address_en": ("address", address_en),
    "address_zh": ("address", address_zh),
    "resident": ("identity", same(resident)),
    "uscc": ("identity", same(social)),
    "lei": ("identity", same(lei)),
    "ssn": ("identity", ssn),
    "ein": ("identity", ein),
    "card": ("bank", same(card)),
    "card_grouped": ("bank", card_grouped),
    "iban": ("bank", iban_spaced),
    "routing": ("bank", same(routing)),
    "email": ("email", same(email)),
    "url": ("url", same(url)),
}
SENTENCES = (
    "Dear Mr. {person_title}, thank you for your letter of {date_en}.",
    "This Agreement is made on {date_en} between {org_en} and {org_en}.",
    "{person_en} called on {date_en} about the payment of {amount_en}.",
    "The deposition of {person_en} was taken on {date_en} at {address_en}.",
    "Payment of {amount_en} fell due on {date_en}; only {amount_en} was received.",
    "Please call {phone_en} or write to {email} before {date_en}.",
    "From: {person_en} <{email}>",
    "Contact: {person_en}\nTel: {phone_en}\nFax: {phone_en}",
    "The notice shall be sent to {org_en}, {address_en}.",
    "Employer identification number: {ein}; SSN {ssn}.",
    "Wire to routing number {routing}, IBAN {iban}.",
    "The card {card_grouped} was charged {amount_en} on {date_en}.",
    "LEI {lei} belongs to {org_en}.",
    "See {url} for the docket; {org_en} filed on {date_en}.",
    "Our counsel, {pinyin}, met {person_en} in Shanghai.",
    "Best regards,\n{person_en}\n{org_en}\n{phone_en}",
    "Invoice total: {amount_en}, of which {amount_en} is tax.",
    "Dr. {person_title} testified that {org_en} knew of the defect.",
    "甲方：{org_zh}，住所：{address_zh}。",
    "法定代表人：{person_zh}，联系电话：{phone_zh}。",
    "本合同于{date_zh}由{org_zh}与{org_zh}签订。",
    "合同总价为{amount_zh}，乙方应于{date_zh}前支付{amount_zh}。",
    "原告{person_zh}，身份证号码{resident}，住{address_zh}。",
    "统一社会信用代码：{uscc}",
    "委托代理人：{person_zh}，{org_zh}律师。",
    "收款人卡号{card}，金额{amount_zh}。",
    "请于{date_zh}前将{amount_zh}汇至{org_zh}。",
    "{person_zh}先生于{date_zh}致电{phone_zh}。",
    "联系人：{person_zh}，邮箱{email}，电话{phone_zh}。",
    "被告{org_zh}应于判决生效后十日内支付货款{amount_zh}。",
    "参会人员：{person_zh}、{person_zh}、{person_zh}。",
    # Names in running text, with nothing before or after them that says so.
    "{person_en} and {person_en} attended the hearing.",
    "Copies went to {person_en} and {person_title}.",
    "会上{person_zh}表示同意，其后{person_zh}补充了意见。",
    "当日到场的有{person_zh}以及{org_zh}的{person_zh}。",
)
# Sentences that name nothing of the kinds below, each written to look as if it did.
NOTHING = (
    "May we ask whether the goods may be returned; March on, said the sergeant.",
    "See section 3.4.2 and clause 12/5 of version 10.2.31 for details.",
    "Part number 4111-1111-1111-1112 is out of stock.",
    "Order 123-45-67890 and batch 900-12-3456-7 were shipped together.",
    "The ratio was 3/4 and the score 21-14; he finished 2nd of 40.",
    "Room 2001 holds 40 people; page 12 of 30; pp. 14-15.",
    "IP 10.12.20.25 answered at 10:30:45.",
    "Tracking 1Z999AA10123456784 left the dock; container MSKU1234565.",
    "Resident number 110105199002301234 fails its check.",
    "Code 91110108MA01ABCD2Z is not a registration code.",
    "GB82 WEST 1234 5698 7654 33 has a wrong check sum.",
    "Routing number 123456789 is invalid.",
    "Serial 5493001KJTIIGC8Y1R13 is not an identifier of any entity.",
    "The court will grant the motion; art and bill are common words.",
    "Will Be Done, Best Practices, Terms And Conditions, New Rules Apply",
    "the company and its limited partners agreed in principle.",
    "A corporation may own property; any bank can lend.",
    "He paid in full and got 15 percent more, about 3 million units.",
    "It rose to 1,250,000 units, 12.5 kg, 30 miles and 40 dpi.",
    "file.name.txt and report.final.docx are attached; see README.md",
    "He said stop.then he left.in the end nothing happened.",
    "@home is not an address and neither is user@localhost or a@b",
    "不得任意解除，双方应当平等协商，任何一方均可提出。",
    "高度重视安全生产，严格管理，明确责任，成本可控。",
    "第三十二条第二款规定的期限为三十日，自收到之日起算。",
    "共计三千五百吨，每箱十二件，温度二十五度。",
    "该公司与本公司、各银行、有限公司均应遵守。",
    "元旦期间公司放假三天，元月无订单，十月怀胎。",
    "编号20231105001，批次第13800138号，合同第2024-031号。",
    "本院认为，原审法院认定事实清楚，适用法律正确。",
    "方法如下：关于时间安排，包括成立大会、查询、申请。",
    "万一发生，一千零一夜，百分之五，三分之二。",
)


@dataclass
class Score:
    """Counts of one kind: right, found although not labelled, labelled but not found."""

    right: int = 0
    extra: int = 0
    missed: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.extra) if self.right + self.extra else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


Label = tuple[str, str, int, int]


def document(r: random.Random) -> tuple[str, list[Label]]:
    """Make one document of six to fourteen sentences with its labels."""
    text, labels = "", []
    for _ in range(r.randint(6, 14)):
        template = r.choice(SENTENCES) if r.random() > 0.3 else r.choice(NOTHING)
        for piece in template.replace("}", "{").split("{") if template not in NOTHING else [template]:
            if piece in SLOTS:
                kind, fill = SLOTS[piece]
                surface, value = fill(r)
                labels.append((kind, value, len(text), len(text) + len(surface)))
                if kind in ("email", "url"):
                    host = surface.split("@")[-1] if kind == "email" else surface.split("/")[2]
                    start = len(text) + surface.index(host)
                    name = host.removeprefix("www.")
                    labels.append(("domain", name, start + len(host) - len(name), start + len(host)))
                text += surface
            else:
                text += piece
        text += "\n"
    return text, labels


def _comparable(text: str, kind: str, value: str, start: int, end: int) -> Label:
    """Leave the full stop after "Ltd" out of the comparison: nobody can tell whose it is."""
    if kind != "organisation":
        return kind, value, start, end
    return kind, value.rstrip("."), start, start + len(text[start:end].rstrip("."))


def measure(*, documents: int, seed: int) -> tuple[dict[str, Score], dict[str, float], int]:
    """Score every kind on a generated set; the second part is processor seconds per kind, the third characters."""
    r = random.Random(seed)
    made = [document(r) for _ in range(documents)]
    scores: dict[str, Score] = defaultdict(Score)
    for text, labels in made:
        wanted = Counter(_comparable(text, *label) for label in labels)
        read = [one for one in extract(text=text) if one.kind != "language"]
        found = Counter(_comparable(text, one.kind, one.value, one.start, one.end) for one in read)
        for label in set(wanted) | set(found):
            score = scores[label[0]]
            right = min(wanted[label], found[label])
            score.right += right
            score.extra += found[label] - right
            score.missed += wanted[label] - right
            if right < max(wanted[label], found[label]):
                sign = "+" if found[label] > right else "-"
                score.examples.append(f"{sign} {label[1]!r} in {text[max(0, label[2] - 12) : label[3] + 12]!r}")
    seconds: dict[str, float] = {}
    for kind in ("all", *KINDS):
        began = time.process_time()
        for text, _ in made:
            extract(text=text, kinds=None if kind == "all" else (kind,))
        seconds[kind] = time.process_time() - began
    return dict(scores), seconds, sum(len(text) for text, _ in made)


def mail_speed() -> str:
    """Measure kinds on the bodies of real mail: messages a second of one core."""
    data = os.environ.get("CHANCERY_TEST_DATA")
    if not data:
        return "real mail: skipped, CHANCERY_TEST_DATA is not set"
    texts = []
    for archive in sorted((Path(data) / "mail").glob("*.tar.gz")):
        with tarfile.open(archive) as members:
            for member in members:
                if member.name.endswith(".eml") and (stream := members.extractfile(member)):
                    texts.append(body(message_from_bytes(stream.read())))
    rows = []
    for kinds in (("person", "date"), ("email", "domain"), None):
        began = time.process_time()
        found = sum(len(extract(text=text, kinds=kinds)) for text in texts)
        seconds = time.process_time() - began
        name = "+".join(kinds) if kinds else "all kinds"
        rate, size = len(texts) / seconds, sum(map(len, texts)) / seconds / 1e6
        rows.append(f"{name} {rate:,.0f} messages/s ({size:.1f} MB/s), {found:,} findings")
    return f"real mail, {len(texts):,} messages: " + "; ".join(rows)


def body(message: Message) -> str:
    """Return the first text of a message."""
    for part in message.walk():
        if part.get_content_maintype() == "text":
            return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
    return ""


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20250314
    scores, seconds, size = measure(documents=documents, seed=seed)
    table = Table(
        "kind",
        "labels",
        "precision",
        "recall",
        "extra",
        "missed",
        "MB/s CPU",
        title=f"extraction, {documents} documents, {size:,} characters, seed {seed}",
    )
    for kind in KINDS:
        rate = f"{size / seconds[kind] / 1e6:.2f}"
        if kind not in scores:
            table.add_row(kind, "-", "-", "-", "-", "-", rate)
            continue
        s = scores[kind]
        table.add_row(
            kind, str(s.right + s.missed), f"{s.precision:.4f}", f"{s.recall:.4f}", str(s.extra), str(s.missed), rate
        )
    table.add_row("all kinds", "", "", "", "", "", f"{size / seconds['all'] / 1e6:.2f}")
    Console(width=120).print(table)
    for kind, score in sorted(scores.items()):
        for example in sorted(set(score.examples))[:6]:
            print(f"  {kind}: {example}")
    print(mail_speed())


if __name__ == "__main__":
    main()
