"""A case that moves with her to another area: both sides of it."""
