"""What stands beside the redline engine in its bench: Docxodus, LibreOffice, the shortest script, a reader of its own."""

# Markup and tables are easier to read on one line.
# ruff: noqa: E501

from __future__ import annotations

import importlib.util
import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from rapidfuzz.distance import LCSseq
from redline_edits import Edited, W

LINE = "\n"


def shortest(old: bytes, new: bytes) -> int:
    """Characters of the shortest token script between the texts of two files; words, numbers, signs, one mark each."""
    words = re.compile(r"[\u3400-\u9fff]|\w+|\s|.", re.DOTALL)
    sides = []
    for data in (old, new):
        package = Edited(data)
        names = [
            "word/document.xml",
            *sorted(name for name in package.parts if re.match(r"word/(header|footer)\d*\.xml", name)),
        ]
        sides.append(
            [
                token
                for name in names
                for p in package.tree(name).iter(W + "p")
                for token in [*words.findall("".join(t.text or "" for t in p.iter(W + "t"))), LINE]
            ]
        )
    codes: dict[str, str] = {}
    spelt = ["".join(codes.setdefault(token, chr(0x4000 + len(codes))) for token in side) for side in sides]
    return sum(
        sum(len(token) for token in sides[0][step.src_start : step.src_end] if token != LINE)
        + sum(len(token) for token in sides[1][step.dest_start : step.dest_end] if token != LINE)
        for step in LCSseq.opcodes(*spelt)
        if step.tag != "equal"
    )


class Peer:
    """Docxodus through python-redlines, when it is installed."""

    def __init__(self) -> None:
        self.engine: Any = None
        if importlib.util.find_spec("python_redlines") is not None:
            from python_redlines import engines  # noqa: PLC0415

            names = [name for name in ("DocxodusEngine", "DocxDiffEngine") if hasattr(engines, name)]
            self.engine = getattr(engines, names[0])() if names else None

    def redline(self, old: bytes, new: bytes) -> tuple[bytes | None, float]:
        """Return its redline and CPU seconds of the child."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            made = self.engine.run_redline("Chancery", old, new)[0]
        except Exception as fault:
            print(f"Docxodus: {fault!r:.120}")
            made = None
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return made, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def office(files: dict[str, bytes]) -> int | None:
    """How many files LibreOffice opens and writes again as text; None without LibreOffice."""
    program = shutil.which("soffice")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for stem, data in files.items():
            (place / f"{stem}.docx").write_bytes(data)
        command = [program, f"-env:UserInstallation=file://{name}/profile", "--headless", "--convert-to", "txt:Text"]
        subprocess.run(
            [*command, "--outdir", f"{name}/txt", *map(str, sorted(place.glob("*.docx")))],
            capture_output=True,
            check=False,
        )
        return sum(1 for path in (place / "txt").glob("*.txt") if path.stem in files)


def opened(files: dict[str, bytes]) -> str:
    """The row of LibreOffice in words."""
    found = office(files)
    return "skipped: no soffice" if found is None else f"{found} of {len(files)}"


def _read(data: bytes, accept: bool) -> list[str]:
    """Text of the body's paragraphs with all changes accepted or rejected; shares no code with the engine."""
    gone = ("del", "moveFrom") if accept else ("ins", "moveTo")
    marks = {W + name for name in gone}
    cell = f"{W}cell{gone[0].capitalize()}"
    lines: list[str] = []
    rest = ""
    for paragraph in Edited(data).tree().iter(W + "p"):
        above = list(paragraph.iterancestors())
        if any(node.tag == W + "txbxContent" for node in above) or any(
            (node.tag == W + "tr" and node.find(f"{W}trPr/{W}{gone[0]}") is not None)
            or (node.tag == W + "tc" and node.find(f"{W}tcPr/{cell}") is not None)
            for node in above
        ):
            continue
        for node in paragraph.iter(W + "t", W + "delText"):
            upper = [up.tag for up in node.iterancestors()]
            if W + "txbxContent" not in upper and not marks.intersection(upper):
                rest += node.text or ""
        signs = paragraph.find(f"{W}pPr/{W}rPr")
        if signs is None or not any(child.tag in marks for child in signs):
            lines.append(rest)
            rest = ""
    return [line for line in [*lines, rest] if line]


def same_text(redline: bytes, old: bytes, new: bytes) -> bool:
    """Whether the text of a redline is that of the new file when accepted and that of the old when rejected."""
    return _read(redline, True) == _read(new, True) and _read(redline, False) == _read(old, False)
