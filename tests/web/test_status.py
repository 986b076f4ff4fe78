"""Whoever runs a node sees that it cannot work before its users do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2

from hub.jobs import schedule
from hub.node.status import status_of
from hub.records import outbox
from hub.records.outbox import Parcel
from hub.web.status import figures, status_app
from tests.cli.running import free_port, serving
from tests.federation.nodes import Areas
from tests.web.homes import home_with


def read(areas: Areas, path: str) -> httpx2.Response:
    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=status_app(areas["northmoor"]))
        async with httpx2.AsyncClient(transport=transport, base_url="http://status") as client:
            return await client.get(path)

    return asyncio.run(go())


def test_a_node_that_works_is_ready_and_its_figures_are_told(areas: Areas) -> None:
    node = areas["northmoor"]
    schedule.due(node, {})
    with node.write() as tx:
        outbox.put(tx, Parcel("disclosure", "eastvale", "an act", b""))
    areas.clock.advance(90)
    assert read(areas, "/readyz").json() == {
        "status": "ready", "failing": [], "broken_agreements": [], "late": [],
    }  # fmt: skip
    lines = read(areas, "/metrics").text.splitlines()
    assert "hub_ready 1" in lines
    assert 'hub_peer_copy_age_seconds{peer="eastvale"} 90' in lines
    assert "hub_worker_age_seconds 90" in lines
    assert {'hub_deliveries{state="open"} 1', 'hub_deliveries{state="failed"} 0'} <= set(lines)
    assert any(line.startswith("hub_disk_free_bytes ") for line in lines)
    assert {"hub_agreements 1", "hub_agreements_broken 0"} <= set(lines)


def test_an_agreement_that_cannot_be_read_is_told_and_nothing_else_stops(areas: Areas) -> None:
    file = areas["northmoor"].home / "agreements" / "agreement.toml"
    file.write_text("version = 1\n")
    told = read(areas, "/readyz")
    assert told.status_code == 200
    assert told.json()["broken_agreements"] == ["agreements/agreement.toml, line 1: ref: field required."]
    assert {"hub_agreements 0", "hub_agreements_broken 1"} <= set(read(areas, "/metrics").text.splitlines())


def test_a_node_that_cannot_keep_what_it_answers_is_not_ready(areas: Areas) -> None:
    node = areas["northmoor"]
    with node.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE audit_entry RENAME TO gone")
    found = status_of(node)
    assert not found.ready
    assert read(areas, "/readyz").status_code == 503
    assert "hub_ready 0" in list(figures(found))


def test_a_look_leaves_nothing_behind(areas: Areas) -> None:
    node = areas["northmoor"]
    with node.read() as tx:
        before = tx.session.connection().exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one()
    status_of(node)
    with node.read() as tx:
        after = tx.session.connection().exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one()
    assert before == after


def test_the_status_has_a_port_of_its_own_on_this_machine_alone(tmp_path: Path) -> None:
    port, status = free_port(), free_port()
    home = home_with(tmp_path / "northmoor", port, f"\n[server]\nstatus_port = {status}\n")
    with serving(home, port, tmp_path / "log"):
        found = httpx2.get(f"http://127.0.0.1:{status}/readyz", timeout=30, trust_env=False)
        assert found.json()["status"] == "ready"
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=30, trust_env=False).status_code == 404
        listening = Path("/proc/net/tcp").read_text().upper()
        assert f"0100007F:{status:04X} 00000000:0000 0A" in listening
        assert f"00000000:{status:04X} 00000000:0000 0A" not in listening
