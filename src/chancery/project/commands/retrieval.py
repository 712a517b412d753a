"""The command ``chancery search``: one query, a file of queries or a list of terms over the output of an ingest."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from chancery.engines.retrieval.asking import Asked, QueryRefused, understood
from chancery.engines.retrieval.collection import CollectionRefused, indexed, text_of
from chancery.engines.retrieval.describing import LABELS
from chancery.engines.retrieval.fields import TEXT
from chancery.engines.retrieval.highlights import hits_in, marked_terms, passages_of
from chancery.engines.retrieval.searching import Facets, Found, Hit, Searcher
from chancery.engines.retrieval.termreport import TermReport, as_csv, term_report
from chancery.engines.retrieval.termreport_docx import as_docx
from chancery.engines.retrieval.writing import written
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import err, out, print_json, refuse, whole_file

_SHOWN = 20


class Order(StrEnum):
    """In which order documents are listed."""

    relevance = "relevance"
    newest = "newest"
    oldest = "oldest"
    indexed = "indexed"


def register(app: typer.Typer) -> None:
    """Add ``chancery search``."""
    app.command("search")(search)


def search(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Output folder of an ingest.")],
    query: Annotated[str | None, typer.Argument(metavar="QUERY", help="What to find; see the guide.")] = None,
    queries: Annotated[Path | None, typer.Option(help="File of queries, one a line: one answer a line.")] = None,
    terms: Annotated[Path | None, typer.Option(help="File of terms, one a line: a search-term report.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the search-term report as CSV.")] = None,
    docx: Annotated[Path | None, typer.Option(help="Write the search-term report as a Word document.")] = None,
    stem: Annotated[bool, typer.Option("--stem/--no-stem", help="Words also in their other English forms.")] = False,
    order: Annotated[Order, typer.Option(help="Order of the documents.")] = Order.relevance,
    limit: Annotated[int | None, typer.Option(min=0, help="Documents listed; all unless given.")] = None,
    offset: Annotated[int, typer.Option(min=0, help="Documents passed over first.")] = 0,
    passages: Annotated[int, typer.Option(min=0, help="Documents shown with marked passages.")] = _SHOWN,
    facets: Annotated[bool, typer.Option("--facets", help="Add timeline, custodians, domains, kinds …")] = False,
    index: Annotated[Path | None, typer.Option(help="Folder of the index; DIR/search-index unless given.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the index again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search the output folder of an ingest; its index is built at the first search and kept."""
    if query is not None:
        query = query.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    try:
        if sum(given is not None for given in (query, queries, terms)) != 1:
            raise QueryRefused("Give one of QUERY, --queries and --terms.", code="nothing_asked")
        if terms is None and (csv is not None or docx is not None):
            raise QueryRefused("--csv and --docx need --terms.", code="nothing_asked")
        parsed = understood(query, stem=stem) if query is not None else None
        asked = _lines(queries or terms)
        began = time.perf_counter()
        with _progress() as advance:
            place = indexed(folder=folder, index=index, rebuild=rebuild, advance=advance, salt=secrets.randbits(64))
        searcher = Searcher.open(place)
        built = time.perf_counter() - began
        if terms is not None:
            _report(term_report(searcher=searcher, terms=asked, stem=stem), csv, docx, as_json)
        elif parsed is not None and query is not None:
            wanted = _Wanted(folder, order.value, limit, offset, passages, facets)
            answer = _answer(searcher, query, parsed, wanted)
            print_json({**answer, "index_seconds": round(built, 3)}) if as_json else _show(answer)
        else:
            _answer_all(searcher, asked, _Wanted(folder, order.value, limit, offset, 0, facets), stem)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)


class _Wanted:
    """What of an answer is asked for."""

    def __init__(self, folder: Path, order: Any, limit: int | None, offset: int, passages: int, facets: bool) -> None:
        self.folder, self.order, self.limit, self.offset = folder, order, limit, offset
        self.passages, self.facets = passages, facets


def _answer(searcher: Searcher, query: str, parsed: Asked, wanted: _Wanted) -> dict[str, Any]:
    """Return what one query finds, ready for JSON. milliseconds: finding and ranking, without passages."""
    began = time.perf_counter()
    found, flags = searcher.page(parsed.node, limit=wanted.limit, offset=wanted.offset, order=wanted.order)
    spent = (time.perf_counter() - began) * 1000
    answer: dict[str, Any] = {
        "query": query,
        "understood": written(parsed.node),
        "notes": [{"code": each.code, "message": each.text(), "at": each.at} for each in parsed.problems],
        "total": found.total,
        "families": len(searcher.families(flags)),
        "searched": searcher.size,
        "milliseconds": round(spent, 3),
        "hits": _hits(searcher, parsed, found, wanted),
    }
    if wanted.facets:
        answer["facets"] = _facets(searcher.facets(flags, names=LABELS))
    return answer


def _hits(searcher: Searcher, parsed: Asked, found: Found, wanted: _Wanted) -> list[dict[str, Any]]:
    terms = marked_terms(parsed.node, fields=(TEXT,))
    hits = []
    for number, hit in enumerate(found.hits):
        known = searcher.stored(hit)
        line = {
            "id": hit.id, "family_id": known["family"], "control_number": known["control_number"],
            "path": known["path"], "name": known["name"], "title": known["title"], "date": known["date"],
            "custodian": known["custodian"], "kind": known["kind"], "duplicate_of": known["duplicate_of"],
            "text_file": known["text_file"], "score": hit.score,
        }  # fmt: skip
        if number < wanted.passages:
            line["passages"] = _passages(wanted.folder, hit, known, terms)
        hits.append(line)
    return hits


def _passages(folder: Path, hit: Hit, known: dict[str, Any], terms: Any) -> list[dict[str, Any]]:
    """Return up to three extracts; hits are character ranges of the extract's text, at: its place in the text file."""
    text = text_of(folder=folder, text_file=known["text_file"])
    shown = []
    for passage in passages_of(text, hits_in(text, terms, limit=1000)):
        piece, marks = "", []
        for part in passage.parts:
            if part.term is not None:
                marks.append([len(piece), len(piece) + len(part.text)])
            piece += part.text
        shown.append({"at": passage.start, "text": piece, "hits": marks})
    return shown


def _facets(facets: Facets) -> dict[str, Any]:
    shown: dict[str, Any] = {
        name: [{"value": value, "documents": count} for value, count in values]
        for name, values in facets.labels.items()
    }
    months = [{"month": month, "documents": count} for month, count in facets.months]
    return {**shown, "months": months, "undated": facets.undated}


def _answer_all(searcher: Searcher, lines: list[str], wanted: _Wanted, stem: bool) -> None:
    """Print one JSON object a line; a query that cannot be read is answered by its refusal."""
    for line in lines:
        try:
            print_json(_answer(searcher, line, understood(line, stem=stem), wanted))
        except Refused as refusal:
            print_json(
                {
                    "query": line,
                    "status": "refused",
                    "code": refusal.code,
                    "message": str(refusal),
                    "where": refusal.params,
                }
            )


def _report(report: TermReport, csv: Path | None, docx: Path | None, as_json: bool) -> None:
    for target, make in ((csv, as_csv), (docx, lambda made: as_docx(made, at=datetime.now(UTC)))):
        if target is not None:
            _write(target, make(report))
    if as_json:
        print_json(report)
        return
    table = Table("Term", "Documents", "With family", "Families", "Unique", "Occurrences", "Read as")
    for line in report.lines:
        figures = (line.documents, line.documents_with_family, line.families, line.unique_documents, line.occurrences)
        said = line.problem.text() if line.problem else line.understood
        table.add_row(line.term, *("" if value is None else f"{value:,}" for value in figures), said)
    table.add_row(
        "All terms together",
        *(f"{value:,}" for value in (report.documents, report.documents_with_family, report.families)),
    )
    out.print(table)


def _write(target: Path, data: bytes) -> None:
    try:
        with whole_file(target) as stream:
            stream.write(data)
    except OSError as error:
        raise CollectionRefused(
            "%(file)s cannot be written: %(why)s.",
            code="not_writable",
            file=str(target),
            why=error.strerror or str(error),
        ) from error


def _show(answer: dict[str, Any]) -> None:
    out.print(
        f"{answer['total']:,} documents in {answer['families']:,} families, of {answer['searched']:,}", highlight=False
    )
    out.print(answer["understood"], highlight=False, markup=False)
    for hit in answer["hits"][:_SHOWN]:
        out.print(
            f"\n{hit['control_number'] or hit['id']}  {hit['title'] or hit['name']}", highlight=False, markup=False
        )
        for passage in hit.get("passages", []):
            out.print(f"  … {passage['text']} …", highlight=False, markup=False)


def _lines(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return [line.strip("\ufeff\r\n") for line in path.read_text("utf-8").split("\n") if line.strip("\ufeff \t\r\n")]
    except (OSError, UnicodeDecodeError) as error:
        raise CollectionRefused(
            "%(file)s cannot be read as a text file in UTF-8.", code="list_unreadable", file=str(path)
        ) from error


@contextmanager
def _progress() -> Iterator[Callable[[int], None] | None]:
    """Show on a terminal how many documents are in the index so far."""
    if not err.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("Indexing: {task.completed:,} documents"))
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done: progress.update(task, completed=done)
