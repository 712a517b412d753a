"""Documents on paper: words as data, glyphs really drawn, hostile files refused."""

from __future__ import annotations

import io
import os
import signal
import time
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from chancery.engines.pages import imaging
from chancery.engines.pages.availability import available
from chancery.engines.pages.imaging import pdf_bytes, to_pdf
from chancery.engines.pages.isolation import Task, children, run_limited
from chancery.engines.pages.lettering import plain
from chancery.engines.pages.render import page_count, page_image, page_texts, page_words
from chancery.engines.pages.values import ImagingRefused, Printable
from chancery.engines.pages.webtext import decode_markup, web_text

MAIL = Printable(
    "mail",
    header=(("From", "陈伟 <chen@huaxin.example>"), ("Subject", "Re: 供货合同 #1")),
    text='Dear Laura,\n\n#import "x": *\n$x^2$ *bold* @ref <lab> \\ // gone?\n\n请确认交货日期。',
)


def text_of(pdf: bytes) -> str:
    return "".join(" ".join(page_texts(pdf=pdf)).split())


def test_markup_in_evidence_prints_literally() -> None:
    text = text_of(pdf_bytes(printable=MAIL))
    assert '#import"x":*' in text
    assert "$x^2$*bold*@ref<lab>\\//gone?" in text
    assert "请确认交货日期。" in text
    assert "陈伟<chen@huaxin.example>" in text


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert pdf_bytes(printable=MAIL) == pdf_bytes(printable=MAIL)
    run_limited(function=to_pdf, kwargs={"printable": MAIL, "out": tmp_path / "m.pdf"})
    assert (tmp_path / "m.pdf").read_bytes() == pdf_bytes(printable=MAIL)


def test_chinese_glyphs_are_drawn_and_differ() -> None:
    """Two characters that a font lacks would both be the same empty box."""
    drawn = []
    for letter in ("合", "同"):
        page = pdf_bytes(printable=Printable("text", text=letter))
        image = Image.open(io.BytesIO(page_image(pdf=page, page=1, dpi=150, grey=True)))
        drawn.append(image.point(lambda value: 255 if value < 128 else 0))
    inks = [image.crop(image.getbbox()).tobytes() for image in drawn if image.getbbox()]
    assert len(inks) == 2
    assert inks[0] != inks[1]
    assert all(ink.count(b"\xff") > 40 for ink in inks)


def test_what_no_font_can_draw_prints_as_its_code_point() -> None:
    assert plain(text="a😀b한") == "a[U+1F600]b[U+D55C]"
    assert plain(text="\x00a\ud800\x07b\tc\r\nd\u2028e") == "ab      c\nd\ne"
    assert plain(text="шалом שלום سلام 合同 “q” – …") == "шалом שלום سلام 合同 “q” – …"


def test_no_line_of_a_long_text_is_lost() -> None:
    lines = [f"line {number:06d} 合同" for number in range(30_000)]
    texts = page_texts(pdf=pdf_bytes(printable=Printable("text", text="\n".join(lines))))
    seen = "".join("".join(texts).split())
    assert all(f"line{number:06d}合同" in seen for number in range(0, 30_000, 97))
    assert seen.count("合同") == 30_000


def test_a_web_page_keeps_its_words_and_fetches_nothing() -> None:
    page = "<p>a <b>b</b></p><script>bad()</script><ul><li>u<li>v</ul><img src=http://x/ alt=logo><table><tr><td>1<td>2"
    text = web_text(markup=page)
    assert "a b" in text
    assert "• u\n• v" in text
    assert "[logo]" in text
    assert "bad" not in text
    assert text.endswith("1      2")
    gb = "<meta charset=gb2312><p>供货合同".encode("gb18030")
    assert web_text(markup=decode_markup(data=gb)) == "供货合同"


def hostile_pdf(path: Path) -> None:
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 200))
        page.obj["/Contents"] = pdf.make_stream(b"BT /F1 20 Tf 20 100 Td (Visible) Tj ET")
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = script
        page.obj["/AA"] = pikepdf.Dictionary(O=script)
        pdf.attachments["secret.txt"] = b"SECRETPAYLOAD"
        pdf.docinfo["/Author"] = "Hidden Author"
        pdf.save(path, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def test_a_pdf_loses_scripts_files_and_properties(tmp_path: Path) -> None:
    hostile_pdf(tmp_path / "h.pdf")
    clean = pdf_bytes(printable=Printable("pdf", native=tmp_path / "h.pdf"))
    with pikepdf.Pdf.open(io.BytesIO(clean)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert "/Info" not in pdf.trailer
        assert "/AA" not in pdf.pages[0].obj
        everything = b"".join(
            bytes(each.read_raw_bytes()) if isinstance(each, pikepdf.Stream) else each.unparse() for each in pdf.objects
        )
    assert b"JavaScript" not in everything
    assert page_texts(pdf=clean) == ["Visible"]


def test_form_fields_and_notes_stay_as_they_look(tmp_path: Path) -> None:
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(300, 200))
        look = pdf.make_stream(b"BT /F1 12 Tf 2 4 Td (Signed note) Tj ET")
        look["/Type"], look["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Form
        look["/BBox"] = pikepdf.Array([0, 0, 120, 20])
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        look["/Resources"] = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FreeText,
            Rect=pikepdf.Array([50, 50, 170, 70]),
            F=4,
            AP=pikepdf.Dictionary(N=look),
        )
        page.obj["/Annots"] = pikepdf.Array([pdf.make_indirect(note)])
        pdf.save(tmp_path / "n.pdf")
    assert page_texts(pdf=pdf_bytes(printable=Printable("pdf", native=tmp_path / "n.pdf"))) == ["Signed note"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"%PDF-1.4 garbage", "corrupt"), (b"no pdf at all", "corrupt")],
)
def test_broken_pdfs_are_refused_with_a_code(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "x.pdf").write_bytes(data)
    with pytest.raises(ImagingRefused) as refusal:
        pdf_bytes(printable=Printable("pdf", native=tmp_path / "x.pdf"))
    assert refusal.value.code == code


def test_an_encrypted_pdf_is_refused_and_an_owner_password_is_no_lock(tmp_path: Path) -> None:
    for name, user in (("locked", "pw"), ("open", "")):
        with pikepdf.Pdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(tmp_path / f"{name}.pdf", encryption=pikepdf.Encryption(owner="boss", user=user))
    with pytest.raises(ImagingRefused) as refusal:
        pdf_bytes(printable=Printable("pdf", native=tmp_path / "locked.pdf"))
    assert refusal.value.code == "encrypted"
    assert page_count(pdf=pdf_bytes(printable=Printable("pdf", native=tmp_path / "open.pdf"))) == 1


def test_pictures_become_a_page_per_frame(tmp_path: Path) -> None:
    frames = [Image.new("1", (400, 600), number % 2) for number in range(3)]
    frames[0].save(tmp_path / "fax.tif", save_all=True, append_images=frames[1:], compression="group4")
    assert page_count(pdf=pdf_bytes(printable=Printable("image", native=tmp_path / "fax.tif"))) == 3
    Image.new("RGBA", (50, 20), (255, 0, 0, 128)).save(tmp_path / "half.png")
    made = pdf_bytes(printable=Printable("image", native=tmp_path / "half.png"))
    shown = Image.open(io.BytesIO(page_image(pdf=made, page=1, dpi=72))).convert("RGB")
    assert shown.size == (792, 612)
    assert shown.getpixel((396, 40)) == (255, 127, 127)


def test_a_picture_that_announces_too_many_pixels_is_refused(tmp_path: Path) -> None:
    data = bytearray()
    Image.new("1", (10, 10)).save(tmp_path / "small.png")
    data += (tmp_path / "small.png").read_bytes()
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(bytes(data))
    with pytest.raises(ImagingRefused) as refusal:
        pdf_bytes(printable=Printable("image", native=tmp_path / "bomb.png"))
    assert refusal.value.code == "too_large"


def test_words_have_their_place_on_turned_and_cropped_pages(tmp_path: Path) -> None:
    hostile_pdf(tmp_path / "h.pdf")
    upright = page_words(pdf=tmp_path / "h.pdf", page=1)[0]
    assert upright.text == "Visible"
    assert upright.x0 == pytest.approx(20 / 300, abs=0.01)
    assert 0.4 < upright.y0 < upright.y1 < 0.55
    with pikepdf.Pdf.open(tmp_path / "h.pdf") as pdf:
        pdf.pages[0].obj["/Rotate"] = 90
        pdf.save(tmp_path / "r.pdf")
    turned = page_words(pdf=tmp_path / "r.pdf", page=1)[0]
    assert turned.y0 == pytest.approx(20 / 300, abs=0.01)
    assert (turned.x0, turned.x1) == pytest.approx((1 - upright.y1, 1 - upright.y0))


def test_a_page_picture_is_small() -> None:
    made = pdf_bytes(printable=Printable("text", text="The quick brown fox jumps over the lazy dog. " * 90))
    assert len(page_image(pdf=made, page=1)) <= 150_000


def spin() -> None:
    while True:
        pass


def grab() -> int:
    return len(bytearray(8 * 1024**3))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("name", "code"), [("spin", "time_limit"), ("grab", "memory_limit"), ("die", "crashed")])
def test_a_child_that_overruns_or_dies_ends_as_a_code(name: str, code: str) -> None:
    began = time.monotonic()
    with pytest.raises(ImagingRefused) as refusal:
        run_limited(function=globals()[name], kwargs={}, seconds=1)
    assert refusal.value.code == code
    assert time.monotonic() - began < 60


def test_a_killed_child_does_not_touch_its_neighbours() -> None:
    calm = Task(imaging.pdf_bytes, {"printable": Printable("text", text="calm")})
    with children(workers=2, seconds=5) as pool:
        results = list(pool.results(tasks=[calm, Task(die, {}), calm, Task(die, {}), calm]))
    assert [isinstance(each, bytes) for each in results] == [True, False, True, False, True]
    assert results[1].code == results[3].code == "crashed"


@pytest.mark.skipif(not available(), reason="the extra ocr is not installed")
def test_recognition_reads_english_and_chinese(tmp_path: Path) -> None:
    from chancery.engines.pages.recognition import recognise_pdf

    words = (
        "The Supplier shall deliver the goods within thirty days after receipt of each order.\n\n"
        "卖方应当在收到每份订单后三十日内交付货物,并承担运输途中的全部风险。\n\n"
        "Any dispute arising from this agreement shall be submitted to arbitration in Shanghai.\n\n"
        "因本合同引起的任何争议,均应提交上海国际经济贸易仲裁委员会仲裁。"
    )
    to_pdf(printable=Printable("html", text=words), out=tmp_path / "p.pdf")
    read = recognise_pdf(pdf=tmp_path / "p.pdf")
    wanted = "".join(words.split()).replace(",", ",")
    got = "".join(read.text.split()).replace(",", ",")
    assert read.pages == 1
    assert distance(wanted, got) / len(wanted) < 0.02


def distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
