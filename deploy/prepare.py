"""Make what the areas need before they start: database passwords, a private authority, a TLS certificate.

Run by `deploy/node prepare` into one folder per reader, each a volume of its own. What exists is kept; only
the certificate is renewed, a month before it ends. The authority's key is readable by this step alone. Not
for an area that has a public name: put that name's certificate into the proxy's folder instead.

    prepare.py FOLDER AREA... -- HOST...
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = dt.timedelta(days=3650)
CERTIFICATE_LIFE = dt.timedelta(days=365)
RENEW_BEFORE = dt.timedelta(days=30)
OWNER, GROUP, ANYONE = 0o400, 0o440, 0o444


def main(arguments: list[str]) -> None:
    """Prepare every folder. The command line is in the module's docstring."""
    if "--" not in arguments or len(arguments) < 4:
        sys.exit("usage: prepare.py FOLDER AREA... -- HOST...")
    split = arguments.index("--")
    folder, areas, hosts = Path(arguments[0]), arguments[1:split], arguments[split + 1 :]
    for area in areas:
        prepare_database(folder / area, f"{area}-db")
    prepare_certificate(folder, hosts, dt.datetime.now(dt.UTC))


def prepare_database(folder: Path, host: str) -> None:
    """A password for the server to start with, and the same as libpq's password file for the node."""
    server, client = folder / "db-password", folder / "pgpass"
    if not client.exists():
        password = secrets.token_urlsafe(32)
        write(server, password.encode(), GROUP)
        write(client, f"{host}:5432:hub:hub:{password}\n".encode(), OWNER)


def prepare_certificate(folder: Path, hosts: list[str], now: dt.datetime) -> None:
    """A certificate for the proxy's host names, from an authority that the nodes are told to trust."""
    key_file, certificate_file = folder / "authority" / "ca.key", folder / "authority" / "ca.pem"
    if not certificate_file.exists():
        authority_key, certificate = make_authority(now)
        write(key_file, pem(authority_key), OWNER)
        write(certificate_file, certificate.public_bytes(Encoding.PEM), OWNER)
    authority = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    write(folder / "trust" / "ca.pem", authority.public_bytes(Encoding.PEM), ANYONE)
    chain = folder / "proxy" / "certificate.pem"
    if not good(chain, hosts, now):
        key = load_pem_private_key(key_file.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            sys.exit(f"{key_file} is not the authority's key: restore it, or remove the folder to start anew")
        server_key, certificate = make_certificate(authority, key, hosts, now)
        write(folder / "proxy" / "key.pem", pem(server_key), GROUP)
        write(chain, certificate.public_bytes(Encoding.PEM), GROUP)


def good(chain: Path, hosts: list[str], now: dt.datetime) -> bool:
    """Whether there is a certificate for these hosts that lasts."""
    if not chain.exists():
        return False
    certificate = x509.load_pem_x509_certificate(chain.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = names.get_values_for_type(x509.DNSName) == hosts
    return named and now + RENEW_BEFORE < certificate.not_valid_after_utc


def make_authority(now: dt.datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A new private authority that can sign end certificates alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "marac-hub private authority")])
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def make_certificate(
    authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, hosts: list[str], now: dt.datetime
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """A new key and its certificate for these hosts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
    issuer_key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _builder(name, authority.subject, key.public_key(), now, CERTIFICATE_LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key_id, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return key, certificate


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: dt.datetime,
    life: dt.timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key in PKCS #8, not encrypted: whoever reads the volume needs it as it is."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place whole, never readable by more than it is meant for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.chmod(mode)
    fresh.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
