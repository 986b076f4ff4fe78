"""Completed forms and papers as PDF/UA."""
