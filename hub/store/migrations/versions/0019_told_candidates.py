"""which records of a peer's it was told of; what it was told before is filled in when the home is opened."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told_candidate",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("checks", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "handle"),
    )


def downgrade() -> None:
    op.drop_table("told_candidate")
