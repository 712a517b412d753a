"""Documents and hostile files made by the tests themselves."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

from chancery.engines.ingest.expand import expand_file
from chancery.engines.ingest.records import Item, Limits, SourceFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def expand(
    data: bytes | Path, name: str = "file.bin", limits: Limits | None = None, passwords: tuple[str, ...] = ()
) -> list[Item]:
    """Expand bytes as one input file of that name."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder, "scratch")
        scratch.mkdir()
        location = data if isinstance(data, Path) else Path(folder, "input")
        if isinstance(data, bytes):
            location.write_bytes(data)
        file = SourceFile(name, location, passwords)
        items = expand_file(file=file, scratch=scratch, limits=limits or Limits())
        natives = {item.native for item in items if item.native}
        assert {path.name for path in scratch.iterdir()} >= natives
        assert all(path.parent == scratch for path in scratch.rglob("*"))
    return items


def zipped(entries: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def mail(subject: str = "Supply", body: str = "The pumps arrive on Monday.", **more: object) -> bytes:
    """Return a message; ``files`` adds attachments as (name, bytes)."""
    message = EmailMessage()
    message["From"] = str(more.get("sender", "Ann Lee <ann@seller.example>"))
    message["To"] = str(more.get("to", "Bo Chen <bo@buyer.example>"))
    message["Subject"] = subject
    message["Date"] = str(more.get("date", "Mon, 02 Mar 2026 09:30:00 +0800"))
    message["Message-ID"] = str(more.get("message_id", "<1@seller.example>"))
    message.set_content(body)
    for name, data in more.get("files", ()):  # type: ignore[attr-defined]
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def docx(body: str, **parts: str) -> bytes:
    """Return a Word document; parts are named like ``header1`` and hold inner XML."""
    root = {"header": "hdr", "footer": "ftr"}
    entries = [
        ("[Content_Types].xml", TYPES),
        ("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode()),
    ]
    for name, inner in parts.items():
        tag = root.get(name.rstrip("0123456789"), name)
        entries.append((f"word/{name}.xml", f'<w:{tag} xmlns:w="{W}">{inner}</w:{tag}>'.encode()))
    return zipped(entries)


def paragraph(text: str, properties: str = "") -> str:
    """Return a Word paragraph."""
    return f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def overlapping_zip(kernel_size: int = 100_000, copies: int = 50) -> bytes:
    """Return a zip whose directory lists one packed kernel many times over."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = b"\0" * kernel_size
    packed = packer.compress(kernel) + packer.flush()
    crc = zlib.crc32(kernel)
    fields = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, crc, len(packed), kernel_size)
    local = b"PK\x03\x04" + fields + struct.pack("<HH", 1, 0) + b"a" + packed
    central = b""
    for number in range(copies):
        name = f"{number:03d}".encode()
        central += b"PK\x01\x02" + struct.pack("<H", 20) + fields
        central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<HHHHIIH", 0, 0, copies, copies, len(central), len(local), 0)
    return local + central + b"PK\x05\x06" + end
