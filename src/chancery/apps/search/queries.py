"""Searching: what the actor may see, in the order of how well it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Q

from chancery.apps.documents.queries import DocumentRecord, documents_by_id, quick_matches, texts_for
from chancery.apps.matters.queries import MatterRecord, matters_found, record_of
from chancery.apps.search.policies import saved_searches_for, searchable_matters
from chancery.engines.retrieval.describing import LABELS
from chancery.engines.retrieval.fields import TEXT
from chancery.engines.retrieval.grammar import parse
from chancery.engines.retrieval.highlights import Passage, hits_in, marked_terms, passages_of
from chancery.engines.retrieval.nodes import Node, Problem
from chancery.engines.retrieval.searching import Facets, Order, Searcher
from chancery.engines.retrieval.segment import SegmentReader
from chancery.engines.retrieval.store import open_segments, stamp_of
from chancery.engines.retrieval.termreport import TermReport, term_report
from chancery.engines.retrieval.writing import written
from chancery.foundation.errors import Refused
from chancery.platform.access.values import Actor
from chancery.platform.index.queries import folder_of

_opened: dict[Path, tuple[tuple[int, int], list[SegmentReader]]] = {}

PAGE = 20
DEEPEST = 10_000
"""Hits that can be paged through; the count is exact beyond it."""
FACET_VALUES = 8
MOST_TERMS = 200
MOST_SAVED = 100
MARKED_CHARACTERS = 400_000
"""Characters of a text in which passages are looked for."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A document that answers, with the passages that show it. marked_title: hits in its subject or name."""

    document: DocumentRecord
    matter: MatterRecord
    passages: tuple[Passage, ...]
    score: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of answers. total: documents the actor may see that answer; understood: the query written out."""

    query: str
    total: int
    hits: tuple[SearchHit, ...]
    understood: str
    problems: tuple[Problem, ...]
    number: int
    pages: int
    facets: Facets | None = None

    @property
    def failed(self) -> bool:
        """Whether the query could not be read at all."""
        return any(problem.fatal for problem in self.problems)


@dataclass(frozen=True, slots=True)
class SavedSearchRecord:
    """A query kept under a name. own: kept by the person who asks."""

    id: str
    name: str
    query: str
    stem: bool
    shared: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document offered while a person types."""

    document_id: str
    label: str
    hint: str


def search(
    *,
    actor: Actor,
    text: str,
    matter_id: str | None = None,
    page: int = 1,
    limit: int = PAGE,
    stem: bool = False,
    order: Order = "relevance",
    facets: bool = False,
) -> SearchPage:
    """Return one page of the documents that answer a query, best first. Never raises on what was typed.

    Only matters the actor may see are asked, so neither hits nor counts tell of others. matter_id: that matter
    only; raises NotFound if it is hidden. stem: words also in their other English forms; facets: also count what
    the answers have in common.
    """
    matters = searchable_matters(actor, matter_id=matter_id)
    parsed = parse(text, stem=stem)
    if parsed.node is None:
        return SearchPage(text, 0, (), "", parsed.problems, 1, 0)
    number = max(1, min(page, DEEPEST // limit))
    try:
        searcher = searcher_for(matters)
        found, flags = searcher.page(parsed.node, limit=limit, offset=(number - 1) * limit, order=order)
    except Refused as refusal:
        problem = Problem(refusal.code, refusal.message, 0, refusal.params)
        return SearchPage(text, 0, (), "", (*parsed.problems, problem), 1, 0)
    return SearchPage(
        query=text,
        total=found.total,
        hits=_loaded(actor, parsed.node, [(hit.id, hit.score) for hit in found.hits]),
        understood=written(parsed.node),
        problems=parsed.problems,
        number=number,
        pages=min(-(-found.total // limit), DEEPEST // limit),
        facets=searcher.facets(flags, names=LABELS, most=FACET_VALUES) if facets else None,
    )


def count(*, actor: Actor, text: str, matter_id: str | None = None) -> int:
    """Return how many documents the actor may see answer a query; 0 for a query that cannot be read."""
    parsed = parse(text)
    if parsed.node is None:
        return 0
    try:
        return searcher_for(searchable_matters(actor, matter_id=matter_id)).count(parsed.node)
    except Refused:
        return 0


def report(*, actor: Actor, matter_id: str, terms: Sequence[str], stem: bool = False) -> TermReport:
    """Return what each term of a list finds in a matter, at most ``MOST_TERMS``. Raises NotFound if it is hidden."""
    searcher = searcher_for(searchable_matters(actor, matter_id=matter_id))
    return term_report(searcher=searcher, terms=terms[:MOST_TERMS], stem=stem)


def saved_searches(*, actor: Actor, matter_id: str) -> list[SavedSearchRecord]:
    """Return the searches the actor may use in a matter, own ones first."""
    rows = saved_searches_for(actor).filter(matter_id=matter_id).order_by("name", "created_at")[:MOST_SAVED]
    found = [
        SavedSearchRecord(row.id, row.name, row.query, row.stem, row.shared, row.owner == actor.user_id) for row in rows
    ]
    return sorted(found, key=lambda each: not each.own)


def suggestions(*, actor: Actor, text: str, matter_id: str | None = None, limit: int = 8) -> list[Suggestion]:
    """Return visible documents whose number, subject, name or sender begins with or holds what was typed."""
    if len(text.strip()) < 2:
        return []
    rows = quick_matches(actor=actor, words=text, matter_id=matter_id, limit=limit)
    return [Suggestion(row.id, row.control_number, row.title or row.name) for row in rows]


def searcher_for(matters: dict[str, set[str]]) -> Searcher:
    """Return what can be searched in the given matters of the given organisations, and nothing else."""
    segments = [segment for tenant_id in sorted(matters) for segment in _segments(folder_of(tenant_id=tenant_id))]
    return Searcher(segments, scopes={matter_id for ids in matters.values() for matter_id in ids})


def _segments(folder: Path) -> list[SegmentReader]:
    stamp = stamp_of(folder)
    known = _opened.get(folder)
    if known is None or known[0] != stamp:
        known = _opened[folder] = (stamp, open_segments(folder))
    return known[1]


def _loaded(actor: Actor, node: Node, best: Sequence[tuple[str, float]]) -> tuple[SearchHit, ...]:
    documents = documents_by_id(actor=actor, ids=[key for key, _ in best])
    wanted = {record.matter_id for record in documents.values()}
    rows = matters_found(actor=actor).filter(Q(id__in=wanted))
    matters = {row.id: record_of(row) for row in rows}
    terms = marked_terms(node, fields=(TEXT,))
    texts: dict[str, str] = {}
    for tenant_id in {record.tenant_id for record in documents.values()} if terms else ():
        texts |= texts_for(
            tenant_id=tenant_id,
            document_ids=[
                key for key, record in documents.items() if record.tenant_id == tenant_id and record.has_text
            ],
        )
    hits: list[SearchHit] = []
    for key, score in best:
        record = documents.get(key)
        if record is None or record.matter_id not in matters:
            continue
        text = texts.get(key, "")[:MARKED_CHARACTERS]
        passages = passages_of(text, hits_in(text, terms, limit=200)) if terms else ()
        hits.append(SearchHit(record, matters[record.matter_id], passages, score))
    return tuple(hits)
