"""What Hadir needs of the world outside. Every write is an upsert under our id, so a repeat is harmless.

Every method may raise `DeliveryError`; none is called inside a handler's transaction, except where a person must see live
data: then one port, inside its `within`, and the answer says so when it fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from integration.ports.calendar import (
    Answer,
    Answered,
    Attendee,
    Calendar,
    Event,
    Span,
    event_from_json,
    event_to_json,
)
from integration.ports.chat import (
    Attachment,
    Attachments,
    ChatPlatform,
    Ears,
    Edits,
    HasAddress,
    Inbox,
    Live,
    Members,
    Named,
    Profile,
    Recipient,
    Said,
    Sent,
)
from integration.ports.mail import Letter, Mail, Mailbox, MailedReply, letter_from_json, letter_to_json
from integration.ports.presence import Presence
from integration.ports.storage import Changed, Link, Progress, Storage, StoredFile, Version
from integration.ports.video import Member, Recording, Room, Stay, VideoMeeting, VideoProvider


@dataclass
class Ports:
    """What this installation is connected to; filled by `app.connect`, and again when setup has added a platform."""

    chats: dict[str, ChatPlatform] = field(default_factory=dict)
    storage: Storage | None = None
    calendar: Calendar | None = None
    mail: Mail | None = None
    mailbox: Mailbox | None = None
    presence: Presence | None = None
    videos: dict[str, VideoProvider] = field(default_factory=dict)


__all__ = [
    "Answer",
    "Answered",
    "Attachment",
    "Attachments",
    "Attendee",
    "Calendar",
    "Changed",
    "ChatPlatform",
    "Ears",
    "Edits",
    "Event",
    "HasAddress",
    "Inbox",
    "Letter",
    "Link",
    "Live",
    "Mail",
    "Mailbox",
    "MailedReply",
    "Member",
    "Members",
    "Named",
    "Ports",
    "Presence",
    "Profile",
    "Progress",
    "Recipient",
    "Recording",
    "Room",
    "Said",
    "Sent",
    "Span",
    "Stay",
    "Storage",
    "StoredFile",
    "Version",
    "VideoMeeting",
    "VideoProvider",
    "event_from_json",
    "event_to_json",
    "letter_from_json",
    "letter_to_json",
]
