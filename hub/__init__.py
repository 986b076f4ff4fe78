"""The cross-Marac information-sharing hub: one node serves one Marac area."""

__version__ = "0.1.0"
