"""Backups of a node, and bringing it back from one."""
