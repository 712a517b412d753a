"""Tell the format of a file from its content; the name only settles ties between text formats."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from chancery.engines.ingest.biff import is_bare
from chancery.engines.ingest.formats import FORMATS, TEXT_LIKE, Format
from chancery.engines.ingest.loading import magic_of
from chancery.engines.ingest.reading import Content
from chancery.engines.ingest.storage import ole_of, zip_of
from chancery.engines.text.charset import decode

_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"!BDN", "pst"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "one"),
    (b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c", "one"),
    (b"MSCF\x00\x00\x00\x00", "cab"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x1f\x9d", "z"),
    (b"\x00\x01\x00\x00Standard Jet DB", "mdb"),
    (b"\x00\x01\x00\x00Standard ACE DB", "mdb"),
    (b"\xd7\xcd\xc6\x9a", "wmf"),
    (b"\x7fELF", "executable"),
    (b"-----BEGIN PGP MESSAGE-----", "pgp"),
    (b"-----BEGIN PKCS7-----", "p7m"),
    (b"-----BEGIN CMS-----", "p7m"),
)
_BY_BYTE = {sign[:1]: [each for each in _SIGNATURES if each[0][:1] == sign[:1]] for sign, _ in _SIGNATURES}
_OLE_STREAMS = (
    ("EncryptedPackage", "ooxml_locked"),
    ("__properties_version1.0", "msg"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("PowerPoint Document", "ppt"),
    ("VisioDocument", "vsd"),
    ("Quill", "pub"),
    ("Props9", "mpp"),
    ("Props12", "mpp"),
    ("Props14", "mpp"),
    ("Props", "mpp"),
)
_ODF = {"text": "odt", "spreadsheet": "ods", "presentation": "odp", "graphics": "odg", "text-template": "odt"}
_HEADER = re.compile(rb"^[!-9;-~]{1,60}[ \t]*:", re.ASCII)
_MAIL_NAMES = re.compile(
    rb"^(from|to|cc|date|subject|message-id|received|return-path|mime-version|content-type|delivered-to|x-[a-z0-9-]+"
    rb"|sender|reply-to|in-reply-to|references|delivery-date)[ \t]*:",
    re.IGNORECASE,
)
_MBOX = re.compile(rb"^From [^\r\n]{3,300}\r?\n(?:>From [^\r\n]*\r?\n)?[!-9;-~]{1,80}:", re.ASCII)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|table|div|script|p|h1|center|br|font|span|ul|a\s)[\s>/]",
    re.I,
)
_MEDIA = {"audio": "audio", "video": "video"}


def identify(*, content: Content) -> Format:
    """Return the format of the content.

    Containers of the office families are told apart by the parts inside, mail by its header lines.
    Judged on the whole content where libmagic needs it (pylibmagic, measured 610 of 670 right on whole
    files).
    """
    return FORMATS[_key(content)]


def media_type_of(*, content: Content, form: Format) -> str:
    """Return the media type, refined by libmagic where the format is only known by its family."""
    if form.key in ("binary", "audio", "video"):
        named = magic_of()(content=content)
        return named if "/" in named and named != "inode/x-empty" else form.media_type
    return form.media_type


def _key(content: Content) -> str:
    head = content.head
    if content.extension == "eml" and _MAIL_NAMES.match(head) and b"\x00" not in head[:4096]:
        return "eml"
    if content.extension == "emlx" and re.match(rb"\s*\d+\s*\n", head):
        return "emlx"
    if head[:2] == b"PK" and head[2:4] in (b"\x03\x04", b"\x05\x06", b"\x07\x08", b"00"):
        return _zip_key(content)
    if head.startswith(_COMPOUND):
        return _ole_key(content)
    for signature, key in _BY_BYTE.get(head[:1], ()):
        if head.startswith(signature):
            return key
    if b"%PDF-" in head[:1024] and not _MAIL_NAMES.match(head):
        return "pdf"
    if head[4:12] in (b"ftypheic", b"ftypmif1", b"ftypheix", b"ftyphevc", b"ftypmsf1"):
        return "heic"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0" and len(head) > 26:
        return "bmp"
    if head[257:262] == b"ustar" or (content.extension == "tar" and _tar_sum(head)):
        return "tar"
    if head[32769:32774] == b"CD001":
        return "iso"
    if head[2:5] == b"-lh" and head[6:7] == b"-":
        return "lha"
    if is_bare(head=head):
        return "xls"
    if _is_text(head):
        return _text_key(content, head)
    return _binary_key(content)


def _tar_sum(head: bytes) -> bool:
    """Check the sum in an old tar header without the ustar mark."""
    block = head[:512]
    try:
        declared = int(block[148:156].strip(b"\0 ") or b"-1", 8)
    except ValueError:
        return False
    return len(block) == 512 and declared == sum(block[:148]) + 256 + sum(block[156:])


def _zip_key(content: Content) -> str:
    try:
        archive = zip_of(content=content)
        names = set(archive.namelist()[:20000])
        mimetype = b""
        if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
            mimetype = archive.read("mimetype").strip()
    except Exception:  # a damaged directory: judge by the names in the first local headers
        names = {
            name.decode("latin-1") for name in re.findall(rb"PK\x03\x04.{26}([ -~]{3,120})", head_of(content), re.S)
        }
        match = re.search(rb"mimetype(application/[a-z.+-]+)", content.head)
        mimetype = match.group(1) if match else b""
    if mimetype.startswith(b"application/epub"):
        return "epub"
    if mimetype.startswith((b"application/vnd.oasis.opendocument.", b"application/vnd.sun.xml.")):
        suffix = re.split(r"opendocument\.|sun\.xml\.", mimetype.decode("latin-1"))[-1]
        suffix = {"writer": "text", "calc": "spreadsheet", "impress": "presentation"}.get(suffix, suffix)
        return _ODF.get(suffix.removesuffix("-template"), "odt")
    return _package_key(content, names)


def _package_key(content: Content, names: set[str]) -> str:
    if any(name.startswith("[Content_Types]") for name in names) or any(name.startswith("_rels/") for name in names):
        if any(name.startswith("xl/workbook.bin") for name in names):
            return "xlsb"
        for prefix, key in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(prefix) for name in names):
                return key
        if any(name.lower().endswith("document.xml") for name in names) and content.extension.startswith("doc"):
            return "docx"
        # A package cut before its main part: the name says what it was.
        for ending, key in (("doc", "docx"), ("dot", "docx"), ("xls", "xlsx"), ("ppt", "pptx")):
            if content.extension.startswith(ending) and content.extension != ending:
                return key
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return content.extension if content.extension in ("odt", "ods", "odp", "odg") else "odt"
    return "olm" if content.extension == "olm" else "zip"


def head_of(content: Content) -> bytes:
    """Return the first 64 KiB."""
    return content.head


def _ole_key(content: Content) -> str:
    try:
        streams = {entry[0] for entry in ole_of(content=content).listdir(streams=True, storages=True)}
    except Exception:  # damaged directory: judge by names in UTF-16 anywhere in the file
        data = content.data()
        streams = {name for name, _ in _OLE_STREAMS if name.encode("utf-16-le") in data}
        if "__substg1.0_".encode("utf-16-le") in data:
            streams.add("__properties_version1.0")
    lowered = {name.lower() for name in streams}
    for name, key in _OLE_STREAMS:
        if name.lower() in lowered:
            return key
    if "__nameid_version1.0" in streams or any(name.startswith("__substg1.0_") for name in streams):
        return "msg"
    trimmed = {name.strip() for name in streams}
    return "mpp" if any(re.fullmatch(r"1\d\d", name) for name in trimmed) and content.extension == "mpp" else "ole"


def _is_text(head: bytes) -> bool:
    """Tell whether the bytes are text in any character set: hardly a control character once decoded."""
    sample = head[:16384]
    if len(head) > len(sample):
        sample = sample[: len(sample) - len(sample) % 4]
    if b"\x00" not in sample and sample.translate(None, _TEXT_BYTES) == b"":
        return True
    text = _beginning(head, 16384)
    if not text:
        return False
    odd = len(_ODD.findall(text))
    return odd / len(text) < (0.02 if b"\x00" not in sample else 0.004)


def _beginning(head: bytes, size: int) -> str:
    """Return the text of the first bytes; a character of UTF-8 cut at their end does not count against it."""
    sample = head[:size]
    if len(head) > size:
        sample = sample[: size - size % 4]
        if b"\x00" not in sample:
            with suppress(UnicodeDecodeError):
                return codecs.getincrementaldecoder("utf-8")().decode(sample)
    return decode(data=sample).text


_ODD = re.compile("[\x00-\x07\x0e-\x19\x1c-\x1f\ufffd]")
_TEXT_BYTES = bytes([9, 10, 12, 13, 27, *range(32, 127)])


def _text_key(content: Content, head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if _MBOX.match(start):
        return "mbox"
    upper = start[:20].upper()
    if upper.startswith(b"BEGIN:VCALENDAR"):
        return "ics"
    if upper.startswith(b"BEGIN:VCARD"):
        return "vcf"
    extension = content.extension
    if content.name.lower() == "rsmf_manifest.json":
        return "rsmf"
    if _is_mail(start, "eml" if extension == "rsmf" else extension):
        return "mhtml" if extension in ("mht", "mhtml") else "eml"
    text = _beginning(head, 8192).lstrip("\ufeff \t\r\n")
    return _markup_key(text, extension)


def _markup_key(text: str, extension: str) -> str:
    if text.startswith("<"):
        if "http://schemas.microsoft.com/office/word/2003/wordml" in text or "pkg:package" in text[:600]:
            return "wordml"
        if "<office:document " in text[:3000]:
            kinds = {"opendocument.spreadsheet": "fods", "opendocument.presentation": "fodp"}
            return next((key for name, key in kinds.items() if name in text[:3000]), "fodt")
        if "<svg" in text[:2000] and "<html" not in text[:2000].lower():
            return "svg"
    head = text[:4096]
    if (text.startswith("<") or extension in ("html", "htm", "xhtml") or "<html" in head.lower()) and _HTML.search(
        head
    ):
        known_other = text.startswith("<?xml") and not re.search(r"<html|<!doctype html", head, re.I)
        return "xml" if known_other else "html"
    if extension in ("html", "htm", "xhtml") and "<" in text:
        return "html"
    if text.startswith("<?xml"):
        return "xml"
    if extension in ("json", "csv", "xml"):
        return extension
    return "text"


_MAIL_NAMED = frozenset({"eml", "mht", "mhtml"})
_NEVER_MAIL = TEXT_LIKE - _MAIL_NAMED - {"txt", "text"}


def _first_block(sample: bytes) -> bytes:
    """Return what stands before the first empty line, whatever its line ends."""
    ends = [sample.find(b"\r\r")]
    for mark in (b"\n\n", b"\n\r\n"):
        at = sample.find(mark)
        ends.append(at - 1 if at > 0 and sample[at - 1] == 13 else at)
    return sample[: min((at for at in ends if at >= 0), default=len(sample))]


def _is_mail(start: bytes, extension: str) -> bool:
    """Judge by the header lines: a known mail name first, and for other extensions three different ones."""
    if extension in _NEVER_MAIL:
        return False
    sample = start[:16384]
    if sample[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in sample[:200]:
        sample = decode(data=sample).text.encode("utf-8", "replace")
    elif extension not in _MAIL_NAMED and not _HEADER.match(sample):
        return False
    lines = [line for line in _first_block(sample).splitlines() if line and line[:1] not in b" \t"]
    if not lines:
        return False
    known = {match.group(1).lower() for line in lines if (match := _MAIL_NAMES.match(line))}
    real = known & {
        b"from",
        b"date",
        b"subject",
        b"message-id",
        b"received",
        b"return-path",
        b"mime-version",
        b"to",
    }
    shaped = sum(bool(_HEADER.match(line)) for line in lines)
    if extension in _MAIL_NAMED:
        return bool(known) and shaped * 2 >= len(lines)
    return len(real) >= 3 and shaped == len(lines)


def _binary_key(content: Content) -> str:
    named = magic_of()(content=content)
    extension = content.extension
    if extension == "dbf" and content.head[:1] in (b"\x03", b"\x83", b"\x8b", b"\xf5", b"\x30", b"\x31"):
        return "dbf"
    if extension == "p7m" or named == "application/pkcs7-mime":
        return "p7m"
    if extension in ("eml", "emlx") and _is_mail(content.head, "eml"):
        return "eml"
    if extension in ("html", "htm") and _HTML.search(content.head.decode("latin-1")):
        return "html"
    by_magic = {
        "text/html": "html",
        "message/rfc822": "eml",
        "application/mbox": "mbox",
        "image/heic": "heic",
        "image/webp": "webp",
        "image/wmf": "wmf",
        "image/emf": "emf",
        "application/x-tar": "tar",
        "application/x-dbf": "dbf",
        "application/x-dosexec": "executable",
        "application/vnd.microsoft.portable-executable": "executable",
        "application/x-ms-owner": "binary",
    }
    if named in by_magic:
        return by_magic[named]
    if named.startswith("text/") and extension in ("", "txt", "csv", "log", "text"):
        return "text"
    return _MEDIA.get(named.split("/")[0], "binary")
