"""Requests that wait for an Idva service of which nobody can sign in: who can ring it learns that, and no more.

The service alone decides about its own records, so nobody here decides for it. The Marac's coordinators and
managers read its name; an operator counts. Says nothing of who asks, of whom, or of when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

from hub.accounts.accounts import Acting, every_account
from hub.accounts.organisations import every_organisation, folded
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import received
from hub.records.accounts import AccountRole, AccountState
from hub.records.gists import every_gist
from hub.records.received import ReceivedDisclosure
from hub.values import Kind

_DECIDES = (AccountRole.idva, AccountRole.manager)


def unattended(node: Node, acting: Acting) -> tuple[str, ...]:
    """The services for which something waits and of which nobody can sign in, to the Marac's own people.

    None of what somebody is restricted from. Raises UsageError, RowsError.
    """
    marac = not acting.organisation.idva_service
    if not marac or acting.account.role not in (AccountRole.coordinator, AccountRole.manager):
        return ()
    hidden = restrictions_on(node, asker_of(acting))

    def theirs(one: ReceivedDisclosure) -> bool:
        of_case = hidden.restricts(one.case.case_digest)
        return not (hidden.any and (of_case or hidden.concern((one.recorded.question.subject,))))

    return tuple(_waiting(node, theirs))


def count_unattended(node: Node) -> Mapping[str, int]:
    """How many requests wait so, by service. Raises RowsError."""
    return _waiting(node, lambda _: True)


def _waiting(node: Node, which: Callable[[ReceivedDisclosure], bool]) -> Mapping[str, int]:
    with node.read() as tx:
        attended = _attended(tx)
        service = {
            one.row.ref_digest: " ".join(one.idva_service.split())
            for one in every_gist(tx)
            if one.kind is Kind.idva and folded(one.idva_service) not in attended
        }
        waits = [one for one in received.waiting(tx) if one.case.case_digest in service]
    found = Counter(service[one.case.case_digest or b""] for one in waits if which(one))
    return dict(sorted(found.items()))


def _attended(tx: Reading) -> frozenset[str]:
    """The services of which somebody with an open account may decide about requests, by folded name."""
    theirs = {
        one.organisation
        for one in every_account(tx)
        if one.state is AccountState.open and one.role in _DECIDES
    }
    return frozenset(
        folded(one.name) for one in every_organisation(tx) if one.idva_service and one.id in theirs
    )
