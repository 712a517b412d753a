"""The subject of a conversation: what remains without the marks of replying, forwarding and mailing lists."""

from __future__ import annotations

import re
from typing import Final

_PREFIXES: Final = (
    *("re", "fw", "fwd", "aw", "antw", "antwort", "wg", "tr", "réf", "ref", "rv", "res", "enc", "rif", "r", "sv", "vs"),
    *("vb", "vl", "odp", "pd", "ynt", "ilt", "bls", "doorst", "απ", "πρθ", "на", "отв", "回复", "回覆", "答复", "答覆"),
    *("回信", "转发", "轉發", "转寄", "轉寄", "回應", "返信", "転送", "회신", "답장", "전달"),
)
_ANSWERED_BY_PROGRAM: Final = (
    *("accepted", "declined", "tentative", "canceled", "cancelled", "read", "not read", "recall", "undeliverable"),
    *("delivered", "automatic reply", "auto reply", "out of office", "automatische antwort", "abwesenheitsnotiz"),
    *(
        "gelesen",
        "zugesagt",
        "abgelehnt",
        "abgesagt",
        "mit vorbehalt",
        "réponse automatique",
        "lu",
        "accepté",
        "refusé",
    ),
    *(
        "respuesta automática",
        "自动回复",
        "自動回覆",
        "自动答复",
        "已接受",
        "已拒绝",
        "暂定",
        "已取消",
        "已读",
        "未送达",
        "无法送达",
        "撤回",
    ),
)
_FROM_OUTSIDE: Final = ("external", "ext", "external email", "extern", "外部邮件", "外部郵件", "外部")
_MARKS: Final = sorted((*_PREFIXES, *_ANSWERED_BY_PROGRAM), key=len, reverse=True)
_MARK = re.compile(
    rf"\s*(?:{'|'.join(map(re.escape, _MARKS))})\s*"
    r"(?:[\[(（]\s*\d+\s*[\])）]|\^\d+)?\s*[:：]\s*",
    re.IGNORECASE,
)
_OUTSIDE: Final = "|".join(map(re.escape, sorted(_FROM_OUTSIDE, key=len, reverse=True)))
_BLOB = re.compile(
    rf"\s*(?:\[[^\[\]]*\]|【(?:{_OUTSIDE})】|\*+(?:{_OUTSIDE})\*+|(?:{_OUTSIDE})\s*[:：])\s*", re.IGNORECASE
)
_TRAILER = re.compile(r"\s*(?:\(fwd\)|\(转发\)|（转发）)\s*$", re.IGNORECASE)
_WRAPPER = re.compile(r"\s*\[(?:fwd|fw|转发)\s*[:：](.*)\]\s*$", re.IGNORECASE | re.DOTALL)
_MOST = 1000  # characters of a subject looked at
_ROUNDS = 50


def base_subject(*, subject: str) -> tuple[str, bool]:
    """Return the base subject in small letters on one line, and whether marks of a reply or forward stood on it.

    RFC 5256 section 2.1 (``Re:``, ``Fwd:``, ``[list]``, trailing ``(fwd)``, the wrapper ``[Fwd: …]``), with the
    marks of mail programs in other languages, counted ones (``Re[2]:``) and full-width colons.
    """
    rest = " ".join(subject[:_MOST].split())
    answered = False
    for _ in range(_ROUNDS):
        before = rest
        if shorter := _TRAILER.sub("", rest) if rest.endswith((")", "）")) else rest:
            answered |= shorter != rest
            rest = shorter
        blob = _BLOB.match(rest)
        after_blob = blob.end() if blob else 0
        if match := _MARK.match(rest, after_blob) or _MARK.match(rest):
            rest, answered = rest[match.end() :], True
        elif blob and blob.end() < len(rest):
            rest = rest[blob.end() :]
        elif wrapped := _WRAPPER.match(rest):
            rest, answered = wrapped[1], True
        if rest == before:
            break
    return rest.strip().casefold(), answered
