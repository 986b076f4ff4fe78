"""The case of a question, as whoever asks finds it: the people in it, whether it is made now, and who may be asked.

A question is about people on a case in store. An emergency makes its own, of what was typed. Whoever is restricted
from somebody in it asks nobody, and reads what one reads whose areas cannot be reached. Decides no law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.cases.access import restrictions_on
from hub.cases.alerts import alert_manager
from hub.cases.kept_out import CaseRestrictions
from hub.cases.stub import case_of_emergency, put_case_of_emergency
from hub.checks.about import about, require_name
from hub.consent.required_answers import threat_in_words
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.cases import CaseDetails
from hub.records.check import CheckRequest
from hub.store.obligations import Activity
from hub.values import Person


@dataclass(frozen=True)
class AskedCase:
    """A question with its people as the case has them, and the case: `details` None where the asker finds none.

    `made`: an emergency makes it. `people`: those asked about, and everybody on the case.
    """

    request: CheckRequest
    people: tuple[Person, ...]
    details: CaseDetails | None
    made: bool
    restrictions: CaseRestrictions

    @property
    def asks_nobody(self) -> bool:
        """Whether who asks is restricted from somebody in it."""
        return self.restrictions.any and self.restrictions.concern(self.people)

    @property
    def asked_nobody(self) -> bool:
        """Whether the question says nothing but what was typed: there is no such case, or nobody is asked."""
        return self.details is None or self.asks_nobody

    def activity(self, check_id: str) -> Activity:
        """What the obligations of the question arise from."""
        return Activity(self.restrictions.digest(self.request.case_ref), check_id)

    def alert(self, tx: Transaction, check_id: str) -> bool:
        """Have a manager look into the question where who asks is restricted from the case, or somebody in it."""
        request = self.request
        return alert_manager(
            tx, self.restrictions, self.people, request.case_ref, request.requester, matter=check_id
        )

    def put(self, tx: Transaction, by: str) -> None:
        """Store the case where it is made by the question. Raises ConflictError."""
        if self.made and self.details is not None:
            put_case_of_emergency(tx, self.details, (self.request.subject, *self.request.related), by)


def asked_case(
    node: Node, request: CheckRequest, check_id: str, opens: Callable[[CaseDetails], bool] | None = None
) -> AskedCase:
    """The case of a question. `opens`: which cases are theirs who ask; another reads like none.

    Raises InputError where nobody on it is who is named; UsageError; StorageError.
    """
    restrictions = restrictions_on(node, request.requester)
    with node.read() as tx:
        held = restrictions.find(tx, request.case_ref) if request.case_ref else None
    if held is not None and opens is not None and not opens(held.details):
        held = None
    people = tuple(one.details.person for one in held.people) if held else ()
    details, made = held.details if held else None, False
    if held is not None:
        request = about(request, people)
    elif threat_in_words(request.sharing_form):
        ref = request.case_ref or f"EMERGENCY-{node.today():%Y%m%d}-{check_id[:6].upper()}"
        request, made = request.model_copy(update={"case_ref": ref}), True
        details = case_of_emergency(restrictions, ref, request)
    if details is not None:
        require_name(request.subject)
    everybody = (request.subject, *request.related, *people)
    return AskedCase(request, everybody, details, made, restrictions)
