"""Turns authored papers and mails into the bytes of files."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .leaves import lock_pdf, scan_pdf, write_pdf
from .markup import parse_blocks, plain_text
from .mime import Address, Enclosure, Letter, write_message
from .pictures import draw_crack, draw_mark
from .sheets import Sheet, write_workbook
from .shelf import Note, Paper, Shelf
from .slides import Slide, write_slides
from .word import write_word

MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf",
    "html": "text/html",
    "txt": "text/plain",
    "log": "text/plain",
    "csv": "text/csv",
    "ics": "text/calendar",
    "jpg": "image/jpeg",
    "png": "image/png",
    "eml": "message/rfc822",
    "zip": "application/zip",
}


class Library:
    """Makes each paper and each mail of a matter once, and remembers its bytes while the matter is written."""

    def __init__(self, *, shelf: Shelf, seed: int) -> None:
        self.shelf = shelf
        self.seed = seed
        self._papers: dict[str, bytes] = {}
        self._messages: dict[str, bytes] = {}

    def paper(self, *, key: str) -> bytes:
        """Return the bytes of a paper."""
        if key not in self._papers:
            self._papers[key] = self._make(self.shelf.papers[key])
        return self._papers[key]

    def message(self, *, key: str) -> bytes:
        """Return the bytes of a mail."""
        if key not in self._messages:
            self._messages[key] = write_message(letter=self._letter(self.shelf.notes[key]))
        return self._messages[key]

    def chance(self, *, about: str) -> float:
        """Return a number from 0 to 1 that depends on the seed and on what it is about."""
        return int.from_bytes(hashlib.sha256(f"{self.seed}:{about}".encode()).digest()[:6], "big") / 2**48

    def enclosed(self, *, note: Note) -> list[tuple[str, str, bytes]]:
        """Return the name, the key and the bytes of what a mail encloses, pictures in the text first."""
        rows: list[tuple[str, str, bytes]] = []
        for entry in (*note.shows, *note.encloses):
            key, _, name = entry.partition("=")
            if key in self.shelf.notes:
                rows.append((name or f"{self.shelf.notes[key].subject}.eml", key, self.message(key=key)))
            else:
                rows.append((name or self.shelf.papers[key].file, key, self.paper(key=key)))
        return rows

    def _make(self, paper: Paper) -> bytes:
        maker = getattr(self, f"_{paper.form}")
        made: bytes = maker(paper)
        return made

    def _word(self, paper: Paper) -> bytes:
        return write_word(text=paper.body, title=paper.title, author=paper.author, at=paper.at)

    def _pdf(self, paper: Paper) -> bytes:
        head = self.shelf.heads[paper.head] if paper.head else None
        return write_pdf(text=paper.body, head=head, title=paper.title, at=paper.at)

    def _scan(self, paper: Paper) -> bytes:
        return scan_pdf(pdf=self._pdf(paper), seed=self.seed, tilt=float(paper.extra.get("tilt", 0.7)))

    def _locked(self, paper: Paper) -> bytes:
        return lock_pdf(pdf=self._pdf(paper), password=paper.extra["password"], at=paper.at)

    def _text(self, paper: Paper) -> bytes:
        text = plain_text(text=paper.body).strip("\n") + "\n"
        return text.replace("\n", "\r\n").encode(paper.extra.get("charset", "utf-8"))

    def _calendar(self, paper: Paper) -> bytes:
        return (paper.body.strip("\n") + "\n").replace("\n", "\r\n").encode()

    def _empty(self, paper: Paper) -> bytes:
        return b""

    def _cut(self, paper: Paper) -> bytes:
        whole = self.paper(key=paper.extra["of"])
        return whole[: len(whole) * 3 // 5]

    def _same(self, paper: Paper) -> bytes:
        return self.paper(key=paper.extra["as"])

    def _sheet(self, paper: Paper) -> bytes:
        sheets = [
            Sheet(
                name=row["name"],
                rows=row["rows"],
                hidden=row.get("hidden", False),
                comments=tuple((one[0], one[1]) for one in row.get("comments", [])),
            )
            for row in paper.extra["sheets"]
        ]
        return write_workbook(sheets=sheets, title=paper.title, author=paper.author, at=paper.at)

    def _slides(self, paper: Paper) -> bytes:
        slides = [
            Slide(
                title=row["title"],
                lines=tuple(row["lines"]),
                notes=row.get("notes", ""),
                picture=self.paper(key=row["picture"]) if "picture" in row else None,
            )
            for row in paper.extra["slides"]
        ]
        return write_slides(slides=slides, title=paper.title, author=paper.author, at=paper.at)

    def _picture(self, paper: Paper) -> bytes:
        return draw_crack(
            seed=self.seed + int(paper.extra["number"]),
            label=paper.extra["label"],
            length_mm=int(paper.extra["length_mm"]),
        )

    def _mark(self, paper: Paper) -> bytes:
        return draw_mark(text=paper.title)

    def _web(self, paper: Paper) -> bytes:
        return _web_page(title=paper.title, text=paper.body, colour=paper.extra.get("colour", "#234")).encode()

    def _letter(self, note: Note) -> Letter:
        people = self.shelf.people
        sender = people[note.sender]
        second = int(self.chance(about=note.key + "s") * 60)
        parent = self.shelf.notes.get(note.reply or note.forwards)
        body = note.body.strip("\n")
        if sender.signature:
            body += "\n\n" + sender.signature.strip("\n")
        if parent is not None and note.quotes:
            body += "\n\n" + self._quotation(parent, chinese=sender.zone == "china")
        return Letter(
            message_id=self._message_id(note),
            at=note.at.replace(second=second),
            sender=sender.address,
            to=[people[one].address for one in note.to],
            cc=[people[one].address for one in note.cc],
            subject=note.subject,
            body=body + "\n",
            mailer=sender.mailer,
            references=self._references(note),
            enclosures=self._enclosures(note),
            charset=note.charset,
            formatted=note.formatted or (note.languages == "en" and self.chance(about=note.key + "h") < 0.45),
        )

    def _enclosures(self, note: Note) -> list[Enclosure]:
        return [
            Enclosure(
                name=name,
                media_type=MEDIA_TYPES[name.rsplit(".", 1)[-1].lower()],
                content=content,
                inline=any(entry.partition("=")[0] == key for entry in note.shows),
            )
            for name, key, content in self.enclosed(note=note)
        ]

    def _message_id(self, note: Note) -> str:
        code = hashlib.sha256(f"{self.seed}:{note.key}".encode()).hexdigest()[:20].upper()
        return f"{code}@{self.shelf.people[note.sender].address.mailbox.rsplit('@', 1)[1]}"

    def _references(self, note: Note) -> list[str]:
        chain: list[str] = []
        above = note.reply
        while above:
            chain.insert(0, self._message_id(self.shelf.notes[above]))
            above = self.shelf.notes[above].reply
        return chain

    def _quotation(self, parent: Note, *, chinese: bool, depth: int = 0) -> str:
        people = self.shelf.people

        def named(keys: Any) -> str:
            return "; ".join(f"{people[k].address.name} <{people[k].address.mailbox}>" for k in keys)

        words: Mapping[str, str] = _CHINESE_HEAD if chinese else _ENGLISH_HEAD
        lines = [words["line"], f"{words['from']}{named([parent.sender])}"]
        lines.append(words["sent"] + _when(parent.at, chinese=chinese))
        lines.append(f"{words['to']}{named(parent.to)}")
        if parent.cc:
            lines.append(f"{words['cc']}{named(parent.cc)}")
        lines += [f"{words['subject']}{parent.subject}", "", parent.body.strip("\n")]
        if people[parent.sender].signature:
            lines += ["", people[parent.sender].signature.strip("\n")]
        older = self.shelf.notes.get(parent.reply or parent.forwards)
        if older is not None and parent.quotes and depth < 3:
            lines += ["", self._quotation(older, chinese=people[parent.sender].zone == "china", depth=depth + 1)]
        return "\n".join(lines)


_ENGLISH_HEAD = {
    "line": "-----Original Message-----",
    "from": "From: ",
    "sent": "Sent: ",
    "to": "To: ",
    "cc": "Cc: ",
    "subject": "Subject: ",
}
_CHINESE_HEAD = {
    "line": "------------------ 原始邮件 ------------------",
    "from": "发件人：",
    "sent": "发送时间：",
    "to": "收件人：",
    "cc": "抄送：",
    "subject": "主题：",
}
_WEEK = ("一", "二", "三", "四", "五", "六", "日")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _when(at: datetime, *, chinese: bool) -> str:
    if chinese:
        return f"{at.year}年{at.month}月{at.day}日（星期{_WEEK[at.weekday()]}）{at:%H:%M}"
    clock = f"{(at.hour - 1) % 12 + 1}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
    return f"{_DAY_NAMES[at.weekday()]}, {_MONTH_NAMES[at.month - 1]} {at.day}, {at.year} {clock}"


def address_of(*, note: Note, shelf: Shelf) -> Address:
    """Return who sent a mail."""
    return shelf.people[note.sender].address


def universal(*, at: datetime) -> datetime:
    """Return a moment in UTC."""
    return at.astimezone(UTC)


def _web_page(*, title: str, text: str, colour: str) -> str:
    rows: list[str] = []
    for block in parse_blocks(text=text):
        words = html.escape("".join(one.text for one in block.spans), quote=False)
        if block.kind == "heading":
            rows.append(f"<h{block.level}>{words}</h{block.level}>")
        elif block.kind == "bullet":
            rows.append(f"<li>{words}</li>")
        elif block.kind == "table":
            cells = ["".join(f"<td>{html.escape(c, quote=False)}</td>" for c in row) for row in block.rows]
            rows.append("<table>" + "".join(f"<tr>{one}</tr>" for one in cells) + "</table>")
        else:
            rows.append(f"<p>{words}</p>")
    style = f"body{{font-family:Georgia,'Songti SC',serif;max-width:44em;margin:2em auto}}h1,h2{{color:{colour}}}"
    style += "td{border:1px solid #bbb;padding:3px 8px}"
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style></head>\n<body>\n" + "\n".join(rows) + "\n</body></html>\n"
    )
