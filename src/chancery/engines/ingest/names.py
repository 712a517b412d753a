"""Names and numbers of items: safe display paths and ids that are the same on every run."""

from __future__ import annotations

import hashlib
import re

from chancery.engines.text.normalise import safe_name

_MAX_NAME = 255


def item_id(*, chain: tuple[str, ...]) -> str:
    """Return the id of the item reached by ``chain``: the top path, then "position/name" of each step
    down."""
    whole = "\x00".join(chain).encode("utf-8", "surrogatepass")
    return "D" + hashlib.sha256(whole).hexdigest()[:20]


def inner_path(*, name: str) -> tuple[str, bool]:
    """Return the path of an archive entry made harmless, and whether it tried to leave its folder.

    Parts ``..`` are shown as ``%2E%2E``; drive letters and leading separators lose their effect.
    """
    shown = safe_name(name=name.replace("\\", "/"))
    hostile = shown.startswith("/") or bool(re.match(r"^[A-Za-z]:", shown)) or ".." in shown.split("/")
    parts = ["%2E%2E" if part == ".." else part for part in shown.split("/") if part not in ("", ".")]
    if parts and re.match(r"^[A-Za-z]:$", parts[0]):
        parts[0] = parts[0][0] + "%3A"
    return "/".join(part[:_MAX_NAME] for part in parts) or "unnamed", hostile


def native_name(*, identity: str, name: str) -> str:
    """Return the file name under which the bytes of an item lie in the scratch folder."""
    match = re.search(r"\.([A-Za-z0-9]{1,8})$", name)
    return f"{identity}.{match.group(1).lower()}" if match else identity
