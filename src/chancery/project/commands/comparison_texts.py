"""The text side of ``chancery redline``: loaded only when texts are compared, for it needs readers of PDF files."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from chancery.engines.comparison.extracting import text_of
from chancery.engines.comparison.plain import TextRedline, as_html, compare_texts, marked
from chancery.project.commands.answering import BadOutput, print_json, whole_file


def compare_text_of_files(
    *, old: tuple[str, bytes], new: tuple[str, bytes], output: Path | None, as_json: bool
) -> None:
    """Compare two files, each a name and its bytes, by their text; show it marked or write it as a page or text."""
    before, after = (text_of(data=data, name=name) for name, data in (old, new))
    redline = compare_texts(old=before, new=after)
    html = output is not None and output.suffix.lower() in (".html", ".htm")
    if output is not None and output.suffix.lower() == ".docx":
        raise BadOutput("Only two Word files give a Word redline: name an .html or .txt file.")
    text = as_html(redline=redline, title=output.stem) if html and output is not None else marked(redline=redline)
    if output is not None:
        with whole_file(output, mode="w") as stream:
            stream.write(text)
    if as_json:
        print_json(_text_report(redline, output))
    elif output is None:
        typer.echo(text, nl=False)


def _text_report(redline: TextRedline, output: Path | None) -> dict[str, Any]:
    changed = [
        {"paragraph": number, "segments": [asdict(segment) for segment in line]}
        for number, line in enumerate(redline.paragraphs, 1)
        if any(segment.kind != "same" for segment in line)
    ]
    kinds = ("inserted", "deleted", "moved_to")
    return {
        "status": "compared",
        "out": None if output is None else str(output),
        "paragraphs": len(redline.paragraphs),
        "characters": {kind: redline.characters(kind) for kind in kinds},
        "changes": changed,
    }
