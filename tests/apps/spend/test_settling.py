"""Query, answer, approval, payment: by the right people, in the right order, to the cent."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.matter_kit import Kit
from chancery.apps.spend.actions import invoices as acts
from chancery.apps.spend.actions.approvals import approve_invoices
from chancery.apps.spend.models import Invoice, InvoiceLine, LineQuery
from chancery.apps.spend.queries import findings_of, invoice, invoices_found, invoices_waiting
from chancery.foundation.errors import Refused
from chancery.platform.access.actions import raise_wall
from chancery.platform.audit.models import Entry


def state() -> tuple[str, Decimal]:
    row = Invoice.objects.get()
    return row.state, row.total


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code


def line(number: int) -> InvoiceLine:
    return InvoiceLine.objects.get(number=number)


def ask(kit: Kit, invoice_id: str, number: int = 1, username: str = "counsel", text: str = "Why so long?") -> str:
    return acts.query_line(
        actor=kit.actor(username), invoice_id=invoice_id, line_id=line(number).id, text=text, at=kit.at
    )


def answer(kit: Kit, query_id: str, off: str, username: str = "manager") -> None:
    acts.answer_query(
        actor=kit.actor(username), query_id=query_id, answer="Reduced.", adjustment=Decimal(off), at=kit.at
    )


def test_from_query_to_payment(worked: Kit, issued: str) -> None:
    counsel, at = worked.actor("counsel"), worked.at
    query = ask(worked, issued)
    assert state() == ("queried", Decimal("69.80"))
    assert code_of(lambda: acts.approve_invoice(actor=counsel, invoice_id=issued, at=at)) == "queries_open"
    answer(worked, query, "-5.25")
    assert state() == ("issued", Decimal("64.55"))
    assert (line(1).adjustment, line(1).total) == (Decimal("-5.25"), Decimal("25.15"))
    assert state()[1] == sum(InvoiceLine.objects.values_list("total", flat=True), Decimal(0))
    assert findings_of(actor=counsel, invoice_id=issued) == []
    pay = {"actor": counsel, "invoice_id": issued, "at": at}
    assert code_of(lambda: acts.mark_paid(reference="W-1", **pay)) == "not_approved"
    acts.approve_invoice(actor=counsel, invoice_id=issued, at=at)
    acts.approve_invoice(actor=counsel, invoice_id=issued, at=at)
    assert code_of(lambda: ask(worked, issued)) == "not_open"
    assert code_of(lambda: acts.mark_paid(reference=" ", **pay)) == "reference_missing"
    acts.mark_paid(reference="Wire 20260302-7", **pay)
    acts.mark_paid(reference="Another", **pay)
    record = invoice(actor=counsel, invoice_id=issued)
    assert (record.state, record.payment_reference, record.approved_by) == ("paid", "Wire 20260302-7", "Counsel")
    acts_done = Entry.objects.filter(object_id=issued).order_by("seq").values_list("act", flat=True)
    assert list(acts_done) == [
        "invoice.drafted",
        "invoice.issued",
        "invoice.line_queried",
        "invoice.query_answered",
        "invoice.approved",
        "invoice.paid",
    ]


@pytest.mark.parametrize("off", ["0.01", "-30.41", "-0.001", "NaN", "-Infinity"])
def test_a_reduction_lies_between_zero_and_the_line(worked: Kit, issued: str, off: str) -> None:
    query = ask(worked, issued)
    assert code_of(lambda: answer(worked, query, off)) == "adjustment_out_of_range"
    assert state() == ("queried", Decimal("69.80"))
    assert LineQuery.objects.get().state == "open"


def test_two_queries_on_one_line_reduce_it_once_each(worked: Kit, issued: str) -> None:
    first, second = ask(worked, issued), ask(worked, issued, text="And this?")
    answer(worked, first, "-30.40")
    assert state() == ("queried", Decimal("39.40"))
    assert code_of(lambda: answer(worked, second, "-0.01")) == "adjustment_out_of_range"
    assert code_of(lambda: answer(worked, first, "0")) == "already_answered"
    answer(worked, second, "0")
    assert state() == ("issued", Decimal("39.40"))


@pytest.mark.parametrize(
    ("username", "allowed"),
    [("manager", set()), ("attorney", set()), ("reviewer-1", set()), ("administrator", set()), ("counsel-2", set())],
)
def test_only_counsel_of_the_client_asks_approves_and_pays(
    worked: Kit, issued: str, username: str, allowed: set[str]
) -> None:
    actor, at = worked.actor(username), worked.at
    codes = {
        code_of(lambda: ask(worked, issued, username=username)),
        code_of(lambda: acts.approve_invoice(actor=actor, invoice_id=issued, at=at)),
        code_of(lambda: acts.mark_paid(actor=actor, invoice_id=issued, reference="x", at=at)),
    }
    assert codes <= {"not_allowed", "not_found"}
    assert (state(), LineQuery.objects.count()) == (("issued", Decimal("69.80")), 0)


@pytest.mark.parametrize("username", ["counsel", "attorney", "reviewer-1", "administrator", "counsel-2"])
def test_only_the_manager_answers(worked: Kit, issued: str, username: str) -> None:
    query = ask(worked, issued)
    assert code_of(lambda: answer(worked, query, "-1.00", username)) in ("not_allowed", "not_found")
    assert state() == ("queried", Decimal("69.80"))


def test_forged_ids_are_unknown(worked: Kit, issued: str) -> None:
    counsel, at = worked.actor("counsel"), worked.at
    ghost = "0" * 26
    forged = [
        lambda: acts.query_line(actor=counsel, invoice_id=issued, line_id=ghost, text="x", at=at),
        lambda: acts.query_line(actor=counsel, invoice_id=ghost, line_id=line(1).id, text="x", at=at),
        lambda: acts.approve_invoice(actor=counsel, invoice_id=ghost, at=at),
        lambda: answer(worked, ghost, "0"),
    ]
    assert {code_of(act) for act in forged} == {"not_found"}
    assert code_of(lambda: ask(worked, issued, text="  ")) == "text_missing"


def test_several_are_approved_at_once_each_checked_alone(worked: Kit, issued: str) -> None:
    counsel = worked.actor("counsel")
    queried = Invoice.objects.get(id=issued)
    queried.pk, queried.number, queried.production_id, queried.state = "q" * 26, "INV-2026-90001", "x", "queried"
    queried.save(force_insert=True)
    done = approve_invoices(actor=counsel, invoice_ids=[issued, queried.pk, "0" * 26, issued], at=worked.at)
    assert (done.approved, sorted(item.code for item in done.refusals)) == (1, ["not_found", "queries_open"])
    assert dict(Invoice.objects.values_list("id", "state")) == {issued: "approved", queried.pk: "queried"}
    assert (
        code_of(lambda: approve_invoices(actor=worked.actor("manager"), invoice_ids=[issued], at=worked.at))
        == "not_allowed"
    )


def test_walls_and_tenants_hide_invoices_from_lists_and_counts(worked: Kit, issued: str) -> None:
    def seen(username: str) -> int:
        return invoices_found(actor=worked.actor(username)).count()

    names = ("counsel", "manager", "attorney", "reviewer-1", "administrator", "counsel-2")
    assert [seen(name) for name in names] == [1, 1, 1, 0, 0, 0]
    assert (invoices_waiting(worked.actor("counsel")), invoices_waiting(worked.actor("counsel-2"))) == (1, 0)
    ask(worked, issued)
    assert (invoices_waiting(worked.actor("counsel")), invoices_waiting(worked.actor("manager"))) == (0, 1)
    raise_wall(
        actor=worked.actor("administrator"),
        tenant_id=worked.first.tenant_id,
        matter_id=worked.first.matter_id,
        user_id=worked.world.person["manager"].id,
        reason="Former client",
        at=worked.at,
    )
    assert (seen("manager"), invoices_waiting(worked.actor("manager"))) == (0, 0)
