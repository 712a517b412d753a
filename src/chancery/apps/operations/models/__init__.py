"""Tables of the operations room."""

from __future__ import annotations

from chancery.apps.operations.models.orders import Engagement, Grading, Quote, Request, ServiceVersion
from chancery.apps.operations.models.quality import Checklist, Sample, SampleItem, SignOff, Tick
from chancery.apps.operations.models.work import ClockEvent, WorkItem

__all__ = [
    "Checklist",
    "ClockEvent",
    "Engagement",
    "Grading",
    "Quote",
    "Request",
    "Sample",
    "SampleItem",
    "ServiceVersion",
    "SignOff",
    "Tick",
    "WorkItem",
]
