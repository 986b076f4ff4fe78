"""a peer's metadata is kept as it was signed; what an earlier version kept of it is fetched anew."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE peer RENAME COLUMN metadata_json TO signed_metadata")
    op.execute("UPDATE peer SET signed_metadata = ''")


def downgrade() -> None:
    op.execute("ALTER TABLE peer RENAME COLUMN signed_metadata TO metadata_json")
