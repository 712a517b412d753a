"""The world itself: every kind of object stands on both sides, or the sweep would prove nothing."""

from __future__ import annotations

from django.apps import apps


def test_all(both):
    empty = []
    for model in apps.get_models():
        if not model.__module__.startswith("chancery.apps."):
            continue
        print(model._meta.label, model.objects.count())
        if not model.objects.exists():
            empty.append(model._meta.label)
    print(empty)
