"""Time, invoices and what the client says of each line."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chancery.foundation.identifiers import new_id


class TimeEntry(models.Model):
    """One person's time on one task of a matter on one day; corrected by a new entry, never changed."""

    class Origin(models.TextChoices):
        DESK = "desk", _("Measured at the desk")
        ENTERED = "entered", _("Entered by hand")
        CORRECTED = "corrected", _("Corrected")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    seconds = models.PositiveIntegerField()
    hours = models.DecimalField(max_digits=8, decimal_places=2)
    task_code = models.CharField(max_length=8)
    activity_code = models.CharField(max_length=8)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    narrative = models.CharField(max_length=500)
    reason = models.CharField(max_length=500, blank=True, default="")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    superseded = models.BooleanField(default=False)
    invoice = models.ForeignKey("spend.Invoice", null=True, on_delete=models.PROTECT, related_name="+")
    sources = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "user", "day", "task_code", "origin"],
                condition=Q(superseded=False, origin="desk", invoice=None),
                name="desk_time_once",
            )
        ]
        indexes = [models.Index(fields=["matter", "day"])]

    def __str__(self) -> str:
        return f"{self.hours} h"


class Invoice(models.Model):
    """One invoice in one currency."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        QUERIED = "queried", _("Queried")
        APPROVED = "approved", _("Approved")
        PAID = "paid", _("Paid")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    production_id = models.CharField(max_length=26, blank=True, default="")
    number = models.CharField(max_length=20, unique=True)
    currency = models.CharField(max_length=3)
    period_start = models.DateField()
    period_end = models.DateField()
    invoice_date = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    total = models.DecimalField(max_digits=16, decimal_places=4)
    description = models.CharField(max_length=500)
    issued_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    paid_at = models.DateTimeField(null=True)
    payment_reference = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "production_id"], condition=~Q(production_id=""), name="one_invoice_per_production"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "-invoice_date"]),
            models.Index(fields=["-invoice_date", "id"]),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line, with the work behind it."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    type = models.CharField(max_length=2)
    day = models.DateField()
    units = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=20)
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4)
    adjustment = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    total = models.DecimalField(max_digits=16, decimal_places=4)
    task_code = models.CharField(max_length=8, blank=True, default="")
    activity_code = models.CharField(max_length=8, blank=True, default="")
    expense_code = models.CharField(max_length=8, blank=True, default="")
    timekeeper_id = models.CharField(max_length=20, blank=True, default="")
    timekeeper_name = models.CharField(max_length=30, blank=True, default="")
    timekeeper_class = models.CharField(max_length=10, blank=True, default="")
    description = models.CharField(max_length=500)
    source_kind = models.CharField(max_length=20)
    sources = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_number_once")]

    def __str__(self) -> str:
        return f"{self.number}"


class LineQuery(models.Model):
    """The client's question about a line, and the answer."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("question", "Open")
        ANSWERED = "answered", _("Answered")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    line = models.ForeignKey(InvoiceLine, on_delete=models.CASCADE, related_name="queries")
    text = models.CharField(max_length=1000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=1000, blank=True, default="")
    adjustment = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)

    def __str__(self) -> str:
        return self.text


class InvoiceSeries(models.Model):
    """The last invoice number of a year; locked while one is drawn."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}"
