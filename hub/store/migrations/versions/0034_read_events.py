"""who opened which case."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_batch",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_read_batch_kept_at", "read_batch", ["kept_at"])


def downgrade() -> None:
    op.drop_table("read_batch")
