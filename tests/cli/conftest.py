"""Homes for command tests: one made once and copied, and two areas that know each other, one of them served."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from hub.demo.form import sharing_form, write_agreement
from hub.node.home import create_home
from hub.node.settings import Settings
from hub.sample.referrals import Row
from hub.sample.story import Story, story
from hub.values import AgencyKind
from tests.cli.bulk import CASES, SOME, referrals
from tests.cli.running import free_port, inside, serving, write_csv

TOLD = story(5, cases=4)
DAY_S: Final = 86_400
LEFT_S: Final = 180  # Longer than a test takes on a busy machine.


def today() -> dt.date:
    """The commands' own today."""
    return dt.datetime.now(dt.UTC).date()


@pytest.fixture
def day() -> dt.date:
    """Today, for a test in which the day must not change: shortly before midnight it waits for the next one."""
    left = DAY_S - time.time() % DAY_S
    if left < LEFT_S:
        time.sleep(left)
    return today()


def make(home: Path, node_id: str, port: int = 1, *, agreed: bool = True) -> Path:
    """A node's home, under the agreement or under none."""
    create_home(
        home,
        Settings(
            node_id=node_id,
            area=node_id.capitalize(),
            url=f"http://127.0.0.1:{port}",
            database="sqlite:///hub.sqlite3",
            agency=f"{node_id.capitalize()} Council",
            agency_kind=AgencyKind.council,
        ),
    ).database.close()
    if agreed:
        write_agreement(home, today())
    return home


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("homes") / "northmoor", "northmoor")


@pytest.fixture
def home(_home: Path, tmp_path: Path) -> Path:
    """A fresh node with an agreement and nobody in it."""
    return Path(shutil.copytree(_home, tmp_path / "northmoor"))


@pytest.fixture
def rows() -> list[Row]:
    """A few made-up referrals of Northmoor, none of them sealed."""
    return [dict(row) for row in TOLD.referrals["northmoor"] if row["sealed"] != "yes"][:12]


PATIENCE_S: Final = 60.0  # A machine may stand still for seconds.


ENOUGH: Final = "\n[quotas.strong]\n{0}\n\n[quotas.weak]\n{0}\n".format(
    "per_day = 1_000_000\nburst = 1_000_000\nper_month = 10_000_000"
)
"""One pair answers all tests of a process, in whichever order: none of them meets a quota."""


@dataclass(frozen=True)
class Pair:
    """Northmoor's home, its peer Eastvale's, which is being served, and the story they are part of."""

    asking: Path
    knowing: Path
    told: Story
    knowing_url: str
    log: Path

    def question(self, name: str = "known_elsewhere", **changes: Any) -> dict[str, Any]:
        """A CheckRequest of the story, to Eastvale alone, telling nobody more."""
        told = self.told.questions[name]
        form = sharing_form(told, today(), grounded=name != "no_ground")
        return {
            **told,
            "areas": ["eastvale"],
            "disclose": "ask_first",
            "sharing_form": form,
            **changes,
        }

    def of_one_case(self, case_ref: str) -> dict[str, Any]:
        """A CheckRequest about somebody whom Eastvale knows, and no case of Northmoor's has."""
        row = next(one for one in self.told.referrals["eastvale"] if one["case_ref"] == "EV-2025-0001")
        names = ("role", "given_names", "surname", "date_of_birth")
        subject = {"ref": "p1"} | {name: row[name] for name in names}
        return self.question(case_ref=case_ref, subject=subject, related=[])


IDVAS: Final = "EVI-9005"
"""An Idva service's own record of her, which a person there decides about: it is as sure as the Marac's two are."""


@contextmanager
def paired(folder: Path, settings: str = ENOUGH) -> Iterator[tuple[Pair, subprocess.Popen[bytes]]]:
    """Both homes, which know each other, Eastvale's with these settings and served, and its server."""
    port = free_port()
    homes = {
        "northmoor": make(folder / "northmoor", "northmoor"),
        "eastvale": make(folder / "eastvale", "eastvale", port),
    }
    with (homes["eastvale"] / "node.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    for node_id, home in homes.items():
        rows = [one for one in TOLD.referrals[node_id] if one["case_ref"] != IDVAS]
        assert inside("import", home, write_csv(folder / f"{node_id}.csv", rows)).code == 0
        assert inside("publish", home).code == 0
    url = f"http://127.0.0.1:{port}"
    log = folder / "eastvale.log"
    with serving(homes["eastvale"], port, log) as server:
        assert inside("peer", "add", homes["northmoor"], url).code == 0
        # Only who asks must be known to who is asked: its metadata is shown once, from a server of its own.
        asking_port = free_port()
        config = homes["northmoor"] / "node.toml"
        own = config.read_text().replace("http://127.0.0.1:1", f"http://127.0.0.1:{asking_port}")
        config.write_text(f"peer_timeout_s = {PATIENCE_S}\n{own}")
        with serving(homes["northmoor"], asking_port, folder / "northmoor.log"):
            added = inside("peer", "add", homes["eastvale"], f"http://127.0.0.1:{asking_port}")
            assert added.code == 0, added.err
        assert inside("sync", homes["northmoor"]).code == 0
        yield Pair(homes["northmoor"], homes["eastvale"], TOLD, url, log), server


@pytest.fixture(scope="session")
def _pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with paired(tmp_path_factory.mktemp("pair")) as (pair, _):
        yield pair


@pytest.fixture
def pair(_pair: Pair, tmp_path: Path) -> Pair:
    """The pair, with a copy of the asking home for this test alone."""
    asking = Path(shutil.copytree(_pair.asking, tmp_path / "asking"))
    return Pair(asking, _pair.knowing, _pair.told, _pair.knowing_url, _pair.log)


@pytest.fixture
def asked(tmp_path: Path) -> Any:
    """Writes a question to a file."""

    def write(question: Any) -> Path:
        path = tmp_path / "question.json"
        path.write_text(json.dumps(question), encoding="utf-8")
        return path

    return write


NOBODY = 65534


@dataclass(frozen=True)
class Powerless:
    """A folder in which a block runs without root's right to read and write everything."""

    folder: Path

    @contextmanager
    def __call__(self, *owned: Path) -> Iterator[None]:
        """Run the block as an ordinary user, the owner of these."""
        if os.geteuid():
            yield
            return
        for top in (self.folder, *owned):
            for path in (top, *top.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)


@pytest.fixture
def powerless() -> Iterator[Powerless]:
    """Somewhere an ordinary user can go: pytest's own folders are closed to all but their owner."""
    with tempfile.TemporaryDirectory(prefix="hub-test-") as name:
        yield Powerless(Path(name))


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """More batches than one."""
    return referrals(tmp_path / "many.csv", CASES)


@pytest.fixture
def filled(home: Path, tmp_path: Path) -> Path:
    """A node with people to publish."""
    assert inside("import", home, referrals(tmp_path / "some.csv", SOME)).code == 0
    return home
