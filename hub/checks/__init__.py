"""Acts between two areas, both sides of each in one room: checks, disclosures, dismissals."""
