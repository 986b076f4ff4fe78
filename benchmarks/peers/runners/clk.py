# mypy: ignore-errors
# Runs in the peer's own environment, whose packages the project's type check does not see.
"""clkhash and anonlink: 1,024-bit Bloom filters of names and date, every pair of filters by Dice coefficient.

The schema is that of clkhash's own tutorial on FEBRL4 cut to these fields: bigrams of the names, single digits by
position of the date, 200 bits a field.
"""

from __future__ import annotations

import base64
import warnings
from collections.abc import Iterable, Sequence

warnings.filterwarnings("ignore", message=".*pkg_resources.*")

from anonlink.candidate_generation import find_candidate_pairs  # noqa: E402
from anonlink.similarities import dice_coefficient_accelerated  # noqa: E402
from clkhash.clk import generate_clks  # noqa: E402
from clkhash.schema import from_json_dict  # noqa: E402

from benchmarks.peers.runners.common import Record, Scored, run  # noqa: E402

THRESHOLD = 0.7  # of the Dice coefficient: pairs below it are not kept


def _feature(name: str, n: int, positional: bool) -> dict[str, object]:
    return {
        "identifier": name,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {
            "comparison": {"type": "ngram", "n": n, "positional": positional},
            "strategy": {"bitsPerFeature": 200},
            "hash": {"type": "doubleHash"},
        },
    }


SCHEMA = {
    "version": 3,
    "clkConfig": {
        "l": 1024,
        "kdf": {
            "type": "HKDF",
            "hash": "SHA256",
            "info": base64.b64encode(b"benchmark").decode(),
            "salt": base64.b64encode(bytes(64)).decode(),
            "keySize": 64,
        },
    },
    "features": [
        _feature("given", 2, positional=False),
        _feature("surname", 2, positional=False),
        _feature("date", 1, positional=True),
    ],
}


class Clk:
    """Filters of RIGHT, made once; those of the asked, made as they ask."""

    packages = ("anonlink", "clkhash")

    def __init__(self, _left: Sequence[Record], right: Sequence[Record]) -> None:
        self._schema = from_json_dict(SCHEMA)
        self._person = [one.person for one in right]
        self._filters = self._made(right)

    def _made(self, records: Sequence[Record]) -> list[object]:
        rows = [(one.given, one.surname, one.date) for one in records]
        return generate_clks(rows, self._schema, "the secret both sides share", validate=False, max_workers=1)

    def link(self, asked: Sequence[Record]) -> Iterable[Scored]:
        scores, _, (ones, others) = find_candidate_pairs(
            [self._made(asked), self._filters], dice_coefficient_accelerated, THRESHOLD
        )
        for score, one, other in zip(scores, ones, others, strict=True):
            yield score, asked[one].person, self._person[other]

    def ask(self, one: Record) -> list[Scored]:
        return list(self.link([one]))


if __name__ == "__main__":
    run(Clk)
