"""What may be ordered, what was asked, what it was graded and offered at, and what was agreed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chancery.foundation.identifiers import new_id


class ServiceVersion(models.Model):
    """One published version of one service of the catalogue; never changed after publication."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    service_id = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    note = models.TextField(blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["service_id", "-version"]
        constraints = [models.UniqueConstraint(fields=["service_id", "version"], name="operations_one_service_version")]

    def __str__(self) -> str:
        return f"{self.service_id} v{self.version}"


class Request(models.Model):
    """A client's order of a service: answers, the gate's decision and its reasons."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        ROUTED = "routed", _("Waits for a decision")
        DECLINED = "declined", _("Declined")
        QUOTED = "quoted", _("Quoted")
        ENGAGED = "engaged", _("Engaged")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, null=True, related_name="+")
    service_id = models.SlugField(max_length=60)
    service_version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    answers = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    decision = models.CharField(max_length=12, blank=True)
    reasons = models.JSONField(default=list)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "state", "-id"], name="operations_request_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="operations_one_request_per_key",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Grading(models.Model):
    """The grade of a request: factors, points and reasons of the method, and a person's override."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="grading")
    factors = models.JSONField()
    grade = models.CharField(max_length=12)
    floor = models.CharField(max_length=12)
    points = models.IntegerField()
    reasons = models.JSONField(default=list)
    model_version = models.CharField(max_length=60)
    graded_at = models.DateTimeField()
    override_grade = models.CharField(max_length=12, blank=True)
    override_reason = models.TextField(blank=True)
    override_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    override_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.override_grade or self.grade


class Quote(models.Model):
    """An offer: lines, range, currency, validity. A new offer of a request supersedes the one before."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")
        SUPERSEDED = "superseded", _("Superseded")

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="quotes")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(default=1)
    grade = models.CharField(max_length=12)
    lines = models.JSONField()
    low = models.DecimalField(max_digits=16, decimal_places=2)
    expected = models.DecimalField(max_digits=16, decimal_places=2)
    high = models.DecimalField(max_digits=16, decimal_places=2)
    currency = models.CharField(max_length=3)
    offered_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OFFERED)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="operations_one_quote_number"),
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["offered", "accepted"]),
                name="operations_one_live_quote",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.number}"


class Engagement(models.Model):
    """What was agreed for one matter, frozen at acceptance: rates, unit prices, service level, checklist."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.OneToOneField("matters.Matter", on_delete=models.PROTECT, related_name="+")
    quote = models.OneToOneField(Quote, on_delete=models.PROTECT, related_name="engagement")
    service_id = models.SlugField(max_length=60)
    service_version = models.PositiveIntegerField()
    grade = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    rates = models.JSONField()
    unit_prices = models.JSONField()
    service_level = models.JSONField()
    checklist = models.JSONField()
    quality = models.JSONField()
    steps = models.JSONField()
    skills = models.JSONField()
    sites = models.JSONField()
    sign_off = models.JSONField()
    volume = models.PositiveIntegerField()
    budget = models.DecimalField(max_digits=16, decimal_places=2)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.matter_id
