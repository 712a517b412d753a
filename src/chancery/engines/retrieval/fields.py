"""The fields a query may name, in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

TEXT = "text"
"""Everything: number, subject, people, file name and text. Words without a field are looked for here."""
BODY = "body"
"""The text alone."""

FIELDS: tuple[str, ...] = (
    "from", "to", "subject", "body", "name", "path", "custodian", "domain", "kind", "type", "language", "number",
    "date", "size", "pages", "family", "thread", "duplicates", "near",
)  # fmt: skip

EVERYWHERE: Final = (TEXT, "subject", "from", "to", "name", "number")
"""The streams that words without a field are looked for in; the first holds the text."""
STREAMS: Final = (
    TEXT, "subject", "from", "to", "name", "number", "path", "custodian", "domain", "kind", "type", "language",
    "family", "thread", "duplicates", "near",
)  # fmt: skip
"""The fields of words."""
NUMBERS: Final = ("size", "pages")
"""The fields of figures: bytes, pages."""

ALIASES = MappingProxyType(
    {
        **{name: name for name in FIELDS},
        "text": TEXT,
        "sender": "from",
        "author": "from",
        "recipient": "to",
        "cc": "to",
        "title": "subject",
        "file": "name",
        "filename": "name",
        "folder": "path",
        "lang": "language",
        "id": "number",
        "sent": "date",
        "bytes": "size",
        "发件人": "from",
        "收件人": "to",
        "抄送": "to",
        "主题": "subject",
        "标题": "subject",
        "正文": BODY,
        "全文": TEXT,
        "文件名": "name",
        "路径": "path",
        "保管人": "custodian",
        "域名": "domain",
        "种类": "kind",
        "类型": "type",
        "语言": "language",
        "编号": "number",
        "日期": "date",
        "大小": "size",
        "页数": "pages",
        "家族": "family",
        "往来": "thread",
        "副本": "duplicates",
        "近似": "near",
    }
)
"""What a person may type before the colon, and the field it means."""

LITERAL_PREFIXES = frozenset({"http", "https", "ftp", "mailto", "re", "fw", "fwd", "aw", "wg"})
"""Words before a colon that are never meant as a field."""
