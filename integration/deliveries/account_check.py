"""Looks after first contacts: the account that spoke under an imported username must be its person's own.

People can rename themselves on a chat platform. So the e-mail address there is compared with the people file's, by the
worker, because a person's first check-in must not wait for it. Outbox rows of the kind "account";
payload: `person` (id), `platform`, `external_id`, `username`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import delete

from integration import people
from integration.core import Hadir
from integration.i18n import Translate
from integration.messages import Reply, Text
from integration.outbox import Row
from integration.people import Person
from integration.plugin import Work
from integration.ports import Profile
from integration.scheduler import work

log = structlog.get_logger()

KIND = "account"


def deliver(hadir: Hadir, row: Row) -> Mapping[str, Any]:
    """Compare the addresses, and undo the link if they differ; raises `DeliveryError` while the platform is away."""
    payload = row.payload
    chat = hadir.ports.chats.get(payload["platform"])
    if chat is None:
        return {"checked": False}
    profile = chat.profile(id=payload["external_id"])
    with hadir.database.read() as db:
        person = people.get(db, payload["person"])
    if person is None or profile is None or _same(person, profile):
        return {"checked": True, "same": True}
    with hadir.database.write() as db:
        _undo(work(hadir, db), person, profile, payload)
    return {"checked": True, "same": False}


def _same(person: Person, profile: Profile) -> bool:
    """Where one side names no address, nothing speaks against it."""
    return not person.email or not profile.email or person.email == profile.email.strip().lower()


def _undo(here: Work, person: Person, profile: Profile, payload: Mapping[str, Any]) -> None:
    account = people.account.c
    theirs = (account.platform == payload["platform"], account.external_id == payload["external_id"])
    if not here.db.execute(delete(people.account).where(*theirs, account.person_id == person.id)).rowcount:
        return
    named = {"platform": payload["platform"], "username": payload["username"], "external_id": payload["external_id"]}
    here.audit("people.unbound", f"person:{person.id}", before=named, reason="another e-mail address than the people file's")
    log.warning("account_unbound", person=person.id, platform=payload["platform"], external_id=payload["external_id"])
    for admin in people.with_role(here.db, "admin", here.now.date()):
        key = f"unbound:{payload['external_id']}:{person.id}:{admin.id}"
        here.tell(admin, key, lambda t: Reply(_told(t, person, profile, payload)))


def _told(t: Translate, person: Person, profile: Profile, payload: Mapping[str, Any]) -> Text:
    return t(
        "{username} on {platform} spoke as {name}, but has another e-mail address there ({email}). The link was undone. "
        "Check what was recorded meanwhile, and link the right account with {command}.",
        username=payload["username"],
        platform=payload["platform"],
        name=person.name,
        email=profile.email,
        command=Text("`hadir people link`"),
    )
