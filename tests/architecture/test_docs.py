"""The pages for people: links lead somewhere, options are described, nothing names a workplace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from chancery.project.api import api
from chancery.project.entry import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
# Where and by what the pages were written is nobody's business.
FORBIDDEN = re.compile(r"/work/(?:main|shared)|/tmp/team|\bfarm-|\bissues show\b|\bHOUSE\.md\b|\bMISSION\.md\b")


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        found.add(plain.replace(" ", "-"))
    return found


def _broken(page: Path) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in _anchors(place)):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert list(_broken(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_workplace(page: Path) -> None:
    assert FORBIDDEN.findall(page.read_text("utf-8")) == []


def _commands(command: object, words: str) -> Iterator[tuple[str, object]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield words, command
        return
    for name, child in inner.items():
        yield from _commands(child, f"{words} {name}")


def test_every_command_and_option_has_its_place_on_the_page() -> None:
    sections: dict[str, str] = {}
    for page in sorted((ROOT / "docs" / "guide").glob("*.md")):
        found = re.findall(
            r"^## (chancery [a-z -]+)\n(.*?)(?=^## |\Z)", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        assert not set(dict(found)) & set(sections)
        sections |= dict(found)
    missing = []
    for words, command in _commands(get_command(app), "chancery"):
        if words not in sections:
            missing.append(words)
            continue
        for parameter in command.params:  # type: ignore[attr-defined]
            names = [*parameter.opts, *(parameter.secondary_opts if parameter.default else [])]
            missing += [
                f"{words} {name}"
                for name in names
                if name.startswith("--") and name != "--help" and name not in sections[words]
            ]
    assert missing == []
    assert set(sections) == {words for words, _command in _commands(get_command(app), "chancery")}


def test_every_guide_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        for target in LINK.findall(page.read_text("utf-8")):
            if not re.match(r"[a-z]+:", target) and target.partition("#")[0].endswith(".md"):
                waiting.append((page.parent / target.partition("#")[0]).resolve())
    lost = [page.name for page in sorted((ROOT / "docs" / "guide").glob("*.md")) if page not in seen]
    assert lost == []


def test_every_address_of_the_machine_interface_is_described() -> None:
    page = (ROOT / "docs" / "guide" / "api.md").read_text("utf-8")
    described = page.replace("…", "")
    missing = []
    for path in api.get_openapi_schema()["paths"]:
        last = path.rstrip("/").rpartition("/")[2]
        first = path.split("/")[2]
        if (not last.startswith("{") and f"/{last}" not in described) or f"/api/{first}" not in described:
            missing.append(path)
    assert missing == []
