"""What one decision is made on, and what follows from it: each worked out once, when it is first asked for.

Not here: what is decided (`decide`), which ground stands and why (`grounds`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from hub.consent import client_agreement, coverage, grounds
from hub.consent.agreements import SharingAgreement
from hub.consent.areas import Area
from hub.consent.conditions import Conditions
from hub.consent.context import NO_CONTEXT, Context, same
from hub.consent.coverage import Between
from hub.consent.form.form import SharingForm, Signature, Subject
from hub.consent.form.vocabulary import DataClass, SignatureRole
from hub.consent.grounds import Standing
from hub.consent.rules.rules import Rules
from hub.consent.telling import NotTold, Telling
from hub.consent.verdicts import OFFICERS, word_of
from hub.values import AgencyKind, Level, Purpose


class Moving(NamedTuple):
    """Somebody on a form, by reference, with the classes of data about them."""

    ref: str
    person: Subject
    classes: tuple[DataClass, ...]


@dataclass(frozen=True)
class Assessment:
    """A form, the rules, the day and what else a decision needs."""

    form: SharingForm
    rules: Rules
    on: dt.date
    context: Context = NO_CONTEXT

    @property
    def giver(self) -> AgencyKind | None:
        """The kind of agency that shares."""
        return self.form.requester.agency_kind

    @property
    def receiver(self) -> AgencyKind | None:
        """The kind of agency that receives."""
        return self.form.recipient.agency_kind

    @property
    def level(self) -> Level | None:
        """The level that a permit would open; None where the form does not say."""
        return Level.involvement if self.form.purpose is Purpose.publish else self.form.level

    @cached_property
    def telling(self) -> Telling:
        """What stands against telling, by the answers about areas that somebody fled."""
        return Telling.of(self.form, self.context)

    @cached_property
    def recipient(self) -> Area:
        """Who would receive, by all the names that the form and the node know."""
        to = self.form.recipient
        known = self.telling.area(to.node_id or "")
        return Area(known.node_id, (*known.names, to.agency), known.calls_itself)

    @cached_property
    def not_told(self) -> tuple[NotTold, ...]:
        """What stands against telling the recipient about whom; nothing where the act does not tell."""
        return self.telling.against(self.recipient) if self.context.tells else ()

    @cached_property
    def ticked(self) -> tuple[Standing, ...]:
        """Every ticked ground, in the order of the printed form."""
        return grounds.assess(self.form, self.rules, self.on, self.word_of(OFFICERS) is True)

    @cached_property
    def grounds(self) -> tuple[Standing, ...]:
        """The grounds that stand."""
        return tuple(ground for ground in self.ticked if ground.stands)

    @cached_property
    def with_basis(self) -> tuple[Standing, ...]:
        """The grounds that stand and are not merely to be paired with one."""
        return tuple(ground for ground in self.grounds if not ground.rule.must_be_paired)

    @cached_property
    def people(self) -> tuple[Moving, ...]:
        """Everyone with what would move at the level asked for. The rest is held back, so nothing is asked of it.

        Nothing is left out where the level is not said. Somebody of whom nothing would move stays on the list.
        """
        moving = self.rules.policy.items.get(self.level or Level.not_answered, frozenset(DataClass))
        return tuple(
            Moving(name_of(person, index), person, tuple(sorted(moving.intersection(person.data))))
            for index, person in enumerate(self.form.subjects)
        )

    @cached_property
    def conditions(self) -> Conditions:
        """What Article 9 and Article 10 conditions are tried on."""
        return Conditions(self.form, self.rules, self.on, self.grounds)

    @cached_property
    def agreement(self) -> SharingAgreement | None:
        """The agreement of this node that the form names as its protocol, if it holds one."""
        return coverage.named(self.form.protocol, self.context.agreements or ())

    @cached_property
    def covered(self) -> bool:
        """Whether an agreed protocol speaks for this purpose and level on that day."""
        return self.form.protocol is not None and not self.why_not_covered

    @cached_property
    def why_not_covered(self) -> str:
        """Why the protocol named, if one is, does not speak for this purpose and level."""
        protocol = self.form.protocol
        if protocol is None:
            return ""
        if self.context.agreements is None:
            return coverage.why_not_as_stated(protocol, self.form, self.rules, self.on)
        receiver = self.form.recipient.node_id if self.context.tells else None
        between = Between(self.context.area, receiver or "")
        return coverage.why_not_held(protocol, self.agreement, self.conditions, between)

    def why_not_carried(self, person: Subject, data: DataClass) -> str:
        """Why the protocol does not carry that class of data of somebody, or nothing."""
        protocol = self.form.protocol
        if protocol is None or not self.covered:
            return "no protocol covers it"
        if data not in self.rules.policy.protocol.data:
            return "policy.toml leaves it to the form"
        if self.agreement is None:
            return coverage.stated(protocol, data)
        return coverage.why_not_of(self.agreement, person, data, self.conditions)

    @cached_property
    def uncovered(self) -> tuple[Moving, ...]:
        """The people and classes of data that no protocol pre-answers, nor a client's explicit agreement.

        To be named in a question tells the least of somebody, whatever is listed: only a protocol for that covers a
        person of whom nothing listed would move.
        """
        if not (self.covered or self.by_client):
            return self.people
        rest = (
            (one._replace(classes=tuple(item for item in one.classes if self._left(one.person, item))), one)
            for one in self.people
        )
        return tuple(
            left for left, listed in rest if left.classes or not (listed.classes or self._names(left.person))
        )

    def _left(self, person: Subject, data: DataClass) -> bool:
        return bool(self.why_not_carried(person, data)) and not self.client_carries(person, data)

    @cached_property
    def by_client(self) -> bool:
        """Whether the question may rest on the client's explicit agreement, towards this recipient."""
        return client_agreement.may_rest_on_it(
            self.conditions, self.level
        ) and not client_agreement.why_not_to(self.conditions, tells=self.context.tells)

    def client_carries(self, person: Subject, data: DataClass) -> bool:
        """Whether the client's explicit agreement carries that class of data about them."""
        return self.by_client and client_agreement.carries(person, data, self.conditions)

    def _names(self, person: Subject) -> bool:
        """Whether that carries the least of somebody."""
        return not any(self._left(person, item) for item in self.rules.policy.items[Level.involvement])

    @cached_property
    def manager_signed(self) -> bool:
        """Whether a manager other than the caseworker has signed by that day; by account where there are any."""
        manager = self.form.signature(SignatureRole.manager)
        caseworker = self.form.signature(SignatureRole.caseworker)
        if manager is None or manager.date is None or manager.date > self.on or not self.by_account(manager):
            return False
        return caseworker is None or not same(manager.name, caseworker.name)

    def word_of(self, titles: tuple[str, ...]) -> bool | None:
        """What those consulted by one of these titles decided: share, do not share, or nothing that counts."""
        return word_of(titles, self.form, self.on)

    def by_account(self, signature: Signature) -> bool:
        """Whether a manager's signature is an account's, on a node that has any: no typed name signs there."""
        signed_by = self.context.signed_by
        return signed_by is None or any(same(signature.name, one) for one in signed_by)


def name_of(person: Subject, index: int) -> str:
    """The person's reference on this form: never a name."""
    return person.ref or f"subjects[{index}]"
