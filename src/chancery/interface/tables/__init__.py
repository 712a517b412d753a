"""Tables of records: columns, rows, saved views, filters, paging and bulk acts.

The whole state of a table is in the address of its page; see ``TableState``.
"""

from __future__ import annotations

from chancery.interface.tables.address import TableState
from chancery.interface.tables.cells import DateCell, HashCell, MoneyCell, ProgressCell, TagCell, TextCell
from chancery.interface.tables.keyset import Page, SortKey, count_up_to, page_of
from chancery.interface.tables.table import BulkAct, Chip, Choice, Column, Filter, Row, Table, View

__all__ = [
    "BulkAct",
    "Chip",
    "Choice",
    "Column",
    "DateCell",
    "Filter",
    "HashCell",
    "MoneyCell",
    "Page",
    "ProgressCell",
    "Row",
    "SortKey",
    "Table",
    "TableState",
    "TagCell",
    "TextCell",
    "View",
    "count_up_to",
    "page_of",
]
