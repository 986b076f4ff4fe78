"""Makes the frozen homes of a release: two areas that know each other.

In them a check is answered, a disclosure released, another waits for a person, a candidate is dismissed and an
obligation closed.

    python -m tests.frozen.make 0.1

Run once, with the code of that release; later code must open what it made (`test_homes`). The people are invented,
and the keys were made for this.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

from hub.cases.close import close
from hub.cases.obligations import list_obligations
from hub.checks.disclose import disclose
from hub.checks.dismissals import dismiss
from hub.consent.evidence import Closing
from hub.federation.publish import publish
from hub.node.home import advance_audit_checkpoint
from hub.records.check import CandidateRef
from hub.values import Kind, Level, Requester
from tests.checks.pending import grounded
from tests.federation import nodes
from tests.federation.nodes import (
    START,
    Areas,
    build,
    case,
    cases_of,
    check,
    copied,
    hold,
    question,
    stranger,
)

HERE: Final = Path(__file__).parent
AREAS: Final = ("northmoor", "eastvale")
WHO: Final = Requester.model_validate(
    {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
)


async def story(areas: Areas) -> dict[str, Any]:
    """What happens between the two, and what Northmoor was shown of it."""
    northmoor, eastvale = areas["northmoor"], areas["eastvale"]
    hold(northmoor, case("NM-1", cases_of("eastvale")[0][:1], publish=False))
    hold(northmoor, case("NM-SEALED", [stranger(3)], sealed=True))
    idva = {"kind": Kind.idva, "idva_service": "Eastvale Idva Service", "publish": True}
    hold(eastvale, case("EV-IDVA", [stranger(4)], **idva))
    publish(eastvale)
    async with areas.client("northmoor") as client:
        first = await check(northmoor, client, question(cases_of("eastvale")[0][0], "eastvale"))
        known = CandidateRef(first.check_id, "eastvale")
        released, _ = await disclose(northmoor, client, known, Level.involvement)
        second = await check(northmoor, client, question(stranger(4), "eastvale", sharing_form=grounded()))
        asked = CandidateRef(second.check_id, "eastvale")
        waiting, _ = await disclose(northmoor, client, asked, Level.involvement)
    handle = second.areas[0].candidates[0].handle
    dismiss(northmoor, CandidateRef(second.check_id, "eastvale", handle), WHO)
    today = dt.datetime.fromtimestamp(START, dt.UTC).date()
    every = list_obligations(northmoor, WHO, today, every=True)
    tell = next(one for one in every if (one.case_ref, one.code) == ("NM-1", "notify_client"))
    evidence = {"by": WHO, "on": today, "text": "Told by telephone, alone and safe to speak."}
    done = close(northmoor, [tell.number], Closing.model_validate(evidence))
    for node in areas.nodes.values():
        advance_audit_checkpoint(node)
    results = {"answered": first, "released": released, "waiting": waiting}
    shown = {name: one.model_dump(mode="json") for name, one in results.items()}
    return {**shown, "closed": done.closed, "code": tell.code}


def main(release: str) -> None:
    """Make the homes, pack each, and write down what Northmoor was shown."""
    nodes.AREAS = AREAS  # type: ignore[assignment,misc]
    with tempfile.TemporaryDirectory() as name:
        template, homes = Path(name) / "template", Path(name) / "homes"
        asyncio.run(build(template, lambda _: "sqlite:///hub.sqlite3"))
        areas = copied(template, homes, lambda _: "sqlite:///hub.sqlite3")
        shown = asyncio.run(story(areas))
        areas.close()
        for area in AREAS:
            connection = sqlite3.connect(homes / area / "hub.sqlite3")
            connection.executescript("PRAGMA journal_mode=DELETE; VACUUM")
            connection.close()
            _pack(homes / area, HERE / f"{area}-{release}.tar.xz")
    (HERE / f"results-{release}.json").write_text(json.dumps(shown, indent=1) + "\n")


def _pack(home: Path, target: Path) -> None:
    with tarfile.open(target, "w:xz") as tar:
        for path in sorted(home.rglob("*")):
            if path.is_file() and path.suffix not in (".lock", ".csv"):
                info = tar.gettarinfo(path, str(path.relative_to(home.parent)))
                info.uid = info.gid = info.mtime = 0
                info.uname = info.gname = ""
                with path.open("rb") as file:
                    tar.addfile(info, file)


if __name__ == "__main__":
    main(sys.argv[1])
