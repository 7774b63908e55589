"""What the logbook keeps. What people wrote, notes and comments stand here alone: no audit row and no log repeats them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from integration.db import Instant, metadata


class Amount(TypeDecorator[Decimal]):
    """A number with at most two decimals, kept as whole hundredths: SQLite has no exact decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


# What a unit's form asks beside what every entry has. `scope` is `office` or `unit:<id>`; the highest version of the nearest
# scope is the form of today, and an entry keeps the one that it was written with. `fields` is a list of declared fields.
logbook_form = Table(
    "logbook_form",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", ForeignKey("person.id")),
    UniqueConstraint("scope", "version"),
)

# One *rencana hasil kerja* of a person and year. `code_key` is the code as it is compared (`rhk-3`). A target that is not
# imported any more is removed, never deleted: entries point to it. `quantity` of `measure` is what is to be reached.
skp_target = Table(
    "skp_target",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("code", String(30), nullable=False),
    Column("code_key", String(30), nullable=False),
    Column("title", String(500), nullable=False),
    Column("measure", String(40), nullable=False, server_default=""),
    Column("quantity", Amount()),
    Column("changed_at", Instant, nullable=False),
    Column("removed_at", Instant),
    UniqueConstraint("person_id", "year", "code_key"),
)

# state: draft → sent → approved | returned; returned → sent; draft or returned → dropped (and back, as long as the undo is
# there). An approved entry is never changed: a change is a new row that `revises_id` it, with the next `version`; when that is
# approved, the old one becomes replaced. Until then the approved one counts. `unit_id` is the person's unit when it was
# written, so that a report stays where the work was done. `minutes` of work. `place`: wfo | wfh | wfa | dinas, or empty.
# `source` is the key of the activity that it was drafted from. `fields` are answers to the form `form_id`, by field name.
# `late`: the day was beyond the limit, and the supervisor let it through. `round` counts how often it was sent: with the id
# it names the messages about it. `note` is the supervisor's, on the last decision; private to the line. `import_id`: it came in
# a spreadsheet, which can be undone as a whole.
logbook_entry = Table(
    "logbook_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("revises_id", ForeignKey("logbook_entry.id")),
    Column("activity", String(2000), nullable=False),
    Column("result", String(1000), nullable=False, server_default=""),
    Column("quantity", Amount()),
    Column("measure", String(40), nullable=False, server_default=""),
    Column("minutes", Integer, nullable=False, server_default="0"),
    Column("target_id", ForeignKey("skp_target.id")),
    Column("place", String(10), nullable=False, server_default=""),
    Column("source", String(60), nullable=False, server_default=""),
    Column("form_id", ForeignKey("logbook_form.id")),
    Column("fields", JSON),
    Column("late", Boolean, nullable=False, server_default=text("false")),
    Column("round", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("decider_id", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("note", String(1000), nullable=False, server_default=""),
    Column("import_id", ForeignKey("logbook_import.id")),
)
Index(
    "ix_logbook_entry_import_id",
    logbook_entry.c.import_id,
    sqlite_where=text("import_id is not null"),
    postgresql_where=text("import_id is not null"),
)
Index("ix_logbook_entry_person_id_day", logbook_entry.c.person_id, logbook_entry.c.day)
Index("ix_logbook_entry_unit_id_day", logbook_entry.c.unit_id, logbook_entry.c.day)
# What has to be drawn again.
Index("ix_logbook_entry_changed_at", logbook_entry.c.changed_at)
# What waits for a supervisor: few rows among those of years.
Index(
    "ix_logbook_entry_waits",
    logbook_entry.c.person_id,
    logbook_entry.c.day,
    sqlite_where=text("state = 'sent'"),
    postgresql_where=text("state = 'sent'"),
)
# What was given back and has not come again.
Index(
    "ix_logbook_entry_returned",
    logbook_entry.c.person_id,
    logbook_entry.c.day,
    sqlite_where=text("state = 'returned'"),
    postgresql_where=text("state = 'returned'"),
)
# What was done is reported once, however often one presses.
Index(
    "uq_logbook_entry_source",
    logbook_entry.c.person_id,
    logbook_entry.c.source,
    unique=True,
    sqlite_where=text("source <> '' and revises_id is null and state <> 'dropped'"),
    postgresql_where=text("source <> '' and revises_id is null and state <> 'dropped'"),
)
# One change of an entry at a time.
Index(
    "uq_logbook_entry_revises",
    logbook_entry.c.revises_id,
    unique=True,
    sqlite_where=text("state in ('draft', 'sent', 'returned')"),
    postgresql_where=text("state in ('draft', 'sent', 'returned')"),
)

# kind: file (at `path` in the office's storage) | link (`url`). Taken away by `removed_at`, never deleted. `gone_at`: the file
# is not where it was. A revision that has no row at all has the evidence of what it revises.
logbook_evidence = Table(
    "logbook_evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("logbook_entry.id"), nullable=False, index=True),
    Column("kind", String(4), nullable=False),
    Column("name", String(200), nullable=False),
    Column("path", String(1000), nullable=False, server_default=""),
    Column("url", String(2000), nullable=False, server_default=""),
    Column("checksum", String(64), nullable=False, server_default=""),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("added_at", Instant, nullable=False, index=True),
    Column("removed_at", Instant),
    Column("gone_at", Instant),
)

# What the person and the line above say of an entry, in order. kind: comment | returned | approved.
logbook_comment = Table(
    "logbook_comment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("logbook_entry.id"), nullable=False, index=True),
    Column("made_by", ForeignKey("person.id"), nullable=False),
    Column("kind", String(10), nullable=False, server_default="comment"),
    Column("text", String(1000), nullable=False),
    Column("made_at", Instant, nullable=False),
)

# The leave to write about a day that is beyond the limit. state: waiting → approved | rejected | withdrawn.
logbook_late = Table(
    "logbook_late",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("reason", String(500), nullable=False),
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("requested_at", Instant, nullable=False),
    Column("decider_id", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("decision_note", String(500), nullable=False, server_default=""),
)
Index(
    "uq_logbook_late_open",
    logbook_late.c.person_id,
    logbook_late.c.day,
    unique=True,
    sqlite_where=text("state in ('waiting', 'approved')"),
    postgresql_where=text("state in ('waiting', 'approved')"),
)

# Work that comes again. `content` is a `Content` as plain data; `rhythm` as people write it ("tiap senin"), empty: by hand.
logbook_template = Table(
    "logbook_template",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("content", JSON, nullable=False),
    Column("rhythm", String(100), nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

# rating: above | as | below what was expected in that month (its first day).
logbook_rating = Table(
    "logbook_rating",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("month", Date, nullable=False),
    Column("rating", String(5), nullable=False),
    Column("note", String(1000), nullable=False, server_default=""),
    Column("decider_id", ForeignKey("person.id"), nullable=False),
    Column("decided_at", Instant, nullable=False),
    UniqueConstraint("person_id", "month"),
)

# A month that somebody closed, or opened again, before or after its time. `scope` as in `logbook_form`, or `person:<id>`.
logbook_lock = Table(
    "logbook_lock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", String(20), nullable=False),
    Column("month", Date, nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("reason", String(500), nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Column("made_by", ForeignKey("person.id")),
    UniqueConstraint("scope", "month"),
)

# Which state of the entries the files of a month show. `scope` is `person:<id>:<unit>:<YYYY-MM>` or `unit:<id>:<YYYY-MM>`; of
# what changed shortly before `drawn_at`, `seen` has the (entry, changed_at) that are in it: what commits late is not in it and
# shows. `path` is where the files lie, without their ending, for ever. `final`: drawn when the month was closed. Rows without a
# month (`sweep`, `evidence`) say up to where somebody looked for changes.
logbook_drawing = Table(
    "logbook_drawing",
    metadata,
    Column("scope", String(60), primary_key=True),
    Column("month", Date),
    Column("seen", JSON, nullable=False),
    Column("path", String(1000), nullable=False, server_default=""),
    Column("drawn_at", Instant, nullable=False),
    Column("final", Boolean, nullable=False, server_default=text("false")),
)
# What is drawn once more when its month closes.
Index(
    "ix_logbook_drawing_open",
    logbook_drawing.c.month,
    sqlite_where=text("final = 0"),
    postgresql_where=text("not final"),
)

# A spreadsheet that waits for its sender to confirm what its columns mean. kind: entries | targets. state: new → reading →
# asked → taking → taken, or dropped; targets that were taken back are undone. `report` is what was found, shown to the sender.
# The bytes go when it is over.
logbook_import = Table(
    "logbook_import",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(10), nullable=False),
    Column("year", Integer),
    Column("mapping", JSON),
    Column("report", Text, nullable=False, server_default=""),
    Column("content", LargeBinary),
    Column("sent_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

TABLES = (
    logbook_form,
    skp_target,
    logbook_entry,
    logbook_evidence,
    logbook_comment,
    logbook_late,
    logbook_template,
    logbook_rating,
    logbook_lock,
    logbook_drawing,
    logbook_import,
)
