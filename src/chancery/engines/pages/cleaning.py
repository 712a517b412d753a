"""Clean copies of PDF files: what is seen stays, what acts or hides goes."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf

from chancery.engines.pages.values import ImagingRefused

MAXIMUM_PAGES = 10_000
_ROOT_KEPT = frozenset(["/Type", "/Pages", "/Version", "/OCProperties", "/PageLabels", "/Lang", "/OutputIntents"])
_PAGE_DROPPED = (
    "/AA",
    "/Annots",
    "/PieceInfo",
    "/Metadata",
    "/Thumb",
    "/B",
    "/StructParents",
    "/Tabs",
    "/Trans",
)


def clean_copy(*, source: Path, password: str = "") -> bytes:
    """Return a new PDF with the pages as they print: no scripts, actions, files, forms or old versions.

    Form fields and annotations are flattened to what they show. Refuses encrypted files that the empty
    password does not open, files that cannot be repaired, and more than 10,000 pages.
    """
    out = io.BytesIO()
    try:
        with pikepdf.Pdf.open(source, password=password, suppress_warnings=True) as pdf:
            _check(pdf)
            _flatten(pdf)
            for key in list(pdf.Root.keys()):
                if key not in _ROOT_KEPT:
                    del pdf.Root[key]
            for page in pdf.pages:
                for key in _PAGE_DROPPED:
                    if key in page.obj:
                        del page.obj[key]
            if "/Info" in pdf.trailer:
                del pdf.trailer["/Info"]
            pdf.save(
                out,
                deterministic_id=True,
                encryption=False,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                compress_streams=True,
            )
    except pikepdf.PasswordError as fault:
        raise ImagingRefused("The PDF needs a password.", code="encrypted") from fault
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise ImagingRefused("The PDF is damaged beyond repair.", code="corrupt") from fault
    return out.getvalue()


def _check(pdf: pikepdf.Pdf) -> None:
    pages = len(pdf.pages)
    if pages == 0:
        raise ImagingRefused("The PDF has no page.", code="empty")
    if pages > MAXIMUM_PAGES:
        raise ImagingRefused("The PDF has %(pages)s pages.", code="too_many_pages", pages=pages)


def _flatten(pdf: pikepdf.Pdf) -> None:
    if "/AcroForm" in pdf.Root and bool(pdf.Root.AcroForm.get("/NeedAppearances", False)):
        pdf.generate_appearance_streams()
    if any("/Annots" in page.obj for page in pdf.pages):
        pdf.flatten_annotations("all")
