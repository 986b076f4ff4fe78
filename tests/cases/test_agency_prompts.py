"""The agencies of the toolkit have their prompts, and an area may have its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.cases.agency_prompts import load_prompts
from hub.errors import UsageError

SEVENTEEN = {
    "police",
    "idva",
    "probation",
    "children",
    "health_visiting",
    "housing",
    "drugs_and_alcohol",
    "adult_mental_health",
    "refuge",
    "emergency_department",
    "adult_services",
    "education",
    "black_and_minority_ethnic_service",
    "lgbt_service",
    "sexual_violence",
    "perpetrator_programme",
    "camhs",
}


def test_each_of_the_seventeen_agencies_has_information_to_bring_and_actions_to_offer() -> None:
    shipped = load_prompts(None)
    assert {one.key for one in shipped.agency} == SEVENTEEN
    assert shipped.version
    assert shipped.source


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[agency]]\nkey = "a"\nname = "A"\ninformation = []\nactions = ["x"]\n', "information"),
        (
            '[[agency]]\nkey = "a"\nname = "A"\ninformation = ["x"]\nactions = ["x"]\n' * 2,
            "stands in it twice",
        ),
        ('[[agency]]\nkey = "A b"\nname = "A"\ninformation = ["x"]\nactions = ["x"]\n', "key"),
    ],
)
def test_a_wrong_file_of_an_area_is_named_with_what_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "agency_prompts.toml").write_text(f'version = "1"\nsource = "ours"\n{text}')
    with pytest.raises(UsageError, match=rf"agency_prompts\.toml, line \d+: .*{why}"):
        load_prompts(tmp_path)


def test_an_areas_own_prompts_take_the_place_of_the_shipped(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    own = (
        '[[agency]]\nkey = "fire"\nname = "Fire service"\ninformation = ["Arson"]\nactions = ["Fit alarms"]\n'
    )
    (tmp_path / "config" / "agency_prompts.toml").write_text(f'version = "1"\nsource = "ours"\n{own}')
    assert [one.name for one in load_prompts(tmp_path).agency] == ["Fire service"]
