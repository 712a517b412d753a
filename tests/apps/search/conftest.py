"""The search room's tests use the matters of the documents room's tests."""

from __future__ import annotations

from tests.apps.documents.conftest import matter_id, other_matter_id

__all__ = ["matter_id", "other_matter_id"]
