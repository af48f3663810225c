"""Tags, links, merges, mentions; what people read and drafted; undoable bulk changes; tickets deleted or put off."""

from uuid import UUID

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

revision = "0003"
down_revision = "0002"

Instant = DateTime(timezone=True)
NOW = func.now()
link_type = ENUM("RELATED", "DUPLICATE", "PARENT", "CAUSED_BY", name="link_type", create_type=False)
message_type = ENUM(name="message_type", create_type=False)


def _ref(name: str, target: str, *, ondelete: str = "RESTRICT", null: bool = False, index: bool = True) -> Column[UUID]:
    return Column(name, Uuid, ForeignKey(target, ondelete=ondelete), nullable=null, index=index)


def upgrade() -> None:
    """Additive only."""
    link_type.create(op.get_bind())
    _tickets()
    _tags_and_links()
    _merges()
    _personal()


def _tickets() -> None:
    op.add_column("tickets", Column("follow_up_at", Instant))
    op.add_column("tickets", Column("deleted_at", Instant))
    op.add_column("tickets", Column("merged_into_id", Uuid))
    op.create_foreign_key(None, "tickets", "tickets", ["merged_into_id"], ["id"], ondelete="RESTRICT")
    for column in ("follow_up_at", "deleted_at", "merged_into_id"):
        where = text(f"{column} IS NOT NULL")
        op.create_index(f"ix_tickets_{column}", "tickets", [column], postgresql_where=where)
    op.create_check_constraint("not_merged_into_itself", "tickets", "merged_into_id <> id")
    op.add_column("ticket_messages", Column("is_team_only", Boolean, nullable=False, server_default=false()))
    op.create_check_constraint("team_only", "ticket_messages", "type = 'INTERNAL' OR NOT is_team_only")
    op.create_check_constraint("redacted", "ticket_messages", "redacted_at IS NULL OR body = ''")
    for table in ("ticket_messages", "attachments"):
        op.add_column(table, Column("merged_from_id", Uuid))
        op.create_foreign_key(None, table, "tickets", ["merged_from_id"], ["id"], ondelete="RESTRICT")
        op.create_index(
            f"ix_{table}_merged_from_id", table, ["merged_from_id"], postgresql_where=text("merged_from_id IS NOT NULL")
        )
    op.add_column("ticket_followers", Column("added_by_id", Uuid))
    op.create_foreign_key(None, "ticket_followers", "users", ["added_by_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_ticket_followers_added_by_id", "ticket_followers", ["added_by_id"])
    op.add_column("ticket_access", Column("granted_by_id", Uuid))
    op.create_foreign_key(None, "ticket_access", "users", ["granted_by_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_ticket_access_granted_by_id", "ticket_access", ["granted_by_id"])
    op.add_column("ticket_access", Column("reason", Text))


def _tags_and_links() -> None:
    op.create_table(
        "tags",
        Column("id", Uuid, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        _ref("team_id", "teams.id", ondelete="SET NULL", null=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        CheckConstraint(r"name ~ '^\S(.{0,48}\S)?$' AND name = lower(name) AND name !~ '[/,]'", name="name"),
    )
    op.create_table(
        "ticket_tags",
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True),
        Column("tag_id", Uuid, ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
    )
    op.create_table(
        "ticket_links",
        Column("id", Uuid, primary_key=True),
        _ref("ticket_id", "tickets.id", ondelete="CASCADE", index=False),
        _ref("other_id", "tickets.id", ondelete="CASCADE"),
        Column("type", link_type, nullable=False),
        _ref("created_by_id", "users.id", null=True),
        Column("created_at", Instant, nullable=False, server_default=NOW),
        UniqueConstraint("ticket_id", "other_id", "type"),
        CheckConstraint("ticket_id <> other_id", name="two_tickets"),
        CheckConstraint("type <> 'RELATED' OR ticket_id < other_id", name="related_once"),
    )


def _merges() -> None:
    op.create_table(
        "ticket_merges",
        Column("id", Uuid, primary_key=True),
        _ref("ticket_id", "tickets.id", index=False),
        _ref("into_id", "tickets.id"),
        _ref("merged_by_id", "users.id", null=True),
        Column("merged_at", Instant, nullable=False),
        Column("unmerged_at", Instant),
        Column("before", JSONB, nullable=False),
        CheckConstraint("ticket_id <> into_id", name="two_tickets"),
        Index("ix_ticket_merges_ticket_id", "ticket_id"),
        Index(
            "uq_ticket_merges_ticket_id", "ticket_id", unique=True, postgresql_where=text("unmerged_at IS NULL")
        ),
    )  # fmt: skip


def _personal() -> None:
    op.create_table(
        "message_mentions",
        Column("message_id", Uuid, ForeignKey("ticket_messages.id", ondelete="CASCADE"), primary_key=True),
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    )
    op.create_table(
        "ticket_reads",
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True),
        Column("version", Integer, nullable=False),
        Column("read_at", Instant, nullable=False),
    )
    op.create_table(
        "drafts",
        Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        Column("ticket_id", Uuid, ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True),
        Column("type", message_type, nullable=False),
        Column("body", Text, nullable=False),
        Column("updated_at", Instant, nullable=False),
    )
    op.create_table(
        "bulk_changes",
        Column("id", Uuid, primary_key=True),
        _ref("user_id", "users.id", ondelete="CASCADE"),
        Column("changes", JSONB, nullable=False),
        Column("results", JSONB, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("undone_at", Instant),
    )
