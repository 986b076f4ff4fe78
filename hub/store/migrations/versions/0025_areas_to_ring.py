"""checks of which an area is still to be rung."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("check_record") as batch_op:
        batch_op.add_column(sa.Column("to_ring", sa.Integer(), nullable=True))
        batch_op.create_index("ix_check_record_to_ring", ["to_ring"])


def downgrade() -> None:
    with op.batch_alter_table("check_record") as batch_op:
        batch_op.drop_index("ix_check_record_to_ring")
        batch_op.drop_column("to_ring")
