"""Measured claims, each a runnable module."""
