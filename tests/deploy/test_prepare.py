"""Passwords and certificates are made once, for their readers alone, and hold up in a real TLS handshake."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography import x509

from deploy import prepare

AREAS = ["northmoor", "eastvale"]
HOSTS = ["northmoor.localhost", "eastvale.localhost"]
NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def run(folder: Path, hosts: list[str] = HOSTS) -> None:
    prepare.main([str(folder), *AREAS, "--", *hosts])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_file_is_readable_by_its_reader_alone(tmp_path: Path) -> None:
    run(tmp_path)
    modes = {name: stat.S_IMODE(tmp_path.joinpath(name).stat().st_mode) for name in contents(tmp_path)}
    assert modes == {
        "northmoor/db-password": 0o440,
        "northmoor/pgpass": 0o400,
        "eastvale/db-password": 0o440,
        "eastvale/pgpass": 0o400,
        "authority/ca.key": 0o400,
        "authority/ca.pem": 0o400,
        "trust/ca.pem": 0o444,
        "proxy/key.pem": 0o440,
        "proxy/certificate.pem": 0o440,
    }


def test_an_area_has_a_password_of_its_own_and_client_and_server_agree(tmp_path: Path) -> None:
    run(tmp_path)
    passwords = [tmp_path.joinpath(area, "db-password").read_text() for area in AREAS]
    assert len(set(passwords)) == len(AREAS)
    assert min(map(len, passwords)) >= 43
    expected = f"northmoor-db:5432:hub:hub:{passwords[0]}\n"
    assert tmp_path.joinpath("northmoor", "pgpass").read_text() == expected


def test_running_it_again_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path)
    before = contents(tmp_path)
    run(tmp_path)
    assert contents(tmp_path) == before


def test_an_interrupted_run_is_completed(tmp_path: Path) -> None:
    """The last file of each step is the one that says it is done."""
    run(tmp_path)
    for name in ("northmoor/pgpass", "proxy/certificate.pem", "authority/ca.pem"):
        tmp_path.joinpath(name).unlink()
    tmp_path.joinpath("northmoor", "pgpass.new").touch(mode=0o400)
    run(tmp_path)
    password = tmp_path.joinpath("northmoor", "db-password").read_text()
    assert password in tmp_path.joinpath("northmoor", "pgpass").read_text()
    assert handshake(tmp_path, HOSTS[0]) == HOSTS


def test_the_certificate_is_renewed_a_month_before_it_ends_and_for_new_names(tmp_path: Path) -> None:
    prepare.prepare_certificate(tmp_path, HOSTS, NOW)
    authority = tmp_path.joinpath("trust", "ca.pem").read_bytes()
    chain = tmp_path / "proxy" / "certificate.pem"
    first = chain.read_bytes()
    prepare.prepare_certificate(tmp_path, HOSTS, NOW + dt.timedelta(days=334))
    assert chain.read_bytes() == first
    prepare.prepare_certificate(tmp_path, HOSTS, NOW + dt.timedelta(days=336))
    second = chain.read_bytes()
    assert second != first
    prepare.prepare_certificate(tmp_path, HOSTS[:1], NOW + dt.timedelta(days=336))
    assert chain.read_bytes() != second
    assert tmp_path.joinpath("trust", "ca.pem").read_bytes() == authority


def test_the_authority_signs_end_certificates_alone(tmp_path: Path) -> None:
    run(tmp_path)
    authority = x509.load_pem_x509_certificate(tmp_path.joinpath("trust", "ca.pem").read_bytes())
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)


def handshake(folder: Path, host: str) -> list[str]:
    """Names in the certificate that a client which trusts `trust/ca.pem` alone accepts for this host."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(folder / "proxy" / "certificate.pem", folder / "proxy" / "key.pem")
    client_context = ssl.create_default_context(cafile=str(folder / "trust" / "ca.pem"))
    client_context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server_context.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    server = threading.Thread(target=serve)
    server.start()
    try:
        with ours, client_context.wrap_socket(ours, server_hostname=host) as connection:
            names = (connection.getpeercert() or {}).get("subjectAltName", ())
            return [str(name[1]) for name in names]
    finally:
        server.join()


def test_a_client_that_trusts_the_authority_connects_to_the_named_hosts_alone(tmp_path: Path) -> None:
    run(tmp_path)
    assert handshake(tmp_path, "eastvale.localhost") == HOSTS
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(tmp_path, "southmere.localhost")


@pytest.mark.parametrize(
    "arguments", [[], ["somewhere"], ["somewhere", "northmoor"], ["somewhere", "--", "host"]]
)
def test_a_wrong_command_line_is_refused(arguments: list[str], tmp_path: Path) -> None:
    path = Path(prepare.__file__)
    result = subprocess.run(
        [sys.executable, path, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert result.returncode != 0
    assert "usage" in result.stderr
    assert list(tmp_path.iterdir()) == []
