"""Whether the people of a referral are here already, for whoever may see it: S001-R3, R4 and earlier help."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import func, update
from sqlmodel import Session, col, select

from hub.accounts.accounts import Acting
from hub.cases.here_already import Found, here_already
from hub.cases.repeats import Standing
from hub.cases.shown import asker_of, opens
from hub.cases.staff import STAFF_FILE
from hub.errors import RowsError
from hub.node.node import Node, open_node
from hub.records.accounts import AccountRole
from hub.store.tables import PersonRecord
from hub.values import Band, Kind, Person, Role
from tests.accounts.people import acting, cheap_passwords
from tests.federation.nodes import IMPORTER, Areas, case, hold, stranger

ON = dt.date(2026, 11, 20)
HER, HIM, ANOTHER = (
    stranger(201),
    stranger(202).model_copy(update={"role": Role.perpetrator}),
    stranger(203).model_copy(update={"role": Role.perpetrator}),
)
CHILD = stranger(204).model_copy(update={"role": Role.child})


def like(person: Person, **changes: object) -> Person:
    return person.model_copy(update=changes)


MARRIED = like(HER, surname="Quillfeather", aliases=())


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    node = areas["eastvale"]
    hold(node, case("OLD-1", (HER, HIM, CHILD), referral_date=dt.date(2026, 2, 1)))
    with cheap_passwords():
        yield node


def found(node: Node, *people: Person, on: dt.date = ON, ref: str = "NEW-1") -> dict[str, Found]:
    return {one.case_ref: one for one in here_already(node, IMPORTER, people, ref, on=on)}


def test_s001_r3_a_referral_of_the_same_victim_and_perpetrator_is_found(node: Node) -> None:
    one = found(node, HER, HIM)["OLD-1"]
    assert (one.standing, one.band, one.part) == (Standing.repeat, Band.strong, Role.victim)
    assert [same.there for same in one.same_perpetrators] == [f"{HIM.given_names} {HIM.surname}"]
    assert (one.last, one.repeat_until) == (dt.date(2026, 2, 1), dt.date(2027, 2, 1))
    assert one.other_perpetrators == ()
    assert one.reasons


def test_several_perpetrators_of_whom_one_is_the_same(node: Node) -> None:
    one = found(node, HER, ANOTHER, HIM)["OLD-1"]
    assert one.standing is Standing.repeat
    assert [same.referred for same in one.same_perpetrators] == [f"{HIM.given_names} {HIM.surname}"]
    assert one.other_perpetrators == (f"{ANOTHER.given_names} {ANOTHER.surname}",)


def test_the_same_victim_with_another_perpetrator(node: Node) -> None:
    one = found(node, HER, ANOTHER)["OLD-1"]
    assert (one.standing, one.same_perpetrators) == (Standing.other_perpetrator, ())


def test_s003_r200_help_fourteen_months_ago_is_found_and_said_to_be_outside_the_twelve(node: Node) -> None:
    one = found(node, HER, HIM, on=dt.date(2027, 4, 1))["OLD-1"]
    assert (one.standing, one.last) == (Standing.outside, dt.date(2026, 2, 1))


def test_a_married_name_is_found_by_the_date_and_by_whoever_else_is_on_the_case(node: Node) -> None:
    assert found(node, MARRIED)["OLD-1"].likely
    undated = like(MARRIED, date_of_birth="")
    one = found(node, undated, HIM, CHILD)["OLD-1"]
    assert one.likely
    assert one.standing is Standing.repeat


def test_a_wrong_day_of_birth_is_found(node: Node) -> None:
    year, month, day = HER.date_of_birth.split("-")
    wrong = like(HER, date_of_birth=f"{year}-{month}-{int(day) % 28 + 1:02d}")
    assert found(node, wrong)["OLD-1"].likely


AT_HOME = like(HER, postcode="EV1 4QX")
SLIPPED = f"{int(HER.date_of_birth[:4]) - 1}{HER.date_of_birth[4:]}"


@pytest.mark.parametrize("known", [SLIPPED, HER.date_of_birth[:4], HER.date_of_birth[:7]])
def test_a_new_surname_with_a_slip_in_the_date_or_a_part_of_it_is_found_where_she_lives_still(
    node: Node, known: str
) -> None:
    hold(node, case("HOME-1", (AT_HOME, HIM)))
    moved = like(MARRIED, date_of_birth=known, postcode="")
    assert "HOME-1" not in found(node, moved, ANOTHER) or not found(node, moved, ANOTHER)["HOME-1"].likely
    one = found(node, like(moved, postcode="ev14qx"), ANOTHER)["HOME-1"]
    assert (one.band, one.part, one.standing) == (Band.probable, Role.victim, Standing.other_perpetrator)
    assert "same postcode" in one.reasons


def test_nobody_is_taken_for_whom_she_lives_with(node: Node) -> None:
    """A twin has her date and another name, a daughter her name and another date, or none that is known."""
    hold(node, case("HOME-1", (AT_HOME, HIM)))
    twin = like(AT_HOME, given_names="Zuleika" if HER.given_names[0] != "Z" else "Bridget", aliases=())
    daughter = like(AT_HOME, surname="Quillfeather", date_of_birth="2007-11-23", aliases=())
    for other in (twin, daughter, like(daughter, date_of_birth="")):
        one = found(node, other).get("HOME-1")
        assert one is None or not one.likely


def test_a_case_that_somebody_is_kept_out_of_is_not_found_where_she_lives_either(node: Node) -> None:
    hold(node, case("HOME-1", (AT_HOME, HIM)))
    (node.home / STAFF_FILE).write_text(
        f'[[exclusion]]\ncase_ref = "HOME-1"\nperson = "{IMPORTER.name}"\n', encoding="utf-8"
    )
    there = like(AT_HOME, surname="Quillfeather", date_of_birth=SLIPPED)
    assert found(node, there) == {}
    free = IMPORTER.model_copy(update={"name": "O. Other"})
    assert "HOME-1" in {one.case_ref for one in here_already(node, free, (there,), "NEW-1", on=ON)}


def test_a_part_of_a_postcode_is_nobodys_home(node: Node) -> None:
    hold(node, case("HOME-1", (like(HER, postcode="EV1"), HIM)))
    there = like(MARRIED, date_of_birth=SLIPPED, postcode="EV1")
    one = found(node, there, ANOTHER).get("HOME-1")
    assert one is None or not one.likely


def test_whoever_moved_is_found_where_she_lives_now_and_not_where_she_lived(node: Node) -> None:
    """By a process that has looked before, and by one that has just begun."""
    slipped = like(MARRIED, date_of_birth=SLIPPED)
    before, now = like(slipped, postcode="EV1 4QX"), like(slipped, postcode="EV2 7RR")
    hold(node, case("HOME-1", (AT_HOME, HIM)))
    assert found(node, before)["HOME-1"].likely
    hold(node, case("HOME-1", (like(HER, postcode="EV2 7RR"), HIM)))
    for one in (node, open_node(node.home)):
        assert found(one, now)["HOME-1"].likely
        there = found(one, before).get("HOME-1")
        assert there is None or not there.likely


def test_twins_are_not_taken_for_one_another(node: Node) -> None:
    twin = like(HER, given_names="Zuleika" if HER.given_names[0] != "Z" else "Bridget", aliases=())
    for people in ((twin,), (twin, HIM, CHILD)):
        one = found(node, *people).get("OLD-1")
        assert one is None or not one.likely


def test_whoever_has_another_name_and_her_date_beside_the_same_perpetrator_is_possible_and_no_more(
    node: Node,
) -> None:
    other = like(HER, given_names="Zuleika", surname="Quillfeather", aliases=())
    one = found(node, other, HIM)["OLD-1"]
    assert (one.band, one.part) == (Band.possible, Role.victim)


def test_her_first_name_in_the_wrong_box_is_found_beside_the_same_perpetrator(node: Node) -> None:
    crossed = like(HER, given_names="Quillfeather", surname=HER.given_names.split()[0], aliases=())
    one = found(node, crossed, HIM)["OLD-1"]
    assert (one.likely, one.standing) == (True, Standing.repeat)


def test_the_same_perpetrator_is_known_beside_her_without_his_date_of_birth(node: Node) -> None:
    one = found(node, HER, like(HIM, date_of_birth="", aliases=()))["OLD-1"]
    assert (one.standing, len(one.same_perpetrators)) == (Standing.repeat, 1)
    brother = like(HIM, given_names="Zebedee", date_of_birth="", aliases=())
    assert found(node, HER, brother)["OLD-1"].standing is Standing.other_perpetrator


def test_a_namesake_with_quite_another_date_is_possible_and_no_more(node: Node) -> None:
    namesake = like(HER, date_of_birth="1951-09-23" if HER.date_of_birth[:4] != "1951" else "1973-06-17")
    one = found(node, namesake).get("OLD-1")
    assert one is None or not one.likely


def test_nobody_else_is_found(node: Node) -> None:
    assert found(node, stranger(299)) == {}


def test_a_victim_who_is_the_alleged_perpetrator_elsewhere_is_said_to_be(node: Node) -> None:
    one = found(node, like(HIM, role=Role.victim))["OLD-1"]
    assert (one.standing, one.part) == (Standing.other_part, Role.perpetrator)


def test_the_referrals_own_case_is_not_here_already_and_whoever_is_new_is(node: Node) -> None:
    assert found(node, HER, HIM, ref="OLD-1") == {}
    hold(node, case("OLD-2", (HER, HIM), referral_date=dt.date(2026, 6, 1)))
    assert set(found(node, HER, HIM)) == {"OLD-1", "OLD-2"}


def test_a_sealed_case_and_one_not_published_are_found_by_their_own_area(node: Node) -> None:
    hold(node, case("SEALED", (HER, HIM), sealed=True), case("KEPT", (HER, HIM), publish=False))
    assert set(found(node, HER, HIM)) == {"OLD-1", "SEALED", "KEPT"}


def test_what_somebody_is_restricted_from_is_as_if_it_were_not_there(node: Node) -> None:
    people = (HER, HIM)
    hold(node, case("SHOWN", (like(HER, date_of_birth=HER.date_of_birth[:4]), HIM)))
    both = found(node, *people)
    assert set(both) == {"OLD-1", "SHOWN"}
    (node.home / STAFF_FILE).write_text(
        f'[[exclusion]]\ncase_ref = "OLD-1"\nperson = "{IMPORTER.name}"\n', encoding="utf-8"
    )
    assert found(node, *people) == {}  # They are kept from her, whichever case she is on.
    other = here_already(node, IMPORTER.model_copy(update={"name": "O. Other"}), people, "NEW-1", on=ON)
    assert {one.case_ref: one for one in other} == both


def test_what_is_kept_apart_weighs_nothing(node: Node) -> None:
    """Whoever may not see a case finds in another what they would find without it, to the letter."""
    who = acting(node, AccountRole.coordinator, "Eastvale Police")

    def seen() -> tuple[Found, ...]:
        return here_already(node, asker_of(who), (HER, HIM), "NEW-1", opens=opens(who), on=ON)

    before = seen()
    hold(node, case("I-3", (HER, HIM, CHILD), kind=Kind.idva, idva_service="Haven"))
    assert [one.model_dump() for one in before] == [one.model_dump() for one in seen()] != []


def test_a_services_clients_are_found_by_that_service_alone(node: Node) -> None:
    hold(
        node,
        case("I-1", (HER, HIM), kind=Kind.idva, idva_service="Haven"),
        case("I-2", (HER, HIM), kind=Kind.idva, idva_service="Harbour"),
    )

    def refs(who: Acting) -> set[str]:
        seen = here_already(node, asker_of(who), (HER, HIM), "NEW-1", opens=opens(who), on=ON)
        return {one.case_ref for one in seen}

    assert refs(acting(node, AccountRole.coordinator, "Eastvale Police")) == {"OLD-1"}
    assert refs(acting(node, AccountRole.idva, "Haven", idva_service=True)) == {"I-1"}
    assert refs(acting(node, AccountRole.idva, "Harbour", idva_service=True)) == {"I-2"}


@pytest.mark.parametrize("change", [{"retired": True}, {"case_id": 1}])
def test_whoever_writes_the_database_hides_nobody(node: Node, change: dict[str, object]) -> None:
    with Session(node.database.engine) as session:
        newest = session.exec(select(func.max(PersonRecord.id))).one()
        session.execute(update(PersonRecord).where(col(PersonRecord.id) == newest).values(**change))
        session.commit()
    with pytest.raises(RowsError):
        found(node, HER, HIM)
