"""What is billed: every line from the work, to the cent, once; and a file that the validator finds clean."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.matter_kit import Kit
from apps.spend.conftest import DAY, at_the_desk, delivered, draft
from chancery.apps.spend.actions.invoices import issue_invoice
from chancery.apps.spend.actions.time import gather_time
from chancery.apps.spend.billing import DraftLine, Timekeeper, expense_lines
from chancery.apps.spend.models import Invoice, InvoiceLine, TimeEntry
from chancery.apps.spend.queries import bill_of, findings_of, invoice, ledes_file, ledes_of
from chancery.engines.billing.invoice import Bill, BillLine
from chancery.engines.billing.validation import check
from chancery.foundation.errors import NotFound, Refused
from chancery.foundation.money import Money


def test_lines_come_from_time_units_evidence_and_volume_and_sum_to_the_cent(worked: Kit, drafted: str) -> None:
    lines = InvoiceLine.objects.filter(invoice_id=drafted).order_by("number")
    shown = [(row.type, row.source_kind, row.units, row.unit, row.unit_cost, row.total) for row in lines]
    # 3,000 s are 0.8 h at 38.00; five documents at 1.2 minutes of a 38.00 hour are 0.76 each.
    assert shown == [
        ("F", "time_entry", Decimal("0.8"), "hour", Decimal("38"), Decimal("30.40")),
        ("F", "coding", Decimal(5), "document", Decimal("0.76"), Decimal("3.80")),
        ("E", "collection", Decimal(1), "gigabyte", Decimal("35"), Decimal("35.00")),
        ("E", "production", Decimal(5), "document", Decimal("0.12"), Decimal("0.60")),
    ]
    found = Invoice.objects.get(id=drafted)
    assert found.total == Decimal("69.80") == sum((row.total for row in lines), Decimal(0))
    assert (found.state, found.currency, found.number[:9]) == ("draft", "USD", "INV-2026-")
    assert [len(row.sources) for row in lines] == [1, 5, 1, 1]
    assert all(isinstance(row.total, Decimal) for row in lines)


def test_the_same_volume_is_billed_once_and_the_same_work_never_again(worked: Kit, drafted: str) -> None:
    first = Invoice.objects.get(id=drafted)
    assert draft(worked, first.production_id) == drafted
    at_the_desk(worked, seconds=720, place=5)
    second = draft(worked, delivered(worked, documents=3, volume="VOL002"))
    lines = InvoiceLine.objects.filter(invoice_id=second).order_by("number")
    assert [(row.source_kind, row.units, row.total) for row in lines] == [
        ("time_entry", Decimal("0.2"), Decimal("7.60")),
        ("production", Decimal(3), Decimal("0.36")),
    ]
    assert Invoice.objects.get(id=second).total == Decimal("7.96")
    assert [entry.seconds for entry in TimeEntry.objects.order_by("created_at", "id")] == [3000, 720]


def test_new_evidence_is_billed_beyond_what_was_counted() -> None:
    price = {"gigabyte": Money(Decimal("35"), "USD")}

    def gigabytes(size: int, billed: str) -> list[Decimal]:
        lines = expense_lines(
            unit_prices=price,
            input_bytes=size,
            collection_ids=["c"],
            documents=0,
            production_id="p",
            processed_on=DAY,
            produced_on=DAY,
            billed_gigabytes=Decimal(billed),
        )
        return [line.units for line in lines]

    assert gigabytes(51_813, "0") == [Decimal(1)]
    assert gigabytes(900_000_000, "1") == []
    assert gigabytes(2_345_000_000, "1") == [Decimal("1.35")]


def test_nothing_new_is_not_billed(worked: Kit, drafted: str) -> None:
    with pytest.raises(Refused) as caught:
        draft(worked, delivered(worked, documents=0, volume="VOL002"))
    assert caught.value.code == "nothing_to_bill"
    assert Invoice.objects.count() == 1


def test_a_day_ahead_of_utc_is_within_the_billing_period(worked: Kit) -> None:
    at_the_desk(worked, seconds=3600, place=2, by="reviewer-2", day=worked.at.date() + timedelta(days=1))
    invoice_id = draft(worked, delivered(worked))
    row = Invoice.objects.get(id=invoice_id)
    assert (row.period_end, row.invoice_date) == (date(2026, 3, 3), date(2026, 3, 3))
    assert findings_of(actor=worked.actor("manager"), invoice_id=invoice_id) == []


def test_issuing_is_for_managers_and_refuses_what_the_client_would_reject(worked: Kit, drafted: str) -> None:
    for username in ("counsel", "reviewer-1", "attorney"):
        with pytest.raises(Refused) as caught:
            issue_invoice(actor=worked.actor(username), invoice_id=drafted, at=worked.at)
        assert caught.value.code in ("not_allowed", "not_found")
    InvoiceLine.objects.filter(invoice_id=drafted, number=1).update(task_code="L999")
    with pytest.raises(Refused) as caught:
        issue_invoice(actor=worked.actor("manager"), invoice_id=drafted, at=worked.at)
    assert (caught.value.code, caught.value.params["rule"]) == ("ledes_invalid", "E043")
    assert Invoice.objects.get(id=drafted).state == "draft"
    InvoiceLine.objects.filter(invoice_id=drafted, number=1).update(description="审阅文件", task_code="L653")
    with pytest.raises(Refused) as caught:
        issue_invoice(actor=worked.actor("manager"), invoice_id=drafted, at=worked.at)
    assert caught.value.code == "narrative_not_ascii"
    found = findings_of(actor=worked.actor("manager"), invoice_id=drafted)
    assert [(item.rule, item.severity) for item in found] == [("narrative_not_ascii", "error")]


def test_the_file_names_the_clients_own_reference_only_where_it_can(worked: Kit, drafted: str) -> None:
    row = Invoice.objects.select_related("matter", "tenant").get(id=drafted)
    for reference, expected in (("HAL-77", "HAL-77"), ("哈尔登-77", row.matter.number), ("x" * 21, row.matter.number)):
        row.matter.client_reference = reference
        assert bill_of(invoice=row).client_matter_id == expected


def shapes() -> list[Bill]:
    """Return bills of many shapes: sizes, currencies, adjustments, prices with four digits."""
    chance, bills = random.Random(20261124), []
    keeper = Timekeeper("reviewer-1", "Sun, Wei", "DOCRNA", "paralegal")
    for number, currency in enumerate(["USD", "CNY", "EUR", "JPY", "GBP", "HKD"] * 8, start=1):
        lines = []
        for place in range(1, chance.randint(1, 40) + 1):
            fee = chance.random() < 0.7
            draft_line = DraftLine(
                type="F" if fee else "E",
                day=DAY - timedelta(days=chance.randint(0, 27)),
                units=Decimal(chance.randint(1, 240)) / 10 if fee else Decimal(chance.randint(1, 5000)),
                unit="hour" if fee else "document",
                unit_cost=Decimal(chance.randint(1, 9_999_999)) / (100 if currency != "JPY" else 1_000),
                task_code="L653" if fee else "",
                activity_code="A104" if fee else "",
                expense_code="" if fee else "E118",
                timekeeper=keeper if fee else None,
                description=f"Line | {place} [] “quoted” – dash",
                source_kind="coding",
                sources=(),
            )
            whole = draft_line.total(currency=currency)
            off = -(whole / 3).quantize(Decimal(1) if currency == "JPY" else Decimal("0.01"))
            off = off if chance.random() < 0.3 else Decimal(0)
            lines.append(bill_line(draft_line, place, off, currency))
        bills.append(
            Bill(
                DAY,
                f"INV-2026-{number:05d}",
                "C-1",
                "M-1",
                "HAL-77",
                "CHANCERY-LPO",
                currency,
                DAY - timedelta(days=27),
                DAY,
                "Review",
                tuple(lines),
            )
        )
    return bills


def bill_line(line: DraftLine, number: int, adjustment: Decimal, currency: str) -> BillLine:
    return BillLine(
        number=str(number),
        type=line.type,  # type: ignore[arg-type]
        date=line.day,
        units=line.units,
        unit_cost=line.unit_cost,
        adjustment=adjustment,
        total=line.total(currency=currency, adjustment=adjustment),
        task_code=line.task_code,
        activity_code=line.activity_code,
        expense_code=line.expense_code,
        timekeeper_id=line.timekeeper.id if line.timekeeper else "",
        timekeeper_name=line.timekeeper.name if line.timekeeper else "",
        timekeeper_class=line.timekeeper.classification if line.timekeeper else "",
        description=line.description,
    )


def test_invoices_of_every_shape_are_clean_for_the_validator() -> None:
    bills = shapes()
    assert [check(data=ledes_of(bill=bill), today=DAY) for bill in bills] == [[] for _ in bills]
    assert sum(len(bill.lines) for bill in bills) > 500


def test_the_file_of_the_matter_is_clean_and_only_for_those_who_may_see_the_invoice(worked: Kit, issued: str) -> None:
    name, data = ledes_file(actor=worked.actor("counsel"), invoice_id=issued)
    assert (name.endswith(".ledes"), data.isascii(), data.count(b"[]")) == (True, True, 6)
    assert check(data=data, today=DAY) == []
    for username in ("counsel-2", "reviewer-1", "administrator"):
        with pytest.raises(NotFound):
            ledes_file(actor=worked.actor(username), invoice_id=issued)
        with pytest.raises(NotFound):
            invoice(actor=worked.actor(username), invoice_id=issued)


def test_clients_never_see_a_draft(worked: Kit, drafted: str) -> None:
    with pytest.raises(NotFound):
        invoice(actor=worked.actor("counsel"), invoice_id=drafted)
    gather_time(actor=worked.actor("manager"), matter_id=worked.first.matter_id, at=worked.at)
    assert invoice(actor=worked.actor("manager"), invoice_id=drafted).state == "draft"
