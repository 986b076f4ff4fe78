"""Sizes by class: how many people a node publishes, as peers are told it.

A number that moves with each person would show the minute in which somebody is sealed. Pure.
"""

from __future__ import annotations

from typing import Final

SMALLEST: Final = 64


def size_class(people: int) -> int:
    """A number of people, rounded up: at most 64, then 5, 6, 7 or 8 times a power of two.

    A prior made of it is at most a third of a bit lower than one made of the number (from 64 people on).
    """
    if people <= SMALLEST:
        return SMALLEST
    step = 1 << (people - 1).bit_length() - 3
    return -(-people // step) * step
