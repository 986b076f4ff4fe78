"""A peer that says everything wrongly of a case that moves, of papers and in a sealed channel, properly signed.

It has its node's own keys: what it says is sealed to the area that hears it and signed as agreed, and so is what
it answers. What must come of it is judged here: the node that hears it holds what it held, or what it may come to
hold; it refuses as its own family of errors does; it writes down nothing that was said; and the pages on which
somebody looks at it open.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from sqlalchemy import select
from sqlmodel import SQLModel

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.hpke import PACK_PAD_CLASSES, SealContext
from hub.errors import HubError
from hub.node.node import Node
from hub.wire.messages import IDEMPOTENCY_HEADER
from tests.federation.hand import Hand
from tests.federation.mutations import Mutation
from tests.federation.nodes import Areas
from tests.federation.peer_simulator import Asked, Peer, Told
from tests.federation.said_wrongly import Others, changed
from tests.web.console.signed_in import Console

SAYS: Final = "Quarrykiln"
"""A word that stands in every text that the peer says: it may be found in no log, and in no refusal."""
ACTION: Final = {
    "id": "a" * 16,
    "what": f"Fit an alarm at {SAYS}",
    "agency": "Housing",
    "volunteered_by": "H. Officer",
    "due": "2026-10-01",
    "risk": "He comes to the house",
    "achieves": "Police are there in minutes",
    "addresses": "victim",
}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "plan": {"actions": [ACTION], "accepted_by": "C. Chair", "accepted_on": "2026-09-18"},
    "minutes": {"text": f"Heard of {SAYS}."},
    "flag": {"extension": None},
    "attachment": {"name": f"{SAYS}.txt"},
    "dash": {},
    "chronology": {"papers": []},
    "move_notice": {"text": SAYS},
}


OTHER_ID: Final = "ab" * 16
NOT_OF_A_MESSAGE: Final = frozenset(
    {"audit_entry", "seen_message", "session", "session_seen", "scheduled_job", "peer", "peer_head"}
)
"""Tables that say that something came, or are of whoever looks."""
OF_REFUSALS: Final = frozenset({"decision_record", "obligation_record"})
"""A manager is told, once, of a peer that is refused without end (`hub.federation.tally`)."""
Held = dict[str, frozenset[tuple[Any, ...]]]


def held(node: Node) -> Held:
    """All rows that a node holds, but those that say that something came."""
    with node.database.read() as session:
        return {
            table.name: frozenset(tuple(row) for row in session.connection().execute(select(table)))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in NOT_OF_A_MESSAGE
        }


def differing(before: Held, after: Held) -> set[str]:
    """The tables in which something changed."""
    return {name for name in before if before[name] != after[name]}


def codes() -> set[str]:
    """Of the problems that a node answers: those of its family of errors that are the asker's."""
    found, left = set(), [HubError]
    while left:
        one = left.pop()
        left += one.__subclasses__()
        if one.status < 500:
            found.add(one.code)
    return found


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))


@dataclass
class Trial:
    """What is said, and what was wrong with what came of it."""

    areas: Areas
    wrong: list[str] = field(default_factory=list)
    came: Counter[str] = field(default_factory=Counter)
    consoles: dict[str, tuple[Console, str]] = field(default_factory=dict)
    """By area: its pages, and the cookie of who looks at them."""

    @contextmanager
    def watched(self, name: str) -> Iterator[None]:
        """Nothing that was said is written down meanwhile, and nothing escapes that nobody thought of."""
        kept, root = _Kept(), logging.getLogger()
        root.addHandler(kept)
        try:
            yield
        except HubError as error:
            self._quiet(name, str(error))
        except Exception as error:  # noqa: BLE001 - this is what must not be
            self.wrong.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
        finally:
            root.removeHandler(kept)
        for text in kept.texts:
            self._quiet(name, text)

    def _quiet(self, name: str, text: str) -> None:
        if SAYS.lower() in text.lower() or SAYS[::-1].lower() in text.lower():
            self.wrong.append(f"{name}: what was said is repeated")

    def said(self, one: Mutation, to: str, say: Callable[[], httpx2.Response], may: Iterable[str]) -> bool:
        """Say it, and judge what came of it; gives whether it was taken. `may`: the tables that it may change."""
        node, name = self.areas[to], str(one)
        before, answer = held(node), None
        with self.watched(name):
            answer = say()
        changes = differing(before, held(node)) - {"idempotent_answer"}
        if answer is None:
            return False
        taken = answer.status_code == 200
        if not taken:
            changes -= OF_REFUSALS
        self.came[f"{one.kind}: {'taken' if taken else 'refused'}"] += 1
        self._quiet(name, answer.text)
        if taken and not changes <= set(may):
            self.wrong.append(f"{name}: taken, and {changes} changed")
        if not taken:
            self._refused(name, answer)
            if changes:
                self.wrong.append(f"{name}: refused, and {changes} changed")
        return taken

    def _refused(self, name: str, answer: httpx2.Response) -> None:
        known = {f"urn:marac-hub:problem:{code}" for code in codes()}
        told = answer.json() if "problem+json" in answer.headers["content-type"] else {}
        if answer.status_code >= 500 or told.get("type") not in known:
            self.wrong.append(f"{name}: {answer.status_code} {answer.text[:200]}")

    def looks(self, one: object, area: str, *paths: str) -> None:
        """Somebody there opens these pages."""
        console, cookie = self.consoles[area]
        for path in paths:
            self._page(f"{one}: {path}", console.send("GET", path, cookie))

    def does(self, one: object, area: str, path: str, **form: str) -> int:
        """Somebody there sends a form; gives the status."""
        console, cookie = self.consoles[area]
        answer = console.send("POST", path, cookie, form)
        self._page(f"{one}: sent {path}", answer)
        return int(answer.status_code)

    def _page(self, name: str, answer: httpx2.Response) -> None:
        self.came[f"page {answer.status_code}"] += 1
        if answer.status_code >= 500:
            self.wrong.append(f"{name}: {answer.status_code}")
        elif answer.status_code in (401, 403) or answer.headers.get("location") in ("/sign-in", "/confirm"):
            self.wrong.append(f"{name}: nobody is signed in")
        elif any(mark in answer.text for mark in "\0\u202e\ud800"):
            self.wrong.append(f"{name}: text that hides something")


def posted(areas: Areas, by: str, to: str, path: str, body: bytes, key: str = "") -> httpx2.Response:
    """What `by` posts to `to`, signed with its own key."""
    headers = {IDEMPOTENCY_HEADER: key or secrets.token_hex(8)}
    return Hand(areas, by, to).send("POST", path, body, headers=headers)


def sealed(areas: Areas, to: str, plain: bytes, context: SealContext) -> str:
    """Sealed to an area, in base64."""
    return b64(hpke.seal(plain, areas[to].keys.sealing_public, context, PACK_PAD_CLASSES))


def text_of(document: dict[str, Any], one: Mutation, **others: dict[str, Any]) -> bytes:
    """A document with one of its fields said wrongly."""
    return changed(document, [one], Others(others.get("another"), others.get("earlier"))).encode()


def answering(one: Mutation, **others: dict[str, Any]) -> Callable[[Peer, Asked, Told], Told]:
    """An answer with one of its fields said wrongly, signed as the honest one."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return (
            peer.signed(asked, told, text_of(json.loads(told.body), one, **others))
            if told.status == 200
            else told
        )

    return lie


def item(kind: str) -> dict[str, Any]:
    """An item of that kind, as an honest area packs it."""
    return {
        "kind": kind,
        "title": f"{kind} of {SAYS}",
        "supplier": f"{SAYS} Police",
        "held_by": "",
        "by": "P. Shah",
        "at": 1_790_000_000,
        "may_follow": "yes",
        "body": BODIES[kind],
        "file": "JVBERi0xLjcK" if kind == "attachment" else "",
    }
