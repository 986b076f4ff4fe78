"""The papers of a case between memory and the store: the referral, the risk checklist, the plan, a file attached.

Papers are only ever added: a correction is a new one that supersedes another, and what was before stays. Those of a
case are numbered, and held to the log with the place after the last, so that one changed, moved, taken away or put
back as it was is found. Knows no kind's own model (`hub.cases`), and asks nobody who may read one
(`hub.cases.papers_shown`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import StringConstraints
from sqlalchemy import RowMapping

from hub.audit.events import NODE, Action, Refs
from hub.crypto.encoding import b64, unb64
from hub.crypto.vault import Vault
from hub.errors import ConflictError, InputError, StorageError
from hub.node.transaction import Reading, Transaction
from hub.records.transfers import moved_to
from hub.store import papers
from hub.store.cases import StoredCase
from hub.store.papers import PaperRow
from hub.values import ShortText, Value

MAX_FILE: Final = 10 * 1024 * 1024
_HANDLE_BYTES: Final = 16


class PaperKind(StrEnum):
    """What a paper is. The kind says which model its body is read by."""

    referral = "referral"
    dash = "dash"
    research = "research"
    child_referral = "child_referral"
    minutes = "minutes"
    plan = "plan"
    plan_review = "plan_review"
    flag = "flag"
    repeat = "repeat"
    move_notice = "move_notice"
    staff_warning = "staff_warning"
    attachment = "attachment"
    idva_contact = "idva_contact"
    clients_answer = "clients_answer"
    records_request = "records_request"
    correction = "correction"
    still_here = "still_here"
    disclosure_scheme = "disclosure_scheme"
    idva_handover = "idva_handover"
    listing = "listing"


FROZEN: Final = frozenset(
    {
        PaperKind.referral,
        PaperKind.dash,
        PaperKind.research,
        PaperKind.child_referral,
        PaperKind.idva_contact,
    }
)
"""Papers about her, of which a case that has moved gets no more. What is done about him goes on."""


SERVICES_OWN: Final = frozenset({PaperKind.idva_contact, PaperKind.clients_answer, PaperKind.idva_handover})
"""What an Idva service writes of its client: sealed under a key of the service's own, within the node's seal. A
handover that came from another area's is sealed to one (`hub.records.handovers`)."""
_LOCKED: Final = frozenset({"service", "sealed"})


class Paper(Value):
    """A paper of a case. `by`: who wrote it; `at`: when, in seconds since 1970; `supplier`: the agency whose it is.

    `may_follow`: whether it may follow the victim to another area. `supersedes`: the handle (hex) of the paper that
    it corrects, or "". `file`: SHA-256 (hex) of the file that is attached by it, or "". `source`: the area that it
    came from, where that is another; it is corrected there alone.
    """

    kind: PaperKind
    body: dict[str, Any]
    by: ShortText
    at: int
    supplier: ShortText
    may_follow: Literal["yes", "ask", "no"] = "ask"
    supersedes: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")] = ""
    file: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    source: ShortText = ""


class WithFile(NamedTuple):
    """A paper to add, and the bytes of the file that it attaches, if any."""

    paper: Paper
    file: bytes | None


class KeptPaper(NamedTuple):
    """A paper as it is kept: its handle (hex), its number on the case, and what it says."""

    handle: str
    number: int
    paper: Paper


def put(tx: Transaction, case: StoredCase, *new: Paper | WithFile, by: str = NODE) -> tuple[str, ...]:
    """Add papers to a case, all that a transaction adds to it, and return their handles (hex) in the same order.

    `by`: whose act the log says it is. Raises InputError for a file over `MAX_FILE`, ConflictError where what one
    corrects is not on the case, is of another kind, or was corrected already, or where a paper about her is added
    to a case that has moved to another area; RowsError.
    """
    kinds = {(one if isinstance(one, Paper) else one.paper).kind for one in new}
    if kinds & FROZEN and (area := moved_to(tx, case.ref_digest)) is not None:
        raise ConflictError(
            f"This case has moved to the area {area}, which keeps what is new about her.",
            kept="The papers of the case, as they were. Its actions go on.",
            do="Tell that area: telephone its coordinator.",
        )
    every, handles = of_case(tx, case), list[str]()
    for number, filed in enumerate((_with_file(one) for one in new), len(every) + 1):
        paper, file = filed
        if paper.supersedes:
            _require_newest(every, paper)
        handle = os.urandom(_HANDLE_BYTES)
        tx.record(Action.paper_kept, by=by, about=Refs(case=case.handle.hex()), kind=paper.kind.value)
        sealed = tx.vault.seal(_place(handle), paper.model_dump_json(exclude_defaults=True).encode())
        papers.add(tx.session, PaperRow(case.id, number, handle, paper.kind.value, sealed))
        if file is not None:
            papers.add_file(tx.session, handle, tx.vault.seal(_file_place(handle), file))
        handles.append(handle.hex())
        every.append(KeptPaper(handle.hex(), number, paper))
    return tuple(handles)


def locked(tx: Reading, paper: Paper, organisation: str) -> Paper:
    """A paper of a service's own, its body under that service's key (its id, hex): the node's opens it no more.

    Raises UsageError where the node has no secret for services and may not write one.
    """
    assert paper.kind in SERVICES_OWN
    plain = json.dumps(paper.body).encode()
    sealed = tx.node.service_vault(organisation).seal(_service_place(organisation, paper), plain)
    return paper.model_copy(update={"body": {"service": organisation, "sealed": b64(sealed)}})


def unlocked(tx: Reading, kept: KeptPaper, organisation: str) -> KeptPaper:
    """A paper as the service of that id (hex) reads it; one that is none of its own is as it was.

    Raises StorageError where its key is not the one that it was sealed with.
    """
    paper = kept.paper
    if paper.body.keys() != _LOCKED or paper.body["service"] != organisation:
        return kept
    vault = tx.node.service_vault(organisation)
    plain = vault.open(_service_place(organisation, paper), unb64(paper.body["sealed"]))
    return kept._replace(paper=paper.model_copy(update={"body": json.loads(plain)}))


def _service_place(organisation: str, paper: Paper) -> str:
    return f"service_paper/{organisation}/{paper.kind.value}/{paper.at}"


def of_case(tx: Reading, case: StoredCase, kind: PaperKind | None = None) -> list[KeptPaper]:
    """The papers of a case, the oldest first; those of one kind, where that is given. Raises RowsError.

    Those that were corrected are among them: `current` leaves them out.
    """
    rows = papers.of_case(tx.session, case.id)
    last = max((row.number for row in rows), default=0)
    tx.require_as_bound({"case_paper": [(case.id, number) for number in range(1, last + 2)]})
    return [_opened(tx.vault, row) for row in rows if kind is None or row.kind == kind.value]


def one(tx: Reading, case: StoredCase, handle: str) -> KeptPaper | None:
    """The paper of a case that a handle names. Raises RowsError, StorageError."""
    return next((found for found in of_case(tx, case) if found.handle == handle), None)


def current(every: Sequence[KeptPaper]) -> list[KeptPaper]:
    """Those that no other corrects, in the same order."""
    corrected = {found.paper.supersedes for found in every}
    return [found for found in every if found.handle not in corrected]


def history(every: Sequence[KeptPaper], handle: str) -> list[KeptPaper]:
    """A paper with all that it corrects, the newest first."""
    of, found = {kept.handle: kept for kept in every}, list[KeptPaper]()
    while kept := of.get(handle):
        found.append(kept)
        handle = kept.paper.supersedes
    return found


def file_of(tx: Reading, kept: KeptPaper) -> bytes | None:
    """The bytes of the file that a paper attaches; None where it attaches none. Raises RowsError, StorageError."""
    if not kept.paper.file:
        return None
    handle = bytes.fromhex(kept.handle)
    tx.require_as_bound({"case_attachment": [(handle,)]})
    sealed = papers.file_of(tx.session, handle)
    data = b"" if sealed is None else tx.vault.open(_file_place(handle), sealed)
    if hashlib.sha256(data).hexdigest() != kept.paper.file:
        raise _wrong("An attached file is not the one that its paper says.")
    return data


def _with_file(new: Paper | WithFile) -> WithFile:
    """A paper with the digest of the file that it attaches. Raises InputError."""
    paper, file = (new, None) if isinstance(new, Paper) else new
    if file is not None and len(file) > MAX_FILE:
        raise InputError(
            f"The file has more than {MAX_FILE // 1024 // 1024} MB.",
            kept="Nothing of it.",
            do="Attach a smaller one, such as the pages that are needed.",
        )
    digest = "" if file is None else hashlib.sha256(file).hexdigest()
    return WithFile(paper.model_copy(update={"file": digest}), file)


def _require_newest(every: Sequence[KeptPaper], paper: Paper) -> None:
    corrected = next((found for found in current(every) if found.handle == paper.supersedes), None)
    if corrected is not None and corrected.paper.source:
        raise ConflictError(
            f"This paper came from the area {corrected.paper.source}, and is read here as it came.",
            kept="The papers of the case, as they were.",
            do="Write a paper of your own, or ask that area to correct theirs.",
        )
    if corrected is None or corrected.paper.kind is not paper.kind:
        raise ConflictError(
            "What this corrects was corrected by somebody else meanwhile, or is no such paper of this case.",
            kept="The papers of the case, as they were.",
            do="Open the newest, and correct that.",
        )


def opened(vault: Vault, values: RowMapping) -> KeptPaper:
    """A paper of a row of its table, for whoever goes through all of them. Raises StorageError."""
    return _opened(vault, PaperRow(**{name: values[name] for name in PaperRow._fields}))


def _opened(vault: Vault, row: PaperRow) -> KeptPaper:
    paper = Paper.model_validate_json(vault.open(_place(row.handle), row.sealed))
    if paper.kind.value != row.kind:
        raise _wrong("A paper does not stand as what is sealed says.")
    return KeptPaper(row.handle.hex(), row.number, paper)


def _wrong(what: str) -> StorageError:
    return StorageError(
        what, kept="Nothing was changed.", do="Run `hub audit verify`, and call your auditor."
    )


def _place(handle: bytes) -> str:
    return f"case_paper/{handle.hex()}"


def _file_place(handle: bytes) -> str:
    return f"case_attachment/{handle.hex()}"
