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
from hub.accounts.sign_in import Opened, Opening, new_factor, open_account
from hub.audit.events import OPERATOR
from hub.crypto.one_time import STEP_S, code_at, new_code
from hub.demo.servers import free_port, serving, wait_until_up
from hub.errors import HubError
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole, Organisation
from hub.sample.people import World
from hub.values import AgencyKind

AREAS: Final = ("northmoor", "eastvale")
SEED: Final = 7_061
_TRIES: Final = 4
_ROLES: Final = (  # The manager of a body first, who confirms its others.
    AccountRole.manager,
    AccountRole.coordinator,
    AccountRole.representative,
    AccountRole.data_protection_officer,
    AccountRole.operator,
)
_SERVICE_ROLES: Final = (AccountRole.manager, AccountRole.idva)


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
            accounts = open_accounts(node, world) if node.node_id in AREAS else ()
            consoles.append(DemoConsole(node.node_id, f"http://127.0.0.1:{free_port()}", accounts))
        servers = [
            stack.enter_context(serving(node, console.url, "console"))
            for node, console in zip(nodes, consoles, strict=True)
        ]
        for node, console, server in zip(nodes, consoles, servers, strict=True):
            wait_until_up(node, server, console.url)
        yield tuple(consoles)


def open_accounts(node: Node, world: World) -> tuple[DemoAccount, ...]:
    """Somebody in each role, of the Marac and of an Idva service, who has opened their account."""
    kind = node.settings.agency_kind or AgencyKind.council
    marac = _body(node, node.settings.agency, kind, idva_service=False)
    service = _body(node, f"{node.settings.area} Idva Service", AgencyKind.idva_charity, idva_service=True)
    made: list[DemoAccount] = []
    head: Account | None = None
    for body, roles in ((marac, _ROLES), (service, _SERVICE_ROLES)):
        for place, role in enumerate(roles):
            account, shown = _account(node, _invitation(node, world, body, role), head)
            made.append(shown)
            if place == 0:
                head = account
    return tuple(made)


def _body(node: Node, name: str, kind: AgencyKind, *, idva_service: bool) -> Organisation:
    with node.write() as tx:
        return add_organisation(tx, name, kind, idva_service=idva_service, by=OPERATOR)


def _invitation(node: Node, world: World, body: Organisation, role: AccountRole) -> Invitation:
    person = world.case().members[0].identity
    host = f"idva.{node.node_id}" if body.idva_service else node.node_id
    sign_in = f"{role.value.replace('_', '-')}@{host}.example"
    return Invitation(sign_in, f"{person.given[0]} {person.surname}", body, role)


def _account(node: Node, invitation: Invitation, head: Account | None) -> tuple[Account, DemoAccount]:
    """An account that is open. `head`: the manager who confirms it, where it takes one."""
    password = new_code(4)
    with node.write() as tx:
        account, code = invite(tx, invitation, None)
    if head is not None and invitation.role.casework:
        with node.write() as tx:
            account, code = confirm(tx, account, head)
    factor = _open(node, account, code, password)
    body = invitation.organisation.name
    return account, DemoAccount(
        invitation.role.value, invitation.name, body, invitation.sign_in, password, factor
    )


def _open(node: Node, account: Account, code: str, password: str) -> str:
    """Open an account with the code of the step before: the one that the app shows now is still to be used.

    Gives the second factor.
    """
    factor = new_factor(node, account)
    for _ in range(_TRIES):  # A busy machine takes longer than a step lasts.
        before = code_at(factor.secret, node.now() - STEP_S)
        opening = Opening(account.sign_in, code, factor.sealed, password, before, "127.0.0.1")
        if isinstance(open_account(node, opening), Opened):
            return factor.secret
    raise HubError("An account of the demonstration was not opened.", do="Report this as a fault.")
