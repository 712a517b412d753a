"""Pages are read whichever way they lie, and every line has its place."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from chancery.engines.pages.availability import available
from chancery.engines.pages.render import page_image
from chancery.engines.pages.typesetting import typeset
from chancery.engines.pages.values import ImagingRefused

pytestmark = pytest.mark.skipif(not available(), reason="the extra ocr is not installed")
WORDS = (
    "The tribunal shall consist of three arbitrators.\n\n仲裁庭由三名仲裁员组成。\n\nPayment fell due on 14 March 2025."
)
WANTED = [
    "The tribunal shall consist of three arbitrators.",
    "仲裁庭由三名仲裁员组成。",
    "Payment fell due on 14 March 2025.",
]


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    drawn = page_image(pdf=typeset(style="serif", text=WORDS), page=1, dpi=150, grey=True)
    return Image.open(io.BytesIO(drawn)).convert("L").crop((0, 0, 1275, 420))


def read(picture: Image.Image):  # type: ignore[no-untyped-def]
    from chancery.engines.pages.recognition import recognise_page

    out = io.BytesIO()
    picture.save(out, "PNG")
    return recognise_page(image=out.getvalue(), number=3, dpi=150)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_and_its_lines_keep_their_place(picture: Image.Image, turn: int) -> None:
    page = read(picture.rotate(turn, expand=True))
    assert page.turn == turn
    assert (page.number, page.dpi) == (3, 150)
    assert page.text.replace(" ", "") == "\n".join(WANTED).replace(" ", "")
    assert all(line.confidence > 0.9 for line in page.lines)
    left, top, right, bottom = page.lines[page.rows[0][0]].box
    along, across = ((right - left), (bottom - top)) if turn in (0, 180) else ((bottom - top), (right - left))
    assert along > 3 * across or turn in (90, 270)
    first = {0: top < 0.5, 90: left < 0.5, 180: top > 0.5, 270: left > 0.5}[turn]
    assert first
    corner = page.lines[page.rows[0][0]].quad[0]
    wanted = {0: (left, top), 90: (left, bottom), 180: (right, bottom), 270: (right, top)}[turn]
    assert corner == pytest.approx(wanted, abs=0.02)


def test_print_under_a_red_stamp_is_read_and_so_are_words_in_colour(picture: Image.Image) -> None:
    stamp = Image.new("RGB", picture.size, "white")
    pen = ImageDraw.Draw(stamp)
    for left in (180, 330, 480):
        pen.ellipse((left, 80, left + 210, 290), outline=(215, 25, 30), width=16)
    red = ImageOps.colorize(picture.crop((140, 200, 700, 230)), black=(200, 20, 30), white=(255, 255, 255))
    stamp.paste(red, (140, 330))
    page = read(ImageChops.darker(picture.convert("RGB"), stamp))
    told = page.text.replace(" ", "").splitlines()
    assert told == [line.replace(" ", "") for line in [*WANTED, WANTED[2]]]


def test_what_shines_through_from_the_back_is_looked_through(picture: Image.Image) -> None:
    back = ImageOps.mirror(picture.crop((100, 124, 1275, 235)).point(lambda value: 255 - (255 - value) * 35 // 100))
    page = picture.copy()
    page.paste(ImageChops.darker(page.crop((0, 144, back.width, 144 + back.height)), back), (0, 144))
    assert read(page).text.replace(" ", "") == "\n".join(WANTED).replace(" ", "")


def test_a_circle_beside_a_chinese_numeral_is_the_numeral_nought() -> None:
    from chancery.engines.pages.recognition import _ZERO

    assert _ZERO.sub("〇", "二○二○年一○月，甲○乙") == "二〇二〇年一〇月，甲○乙"


def test_a_leaning_page_is_read_in_order(picture: Image.Image) -> None:
    page = read(picture.rotate(4, expand=True, fillcolor=255))
    assert page.skew == pytest.approx(4, abs=0.5)
    assert page.text.replace(" ", "") == "\n".join(WANTED).replace(" ", "")


def test_a_blank_page_a_dot_and_narrow_strips_give_no_lines_and_cost_little() -> None:
    for size in ((600, 800), (1, 1), (12_000, 12), (7, 9_000)):
        assert read(Image.new("L", size, 200)).lines == ()


def test_a_narrow_strip_is_read_and_its_line_keeps_its_place(picture: Image.Image) -> None:
    strip = Image.new("L", (2400, 60), 255)
    strip.paste(picture.crop((130, 145, 800, 195)), (0, 5))
    page = read(strip)
    assert page.text == WANTED[1]
    left, top, right, bottom = page.lines[0].box
    assert left < 0.05 and right < 0.4 and bottom - top > 0.2


def test_what_is_no_picture_is_refused() -> None:
    from chancery.engines.pages.recognition import recognise_page

    for data in (b"", b"not a picture", b"\x89PNG\r\n\x1a\n"):
        with pytest.raises(ImagingRefused) as refusal:
            recognise_page(image=data)
        assert refusal.value.code == "corrupt"


def test_what_cannot_be_read_is_less_sure(picture: Image.Image) -> None:
    sharp = read(picture)
    blurred = read(picture.filter(ImageFilter.GaussianBlur(3.4)))
    assert blurred.confidence < sharp.confidence
