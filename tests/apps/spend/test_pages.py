"""The pages of invoices and time, in both languages, for each person."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.matter_kit import Kit
from chancery.apps.spend.models import Invoice, InvoiceLine, LineQuery, TimeEntry
from chancery.platform.audit.models import Entry
from chancery.platform.identity.models import User

Open = Callable[[str], Client]


def page(browser: Client, name: str, *arguments: str, query: str = "") -> str:
    answer = browser.get(reverse(f"spend:{name}", args=arguments) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def lines(invoice_id: str) -> dict[int, str]:
    return dict(InvoiceLine.objects.filter(invoice_id=invoice_id).values_list("number", "id"))


def more_invoices(kit: Kit, count: int, **changed: Any) -> None:
    """Enter further issued invoices of the first matter."""
    for number in range(count):
        Invoice.objects.create(
            **{
                "tenant_id": kit.first.tenant_id,
                "matter_id": kit.first.matter_id,
                "production_id": f"other-{number}",
                "number": f"INV-2025-{number:05d}",
                "currency": "CNY" if number % 2 else "USD",
                "period_start": kit.at.date() - timedelta(days=30),
                "period_end": kit.at.date(),
                "invoice_date": kit.at.date() - timedelta(days=number),
                "state": "issued",
                "total": Decimal("1.00") * number,
                "description": "x",
                **changed,
            }
        )


def test_the_invoice_shows_lines_totals_and_that_its_file_is_clean(worked: Kit, issued: str, signed_in: Open) -> None:
    text = page(signed_in("counsel"), "invoice", issued)
    for words in ("USD 30.40", "USD 35.60", "USD 34.20", "USD 69.80", "0.8 hours", "keeps every rule"):
        assert words in text, words
    assert 'aria-current="step">Issued<' in text
    assert "Approve for payment" in text
    assert "Approve for payment" not in page(signed_in("manager"), "invoice", issued)


def test_the_invoice_in_chinese(issued: str, signed_in: Open) -> None:
    User.objects.update(language="zh-hans")
    text = page(signed_in("counsel"), "invoice", issued)
    assert "核准付款" in text
    assert "客户计费系统的校验结果" in text
    for english in ("Approve for payment", "Fees", "Where this invoice stands", "keeps every rule"):
        assert english not in text


def test_a_finding_names_its_rule(worked: Kit, issued: str, signed_in: Open) -> None:
    InvoiceLine.objects.filter(number=1).update(task_code="L999")
    text = page(signed_in("counsel"), "invoice", issued)
    assert "E043" in text
    assert "would be rejected" in text


def test_each_line_opens_the_work_behind_it(worked: Kit, issued: str, signed_in: Open) -> None:
    counsel, held = signed_in("counsel"), lines(issued)
    time = page(counsel, "line", issued, held[1])
    assert ("3,000" in time, "50 minutes" in time, "Measured at the desk" in time) == (True, True, True)
    decided = page(counsel, "line", issued, held[2])
    assert decided.count("DOC-0000") >= 5
    assert "1 to 5 of 5 decisions" in decided
    assert "Delivery 1" in page(counsel, "line", issued, held[3])
    assert "VOL001" in page(counsel, "line", issued, held[4])


def test_a_line_shows_a_correction_with_its_reason(worked: Kit, issued: str, signed_in: Open) -> None:
    first = TimeEntry.objects.get()
    corrected = TimeEntry.objects.create(
        tenant_id=first.tenant_id,
        matter_id=first.matter_id,
        user=first.user,
        day=first.day,
        seconds=3000,
        hours=Decimal("0.7"),
        task_code="L653",
        activity_code="A104",
        origin="corrected",
        narrative=first.narrative,
        reason="Lunch at the desk",
        corrects=first,
        created_at=worked.at,
    )
    InvoiceLine.objects.filter(number=1).update(sources=[corrected.id])
    text = page(signed_in("counsel"), "line", issued, lines(issued)[1])
    assert "Lunch at the desk" in text
    assert "<s>0.8</s>" in text
    assert "<strong>0.7</strong>" in text


def test_query_answer_approve_and_pay_in_the_browser(worked: Kit, issued: str, signed_in: Open) -> None:
    counsel, manager, line_id = signed_in("counsel"), signed_in("manager"), lines(issued)[1]
    ask = reverse("spend:query", args=[issued, line_id])
    assert counsel.post(ask, {"text": ""}).status_code == 422
    assert manager.post(ask, {"text": "x"}).status_code == 404
    assert counsel.post(ask, {"text": "Why so long?"}).status_code == 302
    query = LineQuery.objects.get()
    assert "Why so long?" in page(manager, "line", issued, line_id)
    reply = reverse("spend:answer", args=[issued, line_id, query.id])
    bad = manager.post(reply, {f"{query.id}-answer": "We looked again.", f"{query.id}-reduction": "99.00"})
    assert bad.status_code == 422
    assert "We looked again." in bad.content.decode()
    assert "A reduction lies between zero" in bad.content.decode()
    other = reverse("spend:answer", args=[issued, lines(issued)[2], query.id])
    assert manager.post(other, {f"{query.id}-answer": "x"}).status_code == 404
    assert counsel.post(reply, {f"{query.id}-answer": "x"}).status_code == 404
    good = manager.post(reply, {f"{query.id}-answer": "We looked again.", f"{query.id}-reduction": "5.25"})
    assert good.status_code == 302
    text = page(counsel, "invoice", issued)
    assert ("−USD 5.25" in text, "USD 64.55" in text) == (True, True)
    assert counsel.post(reverse("spend:pay", args=[issued]), {"reference": "W-1"}).status_code == 422
    assert counsel.post(reverse("spend:approve", args=[issued])).status_code == 302
    assert counsel.post(reverse("spend:pay", args=[issued]), {"reference": ""}).status_code == 422
    assert counsel.post(reverse("spend:pay", args=[issued]), {"reference": "W-1"}).status_code == 302
    assert (Invoice.objects.get().state, Invoice.objects.get().total) == ("paid", Decimal("64.55"))


def test_other_clients_and_roles_get_what_does_not_exist(worked: Kit, issued: str, signed_in: Open) -> None:
    for username in ("counsel-2", "reviewer-1", "administrator"):
        browser = signed_in(username)
        for name in ("invoice", "ledes"):
            assert browser.get(reverse(f"spend:{name}", args=[issued])).status_code == 404
        assert browser.get(reverse("spend:line", args=[issued, lines(issued)[1]])).status_code == 404
        for name in ("approve", "pay", "issue"):
            assert browser.post(reverse(f"spend:{name}", args=[issued])).status_code == 404
    assert signed_in("counsel-2").get(reverse("spend:time", args=[worked.first.matter_id])).status_code == 404
    assert Invoice.objects.get().state == "issued"


def test_the_list_filters_and_pages_with_a_fixed_number_of_queries(worked: Kit, issued: str, signed_in: Open) -> None:
    browser = signed_in("counsel")
    page(browser, "invoices")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(browser, "invoices")
        return len(seen)

    before = cost()
    more_invoices(worked, 120)
    assert cost() == before <= 12
    text = page(browser, "invoices")
    assert ("121 rows" in text, 'rel="next"' in text) == (True, True)
    assert "60 rows" in page(browser, "invoices", query="?currency=CNY")
    assert "1 row" in page(browser, "invoices", query="?q=INV-2025-00007")
    assert "Nothing matches these filters" in page(browser, "invoices", query="?view=paid&q=zzz")


def test_chosen_invoices_are_approved_and_the_others_say_why(worked: Kit, issued: str, signed_in: Open) -> None:
    more_invoices(worked, 3)
    Invoice.objects.filter(number="INV-2025-00001").update(state="queried")
    counsel, url = signed_in("counsel"), reverse("spend:approve_chosen")
    chosen = [*Invoice.objects.filter(number__startswith="INV-2025").values_list("id", flat=True), "0" * 26]
    answer = counsel.post(url, {"row": chosen, "filter": "/invoices/?currency=USD"}, follow=True)
    text = answer.content.decode()
    assert "2 invoices were approved." in text
    assert "A query on this invoice is still open." in text
    assert dict(Invoice.objects.values_list("number", "state"))["INV-2025-00001"] == "queried"
    assert signed_in("manager").post(url, {"row": chosen}).status_code == 404
    counsel.post(url, {"everything": "1", "filter": "/invoices/?view=issued"})
    assert Invoice.objects.get(id=issued).state == "approved"


def test_the_export_is_safe_for_spreadsheets_and_on_record(worked: Kit, issued: str, signed_in: Open) -> None:
    Invoice.objects.filter(id=issued).update(payment_reference="=HYPERLINK(1)")
    answer = signed_in("counsel").get(reverse("spend:export"))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["total"], row["currency"], row["payment_reference"]) for row in rows] == [
        ("69.80", "USD", "'=HYPERLINK(1)")
    ]
    assert Entry.objects.filter(act="invoice.list_exported").count() == 1
    assert signed_in("counsel-2").get(reverse("spend:export")).content.decode("utf-8-sig").count("\r\n") == 1


def test_the_ledes_file_is_handed_out_and_on_record(issued: str, signed_in: Open) -> None:
    answer = signed_in("counsel").get(reverse("spend:ledes", args=[issued]))
    assert answer.content.startswith(b"LEDES1998B[]\r\n")
    assert answer.headers["Content-Disposition"].endswith('.ledes"')
    assert Entry.objects.filter(act="invoice.exported", object_id=issued).count() == 1


def test_time_is_entered_taken_over_and_corrected_in_the_browser(worked: Kit, signed_in: Open) -> None:
    reviewer, matter_id = signed_in("reviewer-1"), worked.first.matter_id
    assert "Take over 50 minutes from the desk" in page(reviewer, "time", matter_id)
    assert reviewer.post(reverse("spend:gather", args=[matter_id])).status_code == 302
    entry = TimeEntry.objects.get()
    url = reverse("spend:correct", args=[entry.id])
    bad = reviewer.post(url, {"hours": "0.75", "reason": "Lunch"})
    assert (bad.status_code, "in steps of 0.1" in bad.content.decode(), 'value="0.75"' in bad.content.decode()) == (
        422,
        True,
        True,
    )
    assert reviewer.post(url, {"hours": "0.7", "reason": "Lunch"}).status_code == 302
    assert signed_in("reviewer-2").post(url, {"hours": "0.1", "reason": "x"}).status_code == 404
    text = page(reviewer, "time", matter_id, query="?view=all")
    assert ("replaced" in text, "Lunch" in text, "2 rows" in text) == (True, True, True)
    enter = reverse("spend:enter", args=[matter_id])
    given = {"day": "2026-03-02", "hours": "1.5", "task": "L655", "narrative": "审阅"}
    refused = reviewer.post(enter, given)
    assert (refused.status_code, "审阅" in refused.content.decode()) == (422, True)
    assert signed_in("counsel").post(enter, given).status_code == 404
    assert reviewer.post(enter, {**given, "narrative": "Read the log"}).status_code == 302
    assert TimeEntry.objects.filter(origin="entered").count() == 1
