"""The header of a quoted mail as its quotation shows it: sender, time, recipients, subject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chancery.engines.text.spill import Packed
from chancery.engines.text.threads.labels import COPY, DATE, LABEL_LINE, PLAIN_LABEL, ROLES, SPACE, SUBJECT

_MOST_LINES = 200
_WRAPPED = 40  # characters of a subject that may go on in the next line
_MORE = re.compile(rf"\n{SPACE}*(?:{'|'.join(map(re.escape, (*COPY, *SUBJECT)))}){SPACE}*[:：]")
_BLANK = re.compile(rf"(?:{SPACE}*\n)+")
_LINE = re.compile(r"([^\n]*)(?:\n|\Z)")
_DATE = re.compile(DATE)
_NOTES_FIRST = re.compile(rf"{SPACE}*(?P<name>[^\s>-][^\n]{{0,150}}?)(?:[ \t]+(?:on )?(?P<date>{DATE}))?{SPACE}*\n")
_NOTES_MORE = re.compile(rf"{SPACE}*(?:(?:Sent by|Please respond to|Gesendet von)\b[^\n]*|(?P<date>{DATE})){SPACE}*\n")
_WROTE_DATE = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?,? (?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|\w{3,9} \d{1,2}, \d{4})|"
    r"\d{4}年\d{1,2}月\d{1,2}日[^\n,，]*?\d{1,2}:\d{2}(?::\d{2})?|"
    r"(?:\w{3,9}[.,]? )?(?:\d{1,2}\.? \w{3,9}\.?|\w{3,9}\.? \d{1,2})(?:,| ) ?\d{4}(?:,| at| um| à)?[^\n\d]{0,12}"
    r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:[^\n\d]{1,12}\d{1,2}[:.]"
    r"\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?)?"
)
_WROTE_WORDS = re.compile(
    r"^(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|В|At|In)\b|^[在于於]|(?:wrote|writes|schrieb|a écrit|escribió|ha scritto"
    r"|escreveu|schreef|skrev|napisał\(?a?\)?|пишет|написал\(?а?\)?|写道|寫道|写到|のメッセージ|さんは書きました|작성)\s*[:：]?"
)


_YOU = re.compile(r"(?<!\w)[+-]\d{4}(?!\w)|(?<![\w@.])(?:you|a message dated|du|vous)(?![\w@.])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuotedHeader(Packed):
    """What a quotation says of the mail it quotes, as written there; empty where it says nothing."""

    sender: str = ""
    sent: str = ""
    to: str = ""
    subject: str = ""

    def or_else(self, other: QuotedHeader) -> QuotedHeader:
        """Return this header with its empty fields taken from another."""
        return QuotedHeader(
            self.sender or other.sender, self.sent or other.sent, self.to or other.to, self.subject or other.subject
        )


def read_header(*, text: str, at: int) -> tuple[QuotedHeader, int]:
    """Return the header that stands at a place after blank lines, and where it ends; empty at ``at`` without one."""
    start = _after_blank(text, at)
    fields: dict[str, str] = {}
    place = start
    if _label_line(text, start) is None:
        place = _notes_head(text, start, fields)
        if place == start:
            return QuotedHeader(), at
    place, found = _labelled(text, place, fields)
    if not found:
        return QuotedHeader(), at
    sender, sent = fields.get("from", ""), fields.get("sent", "")
    dated = _DATE.search(sender)
    if dated and not sent:
        sender, sent = sender[: dated.start()], dated[0]
    return QuotedHeader(
        _tame(sender), _tame(sent), _tame(fields.get("to", "")), _tame(fields.get("subject", ""))
    ), place


def read_attribution(*, line: str) -> QuotedHeader:
    """Return sender and time from a line such as ``On Monday, 1 March 2021 at 10:05, A. Lee <a@b.c> wrote:``."""
    joined = _tame(line)
    dated = _WROTE_DATE.search(joined)
    rest = joined.replace(dated[0], " ") if dated else joined
    rest = _YOU.sub(" ", _WROTE_WORDS.sub(" ", rest))
    return QuotedHeader(sender=_tame(rest).strip(' ,，;:：-"“”'), sent=dated[0] if dated else "")


def _notes_head(text: str, start: int, fields: dict[str, str]) -> int:
    """Read the name and date lines of Notes above its labels; return where they end."""
    first = _NOTES_FIRST.match(text, start)
    if first is None:
        return start
    place, sent = first.end(), first["date"] or ""
    for _ in range(3):
        more = _NOTES_MORE.match(text, place)
        if more is None:
            break
        place, sent = more.end(), sent or more["date"] or ""
    if not sent or _label_line(text, _after_blank(text, place)) is None:
        return start
    fields["from"], fields["sent"] = first["name"], sent
    return place


def _labelled(text: str, place: int, fields: dict[str, str]) -> tuple[int, int]:
    """Read label lines and their continuations into the fields; return where they end and how many there were."""
    found, role = 0, ""
    for _ in range(_MOST_LINES):
        after = _after_blank(text, place)
        match = _label_line(text, after)
        if match is not None:
            role = ROLES[match["label"].casefold()]
            if role in fields and (role == "from" or after > place):
                break
            fields[role] = f"{fields[role]} {match['value']}" if role in fields else match["value"]
            place, found = match.end(), found + 1
            continue
        line = _LINE.match(text, place)
        if line is None or after > place or place >= len(text) or not _continues(text, line, role, fields):
            break
        fields[role] += " " + line[1]
        place = line.end()
    return place, found


def _continues(text: str, line: re.Match[str], role: str, fields: dict[str, str]) -> bool:
    """Tell whether a line without a label belongs to the field above it."""
    if not role or line[1].lstrip().startswith((">", "--", "__")):
        return False
    if role in ("to", "cc"):
        if "@" in line[1] or fields[role].rstrip().endswith((",", ";")) or line[1][:1] in " \t":
            return True
        end = text.find("\n\n", line.end())
        return _MORE.search(text, line.end() - 1, end if end >= 0 else len(text)) is not None
    if role == "subject":
        return len(fields[role]) >= _WRAPPED and _BLANK.match(text, line.end()) is not None
    return role == "from" and line[1][:1] in " \t[<"


def _label_line(text: str, at: int) -> re.Match[str] | None:
    """Return the line with a label that stands at a place."""
    return PLAIN_LABEL.match(text, at) or LABEL_LINE.match(text, at)


def _after_blank(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _tame(value: str) -> str:
    return " ".join(value.split()).strip("*_ ")
