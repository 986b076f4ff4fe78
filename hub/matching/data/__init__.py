"""Name data in code, each file with its source and licence. Data only."""
