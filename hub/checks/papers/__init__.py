"""The earlier plan and minutes of a case that is known in another area: asked for there, and answered here."""
