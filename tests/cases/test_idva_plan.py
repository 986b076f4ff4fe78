"""Whether a plan is safe the Idva service that supports the victim says itself, of the plan that it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.accounts.accounts import Acting
from hub.cases import idva_inbox, plans
from hub.cases.action_plan import ActionPlan, SafetyWord
from hub.cases.idva_plan import plan_before, say_safe, waiting_for_word
from hub.cases.shown import case_shown
from hub.cases.staff import STAFF_FILE
from hub.errors import ConflictError, InputError, NotFoundError
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase
from tests.accounts.people import acting, cheap_passwords
from tests.cases.idvas import add_service, coordinator, idva, referred
from tests.cases.planning import action
from tests.federation.nodes import IMPORTER, Areas

TYPED = SafetyWord(safe=True, by="The Idva")


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    add_service(areas["northmoor"])
    with cheap_passwords():
        yield areas["northmoor"]


class Supported:
    """A case with a plan in hand, whose victim the service has taken on; or not yet."""

    def __init__(self, node: Node, *, taken_on: bool = True) -> None:
        self.node, self.done = node, referred(node)
        self.idva, marac = idva(node), coordinator(node)
        (line,) = idva_inbox.of_service(node, self.idva)
        self.number = line.referral.id
        if taken_on:
            idva_inbox.take_on(node, self.idva, self.number)
        held = case_shown(node, marac, self.done.handle)
        assert held is not None
        self.held: HeldCase = held
        self.add()

    def add(self, what: str = "Mark the file.") -> None:
        """Another action stands in the plan."""

        def more(plan: ActionPlan, _: ActionPlan | None) -> ActionPlan:
            new = action(1 + len(plan.actions), what)
            return plan.model_copy(update={"actions": (*plan.actions, new)})

        plans.change(self.node, self.held, IMPORTER, more, anew=True)

    def type(self, word: SafetyWord) -> None:
        """A coordinator types what somebody says of it."""
        plans.change(self.node, self.held, IMPORTER, lambda plan, _: plan.model_copy(update={"safety": word}))

    @property
    def safety(self) -> SafetyWord | None:
        found = plans.plan_of(self.node, self.held, IMPORTER)
        assert found is not None
        return found.plan.safety

    def say(self, *, safe: bool = True, who: Acting | None = None, number: str = "") -> None:
        found = plan_before(self.node, self.idva, self.number)
        say_safe(self.node, who or self.idva, number or self.number, found.handle if found else "", safe=safe)


def test_the_service_says_it_in_its_own_name(node: Node) -> None:
    case = Supported(node)
    for _ in range(2):
        case.say()
    assert case.safety == SafetyWord(safe=True, by=case.idva.account.name, service="Haven")
    case.say(safe=False)
    assert case.safety is not None
    assert not case.safety.safe


def test_nobody_types_it_in_the_services_place(node: Node) -> None:
    case = Supported(node)
    with pytest.raises(InputError, match="the Idva service says itself"):
        case.type(TYPED)
    case.say(safe=False)
    with pytest.raises(InputError, match="the Idva service says itself"):
        case.type(TYPED)
    assert case.safety is not None
    assert not case.safety.safe


def test_where_no_service_supports_her_whoever_had_most_contact_says_it(node: Node) -> None:
    case = Supported(node, taken_on=False)
    case.type(TYPED)
    assert case.safety == TYPED
    assert plan_before(node, case.idva, case.number) is None
    with pytest.raises(NotFoundError):
        case.say()


def test_what_else_is_said_of_the_plan_leaves_it_and_another_action_asks_it_anew(node: Node) -> None:
    case = Supported(node)
    case.say()
    plans.change(
        node, case.held, IMPORTER, lambda plan, _: plan.model_copy(update={"tells_victim": "The Idva"})
    )
    assert case.safety is not None
    plans.change(node, case.held, IMPORTER, lambda plan, _: plan.model_copy(update={"safety": None}))
    assert case.safety is not None
    case.add("Write to her at home.")
    assert case.safety is None


def test_it_is_said_of_the_plan_that_was_looked_at(node: Node) -> None:
    case = Supported(node)
    seen = plan_before(node, case.idva, case.number)
    assert seen is not None
    case.add("Write to her at home.")
    with pytest.raises(ConflictError, match="changed or accepted"):
        say_safe(node, case.idva, case.number, seen.handle, safe=True)
    assert case.safety is None


def test_an_idva_who_is_kept_out_and_another_service_find_no_plan(node: Node) -> None:
    case = Supported(node)
    for who, number in (
        (idva(node, "Harbour"), case.number),
        (acting(node, AccountRole.manager, "Northmoor Police"), case.number),
    ):
        assert plan_before(node, who, number) is None
    text = f'[[exclusion]]\ncase_ref = "{case.done.case_ref}"\nperson = "{case.idva.account.name}"\n'
    Path(node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert plan_before(node, case.idva, case.number) is None
    with pytest.raises(NotFoundError, match="no such plan") as kept_out:
        case.say()
    with pytest.raises(NotFoundError) as absent:
        case.say(number="ab" * 16)
    assert str(kept_out.value) == str(absent.value)


def test_the_service_sees_which_plans_wait_for_its_word_until_it_has_said_it(node: Node) -> None:
    case = Supported(node, taken_on=False)
    assert waiting_for_word(node, case.idva) == []
    idva_inbox.take_on(node, case.idva, case.number)
    assert [one.referral.id for one in waiting_for_word(node, case.idva)] == [case.number]
    assert waiting_for_word(node, idva(node, "Harbour")) == []
    assert waiting_for_word(node, acting(node, AccountRole.manager, "Northmoor Police")) == []
    case.say()
    assert waiting_for_word(node, case.idva) == []
    case.add("Write to her at home.")
    assert [one.referral.id for one in waiting_for_word(node, case.idva)] == [case.number]
    text = f'[[exclusion]]\ncase_ref = "{case.done.case_ref}"\nperson = "{case.idva.account.name}"\n'
    Path(node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert waiting_for_word(node, case.idva) == []
