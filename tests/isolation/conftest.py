"""One world for the whole folder: made once inside a transaction that ends with the last test; each test is undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import transaction

from isolation.world import World, build, hostile


def pytest_addoption(parser: pytest.Parser) -> None:
    """Allow the reviewed table of roles to be written anew."""
    parser.addoption("--write-roles", action="store_true", help="write tests/isolation/role_matrix.toml anew")


class _Undone(Exception):
    """Leaves a transaction so that it is undone."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have the database made for these tests."""
    item.add_marker(pytest.mark.django_db)


@pytest.fixture
def _django_db_helper() -> None:
    """Leave the transaction to the fixtures below: the installed one would close the connection after each test."""


@pytest.fixture(scope="package")
def the_world(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[World]:  # type: ignore[no-untyped-def]
    """Return both clients with all their objects."""
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                yield build(Path(tmp_path_factory.mktemp("isolation")), more=hostile())
                raise _Undone
        except _Undone:
            pass


@pytest.fixture
def both(the_world: World) -> Iterator[World]:
    """Return the world; what the test changes is undone."""
    cache.clear()
    try:
        with transaction.atomic():
            yield the_world
            raise _Undone
    except _Undone:
        pass
