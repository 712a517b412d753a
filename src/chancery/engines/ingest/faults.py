"""What a reader throws becomes a code, here and nowhere else: the edge of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chancery.engines.ingest.formats import Format
from chancery.engines.ingest.reading import Child, Exhausted, Reading, Unreadable


def guarded(*, children: Iterable[Child]) -> Iterator[Child]:
    """Pass the children on; a fault of the reader between two of them becomes a coded refusal."""
    walk = iter(children)
    while True:
        try:
            child = next(walk)
        except StopIteration:
            return
        except (Unreadable, Exhausted, KeyboardInterrupt, SystemExit):
            raise
        except MemoryError as fault:
            raise Unreadable("Reading needed more memory than allowed.", code="memory_limit") from fault
        except BaseException as fault:
            raise Unreadable("The container is damaged; the rest of it could not be read.", code="corrupt") from fault
        yield child


def reading_of(*, fault: BaseException, form: Format) -> Reading:
    """Return the coded exception for what a reader threw; only the user's own interrupt passes on."""
    if isinstance(fault, KeyboardInterrupt | SystemExit):
        raise fault
    if isinstance(fault, Unreadable | Exhausted):
        return Reading(exception=fault.code, detail=fault.sentence(fault.message))
    if isinstance(fault, MemoryError):
        return Reading(exception="memory_limit", detail="Reading the file needed more memory than allowed.")
    detail = f"The file could not be read as {form.media_type}: it is damaged or not valid."
    return Reading(exception="corrupt", detail=detail)
