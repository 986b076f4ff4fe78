"""The Idva service that supported her at Northmoor, and the one at Eastvale to which her case goes. Real nodes."""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.cases import idva_inbox
from hub.transfers.accept import accept
from hub.transfers.handover import HandoverTyped, hand_over
from tests.cases.idvas import add_service, idva
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD, THERE, delivered, heard, offered, told, worker

WORDS: Final = "He has the key of her mother's flat in Tarn Street."
BECAUSE: Final = "She could not be reached without him in the room."
SERVICE: Final = "Haven"
OTHERS: Final = "Harbour"


class Moved(NamedTuple):
    """A case that has moved: the transfer, and the Idvas of both services with the referrals to them."""

    number: str
    before: Acting
    after: Acting
    referral: str
    there: str


def services(areas: Areas) -> None:
    add_service(areas[OLD], SERVICE)
    add_service(areas[NEW], OTHERS)


def moved(areas: Areas, *, tell: bool = True) -> Moved:
    """She is a client of the service here, and her case is accepted there. `tell`: we have the key."""
    services(areas)
    heard(areas, referral_date=areas[OLD].today(), meeting_date=areas[OLD].today())
    made = offered(areas).transfer  # Before managers have accounts, in which they would have to sign.
    assert made
    before = idva(areas[OLD], SERVICE)
    referral = referral_of(areas, OLD, before)
    idva_inbox.take_on(areas[OLD], before, referral)
    told(areas, accept(areas[NEW], made.id, THERE, "She is here."))
    after = idva(areas[NEW], OTHERS)
    if tell:
        worker(areas, NEW)
    return Moved(made.id, before, after, referral, referral_of(areas, NEW, after))


def referral_of(areas: Areas, area: str, who: Acting) -> str:
    (line,) = idva_inbox.of_service(areas[area], who)
    return line.referral.id


def typed(**changes: str) -> HandoverTyped:
    return HandoverTyped.model_validate(
        {"agreed": "not_asked", "because": BECAUSE, "words": WORDS, "phone": "01632 960 123", **changes}
    )


def handed_over(areas: Areas, one: Moved, **changes: str) -> str:
    """Hand over, and try to deliver it; why it waits."""
    return delivered(areas, OLD, hand_over(areas[OLD], one.before, one.referral, typed(**changes)))
