"""Somebody whom a case hides, who may be she on another, and who says so."""

from __future__ import annotations

from hub.cases.changes import find_case
from hub.cases.seals import Said
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import Requester, Role
from tests.federation.nodes import stranger
from tests.federation.publishing import HER

WHO = Requester.model_validate(
    {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
)
SAID = Said(WHO, "She fled, and asked for it.")
MANAGER = '[[staff]]\ngiven_names = "A."\nsurname = "Coordinator"\nmanager = true\n'

VICTIM, PERPETRATOR, MOTHER = (
    stranger(71),
    stranger(72).model_copy(update={"role": Role.perpetrator}),
    stranger(73),
)
CHILD = HER.model_copy(update={"role": Role.child})
# The same forename and date of birth under another surname, with the one of before as an alias.
AS_ALIAS = HER.model_copy(
    update={"surname": "Quillfeather", "aliases": (f"{HER.given_names} {HER.surname}",)}
)
# The same forename and month of birth under another surname: it may be her.
LIKELY = HER.model_copy(update={"surname": "Quill", "date_of_birth": HER.date_of_birth[:7]})


def held(node: Node, ref: str) -> HeldCase:
    with node.read() as tx:
        found = find_case(tx, ref)
    assert found
    return found
