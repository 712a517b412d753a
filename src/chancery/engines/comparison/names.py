"""Names of WordprocessingML that the engine speaks of (ECMA-376 part 1, transitional schema)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, TypeAlias

Element: TypeAlias = Any

W_URI: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R_URI: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
M_URI: Final = "http://schemas.openxmlformats.org/officeDocument/2006/math"
MC_URI: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
W14_URI: Final = "http://schemas.microsoft.com/office/word/2010/wordml"
XML_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
W: Final = f"{{{W_URI}}}"
R: Final = f"{{{R_URI}}}"
M: Final = f"{{{M_URI}}}"
MC: Final = f"{{{MC_URI}}}"

BODY, P, PPR, RUN, RPR, TEXT = (W + name for name in ("body", "p", "pPr", "r", "rPr", "t"))
TBL, TBLPR, TBLGRID, TR, TRPR, TBLPREX, TC, TCPR = (
    W + name for name in ("tbl", "tblPr", "tblGrid", "tr", "trPr", "tblPrEx", "tc", "tcPr")
)
SDT, SDTPR, SDTENDPR, SDTCONTENT, SECTPR = (W + name for name in ("sdt", "sdtPr", "sdtEndPr", "sdtContent", "sectPr"))
HYPERLINK, FLDSIMPLE, SMARTTAG, CUSTOMXML, DIR, BDO = (
    W + name for name in ("hyperlink", "fldSimple", "smartTag", "customXml", "dir", "bdo")
)
INS, DEL, MOVEFROM, MOVETO = (W + name for name in ("ins", "del", "moveFrom", "moveTo"))
DELTEXT, INSTRTEXT, DELINSTR, FLDCHAR = (W + name for name in ("delText", "instrText", "delInstrText", "fldChar"))
CELLINS, CELLDEL, CELLMERGE = (W + name for name in ("cellIns", "cellDel", "cellMerge"))
NUMPR, NUMID, NUMBERINGCHANGE = W + "numPr", W + "numId", W + "numberingChange"
FOOTREF, ENDREF, COMMENTREF = W + "footnoteReference", W + "endnoteReference", W + "commentReference"
HEADERREF, FOOTERREF, TXBX = W + "headerReference", W + "footerReference", W + "txbxContent"
OMATH, OMATHPARA, ALTERNATE = M + "oMath", M + "oMathPara", MC + "AlternateContent"
ID, AUTHOR, DATE, VAL, TYPE, NAME = (W + name for name in ("id", "author", "date", "val", "type", "name"))

MOVE_RANGES: Final = frozenset(
    W + name for name in ("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd")
)
CUSTOM_RANGES: Final = frozenset(
    f"{W}customXml{kind}Range{end}" for kind in ("Ins", "Del", "MoveFrom", "MoveTo") for end in ("Start", "End")
)
# Zero-width signs that are no revision: they have a place but no content.
MARKERS: Final = frozenset(
    W + name
    for name in ("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "permStart", "permEnd")
)
NOISE: Final = frozenset(W + name for name in ("proofErr", "lastRenderedPageBreak"))
RUN_MARKS: Final = frozenset((INS, DEL, MOVEFROM, MOVETO))
CHANGES: Final = frozenset(
    W + name
    for name in (
        "rPrChange",
        "pPrChange",
        "sectPrChange",
        "tblPrChange",
        "tblGridChange",
        "tblPrExChange",
        "tcPrChange",
        "trPrChange",
    )
)
REVISIONS: Final = (
    RUN_MARKS
    | CHANGES
    | {CELLINS, CELLDEL, CELLMERGE, NUMBERINGCHANGE}
    | {name for name in CUSTOM_RANGES if name.endswith("Start")}
)
# Elements that hold runs without being content themselves.
WRAPPERS: Final = frozenset((HYPERLINK, FLDSIMPLE, SMARTTAG, CUSTOMXML, DIR, BDO, SDT))


@lru_cache(maxsize=4096)
def local(tag: str) -> str:
    """Return a tag without its namespace."""
    return tag.rpartition("}")[2]
