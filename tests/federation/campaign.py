"""What comes of a liar beside honest areas: each round a lie is told, and everything else is as it would be.

`python -m tests.federation.campaign 10000` has so many told over real HTTP. The lies are `tests.federation.liar`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import stamina

from hub.checks.acknowledge import KIND, deliver_acknowledgement
from hub.checks.disclose import disclose_at_once
from hub.checks.reconcile import reconcile
from hub.errors import HubError
from hub.federation.client import PeerClient
from hub.federation.heads import show_head
from hub.federation.sync import sync_all
from hub.node.node import Node
from hub.node.pins import PINS
from hub.records import outbox as parcels
from hub.records.check import AreaStatus, CheckResult
from hub.store import outbox, peers
from hub.wire.messages import DISCLOSURES_PATH, FEED_PATH, METADATA_PATH
from hub.wire.quota import Quota
from hub.wire.witness import ACKNOWLEDGEMENTS_PATH, CHECKPOINTS_PATH, RECONCILIATIONS_PATH
from tests.federation.liar import TOLD_ON, Liar, Round, application
from tests.federation.mutations import Mutation, mutations
from tests.federation.nodes import MORE, Areas, build, cases_of, check, copied, one_name, question
from tests.federation.over_http import over_http

ASKER, LIAR, HONEST = "northmoor", "eastvale", ("southmere", "westhaven")
ALL_KNOW: Final = cases_of("southmere")[0][0]
ONE_NAME: Final = one_name("southmere")
UNFORESEEN: Final = "unforeseen"
BESIDE: Final[Mapping[str, Callable[[Node, PeerClient], Awaitable[object]]]] = {
    CHECKPOINTS_PATH: lambda node, client: show_head(node, client, LIAR),
    RECONCILIATIONS_PATH: lambda node, client: reconcile(node, client, LIAR, 3),
    ACKNOWLEDGEMENTS_PATH: lambda node, client: acknowledged(node, client),
}
"""What is asked beside the question, by the path that it is asked on."""


async def acknowledged(node: Node, client: PeerClient) -> None:
    """An answer of the liar's that was read is acknowledged, again and again."""
    with node.read() as tx:
        waiting = next(row.id for row in outbox.every(tx.session) if (row.kind, row.peer) == (KIND, LIAR))
        delivery = parcels.get(tx, waiting)
    assert delivery
    await deliver_acknowledgement(node, client, delivery)
    with node.write() as tx:
        parcels.put(tx, delivery.parcel)


@dataclass
class Trial:
    """Areas of which one lies, and what came of its lies."""

    areas: Areas
    liar: Liar
    chance: random.Random
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _kept: dict[str, Any] = field(default_factory=dict)

    @property
    def asker(self) -> Node:
        return self.areas[ASKER]

    def begin(self) -> None:
        """Hear everything once, honestly, also from another area; keep what every round begins with."""
        honest = Liar(self.areas[HONEST[0]], lambda: self.asker, self.chance)
        if self.areas.network is not None:
            before = self.areas.network.hosts[HONEST[0]]
            self.areas.network.hosts[HONEST[0]] = honest
        self._forget_copies(LIAR, HONEST[0])
        asyncio.run(self._ask(FEED_PATH))
        asyncio.run(self._ask(DISCLOSURES_PATH))
        for path in BESIDE:
            asyncio.run(self._ask(path))
        if self.areas.network is not None:
            self.areas.network.hosts[HONEST[0]] = before
        self.liar.another = honest.earlier
        self._kept = self._state()

    def tell(self, lie: Round) -> None:
        """One round: the lie is told, and everything but the liar's own part is as it would be without it."""
        if lie.path in (FEED_PATH, METADATA_PATH):
            self._forget_copies(LIAR)
        elif self._copy_lost():
            self._sync()
        self.liar.round, before = lie, self.liar.told
        name = f"{lie.path} {' and '.join(map(str, lie.changes))}"
        try:
            result = asyncio.run(self._ask(lie.path))
            self._judge(name, result)
            if self.liar.told == before:
                self.wrong.append(f"{name}: it was not told")
        except Exception as error:  # noqa: BLE001 - this is what must not be
            self.wrong.append(f"{name}: {type(error).__name__}: {error}")
        finally:
            self.liar.round = None
            self._mend()

    def _judge(self, name: str, result: CheckResult) -> None:
        liar, *others = sorted(result.areas, key=lambda area: area.node_id != LIAR)
        self.statuses[liar.status] += 1
        json.dumps(result.model_dump(mode="json"), ensure_ascii=False).encode()  # It can be printed.
        shown = [(area.status, bool(area.candidates)) for area in others]
        if shown != [(AreaStatus.answered, True)] * len(HONEST):
            self.wrong.append(f"{name}: others {shown}, {[area.note for area in others]}")
        if any("01632" not in area.contact for area in result.areas):
            self.wrong.append(f"{name}: a telephone is missing")
        if UNFORESEEN in liar.note:
            self.wrong.append(f"{name}: {liar.note}")

    async def _ask(self, path: str) -> CheckResult:
        """What leads to a request on that path: a sync, a question, or a question that tells at once."""
        telling = path == DISCLOSURES_PATH
        disclose = "at_once" if telling else "ask_first"
        subject = ALL_KNOW if telling else ONE_NAME
        asked = question(subject, LIAR, *HONEST, disclose=disclose)
        async with PeerClient(self.asker, transport=self.areas.network) as client:
            if path in BESIDE:
                with suppress(HubError):  # A fault of that area, which the job or the command tells.
                    await BESIDE[path](self.asker, client)
            if path in (FEED_PATH, METADATA_PATH):
                for one in await sync_all(self.asker, client):
                    if (one.node_id != LIAR and one.error) or UNFORESEEN in one.error:
                        self.wrong.append(f"{self.liar.round}: {one.node_id} {one.error}")
            result = await check(self.asker, client, asked)
            return await disclose_at_once(self.asker, client, asked, result)

    def _sync(self) -> None:
        async def go() -> None:
            async with PeerClient(self.asker, transport=self.areas.network) as client:
                assert not any(one.error for one in await sync_all(self.asker, client))

        asyncio.run(go())

    def _forget_copies(self, *node_ids: str) -> None:
        with self.asker.write() as tx:
            for node_id in node_ids:
                peers.forget_copies(tx.session, node_id)

    def _copy_lost(self) -> bool:
        with self.asker.read() as tx:
            row = peers.get(tx.session, LIAR)
        return row is None or row.feed_id is None

    def _state(self) -> dict[str, Any]:
        with self.asker.read() as tx:
            query = f"SELECT area, url, root_thumbprint, signed_metadata FROM peer WHERE node_id = '{LIAR}'"
            row = tx.session.connection().exec_driver_sql(query).one()
        return {"pins": (self.asker.home / PINS).read_bytes(), "row": tuple(row)}

    def _mend(self) -> None:
        """Believe of the liar what was believed before the round: a lie may have been true, such as a renewal."""
        now = self._state()
        if now["pins"] != self._kept["pins"]:
            (self.asker.home / PINS).write_bytes(self._kept["pins"])
        if now["row"] != self._kept["row"]:
            with self.asker.database.write() as session:
                session.connection().exec_driver_sql(
                    f"UPDATE peer SET area = ?, url = ?, root_thumbprint = ?, signed_metadata = ?"
                    f" WHERE node_id = '{LIAR}'",
                    self._kept["row"],
                )


def rounds(chance: random.Random) -> Iterator[Round]:
    """Every mutation once, in no order, and then without end two of one kind at a time."""
    every = list(mutations())
    chance.shuffle(every)
    yield from (round_of(chance, one) for one in every)
    while True:
        yield round_of(chance, *_two(every, chance))


def round_of(chance: random.Random, *changes: Mutation) -> Round:
    return Round(chance.choice(TOLD_ON[changes[0].kind]), changes)


def _two(every: Sequence[Mutation], chance: random.Random) -> Iterator[Mutation]:
    one = chance.choice(every)
    yield one
    yield chance.choice([other for other in every if other.kind == one.kind])


async def template(folder: Path) -> None:
    """Four areas, all of which know one person."""
    await build(folder, lambda _: "sqlite:///hub.sqlite3", MORE, [ALL_KNOW, ONE_NAME])


@contextmanager
def trial(folder: Path, seed: int, *, http: bool) -> Iterator[Trial]:
    """A trial on copies of the template, over real HTTP or within this process."""
    asyncio.run(template(folder / "template"))
    areas = copied(folder / "template", folder / "areas", lambda _: "sqlite:///hub.sqlite3", MORE)
    chance = random.Random(seed)
    liars: list[Liar] = []

    def lying(node: Node) -> Callable[..., Any]:
        liars.append(Liar(node, lambda: areas[ASKER], chance))
        return application(liars[0])

    try:
        if http:
            with over_http(areas, {LIAR: lying}):
                yield _begun(Trial(areas, liars[0], chance))
        else:
            lying(areas[LIAR])
            areas.network.hosts[LIAR] = liars[0]
            yield _begun(Trial(areas, liars[0], chance))
    finally:
        areas.close()


def _begun(made: Trial) -> Trial:
    _settled(made.asker, peer_timeout_s=60.0)  # A busy machine is no lie.
    without_end = Quota(per_day=1_000_000, burst=1_000_000, per_month=10_000_000)
    liar = made.liar.node  # Who tells so many lies is asked more often than anybody is.
    _settled(liar, quotas=liar.settings.quotas.model_copy(update={"reconciliations": without_end}))
    made.begin()
    return made


def _settled(node: Node, **changes: object) -> None:
    object.__setattr__(node, "settings", node.settings.model_copy(update=changes))


def campaign(folder: Path, answers: int, seed: int) -> dict[str, Any]:
    """So many answers told wrongly over real HTTP; what came of them."""
    stamina.set_testing(True, attempts=2)
    started = time.monotonic()
    with trial(folder, seed, http=True) as made:
        questions = 0
        for lie in rounds(random.Random(seed)):
            made.tell(lie)
            questions += 1
            if questions % 500 == 0:
                sys.stderr.write(f"{questions} questions, {made.liar.told} answers, wrong: {made.wrong}\n")
            if made.liar.told >= answers:
                break
        return {
            "answers_told": made.liar.told,
            "questions": questions,
            "mutations_told_alone": min(questions, len(mutations())),
            "mutations": len(mutations()),
            "wrong": made.wrong,
            "liars_part": dict(made.statuses),
            "seconds": round(time.monotonic() - started),
            "most_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def main() -> None:
    """Run the campaign, and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(json.dumps(campaign(Path(folder), given.answers, given.seed), indent=2) + "\n")


if __name__ == "__main__":
    main()
