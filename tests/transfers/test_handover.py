"""The Idva service before hands over to the one after: once, to whom the case went, or it is said why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from hub.cases import idva_inbox
from hub.cases.changes import find_case
from hub.cases.obligations import list_obligations
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import case_shown
from hub.cases.staff import STAFF_FILE
from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.vault import key_id
from hub.errors import ConflictError, InputError, NotFoundError
from hub.jobs import schedule
from hub.node.node import Node
from hub.records import disclosures
from hub.records.idva import every_idva_referral
from hub.records.papers import PaperKind
from hub.records.transfers import every_transfer, keep_transfer
from hub.store import outbox
from hub.transfers.handover import hand_over, handovers
from hub.transfers.service_keys import HAND_OVER
from hub.web import federation
from hub.wire.messages import encode
from hub.wire.transfers import (
    HANDOVER_PAD_CLASSES,
    DeclineCode,
    Handover,
    HandoverWords,
    MessageKind,
    ServiceKey,
    TransferMessage,
    TransferState,
    handover_context,
)
from tests.accounts.people import cheap_passwords
from tests.cases.idvas import HOUR, add_service, coordinator, idva
from tests.federation.moves_said import say
from tests.federation.nodes import Areas
from tests.transfers.handing import (
    BECAUSE,
    OTHERS,
    SERVICE,
    WORDS,
    Moved,
    handed_over,
    moved,
    referral_of,
    typed,
)
from tests.transfers.moving import NEW, OLD, REF, at, delivered, worker


@pytest.fixture(autouse=True)
def _cheap() -> Any:
    with cheap_passwords():
        yield


def state(areas: Areas, one: Moved) -> str:
    done = at(areas, OLD, one.number).handed_over
    return done.state if done else ""


def owed(node: Node) -> list[str]:
    found = list_obligations(node, None, node.today(), every=True)
    return [row.code for row in found if row.code == HAND_OVER]


def arrives(areas: Areas, one: Moved) -> Any:
    seen = handovers(areas[NEW], one.after, one.there)
    assert seen is not None
    assert seen.leaves is None
    return seen.arrives


def test_s000_r9_the_service_there_reads_what_the_one_before_wrote_and_whom_to_ring(areas: Areas) -> None:
    one = moved(areas)
    areas.clock.advance(30 * HOUR)
    waits = arrives(areas, one).clock
    assert (waits.reached, waits.hours) == (False, 30)
    assert handed_over(areas, one) == ""
    areas.clock.advance(30 * HOUR)
    there = arrives(areas, one)
    assert (there.clock.reached, there.clock.hours, there.clock.late) == (True, 30, False)
    assert there.words.model_dump(exclude={"at"}) == {
        "service": SERVICE,
        "by": one.before.account.name,
        "phone": "01632 960 123",
        "agreed": "not_asked",
        "because": BECAUSE,
        "words": WORDS,
    }
    assert state(areas, one) == "arrived"


def test_the_service_before_is_owed_it_once_it_has_the_key_and_until_it_is_done(areas: Areas) -> None:
    one = moved(areas, tell=False)
    seen = handovers(areas[OLD], one.before, one.referral)
    assert seen is not None
    assert seen.leaves is not None
    assert not seen.leaves.may
    assert owed(areas[OLD]) == []
    with pytest.raises(ConflictError, match="has not said yet to which Idva service"):
        hand_over(areas[OLD], one.before, one.referral, typed())
    worker(areas, NEW)
    assert owed(areas[OLD]) == [HAND_OVER]
    handed_over(areas, one)
    assert owed(areas[OLD]) == []


def test_a_handover_that_is_late_is_red_at_the_service_that_waits(areas: Areas) -> None:
    one = moved(areas)
    areas.clock.advance(47 * HOUR)
    assert not arrives(areas, one).clock.late
    areas.clock.advance(HOUR)
    assert arrives(areas, one).clock.late


def test_what_the_service_wrote_is_on_its_clients_case_and_in_that_cases_disclosure_log(areas: Areas) -> None:
    one = moved(areas)
    handed_over(areas, one)
    seen = handovers(areas[OLD], one.before, one.referral)
    assert seen is not None
    assert seen.leaves is not None
    assert (seen.leaves.own, seen.leaves.may) == (True, False)
    held = case_shown(areas[OLD], one.before, seen.line.referral.client)
    assert held is not None
    (kept,) = papers_shown(areas[OLD], one.before, held, PaperKind.idva_handover)
    assert kept.paper.body["words"] == WORDS
    with areas[OLD].read() as tx:
        (row,) = (each for each in disclosures.of_case(tx, held.row.ref_digest) if each.shared.node_id == NEW)
    assert "not asked" in row.shared.sharing.authority


def test_it_is_said_why_where_the_client_did_not_agree(areas: Areas) -> None:
    one = moved(areas)
    for agreed in ("not_asked", "refused"):
        with pytest.raises(InputError, match="without the client's agreement"):
            hand_over(areas[OLD], one.before, one.referral, typed(agreed=agreed, because=""))
    assert state(areas, one) == ""
    assert handed_over(areas, one, agreed="yes", because="") == ""


def test_it_is_handed_over_once(areas: Areas) -> None:
    one = moved(areas)
    handed_over(areas, one)
    with pytest.raises(ConflictError, match="handed over already"):
        hand_over(areas[OLD], one.before, one.referral, typed(words="More."))
    assert arrives(areas, one).words.words == WORDS


def test_the_longest_text_goes(areas: Areas) -> None:
    one, longest = moved(areas), "\N{PILE OF POO}" * 20_000
    assert handed_over(areas, one, words=longest, because="\N{PILE OF POO}" * 2_000) == ""
    assert arrives(areas, one).words.words == longest


def test_whoever_is_none_of_the_service_hands_over_nothing(areas: Areas) -> None:
    one = moved(areas)
    add_service(areas[OLD], "Beacon")
    for who in (coordinator(areas[OLD]), idva(areas[OLD], "Beacon")):
        with pytest.raises(NotFoundError):
            hand_over(areas[OLD], who, one.referral, typed())
        assert handovers(areas[OLD], who, one.referral) is None


def test_what_waits_is_sent_by_the_worker_and_answered_once(areas: Areas) -> None:
    one = moved(areas)
    number = hand_over(areas[OLD], one.before, one.referral, typed())
    there = areas.network.hosts.pop(NEW)
    assert delivered(areas, OLD, number) != ""
    assert state(areas, one) == "waits"
    areas.network.hosts[NEW] = there
    areas.clock.advance(HOUR)
    worker(areas, OLD)
    assert state(areas, one) == "arrived"
    assert arrives(areas, one).words.words == WORDS


def other_service(areas: Areas, one: Moved) -> Any:
    """A coordinator there passes the case on to another service."""
    add_service(areas[NEW], "Beacon")
    with areas[NEW].read() as tx:
        (referral,) = every_idva_referral(tx)
    areas.clock.advance(1)
    idva_inbox.refer_to(areas[NEW], coordinator(areas[NEW]), referral.case, "Beacon")
    return idva(areas[NEW], "Beacon")


def test_a_case_that_goes_to_another_service_later_is_handed_over_to_that_one_too(areas: Areas) -> None:
    one = moved(areas)
    handed_over(areas, one)
    beacon = other_service(areas, one)
    schedule.jobs_of(areas[NEW], ())["escalate"].act(schedule.Run(areas[NEW], lambda: None))
    worker(areas, NEW)
    assert owed(areas[OLD]) == [HAND_OVER]
    assert handed_over(areas, one, words="For you too.") == ""
    there = handovers(areas[NEW], beacon, referral_of(areas, NEW, beacon))
    assert there is not None
    assert there.arrives is not None
    assert there.arrives.words is not None
    assert there.arrives.words.words == "For you too."
    assert arrives(areas, one).words.words == WORDS
    assert owed(areas[OLD]) == []


def test_where_a_coordinator_says_later_which_service_the_key_is_told_then(areas: Areas) -> None:
    add_service(areas[NEW], "Beacon")
    with pytest.raises(ValueError, match="not enough values"):
        moved(areas)  # Of two services nobody knows which.
    with areas[OLD].read() as tx:
        (transfer,) = every_transfer(tx)
    assert not transfer.service_key
    with areas[NEW].read() as tx:
        there = find_case(tx, f"{OLD}/NM-77")
    assert there is not None
    idva_inbox.refer_to(areas[NEW], coordinator(areas[NEW]), there.row.handle.hex(), "Beacon")
    schedule.jobs_of(areas[NEW], ())["escalate"].act(schedule.Run(areas[NEW], lambda: None))
    worker(areas, NEW)
    with areas[OLD].read() as tx:
        (transfer,) = every_transfer(tx)
    assert transfer.service_key


def ours(areas: Areas, one: Moved, key: bytes, words: str = WORDS) -> Handover:
    """What an area says was handed over, sealed to that key."""
    context = handover_context(OLD, NEW, key_id(key), one.number)
    said = HandoverWords(service="S", by="B", at=1, agreed="yes", words=words)
    return Handover(
        key_id=key_id(key), sealed=b64(hpke.seal(encode(said), key, context, HANDOVER_PAD_CLASSES))
    )


def key_of(areas: Areas, one: Moved) -> bytes:
    service = one.after.organisation.id
    return areas[NEW].service_sealing(service, one.number).public_key().public_bytes_raw()


def test_what_is_sealed_to_no_service_of_the_case_is_refused_and_the_writer_owes_it_anew(
    areas: Areas,
) -> None:
    one = moved(areas)
    another = hpke.PrivateKey.generate().public_key().public_bytes_raw()
    say(areas, OLD, MessageKind.service_key, encode(ServiceKey(key=b64(another))), one.number)
    assert handed_over(areas, one) == ""
    assert state(areas, one) == "refused"
    assert owed(areas[OLD]) == [HAND_OVER]
    assert arrives(areas, one).at is None
    say(areas, OLD, MessageKind.service_key, encode(ServiceKey(key=b64(key_of(areas, one)))), one.number)
    assert handed_over(areas, one) == ""
    assert arrives(areas, one).words.words == WORDS


def test_the_first_stays_where_another_comes_and_the_same_twice_is_kept_once(areas: Areas) -> None:
    one = moved(areas)
    first = encode(ours(areas, one, key_of(areas, one)))
    for plain, status in (
        (first, 200),
        (first, 200),
        (encode(ours(areas, one, key_of(areas, one), "Other.")), 409),
    ):
        assert say(areas, NEW, MessageKind.handover, plain, one.number).status_code == status
    assert arrives(areas, one).words.words == WORDS


def test_what_does_not_open_says_so(areas: Areas) -> None:
    """It names the service's key, and is sealed to another: a peer that lies, or a key that was lost."""
    one = moved(areas)
    another = hpke.PrivateKey.generate().public_key().public_bytes_raw()
    forged = ours(areas, one, another).model_copy(update={"key_id": key_id(key_of(areas, one))})
    assert say(areas, NEW, MessageKind.handover, encode(forged), one.number).status_code == 200
    there = arrives(areas, one)
    assert there.at is not None
    assert there.words is None


def test_text_that_nobody_may_be_shown_is_not_shown(areas: Areas) -> None:
    """The service's key seals it, so that only the service finds that it is no text of ours."""
    one = moved(areas)
    key = key_of(areas, one)
    context = handover_context(OLD, NEW, key_id(key), one.number)
    plain = encode(HandoverWords(service="S", by="B", at=1, agreed="yes", words="xx")).replace(
        b'"xx"', '"a\u202eb"'.encode()
    )
    sealed = b64(hpke.seal(plain, key, context, HANDOVER_PAD_CLASSES))
    body = encode(Handover(key_id=key_id(key), sealed=sealed))
    assert say(areas, NEW, MessageKind.handover, body, one.number).status_code == 200
    assert arrives(areas, one).words is None


@pytest.mark.parametrize("ended", [one for one in TransferState if one is not TransferState.accepted])
def test_nothing_is_handed_over_by_a_transfer_that_was_not_accepted(
    areas: Areas, ended: TransferState
) -> None:
    """At either area: no key is taken, and no handover."""
    one = moved(areas)
    for area in (OLD, NEW):
        now = at(areas, area, one.number)
        code = DeclineCode.wrong_area if ended is TransferState.declined else None
        with areas[area].write() as tx:
            keep_transfer(tx, now.model_copy(update={"state": ended, "code": code}))
    key = key_of(areas, one)
    plain = encode(ours(areas, one, key))
    assert say(areas, NEW, MessageKind.handover, plain, one.number).status_code == 409
    other = hpke.PrivateKey.generate().public_key().public_bytes_raw()
    said = encode(ServiceKey(key=b64(other)))
    assert say(areas, OLD, MessageKind.service_key, said, one.number).status_code == 409
    with pytest.raises(ConflictError, match="has not moved"):
        hand_over(areas[OLD], one.before, one.referral, typed())


@pytest.mark.parametrize("key", [bytes(32), b"\1" + bytes(31)])
def test_a_key_that_nothing_can_be_sealed_to_is_refused(areas: Areas, key: bytes) -> None:
    one = moved(areas)
    before = at(areas, OLD, one.number)
    answer = say(areas, OLD, MessageKind.service_key, encode(ServiceKey(key=b64(key))), one.number)
    assert answer.status_code == 422
    assert at(areas, OLD, one.number) == before


class Earlier(TransferMessage):
    """The message as a node of an earlier version reads it."""

    kind: Literal["offer", "word", "ask_back"]  # type: ignore[assignment]


def test_an_area_of_an_earlier_version_refuses_the_key_and_the_case_moves_all_the_same(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = moved(areas, tell=False)
    assert at(areas, OLD, one.number).state is TransferState.accepted
    monkeypatch.setattr(federation, "TransferMessage", Earlier)
    with areas[NEW].read() as tx:
        assert [row.kind for row in outbox.due(tx.session, tx.now)] == ["transfer"]
    worker(areas, NEW)
    with areas[NEW].read() as tx:
        assert outbox.due(tx.session, tx.now + 10**9) == []
    assert not at(areas, OLD, one.number).service_key
    assert arrives(areas, one).at is None


def test_the_keys_of_two_transfers_to_one_service_are_not_the_same(areas: Areas) -> None:
    one = moved(areas)
    service = one.after.organisation.id
    other = areas[NEW].service_sealing(service, "ab" * 16).public_key().public_bytes_raw()
    assert other != key_of(areas, one)
    assert OTHERS.encode() not in encode(ServiceKey(key=b64(other)))


def test_an_idva_who_is_kept_out_of_the_case_finds_no_handover(areas: Areas) -> None:
    one = moved(areas)
    text = f'[[exclusion]]\ncase_ref = "{REF}"\nperson = "{one.before.account.name}"\n'
    Path(areas[OLD].home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert handovers(areas[OLD], one.before, one.referral) is None
    with pytest.raises(NotFoundError) as kept_out:
        hand_over(areas[OLD], one.before, one.referral, typed())
    with pytest.raises(NotFoundError) as absent:
        hand_over(areas[OLD], one.before, "ab" * 16, typed())
    assert str(kept_out.value) == str(absent.value)
