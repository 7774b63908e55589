"""What `/rapat` keeps: meetings with every date of theirs, who is invited and has answered, who was there, minutes, tasks.

Times are instants in UTC; a meeting has the zone in which its organiser speaks of it, so that a series stays at 08.30 there.
A join link's tokens and passwords are not kept; what a provider needs to find its room again is in `video`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from integration.db import Instant, metadata

LONGEST_TITLE = 200
LONGEST_AGENDA = 4000
LONGEST_PLACE = 200

# A place in which people meet. `bookings` grows with every booking: whoever changes it holds the row, so that two bookings
# of one room are judged one after the other. `email` is the room's own address in the office's calendar, if it has one.
meeting_room = Table(
    "meeting_room",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(LONGEST_PLACE), nullable=False, unique=True),
    Column("capacity", Integer, nullable=False, server_default="0"),
    Column("unit_id", ForeignKey("unit.id")),
    Column("email", String(254), nullable=False, server_default=""),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("bookings", Integer, nullable=False, server_default="0"),
)

# state: polling (a time is being looked for) | checking (is everybody free?) | asking (somebody is not: shall it be so?)
# → planned → cancelled; dropped: never sent out. `starts_at` to `ends_at` is the first date, `last_end` the end of the last.
# `sequence` is iCalendar's; `version` grows with every change, and names the messages about it. `mode`: virtual | room |
# both. `place` is what people read; `room_id` a room that is booked. `video` is the provider's room (`ports.Room`), null
# until it is made. `channel_*`: the channel that was invited, in which the meeting's thread is. `number`: of the undangan.
# `secretary_id` (notulis) may do what the organiser may.
meeting = Table(
    "meeting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(255), nullable=False, unique=True),
    Column("title", String(LONGEST_TITLE), nullable=False),
    Column("agenda", Text, nullable=False, server_default=""),
    Column("organizer_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("last_end", Instant, nullable=False, index=True),
    Column("recurrence", String(200), nullable=False, server_default=""),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("mode", String(10), nullable=False),
    Column("place", String(LONGEST_PLACE), nullable=False, server_default=""),
    Column("room_id", ForeignKey("meeting_room.id")),
    Column("provider", String(20), nullable=False, server_default=""),
    Column("video", JSON),
    Column("channel_platform", String(20), nullable=False, server_default=""),
    Column("channel_id", String(190), nullable=False, server_default=""),
    Column("channel_name", String(200), nullable=False, server_default=""),
    Column("number", String(100), nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    Column("cancel_reason", String(500), nullable=False, server_default=""),
    Column("secretary_id", ForeignKey("person.id")),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# Every date of a meeting; a single meeting has one. `original` is the start that it had when it was planned (RECURRENCE-ID),
# and never changes. `title` and `place` are "" and `room_id` null as long as they are the meeting's. `changed`: its time,
# title or place is its own. `folder` is where its documents lie, "" until the first one; with a "/" at its end it is the one
# in which its own will be, as the organiser wished. state: planned | cancelled, with the reason that was given for it.
meeting_occurrence = Table(
    "meeting_occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False),
    Column("original", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("title", String(LONGEST_TITLE), nullable=False, server_default=""),
    Column("place", String(LONGEST_PLACE), nullable=False, server_default=""),
    Column("room_id", ForeignKey("meeting_room.id")),
    Column("changed", Boolean, nullable=False, server_default=false()),
    Column("state", String(10), nullable=False, server_default="planned"),
    Column("begun_at", Instant),
    Column("ended_at", Instant),
    Column("folder", String(500), nullable=False, server_default=""),
    Column("cancel_reason", String(500), nullable=False, server_default=""),
    UniqueConstraint("meeting_id", "original"),
)
Index("ix_meeting_occurrence_starts_at", meeting_occurrence.c.starts_at, meeting_occurrence.c.meeting_id)
Index("ix_meeting_occurrence_meeting_id_starts_at", meeting_occurrence.c.meeting_id, meeting_occurrence.c.starts_at)
Index(
    "ix_meeting_occurrence_room",
    meeting_occurrence.c.room_id,
    meeting_occurrence.c.starts_at,
    sqlite_where=text("room_id is not null"),
    postgresql_where=text("room_id is not null"),
)

# Who is invited to a meeting. `who` is `p:<person id>` or `m:<e-mail address of a guest>`. `role`: organizer | required |
# optional. `via`: the channel or unit through which they came, "" for those who were named. `told`: the meeting's version
# of which they have last been told. Who was taken off keeps their row.
meeting_invitee = Table(
    "meeting_invitee",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False),
    Column("who", String(260), nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("email", String(254), nullable=False, server_default=""),
    Column("name", String(200), nullable=False, server_default=""),
    Column("office", String(200), nullable=False, server_default=""),
    Column("role", String(10), nullable=False, server_default="required"),
    Column("via", String(200), nullable=False, server_default=""),
    Column("invited_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("told", Integer, nullable=False, server_default="0"),
    UniqueConstraint("meeting_id", "who"),
)
Index("ix_meeting_invitee_person_id", meeting_invitee.c.person_id, meeting_invitee.c.removed_at, meeting_invitee.c.meeting_id)

# The last answer of each, wherever it was given. `occurrence_id` 0: to all dates that have none of their own. answer:
# accepted | declined | tentative; asked: none yet to this date, of which the time has changed since they answered to all.
# `via`: chat | calendar | mail | organizer. The reason stands on the
# attendance list.
meeting_answer = Table(
    "meeting_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False, index=True),
    Column("invitee_id", ForeignKey("meeting_invitee.id"), nullable=False),
    Column("occurrence_id", Integer, nullable=False, server_default="0"),
    Column("answer", String(10), nullable=False),
    Column("reason", String(500), nullable=False, server_default=""),
    Column("via", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("invitee_id", "occurrence_id"),
)

Index("ix_meeting_answer_at", meeting_answer.c.at)

# What a version of a meeting said to those invited, so that people can be told what has changed since they were told last.
# `facts` is `facts.Facts` as plain data.
meeting_version = Table(
    "meeting_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("meeting_id", "version"),
)

# Everybody has been reminded of a date: of which start of it, and how long before. kind: day | soon | start.
meeting_reminder = Table(
    "meeting_reminder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("occurrence_id", "kind", "starts_at"),
)

# Who was there (daftar hadir), one row a head. `who` is `p:<person id>`, or `g:<hash>` for a guest who typed name and
# office. `how`: button | command | code | provider | organizer. `place`: online | room. `evidence` says in a word or two what
# it rests on.
meeting_presence = Table(
    "meeting_presence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("meeting_occurrence.id"), nullable=False),
    Column("who", String(260), nullable=False),
    Column("person_id", ForeignKey("person.id"), index=True),
    Column("name", String(200), nullable=False),
    Column("office", String(200), nullable=False, server_default=""),
    Column("position", String(200), nullable=False, server_default=""),
    Column("place", String(10), nullable=False),
    Column("how", String(10), nullable=False),
    Column("in_at", Instant, nullable=False),
    Column("out_at", Instant),
    Column("removed_at", Instant),
    UniqueConstraint("occurrence_id", "who"),
)

# When the video provider saw whom. `person_id` where its account or address is one of ours.
meeting_stay = Table(
    "meeting_stay",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("meeting_occurrence.id"), nullable=False),
    Column("who", String(260), nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("name", String(200), nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("left_at", Instant),
    UniqueConstraint("occurrence_id", "who", "joined_at"),
)

# Who has typed how many wrong check-in codes since when. `who` as in `meeting_presence`; `occurrence_id` 0: all that they have
# typed, -1: where they were invited to nothing (`attending.codes`).
meeting_guess = Table(
    "meeting_guess",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", Integer, nullable=False),
    Column("who", String(260), nullable=False, index=True),
    Column("wrong", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    UniqueConstraint("occurrence_id", "who"),
)

# What is to be spoken of. `occurrence_id` is the date for which it was proposed, null: the next one there will be. While it is
# open it stands on the agenda of every later date too; `carried_to` is the later date at which it was dealt with.
# state: open | done | withdrawn (by whoever proposed it) | dropped (by the organiser).
meeting_agenda_item = Table(
    "meeting_agenda_item",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False, index=True),
    Column("occurrence_id", ForeignKey("meeting_occurrence.id")),
    Column("text", String(500), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("carried_to", Integer),
    Column("at", Instant, nullable=False),
)

# Every version of the minutes (notulen), as Markdown: whoever wrote on an older one than the last loses nothing. `base` is
# the version on which this one was written. `source`: template | form | file | chat (a task was ticked). `file_version`: the
# storage's version of the file that holds this very text, "" if none does.
meeting_minutes = Table(
    "meeting_minutes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("meeting_occurrence.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("base", Integer, nullable=False, server_default="0"),
    Column("text", Text, nullable=False),
    Column("author_id", ForeignKey("person.id")),
    Column("source", String(10), nullable=False),
    Column("at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("file_version", String(190), nullable=False, server_default=""),
    UniqueConstraint("occurrence_id", "version"),
)

# What somebody is to do until a day, as the minutes say. `key` knows it again in later versions of the minutes.
# state: open | done | dropped. `carried`: at how many later dates of the series it was still open. Nobody is reminded of it
# before `published_at`, when minutes with it were published.
meeting_task = Table(
    "meeting_task",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False, index=True),
    Column("occurrence_id", ForeignKey("meeting_occurrence.id"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("text", String(1000), nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("name", String(200), nullable=False, server_default=""),
    Column("due_on", Date),
    Column("state", String(10), nullable=False, server_default="open"),
    Column("closed_at", Instant),
    Column("closed_by_id", ForeignKey("person.id")),
    Column("carried", Integer, nullable=False, server_default="0"),
    Column("published_at", Instant),
    UniqueConstraint("occurrence_id", "key"),
)
Index("ix_meeting_task_person_id", meeting_task.c.person_id, meeting_task.c.state, meeting_task.c.due_on)

# Times that were proposed (`cari-waktu`), and what everybody says of each. vote: yes | maybe | no.
meeting_proposal = Table(
    "meeting_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("meeting_id", ForeignKey("meeting.id"), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    UniqueConstraint("meeting_id", "starts_at"),
)
meeting_vote = Table(
    "meeting_vote",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("proposal_id", ForeignKey("meeting_proposal.id"), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("vote", String(6), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("proposal_id", "person_id"),
)

TABLES = (
    meeting_room,
    meeting,
    meeting_occurrence,
    meeting_invitee,
    meeting_answer,
    meeting_version,
    meeting_reminder,
    meeting_presence,
    meeting_stay,
    meeting_guess,
    meeting_agenda_item,
    meeting_minutes,
    meeting_task,
    meeting_proposal,
    meeting_vote,
)
