"""the digest of a peer's feed is kept with its copy."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entries", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("digest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.drop_column("digest")
        batch_op.drop_column("entries")
