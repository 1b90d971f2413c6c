"""The web channel does what its OpenAPI document says, whatever it is sent."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from tests.e2e.running import RunningServer
from tests.e2e.visitor import Visitor

CHECKS = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture
def document(server: RunningServer) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/webhooks/web/openapi.json")


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@CHECKS
def test_every_operation(case: Any, server: RunningServer) -> None:
    visitor = Visitor(server.url)
    with visitor.http:
        case.call_and_validate(headers={"Authorization": visitor.http.headers["Authorization"]})
