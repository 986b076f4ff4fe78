"""Peers side by side: the tools users would otherwise pick, on the same files, with the same figures.

Holds the runs and the table; the product's own run is `benchmarks.linkage`. Nothing here is part of the product,
and nothing it installs enters the product's environment (decision 0500).
"""
