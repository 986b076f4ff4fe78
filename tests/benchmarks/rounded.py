"""What a ratio may be of two figures that were rounded after it was made."""

from __future__ import annotations


def may_be(ratio: float, over: float, under: float, *, unit: float) -> bool:
    """Whether figures printed so, each rounded to `unit`, may have that ratio, which is rounded to hundredths."""
    half = unit / 2
    least = (over - half) / (under + half) - 0.01
    return least <= ratio and (under <= half or ratio <= (over + half) / (under - half) + 0.01)
