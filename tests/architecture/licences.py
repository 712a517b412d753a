"""Refuses an installed package whose licence the core may not carry."""

from __future__ import annotations

import re
import sys
from importlib import metadata

from packaging.markers import default_environment
from packaging.requirements import Requirement

# Permissive families, by the words their metadata uses.
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|0BSD|Zlib|HPND|MIT-CMU|Unlicense|CC0|OFL|SIL Open Font"
    r"|Public Domain|BSL-1\.0|Boost|MPL|Mozilla Public)\b",
    re.IGNORECASE,
)
# Copyleft libraries used unchanged through their public interface and replaceable by the user (decision 0004).
REPLACEABLE = {
    "pi-heif": "reads HEIC pictures; BSD wheel around libheif and libde265, LGPL-3.0, dynamically loaded",
    "libpff-python": "reads PST mailboxes; LGPL-3.0-or-later, dynamically loaded",
    "py7zr": "reads 7z archives; LGPL-2.1-or-later, pure Python",
    "pyppmd": "codec of py7zr; LGPL-2.1-or-later",
    "inflate64": "codec of py7zr; LGPL-2.1-or-later",
    "pybcj": "codec of py7zr; LGPL-2.1-or-later",
    "multivolumefile": "part of py7zr; LGPL-2.1-or-later",
    "psycopg": "PostgreSQL driver of the optional extra; LGPL-3.0-only",
    "psycopg-binary": "same",
    "psycopg-pool": "same",
}
# Metadata is silent; the licence file was read.
READ: dict[str, str] = {"tantivy": "MIT"}


def closure(root: str) -> dict[str, metadata.Distribution]:
    """Return the installed packages that ``root`` with its extras needs at run time."""
    environment = default_environment()
    found: dict[str, metadata.Distribution] = {}
    waiting: list[tuple[str, frozenset[str]]] = [(root, frozenset({"ocr", "postgres"}))]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if (key, extras) in seen:
            continue
        seen.add((key, extras))
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[key] = distribution
        for line in distribution.requires or []:
            requirement = Requirement(line)
            marker = requirement.marker
            wanted = marker is None or any(
                marker.evaluate({**environment, "extra": extra}) for extra in (extras or {""})
            )
            if wanted:
                waiting.append((requirement.name, frozenset(requirement.extras)))
    found.pop(re.sub(r"[-_.]+", "-", root).lower(), None)
    return found


def verdict(name: str, distribution: metadata.Distribution) -> tuple[bool, str]:
    """Return whether a package may be carried, and the words that decide it."""
    fields = distribution.metadata
    words = " | ".join(
        part
        for part in (
            fields.get("License-Expression"),
            (fields.get("License") or "").split("\n")[0][:120],
            *(item.split("::")[-1] for item in fields.get_all("Classifier") or [] if item.startswith("License")),
            READ.get(name),
        )
        if part
    )
    if re.search(r"\b(A?GPL|GNU)", words) or re.search(r"LGPL", words):
        if re.search(r"\bOR\b", fields.get("License-Expression") or "") and PERMISSIVE.search(words):
            return True, words
        return name in REPLACEABLE, words
    return bool(PERMISSIVE.search(words)), words or "no licence in its metadata"


def main() -> int:
    """Print the refused packages and return 1 if there are any."""
    packages = closure("chancery")
    refused = [(name, verdict(name, item)[1]) for name, item in sorted(packages.items()) if not verdict(name, item)[0]]
    for name, words in refused:
        sys.stdout.write(f"refused: {name}: {words}\n")
    sys.stdout.write(f"licences: {len(packages)} packages checked, {len(refused)} refused\n")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main())
