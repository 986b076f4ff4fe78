"""What roles and states are called on pages, and the menu of each role."""

from __future__ import annotations

from typing import Final

from hub.records.accounts import Account, AccountRole, AccountState
from hub.web.console.language import gettext, mark
from hub.web.console.rendering import Link
from hub.web.guards import ROUTES

_ROLES: Final = {
    AccountRole.coordinator: mark("coordinator"),
    AccountRole.idva: mark("Idva"),
    AccountRole.representative: mark("representative"),
    AccountRole.manager: mark("manager"),
    AccountRole.data_protection_officer: mark("data-protection officer"),
    AccountRole.operator: mark("operator"),
}
_STATES: Final = {
    AccountState.awaiting: mark("Waits for a manager"),
    AccountState.invited: mark("Invited"),
    AccountState.open: mark("Open"),
    AccountState.disabled: mark("Disabled"),
}
_MENU: Final = (
    (mark("My work"), "/work"),
    (mark("Emergency"), "/emergency"),
    (mark("Idva referrals"), "/idva-referrals"),
    (mark("On duty"), "/duty"),
    (mark("Cases"), "/cases"),
    (mark("Meetings"), "/agenda"),
    (mark("Requests"), "/requests"),
    (mark("Transfers"), "/transfers"),
    (mark("Sealed channels"), "/channels"),
    (mark("Obligations"), "/obligations"),
    (mark("Actions"), "/actions"),
    (mark("What agencies bring"), "/prompts"),
    (mark("Corrections"), "/corrections"),
    (mark("Flags"), "/flags"),
    (mark("Seen again"), "/seen-again"),
    (mark("To countersign"), "/countersign"),
    (mark("Who may be hidden"), "/seals"),
    (mark("Disclosures"), "/disclosures"),
    (mark("Out of the ordinary"), "/unusual"),
    (mark("Who opened a case"), "/reads"),
    (mark("People"), "/accounts"),
    (mark("Programs"), "/programs"),
)


def role_in_words(role: AccountRole) -> str:
    """What a role is called."""
    return gettext(_ROLES[role])


def state_in_words(account: Account) -> str:
    """How an account stands, and whether its user signs in by the provider."""
    said = gettext(_STATES[account.state])
    return gettext(mark("%(state)s, by the provider"), state=said) if account.by_provider else said


def menu_of(role: AccountRole) -> tuple[Link, ...]:
    """What somebody in a role may open."""
    return tuple(Link(gettext(text), path) for text, path in _MENU if _may(role, path))


def home_of(role: AccountRole) -> str:
    """Where somebody in a role begins."""
    menu = menu_of(role)
    return menu[0].href if menu else "/nothing"


def _may(role: AccountRole, path: str) -> bool:
    guard = ROUTES.get(("GET", path))
    return guard is not None and guard.admits(role)
