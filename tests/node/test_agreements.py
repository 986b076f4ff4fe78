"""The agreements in a node's home: read as their files are now, and no further than they can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.node.agreements import AgreementFolder
from hub.node.node import Node, open_node
from tests.cli.conftest import make
from tests.federation.nodes import agree

FILE = "agreements/agreement.toml"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make(tmp_path / "northmoor", "northmoor", agreed=False)


def digests(node: Node) -> list[str]:
    return [one.digest for one in node.agreements.held]


def test_a_changed_file_is_read_again_without_a_restart(home: Path) -> None:
    node = open_node(home)
    found = [digests(node)]
    agree(home)
    found.append(digests(node))
    agree(home, days=101)
    found.append(digests(node))
    (home / FILE).unlink()
    found.append(digests(node))
    assert [len(one) for one in found] == [0, 1, 1, 0]
    assert found[1] != found[2]
    node.database.close()


def test_nothing_rests_on_a_file_that_is_broken_and_the_others_stand(home: Path) -> None:
    node = open_node(home)
    agree(home)
    (home / "agreements" / "second.toml").write_text((home / FILE).read_text().replace("tests", "two", 1))
    assert len(node.agreements.held) == 2
    (home / FILE).write_text("version = 1\n")
    found = node.agreements
    assert [one.ref for one in found.held] == ["Agreement of the two"]
    assert [one.text for one in found.broken] == [f"{FILE}, line 1: ref: field required."]
    (home / FILE).write_bytes(b"\xff")
    assert "encoding" in node.agreements.broken[0].do
    (home / FILE).unlink()
    (home / FILE).symlink_to(home / "nowhere")
    assert [one.ref for one in node.agreements.held] == ["Agreement of the two"]
    node.database.close()


def test_two_files_with_one_reference_are_none(home: Path) -> None:
    node = open_node(home)
    agree(home)
    text = (home / FILE).read_text()
    (home / "agreements" / "again.toml").write_text(
        text.replace("Agreement of the tests", "agreement of  THE tests")
    )
    found = node.agreements
    assert found.held == ()
    assert len(found.broken) == 2
    assert all("again.toml, agreement.toml" in one.text for one in found.broken)
    node.database.close()


def test_a_file_is_parsed_once_as_long_as_it_is_the_same(home: Path) -> None:
    node = open_node(home)
    agree(home)
    folder = AgreementFolder(home / "agreements", node.rules.law)
    assert folder.now().held[0] is folder.now().held[0]

    node.database.close()
