"""stored answers are found by when they end."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_idempotent_answer_expires_at", "idempotent_answer", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_idempotent_answer_expires_at", "idempotent_answer")
