"""Slip sheets: the one page that stands for a document without page images, in English and Chinese."""

from __future__ import annotations

from chancery.engines.pages.typesetting import typeset
from chancery.engines.production.values import ProductionItem

_NATIVE = ("Document Produced in Native Format", "本文件以原始格式提供")
_WITHHELD = ("Document Withheld for Privilege", "本文件因保密特权不予提供")
_NOT_IMAGED = ("Document Could Not Be Imaged", "本文件无法生成页面图像")
_REASONS = {
    "encrypted": "Password-protected / 文件受密码保护",
    "corrupt": "Damaged file / 文件已损坏",
    "empty": "Empty file / 空文件",
    "too_large": "Too large to image / 文件过大,无法成像",
    "too_many_pages": "Too many pages to image / 页数过多,无法成像",
    "time_limit": "Imaging exceeded its time limit / 成像超出时间限制",
    "memory_limit": "Imaging exceeded its memory limit / 成像超出内存限制",
    "crashed": "Imaging failed / 成像失败",
}
_LONGEST = 200


def slip_sheet(*, title: tuple[str, str], lines: tuple[tuple[str, str], ...]) -> bytes:
    """Return a slip sheet of one page: a title in both languages and what may be told of the document."""
    return typeset(style="slip", title=title[0], subtitle=title[1], header=lines)


def slip_words(*, item: ProductionItem, slip: str) -> tuple[tuple[str, str], tuple[tuple[str, str], ...]]:
    """Return title and lines of the slip sheet of a document; ``slip`` is native, withheld or a refusal code.

    A withheld document is not described: its log entry does that.
    """
    if slip == "withheld":
        return _WITHHELD, ()
    name = item.name if len(item.name) <= _LONGEST else item.name[: _LONGEST - 1] + "…"
    lines: tuple[tuple[str, str], ...] = (
        ("File name / 文件名", name),
        ("Size / 大小", f"{item.size:,} bytes"),
    )
    if slip == "native":
        return _NATIVE, lines
    return _NOT_IMAGED, (*lines, ("Reason / 原因", _REASONS.get(slip, slip)))
