"""What a caseworker puts before a manager, between memory and the store: what is sealed, and what became of it.

Nothing moves by what stands here: an act that needs a manager's signature looks whether an account signed the very
form that it is decided on (`signed_by`). What is read was held to the log first. Signing is `hub.checks.sign`'s.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from pydantic import Field
from sqlalchemy import RowMapping

from hub.consent import SharingForm
from hub.consent.form.vocabulary import Decided
from hub.crypto.vault import Vault
from hub.errors import NotFoundError, StorageError
from hub.node.transaction import Reading, Transaction
from hub.records.check import CheckRequest
from hub.store import submissions
from hub.store.submissions import SubmissionRow
from hub.values import Level, LongText, NodeId, Requester, ShortText, Value

WAITS_DAYS: Final = 14
"""How long one waits for a manager. After that it has lapsed, and is put again on the facts of that day."""
DAY_S: Final = 86_400


class SubmissionState(StrEnum):
    """What became of it. To ring: a manager decided that the area is told by telephone; no call is recorded yet.

    Rung: it was told so, and nothing of it went over the hub. Refused: signed, and not permitted on the facts then.
    """

    waiting = "waiting"
    sent_back = "sent_back"
    withdrawn = "withdrawn"
    lapsed = "lapsed"
    not_told = "not_told"
    to_ring = "to_ring"
    rung = "rung"
    refused = "refused"
    signed = "signed"


OPEN: Final = frozenset(
    {SubmissionState.waiting, SubmissionState.sent_back, SubmissionState.to_ring, SubmissionState.refused}
)
"""About these somebody has still to do something."""


class Step(Value):
    """What somebody did about it: who, when (seconds since 1970), and in words what was missing or refused."""

    state: SubmissionState
    by: ShortText
    account: ShortText
    at: int
    words: tuple[LongText, ...] = ()


class TellingAnswer(Value):
    """A manager's answer about telling an area that somebody fled, or may have; `words` are read as no answer.

    `receiver`: who there is to receive it. `over_hub`: whether anything goes over the hub once that was rung.
    """

    decided: Decided
    words: LongText = ""
    receiver: ShortText = ""
    over_hub: bool = False


class Call(Value):
    """A telephone call to an area: who was spoken to, on which day and at what time, and what was said."""

    spoken_to: ShortText
    on: dt.date
    clock: ShortText
    said: LongText
    number: ShortText


class Submission(Value):
    """What is put before a manager: to tell an area of a candidate (`area`, `handle`), or a question to be asked.

    `case_digest` (hex): of the case as whoever put it found it then. `account`: whose it is; `reason` in their own
    words. `form`: as they put it; `not_accepted`: what the engine said of it then. `signed`: the form as a manager
    signed it.
    """

    id: str
    case_ref: ShortText
    case_digest: str
    account: str
    proposer: Requester
    reason: LongText
    check_id: str
    area: NodeId | None = None
    area_called: ShortText = ""
    handle: str = ""
    level: Level
    question: CheckRequest | None = None
    form: SharingForm
    not_accepted: tuple[LongText, ...] = Field(default=(), max_length=200)
    until: int
    steps: tuple[Step, ...]
    answer: TellingAnswer | None = None
    signed: SharingForm | None = None
    call: Call | None = None

    @property
    def state(self) -> SubmissionState:
        """What became of it last, whatever the clock says."""
        return self.steps[-1].state

    def state_at(self, now: int) -> SubmissionState:
        """What has become of it by then: one that waited too long has lapsed."""
        over = now >= self.until and self.state in (SubmissionState.waiting, SubmissionState.to_ring)
        return SubmissionState.lapsed if over else self.state

    @property
    def signer(self) -> Step | None:
        """Who signed it, where somebody did."""
        done = (SubmissionState.signed, SubmissionState.to_ring, SubmissionState.refused)
        return next((one for one in self.steps if one.state in done), None)


def submission_of(tx: Reading, number: str) -> Submission:
    """The submission of that id. Raises NotFoundError, RowsError."""
    try:
        key = bytes.fromhex(number)
    except ValueError:
        raise _unknown() from None
    tx.require_as_bound({"submission": [(key,)]})
    row = submissions.find(tx.session, key)
    if row is None:
        raise _unknown()
    return _opened(tx.vault, row)


def open_submissions(tx: Reading) -> list[Submission]:
    """Those about which somebody has still to do something, the oldest first. Raises RowsError."""
    found = (one for one in tx.every_row("submission", _of_row) if one.state in OPEN)
    return sorted(found, key=lambda one: one.steps[0].at)


def submissions_about(tx: Reading, check_id: str) -> list[Submission]:
    """Those about a check, the oldest first. Raises RowsError."""
    rows = submissions.of_check(tx.session, check_id)
    tx.require_as_bound({"submission": [(row.id,) for row in rows]})
    return sorted((_opened(tx.vault, row) for row in rows), key=lambda one: one.steps[0].at)


def signed_by(
    tx: Reading, check_id: str, form: SharingForm, about: tuple[NodeId, str] | None = None
) -> tuple[str, ...]:
    """Whose account signed this very form, by name: for this check or, with `about`, for this candidate of an area.

    What a manager let be told by telephone alone signs nothing that goes over the hub. Raises RowsError.
    """
    found = []
    for one in submissions_about(tx, check_id):
        covers = one.question is not None or (one.area, one.handle) == about
        if one.state is SubmissionState.signed and one.signed == form and covers and one.signer is not None:
            found.append(one.signer.by)
    return tuple(dict.fromkeys(found))


def keep_submission(tx: Transaction, submission: Submission, *, new: bool = False) -> None:
    """Keep one as it is now."""
    sealed = tx.vault.seal(_place(submission.id), submission.model_dump_json().encode())
    row = SubmissionRow(
        id=bytes.fromhex(submission.id),
        account=bytes.fromhex(submission.account),
        check_id=submission.check_id,
        sealed=sealed,
    )
    (submissions.add if new else submissions.replace)(tx.session, row)


def _of_row(vault: Vault, row: RowMapping) -> Submission:
    return _opened(vault, SubmissionRow(**row))


def _opened(vault: Vault, row: SubmissionRow) -> Submission:
    kept = Submission.model_validate_json(vault.open(_place(row.id.hex()), row.sealed))
    if (row.account.hex(), row.check_id) != (kept.account, kept.check_id):
        raise StorageError("A submission does not stand as what is sealed says.", kept="Nothing was changed.")
    return kept


def _unknown() -> NotFoundError:
    return NotFoundError("There is no such submission.")


def _place(number: str) -> str:
    return f"submission/{number}"
