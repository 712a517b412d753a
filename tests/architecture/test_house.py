"""The plan of the house, as far as a machine can check it beyond the import contracts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "chancery"

# Imports inside functions that start-up cannot avoid: the settings must be loaded before any model is imported.
LATE_IMPORTS = {("project/cli.py", "chancery.project.entry")}
# Words that say nothing about what a module or an action is.
EMPTY_MODULES = {"utils", "misc", "common", "helpers", "manager"}
EMPTY_ACTIONS = {"save", "process", "handle", "manage", "do", "run"}
# Readers are loaded when their format is first met; a child process is told by name what to call.
LOADED_BY_NAME = {"engines/ingest/loading.py", "engines/pages/child.py"}
ROOMS_IN_ORDER = [
    "parties",
    "matters",
    "providers",
    "documents",
    "compliance",
    "operations",
    "search",
    "review",
    "production",
    "spend",
    "workspace",
]


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(SOURCE).as_posix(), path


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_files_stay_under_400_lines() -> None:
    long = [name for name, path in _modules() if len(path.read_text("utf-8").splitlines()) >= 400]
    assert long == []


def test_functions_stay_under_50_lines() -> None:
    long = []
    for name, path in _modules():
        for node in _functions(ast.parse(path.read_text("utf-8"))):
            first = node.body[0]
            docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            body = (node.end_lineno or 0) - (first.end_lineno if docstring and first.end_lineno else node.lineno)
            if body > 50:
                long.append(f"{name}:{node.name}:{body}")
    assert long == []


def test_imports_stand_at_the_top() -> None:
    inside = set()
    for name, path in _modules():
        for function in _functions(ast.parse(path.read_text("utf-8"))):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom):
                    inside.add((name, node.module or ""))
                elif isinstance(node, ast.Import):
                    inside.update((name, item.name) for item in node.names)
    assert inside - LATE_IMPORTS == set()


@pytest.mark.parametrize("circle", ["get_model(", "import_module(", "__import__("])
def test_no_circle_in_disguise(circle: str) -> None:
    found = {name for name, path in _modules() if circle in path.read_text("utf-8")}
    # Start-up finds the rooms that exist by their names; nobody else does.
    assert {name for name in found if not name.startswith("project/")} - LOADED_BY_NAME == set()


def test_no_foreign_key_to_a_higher_room() -> None:
    wrong = []
    for index, room in enumerate(ROOMS_IN_ORDER):
        for path in [
            path for path in (SOURCE / "apps" / room).rglob("*.py") if "models" in path.parts or path.stem == "models"
        ]:
            for label in re.findall(r"""["'](\w+)\.[A-Z]\w+["']""", path.read_text("utf-8")):
                if label in ROOMS_IN_ORDER[index + 1 :]:
                    wrong.append((room, label))
    assert wrong == []


def test_names_say_what_things_are() -> None:
    wrong = [name for name, path in _modules() if path.stem in EMPTY_MODULES]
    for name, path in _modules():
        if "/actions" in name:
            wrong += [
                f"{name}:{f.name}" for f in _functions(ast.parse(path.read_text("utf-8"))) if f.name in EMPTY_ACTIONS
            ]
    assert wrong == []


def test_no_float_money_and_no_unsafe_xml() -> None:
    wrong = [
        name
        for name, path in _modules()
        if "resolve_entities=True" in path.read_text("utf-8")
        or ("FloatField" in path.read_text("utf-8") and "spend" in name)
    ]
    assert wrong == []


def test_every_room_has_its_page() -> None:
    rooms = [path.name for path in sorted((SOURCE / "apps").iterdir()) if (path / "apps.py").exists()]
    assert sorted(rooms) == sorted(ROOMS_IN_ORDER)
    missing = [room for room in rooms if not (ROOT / "docs" / "rooms" / f"{room}.md").exists()]
    for floor in ("engines", "platform"):
        for path in sorted((SOURCE / floor).iterdir()):
            page = ROOT / "docs" / "rooms" / f"{floor}-{path.name}.md"
            if path.is_dir() and not path.name.startswith("__") and not page.exists():
                missing.append(page.name)
    assert missing == []


def test_every_setting_and_command_is_documented() -> None:
    guide = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "docs" / "guide").glob("*.md")))
    settings = set()
    for _name, path in _modules():
        settings.update(re.findall(r"""environ(?:\.get)?[\[(]\s*["']([A-Z_]+)["']""", path.read_text("utf-8")))
    undocumented = sorted(name for name in settings if name not in guide and name not in {"PATH", "HOME", "LANG"})
    commands = [
        "demo",
        "serve",
        "worker",
        "migrate",
        "doctor",
        "matter run",
        "record verify",
        "record export",
    ]
    undocumented += [name for name in commands if f"chancery {name}" not in guide]
    assert undocumented == []


def test_views_and_interfaces_never_query_around_a_policy() -> None:
    wrong = []
    for name, path in _modules():
        if re.match(r"apps/\w+/(web/.*|api)\.py$", name) and ".objects" in path.read_text("utf-8"):
            wrong.append(name)
    assert wrong == []


def test_rules_of_law_carry_their_source() -> None:
    wrong = []
    for path in sorted(SOURCE.rglob("data/*.json")) + sorted(SOURCE.rglob("data/*.toml")):
        if "catalogue" not in path.as_posix() and "source" not in path.read_text("utf-8"):
            wrong.append(path.name)
    for path in sorted(SOURCE.rglob("data/*.csv")):
        if "source" not in path.read_text("utf-8").split("\n", 1)[0]:
            wrong.append(path.name)
    assert wrong == []


def test_no_swallowed_errors() -> None:
    wrong = []
    for name, path in _modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                broad = node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}
                if broad and all(isinstance(item, ast.Pass) for item in node.body):
                    wrong.append(f"{name}:{node.lineno}")
    assert wrong == []
