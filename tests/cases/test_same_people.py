"""A sealed person's other records, on whatever case: what is certain is sealed, and what is likely waits."""

from __future__ import annotations

import pytest

from hub.cases.hidden_for import HiddenFor
from hub.cases.importing.run import import_cases
from hub.cases.importing.tally import Imported
from hub.cases.seals import Resealed, Said, ShownLikeness, decide_likeness, seal_case, shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.errors import InputError, NotFoundError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records.cases import Likeness
from hub.values import Kind, Person, Role
from hub.wire.messages import NOT_ANSWERED
from tests.cases.hidden import AS_ALIAS, CHILD, LIKELY, MANAGER, MOTHER, PERPETRATOR, SAID, VICTIM, WHO, held
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, events, handle_of, hold, in_feed, stranger
from tests.federation.publishing import HER


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    (stored_areas["eastvale"].home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
    return stored_areas["eastvale"]


def likenesses(node: Node, ref: str) -> list[Likeness]:
    return list(held(node, ref).kept.likenesses)


HER_OTHERS: dict[str, tuple[list[Person], dict[str, object]]] = {
    "an older case": ([HER], {}),
    "under another name, with hers as an alias": ([AS_ALIAS], {}),
    "as a child": ([MOTHER, CHILD], {}),
    "as somebody who is accused": ([VICTIM, HER.model_copy(update={"role": Role.perpetrator})], {}),
    "as an Idva service's client": (
        [HER],
        {"kind": Kind.idva, "idva_service": "Eastvale Idva Service", "publish": True},
    ),
}


@pytest.mark.parametrize("how", HER_OTHERS)
def test_her_other_records_are_sealed_with_her_and_have_left_the_feed(node: Node, how: str) -> None:
    people, changes = HER_OTHERS[how]
    hold(
        node,
        case("other", people, **changes),
        case("hers", [HER, PERPETRATOR]),
        case("third", [stranger(74)]),
    )
    publish(node)
    assert all(in_feed(node, one) for one in people)
    hold(node, case("hers", [HER, PERPETRATOR], sealed=True))
    assert not any(in_feed(node, one) for one in people)
    assert in_feed(node, stranger(74))
    (found,) = likenesses(node, "other")
    assert found.certain
    assert publish(node).added == 0
    assert [one["detail"]["kind"] for one in events(node, "sealed_person_found")] == ["certain"]


def waiting(node: Node) -> list[ShownLikeness]:
    return shown_likenesses(node, WHO)


def decide(node: Node, *, same: bool) -> Resealed:
    (one,) = waiting(node)
    return decide_likeness(node, one.likeness.id, SAID, same=same)


def test_who_is_likely_to_be_her_is_not_published_until_a_person_decides(node: Node) -> None:
    hold(node, case("hers", [HER]), case("other", [LIKELY]))
    publish(node)
    hold(node, case("hers", [HER], sealed=True))
    assert not in_feed(node, LIKELY)
    assert publish(node).added == 0
    (one,) = waiting(node)
    assert (one.case_ref, one.sealed_case_ref) == ("other", "hers")
    assert (one.person, one.sealed_person) == (LIKELY, HER)
    done = decide(node, same=False)
    assert not done.sealed
    assert publish(node).added == 1
    assert in_feed(node, LIKELY)
    assert held(node, "hers").kept.sealed
    assert [one["detail"]["kind"] for one in events(node, "sealed_person_decided")] == ["not_same"]
    (kept,) = likenesses(node, "other")
    assert (kept.by, kept.because) == (WHO.name, SAID.because)
    # It stays decided: neither importing the case again nor sealing hers anew brings it up.
    hold(node, case("other", [LIKELY], referral_date=None))
    hold(node, case("hers", [HER], sealed=False))
    hold(node, case("hers", [HER], sealed=True))
    assert waiting(node) == []
    assert in_feed(node, LIKELY)


HERS = Person(given_names="Katherine", surname="Quillfeather", date_of_birth="1991-04-12")


@pytest.mark.parametrize(
    ("given_names", "surname", "aliases"),
    [
        ("Katherine", "Quillfeather", ()),
        ("Kate", "Quillfeather", ()),
        ("Kathryn", "Quilfether", ()),
        ("Katherine", "Quillfeathr", ()),
        ("Quillfeather", "Katherine", ()),
        ("Anne", "Oakenshaw", ("Katherine Quillfeather",)),
    ],
)
def test_who_is_named_like_her_waits_for_a_person_whatever_the_date_of_birth_says(
    areas: Areas, given_names: str, surname: str, aliases: tuple[str, ...]
) -> None:
    """A date that differs wholly may be a slip, or what she gave elsewhere. So alike, they share a match-key."""
    node = areas["eastvale"]
    other = Person(given_names=given_names, surname=surname, aliases=aliases, date_of_birth="1974-11-30")
    namesake = Person(given_names="Katherine", surname="Oakenshaw", date_of_birth="1974-11-30")
    hold(node, case("other", [other]), case("namesake", [namesake]), case("hers", [HERS], sealed=True))
    (one,) = waiting(node)
    assert (one.case_ref, one.likeness.certain) == ("other", False)
    assert held(node, "other").kept.sealed


def test_who_is_decided_to_be_her_stays_sealed_and_is_looked_for_by_her_names_there_too(node: Node) -> None:
    """A third record is like the second alone."""
    second = LIKELY.model_copy(update={"aliases": ("Petronella Quillfeather",)})
    third = Person(given_names="Petronella", surname="Quillfeather", date_of_birth="1961-02-03")
    hold(node, case("third", [third]), case("second", [second]))
    publish(node)
    hold(node, case("hers", [HER], sealed=True))
    assert in_feed(node, third)
    done = decide(node, same=True)
    assert (done.sealed, (done.also + done.waiting).total()) == (True, 1)
    assert held(node, "third").kept.sealed
    assert not in_feed(node, third)
    assert publish(node).added == 0


RENAMED = Person(given_names="Petronella", surname="Oakenshaw", date_of_birth="1974-11-30")


@pytest.mark.parametrize("how", ["certain", "waits", "decided"])
@pytest.mark.parametrize("renamed", ["her other record", "her sealed record", "both"])
def test_another_spelling_in_a_file_takes_no_seal_off(node: Node, how: str, renamed: str) -> None:
    """Whatever the new names are, until a person says otherwise. A third record is like the second alone."""
    second = (AS_ALIAS if how == "certain" else LIKELY).model_copy(update={"role": Role.child})
    hold(node, case("hers", [HER], sealed=True), case("other", [MOTHER, second]))
    if how == "decided":
        decide(node, same=True)
    (before,) = likenesses(node, "other")
    if renamed != "her sealed record":
        hold(node, case("other", [RENAMED.model_copy(update={"role": Role.child}), MOTHER]))
    if renamed != "her other record":
        hold(node, case("hers", [RENAMED.model_copy(update={"surname": "Quennell"})], sealed=True))
    names = {one.handle.hex(): one.details.person.given_names for one in held(node, "other").people}
    hers = {one.handle.hex() for one in held(node, "hers").people}
    every = likenesses(node, "other")
    assert {one.id for one in every} == {before.id}, "it is one matter, whichever of her names it is of"
    (after,) = [one for one in every if one.person in names and one.sealed_person in hers]
    assert names[after.person] == (second if renamed == "her sealed record" else RENAMED).given_names
    assert after.pair != before.pair
    assert (after.id, after.waits, after.same) == (before.id, before.waits, before.same)
    assert publish(node).added == 0
    assert [one.likeness.id for one in waiting(node)] == [after.id] * (how == "waits")
    hold(node, case("hers", [RENAMED.model_copy(update={"surname": "Quennell"})], sealed=False))
    assert not held(node, "other").kept.sealed, "it was sealed for hers alone"


def test_that_somebody_is_not_she_was_said_of_the_names_as_they_stood(node: Node) -> None:
    hold(node, case("hers", [HER], sealed=True), case("other", [LIKELY]))
    decide(node, same=False)
    hold(node, case("other", [HER]))
    assert held(node, "other").kept.sealed
    assert publish(node).added == 0


@pytest.mark.parametrize(("person", "certain"), [(AS_ALIAS, True), (LIKELY, False)])
def test_whoever_comes_later_and_is_or_may_be_a_sealed_person_is_sealed_likewise(
    node: Node, person: Person, certain: bool
) -> None:
    hold(node, case("hers", [HER], sealed=True))
    hold(node, case("later", [person]), case("open", [stranger(75)]))
    assert publish(node).added == 1
    assert not in_feed(node, person)
    (one,) = likenesses(node, "later")
    assert one.certain == certain
    assert len(waiting(node)) == (not certain)
    # A file that says no seal does not take it off.
    hold(node, case("later", [person], sealed=False, referral_date=None))
    assert publish(node).added == 0


def test_a_sealed_person_and_her_other_record_in_one_file(node: Node) -> None:
    hold(node, case("other", [HER]), case("hers", [HER], sealed=True))
    assert held(node, "other").kept.sealed
    assert publish(node).added == 0


def test_an_alleged_perpetrator_of_a_sealed_case_is_not_hidden_elsewhere(node: Node) -> None:
    hold(node, case("other", [VICTIM, PERPETRATOR]), case("hers", [HER, PERPETRATOR], sealed=True))
    assert publish(node).added == 2
    assert in_feed(node, PERPETRATOR)


def test_others_on_a_case_that_is_sealed_for_her_are_not_looked_for(node: Node) -> None:
    """Else a seal would go from family to family: they are hidden on that case and on no other."""
    friend = stranger(76)
    as_other = friend.model_copy(update={"role": Role.other})
    hold(node, case("friends", [friend]), case("other", [HER, as_other]))
    hold(node, case("hers", [HER], sealed=True))
    assert held(node, "other").kept.sealed
    assert not held(node, "friends").kept.sealed


def test_a_case_that_is_unsealed_unseals_those_that_were_sealed_for_it_alone(node: Node) -> None:
    hold(node, case("hers", [HER], sealed=True), case("other", [HER]), case("word", [AS_ALIAS], sealed=True))
    hold(node, case("third", [VICTIM, HER.model_copy(update={"role": Role.other})]))
    assert held(node, "other").kept.sealed
    hold(node, case("hers", [HER], sealed=False))
    assert held(node, "other").kept.sealed, "it is sealed for the other one still"
    hold(node, case("word", [AS_ALIAS], sealed=False))
    for ref in ("hers", "other", "third", "word"):
        assert not held(node, ref).kept.sealed
        assert likenesses(node, ref) == []
    publish(node)
    assert in_feed(node, HER)


def test_a_disclosure_about_her_other_record_is_not_answered(stored_areas: Areas, node: Node) -> None:
    hold(node, case("other", [HER]))
    publish(node)
    hand = Hand(stored_areas)
    check_id, salt = hand.ask_about(HER)
    body = hand.disclosure(check_id, handle_of(node, HER), HER, salt)
    hold(node, case("hers", [AS_ALIAS], sealed=True))
    assert hand.opened(hand.disclose(body)) == NOT_ANSWERED


def test_whoever_is_restricted_from_the_sealed_case_sees_nothing_of_it(areas: Areas) -> None:
    node = areas["eastvale"]
    hold(node, case("hers", [HER], sealed=True), case("likely", [LIKELY]))
    staff = '[[exclusion]]\ncase_ref = "hers"\nperson = "A. Ash"\n'
    (node.home / STAFF_FILE).write_text(staff, encoding="utf-8")
    ash = WHO.model_copy(update={"name": "A. Ash"})
    assert len(waiting(node)) == 1
    assert shown_likenesses(node, ash, every=True) == []
    with pytest.raises(NotFoundError):
        decide_likeness(node, waiting(node)[0].likeness.id, Said(ash, "Curious."), same=False)
    for ref in ("hers", "no-such-case"):
        with pytest.raises(NotFoundError, match="There is no such case here"):
            seal_case(node, ref, Said(ash, "Curious."), sealed=False)

    def told(person: Person) -> Imported:
        mine = [case("mine", [person])]
        return import_cases(node, mine, dry_run=False, progress=lambda _: None, asker=ash)

    # What an import tells of somebody who is sealed there is what it would tell without that case.
    assert told(HER) == told(stranger(78)) == Imported(imported=1)


def test_a_case_is_sealed_and_unsealed_by_hand_with_who_and_why(node: Node) -> None:
    hold(node, case("hers", [HER, PERPETRATOR]), case("other", [AS_ALIAS]), case("likely", [LIKELY]))
    publish(node)
    done = seal_case(node, "hers", SAID)
    assert (done.sealed, done.for_others, done.withdrawn) == (True, False, 4)
    assert done.also == done.waiting == {HiddenFor.sealed: 1}
    assert not any(in_feed(node, one) for one in (HER, AS_ALIAS, LIKELY, PERPETRATOR))
    (word,) = held(node, "hers").kept.words
    assert (word.sealed, word.by, word.because) == (True, WHO.name, SAID.because)
    again = seal_case(node, "hers", SAID)
    assert (again.sealed, again.withdrawn) == (True, 0)
    assert not again.also + again.waiting
    assert len(held(node, "hers").kept.words) == 1, "what is sealed is not sealed twice"
    assert not seal_case(node, "hers", SAID, sealed=False).sealed
    assert publish(node).added == 4
    with pytest.raises(InputError):
        seal_case(node, "hers", Said(WHO, " "))
