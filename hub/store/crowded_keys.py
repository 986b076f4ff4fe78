"""Queries on what is kept, sealed, of the match-keys that many people of an epoch share."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col

from hub.store.tables import CrowdedKeys


def get(session: Session, epoch: int) -> bytes | None:
    """What was kept of an epoch."""
    row = session.get(CrowdedKeys, epoch)
    return row.sealed if row else None


def put(session: Session, epoch: int, sealed: bytes) -> None:
    """Keep that of an epoch, in place of what there was, of this one and of others."""
    session.execute(delete(CrowdedKeys).where(col(CrowdedKeys.epoch) != epoch))
    session.merge(CrowdedKeys(epoch=epoch, sealed=sealed))
