"""Bytes to text: find the character set before anything is parsed."""

from __future__ import annotations

import codecs
import re
import string
from dataclasses import dataclass
from functools import lru_cache

from charset_normalizer import from_bytes

from chancery.engines.text.single_byte import Reading, best_reading, lonely

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi": "cp1252",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8",
    "unicode": "utf-16",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "windows-31j": "cp932",
}
_SAMPLE = 256 * 1024
_SHORT = 2000
_LOW = bytes(range(0x80))
_LATIN = string.ascii_letters.encode()
_EASTERN = re.compile("[\u2e80-\uffff]+")
_LIKELY, _CERTAIN = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the character set it was read in; ``lossy`` when some bytes had no character."""

    text: str
    charset: str
    lossy: bool = False


@lru_cache(maxsize=1024)
def codec_for(*, label: str | None) -> str | None:
    """Return the codec for a declared character set, widened to the superset in real use, or None if
    unknown."""
    name = (label or "").strip().strip("\"'").lower()
    name = _WIDER.get(name, name)
    try:
        return codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None


def decode(*, data: bytes, declared: str | None = None) -> Decoded:
    """Return the text of ``data``; never fails, bytes without a meaning become U+FFFD and set ``lossy``.

    Order: byte order mark, valid UTF-8, the declared set where it fits without error, UTF-16/32 by their zero
    bytes, escape-coded sets, East Asian sets by the share of common characters, then statistics.
    """
    if not data:
        return Decoded("", "ascii")
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _in(data, name) or Decoded(data.decode(name, "replace"), name, lossy=True)
    wide = _wide_guess(data[:_SAMPLE])
    if wide and (found := _in(data, wide)):
        return found
    if data.isascii():
        return _escaped(data, declared) or Decoded(data.decode("ascii"), "ascii")
    if found := _in(data, "utf-8"):
        return found
    named = codec_for(label=declared)
    if named and not named.startswith("utf-8") and (found := _in(data, named)) and _plausible(found, data):
        return found
    asian = _asian_guess(data[:_SAMPLE])
    if asian and not _reads_better(data[:_SAMPLE], asian):
        return _in(data, asian) or Decoded(data.decode(asian, "replace"), asian, lossy=True)
    return _single_byte(data, named)


def guess_name(*, raw: bytes, dos: bool = False) -> str:
    """Return a file or header name written in an unknown character set as text; dos: in an archive of old."""
    if dos and not raw.isascii() and not _in(raw, "utf-8"):
        asian = _asian_guess(raw)
        best = best_reading(raw, dos=True)
        if best and (not asian or _reads_better(raw, asian, best)) and (found := _in(raw, best.codec)):
            return found.text.replace("\x00", "")
    return decode(data=raw).text.replace("\x00", "")


def _in(data: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(data.decode(codec), codec.replace("utf-8-sig", "utf-8"))
    except (UnicodeError, LookupError):
        return None


def _plausible(found: Decoded, data: bytes) -> bool:
    """A declared single-byte set always fits; disbelieve it when the bytes read better as an East Asian
    set."""
    if found.charset in ("cp1252", "cp1254", "latin_1", "iso8859-1"):
        return _asian_guess(data[:_SAMPLE], floor=0.9) is None
    return not found.text.count("\x00")


def _wide_guess(sample: bytes) -> str | None:
    """Name UTF-16 or UTF-32 without a mark by where the zero bytes stand."""
    if b"\x00" not in sample:
        return None
    size = len(sample) - len(sample) % 4
    if size >= 8:
        zeros = [sample[start:size:4].count(0) / (size / 4) for start in range(4)]
        if min(zeros[1:]) > 0.9 and zeros[0] < 0.2:
            return "utf-32-le"
        if min(zeros[:3]) > 0.9 and zeros[3] < 0.2:
            return "utf-32-be"
    half = max(1, len(sample) // 2)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    if even > 0.3 and odd < 0.05:
        return "utf-16-be"
    return None


def _reads_better(sample: bytes, asian: str, best: Reading | None = None) -> bool:
    """Tell a text of few letters beyond ASCII, or a short one of another script, from eastern characters."""
    high, letters = len(sample.translate(None, _LOW)), len(sample) - len(sample.translate(None, _LATIN))
    few = lonely(sample) and high * 3 < letters
    if not few and len(sample) > _SHORT:
        return False
    best = best or best_reading(sample)
    if best is None:
        return False
    if best.agreed:
        return best.score > (_LIKELY if few else _CERTAIN)
    return best.score > _CERTAIN and ((few and high * 8 < letters) or _sprinkled(sample.decode(asian, "replace")))


def _sprinkled(text: str) -> bool:
    """Tell eastern characters that stand one by one inside Latin words, where accents stand and they do not."""
    runs = list(_EASTERN.finditer(text))
    return all(
        len(run[0]) == 1
        and any(
            each.isascii() and each.isalpha()
            for each in (text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1])
        )
        for run in runs
    )


def _escaped(data: bytes, declared: str | None) -> Decoded | None:
    """Read the seven-bit East Asian sets: ISO-2022-JP and -KR by their escapes, HZ by its tildes, UTF-7 if
    declared."""
    if 0x1B in data and b"\x1b$" in data:
        return next((found for name in ("iso2022_jp_ext", "iso2022_kr") if (found := _in(data, name))), None)
    if 0x7E in data and b"~{" in data and b"~}" in data:
        found = _in(data, "hz")
        if found and any("\u4e00" <= char <= "\u9fff" for char in found.text):
            return found
    named = codec_for(label=declared)
    if named == "utf-7":
        return _in(data, named)
    return None


@lru_cache(maxsize=4)
def _asian_guess(sample: bytes, *, floor: float = 0.7) -> str | None:
    """Name the East Asian set in which the largest share of double-byte characters is a common one."""
    scores = {
        "gb18030": _share(sample, lambda a, b: 0xB0 <= a <= 0xD7 or 0xA1 <= a <= 0xA3, "gb18030"),
        "big5hkscs": _share(sample, lambda a, b: 0xA4 <= a <= 0xC6 or a == 0xA1, "big5hkscs") * 0.99,
        "cp932": _share(sample, _common_in_cp932, "cp932"),
        "euc_jp": _share(sample, lambda a, b: a in (0xA1, 0xA4, 0xA5) or ((0xB0 <= a <= 0xCF) and b > 0xA0), "euc_jp")
        * 0.97,
        "cp949": _share(sample, lambda a, b: 0xB0 <= a <= 0xC8 and b > 0xA0, "cp949") * 0.98,
    }
    kana = sum(sample.count(bytes([lead])) for lead in (0xA4, 0xA5))
    if scores["euc_jp"] > 0.8 and kana * 3 > sum(byte > 0xA0 for byte in sample) / 2:
        scores["euc_jp"] += 0.1
    if _is_korean(sample):
        scores["cp949"] += 0.1
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= floor else None


def _is_korean(sample: bytes) -> bool:
    """Tell Korean from Chinese in the bytes they share: only syllables of the Hangul rows, in words with spaces, or
    the commonest syllables in a short text."""
    pairs = _PAIR.findall(sample)
    hangul = sum(0xB0 <= pair[0] <= 0xC8 for pair in pairs)
    if hangul >= 8 and hangul >= 0.97 * len(pairs) and sample.count(b" ") * 12 > hangul:
        return True
    if hangul < len(pairs) or not 2 <= len(pairs) <= _FEW_PAIRS:
        return False
    both = b"".join(pairs)
    korean = sum(sign in _SYLLABLES for sign in both.decode("cp949", "replace"))
    chinese = sum(sign in _HANZI for sign in both.decode("gb18030", "replace"))
    return korean > chinese and korean * 2 >= len(pairs)


def _common_in_cp932(lead: int, trail: int) -> bool:
    return lead in (0x81, 0x82, 0x83) or 0x88 <= lead <= 0x97


_PAIR = re.compile(rb"[\xa1-\xfe][\xa1-\xfe]")
_FEW_PAIRS = 40
# Common syllables of Korean and common characters of Chinese whose bytes lie in the same rows.
_SYLLABLES = frozenset(
    "이다는의에을가고지하로를은기사한도리어자대인시나서정해그부일수있상스전구보아제주계약장용문원조금만라오면여공동관우들"
    "적경과안무비신입회김박강임명세영성소유재판매출연월간결위진행물료및청변호고보서합"
)
_HANZI = frozenset(
    "的不了这个国大多到地对分工出成得合公定方法发和会后过各给改更高关规股告根共管广工果好个更份费付负方房非甲丰风夫"
    "服复概干该感格更工构购够固故国过函行和号何河很红后户化划话环换回汇会活或货获基及级即几己计记技济家价间件建将"
    "交角教接结解界届今金进尽近京经精究九局具据决军开看可客课控口款快况扩来类理力立利例联量料列另流律率买卖满没每"
    "米密面民名明命目内那能年农"
)
# Characters beyond ASCII, of two bytes; in the Japanese set some have one.
_DOUBLE = re.compile(rb"[\x80-\xff][\x00-\xff]?")
_JAPANESE = re.compile(rb"[\xa1-\xdf]|[\x80-\xa0\xe0-\xff][\x00-\xff]?")
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd]")


def _share(sample: bytes, common: object, codec: str) -> float:
    """Return the share of common double-byte characters, 0 when the bytes are no valid text of that set."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        text = decoder.decode(sample)
    except UnicodeError:
        return 0.0
    japanese = codec == "cp932"
    found = (_JAPANESE if japanese else _DOUBLE).findall(sample)
    good = sum(
        bool(common(each[0], each[1] if len(each) > 1 else 0))  # type: ignore[operator]
        for each in found
        if not (japanese and 0xA1 <= each[0] <= 0xDF)
    )
    odd = len(_PRIVATE.findall(text[:20000]))
    return (good / len(found) if found else 0.0) - odd / max(1, len(found))


def _single_byte(data: bytes, named: str | None) -> Decoded:
    """Read a European or other single-byte set by statistics, Windows Latin when they give no answer."""
    sample = data[:_SAMPLE]
    if (best := best_reading(sample)) and (found := _in(data, best.codec)):
        return found
    for name in (_by_statistics(sample), named, "cp1252"):
        if name and (found := _in(data, name)):
            return found
    return Decoded(data.decode("cp1252", "replace"), "cp1252", lossy=True)


@lru_cache(maxsize=4)
def _by_statistics(sample: bytes) -> str | None:
    """Name the set that statistics find; who tells the format of a small file and who reads it ask about the same."""
    match = from_bytes(sample).best()
    return match.encoding if match else None
