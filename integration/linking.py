"""Accounts that nobody knows: find whose they are, or ask the administrators; then do what their owner said first.

Network calls happen between transactions; a conditional update of the request's state decides between several workers.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, and_, select, update

from integration import accounts, audit, people
from integration.accounts import link_request
from integration.core import Hadir
from integration.dispatch import Once, parse
from integration.errors import DeliveryError, Refused
from integration.i18n import Translate
from integration.messages import Reply, Sender
from integration.people import Person
from integration.plugin import Work
from integration.ports import Profile
from integration.scheduler import work

log = structlog.get_logger()

_AT_ONCE = 200
_WAITING = ("open", "asked")
# Longer than any worker can hesitate between doing what was said and writing down that it is done.
_REMEMBERED = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Request:
    """A row of `link_request`; `said` is the first command, `{"name", "text"}`, or empty."""

    id: int
    sender: Sender
    said: dict[str, Any]
    received_at: datetime


def resolve(hadir: Hadir, *, ask_again: bool = False) -> None:
    """Work through the requests; `ask_again`: also look anew at those about which the administrators were told."""
    for request in _in_state(hadir, "open", *(("asked",) if ask_again else ())):
        _safely(hadir, request, find_owner)
    for request in _in_state(hadir, "linked"):
        _safely(hadir, request, do_what_was_said)


def requests(db: Connection, platform: str = "", username: str = "") -> list[Request]:
    """Those that wait for an administrator or for the worker, oldest first; of that platform and username if given."""
    query = select(link_request).where(link_request.c.state.in_(_WAITING)).order_by(link_request.c.id)
    if platform:
        query = query.where(link_request.c.platform == platform)
    return [
        found for found in map(_request, db.execute(query)) if not username or found.sender.name.lower() == username.lower()
    ]


def _request(row: Row[Any]) -> Request:
    return Request(row.id, Sender(row.platform, row.external_id, row.username), row.said, row.received_at)


def _in_state(hadir: Hadir, *states: str) -> list[Request]:
    """New ones first ("open" sorts behind "asked")."""
    query = select(link_request).where(link_request.c.state.in_(states)).limit(_AT_ONCE)
    with hadir.database.read() as db:
        return [_request(row) for row in db.execute(query.order_by(link_request.c.state.desc(), link_request.c.id))]


def _safely(hadir: Hadir, request: Request, step: Callable[[Hadir, Request], object]) -> None:
    """One request in trouble holds up no other; it is tried again a minute later."""
    try:
        step(hadir, request)
    except DeliveryError as error:
        log.warning("profile_not_read", platform=request.sender.platform, error=str(error))
    except Exception:
        log.exception("link_request_failed", request=request.id)


# ---------------------------------------------------------------- whose account is it?


def find_owner(hadir: Hadir, request: Request) -> None:
    """Link the account to its owner, or tell the administrators; raises `DeliveryError`."""
    chat = hadir.ports.chats.get(request.sender.platform)
    profile = chat.profile(id=request.sender.id) if chat else None
    with hadir.database.write() as db:
        if people.by_sender(db, request.sender):
            # Bound in the meantime: the people file brought the username, and they spoke again.
            _move(db, request, "linked")
        elif owner := _owner(db, request.sender, profile, hadir.clock()):
            _link(work(hadir, db), request, owner)
        elif _move(db, request, "asked", only_from="open"):
            _ask(work(hadir, db), request, profile)


def _move(db: Connection, request: Request, state: str, only_from: str = "") -> bool:
    begun = link_request.c.state == only_from if only_from else link_request.c.state.in_(_WAITING)
    return db.execute(update(link_request).where(link_request.c.id == request.id, begun).values(state=state)).rowcount == 1


def _owner(db: Connection, sender: Sender, profile: Profile | None, now: datetime) -> Person | None:
    """The one person who works here under the profile's e-mail address and has no account of their own there yet."""
    email = profile.email.strip().lower() if profile else ""
    if not email:
        return None
    found = people.fetch(db, people.working(people.people_query().where(people.person.c.email == email), now.date()))
    if len(found) != 1:
        return None
    theirs = people.accounts(db, [found[0].id]).get(found[0].id, [])
    bound = any(account.platform == sender.platform and account.external_id for account in theirs)
    return None if bound else found[0]


def _link(here: Work, request: Request, owner: Person, *, actor: str = "hadir", reason: str = "same e-mail address") -> None:
    sender = request.sender
    accounts.link(here.db, sender, owner.id)
    _audit_link(here.db, here.now, sender, owner, actor, reason)
    here.tell(
        owner, f"linked:{request.id}", lambda t: Reply(t("Your account is linked now, {name}. Welcome.", name=owner.name))
    )


def _audit_link(db: Connection, now: datetime, sender: Sender, owner: Person, actor: str, reason: str) -> None:
    audit.record(
        db,
        now,
        actor_id=None,
        actor=actor,
        action="people.linked",
        object=f"account:{sender.platform}:{sender.id or sender.name}",
        after={"person_id": owner.id, "username": sender.name},
        reason=reason,
    )


def link(hadir: Hadir, request: Request, owner: Person, *, actor: str) -> Reply | None:
    """An administrator says whose account it is; the answer to what its owner said first, if that was a command.

    Raises `accounts.AccountTaken`, and then nothing is changed.
    """
    with hadir.database.write() as db:
        _link(work(hadir, db), request, owner, actor=actor, reason="named by an administrator")
    return do_what_was_said(hadir, request)


def name_account(db: Connection, platform: str, username: str, owner: Person, *, now: datetime, actor: str) -> bool:
    """An administrator says whose username it is before its owner ever spoke; False if that was known.

    Raises `accounts.AccountTaken`.
    """
    holder = people.by_username(db, platform, username)
    if holder is not None and holder.id == owner.id:
        return False
    if holder is not None:
        raise accounts.AccountTaken(holder)
    values = {"username": username.lower(), "external_id": None}
    own = and_(people.account.c.platform == platform, people.account.c.person_id == owner.id)
    if not db.execute(update(people.account).where(own).values(values)).rowcount:
        db.execute(people.account.insert().values(values | {"platform": platform, "person_id": owner.id}))
    _audit_link(db, now, Sender(platform, "", username.lower()), owner, actor, "named by an administrator")
    return True


# ---------------------------------------------------------------- asking the administrators


def _ask(here: Work, request: Request, profile: Profile | None) -> None:
    for admin in people.with_role(here.db, "admin", here.now.date()):
        here.tell(admin, f"link:{request.id}:{admin.id}", _question(request, profile, _guess(here.db, profile)))


def _question(request: Request, profile: Profile | None, guess: Person | None) -> Callable[[Translate], Reply]:
    sender = request.sender
    account = ["--platform", sender.platform, "--username", sender.name]
    command = shlex.join(["hadir", "people", "link", *account, "--nip", guess.nip if guess else "NIP"])

    def build(t: Translate) -> Reply:
        who = {"name": profile.name if profile and profile.name else sender.name, "username": sender.name}
        asked = t(
            "{name} ({username} on {platform}) wrote to Hadir and is not in the office's list. If you know them, link them:"
            "\n{command}",
            platform=sender.platform,
            command=command,
            **who,
        )
        return Reply(asked)

    return build


def _guess(db: Connection, profile: Profile | None) -> Person | None:
    """The only person of that name, to spare the administrator a look-up; they still decide."""
    found = people.search(db, profile.name, limit=2) if profile and profile.name else []
    return found[0] if len(found) == 1 else None


# ---------------------------------------------------------------- what they said first


def do_what_was_said(hadir: Hadir, request: Request) -> Reply | None:
    """Do the first command at the time it came, once, and send its answer; a crash in between loses only the answer."""
    answer = _answer(hadir, request) if request.said.get("name") else None
    with hadir.database.write() as db:
        person = people.by_sender(db, request.sender)
        if person and answer:
            work(hadir, db).tell(person, f"said:{request.id}", lambda t: _later(t, request, answer))
        finished = and_(link_request.c.id == request.id, link_request.c.state == "linked")
        db.execute(update(link_request).where(finished).values(state="done"))
    return answer


def _answer(hadir: Hadir, request: Request) -> Reply | None:
    """The command's answer; None if it was a form, which nobody can fill in hindsight, or was done before."""
    command = parse(request.said["name"], request.said["text"])
    once = Once(f"link-request:{request.id}", hadir.clock() + _REMEMBERED)
    try:
        answer = hadir.dispatcher.handle(request.sender, command, request.received_at, once)
    except Refused:
        return None
    return answer if isinstance(answer, Reply) else None


def _later(t: Translate, request: Request, answer: Reply) -> Reply:
    line = f"/{request.said['name']} {request.said['text']}".strip()
    text = t("Your first message {line} has been answered:\n{answer}", line=line, answer=answer.text)
    return Reply(text, buttons=answer.buttons, files=answer.files)
