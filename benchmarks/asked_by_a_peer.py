"""A holder with women of each kind of case, and what a peer asks it about them, each request made beforehand."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from benchmarks.nodes import SQLITE, home, introduce, serving, world
from hub.audit.events import Action, Refs, peer_actor
from hub.cases.importing.assemble import CaseIntake
from hub.cases.importing.rows import PersonIntake
from hub.cases.importing.run import import_cases
from hub.checks.deliver import sealed_request
from hub.crypto.encoding import b64
from hub.demo.form import sharing_form
from hub.errors import HubError
from hub.federation.handles import LabelHandles
from hub.federation.peers import KnownPeer, known
from hub.node.node import Node, open_node
from hub.records.cases import open_person_details
from hub.records.check import CheckRequest
from hub.records.received import SignedRequest
from hub.sample import version
from hub.store import cases, feeds, received
from hub.store.received import CheckRow
from hub.values import Kind, Level, Person, Role
from hub.wire.commitment import commitment, subject_of
from hub.wire.messages import DisclosureQuestion

EACH: Final = 10
"""So many women of each kind of case."""
EXCLUDED: Final = "Excluded Asker"
PLAIN, SEALED, FLED = "plain", "sealed", "fled"
CAUSES: Final = (
    "unknown handle",
    "another subject",
    "below threshold",
    "excluded",
    "sealed",
    "fled from the asker",
    "form refused",
    "answered",
)
_KINDS: Final = {"sealed": SEALED, "fled from the asker": FLED}
LIMITS: Final = "\n[server]\nper_second = 100000\nburst = 100000\n"
_ROWS: Final = 500
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ask:
    """One request, made beforehand but for its signature."""

    cause: str
    body: bytes
    key: str


@dataclass
class Made:
    """The holder's home, the asker, and whom the holder has, with their handles (hex), by kind of case."""

    holder: Path
    asker: Node
    url: str
    peer: KnownPeer
    women: dict[str, list[tuple[Person, str]]] = field(default_factory=dict)


def make(folder: Path, people: int, say: Say) -> Made:
    """Both nodes, introduced, the holder with its cases."""
    holder, asker = (home(folder, number, people, say, lambda _: SQLITE) for number in (1, 0))
    with (holder.home / "node.toml").open("a", encoding="utf-8") as file:
        file.write(LIMITS)
    with serving(holder):
        asyncio.run(introduce(asker, [holder]))
    made = Made(holder.home, asker, holder.settings.url, known(asker, holder.node_id))
    drawn = _people(3 * EACH)
    for place, kind in enumerate((PLAIN, SEALED, FLED)):
        some = drawn[place * EACH : (place + 1) * EACH]
        intake = (_case(f"{kind}/{number}", one, kind, asker) for number, one in enumerate(some))
        import_cases(holder, intake, dry_run=False, progress=lambda _: None)
        made.women[kind] = [(one, _handle(holder, one)) for one in some]
    holder.database.close()
    excluded = f'[[exclusion]]\nperson = "{EXCLUDED}"\n'
    (holder.home / "staff.toml").write_text(excluded, encoding="utf-8")
    return made


def _people(count: int) -> list[Person]:
    drawn, found = world(7, of="others"), list[Person]()
    while len(found) < count:
        record, _ = version(drawn.rng, drawn.case().members[0].identity)
        if record.date_of_birth and record.surname and record.given_names:
            found.append(
                Person(
                    ref="s",
                    role=Role.victim,
                    given_names=record.given_names,
                    surname=record.surname,
                    date_of_birth=record.date_of_birth,
                )
            )
    return found


def _case(ref: str, person: Person, kind: str, asker: Node) -> CaseIntake:
    return CaseIntake(
        case_ref=ref,
        kind=Kind.marac,
        idva_service="",
        referral_date=dt.date(2026, 3, 1),
        meeting_date=None,
        agreement="given",
        victim_aware=True,
        criteria=(),
        sealed=kind == SEALED,
        publish=None,
        people=(PersonIntake(person, "", None, 2),),
        fled_from=(asker.settings.area,) if kind == FLED else (),
        fled_asked=True,
    )


def _handle(node: Node, person: Person) -> str:
    """The handle (hex) under which the holder knows her, of the present epoch."""

    def named(one: Person) -> tuple[str, str, str]:
        return one.given_names, one.surname, one.date_of_birth

    with node.read() as tx:
        state = feeds.state(tx.session)
        names = LabelHandles(tx.vault, state.layout.handle_epoch if state else None)
        for _, handle, sealed in cases.people(tx.session):
            if named(open_person_details(tx.vault, handle, sealed).person) == named(person):
                return names.person(handle).hex()
    raise HubError("she was not imported", do="Report this as a fault")


def asks(made: Made, each: dict[str, int]) -> list[Ask]:
    """So many requests for each cause, in no order, and the checks that they are of, kept at the holder."""
    node, forms = open_node(made.holder), _forms(made)
    stranger, rows, found = _people(3 * EACH + 1)[-1], list[CheckRow](), list[Ask]()
    with node.read() as tx:
        state = feeds.state(tx.session)
    epoch = state.layout.handle_epoch if state else None
    for cause, count in each.items():
        of_kind = cycle(made.women[_KINDS.get(cause, PLAIN)])
        for (her, handle), _ in zip(of_kind, range(count), strict=False):
            check_id, salt = secrets.token_hex(16), secrets.token_bytes(32)
            subject = stranger if cause == "below threshold" else her
            about = stranger if cause == "another subject" else subject
            committed = commitment(subject_of(about), salt)
            seal = node.keys.vault.seal(
                f"received_check/{check_id}",
                SignedRequest(signed="", certificate="", body="").model_dump_json().encode(),
            )
            rows.append(
                CheckRow(
                    check_id=check_id,
                    peer=made.asker.node_id,
                    received_at=node.now(),
                    purpose="referred_elsewhere",
                    commitment=committed,
                    asked=seal,
                    epoch=epoch,
                )
            )
            shown = secrets.token_hex(16) if cause == "unknown handle" else handle
            question = DisclosureQuestion(
                excerpt=forms.get(cause, forms["answered"]), subject=subject_of(subject), salt=b64(salt)
            )
            body, key = sealed_request(made.asker, made.peer, (check_id, shown, Level.involvement), question)
            found.append(Ask(cause, body.encode(), key))
    for start in range(0, len(rows), _ROWS):
        with node.write() as tx:
            refs = Refs(check_id=rows[start].check_id, peer=made.asker.node_id)
            tx.record(Action.request_received, by=peer_actor(made.asker.node_id), about=refs)
            for row in rows[start : start + _ROWS]:
                received.add_check(tx.session, row)
    node.database.close()
    random.shuffle(found)
    return found


def _forms(made: Made) -> dict[str, dict[str, Any]]:
    """The forms as a peer sends them: one that stands, an excluded person's, one without a ground."""

    def form(name: str, **changes: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "purpose": "referred_elsewhere",
            "case_ref": "asked",
            "requester": {
                "name": name,
                "role": "coordinator",
                "agency": "Area police",
                "agency_kind": "police",
            },
            "subject": made.women[PLAIN][0][0].model_dump(),
            "related": [],
            "areas": [made.peer.pinned.node_id],
        }
        whole = sharing_form(asked, dt.datetime.now(dt.UTC).date(), grounded=True)
        parsed = CheckRequest.model_validate({**asked, "sharing_form": whole}).sharing_form
        said: dict[str, Any] = parsed.model_dump(mode="json", exclude_defaults=True)
        return {**said, "recipient": {"node_id": made.peer.pinned.node_id}, **changes}

    return {
        "answered": form("Benchmark"),
        "excluded": form(EXCLUDED),
        "form refused": form("Benchmark", protocol={}, grounds=[]),
    }
