"""Referrals of a Marac's cases to an Idva service of the node."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class IdvaReferralRecord(SQLModel, table=True):
    """One of them. `sealed` is all of it: which case, which service, and how far its first contact is."""

    __tablename__ = "idva_referral"

    id: bytes = Field(primary_key=True)
    sealed: bytes
