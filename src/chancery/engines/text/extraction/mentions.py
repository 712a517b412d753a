"""People and dates alone: what a list of items shows of a text, without loading the rules of the other kinds."""

from __future__ import annotations

from operator import attrgetter

from chancery.engines.text.extraction.dates import find_dates
from chancery.engines.text.extraction.folding import fold
from chancery.engines.text.extraction.people import find_people
from chancery.engines.text.extraction.shapes import shape_of
from chancery.engines.text.extraction.values import Entity


def people_and_dates(*, text: str) -> tuple[Entity, ...]:
    """Return what ``extract`` returns for these two kinds."""
    folded = fold(text)
    shape = shape_of(folded)
    found = [*find_dates(text=folded, shape=shape), *find_people(text=folded, shape=shape)]
    found.sort(key=attrgetter("start", "end", "kind"))
    return tuple(found)
