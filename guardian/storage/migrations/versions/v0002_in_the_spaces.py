"""In the spaces."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "foreign_holds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_foreign_holds")),
        sa.UniqueConstraint("space", "digest", "hold", name=op.f("uq_foreign_holds_space_digest_hold")),
    )
    with op.batch_alter_table("foreign_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_foreign_holds_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_foreign_holds_case_id"), ["case_id"], unique=False)

    op.create_table(
        "foreign_pictures",
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("space", name=op.f("pk_foreign_pictures")),
    )
    op.create_table(
        "evidence_readings",
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_evidence_readings_member_id_members")),
        sa.PrimaryKeyConstraint("about", "member_id", name=op.f("pk_evidence_readings")),
    )
    op.create_table(
        "hops",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("urgency", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("target_id", sa.String(length=64), nullable=True),
        sa.Column("accepted_by", sa.String(length=64), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hops_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_hops_person_id_people")),
        sa.ForeignKeyConstraint(["target_id"], ["cases.id"], name=op.f("fk_hops_target_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hops")),
        sa.UniqueConstraint("reference", name=op.f("uq_hops_reference")),
    )
    with op.batch_alter_table("hops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hops_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hops_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hops_target_id"), ["target_id"], unique=False)

    op.create_table(
        "joined_people",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kept_id", sa.String(length=64), nullable=False),
        sa.Column("other_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_joined_people_case_id_cases")),
        sa.ForeignKeyConstraint(["kept_id"], ["people.id"], name=op.f("fk_joined_people_kept_id_people")),
        sa.ForeignKeyConstraint(["other_id"], ["people.id"], name=op.f("fk_joined_people_other_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joined_people")),
    )
    with op.batch_alter_table("joined_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_joined_people_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_joined_people_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_joined_people_other_id"), ["other_id"], unique=False)

    op.create_table(
        "link_challenges",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_link_challenges_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_link_challenges_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_challenges")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_challenges_digest")),
    )
    with op.batch_alter_table("link_challenges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_challenges_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_challenges_person_id"), ["person_id"], unique=False)

    op.create_table(
        "measures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("native", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_measures_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_measures_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measures")),
    )
    with op.batch_alter_table("measures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_measures_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_measures_ends"), ["ends"], unique=False)
        batch_op.create_index(batch_op.f("ix_measures_person_id"), ["person_id"], unique=False)

    op.create_table(
        "raids",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("act_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("second", sa.String(length=64), nullable=True),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_raids_case_id_cases")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_raids_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raids")),
        sa.UniqueConstraint("act_id", name=op.f("uq_raids_act_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_raids_reference")),
    )
    with op.batch_alter_table("raids", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_raids_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_raids_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_raids_state"), ["state"], unique=False)

    op.create_table(
        "thing_holds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=64), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("next_look", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_since", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_thing_holds_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thing_holds")),
    )
    with op.batch_alter_table("thing_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_thing_holds_next_look"), ["next_look"], unique=False)

    op.create_table(
        "conversations",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("report_id", sa.String(length=64), nullable=True),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_conversations_case_id_cases")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_conversations_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversations_space"), ["space"], unique=False)

    op.create_table(
        "link_disputes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_owner", sa.Boolean(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=64), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_link_disputes_account_id_accounts")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_link_disputes_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_disputes")),
    )
    with op.batch_alter_table("link_disputes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_disputes_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_disputes_case_id"), ["case_id"], unique=False)

    op.create_table(
        "raid_alarms",
        sa.Column("raid_id", sa.String(length=64), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("alarm", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["raid_id"], ["raids.id"], name=op.f("fk_raid_alarms_raid_id_raids")),
        sa.PrimaryKeyConstraint("raid_id", "space", "alarm", name=op.f("pk_raid_alarms")),
    )
    op.create_table(
        "raid_lines",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("raid_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_raid_lines_account_id_accounts")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_raid_lines_person_id_people")),
        sa.ForeignKeyConstraint(["raid_id"], ["raids.id"], name=op.f("fk_raid_lines_raid_id_raids")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raid_lines")),
    )
    with op.batch_alter_table("raid_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_raid_lines_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_raid_lines_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_raid_lines_raid_id"), ["raid_id"], unique=False)

    op.create_table(
        "taken_over",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_taken_over_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "hold", name=op.f("pk_taken_over")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("ended_by", sa.String(length=64), nullable=True))

    with op.batch_alter_table("additions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verified", sa.Boolean(), nullable=True))

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("space", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("hearers", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("evasion_marked_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("keys", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=64), nullable=True))
        batch_op.create_index(
            "ix_keys_batch",
            ["batch"],
            unique=False,
            sqlite_where=sa.text("batch IS NOT NULL"),
            postgresql_where=sa.text("batch IS NOT NULL"),
        )

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("account_id", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_notices_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notices_kind_created_at"), ["kind", "created_at"], unique=False)

    with op.batch_alter_table("receipts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_receipts_account_id"), ["account_id"], unique=False)

    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reporter_mark", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_reports_reporter_mark"), ["reporter_mark"], unique=False)
