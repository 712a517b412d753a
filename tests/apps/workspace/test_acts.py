"""Every act that is put on record has words, and so has what it carries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from django.utils import timezone
from django.utils.translation import override

from chancery.apps.workspace.web.acts import ACTS
from chancery.apps.workspace.web.values import WORDS, value_words
from chancery.engines.allocation.clocks import Kind, State

ROOMS = Path(__file__).parents[3] / "src" / "chancery"


def acts_of(tree: ast.Module) -> Iterator[str]:
    """Yield the acts a module records: literals given as ``act``, by name or by place, to a function that takes one."""
    places = {
        node.name: [argument.arg for argument in node.args.args].index("act")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "act" in [argument.arg for argument in node.args.args]
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [word.value for word in node.keywords if word.arg == "act"]
        if isinstance(node.func, ast.Name) and node.func.id in places:
            given += node.args[places[node.func.id] : places[node.func.id] + 1]
        for value in given:
            found = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            yield from (str(one.value) for one in found if isinstance(one, ast.Constant))


def test_every_act_has_words() -> None:
    acts = {
        act
        for path in [*(ROOMS / "apps").rglob("*.py"), *(ROOMS / "platform").rglob("*.py")]
        for act in acts_of(ast.parse(path.read_text("utf-8")))
        if "." in act
    }
    acts |= {f"clock.{kind}" for kind in get_args(Kind)}
    assert len(acts) > 60
    assert acts - set(ACTS) == set()


def test_states_and_moments_of_a_clock_are_words() -> None:
    assert set(get_args(State)) - set(WORDS) == set()
    with timezone.override("Asia/Shanghai"), override("zh-hans"):
        shown = value_words({"state": "running", "due": "2026-12-02T18:12:00+00:00"})
    assert shown == "期限：2026年12月3日 02:12；状态：计时中"
