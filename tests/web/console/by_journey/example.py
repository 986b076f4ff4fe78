"""What an example of a page is: where it is, who opens it, what they send, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.records.accounts import AccountRole

R = AccountRole
NOBODY: Final = "nobody"
UNSIGNED: Final = "unsigned"  # A coordinator whose agency has signed no agreement.
PROVEN: Final = "proven"  # Somebody who signs in by the provider.
AWAY: Final = "away"  # Somebody whose session is locked.
Fields = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Example:
    """A page. `at`: whose console; `who`: a role, or one of those above; `form`: what is sent there.

    `status`: what the page answers once its redirects were followed; `places`: what stands in the address, if not
    what the examples before left there.
    """

    route: str
    who: AccountRole | str = R.coordinator
    form: Fields = field(default_factory=dict)
    status: int = 200
    at: str = "northmoor"
    places: Mapping[str, str] = field(default_factory=dict)
