"""What an Idva service writes of its client is under its own key: with the Marac's alone nothing of it opens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hub.accounts.accounts import Acting
from hub.cases import idva_inbox
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import case_shown
from hub.crypto.encoding import unb64
from hub.crypto.vault import Vault
from hub.errors import ConflictError, StorageError, UsageError
from hub.node import keys
from hub.node.node import Node, key_folder
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import KeptPaper, PaperKind
from hub.store import papers as rows
from tests.accounts.people import cheap_passwords
from tests.cases.idvas import add_service, coordinator, idva, referred
from tests.federation.nodes import Areas

WORDS = "She is afraid that the school tells him."


@pytest.fixture
def node(areas: Areas) -> Iterator[Node]:
    add_service(areas["northmoor"])
    with cheap_passwords():
        yield areas["northmoor"]


def written(node: Node, who: Acting) -> HeldCase:
    """A client of theirs, of whom they wrote something."""
    referred(node)
    (line,) = idva_inbox.of_service(node, who)
    client = idva_inbox.take_on(node, who, line.referral.id)
    idva_inbox.tried(node, who, line.referral.id, reached=True, words=WORDS)
    held = case_shown(node, who, client)
    assert held is not None
    return held


def contact(found: list[KeptPaper]) -> KeptPaper:
    (one,) = (each for each in found if each.paper.kind is PaperKind.idva_contact)
    return one


def test_the_service_reads_what_it_wrote_of_its_client(node: Node) -> None:
    who = idva(node)
    kept = contact(papers_shown(node, who, written(node, who)))
    assert kept.paper.body == {"reached": True, "words": WORDS}


def test_with_the_nodes_own_key_nothing_of_it_opens(node: Node) -> None:
    who = idva(node)
    held = written(node, who)
    with node.read() as tx:
        every = papers.of_case(tx, held.row)
        (row,) = (one for one in rows.of_case(tx.session, held.row.id) if one.kind == "idva_contact")
        plain = tx.vault.open(f"case_paper/{row.handle.hex()}", row.sealed)
        sealed = unb64(contact(every).paper.body["sealed"])
        with pytest.raises(StorageError):
            tx.vault.open(papers._service_place(who.organisation.id, contact(every).paper), sealed)
    assert WORDS not in json.dumps([one.paper.model_dump(mode="json") for one in every])
    assert WORDS.encode() not in plain
    assert b'"sealed"' in plain


def test_no_other_service_opens_it_nor_the_marac(node: Node) -> None:
    who = idva(node)
    held = written(node, who)
    others = idva(node, "Harbour"), coordinator(node)
    with node.read() as tx:
        kept = contact(papers.of_case(tx, held.row))
        for other in others:
            assert papers.unlocked(tx, kept, other.organisation.id) == kept
        forged = kept._replace(
            paper=kept.paper.model_copy(
                update={"body": {**kept.paper.body, "service": others[0].organisation.id}}
            )
        )
        with pytest.raises(StorageError):
            papers.unlocked(tx, forged, others[0].organisation.id)


def test_words_are_kept_on_a_client_of_the_service_alone(node: Node) -> None:
    referred(node)
    who = idva(node)
    (line,) = idva_inbox.of_service(node, who)
    with pytest.raises(ConflictError, match="no case of the victim yet"):
        idva_inbox.tried(node, who, line.referral.id, reached=True, words=WORDS)
    (line,) = idva_inbox.of_service(node, who)
    assert not line.referral.tried


def test_a_home_from_before_gets_the_secret_once(node: Node) -> None:
    folder = key_folder(node.home, node.settings)
    path = folder / keys.NODE_KEY
    before = {name: one for name, one in json.loads(path.read_text()).items() if name != "services"}
    path.write_text(json.dumps(before))
    assert not node.keys.services
    sealed = node.service_vault("ab" * 16).seal("place", b"words")
    keys.add_services_secret(folder)
    assert node.service_vault("ab" * 16).open("place", sealed) == b"words"
    after = json.loads(path.read_text())
    assert {name: after[name] for name in before} == before
    assert path.stat().st_mode & 0o77 == 0


def test_where_the_node_may_not_write_its_keys_it_says_what_is_missing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = key_folder(node.home, node.settings) / keys.NODE_KEY
    told = {name: one for name, one in json.loads(path.read_text()).items() if name != "services"}
    path.write_text(json.dumps(told))
    monkeypatch.setattr(keys, "keeps_files", lambda _: False)
    with pytest.raises(UsageError, match="no secret for the Idva services"):
        node.service_vault("ab" * 16)


def test_the_secret_follows_from_no_other_key(node: Node) -> None:
    raw = json.loads((key_folder(node.home, node.settings) / keys.NODE_KEY).read_text())
    storage = unb64(raw["storage"])
    assert Vault(storage).key_id == node.keys.vault.key_id
    assert node.service_vault("ab" * 16).key_id not in (
        node.keys.vault.key_id,
        node.service_vault("cd" * 16).key_id,
    )
    assert unb64(raw["services"]) != storage
