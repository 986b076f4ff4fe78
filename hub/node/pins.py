"""Whom this node trusts: each peer pinned by its root key, with the newest certificate seen of it.

Pins stand in `pins.json` in the home, which the node vouches for: the database alone makes nobody a peer. So do the
revocations that are known, of any root key pinned here. A peer that was removed leaves its newest certificate
behind, so that nothing older passes when it is added again. Does not fetch or ask (`hub.federation`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Final, Literal

from hub.audit.events import Action, Refs, peer_actor
from hub.crypto.signing import CLOCK_SKEW_S
from hub.errors import AuthenticationError, NotFoundError, StorageError
from hub.node.node import Node
from hub.node.vouched import alone, read_vouched, write_vouched
from hub.values import Mode, NodeId, ShortText, Value
from hub.wire.certificates import Certificate, Revocation, read_certificate, read_revocation

PINS: Final = "pins.json"


class CertificateError(AuthenticationError):
    """A peer's certificate does not hold, or no more. `code` says why, for the peer's own operator too."""


class EndedError(CertificateError):
    """It is over."""

    code = "certificate_ended"


class RevokedError(CertificateError):
    """Its root key took it back."""

    code = "certificate_revoked"


class OlderError(CertificateError):
    """A newer one was seen."""

    code = "certificate_older"


class OtherModeError(CertificateError):
    """One of the two nodes is live, and the other is on trial."""

    code = "other_mode"


class NotComparedError(CertificateError):
    """Our node is live, and nobody has compared the peer's thumbprint."""

    code = "not_compared"


class Pin(Value):
    """One peer: the thumbprint of its root key, where it is reached, and what it last proved of itself.

    `certificate` is the newest one, empty until one was seen; `epoch` the highest of its feed; `area` and `contact`
    are what people are told when it cannot be asked. `compared`: somebody gave the thumbprint, as it was read out.
    Without `trusted` it was removed.
    """

    node_id: NodeId
    root: str
    url: str
    area: ShortText
    contact: ShortText = ""
    certificate: str = ""
    epoch: int = 0
    compared: bool = False
    trusted: bool = True

    @property
    def newest(self) -> Certificate | None:
        """The newest certificate seen."""
        return read_certificate(self.certificate) if self.certificate else None


class Pins(Value):
    """Everything in the file. A node id stands there once with each root key that it had."""

    version: Literal[1] = 1
    pins: tuple[Pin, ...] = ()
    revocations: tuple[str, ...] = ()

    def trusted(self, node_id: str) -> Pin | None:
        """The pin by which a node is trusted now."""
        return next((pin for pin in self.pins if pin.node_id == node_id and pin.trusted), None)

    def of_root(self, node_id: str, root: str) -> Pin | None:
        """What is kept of a node with this root key, trusted or not."""
        return next((pin for pin in self.pins if (pin.node_id, pin.root) == (node_id, root)), None)

    def put(self, pin: Pin) -> Pins:
        """The same with this pin in the place of what was kept of the node with its root key."""
        others = (one for one in self.pins if (one.node_id, one.root) != (pin.node_id, pin.root))
        pins = sorted((*others, pin), key=lambda one: (one.node_id, one.root))
        return self.model_copy(update={"pins": tuple(pins)})

    def judge(self, pin: Pin, certificate: Certificate, now: float, mode: Mode) -> None:
        """Raise CertificateError unless the certificate is the pinned root key's, in force, and the newest.

        `mode` is this node's own: peers are of one mode, and a live node wants each thumbprint compared.
        """
        if (certificate.node_id, certificate.root_thumbprint) != (pin.node_id, pin.root):
            raise CertificateError("The area's certificate is of another root key than its pin.")
        revoked = self.revocation_of(certificate)
        if revoked is not None:
            raise _revoked(revoked)
        newest = pin.newest
        if newest is not None and (certificate.serial, certificate.keys) != (newest.serial, newest.keys):
            if certificate.serial < newest.serial:
                raise OlderError(
                    "The area showed an older certificate than before: its keys were given up since.",
                    do="Telephone the area: somebody may be using a stolen key of it.",
                )
            if certificate.serial == newest.serial:
                raise CertificateError(
                    "The area has two certificates of one serial number.", do="Telephone the area."
                )
        self._judge_in_time(certificate, now)
        if mode is Mode.live and not pin.compared:
            raise NotComparedError(
                "Nobody has compared the area's thumbprint yet, and this node is live.",
                do="Telephone the area, have its thumbprint read out, and run `hub peer add` with it.",
            )
        if certificate.mode is not mode:
            raise _of_another_mode(mode)

    @staticmethod
    def _judge_in_time(certificate: Certificate, now: float) -> None:
        if certificate.ended(now):
            raise EndedError(
                f"The area's certificate ended on {certificate.last_day}.",
                do="Telephone the area: it has to run `hub certify`.",
            )
        if now < certificate.iat - CLOCK_SKEW_S:
            raise CertificateError("The area's certificate is from the future.", do="Check both clocks.")

    def revocation_of(self, certificate: Certificate) -> Revocation | None:
        """The revocation known that takes this certificate back."""
        known = map(read_revocation, self.revocations)
        return next((one for one in known if one.covers(certificate)), None)

    def learning(self, tokens: Iterable[str], own: Set[tuple[str, str]]) -> Pins:
        """The same with those of the revocations that are said by a root key pinned here, or by this node's `own`.

        The one that covers most is kept of each; what is anything else is left out without a word.
        """
        roots = {(pin.node_id, pin.root) for pin in self.pins} | own
        most: dict[tuple[str, str], tuple[float, str]] = {}
        for token in (*self.revocations, *tokens):
            try:
                said = read_revocation(token)
                who = said.node_id, said.root_thumbprint
            except AuthenticationError:
                continue
            if who in roots and said.reach > most.get(who, (0, ""))[0]:
                most[who] = said.reach, token
        return self.model_copy(update={"revocations": tuple(most[who][1] for who in sorted(most))})


def load_pins(node: Node) -> Pins:
    """The pins of a node. Raises StorageError when the file is missing or was edited: then nobody is believed."""
    found = read_vouched(node.home / PINS, node.keys.vault, Pins)
    if found is None:
        raise StorageError(
            f"{PINS} is missing from the node's home: no peer is believed.",
            kept="The database, and our copies of the feeds.",
            do="Put it back from the backup of the home; or add each area again with its thumbprint, heard by"
            " telephone. The home of an earlier version needs `hub certify` once.",
        )
    return found


def change_pins(node: Node, change: Callable[[Pins], Pins], *, anew: bool = False) -> Pins:
    """Put changed pins into the file, and return them. With `anew`, a file that is missing is begun.

    Never within a transaction of the database. Raises StorageError.
    """
    path = node.home / PINS
    with alone(path):
        before = Pins() if anew and not path.exists() else load_pins(node)
        after = change(before)
        if after != before or not path.exists():
            write_vouched(path, node.keys.vault, after)
    return after


def accept_certificate(node: Node, node_id: str, token: str) -> Certificate:
    """A trusted peer's certificate, judged; a newer one than before is kept, and older ones refused from now on.

    Raises NotFoundError where it is not trusted, AuthenticationError.
    """
    pins = load_pins(node)
    pin = pins.trusted(node_id)
    if pin is None:
        raise NotFoundError("That area is not a peer of this node.", do="Add it with `hub peer add`.")
    certificate = read_certificate(token)
    pins.judge(pin, certificate, node.clock(), node.settings.mode)
    if pin.newest is None or certificate.serial > pin.newest.serial:
        renew_pin(node, node_id, token)
    return certificate


def renew_pin(node: Node, node_id: str, token: str, *, epoch: int = 0, **told: str) -> None:
    """Keep what a trusted peer proved of itself: a judged certificate, if none kept is newer, and more of the pin.

    A newer certificate is put on the record. Epochs only rise.
    """
    certificate = read_certificate(token)
    newer: list[Certificate] = []

    def renewed(pins: Pins) -> Pins:
        pin = pins.trusted(node_id)
        if pin is None:
            return pins
        if pin.newest is None or certificate.serial > pin.newest.serial:
            told["certificate"] = token
            newer.append(certificate)
        return pins.put(pin.model_copy(update={**told, "epoch": max(pin.epoch, epoch)}))

    change_pins(node, renewed)
    if newer:
        with node.write() as tx:
            refs = Refs(peer=node_id, key_id=certificate.signing_kid)
            tx.record(Action.peer_certified, by=peer_actor(node_id), about=refs, serial=certificate.serial)


def _revoked(said: Revocation) -> RevokedError:
    if said.up_to is None:
        text = f"The area gave up its root key on {said.day}. {said.words}"
        do = "Telephone the area. Run `hub peer remove`, and add it again with its new thumbprint, read out."
    else:
        text = f"The area revoked this key on {said.day}. {said.words}"
        do = "Telephone the area: somebody may be using a stolen key of it."
    return RevokedError(f"{text}.", do=do)


def _of_another_mode(mode: Mode) -> OtherModeError:
    if mode is Mode.live:
        return OtherModeError(
            "The area's node is on trial, and this one is live: they have nothing to say to each other.",
            do="Telephone the area: its node has to go live first.",
        )
    return OtherModeError(
        "The area's node is live, and this one is on trial: they have nothing to say to each other.",
        do='Let this node go live first: mode = "live" in node.toml, then `hub certify`.',
    )
