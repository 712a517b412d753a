"""Documents per second of the production engine: python bench/production_engine.py [families] [workers]."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.values import Printable
from chancery.engines.production.check import check_volume
from chancery.engines.production.values import ProductionItem, VolumeSettings
from chancery.engines.production.volume import write_volume

WORDS = "The Supplier shall deliver the goods. 卖方应当按照合同约定交付货物。 " * 40


def documents(*, families: int, folder: Path) -> list[ProductionItem]:
    """Return families of a mail, a workbook and a three-page PDF."""
    book, paper = folder / "book.xlsx", folder / "paper.pdf"
    book.write_bytes(b"cells" * 4000)
    to_pdf(printable=Printable("html", text="\n\n".join([WORDS] * 4)), out=paper)
    made: list[ProductionItem] = []
    for number in range(families):
        family = f"{number:06d}"
        for kind, name, native in (("mail", "m.eml", None), ("spreadsheet", "b.xlsx", book), ("pdf", "p.pdf", paper)):
            data = native.read_bytes() if native else b""
            made.append(
                ProductionItem(
                    key=f"{family}/{name}",
                    parent_key=None if kind == "mail" else f"{family}/m.eml",
                    family_key=family,
                    custodian="Chen Wei",
                    path=f"mail/{family}/{name}",
                    name=name,
                    media_type="application/octet-stream",
                    kind=kind,
                    sha256=hashlib.sha256(data).hexdigest() if native else "",
                    md5="",
                    size=len(data),
                    native=native,
                    text=f"{number}\n\n{WORDS}",
                    metadata={"from": "a@b.example", "to": ["c@d.example"], "subject": f"报价 {number}"},
                )
            )
    return made


def main() -> None:
    families = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        items = documents(families=families, folder=folder)
        settings = VolumeSettings(prefix="BENCH", confidentiality="CONFIDENTIAL 机密")
        began = time.perf_counter()
        report = write_volume(items=items, settings=settings, out=folder / "volume", workers=workers)
        took = time.perf_counter() - began
        began = time.perf_counter()
        defects = check_volume(folder=folder / "volume")
        checked = time.perf_counter() - began
    print(f"written  {len(items)} documents, {report.pages} pages in {took:.2f} s: {len(items) / took:.0f} documents/s")
    print(f"checked  in {checked:.2f} s, {len(defects)} defects; manifest {report.manifest_sha256[:16]}")


if __name__ == "__main__":
    main()
