"""Zip packages whose bytes depend on their content alone."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime

_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")


def pack_zip(*, members: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """Return a zip of the members, in their order, each dated ``at``.

    Members are stored, not deflated: compressors of different machines disagree about the bytes.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, date_time=at.timetuple()[:6])
            entry.create_system = 0
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return held.getvalue()


def repack_office(*, content: bytes, at: datetime) -> bytes:
    """Return an Office package with every date in its container and core properties set to ``at`` (UTC)."""
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    members: list[tuple[str, bytes]] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if name == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", part)
            members.append((name, part))
    return pack_zip(members=members, at=at)
