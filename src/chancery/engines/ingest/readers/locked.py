"""Office files under a password: decrypted with a known one, then read as what they are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msoffcrypto

from chancery.engines.ingest.formats import FORMATS
from chancery.engines.ingest.loading import read as read_any
from chancery.engines.ingest.olefiles import streams_of
from chancery.engines.ingest.passwords import agile_key, has_worked, in_order, standard_key
from chancery.engines.ingest.reading import HEAD_BYTES, Content, Reading, Unreadable

_BUILT_IN = "VelvetSweatshop"
_FORMS = {"docx": "word/", "xlsx": "xl/workbook.xml", "xlsb": "xl/workbook.bin", "pptx": "ppt/"}


def read(content: Content, key: str) -> Reading:
    """Return the reading of the decrypted package; without a fitting password it is coded ``encrypted``."""
    return read_decrypted(content=content, key=None)


def read_decrypted(*, content: Content, key: str | None) -> Reading:
    """Decrypt an Office file and read it as ``key``, or as the package found inside."""
    plain = _decrypt(content)
    with TemporaryDirectory() as folder:
        inner = Content(
            name=content.name,
            place=Path(folder, "plain"),
            size=len(plain),
            head=plain[:HEAD_BYTES],
            kept=plain,
            limits=content.limits,
            decisions=content.decisions,
            laid=False,
        )
        key = key or next((name for name, mark in _FORMS.items() if mark.encode() in plain), "docx")
        reading = read_any(content=inner, form=FORMATS[key])
        reading.children = list(reading.children)
    reading.metadata["opened_with_password"] = True
    reading.key = key
    return reading


def is_locked(*, content: Content) -> bool:
    """Tell whether an Office file is encrypted; a file the library does not know is not."""
    known = _said_by_itself(content)
    if known is not None:
        return known
    try:
        return bool(msoffcrypto.OfficeFile(BytesIO(content.data())).is_encrypted())
    except Exception:  # not a file the library knows, or a damaged one: read it as it stands
        return False


def _said_by_itself(content: Content) -> bool | None:
    """Return what an old Word or PowerPoint file says of itself, None where it says nothing.

    Authority: MS-DOC 2.5.2 (fEncrypted), MS-PPT 2.3.2 (headerToken).
    """
    streams = streams_of(content=content, wanted=("WordDocument", "Current User"))
    word, user = streams.get("WordDocument", b""), streams.get("Current User", b"")
    if word[:2] == b"\xec\xa5" and len(word) > 12:
        return bool(word[0x0B] & 0x01)
    if len(user) >= 16 and user[12:16] in (b"\x5f\xc0\x91\xe3", b"\xdf\xc4\xd1\xf3"):
        return user[12:16] == b"\xdf\xc4\xd1\xf3"
    return None


def _decrypt(content: Content) -> bytes:
    try:
        office = msoffcrypto.OfficeFile(BytesIO(content.data()))
    except Exception as fault:  # the library raises faults of many kinds for a damaged file
        raise Unreadable("The encrypted file is damaged.", code="corrupt") from fault
    for password in (*in_order(passwords=content.passwords), _BUILT_IN):
        try:
            plain = _opened(office, password)
        except Exception:  # noqa: S112  (and for a wrong password)
            continue
        if plain:
            has_worked(password=password)
            return plain
    raise Unreadable("The file is encrypted and no known password opens it.", code="encrypted")


def _opened(office: Any, password: str) -> bytes:
    """Return the decrypted bytes, empty for a wrong password."""
    kind, info = getattr(office, "type", ""), getattr(office, "info", {})
    if kind == "agile":
        key = agile_key(info=info, password=password)
    elif kind == "standard":
        held = info["verifier"]
        key = standard_key(
            salt=held["salt"],
            verifier=held["encryptedVerifier"],
            verifier_hash=held["encryptedVerifierHash"],
            bits=info["header"]["keySize"],
            password=password,
        )
    else:
        office.load_key(password=password)
        key = b""
    if key is None:
        return b""
    if key:
        office.load_key(secret_key=key)
    out = BytesIO()
    office.decrypt(out)
    return out.getvalue()
