"""One target in a campaign, led by coverage: `python -m tests.fuzz.run TARGET FOLDER RUNS SECONDS`.

Atheris changes inputs and keeps those that reach something new of `hub`, which it has instrumented.
What must not be is kept with its input and the campaign goes on; what came of how many is counted in `counts.json`.
"""

from __future__ import annotations

import hashlib
import json
import logging
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

import atheris

logging.disable(logging.INFO)  # One line for each module that is instrumented.
with atheris.instrument_imports(include=["hub"]):
    from tests.fuzz.judge import Target, judged, listening
    from tests.fuzz.keep import kept
    from tests.fuzz.targets import target as target_of

    TARGET: Final = target_of(sys.argv[1])

WRITTEN_EACH: Final = 1_000
NATIVE: Final = 12
"""One change in so many is libFuzzer's own, of bytes."""


def signature(error: BaseException) -> str:
    """What tells one fault from another: its kind, and the innermost lines of the hub that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(one.filename).name}:{one.lineno}" for one in frames if "/hub/" in one.filename]
    text = str(error)[:60] if type(error).__name__ == "Fault" else ""
    return " ".join([type(error).__name__, text, *ours[-2:]])


class Campaign:
    """What came of the inputs so far, and what was found."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target, self.folder = target, folder
        self.counts: Counter[str] = Counter()
        self.found: dict[str, str] = {}
        self.begun = time.monotonic()
        if (earlier := folder / "counts.json").exists():
            said = json.loads(earlier.read_text())
            self.counts, self.found = Counter(said["counts"]), said["found"]
            self.begun -= said["seconds"]

    def one(self, data: bytes) -> None:
        """Judge one input."""
        try:
            came = judged(self.target, data).value
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            came = "fault"
            self._keep(error, data)
        self.counts[came] += 1
        if not self.counts.total() % WRITTEN_EACH:
            self.write()

    def _keep(self, error: Exception, data: bytes) -> None:
        named = signature(error)
        if named in self.found:
            return
        name = hashlib.sha256(data).hexdigest()[:16]
        self.found[named] = name
        (self.folder / "found" / name).write_bytes(data)
        told = "".join(traceback.format_exception(error))
        (self.folder / "found" / f"{name}.txt").write_text(told, errors="backslashreplace")
        self.write()

    def write(self) -> None:
        """Write down what came so far."""
        said = {"counts": self.counts, "found": self.found, "seconds": time.monotonic() - self.begun}
        (self.folder / "counts.json").write_text(json.dumps(said, indent=1))


def main() -> None:
    """Run it."""
    target, folder, runs, seconds = TARGET, Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    corpus, found = folder / "corpus", folder / "found"
    for one in (corpus, found):
        one.mkdir(parents=True, exist_ok=True)
    for seed in (*target.seeds(), *kept(target.name)):
        (corpus / hashlib.sha1(seed, usedforsecurity=False).hexdigest()).write_bytes(seed)
    campaign = Campaign(target, folder)

    def change(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        if chance.randrange(NATIVE) == 0:
            native: bytes = atheris.Mutate(data, most)
            return native
        made = target.change(data, chance)
        return made if len(made) <= most else made[:most]

    arguments = [
        sys.argv[0], str(corpus), f"-runs={runs}", f"-max_total_time={seconds}", f"-max_len={target.longest}",
        "-len_control=0", "-timeout=120", "-rss_limit_mb=4096", f"-artifact_prefix={found}/stopped-", "-reload=0",
        "-verbosity=0", "-print_final_stats=1", "-entropic=0",
    ]  # fmt: skip
    atheris.Setup(arguments, campaign.one, custom_mutator=change)
    with listening():
        atheris.Fuzz()


if __name__ == "__main__":
    main()
