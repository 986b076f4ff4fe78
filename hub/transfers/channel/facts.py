"""What the node holds of a manager and of a case, for the rules of a sealed channel (`rules`). Keeps nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.accounts.accounts import Acting, every_account
from hub.cases.staff import staff_list
from hub.consent import conflicts_of_interest
from hub.consent.areas import Area
from hub.consent.context import ConflictOfInterest
from hub.errors import UsageError
from hub.matching import may_be_called
from hub.node.node import Node
from hub.records import papers
from hub.records.accounts import AccountRole, AccountState
from hub.records.cases import HeldCase
from hub.transfers.channel.rules import Facts, against, instead, refused
from hub.values import Person


def facts_of(node: Node, acting: Acting, held: HeldCase | None, other: str, *, declared: bool) -> Facts:
    """The facts. `held`: the case, as they find it; `other`: the manager in the other area, by name."""
    name, account = acting.account.name, acting.account
    manager = account.role is AccountRole.manager and not acting.organisation.idva_service
    if held is None:
        return Facts(manager=manager, case=False, declared=declared)
    member = staff_list(node).listed(name)
    me = member.person if member else _named(name)
    insider = conflicts_of_interest(me, (), held.ever)
    return Facts(
        manager=manager,
        case=True,
        in_case=ConflictOfInterest.self_ in insider or _may_be(name, held.ever),
        household=ConflictOfInterest.household in insider,
        not_safe=_stands_in((name, acting.organisation.name), held),
        linked=any(may_be_called(name, one) for one in _who_worked(node, held))
        or held.details.entered_by == node.user(name),
        other_in_case=_may_be(other, held.ever) or _stands_in((other,), held),
        declared=declared,
    )


def require(node: Node, acting: Acting, facts: Facts) -> None:
    """Raise UsageError where something stands against it, with whom to turn to instead."""
    if found := against(facts):
        raise refused(found, turn_to(node, acting))


def turn_to(node: Node, acting: Acting) -> str:
    """Whom to turn to in this area, in words."""
    with node.read() as tx:
        others = [
            one for one in every_account(tx) if one.state is AccountState.open and one.id != acting.account.id
        ]
    by = {role: [one.name for one in others if one.role is role] for role in AccountRole}
    return instead(
        by[AccountRole.manager], by[AccountRole.data_protection_officer], str(node.settings.contact)
    )


def require_other_area(node: Node, peer: str) -> None:
    """Raise UsageError for a channel to the own area."""
    if peer == node.node_id:
        raise UsageError("A channel goes to another area.", kept="Nothing was kept.", do="Choose that area.")


def _who_worked(node: Node, held: HeldCase) -> Iterator[str]:
    """Who referred it, and who wrote papers of it."""
    yield held.details.referring_contact
    with node.read() as tx:
        for one in papers.of_case(tx, held.row):
            yield one.paper.by


def _may_be(name: str, people: Iterable[Person]) -> bool:
    names = (each for one in people for each in (f"{one.given_names} {one.surname}", *one.aliases))
    return any(may_be_called(name, one) for one in names)


def _stands_in(names: tuple[str, ...], held: HeldCase) -> bool:
    said = Area(names=tuple(filter(None, names)))
    return any(said.stands_in(one) for one in held.details.not_safe_to_talk_to)


def _named(name: str) -> Person:
    given, _, surname = name.strip().rpartition(" ")
    return Person(given_names=given, surname=surname)
