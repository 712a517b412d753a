"""The formats the engine knows: media type, kind, reader, and which extensions promise them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """One format. reader: module in ``readers``; "" when nothing reads it."""

    key: str
    media_type: str
    kind: str
    reader: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_ROWS = (
    ("eml", "message/rfc822", "mail", "mail"),
    ("emlx", "message/x-emlx", "mail", "mail"),
    ("msg", "application/vnd.ms-outlook", "mail", "msg"),
    ("mbox", "application/mbox", "mailbox", "mbox"),
    ("pst", "application/vnd.ms-outlook-pst", "mailbox", "pst"),
    ("tnef", "application/vnd.ms-tnef", "archive", "tnef"),
    ("zip", "application/zip", "archive", "zipped"),
    ("7z", "application/x-7z-compressed", "archive", "sevenzip"),
    ("tar", "application/x-tar", "archive", "tarred"),
    ("gz", "application/gzip", "archive", "compressed"),
    ("bz2", "application/x-bzip2", "archive", "compressed"),
    ("xz", "application/x-xz", "archive", "compressed"),
    ("rar", "application/vnd.rar", "archive", "rar"),
    ("cab", "application/vnd.ms-cab-compressed", "archive", "rar"),
    ("iso", "application/x-iso9660-image", "archive", "rar"),
    ("lha", "application/x-lzh-compressed", "archive", "rar"),
    ("zst", "application/zstd", "archive", "rar"),
    ("lz4", "application/x-lz4", "archive", "rar"),
    ("z", "application/x-compress", "archive", "rar"),
    ("olm", "application/vnd.ms-outlook-olm", "mailbox", "zipped"),
    ("docx", _OOXML + "wordprocessingml.document", "document", "docx"),
    ("xlsx", _OOXML + "spreadsheetml.sheet", "spreadsheet", "sheets"),
    ("pptx", _OOXML + "presentationml.presentation", "presentation", "pptx"),
    ("xlsb", "application/vnd.ms-excel.sheet.binary.macroenabled.12", "spreadsheet", "sheets"),
    ("xls", "application/vnd.ms-excel", "spreadsheet", "sheets"),
    ("ods", _ODF + "spreadsheet", "spreadsheet", "odf"),
    ("odt", _ODF + "text", "document", "odf"),
    ("odp", _ODF + "presentation", "presentation", "odf"),
    ("odg", _ODF + "graphics", "document", "odf"),
    ("fodt", _ODF + "text-flat-xml", "document", "wordml"),
    ("fods", _ODF + "spreadsheet-flat-xml", "spreadsheet", "wordml"),
    ("fodp", _ODF + "presentation-flat-xml", "presentation", "wordml"),
    ("wordml", "application/vnd.ms-word.2003.xml", "document", "wordml"),
    ("doc", "application/msword", "document", "legacy"),
    ("ppt", "application/vnd.ms-powerpoint", "presentation", "legacy"),
    ("rtf", "application/rtf", "document", "legacy"),
    ("epub", "application/epub+zip", "document", "epub"),
    ("ooxml_locked", "application/x-ole-encrypted-package", "document", "locked"),
    ("pdf", "application/pdf", "pdf", "pdf"),
    ("html", "text/html", "html", "html"),
    ("mhtml", "multipart/related", "html", "mail"),
    ("xml", "application/xml", "text", "plain"),
    ("json", "application/json", "text", "plain"),
    ("csv", "text/csv", "text", "plain"),
    ("text", "text/plain", "text", "plain"),
    ("rsmf", "application/x-rsmf-manifest", "text", "chat"),
    ("ics", "text/calendar", "calendar", "cards"),
    ("vcf", "text/vcard", "contact", "cards"),
    ("png", "image/png", "image", "image"),
    ("jpeg", "image/jpeg", "image", "image"),
    ("gif", "image/gif", "image", "image"),
    ("bmp", "image/bmp", "image", "image"),
    ("tiff", "image/tiff", "image", "image"),
    ("webp", "image/webp", "image", "image"),
    ("heic", "image/heic", "image", "image"),
    ("svg", "image/svg+xml", "image", "wordml"),
    ("wmf", "image/wmf", "image", ""),
    ("emf", "image/emf", "image", ""),
    ("ole", "application/x-ole-storage", "other", "ole"),
    ("vsd", "application/vnd.visio", "document", "strings"),
    ("pub", "application/vnd.ms-publisher", "document", "strings"),
    ("mpp", "application/vnd.ms-project", "document", "strings"),
    ("one", "application/onenote", "document", "onenote"),
    ("mdb", "application/vnd.ms-access", "database", "strings"),
    ("dbf", "application/x-dbf", "database", "dbf"),
    ("sqlite", "application/vnd.sqlite3", "database", "sqlite"),
    ("audio", "audio/x-unknown", "media", "media"),
    ("video", "video/x-unknown", "media", "media"),
    ("executable", "application/x-executable", "other", ""),
    ("part", "application/x-split-part", "archive", ""),
    ("p7m", "application/pkcs7-mime", "archive", "signed"),
    ("pgp", "application/pgp-encrypted", "other", ""),
    ("binary", "application/octet-stream", "other", ""),
)
FORMATS = {row[0]: Format(*row) for row in _ROWS}

TEXT_LIKE = frozenset(
    [
        "txt",
        "text",
        "log",
        "md",
        "csv",
        "tsv",
        "json",
        "xml",
        "yaml",
        "yml",
        "ini",
        "cfg",
        "conf",
        "py",
        "js",
        "css",
        "sql",
        "sh",
        "bat",
        "c",
        "h",
        "java",
        "rb",
        "pl",
        "tex",
        "srt",
        "properties",
        "htm",
        "html",
        "xhtml",
        "eml",
        "mbox",
        "mht",
        "mhtml",
        "ics",
        "vcf",
        "rst",
        "asc",
        "nfo",
        "me",
        "dot",
    ]
)
TEXT_FORMATS = frozenset(
    {"text", "rsmf", "csv", "json", "xml", "html", "eml", "mbox", "ics", "vcf", "mhtml", "fodt", "fods", "fodp", "svg"}
)

_PROMISES: dict[str, str] = {
    "pdf": "pdf",
    "docx": "docx",
    "docm": "docx",
    "dotx": "docx",
    "dotm": "docx",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xltx": "xlsx",
    "xltm": "xlsx",
    "xlsb": "xlsb",
    "pptx": "pptx",
    "pptm": "pptx",
    "ppsx": "pptx",
    "potx": "pptx",
    "doc": "doc rtf wordml",
    "rtf": "rtf",
    "xls": "xls",
    "xlt": "xls",
    "ppt": "ppt",
    "pps": "ppt",
    "pot": "ppt",
    "odt": "odt",
    "ott": "odt",
    "ods": "ods",
    "ots": "ods",
    "odp": "odp",
    "otp": "odp",
    "odg": "odg",
    "epub": "epub",
    "msg": "msg",
    "pst": "pst",
    "ost": "pst",
    "zip": "zip",
    "7z": "7z",
    "rar": "rar",
    "tar": "tar",
    "gz": "gz",
    "tgz": "gz",
    "bz2": "bz2",
    "xz": "xz",
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "gif": "gif",
    "bmp": "bmp",
    "tif": "tiff",
    "tiff": "tiff",
    "webp": "webp",
    "heic": "heic",
    "heif": "heic",
    "vsd": "vsd",
    "pub": "pub",
    "mpp": "mpp",
    "one": "one",
    "onetoc2": "one",
    "onepkg": "cab",
    "cab": "cab",
    "iso": "iso",
    "lzh": "lha",
    "lha": "lha",
    "zst": "zst",
    "lz4": "lz4",
    "mdb": "mdb",
    "accdb": "mdb",
    "dbf": "dbf",
    "olm": "olm",
}
PROMISES = {extension: frozenset(keys.split()) for extension, keys in _PROMISES.items()}


def contradicts(*, extension: str, key: str) -> bool:
    """Tell whether a file of format ``key`` bears an extension that promises another one.

    Unknown extensions promise nothing; the text-like ones accept every text format.
    """
    if key in ("ooxml_locked", "part", "p7m"):
        return False
    if extension in TEXT_LIKE:
        if key == "doc" and extension == "dot":
            return False
        return key not in TEXT_FORMATS and key not in ("wordml", "emlx", "binary", "pgp", "dbf")
    return extension in PROMISES and key not in PROMISES[extension]
