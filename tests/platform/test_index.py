"""The search store: what is found, and what is not even counted."""

from __future__ import annotations

import pytest

from chancery.foundation.errors import Fault
from chancery.foundation.identifiers import new_id
from chancery.platform.index.engine import delete, erase, find, put
from chancery.platform.index.query import And, Everything, Not, Or, Phrase, Prefix, Term
from chancery.platform.index.values import Entry

ALL = {"m1", "m2", "m3"}


@pytest.fixture
def tenant():
    name = new_id()
    yield name
    erase(tenant_id=name)


@pytest.fixture
def filled(tenant):
    documents = {
        "d1": ("m1", {"text": "late delivery of pumps", "subject": "delivery notice", "from": "anna@a.com"}),
        "d2": ("m1", {"text": "违 约 金 条 款", "subject": "合 同"}),
        "d3": ("m2", {"text": "delivery delivery delivery late", "subject": "pumps"}),
        "d4": ("m3", {"text": "金 约 违", "subject": "notice of delivery", "cc": "c++ a.b*c"}),
    }
    put(tenant_id=tenant, entries=[Entry(key, tenant, m, fields) for key, (m, fields) in documents.items()])
    return tenant


def ids(tenant, query, matters=ALL):
    hits = find(tenant_id=tenant, query=query, matter_ids=matters, limit=10)
    assert hits.total == len(hits.found)
    return {key for key, _ in hits.found}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Term("text", "delivery"), {"d1", "d3"}),
        (Term("subject", "delivery"), {"d1", "d4"}),
        (Phrase("text", ("late", "delivery")), {"d1"}),
        (Phrase("text", ("delivery", "late")), {"d3"}),
        (Phrase("text", ("违", "约", "金")), {"d2"}),
        (Phrase("text", ("pumps",)), {"d1"}),
        (Phrase("text", ("pumps", "delivery")), set()),
        (Prefix("text", "deli"), {"d1", "d3"}),
        (Prefix("cc", "c+"), {"d4"}),
        (Prefix("cc", "a.b*"), {"d4"}),
        (Prefix("cc", "axb"), set()),
        (And((Term("text", "late"), Term("subject", "pumps"))), {"d3"}),
        (And((Term("text", "late"), Not(Term("subject", "pumps")))), {"d1"}),
        (And(()), {"d1", "d2", "d3", "d4"}),
        (Or((Term("subject", "pumps"), Term("from", "anna@a.com"))), {"d1", "d3"}),
        (Or(()), set()),
        (Not(Term("text", "late")), {"d2", "d4"}),
        (Not(Not(Term("text", "late"))), {"d1", "d3"}),
        (Everything(), {"d1", "d2", "d3", "d4"}),
    ],
)
def test_queries(filled, query, found):
    assert ids(filled, query) == found


def test_other_matters_are_neither_found_nor_counted(filled):
    assert ids(filled, Term("text", "delivery"), {"m1"}) == {"d1"}
    assert ids(filled, Not(Term("text", "late")), {"m1"}) == {"d2"}
    assert ids(filled, Everything(), set()) == set()
    assert find(tenant_id=new_id(), query=Everything(), matter_ids=ALL, limit=5).total == 0


def test_best_first_and_pages(filled):
    hits = find(tenant_id=filled, query=Term("text", "delivery"), matter_ids=ALL, limit=1)
    assert hits.total == 2 and hits.found[0][0] == "d3"
    rest = find(tenant_id=filled, query=Term("text", "delivery"), matter_ids=ALL, limit=1, offset=1)
    assert rest.found[0][0] == "d1"
    assert find(tenant_id=filled, query=Everything(), matter_ids=ALL, limit=0).found == []


def test_putting_again_replaces_and_deleting_removes(filled):
    put(tenant_id=filled, entries=[Entry("d1", filled, "m1", {"text": "changed"})])
    assert ids(filled, Term("text", "late")) == {"d3"} and ids(filled, Term("text", "changed")) == {"d1"}
    delete(tenant_id=filled, document_ids=["d1", "nothing"])
    assert ids(filled, Everything()) == {"d2", "d3", "d4"}


def test_one_organisations_documents_stay_out_of_anothers_index(filled):
    with pytest.raises(Fault):
        put(tenant_id=filled, entries=[Entry("d9", "another", "m1", {"text": "x"})])
    with pytest.raises(Fault):
        put(tenant_id=filled, entries=[Entry("d9", filled, "m1", {"Text:": "x"})])
    assert ids(filled, Everything()) == {"d1", "d2", "d3", "d4"}
    with pytest.raises(Fault):
        find(tenant_id="../other", query=Everything(), matter_ids=ALL, limit=1)
