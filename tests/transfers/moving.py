"""Northmoor offers a case to Eastvale, where somebody accepts or declines it. Real nodes, real requests."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any, Final

from hub.cases.importing.rows import PersonIntake
from hub.jobs import deliveries
from hub.node.node import Node
from hub.records.transfers import Transfer, transfer_of
from hub.transfers.accept import Decided
from hub.transfers.decided import Offer
from hub.transfers.deliver import deliver_first
from hub.transfers.offer import Made, ask_back, offer_case
from hub.values import AgencyKind, Requester, RequesterRole, Role
from hub.wire.transfers import Permitted
from tests.federation.nodes import Areas, case, hold, stranger

OLD, NEW = "northmoor", "eastvale"
SHE: Final = stranger(801)
HE: Final = stranger(802)
OWN_ADDRESS: Final = "14 Quarry Lane, Northmoor"
REF: Final = "NM-77"
COORDINATOR: Final = Requester(
    name="A. Coordinator",
    role=RequesterRole.coordinator,
    agency="Police",
    agency_kind=AgencyKind.police,
)
THERE: Final = COORDINATOR.model_copy(update={"name": "N. Newcomer"})


def heard(areas: Areas, **changes: Any) -> None:
    """Northmoor has a case that was heard."""
    people = [SHE, HE.model_copy(update={"role": Role.perpetrator})]
    intake = case(REF, people)
    addressed = tuple(
        PersonIntake(one, OWN_ADDRESS if one == SHE else "", None, row) for row, one in enumerate(people, 2)
    )
    hold(areas[OLD], replace(intake, **{"people": addressed, "fled_from": (), **changes}))


def an_offer(node: Node, **changes: Any) -> Offer:
    """The offer of it, permitted by the meeting."""
    told: dict[str, Any] = {
        "case_ref": REF,
        "to": NEW,
        "items": (),
        "permission": Permitted(by="Marac Chair", date=node.today() - dt.timedelta(days=1)),
        "reason": "She has moved there for good.",
    }
    return Offer(**told | changes)


def offered(areas: Areas, **changes: Any) -> Made:
    """Offer it, and try to deliver that."""
    made = offer_case(areas[OLD], an_offer(areas[OLD], **changes), COORDINATOR)
    assert made.transfer is not None, made.decision
    delivered(areas, OLD, made.delivery)
    return made


def delivered(areas: Areas, area: str, number: str) -> str:
    """The first try; why it waits."""

    async def go() -> str:
        async with areas.client(area) as client:
            return await deliver_first(areas[area], client, number)

    return asyncio.run(go())


def told(areas: Areas, decided: Decided) -> str:
    """Eastvale says what it decided."""
    return delivered(areas, NEW, decided.delivery)


def withdrawn(areas: Areas, number: str) -> str:
    """Northmoor asks for it back."""
    return delivered(areas, OLD, ask_back(areas[OLD], number, COORDINATOR, "She did not go."))


def worker(areas: Areas, area: str) -> None:
    """All that waits at an area and whose time has come is tried once."""

    async def go() -> None:
        async with areas.client(area) as client:
            for task in deliveries.due(areas[area]):
                await deliveries.attempt(areas[area], client, task.name)

    asyncio.run(go())


def at(areas: Areas, area: str, number: str) -> Transfer:
    """The transfer as an area has it."""
    with areas[area].read() as tx:
        found = transfer_of(tx, number)
    assert found is not None
    return found
