"""The node's own staff and exclusions from cases: `staff.toml` in the home, and whoever has an account.

At a command nobody's name is proved: who asks is who they say, as in a question. What follows for who may know of
what is `access`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar

from pydantic import Field

from hub.accounts.organisations import folded
from hub.consent import Exclusion, is_excluded
from hub.consent import Staff as Asker
from hub.errors import UsageError
from hub.matching import may_be_called, name_words
from hub.node.node import THE_OPERATOR, Node
from hub.node.settings import parse, read_text, toml_of
from hub.node.transaction import Reading
from hub.records import accounts as records
from hub.records.accounts import Account, AccountRole, AccountState, Organisation
from hub.values import AgencyKind, Person, Requester, RequesterRole, ShortText, Value

STAFF_FILE: Final = "staff.toml"
T = TypeVar("T")


class StaffMember(Value):
    """Someone who works with this node's cases. Date of birth and postcode tell a namesake from a colleague.

    `manager`: who may take back what protects somebody.
    """

    given_names: ShortText
    surname: ShortText
    date_of_birth: ShortText = ""
    postcode: ShortText = ""
    team: ShortText = ""
    agency: ShortText = ""
    manager: bool = False

    @property
    def name(self) -> str:
        """The name as a requester gives it."""
        return f"{self.given_names} {self.surname}"

    @property
    def person(self) -> Person:
        """The member as a person who might be asked about."""
        return Person(
            given_names=self.given_names,
            surname=self.surname,
            date_of_birth=self.date_of_birth,
            postcode=self.postcode,
        )


class CaseExclusion(Exclusion):
    """An exclusion from one case and whoever is in it, or from all where `case_ref` is empty."""

    case_ref: ShortText = ""

    @property
    def who(self) -> Exclusion:
        """Whom it excludes."""
        return Exclusion(person=self.person, team=self.team, agency=self.agency)


class StaffList(Value):
    """The content of `staff.toml`."""

    staff: tuple[StaffMember, ...] = ()
    exclusion: tuple[CaseExclusion, ...] = Field(default=())

    def listed(self, name: str) -> StaffMember | None:
        """The member of that name in full: what a manager may do is not for a name like theirs."""
        return next((one for one in self.staff if folded(one.name) == folded(name)), None)

    def is_manager(self, name: str) -> bool:
        """Whether the list has a manager of that name: what somebody says of their role counts for nothing."""
        member = self.listed(name)
        return member is not None and member.manager

    def only_a_manager(self, text: str, kept: str) -> UsageError:
        """The error for somebody who is none. Where nobody is, it says how somebody becomes one."""
        do = (
            "A manager does this: one who has an account as such, in the console, or, where nobody has an account,"
            " in staff.toml."
        )
        if not any(one.manager for one in self.staff):
            do = (
                "No manager is named yet. Whoever answers for this node invites one with `hub accounts invite` or,"
                f" where nobody has an account, writes one into {STAFF_FILE} in its home:"
                " `[[staff]]`, and under it `given_names`, `surname` and `manager = true` (docs/formats.md shows"
                " one). Then that manager runs this, under that name."
            )
        return UsageError(text, kept=kept, do=do)

    def as_excluded(self, requester: Requester) -> Asker:
        """The requester as exclusions know people: team and agency by the list before what they say."""
        member = self.listed(requester.name)
        agency = member.agency if member and member.agency else requester.agency
        return Asker(requester.name, member.team if member else "", agency)

    def against(self, requester: Requester | None) -> tuple[CaseExclusion, ...]:
        """The exclusions that somebody is under, or may be by how they write their name.

        Who does not say who they are is excluded with everyone. Team and agency are those of every member whom they
        may be.
        """
        if requester is None or not name_words(requester.name):
            return self.exclusion
        listed = self.as_excluded(requester)
        may_be = [listed, replace(listed, agency=requester.agency)]  # By the list, and by what they say.
        may_be += [
            Asker(requester.name, one.team, one.agency or requester.agency)
            for one in self.staff
            if may_be_called(one.name, requester.name)
        ]
        return tuple(one for one in self.exclusion if any(is_excluded(asker, (one,)) for asker in may_be))


def operator_of(node: Node) -> Requester:
    """Whoever acts on the machine where people have accounts: no manager, and nobody's name."""
    kind = node.settings.agency_kind or AgencyKind.council
    return Requester(name=THE_OPERATOR, role=RequesterRole.coordinator, agency_kind=kind)


def staff_list(node: Node) -> StaffList:
    """The node's list, and whoever has an account.

    Raises UsageError when `staff.toml` is broken, with the line; RowsError where the log vouches for no account.
    """
    with node.read() as tx:
        return staff_at(tx)


def staff_at(tx: Reading) -> StaffList:
    """As `staff_list`. The same value while the file, the accounts and the organisations stay as they are."""
    path = tx.node.home / STAFF_FILE
    text = _safely(lambda: read_text(path) if path.exists() else "")
    accounts, bodies = records.every(tx), records.organisations(tx)

    def made() -> StaffList:
        return _with_accounts(_safely(lambda: parse(StaffList, toml_of(text, path), path)), accounts, bodies)

    return tx.node.derived.get((StaffList, text), (accounts, bodies), made)


def _safely(read: Callable[[], T]) -> T:
    try:
        return read()
    except UsageError as error:
        raise UsageError(
            error.text,
            kept="What protects goes on: cases are sealed, and deliveries cancelled.",
            do="Correct it; docs/formats.md shows one. Until then nobody asks, imports or is shown a case.",
        ) from error


def _with_accounts(
    written: StaffList, accounts: Iterable[Account], organisations: Iterable[Organisation]
) -> StaffList:
    """The list with everybody who has an account. Their accounts say who is a manager; then the file does not."""
    everybody = sorted(accounts, key=lambda one: folded(one.name))
    if not everybody:
        return written
    bodies = {one.id: one.name for one in organisations}
    managers = {
        folded(one.name)
        for one in everybody
        if one.role is AccountRole.manager and one.state is AccountState.open
    }
    members = [one.model_copy(update={"manager": folded(one.name) in managers}) for one in written.staff]
    for account in everybody:
        if written.listed(account.name) is None:
            given, _, surname = account.name.rpartition(" ")
            members.append(
                StaffMember(
                    given_names=given,
                    surname=surname,
                    agency=bodies.get(account.organisation, ""),
                    manager=folded(account.name) in managers,
                )
            )
    return written.model_copy(update={"staff": tuple(members)})
