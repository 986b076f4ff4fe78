"""What is kept of the models is of the models as they are now, and is what is claimed of them."""

from __future__ import annotations

import difflib
import re

import pytest

from tests.models import proofs
from tests.models.proofs import LIBRARY, MODELS, Result, digest, names, read_results, recorded, twins

TWINS = [(name, twin) for name in names() for twin in twins(name)]
README = MODELS.joinpath("README.md").read_text(encoding="utf-8")


def reached(result: Result) -> bool:
    """Whether this only shows that what the model describes happens at all."""
    return "event(Reached" in result.query


@pytest.mark.parametrize("name", names())
def test_what_is_kept_of_a_model_is_of_the_model_as_it_is_now(name: str) -> None:
    """Whoever changes a model runs it anew: python -m tests.models.proofs --record."""
    kept = recorded(name)
    assert kept.library.name == LIBRARY
    assert [one.name for one in (kept.model, *kept.twins)] == [f"{name}.pv", *twins(name)]
    for one in (kept.library, kept.model, *kept.twins):
        assert one.digest == digest(one.name), one.name


def test_nothing_is_kept_of_a_model_that_is_not_there_and_all_of_one_version() -> None:
    assert {path.stem for path in MODELS.joinpath("output").iterdir()} == set(names())
    (version,) = {recorded(name).version for name in names()}
    assert re.fullmatch(r"Proverif [0-9]+\.[0-9]+(pl[0-9]+)?", version)


@pytest.mark.parametrize("name", names())
def test_every_property_of_a_model_was_proved_and_all_of_it_happens(name: str) -> None:
    results = recorded(name).model.results
    assert any(one.holds for one in results)
    for one in results:
        if reached(one):
            assert (one.said, one.attack) == ("is false", True), one
        else:
            assert one.holds, one


@pytest.mark.parametrize(("name", "twin"), TWINS)
def test_a_twin_is_its_model_with_one_line_changed_and_an_attack_on_it_was_found(
    name: str, twin: str
) -> None:
    ours, theirs = (
        MODELS.joinpath(file).read_text(encoding="utf-8").splitlines() for file in (f"{name}.pv", twin)
    )
    changed = [line for line in difflib.ndiff(ours, theirs) if line[0] in "+-"]
    assert [line[0] for line in changed] == ["-", "+"]
    (kept,) = [one for one in recorded(name).twins if one.name == twin]
    assert any(one.attack for one in kept.results if not reached(one))


@pytest.mark.parametrize("name", names())
def test_no_property_of_a_model_is_one_that_cannot_fail(name: str) -> None:
    kept = recorded(name)
    assert kept.twins
    for at, one in enumerate(kept.model.results):
        if not reached(one):
            assert any(twin.results[at].attack for twin in kept.twins), one


@pytest.mark.parametrize("name", names())
def test_the_page_has_each_model_and_each_twin(name: str) -> None:
    for file in (f"{name}.pv", *twins(name)):
        assert f"`{file}`" in README


def test_the_page_names_code_that_is_there() -> None:
    paths = set(re.findall(r"`((?:hub|tests|docs)/[\w./-]+)`", README))
    assert len(paths) > 15
    assert [path for path in paths if not MODELS.parents[1].joinpath(path).exists()] == []


def test_without_proverif_it_is_said_that_nothing_was_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert proofs.main([]) == 0
    assert "the models were not run" in capsys.readouterr().out


def test_a_failure_without_a_trace_is_no_attack() -> None:
    said = """
RESULT not attacker(her_name[]) is true.
A trace has been found.
RESULT not event(Told(fled[])) is false.
RESULT (even not event(Told(fled[])) is false.)
RESULT Observational equivalence cannot be proved.
"""
    results = read_results(said)
    assert [(one.holds, one.attack) for one in results] == [(True, False), (False, True), (False, False)]
    assert read_results("\n".join(map(str, results))) == results
