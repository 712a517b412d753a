"""The fields a query may name, in English and Chinese."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

TEXT = "text"
"""Everything: number, subject, people, file name and text. Words without a field are looked for here."""
BODY = "body"
"""The text alone."""

FIELDS: tuple[str, ...] = (
    "from", "to", "cc", "bcc", "participants", "subject", "body", "name", "path", "custodian", "domain", "kind", "type",
    "language", "number", "hash", "date", "size", "pages", "attachments", "attachment", "has", "is", "family", "thread",
    "duplicates", "near",
)  # fmt: skip

EVERYWHERE: Final = (TEXT, "subject", "from", "to", "name", "number")
"""The streams that words without a field are looked for in; the first holds the text."""
STREAMS: Final = (
    TEXT, "subject", "from", "to", "name", "number", "path", "custodian", "domain", "kind", "type", "language",
    "family", "thread", "duplicates", "near", "cc", "bcc", "attachment", "hash", "has",
)  # fmt: skip
"""The fields of words."""
NUMBERS: Final = ("size", "pages", "attachments")
"""The fields of figures: bytes, pages, attachments."""
SEVERAL: Final = MappingProxyType({"participants": ("from", "to")})
"""Fields that look into several."""
MARK: Final = "has"
"""The stream of what is true of a document."""
MARKS: Final = MappingProxyType(
    {
        "has": MappingProxyType(
            {
                "attachment": "attachment", "attachments": "attachment", "附件": "attachment", "bcc": "bcc",
                "密送": "bcc", "text": "text", "文本": "text", "exception": "exception", "error": "exception",
                "异常": "exception",
            }
        ),
        "is": MappingProxyType(
            {
                "attachment": "attached", "附件": "attached", "duplicate": "duplicate", "副本": "duplicate",
                "重复": "duplicate", "inclusive": "inclusive", "exception": "exception", "异常": "exception",
            }
        ),
    }
)  # fmt: skip
"""What may be said after ``has:`` and ``is:``, and the word it stands for in that stream."""
ASKED: Final = MappingProxyType({"hasattachment": "attachment", "hasattachments": "attachment", "hasbcc": "bcc"})
"""Fields that are answered by yes or no, and the mark they ask for."""
YES: Final = frozenset({"true", "yes", "y", "1", "是"})
NO: Final = frozenset({"false", "no", "n", "0", "否"})
INSTEAD: Final = MappingProxyType(
    {
        "after": "date:>2024-03-05", "since": "date:>=2024-03-05", "before": "date:<2024-03-05",
        "until": "date:<=2024-03-05", "received": "date:2024-03-05", "created": "date:2024-03-05",
        "modified": "date:2024-03-05", "on": "date:2024-03-05", "stem": "--stem", "attachmentname": "attachment:draft",
        "messageid": "hash:", "duplicate": "is:duplicate", "inclusive": "is:inclusive", "exception": "is:exception",
    }
)  # fmt: skip
"""Field names of other systems, and what to write for them here."""

ALIASES = MappingProxyType(
    {
        **{name: name for name in FIELDS},
        "text": TEXT,
        "sender": "from",
        "author": "from",
        "recipient": "to",
        "recipients": "to",
        "participant": "participants",
        "people": "participants",
        "email": "participants",
        "title": "subject",
        "file": "name",
        "filename": "name",
        "filetype": "type",
        "fileextension": "type",
        "extension": "type",
        "ext": "type",
        "mime": "type",
        "mimetype": "type",
        "doctype": "type",
        "folder": "path",
        "lang": "language",
        "id": "number",
        "docid": "number",
        "controlnumber": "number",
        "control": "number",
        "bates": "number",
        "begbates": "number",
        "begdoc": "number",
        "md5": "hash",
        "sha256": "hash",
        "filesize": "size",
        "pagecount": "pages",
        "attachmentcount": "attachments",
        "numattachments": "attachments",
        "attachmentnames": "attachment",
        **{name: name for name in ASKED},
        "sent": "date",
        "datesent": "date",
        "sentdate": "date",
        "bytes": "size",
        "发件人": "from",
        "收件人": "to",
        "抄送": "cc",
        "密送": "bcc",
        "相关人": "participants",
        "有": "has",
        "是": "is",
        "附件": "attachment",
        "附件数": "attachments",
        "哈希": "hash",
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
