"""Kinds of columns that differ between databases."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer

# Counts by itself on both: SQLite does so for INTEGER alone.
Serial = BigInteger().with_variant(Integer, "sqlite")
