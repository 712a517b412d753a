"""Machine interface of the search room."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema

from chancery.apps.search import queries
from chancery.platform.access.values import Actor

router = Router(tags=["search"])


class PassageOut(Schema):
    """An extract around hits; hits are character ranges of ``text``, end exclusive."""

    text: str
    start: int
    hits: list[tuple[int, int]]


class HitOut(Schema):
    """A document that answers."""

    document_id: str
    control_number: str
    matter_id: str
    title: str
    name: str
    score: float
    passages: list[PassageOut]


class ProblemOut(Schema):
    """Why a query was not run, or what was left out of it. at: character offset in the query."""

    code: str
    message: str
    at: int
    fatal: bool


class SearchOut(Schema):
    """One page of answers; total counts only documents the caller may see."""

    total: int
    page: int
    pages: int
    understood: str
    problems: list[ProblemOut]
    hits: list[HitOut]


@router.get("/search", response=SearchOut, summary="Search the documents you may see")
def search(request: HttpRequest, q: str, matter: str | None = None, page: int = 1) -> SearchOut:
    """Answer a query; one that cannot be read comes back with its problem and no hits."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    found = queries.search(actor=actor, text=q, matter_id=matter, page=page)
    return SearchOut(
        total=found.total,
        page=found.number,
        pages=found.pages,
        understood=found.understood,
        problems=[
            ProblemOut(code=each.code, message=each.text(), at=each.at, fatal=each.fatal) for each in found.problems
        ],
        hits=[_hit(hit) for hit in found.hits],
    )


def _hit(hit: queries.SearchHit) -> HitOut:
    passages: list[PassageOut] = []
    for passage in hit.passages:
        text, hits = "", []
        for part in passage.parts:
            if part.term is not None:
                hits.append((len(text), len(text) + len(part.text)))
            text += part.text
        passages.append(PassageOut(text=text, start=passage.start, hits=hits))
    document = hit.document
    return HitOut(
        document_id=document.id,
        control_number=document.control_number,
        matter_id=document.matter_id,
        title=document.title,
        name=document.name,
        score=hit.score,
        passages=passages,
    )
