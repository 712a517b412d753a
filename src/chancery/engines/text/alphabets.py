"""Alphabets: which letters beyond ASCII a language writes, and the single-byte sets its texts come in.

Letters as the orthographies of the languages name them; sets as the code pages of their systems were.
"""

from __future__ import annotations

from typing import Final

_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_SERBIAN = "абвгдђежзијклљмнњопрстћуфхцчџш"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ"
_ARABIC = "".join(chr(code) for code in range(0x0621, 0x0653)) + "پچژگکیەڵۆ"

LETTERS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(letters + letters.upper())
    for language, letters in {
        "en": "éèêëïöñçàâôüæœ",
        "fr": "àâæçéèêëîïôœùûüÿ",
        "de": "äöüßéàè",
        "es": "áéíñóúüªº",
        "pt": "áâãàçéêíóôõúüªº",
        "it": "àèéìíîòóùúªº",
        "nl": "áäàâéèëêïíîóöôüúûç",
        "sv": "åäöéàü",
        "da": "æøåéèêóòâôäöü",
        "nb": "æøåéèêóòâôäöü",
        "fi": "äöåšžé",
        "is": "áéíóúýþæöð",
        "ca": "àçèéíïòóúüªº",
        "gl": "áéíóúüñïªº",
        "ga": "áéíóú",
        "eu": "ñçü",
        "sq": "ëç",
        "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž",
        "sk": "áäčďéíĺľňóôŕšťúýž",
        "hu": "áéíóöőúüű",
        "sl": "čšžćđ",
        "hr": "čćđšž",
        "ro": "ăâîşţșț",
        "lt": "ąčęėįšųūž",
        "lv": "āčēģīķļņōŗšūž",
        "et": "äõöüšž",
        "tr": "çğıöşüâîûİ",
        "vi": "àâáãèéêìíòóôõùúýăđơưạ\u0300\u0301\u0303\u0309\u0323",
        "ru": _RUSSIAN,
        "bg": _RUSSIAN.translate(str.maketrans("", "", "ыэё")),
        "uk": _RUSSIAN.translate(str.maketrans("", "", "ъыэё")) + "ґєії",
        "be": _RUSSIAN.translate(str.maketrans("", "", "ъищ")) + "ўі",
        "sr": _SERBIAN,
        "mk": _SERBIAN.translate(str.maketrans("", "", "ђћ")) + "ѓќѕ",
        "el": _GREEK,
        "he": "".join(chr(code) for code in (*range(0x05B0, 0x05C3), *range(0x05D0, 0x05EB))),
        "ar": _ARABIC,
        "fa": _ARABIC,
        "th": "".join(chr(code) for code in range(0x0E01, 0x0E5C)),
    }.items()
}

COMMON: Final[dict[str, frozenset[str]]] = {
    language: frozenset(letters + letters.upper())
    for language, letters in {
        "ru": "оеаинтсрвл",
        "bg": "аиоетнрсвл",
        "uk": "оаинвітерс",
        "be": "аінеосрклы",
        "sr": "аиоенсртјв",
        "mk": "аоиетнрсвк",
        "el": "αοιετσνηυρ",
        "he": "יוהלרתאמבש",
        "ar": "اليمنتورب",
        "fa": "اینردهتمو",
        "th": "านรอกเงมยล่้",
    }.items()
}
"""The ten commonest letters of languages whose words hold no ASCII letters; well above half of a text are theirs."""

_WESTERN = ("en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "is", "ca", "gl", "ga", "eu", "sq")
_CENTRAL = ("pl", "cs", "sk", "hu", "sl", "hr", "ro", "sq")
_CYRILLIC = ("ru", "bg", "uk", "be", "sr", "mk")

SETS: Final[dict[str, tuple[str, ...]]] = {
    "cp1252": _WESTERN,
    "cp1251": _CYRILLIC,
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "iso8859-15": _WESTERN,
    "cp1254": ("tr",),
    "cp1257": ("lt", "lv", "et"),
    "cp1253": ("el",),
    "iso8859-7": ("el",),
    "cp1255": ("he",),
    "iso8859-8": ("he",),
    "cp1256": ("ar", "fa"),
    "iso8859-6": ("ar",),
    "cp874": ("th",),
    "koi8-r": ("ru", "bg"),
    "koi8-u": ("uk", "ru"),
    "iso8859-5": _CYRILLIC,
    "cp866": ("ru", "uk", "be", "bg"),
    "mac_cyrillic": ("ru", "uk", "bg"),
    "mac_roman": _WESTERN,
    "cp850": _WESTERN,
    "cp437": _WESTERN,
    "cp852": _CENTRAL,
    "mac_latin2": _CENTRAL,
    "iso8859-4": ("lt", "lv", "et"),
    "iso8859-13": ("lt", "lv", "et"),
    "cp857": ("tr",),
    "cp737": ("el",),
    "cp862": ("he",),
    "cp775": ("lt", "lv", "et"),
    "cp1258": ("vi",),
}
"""From the likeliest set to the least likely one; the first wins where two say the same."""

DOS: Final = frozenset({"cp850", "cp437", "cp866", "cp852"})
"""The commonest sets of DOS, in which archives write names that are not marked as UTF-8."""

RARE: Final = frozenset({"is", "ga", "eu", "sq", "gl", "ca"})
"""Languages of few texts; where the words do not say them, another one is likelier."""
