"""What an act leaves, opened and sealed here: checks, decisions, obligations, the disclosure log."""
