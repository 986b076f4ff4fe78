"""The case of a question, as whoever asks finds it: the people in it, whether it is made now, and who may be asked.

A question is about people on a case in store. An emergency makes its own, of what was typed. Whoever is restricted
from somebody in it asks nobody, and reads what one reads whose areas cannot be reached. Decides no law.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.cases.access import CaseRestrictions, restrictions_on
from hub.cases.stub import case_of_emergency, put_case_of_emergency
from hub.checks.about import about, require_name
from hub.consent.required_answers import threat_in_words
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.cases import CaseDetails
from hub.records.check import CheckRequest
from hub.store.obligations import Activity


@dataclass(frozen=True)
class AskedCase:
    """A question with its people as the case has them, and the case: `details` None where the asker finds none.

    `made`: an emergency makes it. `asks_nobody`: who asks is restricted from somebody in it.
    """

    request: CheckRequest
    details: CaseDetails | None
    made: bool
    asks_nobody: bool
    restrictions: CaseRestrictions

    def activity(self, check_id: str) -> Activity:
        """What the obligations of the question arise from."""
        return Activity(self.restrictions.digest(self.request.case_ref), check_id)

    def put(self, tx: Transaction, by: str) -> None:
        """Store the case where it is made by the question. Raises ConflictError."""
        if self.made and self.details is not None:
            put_case_of_emergency(tx, self.details, (self.request.subject, *self.request.related), by)


def asked_case(node: Node, request: CheckRequest, check_id: str) -> AskedCase:
    """The case of a question. Raises InputError where nobody on it is who is named; UsageError; StorageError."""
    restrictions = restrictions_on(node, request.requester)
    with node.read() as tx:
        held = restrictions.find(tx, request.case_ref) if request.case_ref else None
    people = tuple(one.details.person for one in held.people) if held else ()
    details, made = held.details if held else None, False
    if held is not None:
        request = about(request, people)
    elif threat_in_words(request.sharing_form):
        ref = request.case_ref or f"EMERGENCY-{node.today():%Y%m%d}-{check_id[:6].upper()}"
        request, made = request.model_copy(update={"case_ref": ref}), True
        details = case_of_emergency(restrictions, ref, request.requester, request.sharing_form.fled_from)
    if details is not None:
        require_name(request.subject)
    asked = (request.subject, *request.related, *people)
    nobody = restrictions.any and restrictions.concern(asked)
    return AskedCase(request, details, made, nobody, restrictions)
