"""The node's own certificates: the root key's word for the keys that it has now, and for those that it had.

They stand in `certificates.json` in the home, which the node vouches for. The earlier ones stay: what was signed
with an earlier key, such as a checkpoint of the audit log, is still verified. Does not make keys (`hub.node.keys`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from hub.audit.events import OPERATOR, Action, Refs
from hub.crypto.encoding import b64
from hub.crypto.signing import PublicKey, SigningKey, public_key
from hub.crypto.vault import Vault
from hub.errors import UsageError
from hub.node.keys import NodeKeys
from hub.node.settings import Settings
from hub.node.vouched import alone, read_vouched, write_vouched
from hub.values import Mode, Value
from hub.wire.certificates import Certificate, OnlineKeys, certify, next_serial, read_certificate

if TYPE_CHECKING:
    from hub.node.node import Node

CERTIFICATES: Final = "certificates.json"
EARLIER_ROOT: Final = "root.pub"


class OwnCertificates(Value):
    """The thumbprint of the node's root key, and every certificate that it made of keys here, the newest last."""

    version: Literal[1] = 1
    root: str
    certificates: tuple[str, ...]

    @property
    def told(self) -> list[Certificate]:
        """What they say."""
        return [read_certificate(token) for token in self.certificates]

    def of(self, keys: NodeKeys) -> OwnCertificate | None:
        """The newest one of these keys."""
        wanted = (online_keys(keys), self.root)
        found = [one for one in zip(self.certificates, self.told, strict=True) if _about(one[1]) == wanted]
        return OwnCertificate(*found[-1]) if found else None

    @property
    def roots(self) -> set[str]:
        """The thumbprints of every root key that the node has or had."""
        return {self.root, *(one.root_thumbprint for one in self.told)}

    def later_than(self, keys: NodeKeys) -> list[PublicKey]:
        """The signing keys certified since these were: of a change of keys that was not completed."""
        signing = [one.keys.signing for one in self.told]
        if keys.signing.public not in signing:
            return []
        since = signing[len(signing) - signing[::-1].index(keys.signing.public) :]
        return [public_key(raw) for raw in since]


class OwnCertificate(NamedTuple):
    """A certificate and the token that peers are shown."""

    token: str
    told: Certificate


def own_certificate(node: Node) -> OwnCertificate:
    """The newest certificate of the keys that the node has now.

    Raises UsageError when there is none, or it is of the other mode than `node.toml` says.
    """
    keys = node.keys
    kept = load(node.home, keys.vault)
    found = kept.of(keys) if kept else None
    if found is None:
        raise UsageError(
            "This node has no certificate of its keys.",
            kept="Everything in its home.",
            do="Bring its root key and run `hub certify`.",
        )
    if found.told.mode is not node.settings.mode:
        raise _other_mode(node.settings.mode, found.told.mode)
    return found


def add_certificate(
    home: Path, settings: Settings, keys: NodeKeys, root: SigningKey, now: int, *, new_root: bool = False
) -> Certificate:
    """Certify these keys with the next serial, and keep the certificate.

    Raises UsageError on another root key than before, unless it is to be the node's from now on (`new_root`).
    """
    path = home / CERTIFICATES
    with alone(path):
        kept = load(home, keys.vault) or _first(home, root)
        if root.kid != kept.root and not new_root:
            raise _other_root()
        before = max((one.serial for one in kept.told), default=0)
        serial = next_serial(before, now)
        token = certify(root, settings.node_id, online_keys(keys), serial, now, settings.mode)
        update = {"root": root.kid, "certificates": (*kept.certificates, token)}
        write_vouched(path, keys.vault, kept.model_copy(update=update))
    return read_certificate(token)


def certify_keys(node: Node, root: SigningKey) -> Certificate:
    """Renew the node's certificate, on the record. Raises UsageError on another root key, StorageError."""
    made = add_certificate(node.home, node.settings, node.keys, root, node.now())
    with node.write() as tx:
        tx.record(
            Action.node_certified, by=OPERATOR, about=Refs(key_id=node.keys.signing.kid), serial=made.serial
        )
    return made


def _first(home: Path, root: SigningKey) -> OwnCertificates:
    """None yet. The home of an earlier version has its root key's public half in a file of its own."""
    public = home / EARLIER_ROOT
    if public.exists() and public.read_text(encoding="ascii").strip() != b64(root.public):
        raise _other_root()
    return OwnCertificates(root=root.kid, certificates=())


def signers(home: Path, keys: NodeKeys) -> tuple[PublicKey, ...]:
    """Every signing key that the node has or had, the present one first: earlier signatures are verified too."""
    kept = load(home, keys.vault)
    earlier = [one.keys.signing for one in reversed(kept.told)] if kept else []
    return tuple(public_key(raw) for raw in dict.fromkeys((keys.signing.public, *earlier)))


def every_certificate(node: Node) -> list[Certificate]:
    """Every certificate of the node's keys, the newest last: by them earlier signatures are verified too."""
    kept = load(node.home, node.keys.vault)
    return kept.told if kept else []


def online_keys(keys: NodeKeys) -> OnlineKeys:
    """The public keys that a certificate is about."""
    return OnlineKeys(keys.signing.public, keys.sealing_public)


def _about(certificate: Certificate) -> tuple[OnlineKeys, str]:
    return certificate.keys, certificate.root_thumbprint


def load(home: Path, vault: Vault) -> OwnCertificates | None:
    """What the home keeps of its certificates; None in the home of an earlier version. Raises StorageError."""
    return read_vouched(home / CERTIFICATES, vault, OwnCertificates)


def root_thumbprint(node: Node) -> str:
    """The thumbprint of the node's root key, which may be elsewhere. Raises UsageError when none is known."""
    kept = load(node.home, node.keys.vault)
    if kept is None:
        raise UsageError("This node has no certificate of its keys.", do="Run `hub certify`.")
    return kept.root


def _other_mode(wanted: Mode, certified: Mode) -> UsageError:
    return UsageError(
        f"node.toml says that this node is {_IN_WORDS[wanted]}; its certificate is of one that is"
        f" {_IN_WORDS[certified]}.",
        kept="Nobody was asked or answered.",
        do=f'Bring the root key and run `hub certify`; or write mode = "{certified.value}" again.',
    )


_IN_WORDS: Final = {Mode.trial: "on trial", Mode.live: "live"}


def _other_root() -> UsageError:
    return UsageError(
        "This is another root key than the node's.",
        kept="The certificates as they were.",
        do="Bring the root key whose thumbprint the other areas have.",
    )
