"""Text of rich text (RTF 1.9), including HTML carried inside it by mail programs."""

from __future__ import annotations

import re

from chancery.engines.text.charset import codec_for

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.I
)
_WORD, _NUMBER, _HEXA, _SYMBOL, _BRACE, _RUN = range(1, 7)
_WORDS = (_WORD, _NUMBER)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet listtable listoverridetable rsidtbl generator themedata colorschememapping "
    b"latentstyles datastore pict objdata xmlnstbl fldinst filetbl revtbl htmltag mhtmltag nonshppict "
    b"listpicture bkmkstart bkmkend pgptbl panose falt blipuid object_data info template datafield "
    b"atrfstart atrfend atnid atnref wgrffmtfilter mmathPr defchp defpap userprops".split()
)
_CHARS = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"page": "\n",
    b"sect": "\n",
    b"emdash": "—",
    b"endash": "–",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"bullet": "•",
    b"emspace": " ",
    b"enspace": " ",
    b"nestcell": "\t",
    b"nestrow": "\n",
}
_NOTES = (b"footnote", b"annotation")
_BOXES = (b"shptxt", b"dptxbxtext")
"""Text boxes of Word 97 and of Word 6, inside groups that are otherwise left out."""
_ACTING = _SKIPPED | frozenset(_CHARS) | {b"u", b"uc", b"f", b"plain", b"htmlrtf", b"shprslt", *_BOXES, *_NOTES}
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb18030",
    136: "big5hkscs",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}


_MARKS = {
    "comments": re.compile(rb"\\annotation(?![a-z])"),
    "tracked_changes": re.compile(rb"\\(?:revised|deleted)(?![a-z0-9])"),
    "hidden_text": re.compile(rb"\\v(?![a-z0-9])"),
}


class _Reader:
    """One pass over the tokens with a stack of groups: skipped, unicode fallback length, charset, sealed, note."""

    def __init__(self, data: bytes) -> None:
        self.out: list[str] = []
        self.pending = bytearray()
        page = re.search(rb"\\ansicpg(\d+)", data[:2048])
        self.default = codec_for(label=f"cp{int(page.group(1))}" if page else None) or "cp1252"
        self.fonts = self._fonts(data)
        self.stack: list[tuple[bool, int, str, bool, bool]] = []
        self.note = False  # a group that is a note or comment: it ends with a line of its own
        self.sealed = False  # inside what older readers show in place of a shape: its text would stand twice
        self.skip, self.fallback, self.charset = False, 1, self.default
        self.drop, self.star = 0, False
        self.opened = False  # a group was opened and holds nothing yet: only there a star marks what may be ignored

    @staticmethod
    def _fonts(data: bytes) -> dict[int, str]:
        found = re.findall(rb"\\f(\d+)[^{};]{0,80}?\\fcharset(\d+)", data[:200_000])
        return {int(font): _CHARSETS[int(charset)] for font, charset in found if int(charset) in _CHARSETS}

    def text(self, data: bytes) -> str:
        at = 0
        while at < len(data):
            at = self._until_binary(data, at)
        self._flush()
        return "".join(self.out)

    def _until_binary(self, data: bytes, start: int) -> int:
        """Read up to the next run of binary data, and return where reading goes on behind it."""
        for match in _TOKEN.finditer(data, start):
            kind = match.lastindex
            if kind == _BRACE:
                self._brace(match[_BRACE])
                continue
            if kind == _RUN:
                self._byte(match[_RUN])
            elif kind in _WORDS:
                if match[_WORD] == b"bin" and match[_NUMBER]:
                    return match.end() + max(0, int(match[_NUMBER]))
                if self.star or match[_WORD] in _ACTING:
                    self._word(match[_WORD], match[_NUMBER])
            elif kind == _HEXA:
                self._byte(bytes([int(match[_HEXA], 16)]))
            elif kind == _SYMBOL:
                self._symbol(match[_SYMBOL])
            else:
                continue
            self.opened = False
        return len(data)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.drop, self.star = 0, False
        self.opened = brace == b"{"
        if brace == b"{":
            self.stack.append((self.skip, self.fallback, self.charset, self.sealed, self.note))
            self.note = False
        elif self.stack:
            if self.note:
                self.out.append("\n")
            self.skip, self.fallback, self.charset, self.sealed, self.note = self.stack.pop()

    def _byte(self, data: bytes) -> None:
        if self.drop:
            cut = min(self.drop, len(data))
            self.drop -= cut
            data = data[cut:]
        if data and not self.skip:
            self.pending += data

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.star = self.opened
        elif symbol in b"\\{}":
            self._byte(symbol)
        elif symbol in (b"~", b"_", b"\n", b"\r") and not self.skip:
            self._flush()
            self.out.append({b"~": " ", b"_": "-"}.get(symbol, "\n"))

    def _word(self, word: bytes, number: bytes | None) -> None:
        value = int(number) if number else None
        if word in _SKIPPED or (self.star and word not in (b"shptxt", b"footnote", b"annotation", b"nesttableprops")):
            self._flush()
            self.skip = True
        elif word == b"shprslt":
            self.sealed = True
        elif (word in _BOXES and not self.sealed) or (word in _NOTES and not self.skip):
            self._flush()
            self.out.append("\n")
            self.skip, self.note = False, True
        self.star = False
        if word == b"u" and value is not None:
            self._unicode(value)
        elif word == b"uc" and value is not None:
            self.fallback = max(0, value)
        elif word == b"f" and value is not None:
            self._set_charset(self.fonts.get(value, self.default))
        elif word == b"plain":
            self._set_charset(self.default)
        elif word == b"htmlrtf":
            self._flush()
            self.skip = value != 0
        elif word in _CHARS and not self.skip:
            self._flush()
            self.out.append(_CHARS[word])

    def _unicode(self, value: int) -> None:
        if not self.skip:
            self._flush()
            self.out.append(chr(value % 65536))
        self.drop = self.fallback

    def _set_charset(self, charset: str) -> None:
        if charset != self.charset:
            self._flush()
            self.charset = charset

    def _flush(self) -> None:
        if self.pending:
            self.out.append(bytes(self.pending).decode(self.charset, "replace"))
            self.pending.clear()


def rich_marks(*, data: bytes) -> dict[str, int]:
    """Return how many comments, tracked changes and hidden runs an RTF file holds; without those it holds none of."""
    start = max(0, data.find(b"\\pard"))
    found = {name: len(pattern.findall(data, start)) for name, pattern in _MARKS.items()}
    return {name: count for name, count in found.items() if count}


def rich_text(*, data: bytes) -> str:
    """Return the text of an RTF file; destinations that hold no text of the page are left out."""
    return whole_text(data=data)[0]


def whole_text(*, data: bytes) -> tuple[str, bool]:
    """Return the text of an RTF file as ``rich_text`` does, and whether the file is whole: its groups are closed, or,
    where a writer lost count of them, it ends with a closing brace all the same."""
    reader = _Reader(data)
    text = reader.text(data).strip("\x00")
    return text, not reader.stack or data.rstrip(b"\x00 \r\n\t\x1a").endswith(b"}")
