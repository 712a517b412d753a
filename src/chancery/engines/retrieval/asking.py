"""A typed query as its meaning, or as a refusal that says what is wrong and where."""

from __future__ import annotations

from dataclasses import dataclass

from chancery.foundation.errors import Refused

from .grammar import parse
from .nodes import Node, Problem


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with a meaning. problems: what was left out of it."""

    node: Node
    problems: tuple[Problem, ...]


class QueryRefused(Refused):
    """A query that has no meaning until it is mended. at: character offset, place: the same counted from 1."""

    code = "query_refused"


def understood(text: str, *, stem: bool = False) -> Asked:
    """Return the meaning of a query. Raises QueryRefused with the code of its first problem."""
    parsed = parse(text, stem=stem)
    problem = next((each for each in parsed.problems if each.fatal), None)
    if problem is not None:
        where = {"at": problem.at, "place": problem.at + 1}
        raise QueryRefused(problem.sentence, code=problem.code, **{**where, **problem.params})
    if parsed.node is None:
        raise QueryRefused("The query is empty.", code="query_empty", at=0, place=1)
    return Asked(parsed.node, parsed.problems)
