"""changes to a copy of a peer's feed, kept until they are all there; a copy without `onto` is whole."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.add_column(sa.Column("onto", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.drop_column("onto")
