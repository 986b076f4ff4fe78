"""the log is read by action and time."""

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("audit_entry_of", "audit_entry", ["action", "at"])


def downgrade() -> None:
    op.drop_index("audit_entry_of", "audit_entry")
