"""that a node was brought back from a backup."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restoration_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("restored_at", sa.Integer(), nullable=False),
        sa.Column("backup_at", sa.Integer(), nullable=False),
        sa.Column("head_size", sa.Integer(), nullable=False),
        sa.Column("lost_size", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("restoration_record")
