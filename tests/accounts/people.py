"""Accounts of test nodes, opened as people open them: invited, with a password and an app of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from argon2 import PasswordHasher

from hub.accounts.accounts import (
    Acting,
    Invitation,
    acting_as,
    confirm,
    decides_about,
    every_account,
    invite,
    signing_in_as,
)
from hub.accounts.organisations import add_organisation
from hub.accounts.sign_in import Credentials, Opened, Opening, new_factor, open_account, sign_in
from hub.crypto import passwords
from hub.crypto.one_time import STEP_S, code_at
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole, AccountState
from hub.values import AgencyKind

PASSWORD = "four loose garden tiles"  # pragma: allowlist secret
ADDRESS = "192.0.2.7"


@contextmanager
def cheap_passwords() -> Iterator[None]:
    """Let argon2 take a thousandth of its memory: most tests are not about what a password costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        passwords._of_nobody.cache_clear()
        yield
    passwords._of_nobody.cache_clear()


@dataclass
class User:
    """Somebody with an account: what they know and what their app shows."""

    node: Node
    sign_in: str
    recovery: tuple[str, ...]

    @property
    def account(self) -> Account:
        with self.node.read() as tx:
            found = signing_in_as(tx, self.sign_in)
        assert found is not None
        return found

    def code(self) -> str:
        """A code that was not used before: the app's, when it shows the next one."""
        used, now = self.account.last_step, self.node.now()
        return code_at(self.account.factor, max(now, (used + 1) * STEP_S))

    def credentials(self, password: str = PASSWORD, code: str = "", address: str = ADDRESS) -> Credentials:
        return Credentials(self.sign_in, password, code or self.code(), address)

    def signed_in(self) -> str:
        """The cookie of a session of theirs."""
        token = sign_in(self.node, self.credentials())
        assert len(token) > 20
        return token


def invited(
    node: Node,
    name: str,
    role: AccountRole = AccountRole.coordinator,
    *,
    by: Account | None = None,
    organisation: str = "Eastvale Police",
    idva_service: bool = False,
) -> tuple[Account, str]:
    """Somebody who was invited, and their code."""
    kind = AgencyKind.idva_charity if idva_service else AgencyKind.police
    with node.write() as tx:
        body = add_organisation(tx, organisation, kind, idva_service=idva_service, by="operator")
        sign_in_as = f"{'.'.join(re.findall(r'[a-z]+', name.lower()))}@example.org"
        return invite(tx, Invitation(sign_in_as, name, body, role), by)


def opening(node: Node, account: Account, code: str, password: str = PASSWORD) -> Opening:
    """What they type whose app has read the picture that they are shown."""
    factor = new_factor(node, account)
    shown = code_at(factor.secret, node.now())
    return Opening(account.sign_in, code, factor.sealed, password, shown, ADDRESS)


def user(
    node: Node,
    name: str,
    role: AccountRole = AccountRole.coordinator,
    *,
    by: Account | None = None,
    confirmed_by: Account | None = None,
    organisation: str = "Eastvale Police",
    idva_service: bool = False,
) -> User:
    """Somebody who has opened their account."""
    account, code = invited(node, name, role, by=by, organisation=organisation, idva_service=idva_service)
    if account.state is AccountState.awaiting:
        decider = confirmed_by or _who_decides(node, account, organisation, idva_service=idva_service)
        with node.write() as tx:
            account, code = confirm(tx, account, decider)
    opened = open_account(node, opening(node, account, code))
    assert isinstance(opened, Opened), opened
    return User(node, account.sign_in, opened.recovery)


def _who_decides(node: Node, account: Account, organisation: str, *, idva_service: bool) -> Account:
    """A manager who decides about an account; made where there is none."""
    with node.read() as tx:
        managers = [one for one in every_account(tx) if one.state is AccountState.open]
        found = [one for one in managers if decides_about(tx, one, account)]
    if found:
        return found[0]
    if not any(one.role is AccountRole.manager for one in managers):
        user(node, "Root Manager", AccountRole.manager, organisation="Eastvale Council")
        return _who_decides(node, account, organisation, idva_service=idva_service)
    head = user(
        node,
        f"Head {organisation}",
        AccountRole.manager,
        organisation=organisation,
        idva_service=idva_service,
    )
    return head.account


def acting(node: Node, role: AccountRole, organisation: str, *, idva_service: bool = False) -> Acting:
    """Somebody in a role at an organisation, whose account is open."""
    name = f"{role.value} of {organisation}".title()
    account = user(node, name, role, organisation=organisation, idva_service=idva_service).account
    with node.read() as tx:
        return acting_as(tx, account)
