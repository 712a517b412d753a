"""Office files under a password: decrypted with a known one, then read as what they are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import msoffcrypto

from chancery.engines.ingest.formats import FORMATS
from chancery.engines.ingest.loading import read as read_any
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
    try:
        return bool(msoffcrypto.OfficeFile(BytesIO(content.data())).is_encrypted())
    except Exception:  # not a file the library knows, or a damaged one: read it as it stands
        return False


def _decrypt(content: Content) -> bytes:
    for password in (_BUILT_IN, *content.passwords):
        try:
            office = msoffcrypto.OfficeFile(BytesIO(content.data()))
            office.load_key(password=password)
            out = BytesIO()
            office.decrypt(out)
        except Exception:  # noqa: S112  (the library raises faults of many kinds for a wrong password)
            continue
        if out.getvalue():
            return out.getvalue()
    raise Unreadable("The file is encrypted and no known password opens it.", code="encrypted")
