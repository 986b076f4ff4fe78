"""papers of a case that areas ask of each other."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "papers_request",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("open_key", sa.LargeBinary(), nullable=True),
        sa.Column("case_digest", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("open_key"),
    )
    op.create_index("ix_papers_request_case_digest", "papers_request", ["case_digest"])
    op.create_table(
        "papers_pack",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("papers_pack")
    op.drop_table("papers_request")
