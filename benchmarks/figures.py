"""Figures of a linkage run: bands, best F1, recall at a precision. Counts every pair; picks no best partner.

Pure. It reads no files and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hub.values import Band


class Pair(NamedTuple):
    """One scored pair: what the product said of it, and whether it is true."""

    bits: float
    band: Band | None
    true: bool


def figures(pairs: Iterable[Pair], true_pairs: int) -> dict[str, Any]:
    """The contract's Figures for scored pairs, of `true_pairs` true ones in all (met or not)."""
    ranked = sorted(pairs, key=lambda pair: -pair.bits)
    bands = {
        band.value: {
            "tp": sum(pair.true for pair in ranked if pair.band is band),
            "fp": sum(not pair.true for pair in ranked if pair.band is band),
        }
        for band in Band
    }
    tp = bands["strong"]["tp"] + bands["probable"]["tp"]
    fp = bands["strong"]["fp"] + bands["probable"]["fp"]
    best, recall_at_p99 = _best(ranked, true_pairs)
    return {
        "bands": bands,
        "at_probable": _rates(tp, fp, true_pairs),
        "best_f1": best,
        "recall_at_p99": recall_at_p99,
    }


def _rates(tp: int, fp: int, true_pairs: int) -> dict[str, float]:
    precision = tp / (tp + fp) if tp + fp else 0.0
    recall = tp / true_pairs if true_pairs else 0.0
    f1 = 2 * tp / (tp + fp + true_pairs) if tp else 0.0
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


def _best(ranked: Sequence[Pair], true_pairs: int) -> tuple[dict[str, float | None], float]:
    """The threshold (in bits) of best F1, and the highest recall whose precision is at least .99."""
    best: dict[str, float | None] = {"threshold": None, "precision": 0.0, "recall": 0.0, "f1": 0.0}
    best_f1 = recall_at_p99 = 0.0
    tp = 0
    for count, pair in enumerate(ranked, 1):
        tp += pair.true
        if count < len(ranked) and ranked[count].bits == pair.bits:
            continue
        f1 = 2 * tp / (count + true_pairs)
        if f1 > best_f1:
            best_f1 = f1
            best = {"threshold": round(pair.bits, 3), **_rates(tp, count - tp, true_pairs)}
        if true_pairs and tp >= 0.99 * count:
            recall_at_p99 = max(recall_at_p99, tp / true_pairs)
    return best, round(recall_at_p99, 5)
