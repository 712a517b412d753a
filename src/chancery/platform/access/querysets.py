"""Base of every queryset a person can reach."""

from __future__ import annotations

from typing import Self, TypeVar

from django.db import models

from chancery.platform.access.scopes import matter_filter
from chancery.platform.access.values import Actor

Row = TypeVar("Row", bound=models.Model)


class ScopedQuerySet(models.QuerySet[Row]):
    """Rows of matters; ``matter_path`` names the path to the matter's id."""

    matter_path = "matter_id"

    def visible_to(self, actor: Actor) -> Self:
        """Keep the rows of matters this actor may see."""
        return self.filter(matter_filter(actor, self.matter_path))
