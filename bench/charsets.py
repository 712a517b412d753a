"""Character sets that nobody declared: ``python bench/charsets.py [texts of each kind] [seed]``.

Sentences of the translations that come with Django, in languages and sets of old systems, as texts of 1, 4 and 30
sentences; a text is right when every character comes back. Ours and charset-normalizer read the same bytes.
"""

from __future__ import annotations

import gettext
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import django
from charset_normalizer import from_bytes

sys.path.insert(0, str(Path(__file__).parent))

from measuring import show

from chancery.engines.text.charset import decode

LANGUAGES = {
    "cp1252": "fr de es it pt nl sv da nb fi is ca",
    "iso8859-15": "fr de fi",
    "mac_roman": "fr de es",
    "cp850": "fr de es",
    "cp1250": "pl cs hu sk sl hr ro",
    "iso8859-2": "pl cs hu sk sl hr",
    "cp1251": "ru uk bg sr mk be",
    "koi8-r": "ru",
    "koi8-u": "uk",
    "iso8859-5": "ru bg",
    "cp866": "ru",
    "mac_cyrillic": "ru",
    "cp1253": "el",
    "iso8859-7": "el",
    "cp1254": "tr",
    "cp1255": "he",
    "cp1256": "ar",
    "cp1257": "lt lv et",
    "cp874": "th",
    "gb18030": "zh_Hans",
    "big5": "zh_Hant",
    "cp932": "ja",
    "euc_jp": "ja",
    "cp949": "ko",
}
SIZES = (1, 4, 30)
_MARKS = re.compile(r"%\(?\w*\)?s?|<[^>]+>|\{[^}]*\}")


def sentences(language: str, codec: str) -> list[str]:
    """Return the sentences of a language that a set can write and that need more than ASCII."""
    found = []
    for path in sorted(Path(django.__file__).parent.rglob(f"locale/{language}/LC_MESSAGES/django.mo")):
        with path.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]
        for source, said in catalogue.items():
            plain = _MARKS.sub("", said).strip() if source else ""
            if len(plain) > 25 and not plain.isascii() and plain.encode(codec, "ignore").decode(codec) == plain:
                found.append(plain)
    return found


def ours(data: bytes) -> str:
    """Read bytes as an ingest does."""
    return decode(data=data).text


def peer(data: bytes) -> str:
    """Read bytes as charset-normalizer advises."""
    return str(from_bytes(data).best() or "")


def main(texts: int, seed: int) -> None:
    """Print the share of texts that come back whole, by set and length, and the processor time of a text."""
    draw = random.Random(seed)
    right: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    spent: dict[str, float] = defaultdict(float)
    readers: dict[str, Callable[[bytes], str]] = {"ours": ours, "charset-normalizer": peer}
    for codec, languages in LANGUAGES.items():
        for language in languages.split():
            known = sentences(language, codec)
            for size in SIZES:
                for _ in range(texts):
                    text = "\n".join(draw.choice(known) for _ in range(size))
                    for name, read in readers.items():
                        began = time.process_time()
                        got = read(text.encode(codec))
                        spent[name] += time.process_time() - began
                        right[name, codec, size].append(got == text)
    rows = []
    for codec, languages in LANGUAGES.items():
        each = [right[name, codec, size] for name in readers for size in SIZES]
        shares = [f"{sum(one) / len(one):.2f}" for one in each]
        rows.append((f"{codec}: {languages}", " ".join(shares[:3]), "peer " + " ".join(shares[3:])))
    for name in readers:
        whole = [one for (reader, _, _), each in right.items() if reader == name for one in each]
        rows.append(
            (f"all, {name}", f"{sum(whole) / len(whole):.3f}", f"{1000 * spent[name] / len(whole):.1f} ms a text")
        )
    show(title=f"Share of texts of 1, 4 and 30 sentences read whole, beside charset-normalizer, seed {seed}", rows=rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15, int(sys.argv[2]) if len(sys.argv) > 2 else 7)
