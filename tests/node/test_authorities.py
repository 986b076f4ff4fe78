"""The authorities that this process trusts are read once, and again when what the operator names has changed."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest

from hub.node.authorities import trusted
from tests.certificates import certificate


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's own authority, in a file that the environment names."""
    file = tmp_path / "authority.pem"
    file.write_bytes(certificate((-9, 9), []).pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def test_they_are_read_once_and_verify(named: Path) -> None:
    assert trusted() is trusted()
    assert trusted().verify_mode is ssl.CERT_REQUIRED
    assert trusted().check_hostname
    assert len(trusted().get_ca_certs()) == 1


def test_an_authority_that_takes_the_place_of_another_in_its_file_is_trusted_and_the_other_no_more(
    named: Path,
) -> None:
    (before,) = trusted().get_ca_certs()
    named.write_bytes(certificate((-9, 9), []).pem)
    os.utime(named, (1, 1))
    (after,) = trusted().get_ca_certs()
    assert after["serialNumber"] != before["serialNumber"]


def test_another_file_and_none_are_seen(named: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = trusted()
    other = tmp_path / "other.pem"
    other.write_bytes(certificate((-9, 9), []).pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert trusted().get_ca_certs() != first.get_ca_certs()
    monkeypatch.delenv("SSL_CERT_FILE")
    assert trusted() is not first


def test_a_file_of_the_folder_that_the_operator_names_is_read_again_where_it_was_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    file = tmp_path / "12345678.0"
    file.write_bytes(certificate((-9, 9), []).pem)
    before = trusted()
    assert trusted() is before
    file.write_bytes(certificate((-9, 9), []).pem)
    os.utime(file, (1, 1))
    assert trusted() is not before


def test_a_file_that_is_not_there_is_an_error_and_not_an_empty_trust(
    named: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(named.with_name("gone.pem")))
    with pytest.raises(FileNotFoundError):
        trusted()
