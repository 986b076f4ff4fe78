# mypy: ignore-errors
# Runs in the peer's own environment, whose packages the project's type check does not see.
"""Splink 4 or 5, whichever is installed, on DuckDB: Fellegi and Sunter by expectation maximisation, no labels.

After its guide for FEBRL4: name comparisons with term frequencies, date of birth comparison, several blocking
rules, u from random pairs, m from two sessions. Two levels are added that it has or allows: names the other way
round, partial dates that agree. Its predictions cover both whole files at once.
"""

from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Iterable, Sequence
from importlib.metadata import version

import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.peers.runners.common import SEED, Record, Scored, run

MAJOR = int(version("splink").split(".")[0])
FLOOR = -12.0  # match weight, bits: pairs below it are not kept
RULES = [
    block_on("date_of_birth"),
    block_on("given_name"),
    block_on("surname"),
    "l.given_name = r.surname",
    "l.surname = r.given_name",
    block_on("surname_start", "year"),
    block_on("surname_start", "month_day"),
    block_on("given_start", "year"),
    block_on("given_start", "month_day"),
]
REVERSED_BY_CHANCE = 1e-6  # too rare to be seen among random pairs, so stated
RANDOM_PAIRS = 3e6
_numbers = itertools.count()


def _frame(records: Sequence[Record], prefix: str) -> pd.DataFrame:
    def dated(digits: str, start: int, end: int) -> str | None:
        return digits[start:end] if len(digits) >= end else None

    return pd.DataFrame(
        {
            "unique_id": [f"{prefix}{place}" for place in range(len(records))],
            "given_name": [one.given or None for one in records],
            "surname": [one.surname or None for one in records],
            "date_of_birth": [
                "-".join(filter(None, (one.date[:4], one.date[4:6], one.date[6:]))) or None for one in records
            ],
            "year": [dated(one.date, 0, 4) for one in records],
            "month_day": [dated(one.date, 4, 8) for one in records],
            "given_start": [one.given[:3] or None for one in records],
            "surname_start": [one.surname[:3] or None for one in records],
        }
    )


def _name(column: str, other: str) -> cl.CustomComparison:
    """Splink's name comparison, with its level for columns the other way round."""
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column, term_frequency_adjustments=True),
            cll.ColumnsReversedLevel(column, other, symmetrical=True).configure(
                u_probability=REVERSED_BY_CHANCE, fix_u_probability=True
            ),
            *(cll.JaroWinklerLevel(column, threshold) for threshold in (0.92, 0.88, 0.7)),
            cll.ElseLevel(),
        ],
    )


def _date() -> cl.CustomComparison:
    """Splink's date of birth comparison, with a level for partial dates that agree as far as they go."""
    column = "date_of_birth"
    whole = f"length({column}_l) = 10 and length({column}_r) = 10"
    ways = [(1, "month"), (1, "year"), (10, "year")]
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column),
            cll.CustomLevel(
                f"not ({whole}) and (starts_with({column}_l, {column}_r) or starts_with({column}_r, {column}_l))",
                "Partial date agrees",
            ),
            cll.LevenshteinLevel(column, 1),
            *(
                cll.AbsoluteDateDifferenceLevel(column, input_is_string=True, threshold=many, metric=unit)
                for many, unit in ways
            ),
            cll.ElseLevel(),
        ],
    )


class Splink:
    """A trained model over both files."""

    packages = ("splink", "duckdb")
    batch = 1_000_000_000

    def __init__(self, left: Sequence[Record], right: Sequence[Record]) -> None:
        warnings.simplefilter("ignore")
        logging.getLogger("splink").setLevel(logging.ERROR)
        self._left, self._right = left, right
        self._api = DuckDBAPI()
        frames = [_frame(left, "l"), _frame(right, "r")]
        if MAJOR >= 5:
            names = ("asked", "held")
            frames = [
                self._api.register(frame, dataset_display_name=name)
                for frame, name in zip(frames, names, strict=True)
            ]
            self._held = frames[1]
            self._linker = Linker(frames, self._settings())
        else:
            self._linker = Linker(
                frames, self._settings(), db_api=self._api, input_table_aliases=["asked", "held"]
            )
        self._train()

    def _settings(self) -> SettingsCreator:
        return SettingsCreator(
            link_type="link_only",
            blocking_rules_to_generate_predictions=RULES,
            comparisons=[
                _name("given_name", "surname"),
                _name("surname", "given_name"),
                _date(),
            ],
        )

    def _train(self) -> None:
        training = self._linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("given_name", "surname", "date_of_birth")], recall=0.6
        )
        training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=SEED)
        for rule in (block_on("date_of_birth"), block_on("given_name", "surname")):
            training.estimate_parameters_using_expectation_maximisation(
                rule, estimate_without_term_frequencies=True
            )
        for column in ("given_name", "surname"):
            self._linker.table_management.compute_tf_table(column)

    def link(self, _asked: Sequence[Record]) -> Iterable[Scored]:
        return list(self._scored(self._linker.inference.predict(threshold_match_weight=FLOOR)))

    def ask(self, one: Record) -> list[Scored]:
        number = next(_numbers)
        frame = _frame([one], f"q{number}_")
        if MAJOR >= 5:
            new = self._api.register(frame, dataset_display_name=f"asked{number}")
            found = self._linker.inference.predict_between(new, self._held, threshold_match_weight=FLOOR)
        else:
            frame["source_dataset"] = "asked"
            found = self._linker.inference.find_matches_to_new_records(
                frame.to_dict("records"), blocking_rules=RULES, match_weight_threshold=FLOOR
            )
        return found.as_duckdbpyrelation().fetchall()

    def _scored(self, found: object) -> Iterable[Scored]:
        relation = found.as_duckdbpyrelation().select("match_weight, unique_id_l, unique_id_r")
        for weight, one, other in relation.fetchall():
            asked, held = (one, other) if one[0] == "l" else (other, one)
            yield weight, self._left[int(asked[1:])].person, self._right[int(held[1:])].person


if __name__ == "__main__":
    run(Splink)
