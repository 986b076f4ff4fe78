"""Certificates taken back by a root key: the node's own, and those that any peer passes on.

They stand in `pins.json`, each proved by the root key that said it. Does not judge a peer's certificate
(`hub.node.pins`) or make new keys (`hub.node.new_keys`).
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from hub.audit.events import OPERATOR, Action, Refs
from hub.crypto.signing import SigningKey
from hub.errors import UsageError
from hub.node.certificates import (
    OwnCertificate,
    add_certificate,
    certify_keys,
    every_certificate,
    load,
    own_certificate,
    root_thumbprint,
)
from hub.node.node import Node
from hub.node.pins import Pins, change_pins, load_pins
from hub.wire.certificates import (
    Certificate,
    Reason,
    Revocation,
    certificate_warning,
    read_revocation,
    revoke,
)
from hub.wire.messages import MAX_REVOCATIONS, Statement


def learn_revocations(node: Node, tokens: Iterable[str]) -> Pins:
    """Take over what a peer passes on, as far as a root key pinned here said it; what is new goes on the record."""
    tokens, own = tuple(tokens), _own_roots(node)
    before = load_pins(node)
    if before.learning(tokens, own) == before:
        return before
    after = change_pins(node, lambda now: now.learning(tokens, own))
    with node.write() as tx:
        for token in set(after.revocations) - set(before.revocations):
            said = read_revocation(token)
            refs = Refs(peer=said.node_id, key_id=said.root_thumbprint)
            tx.record(Action.revocation_learned, by=node.acts_as, about=refs, serial=said.up_to)
    return after


def told_revocations(node: Node) -> tuple[str, ...]:
    """The revocations that are passed on to peers: the node's own first, then the newest."""

    def turn(token: str) -> tuple[bool, int]:
        said = read_revocation(token)
        return said.node_id != node.node_id, -said.iat

    return tuple(sorted(load_pins(node).revocations, key=turn)[:MAX_REVOCATIONS])


def revocation_of(node: Node, certificate: Certificate) -> Revocation | None:
    """What took this certificate back, if anything that is known here."""
    return load_pins(node).revocation_of(certificate)


def renew_certificate(node: Node, root: SigningKey) -> Certificate:
    """Certify the node's keys anew. Raises UsageError where they were revoked, and as `certify_keys` does."""
    kept = load(node.home, node.keys.vault)
    own = kept.of(node.keys) if kept else None
    revoked = revocation_of(node, own.told) if own else None
    if revoked is not None:
        raise _own_revoked(revoked, "Nothing was certified.")
    return certify_keys(node, root)


def certificate_in_force(node: Node) -> OwnCertificate:
    """The node's own certificate. Raises UsageError where no peer would take it."""
    own = own_certificate(node)
    if own.told.ended(node.clock()):
        raise UsageError(
            f"This node's certificate ended on {own.told.last_day}.",
            kept="Nobody was asked.",
            do="Bring the root key and run `hub certify`.",
        )
    revoked = revocation_of(node, own.told)
    if revoked is not None:
        raise _own_revoked(revoked, "Nobody was asked.")
    return own


def own_warning(node: Node) -> str:
    """What has to be said of the node's own certificate, from 30 days before its end; else nothing."""
    own = own_certificate(node).told
    revoked = revocation_of(node, own)
    if revoked is not None:
        return f"This node's certificate was revoked by its root key on {revoked.day}."
    return certificate_warning("This node's", own, node.clock())


def revoke_certificates(node: Node, root: SigningKey, up_to: int | None, because: str) -> Revocation:
    """Take back certificates up to a serial: without one, all of earlier keys than those in use. On the record.

    Raises UsageError on another root key, or where there are no earlier keys, or those in use are among them: what
    somebody has a copy of would stay good.
    """
    own = own_certificate(node).told
    if root.kid != own.root_thumbprint:
        raise UsageError(
            "This is another root key than the node's.",
            kept="Nothing was revoked.",
            do="Bring the root key whose thumbprint the other areas have.",
        )
    earlier, in_use = [], own.serial  # the first certificate of the keys in use
    for one in reversed(every_certificate(node)):
        if one.keys != own.keys:
            earlier.append(one)
        elif not earlier:
            in_use = one.serial
    if up_to is None and not earlier:
        raise _first_new_keys("The keys in use are the only ones that this home has had.")
    if up_to is not None and up_to >= in_use:
        raise _first_new_keys("The keys in use are those of that certificate.")
    return _keep(node, root, in_use - 1 if up_to is None else up_to, because)


def replace_root(node: Node, new: SigningKey, old: SigningKey | None, because: str) -> Certificate:
    """Have a new root key certify the node's keys, and the old one, if it is here, say that nothing holds any more.

    Peers take it for another area's until they add it anew, by telephone. Safe to do again. Raises UsageError.
    """
    before = root_thumbprint(node)
    if old is not None:
        if old.kid not in (kept.roots if (kept := load(node.home, node.keys.vault)) else ()):
            raise UsageError(
                "That was never this node's root key.", kept="Everything as it was.", do="Bring the old one."
            )
        if old.kid == new.kid:
            raise UsageError(
                "The new root key is the old one.", kept="Everything as it was.", do="Name another file."
            )
        give_up_root(node, old, because)
    made = add_certificate(node.home, node.settings, node.keys, new, node.now(), new_root=True)
    if before != new.kid:
        with node.write() as tx:
            tx.record(Action.root_changed, by=OPERATOR, about=Refs(key_id=new.kid), serial=made.serial)
    return made


def give_up_root(node: Node, root: SigningKey, because: str) -> Revocation:
    """Have a root key say that nothing holds any more that it certified. On the record."""
    return _keep(node, root, None, because)


def _keep(node: Node, root: SigningKey, up_to: int | None, because: str) -> Revocation:
    if any(one.isnumeric() for one in because):
        raise UsageError(
            "The reason has a digit, which no area is shown: it might be taken for a telephone number.",
            kept="Nothing was revoked.",
            do="Give --because without.",
        )
    try:
        reason = TypeAdapter(Reason).validate_python(because.strip())
        token = TypeAdapter(Statement).validate_python(revoke(root, node.node_id, up_to, reason, node.now()))
    except ValidationError:
        raise UsageError(
            "The reason is a sentence of at most 100 characters, which every area may read.",
            kept="Nothing was revoked.",
            do="Give --because so.",
        ) from None
    said = read_revocation(token)
    own = _own_roots(node)
    change_pins(node, lambda pins: pins.learning([token], own))
    with node.write() as tx:
        refs = Refs(key_id=said.root_thumbprint)
        tx.record(Action.certificates_revoked, by=OPERATOR, about=refs, serial=said.up_to)
    return said


def _own_revoked(said: Revocation, kept: str) -> UsageError:
    return UsageError(
        f"This node's certificate was revoked by its root key on {said.day}. {said.words}.",
        kept=kept,
        do="Its keys may be in other hands. Bring the root key and run `hub keys rotate --signing --sealing`;"
        " see docs/stolen-keys.md.",
    )


def _own_roots(node: Node) -> set[tuple[str, str]]:
    kept = load(node.home, node.keys.vault)
    return {(node.node_id, root) for root in (kept.roots if kept else ())}


def _first_new_keys(text: str) -> UsageError:
    return UsageError(
        text,
        kept="Nothing was revoked.",
        do="Run `hub keys rotate --signing --sealing` first, then this again.",
    )
