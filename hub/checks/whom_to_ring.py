"""Whom another area may ring about a case of ours: who is on duty for its Marac, and for the Idva service of it.

What each body keeps of itself, and nothing of anybody on the case. What of it goes, and by whose word, is
`hub.checks.released`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.accounts.organisations import every_organisation, folded
from hub.node.transaction import Reading
from hub.records.accounts import Duty
from hub.records.cases import CaseDetails
from hub.values import Kind
from hub.wire.messages import WhomToRing


def whom_to_ring(tx: Reading, case: CaseDetails) -> tuple[WhomToRing, ...]:
    """Whom to ring about it: for its Marac where it is one's and somebody is on duty, and its Idva service.

    Of a service that keeps nobody on duty here no more than its name. Raises RowsError.
    """
    return tuple(_each(tx, case))


def _each(tx: Reading, case: CaseDetails) -> Iterator[WhomToRing]:
    bodies = every_organisation(tx)
    if case.kind is Kind.marac:
        on_duty = [(one.duty.at, one.name, one.duty) for one in bodies if one.duty and not one.idva_service]
        for _, name, duty in sorted(on_duty, key=lambda one: one[:2])[-1:]:
            yield _told(Kind.marac, name, duty)
    if case.idva_service:
        own = (one for one in bodies if one.idva_service and folded(one.name) == folded(case.idva_service))
        service = next(own, None)
        yield _told(Kind.idva, case.idva_service, service.duty if service else None)


def _told(kind: Kind, body: str, duty: Duty | None) -> WhomToRing:
    shown = "".join(filter(str.isprintable, body))
    return WhomToRing(
        kind=kind, body=shown, name=duty.worker if duty else "", phone=duty.phone if duty else ""
    )
