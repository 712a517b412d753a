"""Every sentence that these engines say to people has its Chinese wording, with the same placeholders."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import polib
import pytest

import chancery

SOURCE = Path(chancery.__file__).parent
ROOMS = (
    "engines/allocation",
    "engines/billing",
    "engines/calculators",
    "engines/quality",
    "engines/screening",
    "foundation",
)
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def sentences(room: Path) -> set[str]:
    """First sentence argument of every reason and refusal, the floors of grading and the rules of LEDES."""
    found = set()
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if re.fullmatch(r"[A-Z%“][^\n]*[a-z%()\d]{2}[^\n]*\.", text) and " " in text:
                    found.add(text)
    rules = room / "data" / "ledes_rules.csv"
    if rules.exists():
        found |= {row["sentence"] for row in csv.DictReader(rules.read_text("utf-8").splitlines())}
    return found


def said(room: Path) -> set[str]:
    """Sentences handed to Reason and to refusals."""
    found = set()
    for path in room.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if name == "Reason" and len(texts) > 1:
                found.add(str(texts[1]))
            elif texts and isinstance(texts[0], str) and (name.endswith("Refused") or name in REFUSALS):
                found.add(texts[0])
    return found


REFUSALS = ("NeverOpens", "UnknownLanguage", "UnknownJurisdiction")


@pytest.mark.parametrize("name", ROOMS)
def test_every_sentence_is_translated(name: str) -> None:
    room = SOURCE / name
    catalogue = polib.pofile(str(room / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"))
    held = {entry.msgid: entry.msgstr for entry in catalogue}
    assert said(room)
    assert sorted(said(room) - set(held)) == []
    assert sorted(text for text in held if text not in sentences(room)) == []
    for english, chinese in held.items():
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(chinese))
