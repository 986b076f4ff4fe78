"""The pictures of the README's tour and of the walkthrough: those that `make screens` takes, and no others."""

from __future__ import annotations

import re

from tests.docs.pages import DOCS
from tests.web.console.screens import FOLDER, MOST_BYTES, PICTURES, WALKED, WALKTHROUGH

NAMED = re.findall(
    r"!\[([^\]]*)\]\(docs/tour/([\w-]+)\.png\)", DOCS.parent.joinpath("README.md").read_text("utf-8")
)


def test_the_tour_shows_what_is_taken_in_its_order() -> None:
    assert sorted(name for _, name in NAMED) == sorted(PICTURES)
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.png" for name in PICTURES}


def test_each_picture_is_one_is_small_and_says_what_it_shows() -> None:
    for said, name in NAMED:
        picture = FOLDER.joinpath(f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG\r\n")
        assert len(picture) <= MOST_BYTES, name
        assert said


def test_the_walkthrough_shows_a_picture_of_each_of_its_steps() -> None:
    text = WALKTHROUGH.read_text("utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(walkthrough/([\w-]+)\.png\)", text)
    steps = re.findall(r"^\| \[([\w-]+)\]", text, re.MULTILINE)
    assert [one for one in shown if one != "copy"] == steps
    assert {file.name for file in WALKED.iterdir()} == {f"{name}.png" for name in shown}
    for name in shown:
        picture = WALKED.joinpath(f"{name}.png").read_bytes()
        assert picture.startswith(b"\x89PNG\r\n")
        assert len(picture) <= MOST_BYTES, name
