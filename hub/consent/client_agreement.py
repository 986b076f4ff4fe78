"""What a client's explicit agreement carries by itself: one Idva service asks another whether it helped before.

The rule is data (`[client_agreement]` of `config/grounds.toml`): no agreement between the services is needed. Not
here: what a client's agreement is beside every other basis (`five_questions`).
"""

from __future__ import annotations

from hub.consent.conditions import Conditions, engaged
from hub.consent.form.form import Subject
from hub.consent.form.vocabulary import Capacity, DataClass, VictimAgreement, answered
from hub.values import Level, Role


def may_rest_on_it(assessed: Conditions, level: Level | None) -> bool:
    """Whether such a question by such an agency may rest on the client's agreement alone on that day."""
    form, rule = assessed.form, assessed.rules.law.client_agreement
    law, giver = assessed.rules.law, form.requester.agency_kind
    basis = law.bases[rule.basis]
    return (
        rule.live(assessed.on)
        and form.purpose in rule.purposes
        and level in rule.levels
        and giver is not None
        and law.belongs(giver, rule.who)
        and basis.live(assessed.on)
        and law.belongs(giver, basis.who)
    )


def why_not_to(assessed: Conditions, *, tells: bool) -> str:
    """The field that names who is told, where it is no service that is named; nothing where nobody is told."""
    to, law = assessed.form.recipient, assessed.rules.law
    if tells and not (
        answered(to.agency) and to.agency_kind and law.belongs(to.agency_kind, law.client_agreement.to)
    ):
        return "recipient.agency"
    return ""


def agreed(person: Subject) -> bool:
    """Whether this is a client, able to agree, who has."""
    return (
        person.role is Role.victim
        and person.agreement is VictimAgreement.given
        and person.capacity in (Capacity.has, Capacity.not_assessed)
    )


def carries(person: Subject, data: DataClass, assessed: Conditions) -> bool:
    """Whether a dated agreement of this person carries that class of data about them."""
    return (
        agreed(person)
        and person.agreed_on is not None
        and person.agreed_on <= assessed.on
        and data in assessed.rules.law.client_agreement.data
        and not any(engaged(one, person, data, assessed.rules) for one in ("art9", "art10"))
    )
