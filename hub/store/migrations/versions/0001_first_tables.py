"""first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "check_record",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("asked_at", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("check_id"),
    )
    op.create_table(
        "decision_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "feed_entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("filler", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feed_entry", schema=None) as batch_op:
        batch_op.create_index("feed_entry_live", ["epoch", "token"], unique=True)
        batch_op.create_index(batch_op.f("ix_feed_entry_person_id"), ["person_id"], unique=False)

    op.create_table(
        "feed_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "key"),
    )
    op.create_table(
        "not_same_pair",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("set_aside_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "peer",
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("root_thumbprint", sa.String(), nullable=False),
        sa.Column("metadata_json", sa.String(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("max_gap", sa.Integer(), nullable=False),
        sa.Column("feed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("node_id"),
    )
    op.create_table(
        "peer_entry",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "token"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quota_use",
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("level_at", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("month_used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "pool"),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_check_id"), ["check_id"], unique=False)

    op.create_table(
        "received_check",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", "peer"),
    )
    op.create_table(
        "seen_message",
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("jti", sa.String(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "jti"),
    )
    with op.batch_alter_table("seen_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seen_message_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "case_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref_digest", sa.LargeBinary(), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_case", sa.Boolean(), nullable=False),
        sa.Column("may_publish", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision_record.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle"),
        sa.UniqueConstraint("ref_digest"),
    )
    op.create_table(
        "obligation_record",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("case_digest", sa.LargeBinary(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_at", sa.Integer(), nullable=True),
        sa.Column("escalated_at", sa.Integer(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision_record.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("obligation_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obligation_record_case_digest"), ["case_digest"], unique=False)
        batch_op.create_index("obligation_due", ["state", "due"], unique=False)

    op.create_table(
        "sharing_record",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("case_digest", sa.LargeBinary(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sharing_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sharing_record_case_digest"), ["case_digest"], unique=False)

    op.create_table(
        "peer_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"],
            ["peer.node_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_peer_feed_node_id"), ["node_id"], unique=False)

    op.create_table(
        "received_disclosure",
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("case_digest", sa.LargeBinary(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision_record.id"],
        ),
        sa.PrimaryKeyConstraint("check_id", "peer", "handle", "level"),
    )
    with op.batch_alter_table("received_disclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_disclosure_pending"), ["pending"], unique=False)

    op.create_table(
        "person_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_record.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handle"),
    )
    with op.batch_alter_table("person_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_record_case_id"), ["case_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_record_case_id"))

    op.drop_table("person_record")
    with op.batch_alter_table("received_disclosure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_received_disclosure_pending"))

    op.drop_table("received_disclosure")
    with op.batch_alter_table("peer_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_peer_feed_node_id"))

    op.drop_table("peer_feed")
    with op.batch_alter_table("sharing_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sharing_record_case_digest"))

    op.drop_table("sharing_record")
    with op.batch_alter_table("obligation_record", schema=None) as batch_op:
        batch_op.drop_index("obligation_due")
        batch_op.drop_index(batch_op.f("ix_obligation_record_case_digest"))

    op.drop_table("obligation_record")
    op.drop_table("case_record")
    with op.batch_alter_table("seen_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seen_message_expires_at"))

    op.drop_table("seen_message")
    op.drop_table("received_check")
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_receipt_check_id"))

    op.drop_table("receipt")
    op.drop_table("quota_use")
    op.drop_table("peer_entry")
    op.drop_table("peer")
    op.drop_table("not_same_pair")
    op.drop_table("idempotent_answer")
    op.drop_table("feed_state")
    with op.batch_alter_table("feed_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_entry_person_id"))
        batch_op.drop_index("feed_entry_live")

    op.drop_table("feed_entry")
    op.drop_table("decision_record")
    op.drop_table("check_record")
    op.drop_table("audit_entry")
