"""acknowledgements of disclosures' answers."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "acknowledgement",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "peer", "handle", "level"),
    )


def downgrade() -> None:
    op.drop_table("acknowledgement")
