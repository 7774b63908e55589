"""What schedules keep. Days of a rota are never changed in place: a newer one makes the older inactive."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, false, text, true

from integration.db import Instant, metadata

# A unit's plan from `first` to `last`, both included. state: asked (the worker makes it) → draft | failed; draft → published |
# discarded; published → replaced (a newer one of the unit took its days over) | withdrawn. `statement` is what its maker
# said: rules, figures, constraints that could not be met. `made_by` is empty when the administrator's command line made it.
rota = Table(
    "rota",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("state", String(10), nullable=False, server_default="draft"),
    Column("made_by", ForeignKey("person.id")),
    Column("made_at", Instant, nullable=False),
    Column("published_by", ForeignKey("person.id")),
    Column("published_at", Instant),
    Column("statement", JSON, nullable=False),
)
Index("ix_rota_unit_id_first", rota.c.unit_id, rota.c.first)

# One day of a person. place: wfo | wfh | wfa. `schedule` names the hours of a shift, empty for the person's own. `standby`
# serves the public at the office. source: solver | hand | swap | import. `active` is true for days of a published rota
# that hold; at most one a person and day. A draft's days are not active yet, exchanged and replaced ones no more.
rota_day = Table(
    "rota_day",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rota_id", ForeignKey("rota.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("place", String(10), nullable=False),
    Column("schedule", String(40), nullable=False, server_default=""),
    Column("standby", Boolean, nullable=False, server_default=false()),
    Column("source", String(12), nullable=False),
    Column("swap_id", ForeignKey("swap.id")),
    Column("active", Boolean, nullable=False, server_default=false()),
)
Index(
    "uq_rota_day_active",
    rota_day.c.person_id,
    rota_day.c.day,
    unique=True,
    sqlite_where=text("active"),
    postgresql_where=text("active"),
)
Index("ix_rota_day_day", rota_day.c.day, rota_day.c.person_id, sqlite_where=text("active"), postgresql_where=text("active"))

# Written out, because SQLite takes a partial index only for the very words of its condition.
ACTIVE = text("rota_day.active")

# Two people exchange what the rota has for them on `day`, and on `other_day` if there is one.
# state: asked → agreed (by the partner) → approved | rejected (by the supervisor); refused (by the partner), withdrawn
# (by the requester), expired (the day came, or the rota changed). The partner answered at `answered_at`. `rota_days` are
# the ids of the days that are to be exchanged: what was agreed to is these, and not what a newer rota has instead.
swap = Table(
    "swap",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("requester_id", ForeignKey("person.id"), nullable=False),
    Column("partner_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("day", Date, nullable=False),
    Column("other_day", Date),
    Column("note", String(500), nullable=False, server_default=""),
    Column("rota_days", JSON, nullable=False),
    Column("state", String(10), nullable=False, server_default="asked"),
    Column("requested_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("decider_id", ForeignKey("person.id")),
    Column("decided_at", Instant),
    Column("decision_note", String(500), nullable=False, server_default=""),
)
OPEN_SWAP = text("state in ('asked', 'agreed')")
Index("uq_swap_open", swap.c.requester_id, swap.c.day, unique=True, sqlite_where=OPEN_SWAP, postgresql_where=OPEN_SWAP)

# Who may work from home and for which duties, decided by whom (`decided_by`, a name) with which letter (`basis`, its
# number). An entry that is taken back ends the day before; one that had not begun becomes inactive. `entered_by` is empty
# for the administrator's command line.
remote_register = Table(
    "remote_register",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("duties", String(500), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("decided_by", String(200), nullable=False, server_default=""),
    Column("basis", String(200), nullable=False, server_default=""),
    Column("entered_by", ForeignKey("person.id")),
    Column("entered_at", Instant, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
)

# Where somebody would like to work: on one `day`, or on every `weekday` (Monday 0) from `valid_from` to `valid_until`
# (none: for good). `note` is for who makes the rota. A newer wish for the same day or weekday makes the older inactive.
rota_wish = Table(
    "rota_wish",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("day", Date),
    Column("weekday", Integer),
    Column("place", String(10), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("note", String(500), nullable=False, server_default=""),
    Column("made_at", Instant, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
)
for _name, _column in (("uq_rota_wish_day", rota_wish.c.day), ("uq_rota_wish_weekday", rota_wish.c.weekday)):
    _where = text("active")
    Index(_name, rota_wish.c.person_id, _column, unique=True, sqlite_where=_where, postgresql_where=_where)

# Whether somebody wants their week before it starts; without a row nobody does.
rota_preference = Table(
    "rota_preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("weekly", Boolean, nullable=False, server_default=false()),
)

TABLES = (rota, rota_day, swap, remote_register, rota_wish, rota_preference)
