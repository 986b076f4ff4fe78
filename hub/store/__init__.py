"""Where a node keeps things: tables, sessions, queries and migrations. The only package that imports tables."""
