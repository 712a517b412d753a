"""Character sets found from the bytes alone."""

from __future__ import annotations

import pytest

from chancery.engines.text.charset import codec_for, decode, guess_name
from chancery.engines.text.language import language_of
from chancery.engines.text.normalise import clean, safe_name

CHINESE = "甲方应当在收到发票之日起三十日内支付全部货款，逾期付款的，每日按未付金额的千分之一支付违约金。"
TRADITIONAL = "甲方應當在收到發票之日起三十日內支付全部貨款，逾期付款的，每日按未付金額支付違約金。"
JAPANESE = "売主は、買主に対し、本契約に定める商品を引き渡すものとする。支払いは翌月末日までに行う。"
KOREAN = "매수인은 물품을 인도받은 날부터 삼십일 이내에 대금을 지급하여야 한다."


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE, "gb18030"),
        (CHINESE, "gb2312"),
        (CHINESE, "hz"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (TRADITIONAL, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (KOREAN, "euc_kr"),
        ("The buyer pays within thirty days of the invoice.", "utf-16-le"),
        ("The buyer pays within thirty days of the invoice.", "utf-16-be"),
        ("The buyer pays within thirty days of the invoice.", "utf-32"),
        ("Der Käufer zahlt binnen dreißig Tagen — „prompt“", "cp1252"),
    ],
)
def test_text_comes_back_whole(text: str, codec: str) -> None:
    found = decode(data=text.encode(codec))
    assert (found.text, found.lossy) == (text, False)


SENTENCES = {
    "fr": "Le vendeur s’engage à livrer la marchandise à l’acheteur dès réception de l’acompte, prévu à l’article 3.",
    "de": "Der Käufer hat die Ware unverzüglich zu prüfen; Mängel sind schriftlich gegenüber dem Verkäufer zu rügen.",
    "es": "El comprador pagará el precio en treinta días desde la recepción; ninguna cláusula podrá añadirse.",
    "pl": "Sprzedający zobowiązuje się przenieść własność rzeczy, a kupujący zapłacić cenę w ciągu trzydziestu dni.",
    "cs": "Prodávající se zavazuje předat zboží kupujícímu a kupující se zavazuje zaplatit kupní cenu do třiceti dnů.",
    "hu": "A vevő köteles a vételárat az áru átvételétől számított harminc napon belül megfizetni, különben késedelem.",
    "ru": "Покупатель обязан оплатить товар в течение тридцати дней после передачи товара продавцом.",
    "uk": "Покупець зобов'язаний оплатити товар протягом тридцяти днів після його передачі, якщо інше не визначено.",
    "el": "Ο αγοραστής υποχρεούται να καταβάλει το τίμημα εντός τριάντα ημερών από την παραλαβή των εμπορευμάτων.",
    "tr": "Alıcı, malların tesliminden itibaren otuz gün içinde satış bedelini ödemekle yükümlüdür.",
    "lv": "Pircējam ir jāsamaksā cena trīsdesmit dienu laikā pēc preču saņemšanas, ja puses nav vienojušās citādi.",
    "he": "הקונה מתחייב לשלם את מחיר הטובין בתוך שלושים ימים מיום קבלתם מידי המוכר על פי הסכם זה.",
    "ar": "يلتزم المشتري بدفع ثمن البضاعة خلال ثلاثين يوما من تاريخ استلامها من البائع وفقا لهذا العقد.",
    "th": "ผู้ซื้อจะต้องชำระราคาสินค้าภายในสามสิบวันนับแต่วันที่ได้รับสินค้าจากผู้ขายตามสัญญานี้",
}


@pytest.mark.parametrize(
    ("language", "codec"),
    [
        *((language, codec) for language in ("fr", "de", "es") for codec in ("cp1252", "mac_roman")),
        ("de", "cp850"),
        ("es", "cp437"),
        *((language, codec) for language in ("pl", "cs", "hu") for codec in ("cp1250", "iso8859-2", "cp852")),
        *(("ru", codec) for codec in ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic")),
        ("uk", "cp1251"),
        ("uk", "koi8-u"),
        ("el", "cp1253"),
        ("el", "iso8859-7"),
        ("tr", "cp1254"),
        ("lv", "cp1257"),
        ("he", "cp1255"),
        ("ar", "cp1256"),
        ("th", "cp874"),
    ],
)
def test_sets_of_one_byte_are_told_without_being_declared(language: str, codec: str) -> None:
    text = SENTENCES[language].replace("’", "'") if codec in ("cp850", "cp437") else SENTENCES[language]
    found = decode(data=text.encode(codec))
    assert (found.text, found.lossy) == (text, False)


def test_a_rare_sign_tells_two_sets_apart_where_thousands_are_alike() -> None:
    """Only the accented capital alpha stands elsewhere in the two Greek sets."""
    text = SENTENCES["el"].replace("ά", "α") * 40 + " Άρθρο"
    assert decode(data=text.encode("iso8859-7")).text == text


def test_signs_of_an_english_text() -> None:
    for text in (
        "§ 7 of the Act – see “Notice”",
        "See Complaint ¶¶ 4, 7 and ¶ 9; 15 U.S.C. §§ 1, 2.",
        "the buyer’s duty",
        "Fees: £ 5 or € 6…",
        "‘Goods’ means goods sold hereunder.",
    ):
        assert decode(data=text.encode("cp1252")).text == text


def test_short_names_of_files() -> None:
    for text, codec in (("合同.docx", "gbk"), ("采购合同终稿", "gbk"), ("計画書", "cp932"), ("계약서", "cp949")):
        assert decode(data=text.encode(codec)).text == text


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        *(
            (name, codec)
            for name in ("Größe.txt", "Übersicht.txt", "año.txt", "élan.doc")
            for codec in ("cp437", "cp850")
        ),
        ("Umowa sprzedaży.pdf", "cp852"),
        ("Договор поставки.docx", "cp866"),
        ("Müller Vertrag.docx", "cp1252"),
        ("合同.docx", "gbk"),
        ("データ.xlsx", "cp932"),
        ("合同.docx", "utf-8"),
    ],
)
def test_names_in_archives(name: str, codec: str) -> None:
    assert guess_name(raw=name.encode(codec), dos=True) == name


def test_mixed_contract_in_gb18030() -> None:
    text = f"SUPPLY AGREEMENT No. 2026-17\r\n{CHINESE}\r\nThe Buyer shall pay.\r\n"
    assert decode(data=text.encode("gb18030")).text == text


def test_declared_set_is_believed_when_it_fits_and_widened() -> None:
    text = "Покупатель обязан оплатить товар"
    assert decode(data=text.encode("koi8-r"), declared="koi8-r").text == text
    assert decode(data="镕".encode("gbk"), declared="gb2312").text == "镕"
    assert decode(data=CHINESE.encode("gb18030"), declared="iso-8859-1").text == CHINESE
    assert decode(data=CHINESE.encode("utf-8"), declared="gb2312").text == CHINESE
    assert codec_for(label="no-such-set") is None


def test_nothing_fails() -> None:
    assert decode(data=b"").text == ""
    for first in range(256):
        assert isinstance(decode(data=bytes([first, 0x41, 0x80, first])).text, str)


def test_clean_and_names() -> None:
    assert clean(text="a\r\nb\rc\x00\x0bd\ud800") == "a\nb\ncd\ufffd"
    assert safe_name(name="gb\udcd6\udcd0.txt") == "gb%D6%D0.txt"


def test_language() -> None:
    assert language_of(text=CHINESE) == "zh"
    assert language_of(text=TRADITIONAL) == "zh"
    assert language_of(text=JAPANESE) == "ja"
    assert language_of(text=KOREAN) == "ko"
    assert language_of(text="The buyer shall pay the price within thirty days of receipt.") == "en"
    assert language_of(text="12345") is None
