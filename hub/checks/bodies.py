"""Whether two nodes still hold alike what one asked the other about somebody, and what it was told.

Each makes the salted digests anew from the bodies that it keeps now, and holds them against its own log and the
other side's: somebody who has a node's keys can alter a body and write an event for it, and not the other area's
record. No body travels for this. Does not ask (`hub.checks.reconcile`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.audit.events import Action, DigestOf, Event
from hub.checks.deliver import KIND
from hub.crypto.encoding import unb64
from hub.errors import NotFoundError
from hub.node.transaction import Reading
from hub.records import received
from hub.records.bodies import ExchangeName, answer_digest, question_digest
from hub.records.check import recorded_check
from hub.records.received import DisclosureKey
from hub.store import outbox
from hub.store.audit import DatabaseAudit
from hub.values import Level, NodeId
from hub.wire.witness import MOST_BODIES, MOST_QUESTIONS, BodiesTold

_NAMED: Final = re.compile(r'"(?:check_id|told_as)":"([0-9a-f]+)"')
_LEVELS: Final = (Level.involvement, Level.summary)
_OURS: Final = (Action.disclosure_sent, Action.disclosure_recorded)
_THEIRS: Final = (Action.disclosure_received, Action.disclosure_answered, Action.disclosure_decided)


@dataclass(frozen=True, slots=True)
class Bodies:
    """One disclosure: the digests of what was asked, each time, and of the answer as it is kept now."""

    questions: tuple[str, ...] = ()
    answer: str = ""


@dataclass
class Held:
    """What this node has of one peer, by the name of the disclosure: of ours, and of the peer's to us.

    `altered`: those whose bodies are not those that this node's own log says.
    """

    ours: dict[str, Bodies] = field(default_factory=dict)
    theirs: dict[str, Bodies] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)


def held_of(tx: Reading, peer: NodeId, ours: Iterable[str], theirs: Iterable[str]) -> Held:
    """The bodies of these disclosures ("CHECK/HANDLE") with a peer, as they are kept now. Raises StorageError."""
    ours, theirs = list(ours), list(theirs)
    held, log = Held(), _logged(tx, peer, {one.partition("/")[0] for one in (*ours, *theirs)})
    logged = log.digests
    under_way = {row.act for row in outbox.every(tx.session) if (row.kind, row.peer) == (KIND, peer)}
    for name in _names(ours):
        here = name._replace(check_id=log.here.get(name.check_id, name.check_id))
        if str(here) not in under_way and (found := _ours(tx, peer, name, log)) is not None:
            held.ours[str(name)] = found
            if logged[DigestOf.answer, str(name)][-1:] != [found.answer]:
                held.altered.add(str(name))
    for name in _names(theirs):
        if (found := _theirs(tx, peer, name)) is not None:
            held.theirs[str(name)] = found
            questions, answers = (logged[of, str(name)] for of in (DigestOf.request, DigestOf.answer))
            # Of before there were digests the log says nothing.
            if answers and (answers[-1] != found.answer or not set(found.questions) <= set(questions)):
                held.altered.add(str(name))
    return held


def told_of(found: Mapping[str, Bodies]) -> tuple[BodiesTold, ...]:
    """The same, as it is told to the peer: it has the bodies too."""
    return tuple(
        BodiesTold(name=name, questions=one.questions[-MOST_QUESTIONS:], answer=one.answer)
        for name, one in sorted(found.items())[:MOST_BODIES]
    )


def unlike(held: Held, their_own: Iterable[BodiesTold], of_ours: Iterable[BodiesTold]) -> Iterator[str]:
    """The disclosures of which the peer holds another body than this node, whose own are as its log says.

    `their_own`: the peer's disclosures to us, as it holds them; `of_ours`: ours to it.
    """
    asker_and_holder: list[tuple[str, Bodies | BodiesTold | None, Bodies | BodiesTold | None]] = [
        *((told.name, held.ours.get(told.name), told) for told in of_ours),
        *((told.name, told, held.theirs.get(told.name)) for told in their_own),
    ]
    for name, asker, holder in asker_and_holder:
        if asker is None or holder is None or name in held.altered:
            continue
        asked_otherwise = asker.questions and not set(asker.questions) & set(holder.questions)
        if asked_otherwise or asker.answer != holder.answer:
            yield name


def _names(disclosures: Iterable[str]) -> Iterator[ExchangeName]:
    for one in sorted(disclosures):
        check_id, _, handle = one.partition("/")
        yield from (ExchangeName(check_id, handle, level) for level in _LEVELS)


@dataclass(frozen=True, slots=True)
class _Log:
    """What this node's log says of what passed with a peer, by what both know it by.

    `digests`: by of what they are and the disclosure, the newest last. `here`: our own id of a check of ours.
    """

    digests: Mapping[tuple[DigestOf, str], list[str]]
    here: Mapping[str, str]


def _logged(tx: Reading, peer: NodeId, checks: Collection[str]) -> _Log:
    """The digests in this node's log of what passed in these checks."""
    found: dict[tuple[DigestOf, str], list[str]] = defaultdict(list)
    here: dict[str, str] = {}
    for entry in DatabaseAudit(tx.session).with_peer(peer, (*_OURS, *_THEIRS)) if checks else ():
        if not set(_NAMED.findall(entry.body)) & set(checks):
            continue
        event = Event.model_validate_json(entry.body)
        refs, level = event.refs, event.detail.requested_level
        if event.digests and refs.peer == peer and refs.check_id and refs.handle and level:
            known_as = refs.told_as or refs.check_id
            here[known_as] = refs.check_id
            for of, digest in event.digests.items():
                found[of, str(ExchangeName(known_as, refs.handle, level))].append(digest)
    return _Log(found, here)


def _ours(tx: Reading, peer: NodeId, name: ExchangeName, log: _Log) -> Bodies | None:
    """What we were answered; nothing where it waits for a person there, or of before answers were kept."""
    try:
        recorded = recorded_check(tx, log.here.get(name.check_id, name.check_id))
    except NotFoundError:
        return None
    answer, salt = recorded.answers.get(f"{peer}/{name}"), recorded.salts.get(peer)
    if answer is None or salt is None or answer.status == "pending":
        return None
    (digest,) = answer_digest(name, bytes.fromhex(salt), answer).values()
    return Bodies(tuple(log.digests[DigestOf.request, str(name)]), digest)


def _theirs(tx: Reading, peer: NodeId, name: ExchangeName) -> Bodies | None:
    """What we answered the peer."""
    found = received.disclosure(
        tx, DisclosureKey(peer, name.check_id, bytes.fromhex(name.handle), name.level)
    )
    if found is None:
        return None
    salt = unb64(found.recorded.question.salt)
    (question,) = question_digest(name, salt, found.recorded.question).values()
    (answer,) = answer_digest(name, salt, found.recorded.disclosure).values()
    return Bodies((question,), answer)
