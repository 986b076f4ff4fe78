"""While no worker runs, the server says so; what it says of casework is for its own log alone."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from hub.jobs import schedule
from hub.jobs.listing import LATE_S
from hub.records import outbox
from hub.records.outbox import Parcel
from hub.web.app import create_app
from hub.web.worker import GRACE_S
from tests.federation.nodes import Areas


def test_the_probe_and_the_log_say_that_no_worker_runs(
    areas: Areas, caplog: pytest.LogCaptureFixture
) -> None:
    node = areas["northmoor"]
    with node.write() as tx:
        outbox.put(tx, Parcel("disclosure", "eastvale", "act", b""))
    client = TestClient(create_app(node))
    well = {"status": "ok", "mode": "trial", "certificate": None}
    never = {**well, "worker": "not running", "worker_seen": None}
    assert client.get("/healthz").json() == never
    assert "no worker" not in caplog.text  # It may be starting.
    areas.clock.advance(GRACE_S)
    for _ in range(2):
        assert client.get("/healthz").json() == never
    assert [one.levelname for one in caplog.records if "no worker" in one.message] == ["WARNING"]
    assert "deliveries that wait: 1" in caplog.text
    schedule.due(node, {})
    assert client.get("/healthz").json()["worker"] == "running"
    areas.clock.advance(LATE_S + 1)
    late = client.get("/healthz").json()
    assert (late["worker"], late["worker_seen"]) == ("not running", "2026-11-02T10:02:00+00:00")
