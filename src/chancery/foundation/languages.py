"""Language tags with display names, and which script a text is written in."""

from __future__ import annotations

from dataclasses import dataclass

from chancery.foundation.errors import Refused


class UnknownLanguage(Refused):
    """A tag that names no language we know."""

    code = "unknown_language"


@dataclass(frozen=True, slots=True)
class Language:
    """One language. tag: BCP 47. own_name: what its speakers call it."""

    tag: str
    name_en: str
    name_zh: str
    own_name: str

    def name(self, *, language: str) -> str:
        """Display name in a language tag: Chinese for zh and its variants, otherwise English."""
        return self.name_zh if language.lower().startswith("zh") else self.name_en


LANGUAGES = {
    language.tag: language
    for language in (
        Language("en", "English", "英语", "English"),
        Language("zh", "Chinese", "中文", "中文"),
        Language("zh-Hans", "Chinese, simplified", "简体中文", "简体中文"),
        Language("zh-Hant", "Chinese, traditional", "繁体中文", "繁體中文"),
        Language("yue", "Cantonese", "粤语", "粵語"),
        Language("ja", "Japanese", "日语", "日本語"),
        Language("ko", "Korean", "韩语", "한국어"),
        Language("de", "German", "德语", "Deutsch"),
        Language("fr", "French", "法语", "français"),
        Language("es", "Spanish", "西班牙语", "español"),
        Language("pt", "Portuguese", "葡萄牙语", "português"),
        Language("it", "Italian", "意大利语", "italiano"),
        Language("nl", "Dutch", "荷兰语", "Nederlands"),
        Language("ru", "Russian", "俄语", "русский"),
        Language("ar", "Arabic", "阿拉伯语", "العربية"),
        Language("vi", "Vietnamese", "越南语", "Tiếng Việt"),
        Language("th", "Thai", "泰语", "ไทย"),
        Language("hi", "Hindi", "印地语", "हिन्दी"),
    )
}
ALIASES = {
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
}
# Code point ranges (first, last) of Chinese characters: unified, extensions A to H, compatibility.
HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))


def language(*, tag: str) -> Language:
    """Find a language by tag, in any letter case and with or without region; refuses an unknown tag."""
    wanted = tag.strip().replace("_", "-").lower()
    by_tag = {known.lower(): held for known, held in LANGUAGES.items()}
    for candidate in (ALIASES.get(wanted, wanted).lower(), wanted.split("-")[0]):
        if candidate in by_tag:
            return by_tag[candidate]
    raise UnknownLanguage("%(tag)s is not a known language.", tag=tag)


def is_han(character: str) -> bool:
    """Tell whether a character is a Chinese one (punctuation and kana are not)."""
    point = ord(character)
    return any(first <= point <= last for first, last in HAN_RANGES)


def han_share(text: str) -> float:
    """Share of Chinese characters among the letters of a text, 0 to 1; 0 for a text without letters."""
    letters = [character for character in text if character.isalpha()]
    return sum(map(is_han, letters)) / len(letters) if letters else 0.0


def guess(*, text: str) -> str:
    """Guess en or zh from the script alone.

    One Chinese character carries about as much as four Latin letters, so a text is taken as Chinese when its
    Chinese characters are at least a fifth of its letters. An empty text is en. Texts in other languages are
    taken for one of the two: use a detector where that matters.
    """
    return "zh" if han_share(text) >= 0.2 else "en"
