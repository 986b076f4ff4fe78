"""What the models prove holds of three real nodes, whatever is asked, told, sent again, swapped or stolen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH
from hub.wire.transfers import TRANSFERS_PATH
from tests.federation.nodes import copied
from tests.models.areas import ASKS, FLED, HOLDS, furnish
from tests.models.kept import told
from tests.models.live import Nodes


@pytest.fixture(scope="module")
def template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The three areas with both women, as each run begins."""
    folder = tmp_path_factory.mktemp("live")
    areas = copied(sqlite_template, folder, lambda _: "sqlite:///hub.sqlite3")
    furnish(areas)
    areas.close()
    Nodes.template = folder
    yield
    del Nodes.template


@pytest.fixture
def nodes(template: None) -> Iterator[Nodes]:
    """The three nodes, for a walk."""
    made = Nodes()
    yield made
    made.teardown()


def test_each_message_of_the_models_once_leaves_what_they_prove(nodes: Nodes) -> None:
    both = (HOLDS, FLED)
    for ref in ("NM-1", "NM-2"):
        nodes.step(nodes.northmoor_asks, ref, both, ticked=True)
        nodes.step(nodes.northmoors_worker_asks_the_area_that_she_fled)
        nodes.step(nodes.time_passes, 1)
    for at in (0, 1):
        for area in both:
            nodes.step(nodes.northmoor_tells, at, area)
    assert {area: len(told(nodes.areas[area])) for area in both} == {HOLDS: 2, FLED: 1}
    for ref, to in (("NM-1", FLED), ("NM-1", HOLDS), ("NM-2", FLED)):
        nodes.step(nodes.northmoor_moves_a_case, ref, to)
    said = nodes.between.said(sender=ASKS)
    assert Counter((one.to, one.path) for one in said) == {
        (HOLDS, EVALUATIONS_PATH): 2,
        (FLED, EVALUATIONS_PATH): 2,
        (HOLDS, DISCLOSURES_PATH): 2,
        (FLED, DISCLOSURES_PATH): 1,
        (HOLDS, TRANSFERS_PATH): 1,
        (FLED, TRANSFERS_PATH): 1,
    }
    for at, _ in enumerate(nodes.between.said()):
        nodes.step(nodes.a_message_is_sent_again, nodes.between.carried.index(nodes.between.said()[at]))
        nodes.step(nodes.a_body_is_put_under_another_signature, at, at + 1)
        nodes.step(nodes.a_message_is_sent_to_another_area, at)
    for at in range(3):
        nodes.step(nodes.southmere_sends_what_northmoor_told_as_its_own, at)
    nodes.step(nodes.an_earlier_answer_comes_in_place_of_the_next, 0, HOLDS)
    nodes.step(nodes.northmoor_asks, "NM-2", both, ticked=False)
    nodes.step(nodes.southmere_puts_the_next_question_to_eastvale_as_its_own)
    nodes.step(nodes.northmoor_asks, "NM-2", both, ticked=False)
    nodes.step(nodes.southmere_tells_of_another_woman_than_it_asked_about)
    nodes.step(nodes.southmere_asks_northmoor_about_her)
    nodes.step(nodes.eastvale_changes_its_prf_keys)
    nodes.step(nodes.a_question_is_asked_again_under_the_keys_of_before, 0)
    nodes.step(nodes.northmoors_keys_are_stolen_replaced_and_revoked)
    for at in range(len(said)):
        nodes.step(nodes.the_thief_signs_with_the_key_that_was_revoked, at)
    nodes.step(nodes.northmoor_asks, "NM-1", both, ticked=False)


@pytest.mark.slow
@pytest.mark.usefixtures("template")
def test_the_models_messages_in_any_order_leave_what_the_models_prove() -> None:
    run_state_machine_as_test(Nodes, settings=settings(max_examples=2, stateful_step_count=8))


@pytest.mark.slow
@pytest.mark.usefixtures("template")
def test_the_models_messages_in_any_order_leave_what_the_models_prove_for_long() -> None:
    run_state_machine_as_test(Nodes, settings=settings(max_examples=150, stateful_step_count=40))
