"""An Idva service of a test node, people of it and of the Marac, and somebody who is referred."""

from __future__ import annotations

from typing import Any

from hub.accounts.accounts import Acting
from hub.accounts.organisations import add_organisation
from hub.cases.refer import Referred, refer
from hub.cases.referral import Referral
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.values import AgencyKind
from tests.accounts.people import acting
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER

HAVEN = "Haven"
HOUR = 3_600


def referred(node: Node, **changes: Any) -> Referred:
    return refer(node, Referral.model_validate(sample(**changes)), IMPORTER)


def add_service(node: Node, name: str = HAVEN) -> None:
    with node.write() as tx:
        add_organisation(tx, name, AgencyKind.idva_charity, idva_service=True, by="operator")


def idva(node: Node, service: str = HAVEN) -> Acting:
    return acting(node, AccountRole.idva, service, idva_service=True)


def coordinator(node: Node) -> Acting:
    return acting(node, AccountRole.coordinator, "Northmoor Police")
