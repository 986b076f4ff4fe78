"""Cases: reading import files, storing cases with their publication decisions, how common names are here."""
