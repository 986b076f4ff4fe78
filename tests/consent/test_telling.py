"""What stands against telling an area, whoever decides, asks, tells or shows it."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from hub.consent import Context, parse_form
from hub.consent.areas import Area
from hub.consent.form.fled import FledFrom
from hub.consent.telling import NotTold, Telling
from tests.consent.stories import form_named

EASTVALE = Area("eastvale", ("Eastvale",))
FLED: TypeAdapter[tuple[str, ...]] = TypeAdapter(FledFrom)


@pytest.mark.parametrize("of_a_node", [True, False])
def test_somebody_sealed_on_a_nodes_case_is_told_of_by_a_manager_alone(*, of_a_node: bool) -> None:
    context = Context(sealed=True, areas=(EASTVALE,) if of_a_node else None)
    form = parse_form({**form_named("police"), "fled_from": []})
    assert (NotTold.sealed in Telling.of(form, context).against(EASTVALE)) is of_a_node


@pytest.mark.parametrize("entry", ["", " ", "-", "none", "Nobody", "NIL", "yes"])
def test_what_names_no_area_is_no_answer(entry: str) -> None:
    with pytest.raises(ValidationError):
        FLED.validate_python([entry])


@pytest.mark.parametrize("answer", [["eastvale", "Westhaven"], [], "not_known"])
def test_an_answer_is_written_as_it_is_read(answer: object) -> None:
    read = FLED.validate_python(answer)
    assert FLED.dump_python(read) == answer
    assert FLED.validate_python(FLED.dump_python(read)) == read
