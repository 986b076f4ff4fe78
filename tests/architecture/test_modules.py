"""What every module keeps to, where the import contracts of `pyproject.toml` cannot say it."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import MODULES, ROOT, dotted, importers, tree

MOST_LINES = 400
CONTRACTS = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PURE = next(one for one in CONTRACTS if one["id"] == "pure")["source_modules"]

# What reads the clock, the disk, the environment or the network. Random bytes from the system (os.urandom) are
# for nonces, which the modules concerned say in their docstrings.
IMPURE = {
    "open",
    "input",
    "print",
    "exec",
    "eval",
    "breakpoint",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "dt.datetime.now",
    "dt.datetime.utcnow",
    "dt.datetime.today",
    "dt.date.today",
    "os.environ",
    "os.getenv",
    "os.open",
    "os.stat",
    "os.listdir",
    "os.system",
}
# Modules that write to a terminal on purpose.
PRINTERS = {Path("hub/sample/__main__.py")}


def pure_modules() -> list[Path]:
    """The modules of the pure packages that the import contract names."""
    names = {Path(*name.split(".")) for name in PURE}
    return [module for module in MODULES if names & {module.with_suffix(""), *module.parents}]


def impurities(source: ast.Module) -> Iterator[str]:
    """Where a module reaches for the world, as it is written."""
    for node in ast.walk(source):
        if isinstance(node, ast.Name | ast.Attribute) and dotted(node) in IMPURE:
            yield f"{dotted(node)} on line {node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "datetime"):
            for alias in node.names:
                if f"{node.module}.{alias.name}" in IMPURE:
                    yield f"{alias.name} on line {node.lineno}"


def test_the_walk_finds_all_there_is() -> None:
    assert len(pure_modules()) > 30
    assert {Path(f"hub/{name}.py") for name in ("values", "errors", "parsing")} < set(pure_modules())


def test_a_pure_module_reads_no_clock_disk_or_environment() -> None:
    assert {
        str(module): found for module in pure_modules() if (found := list(impurities(tree(module))))
    } == {}


@pytest.mark.parametrize(
    "text",
    ["open('x')", "import os\nos.environ['A']", "from os import environ", "import datetime as dt\ndt.date.today()",
     "from datetime import datetime\nx = datetime.now", "print(1)"],
)  # fmt: skip
def test_the_check_sees_an_impurity(text: str) -> None:
    assert list(impurities(ast.parse(text)))


def test_a_module_opens_with_what_it_does() -> None:
    assert [str(module) for module in MODULES if len(ast.get_docstring(tree(module)) or "") < 10] == []


def test_a_module_is_small() -> None:
    sizes = {
        str(module): len(ROOT.joinpath(module).read_text(encoding="utf-8").splitlines()) for module in MODULES
    }
    assert {module: lines for module, lines in sizes.items() if lines > MOST_LINES} == {}


def test_nothing_prints() -> None:
    calls = [
        f"{module}:{node.lineno}"
        for module in MODULES
        if module not in PRINTERS
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Call) and dotted(node.func) == "print"
    ]
    assert calls == []


def test_the_prf_library_stands_behind_one_module() -> None:
    assert importers("voprf") == {"hub/crypto/prf.py"}


def test_one_library_signs_and_verifies() -> None:
    assert importers("jwt") == {"hub/crypto/signing.py", "hub/crypto/notify.py"}
    assert not importers("jose") | importers("jwcrypto")


def test_what_a_provider_of_sign_in_signed_is_read_in_one_module() -> None:
    assert importers("joserfc") == {"hub/crypto/id_token.py"}
    assert importers("authlib") == {"hub/accounts/provider_client.py", "hub/crypto/id_token.py"}


def test_tables_are_the_stores_own() -> None:
    assert importers("hub.store.tables")
    assert all(module.startswith("hub/store/") for module in importers("hub.store.tables"))


def test_nothing_of_the_product_needs_what_only_tests_have() -> None:
    for name in ("tests", "pytest", "hypothesis", "rbcl", "benchmarks"):
        assert importers(name) == set(), name


def test_unsafe_readers_are_not_used() -> None:
    """Pickle, marshal and XML read more than data."""
    for name in ("pickle", "marshal", "shelve", "xml"):
        assert importers(name) == set(), name
