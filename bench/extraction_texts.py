"""Labelled documents: sentences with slots, and sentences that only look as if they named something."""

from __future__ import annotations

import random

from extraction_values import (
    EN_ORGS,
    PINYIN,
    ZH_NAMES,
    ZH_ORGS,
    Filler,
    address_en,
    address_zh,
    amount_en,
    amount_zh,
    card,
    card_grouped,
    choose,
    date_en,
    date_zh,
    ein,
    email,
    iban_spaced,
    lei,
    person_en,
    person_title,
    phone_en,
    phone_zh,
    resident,
    routing,
    same,
    social,
    ssn,
    url,
)

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
