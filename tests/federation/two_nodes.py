"""What happens between two nodes in every model of them: ways break, messages come again, nodes are brought back.

Knows nothing of what the two say to each other, and checks nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.federation.faults import FAULTS, Backups, faulty
from tests.federation.nodes import copied

STORED: Final = "sqlite:///hub.sqlite3"
_WHICH: Final = st.sampled_from((0, 1))


class TwoNodes(RuleBasedStateMachine):
    """Copies of the areas of `template`, of which `names` speak to each other at `path`."""

    def __init__(self, template: Path, path: str, names: tuple[str, str]) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.names = names
        self.areas = copied(template, self.folder / "areas", lambda _: STORED)
        self.ways = faulty(self.areas, path, *names)
        self.backups = Backups(self.areas, self.folder / "backups")
        self.went_back = False
        self.times = 0

    @rule(which=_WHICH, fault=st.sampled_from(["", "", *FAULTS]))
    def the_way_breaks_or_is_mended(self, which: int, fault: str) -> None:
        self.ways[self.names[which]].fault = fault

    @rule(which=_WHICH, at=st.integers(0, 20))
    def what_went_comes_late_or_again(self, which: int, at: int) -> None:
        way = self.ways[self.names[which]]
        if way.went:
            way.goes_again(at)

    @rule(which=_WHICH)
    def a_backup_is_made(self, which: int) -> None:
        self.backups.make(self.names[which])

    @precondition(lambda self: self.backups.newest and not self.went_back)
    @rule(at=st.integers(0, 1))
    def a_node_is_brought_back(self, at: int) -> None:
        area = sorted(self.backups.newest)[at % len(self.backups.newest)]
        self.backups.bring_back(area)
        self.went_back = True
        self.forget(area)

    def forget(self, area: str) -> None:
        """What the model has to forget of an area that was brought back."""

    def mend(self) -> None:
        """Every way works."""
        for way in self.ways.values():
            way.fault = ""

    def leave(self) -> None:
        """Nothing of them is left."""
        self.areas.close()
        shutil.rmtree(self.folder)
