"""Word-processor files made from nothing: by hand for exact tests, at random for properties."""

# Markup is easier to read on one line.
# ruff: noqa: E501

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'mc:Ignorable="w14"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
KINDS = {
    "document": "document.main",
    "header": "header",
    "footer": "footer",
    "footnotes": "footnotes",
    "endnotes": "endnotes",
    "comments": "comments",
    "numbering": "numbering",
    "styles": "styles",
}
COLUMN = '<w:gridCol w:w="2000"/>'
MARK = 'w:id="{}" w:author="Bob" w:date="2020-01-01T00:00:00Z"'


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def run(text: str, properties: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{t(text)}</w:r>"


def par(content: str = "", properties: str = "") -> str:
    body = content if content.startswith("<") or not content else run(content)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{body}</w:p>"


def cell(content: str, properties: str = '<w:tcW w:w="2000" w:type="dxa"/>') -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def table(rows: list[list[str]], properties: str = '<w:tblW w:w="0" w:type="auto"/>') -> str:
    width = max((len(row) for row in rows), default=1)
    lines = ""
    for row in rows:
        cells = (
            one if one.startswith("<w:tc>") else cell(one if one.startswith(("<w:p", "<w:tbl")) else par(one))
            for one in row
        )
        lines += f"<w:tr>{''.join(cells)}</w:tr>"
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{COLUMN * width}</w:tblGrid>{lines}</w:tbl>"


def note_part(kind: str, notes: dict[int, str]) -> str:
    one = kind[:-1]
    special = "".join(
        f'<w:{one} w:type="{name}" w:id="{number}"><w:p><w:r><w:{mark}/></w:r></w:p></w:{one}>'
        for name, number, mark in (
            ("separator", -1, "separator"),
            ("continuationSeparator", 0, "continuationSeparator"),
        )
    )
    return special + "".join(f'<w:{one} w:id="{number}">{content}</w:{one}>' for number, content in notes.items())


def make(
    body: str,
    *,
    parts: dict[str, str] | None = None,
    links: dict[str, str] | None = None,
    media: dict[str, bytes] | None = None,
) -> bytes:
    """Return a .docx. body: blocks and last section. parts: further story parts by name (``header1``), their content.

    links: relationship id to address. media: relationship id to picture bytes.
    """
    files: dict[str, bytes] = {}
    types = ""
    relations = ""
    roots = {"header": "hdr", "footer": "ftr"}
    for name, content in {"document": f"<w:body>{body}</w:body>", **(parts or {})}.items():
        kind = name.rstrip("0123456789")
        root = roots.get(kind, kind)
        files[f"word/{name}.xml"] = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{root} {SPACES}>{content}</w:{root}>'.encode()
        )
        types += f'<Override PartName="/word/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{KINDS[kind]}+xml"/>'
        if kind != "document":
            relations += f'<Relationship Id="rel_{name}" Type="{OFFICE}{kind}" Target="{name}.xml"/>'
    for ident, address in (links or {}).items():
        relations += f'<Relationship Id="{ident}" Type="{OFFICE}hyperlink" Target="{address}" TargetMode="External"/>'
    for ident, data in (media or {}).items():
        files[f"word/media/{ident}.png"] = data
        relations += f'<Relationship Id="{ident}" Type="{OFFICE}image" Target="media/{ident}.png"/>'
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    package = "http://schemas.openxmlformats.org/package/2006/"
    files["[Content_Types].xml"] = (
        f'{head}<Types xmlns="{package}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>{types}</Types>'.encode()
    )
    files["_rels/.rels"] = (
        f'{head}<Relationships xmlns="{package}relationships"><Relationship Id="rId1" Type="{OFFICE}officeDocument" Target="word/document.xml"/></Relationships>'.encode()
    )
    files["word/_rels/document.xml.rels"] = (
        f'{head}<Relationships xmlns="{package}relationships">{relations}</Relationships>'.encode()
    )
    return zipped(files)


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def part(data: bytes, name: str = "word/document.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


WORDS = (
    "the",
    "Supplier",
    "shall",
    "deliver",
    "Goods",
    "within",
    "30",
    "days",
    "of",
    "notice",
    "合同",
    "违约金",
    "1,000.50",
    "and",
    "no",
    "it",
    "§",
    "—",
)
FORMS = ("", "<w:b/>", "<w:i/>", '<w:sz w:val="20"/>', '<w:b/><w:color w:val="FF0000"/>')
SHAPES = (
    "",
    '<w:jc w:val="center"/>',
    '<w:ind w:left="360"/>',
    '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>',
    '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>',
)


class Dice:
    """Makes random content; ``revisions`` lets it carry tracked changes of somebody else."""

    def __init__(self, seed: int, revisions: bool = False) -> None:
        self.random = random.Random(seed)
        self.revisions = revisions
        self.number = 100
        self.notes: dict[str, dict[int, str]] = {"footnotes": {}, "endnotes": {}}
        self.comments: dict[int, str] = {}
        self.media: dict[str, bytes] = {}

    def next(self) -> int:
        self.number += 1
        return self.number

    def words(self, least: int = 1, most: int = 8) -> str:
        return " ".join(self.random.choices(WORDS, k=self.random.randint(least, most)))

    def runs(self, depth: int = 0) -> str:
        made = ""
        for _turn in range(self.random.randint(0, 4)):
            made += self.piece(depth)
        return made

    def plain(self) -> str:
        text = self.words() + self.random.choice((" ", "", ", ", "."))
        return run(text, self.random.choice(FORMS))

    def piece(self, depth: int) -> str:
        kinds: list[Callable[[], str]] = [self.plain] * 8 + [
            self.link,
            self.field,
            self.simple,
            self.math,
            self.mark,
            self.note,
            self.remark,
            self.signs,
            self.picture,
        ]
        if depth == 0:
            kinds += [self.control, self.box]
        if self.revisions:
            kinds += [self.inserted, self.deleted, self.reshaped] * 2
        return self.random.choice(kinds)()

    def link(self) -> str:
        return f'<w:hyperlink r:id="{self.random.choice(("link1", "link2"))}">{self.plain()}{self.plain() if self.random.random() < 0.4 else ""}</w:hyperlink>'

    def field(self) -> str:
        code = self.random.choice((" PAGE ", " REF _Ref1 ", " NUMPAGES "))
        return f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>{self.plain()}<w:r><w:fldChar w:fldCharType="end"/></w:r>'

    def simple(self) -> str:
        return f'<w:fldSimple w:instr="{self.random.choice((" DATE ", " AUTHOR "))}">{self.plain() if self.random.random() < 0.8 else ""}</w:fldSimple>'

    def math(self) -> str:
        inner = "".join(
            f"<m:r><m:t>{self.random.choice('xyz')}</m:t></m:r>" for _turn in range(self.random.randint(1, 3))
        )
        return f"<m:oMath>{inner}</m:oMath>"

    def mark(self) -> str:
        number = self.next()
        return f'<w:bookmarkStart w:id="{number}" w:name="b{self.random.randint(1, 9)}_{number}"/>{self.plain()}<w:bookmarkEnd w:id="{number}"/>'

    def note(self) -> str:
        kind = self.random.choice(("footnotes", "endnotes"))
        number = len(self.notes[kind]) + 1
        self.notes[kind][number] = par(f"<w:r><w:{kind[:-1]}Ref/></w:r>{self.plain()}") + (
            par(self.plain()) if self.random.random() < 0.3 else ""
        )
        return f'<w:r><w:{kind[:-1]}Reference w:id="{number}"/></w:r>'

    def remark(self) -> str:
        number = len(self.comments)
        self.comments[number] = par(self.words())
        return f'<w:commentRangeStart w:id="{number}"/>{self.plain()}<w:commentRangeEnd w:id="{number}"/><w:r><w:commentReference w:id="{number}"/></w:r>'

    def signs(self) -> str:
        return f"<w:r>{self.random.choice(('<w:tab/>', '<w:br/>', '<w:noBreakHyphen/>', '<w:tab/><w:t>a</w:t>'))}</w:r>"

    def picture(self) -> str:
        ident = self.random.choice(("pic1", "pic2"))
        self.media[ident] = f"picture {self.random.randint(1, 2)}".encode()
        return f'<w:r><w:drawing><wp:inline><wp:docPr id="{self.next()}" name="p"/><v:imagedata r:id="{ident}"/></wp:inline></w:drawing></w:r>'

    def control(self) -> str:
        return f'<w:sdt><w:sdtPr><w:id w:val="{self.next()}"/><w:tag w:val="{self.random.choice("ab")}"/></w:sdtPr><w:sdtContent>{self.runs(1)}</w:sdtContent></w:sdt>'

    def box(self) -> str:
        inner = "".join(par(self.runs(1)) for _turn in range(self.random.randint(1, 2)))
        size = self.random.choice(("1", "1", "2"))
        return f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline cx="{size}"><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>'

    def inserted(self) -> str:
        return f"<w:ins {MARK.format(self.next())}>{self.plain()}</w:ins>"

    def deleted(self) -> str:
        return f"<w:del {MARK.format(self.next())}>{self.plain().replace('w:t>', 'w:delText>').replace('<w:t ', '<w:delText ')}</w:del>"

    def reshaped(self) -> str:
        return run(self.words(), f"<w:b/><w:rPrChange {MARK.format(self.next())}><w:rPr><w:i/></w:rPr></w:rPrChange>")

    def paragraph(self) -> str:
        shape = self.random.choice(SHAPES)
        signs = ""
        if self.revisions and self.random.random() < 0.2:
            signs = f"<w:{self.random.choice(('ins', 'del'))} {MARK.format(self.next())}/>"
        if self.random.random() < 0.2 or signs:
            shape += f"<w:rPr>{signs}{self.random.choice(FORMS)}</w:rPr>"
        return par(self.runs(), shape)

    def block(self, depth: int = 0) -> str:
        dice = self.random.random()
        if dice < 0.75 or depth > 1:
            return self.paragraph()
        if dice < 0.92:
            width = self.random.randint(1, 3)
            rows = "".join(
                f"<w:tr>{''.join(cell(self.blocks(1, 2, depth + 1) + self.paragraph()) for _turn in range(width))}</w:tr>"
                for _row in range(self.random.randint(1, 3))
            )
            return f"<w:tbl><w:tblPr/><w:tblGrid>{COLUMN * width}</w:tblGrid>{rows}</w:tbl>"
        if dice > 0.97:
            return f'<w:customXml w:element="{self.random.choice("ef")}">{self.blocks(1, 2, depth + 1)}{self.paragraph()}</w:customXml>'
        return f'<w:sdt><w:sdtPr><w:id w:val="{self.next()}"/><w:tag w:val="{self.random.choice("cd")}"/></w:sdtPr><w:sdtContent>{self.blocks(1, 2, depth + 1)}{self.paragraph()}</w:sdtContent></w:sdt>'

    def blocks(self, least: int, most: int, depth: int = 0) -> str:
        return "".join(self.block(depth) for _turn in range(self.random.randint(least, most)))


TOP = re.compile(r"<w:(p|tbl|sdt)>.*?</w:\1>(?=<w:(?:p|tbl|sdt)>|$)", re.DOTALL)
NUMBERING = (
    "".join(
        f'<w:abstractNum w:abstractNumId="{n}"><w:lvl w:ilvl="0"><w:numFmt w:val="{form}"/></w:lvl></w:abstractNum>'
        for n, form in ((0, "decimal"), (1, "bullet"))
    )
    + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
)
OTHER_NUMBERING = NUMBERING.replace("bullet", "upperRoman")


def random_file(dice: Dice, blocks: list[str]) -> bytes:
    """Return a file of the given blocks with sections, headers and what the blocks refer to."""
    chance = dice.random
    body = list(blocks)
    if chance.random() < 0.4:
        references = '<w:headerReference w:type="default" r:id="rel_header2"/>' if chance.random() < 0.6 else ""
        body.insert(
            chance.randint(0, len(body)),
            par(dice.plain(), f'<w:sectPr>{references}<w:pgMar w:left="{chance.choice((1, 2))}"/></w:sectPr>'),
        )
    reference = '<w:headerReference w:type="default" r:id="rel_header1"/>' if chance.random() < 0.7 else ""
    last = f'<w:sectPr>{reference}<w:pgSz w:w="{chance.choice((100, 200))}"/></w:sectPr>'
    parts = {
        "header1": par(chance.choice(("Head one", "Head two"))),
        "header2": par(chance.choice(("Other head", ""))) + (par("line") if chance.random() < 0.3 else ""),
        "numbering": chance.choice((NUMBERING, OTHER_NUMBERING)),
        "styles": f'<w:style w:type="paragraph" w:styleId="S"><w:name w:val="S"/><w:pPr><w:jc w:val="{chance.choice(("left", "right"))}"/></w:pPr></w:style>',
    }
    for kind, notes in dice.notes.items():
        if notes:
            parts[kind] = note_part(kind, notes)
    if dice.comments:
        parts["comments"] = "".join(
            f'<w:comment w:id="{number}" w:author="Ann" w:date="2020-01-01T00:00:00Z">{content}</w:comment>'
            for number, content in dice.comments.items()
        )
    media = {"pic1": b"one", "pic2": b"two"} | dice.media
    return make(
        "".join(body) + par(dice.plain()) + last,
        parts=parts,
        links={"link1": "https://a.example", "link2": "https://b.example"},
        media=media,
    )


def random_pair(seed: int, revisions: bool = False) -> tuple[bytes, bytes]:
    """Return two files that share most of their blocks."""
    old, new = Dice(seed, revisions), Dice(seed, revisions)
    chance = random.Random(seed + 1)
    before = [old.block() for _turn in range(chance.randint(0, 7))]
    after = [new.block() for _block in before]
    for _edit in range(chance.randint(0, 5)):
        kind = chance.choice(("drop", "add", "swap", "word", "form", "replace"))
        at = chance.randrange(len(after)) if after else 0
        if kind == "add" or not after:
            after.insert(at, new.block())
        elif kind == "drop":
            del after[at]
        elif kind == "swap":
            to = chance.randrange(len(after))
            after[at], after[to] = after[to], after[at]
        elif kind == "word":
            words = re.findall(r">([^<>]+)</w:t>", after[at])
            if words:
                word = chance.choice(words)
                after[at] = after[at].replace(f">{word}</w:t>", f">{escape(new.words())}</w:t>", 1)
        elif kind == "form":
            after[at] = after[at].replace("<w:b/>", '<w:u w:val="single"/>', 1)
        else:
            after[at] = new.block()
    return random_file(old, before), random_file(new, after)
