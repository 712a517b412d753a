"""News leaves with its transaction and reaches every handler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import transaction

from chancery.foundation.errors import Fault
from chancery.platform.audit.actions import record
from chancery.platform.audit.models import Entry
from chancery.platform.events import registry
from chancery.platform.events.actions import announce, deliver, retry_dead, subscribe
from chancery.platform.events.models import Announcement
from chancery.platform.events.queries import dead_deliveries, next_due
from chancery.platform.events.values import Event


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    name: ClassVar[str] = "tests.happened"
    what: str
    ids: list[str]


@pytest.fixture
def listen():
    """Return a function that subscribes for one test."""
    names = []

    def add(handler, name):
        subscribe(Happened, handler, name=name)
        names.append(name)

    yield add
    for name in names:
        registry.forget(name)


@pytest.fixture
def event(world):
    return Happened(tenant_id=world.client_id, matter_id=None, what="x", ids=["1", "2"])


def test_every_handler_hears_it_once(event, listen, at):
    heard = []
    listen(lambda news: heard.append(("one", news)), "t.one")
    listen(lambda news: heard.append(("two", news)), "t.two")
    announce(event, at=at)
    assert next_due() == at
    assert deliver(at=at) == 2 and deliver(at=at) == 0 and next_due() is None
    assert heard == [("one", event), ("two", event)]


def test_it_leaves_with_the_transaction_or_not_at_all(event, listen, at):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce(event, at=at)
        raise ZeroDivisionError
    assert Announcement.objects.count() == 0


def test_a_failing_handler_leaves_no_trace_is_tried_again_and_then_dead(event, listen, at, world, caplog):
    heard = []

    def fail(news):
        record(
            tenant_id=news.tenant_id,
            actor=world.actor("counsel"),
            act="test.half",
            object_type="x",
            object_id="1",
            label="",
            at=at,
        )
        raise ValueError("not now")

    listen(fail, "t.fail")
    listen(heard.append, "t.well")
    announce(event, at=at)
    moments = [0, 1, 5, 24, 25, 104, 105, 424, 425, 9999]
    ran = [deliver(at=at + timedelta(seconds=second)) for second in moments]
    assert ran == [1] + [0] * 9 and heard == [event]
    assert not Entry.objects.filter(act="test.half").exists()
    dead = dead_deliveries()
    assert [(row.event, row.handler, row.error) for row in dead] == [
        ("tests.happened", "t.fail", "ValueError: not now")
    ]
    assert sum("t.fail" in message for message in caplog.messages) == 5
    listen(heard.append, "t.fail")
    retry_dead(delivery_id=dead[0].id, at=at)
    assert deliver(at=at) == 1 and heard == [event, event]


def test_handlers_may_announce(event, listen, at):
    seen = []

    def chain(news):
        seen.append(news.what)
        if len(news.what) < 3:
            announce(Happened(tenant_id=news.tenant_id, what=news.what + "x", ids=[]), at=at)

    listen(chain, "t.chain")
    announce(event, at=at)
    while deliver(at=at):
        pass
    assert seen == ["x", "xx", "xxx"]


def test_only_one_organisation(event, listen, at, world):
    heard = []
    listen(heard.append, "t.one")
    announce(event, at=at)
    assert deliver(at=at, only_tenant=world.other_client_id) == 0
    assert deliver(at=at, only_tenant=world.client_id) == 1


@pytest.mark.django_db(transaction=True)
def test_news_outside_a_transaction_is_a_fault(event, at):
    with pytest.raises(Fault):
        announce(event, at=at)
