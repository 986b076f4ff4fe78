"""cases are compared as they read: no digest of their content."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: people refer to the table.
    op.drop_column("case_record", "content_digest")


def downgrade() -> None:
    op.add_column(
        "case_record",
        sa.Column("content_digest", sa.LargeBinary(), nullable=False, server_default=sa.text("''")),
    )
