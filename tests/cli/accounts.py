"""A node whose people have accounts, for tests of commands: who they are, and tokens of theirs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.accounts.accounts import acting_as, every_account
from hub.accounts.tokens import TokenWanted, make
from hub.node.node import open_node
from hub.node.transaction import Reading
from hub.records.accounts import Account, AccountRole
from hub.records.tokens import TokenScope
from tests.accounts.people import User, cheap_passwords, user
from tests.cli.running import Ended, inside

CONSOLE: Final = "https://console.northmoor.example"
BOTH: Final = (TokenScope.read, TokenScope.ask)
PEOPLE: Final = {
    "manager": ("Mo Ashdown", AccountRole.manager, "Northmoor Police"),
    "coordinator": ("Ash Underhill", AccountRole.coordinator, "Northmoor Police"),
    "representative": ("Rey Penrose", AccountRole.representative, "Northmoor Police"),
    "idva": ("Ida Fairweather", AccountRole.idva, "Haven"),
    "officer": ("Dee Peel", AccountRole.data_protection_officer, "Northmoor Police"),
}


@dataclass
class Staffed:
    """The home of a node with accounts, and files with tokens."""

    home: Path
    folder: Path

    @classmethod
    def of(cls, home: Path, folder: Path) -> Staffed:
        """Give a node a manager, a coordinator, a representative, an Idva and a data-protection officer."""
        folder.mkdir(exist_ok=True)
        with (home / "node.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[console]\nurl = "{CONSOLE}"\n')
        node = open_node(home)
        with cheap_passwords():
            manager: User | None = None
            for name, role, organisation in PEOPLE.values():
                made = user(
                    node,
                    name,
                    role,
                    by=manager.account if manager else None,
                    organisation=organisation,
                    idva_service=organisation == "Haven",
                )
                manager = manager or made
        node.database.close()
        return cls(home, folder)

    def token(
        self,
        who: str = "coordinator",
        scopes: tuple[TokenScope, ...] = BOTH,
        days: int = 90,
        ago_days: int = 0,
    ) -> Path:
        """A file with a new token of somebody, made so long ago."""
        node = open_node(self.home, clock=lambda: time.time() - ago_days * 86_400)
        with node.write() as tx:
            acting = acting_as(tx, self.account(tx, who))
            given = make(tx, acting, TokenWanted(program="a program", scopes=scopes, days=days))
        node.database.close()
        return self.file(given)

    def account(self, tx: Reading, who: str) -> Account:
        """Somebody's account."""
        return next(one for one in every_account(tx) if one.name == PEOPLE[who][0])

    def file(self, token: str) -> Path:
        """A file with a token."""
        path = self.folder / f"token-{len(list(self.folder.iterdir()))}"
        path.write_text(token + "\n", encoding="ascii")
        path.chmod(0o600)
        return path

    def hub(self, command: str, *arguments: object, said: str = "") -> Ended:
        """A command on this node."""
        return inside(*command.split(), self.home, *arguments, said=said)
