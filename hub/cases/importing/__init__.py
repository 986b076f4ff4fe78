"""Importing a file of referrals: its rows, assembled into cases, stored with their publication decisions."""
