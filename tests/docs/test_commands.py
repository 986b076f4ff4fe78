"""`docs/commands.md` and the README, held against the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.app import app
from tests.docs.pages import DOCS, PAGE, blocks, commands, help_of, updated

COMMANDS = commands()
README = DOCS.parent / "README.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_and_each_of_its_options_do(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.help.endswith((".", "?", "…"))
    for one in command.params:
        assert one.help, f"{name}: {one.name} has no help"
    shown = CliRunner().invoke(app, [*name.split(), "--help"])
    assert shown.exit_code == 0
    assert command.help.split(".")[0].split()[0] in shown.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_shows_each_command_as_it_is(name: str) -> None:
    """Bring it up to date with `python -m tests.docs.pages`."""
    assert blocks(PAGE.read_text(encoding="utf-8")).get(name) == help_of(name, COMMANDS[name])


def test_the_page_has_no_command_that_is_gone() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert set(blocks(page)) == set(COMMANDS)
    assert updated(page) == page


def _named(path: Path) -> set[str]:
    """Commands that a page names, as `hub WORD` or `hub WORD WORD`."""
    text = path.read_text(encoding="utf-8")
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"(?ms)^```\w*\n(.*?)^```", text)
    return {found for line in code for found in re.findall(r"\bhub ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", line)}


@pytest.mark.parametrize("path", [README, *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_commands_that_pages_name_exist(path: Path) -> None:
    first = {name.split()[0] for name in COMMANDS}
    for named in _named(path):
        word, _, rest = named.partition(" ")
        if word in COMMANDS or named in COMMANDS:
            continue
        assert word in first, f"hub {named}"
        assert not rest or named in COMMANDS, f"hub {named}"


def test_what_the_readme_types_are_commands_with_such_options() -> None:
    """Each line of its blocks that runs the program."""
    lines = re.findall(r"(?m)^(?:\.venv/bin/)?hub (.+)$", README.read_text(encoding="utf-8"))
    assert len(lines) > 20
    for line in lines:
        words = line.partition("#")[0].split()
        name = next((one for one in (" ".join(words[:2]), words[0]) if one in COMMANDS), "")
        assert name, line
        known = {option for one in COMMANDS[name].params for option in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, line
