"""The demonstration's consoles: one for each node, and in two areas somebody in each role to sign in as.

Their passwords and the secrets of their apps are told to whoever runs the demonstration: its people and its nodes
are invented, and gone when it ends. Nowhere else does the program say a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from hub.accounts.accounts import Invitation, confirm, invite
from hub.accounts.organisations import add_organisation
from hub.accounts.sign_in import Opened, Opening, open_account
from hub.audit.events import OPERATOR
from hub.crypto.one_time import STEP_S, code_at, new_code
from hub.demo.servers import free_port, serving, wait_until_up
from hub.errors import HubError
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole
from hub.sample.people import World
from hub.values import AgencyKind

AREAS: Final = ("northmoor", "eastvale")
SEED: Final = 7_061
_TRIES: Final = 4
_ROLES: Final = (  # The manager first, who confirms the others.
    AccountRole.manager,
    AccountRole.coordinator,
    AccountRole.idva,
    AccountRole.representative,
    AccountRole.data_protection_officer,
    AccountRole.operator,
)


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody to sign in as. `totp_secret`: what an authenticator app is given, in base 32."""

    role: str
    name: str
    organisation: str
    sign_in: str
    password: str
    totp_secret: str

    def code(self, now: int) -> str:
        """A code that was not used yet: the app shows it now, or next."""
        return code_at(self.totp_secret, now)


@dataclass(frozen=True, slots=True)
class DemoConsole:
    """A node's console, and who may sign in to it."""

    node_id: str
    url: str
    accounts: tuple[DemoAccount, ...]


@contextmanager
def running_consoles(nodes: tuple[Node, ...]) -> Iterator[tuple[DemoConsole, ...]]:
    """A console of each node in a process of its own, until the block ends. Raises PeerError."""
    world = World(SEED)
    with ExitStack() as stack:
        consoles = []
        for node in nodes:
            accounts = _accounts(node, world) if node.node_id in AREAS else ()
            consoles.append(DemoConsole(node.node_id, f"http://127.0.0.1:{free_port()}", accounts))
        servers = [
            stack.enter_context(serving(node, console.url, "console"))
            for node, console in zip(nodes, consoles, strict=True)
        ]
        for node, console, server in zip(nodes, consoles, servers, strict=True):
            wait_until_up(node, server, console.url)
        yield tuple(consoles)


def _accounts(node: Node, world: World) -> tuple[DemoAccount, ...]:
    """Somebody in each role, who has opened their account."""
    manager: Account | None = None
    made = []
    for role in _ROLES:
        account, shown = _account(node, role, world, manager)
        manager = manager or account
        made.append(shown)
    return tuple(made)


def _account(
    node: Node, role: AccountRole, world: World, manager: Account | None
) -> tuple[Account, DemoAccount]:
    person = world.case().members[0].identity
    name = f"{person.given[0]} {person.surname}"
    idva = role is AccountRole.idva
    body = f"{node.settings.area} Haven" if idva else node.settings.agency
    kind = AgencyKind.idva_charity if idva else node.settings.agency_kind or AgencyKind.council
    sign_in, password = f"{role.value.replace('_', '-')}@{node.node_id}.example", new_code(4)
    with node.write() as tx:
        organisation = add_organisation(tx, body, kind, idva_service=idva, by=OPERATOR)
        account, code = invite(tx, Invitation(sign_in, name, organisation, role), None)
    if manager is not None and role.casework:
        with node.write() as tx:
            account, code = confirm(tx, account, manager)
    _open(node, account, code, password)
    return account, DemoAccount(role.value, name, body, sign_in, password, account.factor)


def _open(node: Node, account: Account, code: str, password: str) -> None:
    """Open an account with the code of the step before: the one that the app shows now is still to be used."""
    for _ in range(_TRIES):  # A busy machine takes longer than a step lasts.
        before = code_at(account.factor, node.now() - STEP_S)
        opened = open_account(node, Opening(account.sign_in, code, password, before, "127.0.0.1"))
        if isinstance(opened, Opened):
            return
    raise HubError("An account of the demonstration was not opened.", do="Report this as a fault.")
