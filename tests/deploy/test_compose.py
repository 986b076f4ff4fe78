"""docker-compose.yml keeps its promises: valid, hardened, no secrets in it, each area on its own."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[2]
VENDOR = Path(__file__).parent / "vendor"
SCHEMA = VENDOR / "compose-spec.json"
COMPOSE: dict[str, Any] = yaml.safe_load(ROOT.joinpath("docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
AREAS = ("northmoor", "eastvale", "southmere")
DOCKERFILE = ROOT.joinpath("deploy", "Dockerfile").read_text()
NODE = ROOT.joinpath("deploy", "node").read_text()
NGINX = ROOT.joinpath("deploy", "nginx.conf").read_text()
PINNED = re.compile(r"^[a-z0-9./-]+:[0-9][\w.-]*@sha256:[0-9a-f]{64}$")

every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)


def errors(document: object) -> list[str]:
    """What the Compose specification's schema finds wrong."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Volume by the place where the service sees it."""
    pairs = (volume.split(":")[:2] for volume in service.get("volumes", []))
    return {target: source for source, target in pairs}


def test_the_schema_is_the_copy_that_its_notice_names() -> None:
    digest = hashlib.sha256(SCHEMA.read_bytes()).hexdigest()
    assert digest in VENDOR.joinpath("README.md").read_text()


def test_the_file_is_valid() -> None:
    assert errors(COMPOSE) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("image",), 7),
        (("read_only",), ["yes"]),
        (("restarts",), "always"),
        (("healthcheck", "every"), "5s"),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str, ...], value: object) -> None:
    broken = copy.deepcopy(COMPOSE)
    place = broken["services"]["northmoor"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert errors(broken)


@every_service
def test_a_service_runs_with_the_least_it_needs(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.keys() & {"privileged", "cap_add", "devices", "pid", "ipc"}
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0


@every_service
def test_an_image_is_pinned_by_digest_or_built_here(service: dict[str, Any]) -> None:
    assert "build" in service or PINNED.match(service["image"])


def test_the_image_built_here_is_pinned_and_hash_checked() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert bases
    assert all(PINNED.match(base) for base in bases)
    installs = re.findall(r"pip install (.+)", DOCKERFILE)
    assert ["--require-hashes" in install or "--no-deps" in install for install in installs] == [True, True]
    assert re.findall(r"^USER (.+)", DOCKERFILE, re.MULTILINE) == [SERVICES["northmoor"]["user"]]


@every_service
def test_what_runs_on_is_watched_and_started_again(service: dict[str, Any]) -> None:
    once = service["command"][0] == "prepare" if "command" in service else False
    assert once == ("restart" not in service)
    assert once or service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("area", AREAS)
def test_no_area_waits_for_another(area: str) -> None:
    """Whatever an area's services need to start, directly or by others, is its own or the preparation."""
    needed, seen = {area, f"{area}-db", f"{area}-worker", f"{area}-console"}, set[str]()
    while needed - seen:
        name = (needed - seen).pop()
        seen.add(name)
        needed |= set(SERVICES[name].get("depends_on", ()))
    assert seen == {area, f"{area}-db", f"{area}-worker", f"{area}-console", "prepare"}


def secrets_in(value: object, key: str = "") -> Iterator[str]:
    """Keys and texts that look like a secret told outright."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from secrets_in(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner, key)
    elif isinstance(value, str):
        named = re.search(r"password|secret|token|key", key, re.IGNORECASE) and not key.endswith("_FILE")
        if named or re.search(r"://[^/@\s]*:[^/@\s]*@", value):
            yield f"{key}: {value}"


def test_no_secret_stands_in_the_file() -> None:
    assert list(secrets_in(SERVICES)) == []


@pytest.mark.parametrize("told", [{"POSTGRES_PASSWORD": "x"}, {"URL": "postgresql://hub:x@db/hub"}])
def test_a_secret_in_the_file_would_be_seen(told: dict[str, str]) -> None:
    assert list(secrets_in({"environment": told}))


@pytest.mark.parametrize("area", AREAS)
def test_an_areas_keys_and_its_data_are_in_volumes_of_their_own(area: str) -> None:
    database, node = mounts(SERVICES[f"{area}-db"]), mounts(SERVICES[area])
    assert set(database.values()) & set(node.values()) == {f"{area}-secrets"}
    assert database["/var/lib/postgresql/data"] == f"{area}-db"
    assert node["/var/lib/hub"] == f"{area}-home"
    assert mounts(SERVICES[f"{area}-worker"]) == mounts(SERVICES[f"{area}-console"]) == node


@pytest.mark.parametrize("volume", [f"{area}-{kind}" for area in AREAS for kind in ("db", "home", "secrets")])
def test_no_area_sees_anothers_volumes(volume: str) -> None:
    area = volume.split("-")[0]
    seen_by = {name for name, service in SERVICES.items() if volume in mounts(service).values()}
    assert seen_by <= {area, f"{area}-db", f"{area}-worker", f"{area}-console", "prepare"}


def test_the_authoritys_key_is_seen_by_the_preparation_alone() -> None:
    assert [name for name, service in SERVICES.items() if "authority" in mounts(service).values()] == [
        "prepare"
    ]
    assert SERVICES["prepare"]["network_mode"] == "none"


def test_every_volume_network_and_service_that_is_named_is_there() -> None:
    for service in SERVICES.values():
        named = {source for source in mounts(service).values() if not source.startswith(".")}
        assert named <= COMPOSE["volumes"].keys()
        assert set(service.get("networks", ())) <= COMPOSE["networks"].keys()
        assert set(service.get("depends_on", ())) <= SERVICES.keys()


def test_only_the_proxy_is_reached_from_outside_and_on_this_machine_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "proxy": ["127.0.0.1:8443:8443"]
    }
    open_networks = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert open_networks == {"front"}
    assert [name for name, service in SERVICES.items() if "front" in service.get("networks", ())] == ["proxy"]


@pytest.mark.parametrize("area", AREAS)
def test_a_database_is_reached_by_its_own_area_alone(area: str) -> None:
    assert SERVICES[f"{area}-db"]["networks"] == [area]
    members = {name for name, service in SERVICES.items() if area in service.get("networks", ())}
    assert members == {area, f"{area}-db", f"{area}-worker", f"{area}-console"}


@pytest.mark.parametrize("area", AREAS)
def test_an_area_is_found_under_its_address(area: str) -> None:
    """The same name in the node's settings, its peers', the proxy's, the network's and the certificate."""
    environment = SERVICES[area]["environment"]
    host = f"{area}.localhost"
    assert environment["HUB_NODE_ID"] == area
    assert environment["HUB_URL"] == f"https://{host}:8443"
    peers = {SERVICES[other]["environment"]["HUB_URL"] for other in AREAS if other != area}
    assert set(environment["HUB_PEERS"].split()) == peers
    assert host in SERVICES["proxy"]["networks"]["edge"]["aliases"]
    assert host in SERVICES["prepare"]["command"]
    assert re.search(rf"server_name {host};\s+set \$node http://{area}:8000;", NGINX)
    assert f"@{area}-db/hub?passfile={'/run/secrets/pgpass'}" in environment["HUB_DATABASE"]
    assert SERVICES[f"{area}-worker"]["environment"] == environment


@pytest.mark.parametrize("area", AREAS)
def test_a_console_has_a_face_of_its_own(area: str) -> None:
    """A name that is not the node's, of the node's own settings, which leads to another process and port."""
    service, host = SERVICES[f"{area}-console"], f"{area}-console.localhost"
    assert service["command"] == ["console"]
    assert service["environment"] == SERVICES[area]["environment"]
    assert service["environment"]["HUB_CONSOLE_URL"] == f"https://{host}:8443"
    assert host in SERVICES["prepare"]["command"]
    assert re.search(rf"server_name {host};\s+set \$console http://{area}-console:8001;", NGINX)
    assert "console_port=${HUB_CONSOLE_PORT:-8001}" in NODE


def test_every_setting_is_one_that_the_start_script_reads() -> None:
    for area in AREAS:
        for name in SERVICES[area]["environment"]:
            assert name == "SSL_CERT_FILE" or f"${name}" in NODE or f"${{{name}:-" in NODE


def test_every_command_is_one_that_the_start_script_knows() -> None:
    for service in SERVICES.values():
        if "build" in service:
            checked = service.get("healthcheck", {"test": []})["test"][-1:]
            assert all(f"    {word})\n" in NODE for word in [service["command"][0], *checked])


def test_new_volumes_belong_to_the_one_who_writes_them() -> None:
    """The image holds an owned folder for each place that the preparation writes to, and for the homes."""
    made = " ".join(re.findall(r"install -d -o hub -g hub -m \d+ (.+?)(?: \\)?\n", DOCKERFILE)).split()
    written = set(mounts(SERVICES["prepare"])) | {"/var/lib/hub", "/run/secrets"}
    assert written == set(made)
