"""Technology-assisted review from the shell: play a review out, ask whether to stop, draw up its figures."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

# The numeric library reads this once, when it is loaded: its threads cost more here than they save, and one
# thread rounds alike everywhere. Only for these commands; whoever set it otherwise is obeyed.
if sys.argv[1:2] == ["tar"]:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from chancery.engines.review.collections import CollectionRefused, read_collection
from chancery.engines.review.embeddings import read_vectors
from chancery.engines.review.ledger import Ledger, lines, read_ledger
from chancery.engines.review.simulation import Run, SimulationRefused, replay, simulate
from chancery.engines.review.stopping import Stop, decide_stop
from chancery.engines.review.validation import validate
from chancery.foundation.errors import Refused
from chancery.project.commands.answering import err, out, print_json, refuse, whole_file

tar_app = typer.Typer(no_args_is_help=True, help="Technology-assisted review.")

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="CSV or CSV.GZ with title, abstract, label_included.")
]
LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="A ledger of a review, JSON lines.")]
TargetOption = Annotated[float, typer.Option(help="Recall to reach, between 0 and 1.")]
ConfidenceOption = Annotated[float, typer.Option(help="Confidence, between 0 and 1.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def simulate_review(
    file: FileArgument,
    topic: Annotated[str | None, typer.Option(help="Text to start from instead of two documents.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random choice, from 0.")] = 1,
    order: Annotated[Path | None, typer.Option(help="Write the row indices in the order served, one a line.")] = None,
    ledger: Annotated[Path | None, typer.Option(help="Write the ledger of the review.")] = None,
    replayed: Annotated[
        Path | None, typer.Option("--replay", help="Instead, check that a ledger replays exactly.")
    ] = None,
    sample: Annotated[
        str,
        typer.Option(help="Draw the hidden sample until it holds so many relevant documents; 0 for none; or balanced."),
    ] = "30",
    vectors: Annotated[
        Path | None,
        typer.Option(help="Word vectors of a local file, for one view more.", envvar="CHANCERY_TAR_VECTORS"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Play a review out on a labelled collection, ranking anew after every decision."""
    try:
        collection = read_collection(file)
        known = read_vectors(vectors) if vectors is not None else None
        if replayed is not None:
            place = replay(collection=collection, ledger=_ledger(replayed), vectors=known)
            _tell_replay(place=place, count=len(collection), as_json=as_json)
            return
        with _bar() as tick:
            run = simulate(
                collection=collection,
                seed=seed,
                topic=topic,
                sample_relevant=_wanted(sample),
                vectors=known,
                progress=tick,
            )
        if order is not None:
            _write(order, "".join(f"{row}\n" for row in run.order))
        if ledger is not None:
            _write(ledger, "".join(lines(run.ledger)))
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    _tell_run(run, file=file, seed=seed, topic=topic, as_json=as_json)


def _wanted(sample: str) -> int | None:
    """Return how many relevant documents the hidden sample shall hold, None for balanced."""
    if sample == "balanced":
        return None
    if not sample.isascii() or not sample.isdigit() or len(sample) > 9:
        raise SimulationRefused("The hidden sample holds 0 or more relevant documents.", code="sample_invalid")
    return int(sample)


def stop_review(
    ledger: LedgerArgument,
    rule: Annotated[str, typer.Option(help="Stopping rule.")] = "qbcb",
    target: TargetOption = 0.8,
    confidence: ConfidenceOption = 0.95,
    run: Annotated[int, typer.Option(help="Irrelevant documents in a row, for the rule consecutive.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Say whether a review may stop, and after how many documents it first might have."""
    try:
        record = _ledger(ledger)
        progress = record.progress()
        answer = decide_stop(rule=rule, progress=progress, target=target, confidence=confidence, run=run)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    complete = progress.read == progress.documents
    recall = answer.found_at / progress.relevant if complete and answer.found_at and progress.relevant else None
    sample = progress.sample
    if as_json:
        print_json(
            {
                **_plain(answer),
                "documents": progress.documents,
                "read": progress.read,
                "relevant": progress.relevant,
                "recall_at_stop": recall,
                "sample": None if sample is None else {"size": sample.size, "relevant": sample.relevant},
                "cost": None if answer.at is None else answer.at + _sampled_not_read(record, answer.at),
            }
        )
        return
    out.print(_sentence(answer), highlight=False)
    if recall is not None:
        out.print(f"Recall there: {recall:.3f} (every document was read, so the truth is known).", highlight=False)


def report_review(
    ledger: LedgerArgument,
    target: TargetOption = 0.8,
    confidence: ConfidenceOption = 0.95,
    as_json: JsonOption = False,
) -> None:
    """Draw up what a review can claim: richness, precision, elusion, recall with exact limits, every rule."""
    try:
        report = validate(ledger=_ledger(ledger), target=target, confidence=confidence)
    except Refused as refusal:
        refuse(refusal, as_json=as_json)
    if as_json:
        print_json(report)
        return
    table = Table("Figure", "Value", "Low", "High", "Of")
    for name in ("richness", "precision", "elusion", "recall"):
        one = getattr(report, name)
        if one is not None:
            table.add_row(name, f"{one.value:.4f}", f"{one.low:.4f}", f"{one.high:.4f}", f"{one.found}/{one.sampled}")
    out.print(table)
    for answer in report.rules:
        out.print(_sentence(answer), highlight=False)


def _plain(answer: Stop) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in answer.__slots__}


def _sampled_not_read(ledger: Ledger, depth: int) -> int:
    read = {decision.row for decision in ledger.decisions()[:depth]}
    return sum(row not in read for row in ledger.head.sample)


def _sentence(answer: Stop) -> str:
    asked = f"{answer.rule}, recall {answer.target:g}, confidence {answer.confidence:g}"
    compared = "" if answer.measure is None else f" (now {answer.measure:.4g}, needed {answer.needed:.4g})"
    if answer.at is None:
        return f"{asked}: go on{compared}."
    promise = "" if answer.guarantee else " This rule gives no guarantee."
    return f"{asked}: stop after {answer.at} documents, {answer.found_at} of them relevant{compared}.{promise}"


def _ledger(path: Path) -> Ledger:
    try:
        with path.open("rb") as stream:
            return read_ledger(stream)
    except OSError as error:
        raise CollectionRefused(
            "%(path)s cannot be read: %(reason)s.",
            code="file_unreadable",
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error


def _write(path: Path, text: str) -> None:
    try:
        with whole_file(path, mode="w") as stream:
            stream.write(text)
    except OSError as error:
        raise CollectionRefused(
            "%(path)s cannot be written: %(reason)s.",
            code="file_unwritable",
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from error


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    if not err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("documents", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def _tell_replay(*, place: int | None, count: int, as_json: bool) -> None:
    if as_json:
        print_json({"replayed": place is None, "documents": count, "first_difference": place})
    elif place is None:
        out.print("Every document was served again at its place.", highlight=False)
    else:
        out.print(f"Another document is served at place {place}.", highlight=False)
    if place is not None:
        raise typer.Exit(1)


def _tell_run(run: Run, *, file: Path, seed: int, topic: str | None, as_json: bool) -> None:
    found, seconds = run.measures, time.process_time()
    if as_json:
        print_json(
            {
                "file": file.name,
                "n": len(run.order),
                "relevant": found.relevant + sum(one.relevant for one in run.ledger.decisions()[: run.known]),
                "known": run.known,
                "seed": seed,
                "topic": topic,
                "seeds": list(run.order[: run.known]),
                "recall_at_5": found.recall_at_5,
                "recall_at_10": found.recall_at_10,
                "recall_at_20": found.recall_at_20,
                "wss95": found.wss95,
                "wss100": found.wss100,
                "atd": found.atd,
                "cpu_seconds": seconds,
                "model": run.ledger.head.model,
            }
        )
        return
    table = Table("Documents", "Relevant", "R@5 %", "R@10 %", "R@20 %", "WSS@95", "WSS@100", "ATD", "CPU s")
    table.add_row(
        str(found.documents),
        str(found.relevant),
        *(f"{value:.3f}" for value in (found.recall_at_5, found.recall_at_10, found.recall_at_20)),
        f"{found.wss95:.3f}",
        f"{found.wss100:.3f}",
        f"{found.atd:.4f}",
        f"{seconds:.1f}",
    )
    out.print(table)


tar_app.command("simulate")(simulate_review)
tar_app.command("stop")(stop_review)
tar_app.command("report")(report_review)


def register(app: typer.Typer) -> None:
    """Add `chancery tar`."""
    app.add_typer(tar_app, name="tar")
