"""The machine interface under random calls: no fault, every answer as described."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from chancery.project.wsgi import application
from isolation.addresses import values_of
from isolation.world import World


class _Undone(Exception):
    """Leaves a transaction so that it is undone."""


@pytest.mark.slow
@pytest.mark.parametrize("login", ["counsel", "manager", "attorney"])
def test_no_call_breaks_the_interface(both: World, login):
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)  # they would end the transaction that undoes all this
    try:
        _call_everything(both, login)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def _call_everything(both: World, login: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    own, headers, problems, calls = values_of(both.a), {"Authorization": f"Bearer {both.token(login)}"}, [], 0

    for result in schema.get_all_operations():
        operation = result.ok()

        @seed(1)
        @settings(
            max_examples=8, database=None, deadline=None, derandomize=False, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(), real=st.booleans())
        def call(case: Any, real: bool) -> None:
            nonlocal calls
            if real:
                for name in case.path_parameters or {}:
                    if name in own:
                        case.path_parameters[name] = own[name][0]
            calls += 1
            try:
                with transaction.atomic():
                    answer = case.call(headers=headers)
                    raise _Undone
            except _Undone:
                pass
            where = f"{case.method} {case.formatted_path} {answer.status_code}"
            if answer.status_code >= 500:
                problems.append(f"{where}: {case.query} {case.body!r:.200}")
            elif answer.status_code < 300:
                case.validate_response(
                    answer, checks=[not_a_server_error, response_schema_conformance, status_code_conformance]
                )

        call()
    assert not problems, "\n".join(sorted(set(problems))[:20])
    assert calls > 200
