"""A small folder of a client's evidence, written by the test itself: seven files, two custodians and a share."""

from __future__ import annotations

import csv
import io
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import docx
import pikepdf

TERMS = b"Payment in thirty days.\nDelivery in Ningbo by 15 May.\n"
PASSWORD = "Blue-Harbor-7"
# Top-level files; documents after processing; of these exact copies; and what cannot be read before the repair.
FILES, DOCUMENTS, COPIES, LOCKED = 7, 8, 1, 1


def write_evidence(folder: Path) -> Path:
    """Write mail with an attachment, Word, Chinese text in GB18030 and its copy, HTML, and a locked PDF."""
    for name in ("Li Wei", "Zhou Min", "Shared"):
        (folder / name).mkdir(parents=True)
    (folder / "Li Wei" / "offer.eml").write_bytes(_mail())
    _word(folder / "Li Wei" / "memo to counsel.docx")
    chinese = (
        "关于迟延交货的说明\n\n贵司于三月六日来函收悉。因铸件存在气孔，第二批水泵将推迟两周交付，费用由我司承担。\n"
    )
    (folder / "Zhou Min" / "交货说明.txt").write_bytes(chinese.encode("gb18030"))
    (folder / "Shared" / "交货说明 副本.txt").write_bytes(chinese.encode("gb18030"))
    (folder / "Shared" / "minutes.html").write_text(
        "<html><head><title>Minutes of the call</title></head><body><h1>Minutes of the call of 6 March</h1>"
        "<p>The buyer accepted a delay of two weeks and reserved its claim for liquidated damages.</p></body></html>",
        "utf-8",
    )
    (folder / "Shared" / "price list.csv").write_text("pump,price\nHX-40,1180.00\nHX-60,1475.00\n", "utf-8")
    _locked(folder / "Shared" / "cost review.pdf")
    return folder


def write_codes(folder: Path, path: Path) -> Path:
    """Write decisions for all that can be read: responsive, the memo privileged; the second look agrees."""
    hashes = [sha256(TERMS).hexdigest()]
    hashes += [sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*.*")) if file.suffix != ".pdf"]
    memo = sha256((folder / "Li Wei" / "memo to counsel.docx").read_bytes()).hexdigest()
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            ["path", "sha256", "reviewer", "code", "privilege", "second_reviewer", "second_code", "description"]
        )
        for one in dict.fromkeys(hashes):
            privilege, words = ("AC", "Memo asking outside counsel for advice.") if one == memo else ("none", "")
            rows.writerow(["", one, "reviewer-1", "responsive", privilege, "reviewer-2", "responsive", words])
    return path


def _mail() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Li Wei <li.wei@haiyue.example>", "Ruth Alvarez <ruth@halden.example>"
    mail["Subject"], mail["Date"] = "Offer for forty pumps", "Mon, 02 Mar 2026 09:15:00 +0800"
    mail["Message-ID"] = "<offer-40@haiyue.example>"
    mail.set_content("Dear Ruth,\n\nplease find our terms for forty pumps of type HX-40 attached.\n\nLi Wei\n")
    mail.add_attachment(
        b"Payment in thirty days.\nDelivery in Ningbo by 15 May.\n", "text", "plain", filename="terms.txt"
    )
    return mail.as_bytes()


def _word(path: Path) -> None:
    paper = docx.Document()
    paper.add_heading("Memo to counsel", 1)
    paper.add_paragraph("Anna, please advise whether the delay lets us terminate under clause 9. Privileged.")
    out = io.BytesIO()
    paper.save(out)
    path.write_bytes(out.getvalue())


def _locked(path: Path) -> None:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        words = b"BT /F1 14 Tf 72 700 Td (Cost review of the HX pumps, August: unit cost and margin by lot) Tj ET"
        page.Contents = pdf.make_stream(words)
        pdf.save(path, encryption=pikepdf.Encryption(owner=PASSWORD, user=PASSWORD, R=6))
