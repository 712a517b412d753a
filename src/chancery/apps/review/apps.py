"""Registration of the review room."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """The review room."""

    name = "chancery.apps.review"
    label = "review"
