"""each entry of the log bears the node's mark; the feed's state and the peers carry digests of their lines."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.String(), nullable=False, server_default=sa.text("''")))
    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lines_digest", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("peer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("copy_entries", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("copy_digest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("peer", schema=None) as batch_op:
        batch_op.drop_column("copy_digest")
        batch_op.drop_column("copy_entries")
    with op.batch_alter_table("feed_state", schema=None) as batch_op:
        batch_op.drop_column("lines_digest")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_column("mark")
