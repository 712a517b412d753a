"""Tables, rows, cells and controls that a resolution left without what the format asks of them."""

from __future__ import annotations

from chancery.engines.comparison.names import (
    CUSTOMXML,
    MARKERS,
    SDT,
    SDTCONTENT,
    TBL,
    TC,
    TCPR,
    TR,
    Element,
    P,
)


def drop_empty_tables(*, root: Element) -> None:
    """Remove controls of rows and cells that lost them, rows without cells and tables without rows."""
    for node in reversed(list(root.iter(TBL, TR, SDT, CUSTOMXML))):
        content = node.find(SDTCONTENT) if node.tag == SDT else node
        if node.tag in (SDT, CUSTOMXML) and not _around_rows(node):
            continue
        if content is not None and any(child.tag in (TR, TC, SDT, CUSTOMXML) for child in content):
            continue
        above = node.getparent()
        for marker in list(node.iter(*MARKERS)):
            above.insert(above.index(node), marker)
        above.remove(node)


def _around_rows(node: Element) -> bool:
    """Whether a control stands where a table has its rows or a row its cells."""
    above = node.getparent()
    while above is not None and above.tag in (SDT, SDTCONTENT, CUSTOMXML):
        above = above.getparent()
    return above is not None and above.tag in (TBL, TR)


def end_cells(*, root: Element) -> None:
    """End every cell with a paragraph, as the format asks."""
    for cell in root.iter(TC):
        last = next((child for child in reversed(cell) if child.tag not in MARKERS), None)
        if last is None or last.tag in (TCPR, TBL):
            cell.append(cell.makeelement(P))
