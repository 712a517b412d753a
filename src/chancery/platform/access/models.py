"""Who may do what: memberships, teams and walls."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from chancery.foundation.identifiers import new_id
from chancery.platform.tenancy.actors import Role


class Membership(models.Model):
    """One role of one person; ``tenant`` is empty for people of the provider."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    tenant = models.ForeignKey("tenancy.Tenant", null=True, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "tenant", "role"], name="membership_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(tenant__isnull=True), name="provider_membership_once"
            ),
        ]


class TeamMember(models.Model):
    """A person's place in the team of one matter; kept after removal so that the matter's place is never lost."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.CASCADE, related_name="+")
    matter_id = models.CharField(max_length=26)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_places")
    role_in_matter = models.CharField(max_length=40)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter_id", "user"], name="team_place_once")]
        indexes = [
            models.Index(fields=["user", "removed_at", "matter_id"], name="team_by_user"),
            models.Index(fields=["tenant", "matter_id"], name="team_by_tenant"),
        ]


class Wall(models.Model):
    """A bar between one person and one matter; denies whatever else allows."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.CASCADE, related_name="+")
    matter_id = models.CharField(max_length=26)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="walls")
    reason = models.TextField()
    raised_by = models.CharField(max_length=26)
    raised_by_label = models.CharField(max_length=200)
    at = models.DateTimeField()
    lowered_at = models.DateTimeField(null=True)
    lowered_reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["matter_id", "user"], condition=Q(lowered_at__isnull=True), name="wall_once"
            ),
        ]
        indexes = [models.Index(fields=["user", "lowered_at", "matter_id"], name="wall_by_user")]
