"""How the command starts: its list of subcommands needs none of them, and says of each what it says itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

from hub.cli.app import COMMANDS, load
from tests.cli.running import environment

# What subcommands need, and is dear to import.
DEAR = {
    "alembic",
    "anyascii",
    "cryptography",
    "doublemetaphone",
    "fastapi",
    "httpx2",
    "jwt",
    "psycopg",
    "pydantic",
    "rapidfuzz",
    "sqlalchemy",
    "sqlmodel",
    "stamina",
    "typst",
    "uvicorn",
    "voprf",
}
LOADED = """
import sys
from hub.cli.app import main
sys.argv = ["hub", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""


def modules_of(*arguments: str) -> set[str]:
    """What a process has imported when the command ends."""
    words = [sys.executable, "-c", LOADED, *arguments]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout
    return set(done.stderr.split())


def test_the_list_of_subcommands_loads_none_of_them() -> None:
    modules = modules_of("--help")
    assert "hub.cli" in modules
    assert DEAR & modules == set()
    assert {name for name in modules if name.startswith("hub.cli.")} == {"hub.cli.app"}


def test_a_decision_on_a_form_needs_no_database_and_no_network() -> None:
    modules = modules_of("policy", "explain", "--at", "2026-11-22")
    assert {"sqlalchemy", "cryptography", "fastapi", "httpx2", "voprf"} & modules == set()
    assert "pydantic" in modules


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_each_subcommand_says_itself(name: str) -> None:
    assert COMMANDS[name][1] == load(name).help.partition("\n\n")[0].replace("\n", " ")


def test_the_program_starts_as_a_module_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "--help"], env=environment(), capture_output=True, text=True, check=True
    )
    assert all(name in done.stdout for name in COMMANDS)
