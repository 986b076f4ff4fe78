"""A case that moves with the victim to another area: both sides of it."""
