"""Asking one holder: blind, evaluate, verify, match, score. What a holder learns is that it was asked.

The enquirer's half of step 3 of the protocol, for one area; `hub.checks.check` does it for many at the same time,
decides before and records around it. Whatever a holder does wrong is a PeerError.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from hub.consent import GroundKey, SharingAgreement, SharingForm, digest_said
from hub.consent.coverage import named
from hub.consent.form.vocabulary import answered
from hub.crypto import encoding
from hub.crypto.prf import Evaluation
from hub.crypto.signing import digest
from hub.errors import PeerError
from hub.federation.client import PeerClient, VerifiedAnswer
from hub.federation.peers import KnownPeer, require, up_to_date
from hub.federation.sync import catch_up
from hub.matching import AskedPerson, CandidateSet, MatchKey, ScoredCandidate, weigh
from hub.node.node import Node
from hub.records.check import CheckRequest
from hub.store import peers
from hub.wire.blinding import BlindQuestion, ByKey, Outputs, Plan
from hub.wire.commitment import commitment
from hub.wire.lookup import Copy, Evaluated, Found, Published, find_labels
from hub.wire.messages import (
    AGREEMENT_DIFFERS,
    AGREEMENT_NOT_HELD,
    EPOCH_CHANGED,
    EVALUATIONS_PATH,
    EvaluationAnswer,
    EvaluationRequest,
    MessageType,
    RestsOn,
    encode,
    parse_answer,
)
from hub.wire.test_people import TEST_CASE_HANDLE
from hub.wire.tokens import FeedContext, Label


@dataclass(frozen=True)
class CheckInProgress:
    """A permitted question, ready to be put to any number of holders.

    `people` has the subject first; `tests` are the federation's test people's match-keys.
    """

    node: Node
    check_id: str
    request: CheckRequest
    form: SharingForm
    plan: Plan
    people: Sequence[AskedPerson]
    tests: Sequence[MatchKey]

    @property
    def agreement(self) -> SharingAgreement | None:
        """The agreement that it is asked under, of those that this node holds."""
        return named(self.form.protocol, self.node.agreements.held)

    def unsigned(self, areas: Iterable[str]) -> tuple[str, ...]:
        """Those of the areas that have not signed the agreement, where the question rests on that alone."""
        alone = _rests_on(self.form) is RestsOn.agreement
        signed = self.agreement.areas if self.agreement and alone else None
        return tuple(one for one in areas if signed is not None and one not in signed)

    def told_as(self, areas: Iterable[str]) -> dict[str, str]:
        """What each of the areas knows it by."""
        return {area: self.node.check_at(area, self.check_id) for area in areas}

    @property
    def not_signed(self) -> str:
        """What is said of an area that has not signed it."""
        ref = self.agreement.ref if self.agreement else ""
        return f"Nobody of this area has signed {ref}, under which you ask. It was not asked: telephone it."


async def ask_area(asking: CheckInProgress, client: PeerClient, peer: KnownPeer, salt: bytes = b"") -> Found:
    """Put a question to one holder and weigh what it matched. `salt`: of the commitment, where it was drawn before.

    A holder that changed its keys meanwhile is asked once more: blinded afresh, with the commitment of before.
    Raises PeerError, NotFoundError where the peer was removed meanwhile.
    """
    node, node_id = asking.node, peer.pinned.node_id
    if peer.feed_id is None:
        await catch_up(node, client, node_id, lambda now: now.feed_id is not None)
        peer = await up_to_date(node, client, node_id)
    salt = salt or os.urandom(32)
    try:
        return await _ask(asking, client, peer, salt)
    except _EpochChangedError:
        before = peer.key_epoch
        await catch_up(node, client, node_id, lambda now: now.epoch > before)
        peer = await up_to_date(node, client, node_id)
    try:
        return await _ask(asking, client, peer, salt)
    except _EpochChangedError as error:
        raise PeerError("The area changed its keys twice while it was asked.", do="Ask it again.") from error


class _EpochChangedError(Exception):
    """The holder has other keys by now than those that it was asked under."""


async def _ask(asking: CheckInProgress, client: PeerClient, peer: KnownPeer, salt: bytes) -> Found:
    blinded = await client.beside(_blinded, asking, peer, salt)
    try:
        # Its own key for every blinding: a lost answer is asked for again, and charged once.
        answer = await client.post(
            peer.pinned,
            MessageType.evaluation,
            EVALUATIONS_PATH,
            blinded.body,
            key=f"{asking.node.check_at(peer.node_id, asking.check_id)}-{digest(blinded.body)}",
        )
    except PeerError as error:
        if error.problem == EPOCH_CHANGED:
            raise _EpochChangedError from error
        if asking.agreement is not None and error.problem in _DIFFERENCES:
            raise _differs(peer.area, asking.agreement, error.problem) from error
        raise
    told, outputs = await client.beside(_read, asking, peer, blinded.question, answer)
    newest = (told.epoch, told.feed_at)
    copy = await catch_up(
        asking.node, client, peer.pinned.node_id, lambda now: (now.epoch, now.feed_at) >= newest
    )
    if (copy.epoch, copy.feed_at) < newest:
        raise PeerError("The area serves an older feed than its answer names.")
    return await client.beside(_weighed, asking, peer, outputs, _Asked(salt, answer.token))


_DIFFERENCES: Final = {
    AGREEMENT_DIFFERS: "{area} holds another version of our agreement {ref}.",
    AGREEMENT_NOT_HELD: "{area} does not hold our agreement {ref}.",
}


def _differs(area: str, agreement: SharingAgreement, problem: str) -> PeerError:
    """What is said where an area does not answer because it has not the agreement that it is asked under."""
    return PeerError(
        _DIFFERENCES[problem].format(area=area, ref=agreement.ref),
        problem=problem,
        kept="It was not told about whom you ask.",
        do=f"Ask them to compare the digest. Ours is {digest_said(agreement.digest)}.",
    )


class _Blinded(NamedTuple):
    """A question to one holder, and the message that asks it."""

    question: BlindQuestion
    body: bytes


class _Asked(NamedTuple):
    """What opens our commitment to the subject, and the holder's receipt."""

    salt: bytes
    receipt: str


def _blinded(asking: CheckInProgress, peer: KnownPeer, salt: bytes) -> _Blinded:
    question = BlindQuestion(asking.plan, asking.tests)
    request = _evaluation_request(asking, peer, question, commitment(asking.request.subject, salt))
    return _Blinded(question, encode(request))


def _weighed(asking: CheckInProgress, peer: KnownPeer, outputs: Outputs, asked: _Asked) -> Found:
    met, size, published = _matched_labels(asking, peer, outputs)
    candidates = [_candidates(person, met, size) for person in asking.people]
    subject = weigh(candidates[0], candidates[1:], size, asking.node.matching)
    evidence = _evidence(asking.people[0], met)
    return Found(subject, candidates[1:], size, evidence, asked.salt, asked.receipt, published)


def _read(
    asking: CheckInProgress, peer: KnownPeer, blind: BlindQuestion, answer: VerifiedAnswer
) -> tuple[EvaluationAnswer, Outputs]:
    told = parse_answer(EvaluationAnswer, answer.body)
    if told.check_id != asking.node.check_at(peer.node_id, asking.check_id):
        raise PeerError("The area's answer is to another check.")
    if told.epoch != peer.key_epoch:
        raise PeerError("The area's answer is of another epoch than its keys.")
    pinned = peer.pinned
    outputs = blind.read(
        Evaluation(encoding.unb64(told.elements), encoding.unb64(told.proof)),
        Evaluation(encoding.unb64(told.weak_elements), encoding.unb64(told.weak_proof)),
        ByKey(pinned.prf, pinned.prf_weak),
    )
    return told, outputs


def _evaluation_request(
    asking: CheckInProgress, peer: KnownPeer, blind: BlindQuestion, committed: bytes
) -> EvaluationRequest:
    form = asking.form
    rests_on = _rests_on(form)
    agreement = asking.agreement if rests_on is RestsOn.agreement else None
    strong, weak = blind.elements
    return EvaluationRequest(
        check_id=asking.node.check_at(peer.node_id, asking.check_id),
        rests_on=rests_on,
        protocol_ref=agreement and agreement.ref,
        protocol_digest=agreement and agreement.digest,
        user=asking.node.user_at(peer.node_id, asking.request.requester.name),
        commitment=encoding.b64(committed),
        key_id=peer.prf_key_id,
        weak_key_id=peer.weak_prf_key_id,
        elements=encoding.b64(strong),
        weak_elements=encoding.b64(weak),
    )


def _rests_on(form: SharingForm) -> RestsOn:
    """What the holder decides by: not by which ground. An imminent threat to life needs no tick."""
    threat = form.emergency is not None and answered(form.emergency.imminent_threat)
    if threat or any(ground.key is GroundKey.vital_interests for ground in form.grounds):
        return RestsOn.threat
    return RestsOn.ground if form.grounds else RestsOn.agreement


def _matched_labels(
    asking: CheckInProgress, peer: KnownPeer, outputs: Outputs
) -> tuple[Mapping[MatchKey, list[Label]], int, Published]:
    """Open what matched in our copy of the feed, in which the test people must be; the feed's size, and its state.

    The copy is read as it is in one moment: a sync may put another in its place.
    """
    node_id = peer.pinned.node_id
    strong, weak = (
        FeedContext(node_id, key_id, peer.key_epoch) for key_id in (peer.prf_key_id, peer.weak_prf_key_id)
    )
    with asking.node.read() as tx:
        copy = require(tx.session, node_id)
        if copy.epoch > peer.key_epoch:
            raise _EpochChangedError

        def lookup(tokens: Sequence[bytes]) -> Mapping[bytes, bytes]:
            return peers.labels(tx.session, copy.feed_id or 0, tokens)

        met = find_labels([*outputs.asked, *outputs.tests], Copy(strong, weak, copy.max_gap, lookup))
    _require_test_people(outputs.tests, met)
    # However few people it says that it has: one of them has no more keys than may be.
    size = max(copy.people, (copy.copy_entries or 0) // asking.node.matching.keys.most)
    return met, size, Published(copy.epoch, copy.feed_at, copy.copy_digest or b"", copy.synced_at or 0)


def _evidence(subject: AskedPerson, matched: Mapping[MatchKey, list[Label]]) -> dict[bytes, bytes]:
    """For each person handle, a digest of the subject's match-keys and of those that matched it."""
    own = sorted(key.material for key in subject.keys)
    found: dict[bytes, set[bytes]] = {}
    for key in subject.keys:
        for label in matched.get(key, []):
            found.setdefault(label.person_handle, set()).add(key.material)
    return {
        handle: sha256(b"\x00".join([*own, b"", *sorted(materials)])).digest()
        for handle, materials in found.items()
    }


def _require_test_people(tests: Sequence[Evaluated], matched: Mapping[MatchKey, list[Label]]) -> None:
    for one in tests:
        if not any(label.case_handle == TEST_CASE_HANDLE for label in matched.get(one.key, [])):
            raise PeerError(
                "The area's feed does not hold the federation's test people.", do="Tell both operators."
            )


def _candidates(
    person: AskedPerson, matched: Mapping[MatchKey, list[Label]], holder_size: int
) -> list[ScoredCandidate]:
    meeting = CandidateSet(person, holder_size)
    for key in person.keys:
        for label in matched.get(key, []):
            if label.case_handle != TEST_CASE_HANDLE:
                meeting.add(key, label.case_handle, label.person_handle, label.completeness)
    return meeting.candidates()
