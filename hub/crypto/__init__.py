"""Signing, the PRF, sealing and encoding: the only importers of cryptography libraries."""
