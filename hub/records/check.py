"""The question "referred elsewhere?" and its result, as programs and pages exchange them, and how they are kept.

Values with the names of the public contract; a check is sealed as one. Asks nothing: `hub.checks.check` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from hub.consent import Decision, NotTold, SharingForm
from hub.consent.telling import GRAVE
from hub.crypto.vault import Vault
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.hearings import Hearing
from hub.store import checks
from hub.values import (
    Band,
    Kind,
    Level,
    LongText,
    NodeId,
    Person,
    Purpose,
    Requester,
    Role,
    ShortText,
    Value,
    Whole,
)
from hub.wire.messages import Disclosure, WhomToRing

SHOWN_DIGITS: Final = 8  # of a handle, where people read it


class CheckRequest(Value):
    """One question about one subject, with the people of the same case who may support the match.

    `areas` is "neighbours" (the areas that `config/areas.toml` names as such), "all", or node ids. Areas that
    somebody in the case fled are left out, unless `ask_fled_areas` says that they are asked too, without the name.
    """

    purpose: Literal[Purpose.referred_elsewhere, Purpose.marac_transfer, Purpose.idva_prior_contact]
    case_ref: ShortText = ""
    requester: Requester
    subject: Person
    related: tuple[Person, ...] = Field(default=(), max_length=20)
    areas: (
        Literal["neighbours", "all"] | Annotated[tuple[NodeId, ...], Field(min_length=1, max_length=400)]
    ) = "neighbours"
    ask_fled_areas: bool = False
    disclose: Literal["ask_first", "at_once"] = "ask_first"
    level: Literal[Level.involvement, Level.summary] = Level.involvement
    sharing_form: SharingForm


class DisclosureStatus(StrEnum):
    """How far a disclosure has come. `not_answered` never means "not known"."""

    not_asked = "not_asked"
    pending = "pending"
    answered = "answered"
    not_answered = "not_answered"


class DisclosureResult(Value):
    """What the holder released about one candidate, if anything yet.

    `in_part`: a person there withheld some of what was asked for. `counter_allegation`: roles are crossed between
    the areas; who is at risk from whom is for people to decide. `ring`: whom to ring there, as they say it.
    """

    status: DisclosureStatus = DisclosureStatus.not_asked
    level: Level | None = None
    involvement: tuple[Kind, ...] = ()
    role: Role | None = None
    last_activity: str | None = None
    summary: str | None = None
    agreement: tuple[str, ...] = ()
    counter_allegation: bool = False
    in_part: bool = False
    ring: tuple[WhomToRing, ...] = ()


class Candidate(Value):
    """A person in another area whose match-keys matched: how sure we are, and why, in words.

    `whole`: one match-key with both names and the full date of birth matched. Without, nobody is told at once.
    `told_on`, `told_by`: when the area was first told about whom the check is, and who had it told.
    """

    band: Band
    whole: bool = False
    reasons: tuple[str, ...]
    handle: str
    disclosure: DisclosureResult = DisclosureResult()
    told_on: dt.date | None = None
    told_by: ShortText = ""


class AreaStatus(StrEnum):
    """Whether an area could be asked at all. Nothing but `answered` says anything about the person."""

    answered = "answered"
    not_asked = "not_asked"
    not_connected = "not_connected"
    unreachable = "unreachable"
    error = "error"


class AreaResult(Value):
    """One area's part of a result. `contact` is its phone route; `note` says what to do.

    `not_told`: what stands against telling it about whom. `set_aside` are candidates that a person dismissed before
    as not the same person. `rung_at`: when somebody here rang it. `told_by_telephone`: on which days a manager told
    it about whom so, where it is not told over the hub. `to_be_asked_by`: by when the hub asks it by itself, apart
    from the others, where it was not asked with them.
    """

    node_id: str
    area: str
    status: AreaStatus
    contact: str
    not_told: NotTold | None = None
    candidates: tuple[Candidate, ...] = ()
    set_aside: tuple[Candidate, ...] = ()
    note: str = ""
    rung_at: tuple[dt.datetime, ...] = ()
    told_by_telephone: tuple[dt.date, ...] = ()
    to_be_asked_by: dt.datetime | None = None

    @property
    def silent(self) -> bool:
        """Whether it gave no answer, so that somebody rings it; not where that is for a manager to say."""
        return self.status in SILENT and self.not_told not in GRAVE


SILENT: Final = frozenset({AreaStatus.not_connected, AreaStatus.unreachable, AreaStatus.error})


class CheckResult(Value):
    """The answer to a CheckRequest. Without a permit `areas` is empty: nobody was asked.

    `case_ref`: the case, also where an emergency made it.
    """

    check_id: str
    case_ref: ShortText = ""
    decision: Decision
    areas: tuple[AreaResult, ...] = ()
    took_ms: float


def is_handle(complete: str, given: str | None) -> bool:
    """Whether a handle is the one given: complete, or by its first digits as results print it; None is any."""
    return given is None or complete == given or (len(given) >= SHOWN_DIGITS and complete.startswith(given))


@dataclass(frozen=True, slots=True)
class CandidateRef:
    """One candidate of a check: in which area, and which; without a handle, the surest."""

    check_id: str
    area: NodeId
    handle: str | None = None


class DismissedWord(Value):
    """Who said that a candidate is not the same person, why and when; and who agreed, where that takes two."""

    by: ShortText
    because: ShortText
    at: int
    agreed_by: ShortText = ""


class Rung(Value):
    """That somebody here rang an area which gave no answer: who, when (since 1970), whom, and what was said.

    `once`: of the form that said it, so that one sent twice is kept once.
    """

    by: ShortText
    at: Whole
    whom: ShortText
    said: LongText
    once: ShortText = ""


class PublishedState(Value):
    """What an area had published when it was asked: epoch, last line and digest (hex) of its feed, by its manifest.

    `verified_at`: when that was verified here, in seconds since 1970.
    """

    epoch: int
    feed_at: int
    digest: str
    verified_at: int


class RecordedCheck(Value):
    """A check as it is kept.

    The request, the result, and by area the salt of our commitment to the subject and the evidence of each
    candidate by handle (all hex). `forms`: what was completed for one disclosure, by its act. `asked_nobody`: for
    whoever asked there is no such case, or somebody on it whom they are restricted from, so that no area was asked.
    `answers`: what areas released, as it came, by area and `hub.records.bodies.ExchangeName`; nobody is shown it
    but as the result has it. `dismissed`: why a candidate is not the same person, by handle, where it was said.
    `published`: what each area that answered had published then; empty in checks of before it was kept.
    `rung`: what was said on the telephone, by area. `hearings`: later ones of a case that both areas hold to be the
    same, by area and handle (`hearing_key`). `told_as`: what each area that may be asked knows the check by; checks
    of before it was kept are known by their id.
    """

    request: CheckRequest
    result: CheckResult
    salts: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, dict[str, str]] = Field(default_factory=dict)
    forms: dict[str, SharingForm] = Field(default_factory=dict)
    asked_nobody: bool = False
    answers: dict[str, Disclosure] = Field(default_factory=dict)
    dismissed: dict[str, DismissedWord] = Field(default_factory=dict)
    published: dict[str, PublishedState] = Field(default_factory=dict)
    rung: dict[str, tuple[Rung, ...]] = Field(default_factory=dict)
    hearings: dict[str, Hearing] = Field(default_factory=dict)
    told_as: dict[str, str] = Field(default_factory=dict)

    def known_as(self, area: NodeId) -> str:
        """What an area knows the check by."""
        return self.told_as.get(area, self.result.check_id)


def hearing_key(area: NodeId, handle: str) -> str:
    """What later hearings with an area are kept by."""
    return f"{area}/{handle}"


def still_to_ring(node: Node, recorded: RecordedCheck) -> tuple[NodeId, ...]:
    """The areas of a check that gave no answer and that nobody has rung; of an interrupted one, all."""
    result = recorded.result
    if not result.decision.permitted:
        return ()
    if result.areas:
        silent: Sequence[NodeId] = [one.node_id for one in result.areas if one.silent]
    else:
        silent = asked_of(node, recorded.request)
    return tuple(one for one in silent if one not in recorded.rung)


def asked_of(node: Node, request: CheckRequest) -> Sequence[NodeId]:
    """The areas that a question names, by node id, as far as `areas.toml` knows them."""
    known, own = node.areas, node.areas.get(node.node_id)
    if request.areas == "all":
        return [one.node_id for one in known.area if one.node_id != node.node_id]
    if isinstance(request.areas, str):
        return own.neighbours if own else ()
    return request.areas


def add_check(tx: Transaction, recorded: RecordedCheck) -> None:
    """Keep a new check."""
    result = recorded.result
    sealed, owed = _sealed(tx, recorded), bool(still_to_ring(tx.node, recorded))
    checks.add(tx.session, result.check_id, tx.now, result.decision.outcome.value, sealed, to_ring=owed)


def require_new(tx: Transaction, check_id: str) -> None:
    """Raise ConflictError where a check of that id was made before."""
    if checks.get(tx.session, check_id) is not None:
        raise ConflictError("This was asked already.", kept="The first answer.", do="Look at its result.")


def update_check(tx: Transaction, recorded: RecordedCheck) -> None:
    """Replace what is kept of a check."""
    owed = bool(still_to_ring(tx.node, recorded))
    checks.replace(tx.session, recorded.result.check_id, _sealed(tx, recorded), to_ring=owed)


def keep_form(tx: Transaction, check_id: str, act: str, form: SharingForm) -> None:
    """Keep with a check the form that was completed for one disclosure of it."""
    kept = recorded_check(tx, check_id)
    update_check(tx, kept.model_copy(update={"forms": {**kept.forms, act: form}}))


def recorded_check(tx: Reading, check_id: str) -> RecordedCheck:
    """A kept check. Raises NotFoundError, StorageError."""
    sealed = checks.get(tx.session, check_id)
    if sealed is None:
        raise unknown_check()
    return open_check(tx.vault, check_id, sealed)


def open_check(vault: Vault, check_id: str, sealed: bytes) -> RecordedCheck:
    """The check of a row. Raises StorageError."""
    return RecordedCheck.model_validate_json(vault.open(_place(check_id), sealed))


def asked_at(tx: Reading, check_id: str) -> int:
    """When a check was asked, in seconds since 1970. Raises NotFoundError."""
    at = checks.asked_at(tx.session, check_id)
    if at is None:
        raise unknown_check()
    return at


def receipts_of(tx: Reading, check_id: str) -> list[tuple[str, str]]:
    """What areas signed for in a check, as it came: area, and signed answer. Raises RowsError."""
    rows = checks.receipts(tx.session, check_id)
    tx.require_as_bound({"receipt": [(row.number,) for row in rows]})
    return [(row.peer, row.token) for row in rows]


def recorded_checks(tx: Reading) -> Iterator[tuple[int, RecordedCheck]]:
    """All kept checks with when they were asked, the newest first. Raises StorageError."""
    for check_id, asked_at, sealed in checks.newest_first(tx.session):
        yield asked_at, open_check(tx.vault, check_id, sealed)


def unknown_check() -> NotFoundError:
    """Return the error for a check that is not there, or not for who asks."""
    return NotFoundError("No such check on this node.", do="See `hub checks list`.")


def _sealed(tx: Reading, recorded: RecordedCheck) -> bytes:
    return tx.vault.seal(_place(recorded.result.check_id), recorded.model_dump_json().encode())


def _place(check_id: str) -> str:
    return f"check_record/{check_id}"
