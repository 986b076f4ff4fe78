"""The law as data: rules, the files they are read from, and what they say in words."""
