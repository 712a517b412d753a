"""PDF papers of a sample matter: typeset, scanned, and locked with a password."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
import pylopdf_fonts_zh_cn
import pypdfium2
import typst
from PIL import Image

from .markup import Block, Span, parse_blocks, parse_spans

FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """How an organisation's paper looks. colour: hexadecimal, with the leading #; without a name only the seal."""

    name: str
    second_name: str
    address: str
    colour: str
    seal: str = ""


def write_pdf(*, text: str, head: Letterhead | None, title: str, at: datetime) -> bytes:
    """Return the paper as a PDF with a text layer, dated ``at``; A4, Chinese set in Noto Serif SC."""
    parts = [
        f"#set document(title: {_string(title)}, date: datetime(year: {at.year}, month: {at.month}, day: {at.day}))",
        '#set page(paper: "a4", margin: (x: 2.4cm, y: 2.2cm), numbering: "1 / 1")',
        '#set text(font: ("Libertinus Serif", "Noto Serif SC"), size: 10.5pt)',
        "#set par(justify: false, leading: 0.7em, spacing: 1.05em)",
        "#show heading.where(level: 1): it => align(center, text(size: 13pt, it.body))",
    ]
    if head is not None and head.name:
        parts += _letterhead(head=head)
    parts += [_block(block=block, head=head) for block in parse_blocks(text=text)]
    made = _compiler().compile("\n".join(parts).encode(), format="pdf", timestamp=int(at.timestamp()), pdf_tags=False)
    if not isinstance(made, bytes):
        raise TypeError("typst returned several files for one paper")
    return made


def scan_pdf(*, pdf: bytes, seed: int, tilt: float) -> bytes:
    """Return the paper as an office scanner would: grey page pictures and no text.

    tilt: degrees, alternating by page.
    """
    document = pypdfium2.PdfDocument(pdf)
    random = np.random.default_rng(seed)
    pictures: list[tuple[int, int, bytes]] = []
    for number in range(len(document)):
        page = document[number].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        turned = page.rotate(tilt if number % 2 == 0 else -tilt / 2, resample=Image.Resampling.BILINEAR, fillcolor=252)
        values = np.asarray(turned, dtype=np.int32)
        values = values * 224 // 255 + 22 + random.integers(-7, 8, size=values.shape, dtype=np.int32)
        specks = random.random(values.shape) > 0.99996
        values[specks] = 70
        held = io.BytesIO()
        Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(held, "JPEG", quality=62, dpi=(150, 150))
        pictures.append((turned.width, turned.height, held.getvalue()))
    document.close()
    return _picture_pdf(pictures=pictures, resolution=150)


def lock_pdf(*, pdf: bytes, password: str, at: datetime) -> bytes:
    """Return the paper so that it opens only with the password (RC4, 128 bits: the one form without chance)."""
    held = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.docinfo["/ModDate"] = at.strftime("D:%Y%m%d%H%M%SZ")
        document.save(
            held,
            encryption=pikepdf.Encryption(owner=password + "-owner", user=password, R=3, aes=False, metadata=False),
            static_id=True,
        )
    return held.getvalue()


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[str(FONTS)], ignore_system_fonts=True)


def _letterhead(*, head: Letterhead) -> list[str]:
    second = f"#text(size: 10pt)[#{_string(head.second_name)}] #linebreak()" if head.second_name else ""
    return [
        f'#align(center)[#text(size: 15pt, weight: "bold", fill: rgb("{head.colour}"))[#{_string(head.name)}]'
        f" #linebreak() {second} #text(size: 8pt, fill: luma(90))[#{_string(head.address)}]]",
        f'#line(length: 100%, stroke: 0.8pt + rgb("{head.colour}"))',
        "#v(0.5em)",
    ]


def _seal(*, head: Letterhead) -> str:
    """Return a company seal pressed over what stands above it: red ring, name along it, star."""
    red = 'rgb("#c8202f")'
    step = 270 / max(1, len(head.seal) - 1)
    letters = "".join(
        f"#place(center + horizon, rotate({-135 + step * number:.1f}deg, move(dy: -1.42cm, "
        f"text(size: 8.5pt, fill: {red}, {_string(letter)}))))"
        for number, letter in enumerate(head.seal)
    )
    star = f'#place(center + horizon, text(size: 22pt, fill: {red}, "★"))'
    ring = f"box(width: 3.6cm, height: 3.6cm)[#place(center + horizon, circle(radius: 1.8cm, stroke: 1.5pt + {red}))"
    return f"#place(right, dx: -0.6cm, dy: -3.1cm, rotate(-7deg, {ring}{letters}{star}]))"


def _block(*, block: Block, head: Letterhead | None) -> str:
    body = "".join(_span(span=span) for span in block.spans)
    if block.kind == "heading":
        return f"#heading(level: {block.level})[{body}]"
    if block.kind == "bullet":
        return f"#list.item[{body}]"
    if block.kind == "right":
        return f"#align(right)[{body}]"
    if block.kind == "break":
        return "#pagebreak()"
    if block.kind == "table":
        return _table(rows=block.rows)
    if block.kind == "seal":
        return _seal(head=head) if head is not None and head.seal else ""
    return f"#par[{body}]"


def _table(*, rows: Sequence[Sequence[str]]) -> str:
    width = max(len(row) for row in rows)
    cells = ", ".join(
        "[" + "".join(_span(span=span) for span in parse_spans(line=cell)) + "]"
        for row in rows
        for cell in (*row, *[""] * (width - len(row)))
    )
    columns = ", ".join(["auto"] * (width - 1) + ["1fr"])
    return f"#text(size: 9pt)[#table(columns: ({columns},), inset: 4.5pt, stroke: 0.5pt + luma(120), {cells})]"


def _span(*, span: Span) -> str:
    made = "#linebreak()".join(f"#{_string(line)};" for line in span.text.split("\n"))
    if span.kind == "bold":
        return f"#strong[{made}]"
    if span.kind == "signed":
        return f'#box(rotate(-3deg, text(size: 16pt, style: "italic", fill: rgb("#22367e"))[{made}]))'
    return "" if span.kind == "deleted" else made


def _string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _picture_pdf(*, pictures: Sequence[tuple[int, int, bytes]], resolution: int) -> bytes:
    count = len(pictures)
    kids = " ".join(f"{3 + 3 * i} 0 R" for i in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode()]
    for i, (width, height, jpeg) in enumerate(pictures):
        across, down = width * 72 / resolution, height * 72 / resolution
        drawing = f"q {across:.2f} 0 0 {down:.2f} 0 0 cm /P Do Q".encode()
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {across:.2f} {down:.2f}]/Contents {4 + 3 * i} 0 R"
            f"/Resources<</XObject<</P {5 + 3 * i} 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing))
        objects.append(
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
            b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (width, height, len(jpeg), jpeg)
        )
    return _numbered(objects=objects)


def _numbered(*, objects: Sequence[bytes]) -> bytes:
    held = io.BytesIO()
    held.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, one in enumerate(objects, 1):
        places.append(held.tell())
        held.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = held.tell()
    held.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    held.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    held.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return held.getvalue()
