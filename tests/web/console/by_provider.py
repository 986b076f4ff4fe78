"""Eastvale's console with a provider that tests have say what they like, and its users at machines of their own."""

from __future__ import annotations

import re
from typing import Any, Final

from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import User, invited, user
from tests.accounts.provider import ORGANISATION, Provider, with_provider
from tests.federation.nodes import Areas
from tests.web.console.visitor import Visitor

SESSION: Final = "__Host-eastvale"
FLOW: Final = "__Host-eastvale.provider"
WHO: Final = {"sub": "subject-1", "email": "ash.underhill@example.org"}
NOT_SO: Final = "does not hold"
NO_FACTOR: Final = "second factor"
NOT_NOW: Final = "just now"
NOBODY: Final = "no open account here that goes with it"


class World:
    """Eastvale's console, its provider, and Ash Underhill, whose account is opened by it."""

    def __init__(self, areas: Areas, provider: Provider) -> None:
        self.areas, self.provider = areas, provider
        self.node = with_provider(areas["eastvale"], provider.issuer)
        self.app = create_console(self.node)
        self.manager = user(areas["eastvale"], "Mo Ashdown", AccountRole.manager)
        self.second = user(areas["eastvale"], "Ma Lowther", AccountRole.manager, by=self.manager.account)
        self.ash = self.invited("Ash Underhill")
        assert self.opened(self.ash, None, **WHO).status_code == 200

    def visitor(self) -> Visitor:
        """Somebody at a machine that nobody used yet, after a while in which nobody tried anything."""
        self.areas.clock.advance(400)
        return Visitor(self.app)

    def invited(self, name: str, role: AccountRole = AccountRole.coordinator) -> tuple[User, str]:
        account, code = invited(self.node, name, role, by=self.manager.account, organisation=ORGANISATION)
        return User(self.node, account.sign_in, ()), code

    def opened(self, who: tuple[User, str], visitor: Visitor | None = None, **claims: Any) -> Any:
        """What somebody gets who opens an account with their code, at the provider as these claims say."""
        visitor = visitor or self.visitor()
        page = visitor.post("/invitation", {"sign_in": who[0].sign_in, "invitation": who[1]})
        assert page.status_code == 200, page.text
        (address,) = re.findall(r'href="(http[^"]+/authorize[^"]+)"', page.text)
        back = self.provider.signs_in(address.replace("&amp;", "&"), **claims)
        return visitor.get(back, sent_by_another_site=True)

    def begun(self, visitor: Visitor, path: str = "/sign-in/provider") -> str:
        """The address of the provider to which a browser is sent."""
        answer = visitor.get(path)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(self.provider.issuer + "/authorize?")
        return answer.headers["location"]

    def came_back(self, visitor: Visitor, **claims: Any) -> Any:
        """What somebody gets who signs in at the provider, as these claims say."""
        back = self.provider.signs_in(self.begun(visitor), **(WHO | claims))
        return visitor.get(back, sent_by_another_site=True)

    def signed_in(self) -> Visitor:
        """Ash, at work."""
        visitor = self.visitor()
        assert self.came_back(visitor).status_code == 200
        assert visitor.get("/work").status_code == 200
        return visitor


def refused(visitor: Visitor, answer: Any, says: str) -> None:
    """Nobody was signed in, and the page says that, and why."""
    assert answer.status_code == 403
    assert says in answer.text
    assert SESSION not in visitor.kept
    assert FLOW not in visitor.kept
    assert visitor.get("/work").headers["location"] == "/sign-in"
