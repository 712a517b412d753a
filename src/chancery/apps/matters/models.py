"""Matters: the unit under which work is ordered, walled, produced and billed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class Matter(models.Model):
    """One matter of one client."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16, unique=True)
    title = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=200, blank=True, default="")
    client_reference = models.CharField(max_length=60, blank=True, default="")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    service_id = models.CharField(max_length=60)
    service_version = models.PositiveIntegerField()
    jurisdiction = models.CharField(max_length=16)
    data_location = models.CharField(max_length=16)
    budget_amount = models.DecimalField(max_digits=16, decimal_places=4)
    currency = models.CharField(max_length=3)
    bates_prefix = models.CharField(max_length=12)
    description = models.TextField(blank=True, default="")
    responsible_attorney = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=80, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "status", "-opened_at"]),
            models.Index(fields=["status", "-opened_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class MatterParty(models.Model):
    """A party and the side on which it stands in a matter."""

    class Side(models.TextChoices):
        CLIENT = "client", _("Client")
        ADVERSE = "adverse", _("Adverse")
        COUNSEL = "counsel", _("Counsel")
        WITNESS = "witness", _("Witness")
        AFFILIATE = "affiliate", _("Affiliate")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="parties")
    party = models.ForeignKey("parties.Party", on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=12, choices=Side.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "party", "side"], name="party_side_once")]

    def __str__(self) -> str:
        return self.side


class NumberSeries(models.Model):
    """The last number given; one row, locked while a matter is opened."""

    name = models.CharField(primary_key=True, max_length=20)
    last = models.PositiveIntegerField(default=10000)

    def __str__(self) -> str:
        return self.name
