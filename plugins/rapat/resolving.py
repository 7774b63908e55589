"""Who is in the channels and units that were invited: found out by the worker, because a channel's list comes from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import and_, or_, select

from integration import people
from integration.errors import DeliveryError, NotMember
from integration.i18n import Translate
from integration.messages import Text, fill
from integration.people import Person
from integration.plugin import Run, Work
from integration.ports import Members, Named, Profile
from plugins.rapat import planning
from plugins.rapat.planning import Group, Who

_AT_ONCE = 500
# While these are invited, on SQLite nobody else writes.
_INVITED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Unread:
    """A channel whose members could not be listed, and how that can be mended: `invite` or `account` as in `NotMember`.

    `missing`: there is none of that name that we can see; `stranger`: who invites it is not in it.
    """

    group: Group
    invite: str = ""
    account: str = ""
    not_member: bool = False
    missing: bool = False
    stranger: bool = False

    @property
    def can_be_mended(self) -> bool:
        return self.not_member or self.missing or self.stranger


@dataclass(slots=True)
class Resolved:
    """How many people were added; which channels could not be read; how many members nobody here knows, by channel."""

    added: int = 0
    unread: list[Unread] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    def lines(self, t: Translate) -> list[Text]:
        return [*(_unread(t, each) for each in self.unread), *self._unknown(t)]

    def _unknown(self, t: Translate) -> list[Text]:
        return [
            t("{count} in {channel} are not in the list of employees and were not invited.", count=count, channel=channel)
            for channel, count in self.unknown.items()
        ]


def resolve(run: Run, meeting_id: int, groups: Sequence[Group]) -> Resolved:
    """Invite everybody of these groups who is not invited yet. Harmless to repeat.

    Raises `DeliveryError` where the chat cannot be asked now; where it refuses, the others are invited all the same.
    """
    resolved = Resolved()
    for wanted in groups:
        group = wanted if wanted.kind == "unit" or wanted.id else _named(run, wanted, resolved)
        members = _members(run, group, resolved) if group and group.kind == "channel" else []
        if group is None or members is None:
            continue
        if group.by:  # who invites it is in it
            with run.begin() as work:
                planning.give_channel(work, meeting_id, group)
        with run.read() as work:
            found = _of_accounts(work, group.platform, members) if group.kind == "channel" else _of_unit(work, group)
        if len(found) < len(members):
            resolved.unknown[group.via] = len(members) - len(found)
        for start in range(0, len(found), _INVITED_AT_ONCE):
            resolved.added += _invite(run, meeting_id, group, found[start : start + _INVITED_AT_ONCE])
    return resolved


def _named(run: Run, group: Group, resolved: Resolved) -> Group | None:
    """The channel of that name."""
    chat = run.ports.chats.get(group.platform)
    try:
        found = chat.channel_named(group.name, group.by) if isinstance(chat, Named) else None
    except NotMember as error:
        resolved.unread.append(Unread(group, error.invite, error.account, not_member=True))
        return None
    if found is None:
        resolved.unread.append(Unread(group, missing=True))
        return None
    return replace(group, id=found.id)


def _invite(run: Run, meeting_id: int, group: Group, some: Sequence[Person]) -> int:
    with run.begin() as work:
        added = planning.invite(work, meeting_id, [Who(person.id, via=group.via) for person in some])
        if added:
            work.audit("meeting.invited", f"meeting:{meeting_id}", after={"via": group.via, "people": added})
    return added


def _members(run: Run, group: Group, resolved: Resolved) -> list[Profile] | None:
    """Everybody in the channel; None if they cannot be listed, or if who invites it is none of them."""
    chat = run.ports.chats.get(group.platform)
    if not isinstance(chat, Members):
        resolved.unread.append(Unread(group))
        return None
    try:
        found = {member.id: member for member in chat.members(group.id)}
    except NotMember as error:
        resolved.unread.append(Unread(group, error.invite, error.account, not_member=True))
        return None
    except DeliveryError as error:
        if not error.permanent:
            raise
        resolved.unread.append(Unread(group))
        return None
    if group.by and group.by not in found:
        resolved.unread.append(Unread(group, stranger=True))
        return None
    return list(found.values())


def _of_accounts(work: Work, platform: str, members: Sequence[Profile]) -> list[Person]:
    """Who of them works here, also those who have never spoken to us; one statement for every few hundred."""
    account, found = people.account.c, []
    for start in range(0, len(members), _AT_ONCE):
        some = members[start : start + _AT_ONCE]
        bound = account.external_id.in_([member.id for member in some])
        named = and_(account.external_id.is_(None), account.username.in_([member.username.lower() for member in some]))
        part = select(account.person_id).where(account.platform == platform, or_(bound, named))
        query = people.working(people.people_query(), work.now.date()).where(people.person.c.id.in_(part))
        found += people.fetch(work.db, query.order_by(people.person.c.name))
    return found


def _of_unit(work: Work, group: Group) -> list[Person]:
    return people.of_unit(work.db, int(group.id), work.now.date())


def _unread(t: Translate, unread: Unread) -> Text:
    channel = unread.group.via
    if unread.missing:
        return t(
            "I find no channel {channel} in which you are. Check its name; or type the command in that channel, with {here}.",
            channel=channel,
            here=Text("`~ini`"),
        )
    if unread.stranger:
        return t("You are not in {channel}, so nobody in it was invited. Join it, then press “Try again”.", channel=channel)
    if unread.invite:
        return t(
            "I am not in {channel}, so I do not know whom to invite there. Type {invite} in it, then press “Try again”.",
            channel=channel,
            invite=fill("`{invite}`", invite=Text(unread.invite)),
        )
    if unread.not_member:
        return t(
            "I am not in {channel}, so I do not know whom to invite there. Ask its moderator to add the account {account}, "
            "then press “Try again”.",
            channel=channel,
            account=fill("**{name}**", name=unread.account or "Hadir"),
        )
    return t("The members of {channel} cannot be listed. Invite them by name.", channel=channel)
