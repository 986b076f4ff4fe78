"""The sharing form: its vocabulary, its fields, how it is parsed and what is left out of it."""
