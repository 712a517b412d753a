"""What the search room keeps: queries under a name."""

from __future__ import annotations

from django.db import models

from chancery.foundation.identifiers import new_id


class SavedSearch(models.Model):
    """A query kept under a name, in one matter. owner: id of who kept it; shared: seen by everyone who may search."""

    id = models.CharField(primary_key=True, max_length=26, default=new_id, editable=False)
    tenant = models.ForeignKey("tenancy.Tenant", on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey("matters.Matter", on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=26)
    name = models.CharField(max_length=60)
    query = models.TextField()
    stem = models.BooleanField(default=False)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "owner", "name"], name="saved_search_once")]

    def __str__(self) -> str:
        return self.name
