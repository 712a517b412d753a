"""A production volume on disk: images, natives, texts, load files and manifest, the same bytes every time."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chancery.engines.pages.imaging import to_pdf
from chancery.engines.pages.isolation import Children, Task, children
from chancery.engines.pages.render import page_count
from chancery.engines.pages.values import ImagingRefused, Printable
from chancery.engines.production.endorsing import endorse
from chancery.engines.production.fields import dat_row, dat_text, extension, opt_text
from chancery.engines.production.planning import plan
from chancery.engines.production.printing import printable_of
from chancery.engines.production.slips import slip_sheet, slip_words
from chancery.engines.production.values import (
    Planned,
    Produced,
    ProductionItem,
    ProductionRefused,
    VolumeReport,
    VolumeSettings,
)
from chancery.foundation.identifiers import BatesNumber

Progress = Callable[[int, int], None]
ImageCache = Callable[[ProductionItem], Path | None]
FOLDER_FILES = 1_000
SECONDS = 60.0
_CHUNK = 1024 * 1024


def write_volume(
    *,
    items: Sequence[ProductionItem],
    settings: VolumeSettings,
    out: Path,
    workers: int = 2,
    on_progress: Progress | None = None,
    image_cache: ImageCache | None = None,
    seconds: float = SECONDS,
) -> VolumeReport:
    """Write the volume to ``out`` and report it; the folder appears complete or not at all.

    Same items and settings give the same bytes on another day, in another folder, with another number of
    workers. workers: child processes that make pages. seconds: processor time for the pages of one document;
    a document that needs more, or ends its process, gets a slip sheet with the reason. on_progress: called with
    done and total; each document counts twice, once imaged and once endorsed. image_cache: returns pages made
    earlier by ``to_pdf`` from the same document, or None. Refuses what ``plan`` refuses, a target that is not
    empty, and a native whose bytes do not have the hash given.
    """
    planned = plan(items=items, settings=settings)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ProductionRefused("The folder %(name)s is not empty.", code="volume_exists", name=out.name)
    part = out.with_name(out.name + ".partial")
    shutil.rmtree(part, ignore_errors=True)
    for name in ("DATA", "IMAGES", "NATIVES", "TEXT", ".pages"):
        (part / name).mkdir(parents=True)
    try:
        with children(workers=workers, seconds=seconds) as pool:
            report = _written(planned, settings, part, pool, on_progress, image_cache)
        if out.exists():
            out.rmdir()
        part.rename(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return report


def _written(
    planned: Sequence[Planned],
    settings: VolumeSettings,
    part: Path,
    pool: Children,
    on_progress: Progress | None,
    image_cache: ImageCache | None,
) -> VolumeReport:
    total = 2 * len(planned)
    tell = on_progress or (lambda done, total: None)
    images: list[tuple[Path | None, int, str]] = []
    for image in _imaged(planned, settings, part, pool, image_cache):
        images.append(image)
        tell(len(images), total)
    produced = _numbered(planned, settings, images)
    tasks = [_finish(each, made, image[0], part, settings) for each, made, image in
             zip(planned, produced, images, strict=True)]  # fmt: skip
    for done, result in enumerate(pool.results(tasks=tasks), 1):
        if isinstance(result, ImagingRefused):
            raise result
        tell(len(planned) + done, total)
    shutil.rmtree(part / ".pages")
    for each, made in zip(planned, produced, strict=True):
        _put_files(each, made, part)
    _put_load_files(planned, produced, settings, part)
    return _report(planned, produced, _put_manifest(part))


def _imaged(
    planned: Sequence[Planned],
    settings: VolumeSettings,
    part: Path,
    pool: Children,
    image_cache: ImageCache | None,
) -> Iterator[tuple[Path | None, int, str]]:
    """Yield per document the file of its pages, their number and the code of its slip sheet if it has one."""
    cached = [image_cache(each.item) if image_cache and each.treatment == "image" else None for each in planned]
    files = [part / ".pages" / f"{index}.pdf" for index in range(len(planned))]
    tasks = [
        Task(make_pages, {"printable": printable_of(item=each.item, timezone=settings.timezone), "out": file})
        for each, file, known in zip(planned, files, cached, strict=True)
        if each.treatment == "image" and known is None
    ]
    made = pool.results(tasks=tasks)
    for each, file, known in zip(planned, files, cached, strict=True):
        if each.treatment != "image":
            yield None, 1, each.treatment
        elif known is not None:
            yield known, page_count(pdf=known), ""
        else:
            result = next(made)
            yield (None, 1, result.code) if isinstance(result, ImagingRefused) else (file, result, "")


def _numbered(
    planned: Sequence[Planned], settings: VolumeSettings, images: Sequence[tuple[Path | None, int, str]]
) -> list[Produced]:
    number = BatesNumber(settings.prefix, settings.start, settings.width)
    last = number.plus(sum(pages for _, pages, _ in images) - 1)
    produced: list[Produced] = []
    natives = 0
    for index, (each, (_, pages, slip)) in enumerate(zip(planned, images, strict=True)):
        item, folder = each.item, f"{index // FOLDER_FILES + 1:04d}"
        native = text = ""
        if slip and not item.withheld and item.native is not None:
            ending = extension(name=item.name)
            native = f"NATIVES/{natives // FOLDER_FILES + 1:04d}/{number}{'.' + ending if ending else ''}"
            natives += 1
        if item.text and not item.withheld:
            text = f"TEXT/{folder}/{number}.txt"
        image = f"IMAGES/{folder}/{number}.pdf"
        end = number.plus(pages - 1)
        produced.append(Produced(item.key, number, end, pages, slip, image, native, text))
        number = number.plus(pages) if end != last else number
    return produced


def _finish(each: Planned, made: Produced, pages: Path | None, part: Path, settings: VolumeSettings) -> Task:
    out = part / made.image
    out.parent.mkdir(exist_ok=True)
    legend = each.item.confidentiality or settings.confidentiality
    slip = slip_words(item=each.item, slip=made.slip) if made.slip else None
    return Task(finish_pages, {"pages": pages, "slip": slip, "out": out, "first": made.begin, "legend": legend})


def make_pages(*, printable: Printable, out: Path) -> int:
    """Make the pages of a document and try their endorsement; runs in a child process."""
    pages = to_pdf(printable=printable, out=out)
    _, endorsed = endorse(source=out.read_bytes(), first=BatesNumber("TRIAL", 1, 12))
    if page_count(pdf=out) != pages or endorsed != pages:
        raise ImagingRefused("The document has an unclear number of pages.", code="corrupt")
    return pages


def finish_pages(
    *,
    pages: Path | None,
    slip: tuple[tuple[str, str], tuple[tuple[str, str], ...]] | None,
    out: Path,
    first: BatesNumber,
    legend: str,
) -> int:
    """Endorse the pages of a document, or make and endorse its slip sheet; runs in a child process."""
    if slip is not None:
        source = slip_sheet(title=slip[0], lines=slip[1])
    elif pages is not None:
        source = pages.read_bytes()
    else:
        raise ValueError("a document has either pages or a slip sheet")
    data, count = endorse(source=source, first=first, legend=legend)
    out.write_bytes(data)
    return count


def _put_files(each: Planned, made: Produced, part: Path) -> None:
    if made.text:
        (part / made.text).parent.mkdir(exist_ok=True)
        (part / made.text).write_bytes((each.item.text or "").encode("utf-8", "replace"))
    if made.native and each.item.native is not None:
        (part / made.native).parent.mkdir(exist_ok=True)
        shutil.copyfile(each.item.native, part / made.native)
        if each.item.sha256 and _sha256(part / made.native) != each.item.sha256:
            raise ProductionRefused(
                "The bytes of %(path)s are not those that were reviewed.",
                code="native_changed",
                path=each.item.path,
            )


def _put_load_files(
    planned: Sequence[Planned], produced: Sequence[Produced], settings: VolumeSettings, part: Path
) -> None:
    known = {made.key: made for made in produced}
    rows = [
        dat_row(
            planned=each,
            produced=made,
            family=[known[key] for key in each.family],
            parent=known[each.item.parent_key] if each.item.parent_key else None,
            settings=settings,
        )
        for each, made in zip(planned, produced, strict=True)
    ]
    data = part / "DATA"
    (data / f"{settings.volume}.dat").write_bytes(dat_text(rows=rows).encode("utf-8-sig"))
    opt = opt_text(documents=produced, volume=settings.volume)
    (data / f"{settings.volume}.opt").write_bytes(opt.encode("ascii"))


def _put_manifest(part: Path) -> str:
    """Write ``manifest.sha256`` in the form that ``sha256sum -c`` reads, sorted by path; returns its hash."""
    files = sorted(path.relative_to(part).as_posix() for path in part.rglob("*") if path.is_file())
    text = "".join(f"{_sha256(part / name)}  {name}\n" for name in files)
    (part / "manifest.sha256").write_bytes(text.encode("ascii"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _report(planned: Sequence[Planned], produced: Sequence[Produced], manifest: str) -> VolumeReport:
    return VolumeReport(
        documents=tuple(produced),
        pages=sum(made.pages for made in produced),
        natives=sum(1 for made in produced if made.native),
        texts=sum(1 for made in produced if made.text),
        slip_sheets=sum(1 for made in produced if made.slip),
        withheld=sum(1 for each in planned if each.item.withheld),
        manifest_sha256=manifest,
    )
