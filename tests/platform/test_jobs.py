"""Background work: asked for once, claimed once, stopped and resumed at checkpoints."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.platform.batch_functions import double, touchy

from chancery.foundation.errors import Fault, NotFound, Refused
from chancery.platform.jobs import claims, registry, schedule
from chancery.platform.jobs.actions import cancel, enqueue, resume, run_pending
from chancery.platform.jobs.compute import Failure, Result, map_batches
from chancery.platform.jobs.handle import Cancelled, JobHandle, LeaseLost
from chancery.platform.jobs.models import Job, Tick
from chancery.platform.jobs.queries import jobs_for
from chancery.platform.jobs.worker import Heartbeat


@pytest.fixture
def bodies():
    """Return a function that registers a job for one test."""
    names: list[str] = []

    def register(name, body):
        registry.job(name, label=name.title())(body)
        names.append(name)

    yield register
    for name in names:
        registry.forget(name)


@pytest.fixture
def ask(world, at):
    """Return a function that asks for work of the first client."""

    def ask_for(name, key="k", matter_id=None, **payload):
        with transaction.atomic():
            return enqueue(
                name=name,
                tenant_id=world.client_id,
                matter_id=matter_id,
                payload=payload,
                actor=world.actor("counsel"),
                at=at,
                idempotency_key=key,
            )

    return ask_for


def test_work_runs_once_for_one_key(world, ask, bodies, at):
    seen = []
    bodies("t.note", lambda job: seen.append((job.payload["n"], job.actor.user_id, job.actor.system, job.at)))
    first, again = ask("t.note", n=1), ask("t.note", n=2)
    assert first.id == again.id
    assert run_pending() == 1 and run_pending() == 0
    assert ask("t.note", n=3).state == "done" and run_pending() == 0
    assert seen == [(1, world.person["counsel"].id, True, at)]


def test_an_unknown_name_and_a_foreign_key_are_faults(world, ask, bodies, at):
    with pytest.raises(Fault):
        ask("t.unknown")
    bodies("t.a", lambda job: None)
    ask("t.a")
    with pytest.raises(Fault):
        enqueue(
            name="t.a",
            tenant_id=world.other_client_id,
            matter_id=None,
            payload={},
            actor=world.actor("counsel-2"),
            at=at,
            idempotency_key="k",
        )


def test_it_leaves_with_the_transaction_or_not_at_all(ask, bodies):
    bodies("t.a", lambda job: None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ask("t.a")
        raise ZeroDivisionError
    assert Job.objects.count() == 0


def test_cancel_stops_at_a_checkpoint_and_resume_goes_on(world, ask, bodies, at):
    done = []

    def body(job):
        for number in range(job.checkpoint.get("next", 0), 5):
            done.append(number)
            if number == 2 and job.attempt == 1 and len(done) == 3:
                cancel(actor=world.actor("counsel"), job_id=job.id, at=at)
            job.advance(done=number + 1, total=5, unit="steps", checkpoint={"next": number + 1})

    bodies("t.steps", body)
    key = ask("t.steps").id
    run_pending()
    state = jobs_for(actor=world.actor("counsel"))[0]
    assert (state.state, state.done, state.total, state.unit) == ("cancelled", 3, 5, "steps")
    with pytest.raises(NotFound):
        resume(actor=world.actor("counsel-2"), job_id=key, at=at)
    resume(actor=world.actor("counsel"), job_id=key, at=at)
    run_pending()
    assert done == [0, 1, 2, 3, 4] and jobs_for(actor=world.actor("counsel"))[0].state == "done"


def test_waiting_work_is_cancelled_without_running(world, ask, bodies, at):
    bodies("t.a", lambda job: pytest.fail("ran"))
    cancel(actor=world.actor("counsel"), job_id=ask("t.a").id, at=at)
    assert run_pending() == 0 and jobs_for(actor=world.actor("counsel"))[0].state == "cancelled"


def test_failures_are_kept_and_shown(world, ask, bodies, caplog):
    def refuse(job):
        raise Refused("The file %(name)s is encrypted.", name="a.zip")

    bodies("t.refuse", refuse)
    bodies("t.break", lambda job: 1 / 0)
    ask("t.refuse", key="1")
    ask("t.break", key="2")
    assert run_pending() == 2
    errors = {row.name: (row.state, row.error) for row in jobs_for(actor=world.actor("counsel"))}
    assert errors == {
        "t.refuse": ("failed", "The file a.zip is encrypted."),
        "t.break": ("failed", "ZeroDivisionError: division by zero"),
    }
    assert sum("t.break" in message for message in caplog.messages) == 1
    assert not any("t.refuse" in message for message in caplog.messages)


def test_nobody_else_sees_it(world, ask, bodies):
    bodies("t.a", lambda job: None)
    ask("t.a")
    assert jobs_for(actor=world.actor("counsel-2")) == [] and jobs_for(actor=world.actor("reviewer-1")) == []
    assert len(jobs_for(actor=world.actor("manager"))) == 1


def test_a_dead_workers_claim_is_reaped_five_times_then_it_has_failed(world, ask, bodies):
    bodies("t.a", lambda job: None)
    ask("t.a")
    for attempt in range(1, 6):
        row = claims.claim(worker=f"w{attempt}", at=timezone.now())
        assert row is not None and row.attempts == attempt
        assert claims.reap(timezone.now()) == 0, "a fresh lease is left alone"
        Job.objects.filter(id=row.id).update(lease_until=timezone.now() - timedelta(seconds=1))
        assert claims.reap(timezone.now()) == 1
    row = Job.objects.get()
    assert (row.state, row.error) == ("failed", "the worker died 5 times")


def test_a_worker_that_lost_its_lease_writes_nothing_more(world, ask, bodies):
    bodies("t.a", lambda job: None)
    ask("t.a")
    row = claims.claim(worker="slow", at=timezone.now())
    handle = JobHandle(row=row, actor=world.actor("counsel"))
    handle.advance(done=1, total=3, unit="x", checkpoint={"next": 1})
    Job.objects.filter(id=row.id).update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.reap(timezone.now())
    other = claims.claim(worker="quick", at=timezone.now() + timedelta(seconds=5))
    assert other is not None and other.checkpoint == {"next": 1}
    with pytest.raises(LeaseLost):
        handle.advance(done=2, total=3, unit="x", checkpoint={"next": 2})
    assert not claims.finish(row=row, state=Job.State.DONE)
    assert Job.objects.get().checkpoint == {"next": 1} and Job.objects.get().state == "running"


def test_asked_to_stop_a_running_handle_raises(world, ask, bodies, at):
    bodies("t.a", lambda job: None)
    key = ask("t.a").id
    row = claims.claim(worker="w", at=timezone.now())
    cancel(actor=world.actor("manager"), job_id=key, at=at)
    with pytest.raises(Cancelled):
        JobHandle(row=row, actor=world.actor("counsel")).advance(done=1, total=2, unit="x")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same(world, ask, bodies):
    bodies("t.a", lambda job: None)
    for number in range(20):
        ask("t.a", key=str(number))
    taken: list[str] = []

    def take(worker):
        while (row := claims.claim(worker=worker, at=timezone.now())) is not None:
            taken.append(row.id)
        connection.close()

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 20 == len(set(taken))


def test_a_long_piece_of_work_holds_up_its_own_matter_only(ask, bodies):
    bodies("t.a", lambda job: None)
    asked = [("1", "M1"), ("2", "M1"), ("3", "M2"), ("4", None), ("5", None), ("6", "M1")]
    ids = {key: ask("t.a", key=key, matter_id=matter).id for key, matter in asked}
    key_of = {value: key for key, value in ids.items()}

    def take(worker):
        row = claims.claim(worker=worker, at=timezone.now())
        return key_of[row.id] if row else None

    assert [take(f"w{n}") for n in range(5)] == ["1", "3", "4", "5", None]
    assert claims.finish(row=Job.objects.get(id=ids["1"]), state=Job.State.DONE)
    assert [take("x"), take("y")] == ["2", None]


def test_the_matter_of_a_dead_worker_waits_for_its_lease_and_what_was_broken_off_goes_on_first(ask, bodies):
    bodies("t.a", lambda job: None)
    first, second = (ask("t.a", key=key, matter_id="M1").id for key in "12")
    assert claims.claim(worker="dead", at=timezone.now()).id == first
    assert claims.claim(worker="w", at=timezone.now()) is None
    Job.objects.filter(id=first).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.reap(timezone.now()) == 1
    row = claims.claim(worker="w", at=timezone.now())
    assert (row.id, row.attempts) == (first, 2)
    assert claims.finish(row=row, state=Job.State.DONE)
    assert claims.claim(worker="w", at=timezone.now()).id == second


def test_the_database_itself_refuses_two_at_once_of_one_matter(ask, bodies):
    bodies("t.a", lambda job: None)
    first, second = (ask("t.a", key=key, matter_id="M1").id for key in "12")
    Job.objects.filter(id=first).update(state="running")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(id=second).update(state="running")


@pytest.mark.django_db(transaction=True)
def test_many_workers_take_many_matters_and_no_matter_twice_at_once(world, ask, bodies):
    bodies("t.a", lambda job: None)
    for number in range(40):
        ask("t.a", key=str(number), matter_id=f"M{number % 5}")
    lock, running, most, ended = threading.Lock(), Counter(), Counter(), Counter()

    def take(worker):
        while ended.total() < 40:
            row = claims.claim(worker=worker, at=timezone.now())
            if row is None:
                time.sleep(0.005)
                continue
            with lock:
                running[row.matter_id] += 1
                most[row.matter_id] = max(most[row.matter_id], running[row.matter_id])
                most["all"] = max(most["all"], running.total())
            time.sleep(0.01)
            with lock:
                running[row.matter_id] -= 1
            assert claims.finish(row=row, state=Job.State.DONE)
            with lock:
                ended[row.matter_id] += 1
        connection.close()

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == {f"M{number}": 8 for number in range(5)}
    assert most.pop("all") > 1 and set(most.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_keeps_a_long_step_alive(world, ask, bodies, monkeypatch):
    monkeypatch.setattr("chancery.platform.jobs.worker.HEARTBEAT_SECONDS", 0.05)
    bodies("t.a", lambda job: None)
    ask("t.a")
    row = claims.claim(worker="w", at=timezone.now())
    Job.objects.update(lease_until=timezone.now())
    with Heartbeat(row):
        time.sleep(0.4)
    assert Job.objects.get().lease_until > timezone.now() + timedelta(seconds=50)


def test_scheduled_work_fires_once_per_period(db, at):
    fired = []
    schedule.repeat(name="t.hourly", every=timedelta(hours=1), body=fired.append)
    try:
        moment = at + timedelta(minutes=20)
        for later in (moment, moment + timedelta(minutes=5), moment + timedelta(hours=1)):
            schedule.fire_due(at=later)
    finally:
        schedule._schedules.pop("t.hourly")
    assert fired == [at, at + timedelta(hours=1)]
    assert Tick.objects.filter(schedule="t.hourly").count() == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_batches_come_back_whole(workers):
    batches = [[n, n + 1] for n in range(10)]
    results = dict(map_batches(double, batches, workers=workers))
    assert results == {n: Result([2 * n, 2 * n + 2]) for n in range(10)}


def test_a_batch_that_kills_is_the_only_one_lost():
    batches = [["a"], ["die"], ["b"], ["raise"], ["c"]]
    results = dict(map_batches(touchy, batches, workers=2, retries=1))
    assert results.pop(1) == Failure("died", "the process that worked on this batch died")
    assert results.pop(3) == Failure("raised", "ValueError: bad batch")
    assert results == {0: Result(["a"]), 2: Result(["b"]), 4: Result(["c"])}
