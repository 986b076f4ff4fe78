"""What every case and check says in a word, for whoever goes through all: each is opened once while it stays so.

Which records stand, and that none is missing, is held to the log each time (`Reading.every_row`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.node.transaction import Reading
from hub.records.cases import last_come, open_kept
from hub.records.check import AreaStatus, DisclosureStatus, RecordedCheck, open_check
from hub.records.hearings import Hearing
from hub.records.papers import PaperKind
from hub.store.cases import StoredCase, stored_case
from hub.values import Band, Kind, NodeId, Role

HEARD_WITHIN: Final = dt.timedelta(weeks=6)
"""From the disclosure to the meeting, at most (Toolkit for Marac representatives)."""


class Gist(NamedTuple):
    """A case in a word: its reference, whose it is, whether it is kept apart for somebody, and says grave things.

    `grave`: it is sealed, or somebody on it fled an area, or may have, or named who is not safe to talk to.
    `meeting`: the day of its last or next meeting, where it has one; `heard`: the earlier ones at which it was
    heard; `referred`: of its referral. `transferred_from`: the area (node id) that it was accepted from.
    """

    row: StoredCase
    case_ref: str
    apart: bool
    grave: bool
    kind: Kind
    idva_service: str
    referring_agency: str
    apart_for: str
    stub: str
    meeting: dt.date | None
    referred: dt.date | None
    transferred_from: str = ""
    heard: tuple[dt.date, ...] = ()

    def to_be_heard(self, today: dt.date) -> bool:
        """Whether it has still to be, as `to_be_heard`."""
        return to_be_heard(self.meeting, self.referred, today)

    @property
    def unlisted(self) -> bool:
        """Whether the Marac is to hear it and it has no meeting: none at all, or none since it was referred.

        A stub waits for its referral first; what was accepted from another area is whole, and waits for none.
        """
        due = not self.stub or bool(self.transferred_from)
        return self.kind is Kind.marac and due and not_listed(self.meeting, self.referred)

    def meets_on(self, day: dt.date) -> bool:
        """Whether it is, or was, a case of the meeting of a day."""
        return day == self.meeting or day in self.heard

    def heard_last(self, today: dt.date) -> dt.date | None:
        """The day of the last meeting that has come: from which its flag runs."""
        return last_come((*self.heard, self.meeting), today)


def not_listed(meeting: dt.date | None, referred: dt.date | None) -> bool:
    """Whether a case has no meeting, or none since it was referred last."""
    return meeting is None or (referred is not None and referred > meeting)


def to_be_heard(meeting: dt.date | None, referred: dt.date | None, today: dt.date) -> bool:
    """Whether a case has still to be: its meeting is to come, or it is not listed and its referral is recent."""
    if meeting is not None and not not_listed(meeting, referred):
        return meeting >= today
    return referred is None or referred >= today - HEARD_WITHIN


def every_gist(tx: Reading) -> tuple[Gist, ...]:
    """Every case in a word. Raises RowsError, StorageError."""
    return tx.every_row("case_record", _gist)


def by_handle(tx: Reading) -> Mapping[str, Gist]:
    """The same by the handle (hex) of each."""
    every = every_gist(tx)
    return tx.node.derived.get(
        "gists by handle", (every,), lambda: {one.row.handle.hex(): one for one in every}
    )


def by_digest(tx: Reading) -> Mapping[bytes, Gist]:
    """The same by the digest of each one's reference."""
    every = every_gist(tx)
    return tx.node.derived.get(
        "gists by digest", (every,), lambda: {one.row.ref_digest: one for one in every}
    )


def _gist(vault: Vault, values: RowMapping) -> Gist:
    row = stored_case(values)
    kept = open_kept(vault, row.handle, row.sealed)
    details = kept.details
    return Gist(
        row=row,
        case_ref=details.case_ref,
        apart=bool(details.apart),
        grave=kept.hidden or bool(details.not_safe_to_talk_to),
        kind=details.kind,
        idva_service=details.idva_service,
        referring_agency=details.referring_agency,
        apart_for=details.apart,
        stub=details.stub,
        meeting=details.meeting_date,
        referred=details.referral_date,
        transferred_from=details.transferred_from,
        heard=details.heard,
    )


def with_referral_form(tx: Reading) -> frozenset[int]:
    """The cases, by their number in the store, of which a referral form is a paper. Raises RowsError."""
    every = tx.every_row("case_paper", _of_referral_form)
    return tx.node.derived.get("with a referral form", (every,), lambda: frozenset(every))


def _of_referral_form(_: Vault, values: RowMapping) -> int | None:
    case_id: int = values["case_id"]
    return case_id if values["kind"] == PaperKind.referral.value else None


class HeardThere(NamedTuple):
    """What an area said of later hearings of a candidate, who is known again by this evidence."""

    area: NodeId
    evidence: bytes
    hearing: Hearing


class CheckGist(NamedTuple):
    """A check in a word: when it was asked (seconds since 1970), about whom on which case, and what came of it.

    `permitted`: not so, nobody was asked. `nobody`: no area was asked for whoever asked. `answered`: an area has.
    `to_ring`: an area of it is still to be rung. `came`: how far it has come with each area that found somebody.
    `doubted_by`: who said of a very likely candidate that it is not the same person, while nobody has agreed.
    `perpetrator_known`: it is about an alleged perpetrator, whom an area answered that its Marac knows as one.
    `heard`: what areas said of later hearings, but of a candidate that somebody said is not the same.
    """

    check_id: str
    asked_at: int
    case_ref: str
    case_digest: bytes
    about: Role
    permitted: bool
    nobody: bool
    answered: bool
    to_ring: bool
    came: tuple[tuple[NodeId, frozenset[DisclosureStatus]], ...]
    doubted_by: tuple[str, ...]
    perpetrator_known: bool
    heard: tuple[HeardThere, ...]
    sealed: bytes


def every_check(tx: Reading) -> tuple[CheckGist, ...]:
    """Every check in a word. Raises RowsError, StorageError."""
    return tx.every_row("check_record", _check)


def _check(vault: Vault, row: RowMapping) -> CheckGist:
    kept = open_check(vault, row["check_id"], row["sealed"])
    found = (one for one in kept.result.areas if one.candidates)
    return CheckGist(
        check_id=row["check_id"],
        asked_at=row["asked_at"],
        case_ref=kept.request.case_ref,
        case_digest=vault.lookup("case_ref", kept.request.case_ref),
        about=kept.request.subject.role,
        permitted=kept.result.decision.permitted,
        nobody=kept.asked_nobody,
        answered=any(one.status is AreaStatus.answered for one in kept.result.areas),
        to_ring=bool(row["to_ring"]),
        came=tuple(
            (one.node_id, frozenset(each.disclosure.status for each in one.candidates)) for one in found
        ),
        doubted_by=_doubted_by(kept),
        perpetrator_known=_perpetrator_known(kept),
        heard=tuple(_heard(kept)),
        sealed=row["sealed"],
    )


def _perpetrator_known(kept: RecordedCheck) -> bool:
    if kept.request.subject.role is not Role.perpetrator:
        return False
    found = (one for area in kept.result.areas for one in area.candidates if one.handle not in kept.dismissed)
    return any(
        one.disclosure.role is Role.perpetrator and Kind.marac in one.disclosure.involvement for one in found
    )


def _heard(kept: RecordedCheck) -> Iterator[HeardThere]:
    for key, hearing in kept.hearings.items():
        area, _, handle = key.partition("/")
        if hearing.heard is not None and handle not in kept.dismissed:
            yield HeardThere(area, bytes.fromhex(kept.evidence[area][handle]), hearing)


def _doubted_by(kept: RecordedCheck) -> tuple[str, ...]:
    areas = kept.result.areas if kept.dismissed else ()
    candidates = (one for area in areas for one in (*area.candidates, *area.set_aside))
    likely = {one.handle for one in candidates if one.band is Band.strong}
    words = (word for handle, word in kept.dismissed.items() if handle in likely)
    return tuple(dict.fromkeys(word.by for word in words if not word.agreed_by))
