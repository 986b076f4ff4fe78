"""What a page or a program's address leaves on the record of who opened which case, before its answer leaves.

The route table says of each address whether it shows a case (`hub.web.guards.Reads`). Decides nothing, and looks
nothing up: what the address named is kept as it stands there, also of what is not there or not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import Request

from hub.accounts.accounts import Acting
from hub.checks.opened_cases import THINGS
from hub.node.node import Node
from hub.records.reads import Came, ReadEvent, leave
from hub.web.guards import Guard, Reads

_AN_ID: Final = re.compile(r"[0-9a-f-]{1,64}")


@dataclass(frozen=True)
class Opening:
    """Somebody opens an address, which a page may add to. `place`: method and path, as the route table has them.

    `said`: the cases that the page said it shows, by their handles (hex); None where it said nothing.
    """

    node: Node
    acting: Acting
    guard: Guard
    place: str
    params: Mapping[str, Any]
    _said: list[frozenset[str]] = field(default_factory=list)

    @classmethod
    def of(cls, node: Node, acting: Acting, guard: Guard, request: Request) -> Opening:
        """Of a request, whose route the table has."""
        place = f"{request.method} {request.scope['route'].path}"
        return cls(node, acting, guard, place, request.path_params)

    def shows(self, *handles: str) -> None:
        """The page shows these cases, or people on them: whichever its address does not name."""
        self._said.append(frozenset(handles))

    def answered(self, status: int) -> None:
        """It is about to be answered so: keep what is shown, or that nothing is. Raises StorageError.

        Raises RuntimeError where a page that names its cases itself did not say which they are.
        """
        if status == 404:
            self.leave(Came.refused)
        elif status < 300 or 400 <= status < 500:
            if self.guard.reads is Reads.named and not self._said:
                raise RuntimeError(f"{self.place} did not say which cases it shows.")
            self.leave(Came.shown)

    def leave(self, came: Came) -> None:
        """Keep the event, where the address reads any case. Raises StorageError."""
        if self.guard.reads is Reads.nothing:
            return
        things = [(kind, _an_id(value)) for kind, value in self.params.items() if kind in THINGS]
        things += [("case", one) for one in sorted(frozenset[str]().union(*self._said))]
        account = self.acting.account
        event = ReadEvent(
            at=self.node.now(),
            account=account.id,
            organisation=account.organisation,
            place=self.place,
            things=tuple(things),
            came=came,
        )
        leave(self.node, event)


def _an_id(typed: object) -> str:
    """What stands in an address, where it may be an id; of anything else nothing is kept."""
    return str(typed) if _AN_ID.fullmatch(str(typed)) else ""
