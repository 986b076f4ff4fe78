"""A request from another area in words: who asks and why, the two people side by side, what would go, our bases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from hub.cases.publication import supplier_of
from hub.checks.answer import Considered
from hub.checks.incoming import Incoming, Opened
from hub.checks.released import COMPARED, Part, in_words
from hub.consent import SharingForm, parse_form
from hub.consent.agreements import SharingAgreement
from hub.consent.decision import Outcome
from hub.consent.evidence import authority_of
from hub.consent.form.vocabulary import DataClass, VictimAgreement
from hub.errors import HubError
from hub.node.node import Node
from hub.records.received import Item
from hub.values import Kind, Person, Role
from hub.web.console.language import gettext, mark, partial_date
from hub.wire.messages import Disclosure, DisclosureQuestion

ANSWERS: Final = {
    "release": mark("Released"),
    "release_part": mark("Released in part"),
    "withhold": mark("Withheld"),
    "not_same": mark("Not the same person"),
    "ring_first": mark("Ring first"),
}
_OFFICES: Final = {
    "manager": mark("A manager decides"),
    "coordinator": mark("A coordinator decides"),
    "idva_service": mark("The Idva service decides"),
}
_ROLES: Final = {
    Role.victim: mark("Victim"),
    Role.perpetrator: mark("Alleged perpetrator"),
    Role.child: mark("Child"),
    Role.other: mark("Other person"),
}
_KINDS: Final = {
    Kind.marac: mark("This area's Marac has heard a case"),
    Kind.idva: mark("An Idva service has supported them"),
}
_ITEMS: Final = {
    Item.marac_involvement: mark("Marac involvement"),
    Item.coordinator_contact: mark("The coordinator's name and number"),
    Item.idva_involvement: mark("Idva involvement"),
    Item.idva_contact: mark("The Idva service, its worker on duty and number"),
    Item.role: mark("Role here"),
    Item.last_activity: mark("Month of last activity"),
    Item.forename_compared: mark("How the first names compare"),
    Item.surname_compared: mark("How the surnames compare"),
    Item.date_of_birth_compared: mark("How the dates of birth compare"),
    Item.referral_date: mark("Day of referral"),
    Item.criteria: mark("Criteria"),
}
_RING: Final = {Kind.marac: mark("Coordinator on duty"), Kind.idva: mark("Idva service")}
_SAID: Final = {
    VictimAgreement.given: mark("Agreed to being asked about"),
    VictimAgreement.refused: mark("Refused"),
    VictimAgreement.not_asked: mark("Was not asked"),
    VictimAgreement.cannot_ask: mark("Cannot be asked"),
}
_PURPOSES: Final = {
    "referred_elsewhere": mark("Whether the victim was referred elsewhere before"),
    "marac_transfer": mark("A transfer from Marac to Marac"),
    "idva_prior_contact": mark("Whether an Idva service was in contact before"),
}


class Beside(NamedTuple):
    """One thing of both people, and how it compares, in words."""

    what: str
    ours: str
    theirs: str
    how: str


class PacketRow(NamedTuple):
    """One item of what an answer holds: what it says, who supplied it, whether an Idva service gives it."""

    item: Item
    called: str
    says: str
    supplied_by: str
    with_idva_service: bool


def named(found: Sequence[Item]) -> str:
    """Items by what they are called, which says nothing of what they hold."""
    return "; ".join(gettext(_ITEMS[one]) for one in found)


def packet_rows(node: Node, found: Considered) -> list[PacketRow]:
    """What an answer holds, item by item; nothing where nothing would be answered."""
    part, packet = found.part, found.packet
    agency = supplier_of(node, found.held.details, node.agreements.held).agency
    rows = []
    for one in packet.items if part.goes else ():
        ((_, says),) = items(packet.released(Part((one,))))
        supplied = packet.supplied_by(one, agency) or gettext("not recorded")
        if one in COMPARED:
            supplied = gettext("worked out here")
        rows.append(PacketRow(one, gettext(_ITEMS[one]), says, supplied, one in part.stays))
    return rows


def office_in_words(line: Incoming) -> str:
    """Who decides about a request."""
    named = line.decision.refer_to
    return gettext(_OFFICES[named[0] if named else "coordinator"])


def who_asks(node: Node, question: DisclosureQuestion) -> list[tuple[str, Sequence[str]]]:
    """Who asks and why, what the victim said and on what ground, as that area signed it: label and lines."""
    try:
        form = parse_form(question.excerpt)
    except HubError:
        return [(gettext("Form"), [gettext("It cannot be read")])]
    asker = form.requester
    agency = node.rules.law.agencies[asker.agency_kind].name if asker.agency_kind else ""
    person = ", ".join(part for part in (asker.name, asker.role.value if asker.role else "") if part)
    found = [
        (gettext("Who asks"), [person, ", ".join(part for part in (asker.agency, agency) if part)]),
        (gettext("Why"), [_why(form)]),
        (gettext("What the victim said"), _victim_said(form)),
        (gettext("Ground"), _ground(node, form)),
        (
            gettext("Signed by"),
            [", ".join(part for part in (one.name, one.role.value) if part) for one in form.signatures],
        ),
    ]
    return [(label, [one for one in lines if one] or [gettext("Not said")]) for label, lines in found]


def _why(form: SharingForm) -> str:
    return gettext(_PURPOSES[form.purpose]) if form.purpose in _PURPOSES else ""


def _victim_said(form: SharingForm) -> list[str]:
    said = [gettext(_SAID[one.agreement]) for one in form.subjects if one.agreement]
    aware = [gettext("Does not know of the referral") for one in form.subjects if not one.aware]
    return [*said, *aware[:1]]


def _ground(node: Node, form: SharingForm) -> list[str]:
    law = node.rules.law
    found = [gettext("The agreement %(ref)s", ref=form.protocol.ref)] if form.protocol else []
    found += [law.grounds[one.key].label for one in form.grounds]
    return [*found, gettext("An emergency")] if form.emergency else found


def beside(found: Considered, theirs: Person) -> list[Beside]:
    """Our person beside theirs, with what agrees and what differs."""
    ours = found.person.person
    alike = {one.field: one.similarity for one in found.agreed.fields}
    roles = gettext("agrees") if ours.role is theirs.role else gettext("differs")
    nothing = gettext("not recorded")
    rows = (
        (
            gettext("First names"),
            ours.given_names,
            theirs.given_names,
            _how_names(alike["forename"], ours.given_names, theirs.given_names),
        ),
        (
            gettext("Surname"),
            ours.surname,
            theirs.surname,
            _how_names(alike["surname"], ours.surname, theirs.surname),
        ),
        (gettext("Other names"), "; ".join(ours.aliases), "; ".join(theirs.aliases), ""),
        (
            gettext("Date of birth"),
            partial_date(ours.date_of_birth),
            partial_date(theirs.date_of_birth),
            _how(alike["date_of_birth"]),
        ),
        (gettext("Role"), gettext(_ROLES[ours.role]), gettext(_ROLES[theirs.role]), roles),
    )
    return [Beside(what, mine or nothing, other or nothing, words) for what, mine, other, words in rows]


def _how_names(similarity: float | None, ours: str, theirs: str) -> str:
    """How names compare: the closest of all that either has, which need not be the two that stand here."""
    how = _how(similarity)
    if how == gettext("agrees") and ours.casefold() != theirs.casefold():
        return gettext("agrees by another name")
    return how


def _how(similarity: float | None) -> str:
    if similarity is None:
        return gettext("not recorded on one side")
    if similarity >= 99:
        return gettext("agrees")
    return gettext("close") if similarity >= 80 else gettext("differs")


def items(disclosure: Disclosure | None) -> list[tuple[str, str]]:
    """What goes, item by item; nothing where nothing is answered."""
    if disclosure is None or disclosure.status != "answered":
        return []
    found = [(gettext("Involvement"), gettext(_KINDS[one])) for one in disclosure.involvement]
    found += [(gettext(_RING[one.kind]), in_words(one)) for one in disclosure.ring]
    if disclosure.role:
        found.append((gettext("Role here"), gettext(_ROLES[disclosure.role])))
    if disclosure.last_activity:
        found.append((gettext("Last activity"), partial_date(disclosure.last_activity)))
    found += [(gettext("How the two compare"), one) for one in disclosure.agreement]
    return [*found, (gettext("Summary"), disclosure.summary)] if disclosure.summary else found


def bases(node: Node, opened: Opened) -> dict[str, str]:
    """The bases of our own that this area may answer on, by what a form calls them."""
    return bases_for(node, opened.considered, opened.line.request.key.peer)


def bases_for(node: Node, found: Considered | None, peer: str) -> dict[str, str]:
    """As `bases`, of what is considered of a case of ours for that area."""
    if found is None:
        return {}
    supplier = supplier_of(node, found.held.details, node.agreements.held)
    both, today = {node.node_id, peer}, node.today()
    offered = {
        one.ref: _agreed(node, one, supplier.kind)
        for one in node.agreements.held
        if both <= one.areas and not one.why_not_on(today) and found.form.purpose in one.purposes
    }
    stands = authority_of(found.decision) if found.decision.outcome is Outcome.permit else ""
    return ({"stands": stands} if stands else {}) | offered


def _agreed(node: Node, agreement: SharingAgreement, kind: Any) -> str:
    law = node.rules.law
    row = agreement.basis_of(kind, DataClass.involvement)
    carried = []
    if row is not None:
        carried = [law.bases[row.art6].cited] if row.art6 in law.bases else []
        carried += [law.conditions[one].cited for one in (row.art9, row.art10) if one in law.conditions]
    return ": ".join(part for part in (agreement.ref, "; ".join(carried)) if part)
