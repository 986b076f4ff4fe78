"""Sending a referral: it is kept with its case, or waits where the case's victim is called otherwise there.

Then a correction is proposed, with the referral in it, and another person approves both or neither: a married name
under the number of a case, or the wrong number. The name of before stays among the other names. What was attached
is not kept with a proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hub.cases.attachments import File
from hub.cases.correction import Correction, PersonChange
from hub.cases.corrections import Corrector, keep_proposal
from hub.cases.here_already import Opens
from hub.cases.refer import (
    Referred,
    child_referral_due,
    otherwise_called,
    refer,
    require_complete,
    there,
    thresholds_of,
)
from hub.cases.referral import Referral
from hub.cases.referral_intake import victim_of
from hub.node.node import Node
from hub.records.cases import as_asked
from hub.values import AgencyKind, Requester, RequesterRole

BECAUSE: Final = (
    "A referral came under the number of this case, with the victim under another name or date of birth."
)


def refer_or_propose(
    node: Node,
    referral: Referral,
    by: Corrector | None,
    opens: Opens | None = None,
    files: Sequence[File] = (),
) -> Referred:
    """Refer somebody, or propose the correction that the referral takes first. Raises as `refer`, `keep_proposal`.

    `by`: who sends it; where nobody is named, it is a proposal of whoever it says is to be asked about it.
    """
    who = by.who if by else None
    held = there(node, referral.case_ref, who) if referral.case_ref else None
    victim = otherwise_called(held, referral) if held is not None else None
    if held is None or victim is None or not (opens is None or opens(held.details)):
        return refer(node, referral, who, opens, files)
    require_complete(node, referral, thresholds_of(node))
    change = PersonChange(
        record=victim.handle.hex(),
        before=as_asked(victim.details.person),
        after=as_asked(victim_of(node, referral, victim.details).person),
    )
    sender = by or _sender(node, referral)
    proposal = Correction(
        changes=(change,), because=BECAUSE, proposer=sender.who, account=sender.account, referral=referral
    )
    return Referred(
        case_ref=referral.case_ref,
        handle=held.row.handle.hex(),
        facts=(),
        added=(),
        completed=False,
        child_referral=child_referral_due(referral),
        proposal=keep_proposal(node, sender, held, proposal),
    )


def _sender(node: Node, referral: Referral) -> Corrector:
    kind = node.settings.agency_kind or AgencyKind.council
    who = Requester(
        name=referral.contact_names,
        role=RequesterRole.coordinator,
        agency=referral.referring_agency,
        agency_kind=kind,
    )
    return Corrector(who, "", approves=False)
