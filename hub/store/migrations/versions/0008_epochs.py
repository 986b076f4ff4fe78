"""what each epoch was laid out with, and the epoch in which a peer asked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("max_gap", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("size", sa.Integer(), nullable=True))
    with op.batch_alter_table("received_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("epoch", sa.Integer(), nullable=True))
    op.drop_index("ix_feed_entry_person_id", "feed_entry")
    op.create_index("feed_entry_of", "feed_entry", ["person_id", "epoch"])


def downgrade() -> None:
    op.drop_index("feed_entry_of", "feed_entry")
    op.create_index("ix_feed_entry_person_id", "feed_entry", ["person_id"])
    with op.batch_alter_table("received_check", schema=None) as batch_op:
        batch_op.drop_column("epoch")
    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.drop_column("size")
        batch_op.drop_column("max_gap")
