"""Names and paths as sent by people and programs, made harmless to show; nothing of them is thrown away."""

from __future__ import annotations

import re
import unicodedata

from chancery.engines.text.normalise import safe_name

_DRIVE = re.compile(r"^[A-Za-z]:(?=[\\/])")
# Collectors write "Custodian - Name" on their folders; the name is the custodian.
_CUSTODIAN = re.compile(r"^custodian\s*[-–—:_]\s*", re.IGNORECASE)
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def uploaded_path(name: str) -> str:
    """Return the path of a file as a browser sent it, relative: drives and backslashes of Windows are understood."""
    plain = _DRIVE.sub("", safe_name(name=name))
    return harmless_path(plain if "/" in plain else plain.replace("\\", "/"))


def harmless_path(path: str) -> str:
    """Return a path that stays inside its folder: no leading separator, ``..`` shown as ``%2E%2E``.

    Paths made by the inventory come out unchanged. Undecodable bytes are shown in percent form. Marks that turn
    the direction of writing stay: they are part of the name.
    """
    parts = [part for part in safe_name(name=path).split("/") if part not in ("", ".")]
    return "/".join("%2E%2E" if part == ".." else part for part in parts) or "unnamed"


def custodian_of(path: str) -> str:
    """Return the first folder of a path: how delivered folders are usually laid out; empty for loose files."""
    first, slash, _ = path.partition("/")
    return _CUSTODIAN.sub("", first).strip() or first if slash else ""


def without_direction(name: str) -> str:
    """Return a name with direction marks shown as their code points, so that ``cod.exe`` cannot pose as ``exe.doc``."""
    return _DIRECTION.sub(lambda found: f"[U+{ord(found.group()):04X}]", name)


def download_name(name: str, *, fallback: str) -> str:
    """Return a file name safe in a header and on any disk: no separators, quotes, controls or direction marks."""
    plain = _DIRECTION.sub("", unicodedata.normalize("NFC", name))
    plain = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|;]+', "_", plain).strip(" ._")
    stem, dot, extension = plain.rpartition(".")
    if dot and len(extension) <= 10:
        plain = f"{stem[:150]}.{extension}"
    return plain[:170] or fallback
