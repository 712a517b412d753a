"""The fields a query may name, in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType

TEXT = "text"
"""Everything: subject, people, file name and text. Words without a field are looked for here."""

FIELDS: tuple[str, ...] = ("from", "to", "subject", "custodian", "path", "type", "number", "date")

ALIASES = MappingProxyType(
    {
        **{name: name for name in FIELDS},
        "text": TEXT,
        "sender": "from",
        "recipient": "to",
        "cc": "to",
        "title": "subject",
        "name": "path",
        "file": "path",
        "kind": "type",
        "发件人": "from",
        "收件人": "to",
        "抄送": "to",
        "主题": "subject",
        "标题": "subject",
        "保管人": "custodian",
        "路径": "path",
        "文件名": "path",
        "类型": "type",
        "编号": "number",
        "日期": "date",
        "正文": TEXT,
    }
)
"""What a person may type before the colon, and the field it means."""

LITERAL_PREFIXES = frozenset({"http", "https", "ftp", "mailto", "file", "re", "fw", "fwd", "aw", "wg"})
"""Words before a colon that are never meant as a field."""
