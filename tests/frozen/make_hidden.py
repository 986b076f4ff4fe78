"""Makes the frozen home of somebody who fled, by the code of before her other records were hidden for it.

    python -m tests.frozen.make_hidden

Run once, at the commit before that in which a case that says so hides her other records; later code must hide them
when it opens what this made (`tests.cases.test_upgrade`). The people are invented, and the keys were made for this.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from hub.cases.seals import seal_case
from hub.cases.staff import STAFF_FILE
from hub.federation.publish import publish
from hub.node.home import advance_audit_checkpoint
from tests.cases.hidden import AS_ALIAS, LIKELY, MANAGER, PERPETRATOR, SAID, VICTIM
from tests.federation.nodes import Clock, case, hold, new_node, stranger
from tests.federation.publishing import HER, SISTER
from tests.frozen.make import _pack

HERE: Final = Path(__file__).parent
NAME: Final = "before-fled-hides"


def main() -> None:
    """A case says that she fled; a sealed one had her sister on it before. Both have other records, published."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "eastvale"
        node = new_node(home, "eastvale", "sqlite:///hub.sqlite3", Clock(), ("eastvale", "northmoor"))
        (home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
        hold(node, case("other", [VICTIM, AS_ALIAS]), case("likely", [LIKELY, PERPETRATOR]))
        hold(node, case("sister", [SISTER]), case("sisters", [SISTER]), case("nobody", [stranger(80)]))
        hold(node, case("hers", [HER], fled_asked=True, fled_from=("northmoor",)))
        hold(node, case("sister", [stranger(81)]))
        seal_case(node, "sister", SAID)
        assert publish(node).added == 6
        advance_audit_checkpoint(node)
        node.database.close()
        connection = sqlite3.connect(home / "hub.sqlite3")
        connection.executescript("PRAGMA journal_mode=DELETE; VACUUM")
        connection.close()
        _pack(home, HERE / f"{NAME}.tar.xz")


if __name__ == "__main__":
    main()
