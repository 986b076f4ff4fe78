"""What two nodes say of their logs, so that each is a witness to the other's.

A signed head goes on from an earlier one where its node shows the earlier one's entry in its log. Pure. Says
nothing about anybody.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from hub.values import Level, Value, Whole
from hub.wire.messages import VERSION, Bytes32, Hex16, Hex32
from hub.wire.problem import HeldNotice

CHECKPOINTS_PATH: Final = "/federation/v1/checkpoints"

Note = Annotated[str, StringConstraints(max_length=500)]


class HeadTold(Value):
    """An entry of a log, by its number and hash: the head that the log had then."""

    size: Annotated[Whole, Field(ge=1)]
    hash: Hex32


class RestoredTold(Value):
    """That a node was brought back from a backup: to which head of its log, under a random mark."""

    mark: Hex16
    head: HeadTold


class CheckpointNotice(Value):
    """A node's newest signed head.

    `checkpoint` is the signed note. `since` is the node's entry at the head that the peer holds. `restored` is its
    newest restoration: what goes on from the head that it went back to explains the loss of what came after.
    """

    version: Literal[1] = VERSION
    checkpoint: Note  # without the end of its last line, as texts travel
    since: HeadTold | None = None
    restored: RestoredTold | None = None

    @property
    def note(self) -> str:
        """The signed note as it stands in a file."""
        return self.checkpoint + "\n"


class CheckpointTaken(Value):
    """What a peer did with a head: kept it, or has to be shown the entry at the one that it holds.

    `lost`: the newest head that it was shown before a restoration of which it now hears, as the node signed that.
    """

    version: Literal[1] = VERSION
    status: Literal["kept", "show"]
    held: HeadTold
    lost: HeldNotice | None = None


ACKNOWLEDGEMENTS_PATH: Final = "/federation/v1/acknowledgements"
RECONCILIATIONS_PATH: Final = "/federation/v1/reconciliations"
MOST_DAYS: Final = 100
MOST_EXCHANGES: Final = 10_000
MOST_ENTRIES: Final = 64
MOST_BODIES: Final = 2_000
MOST_QUESTIONS: Final = 20

Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
DisclosureName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}/[0-9a-f]{32}$")]
"""A disclosure by its check and handle."""
Checks = Annotated[tuple[Hex16, ...], Field(max_length=MOST_EXCHANGES)]
Disclosures = Annotated[tuple[DisclosureName, ...], Field(max_length=MOST_EXCHANGES)]


class Acknowledgement(Value):
    """That a holder's answer to a disclosure was read, by the SHA-256 of its body as it came."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    level: Literal[Level.involvement, Level.summary]
    answer: Bytes32


class Acknowledged(Value):
    """That an acknowledgement is kept."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16


class ReconciliationRequest(Value):
    """What a node asks for, to hold both sides against each other: days, and entries of the log by number."""

    version: Literal[1] = VERSION
    first: Day
    last: Day
    entries: Annotated[tuple[Whole, ...], Field(max_length=MOST_ENTRIES)] = ()


class DayTold(Value):
    """How much passed between two nodes on one day, as one of them recorded it.

    `asked` and `told`: checks put to the other, and disclosures sent to it. `answered` and `heard`: checks of the
    other, and its disclosures, that were answered here. `elements`: what was evaluated for it, and charged.
    """

    day: Day
    asked: Whole = 0
    answered: Whole = 0
    elements: Whole = 0
    told: Whole = 0
    heard: Whole = 0


class BodiesTold(Value):
    """Salted digests of the bodies of a disclosure (by check, handle and level) as a node keeps them now.

    `questions`: what was asked; whoever asked names each time. `answer`: what was answered.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}/[0-9a-f]{32}/(involvement|summary)$")]
    questions: Annotated[tuple[Hex32, ...], Field(max_length=MOST_QUESTIONS)] = ()
    answer: Hex32


Bodies = Annotated[tuple[BodiesTold, ...], Field(max_length=MOST_BODIES)]


class ReconciliationAnswer(Value):
    """One node's side. `entries`: its log's entries at the numbers asked for; `held`: the asking node's head there.

    `asked` and `told` are checks and disclosures that it put to the other; `got` and `read` those whose answer it
    has; `answered` and `heard` what it answered. `acknowledged`: what the other has acknowledged; `acknowledges`:
    what it has. `bodies_told` and `bodies_heard`: of its disclosures to the other, and of the other's to it.
    """

    version: Literal[1] = VERSION
    asked: Checks = ()
    got: Checks = ()
    answered: Checks = ()
    told: Disclosures = ()
    read: Disclosures = ()
    heard: Disclosures = ()
    acknowledges: Disclosures = ()
    acknowledged: Disclosures = ()
    bodies_told: Bodies = ()
    bodies_heard: Bodies = ()
    days: Annotated[tuple[DayTold, ...], Field(max_length=MOST_DAYS)] = ()
    entries: Annotated[tuple[HeadTold, ...], Field(max_length=MOST_ENTRIES)] = ()
    held: HeadTold | None = None
