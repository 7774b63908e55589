"""The meeting that somebody means: by its number, by words of its title, the one of this channel, or the next one.

Who is neither invited nor leads it learns nothing, not even that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from integration import phrases
from integration.dates import take_day
from integration.errors import UserError
from integration.messages import Reply, Text, plain
from integration.plugin import Context
from plugins.rapat import meetings, organizers, wording
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence

MOST = 5
_MOST_WORDS = 8
_NUMBER = re.compile(r"[#\[]?(\d{1,9})[\].,]?")
_LIVE = ("polling", "checking", "asking", "planned")
_LONG_AGO = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Found:
    """`date` is the one that was named, else the one under way or next, else the last; `rest` are words behind them."""

    meeting: Meeting
    date: Occurrence
    rest: tuple[str, ...] = ()
    named_date: bool = False


# What stands in a button that says the command again for one meeting.
Say = Callable[[Meeting], str]


def one(context: Context, words: Sequence[str], say: Say, *, organized: bool = False, past: bool = True) -> Found | Reply:
    """The meeting that `words` name, or the answer that asks or refuses.

    `organized`: only those that the person leads; `past`: also what is over. Without words it is one that comes.
    """
    number = _NUMBER.fullmatch(words[0]) if words else None
    if number:
        found = mine(context, int(number[1]), organized=organized)
        return found if isinstance(found, Reply) else _dated(context, found, tuple(words[1:]))
    return _by_title(context, words, say, organized, past) if words else _next(context, say, organized)


def mine(context: Context, meeting_id: int, *, organized: bool = False) -> Meeting | Reply:
    """The meeting with that number, if the person may see it, or may change it."""
    t = context.t
    found = meetings.get(context.db, meeting_id)
    if found is None or not may_see(context, found):
        text = t("There is no meeting {number} to which you are invited. {all}", number=meeting_id, all=_all_of_them(context))
        return Reply(text, buttons=(wording.say(t("My meetings"), "daftar"),), refused=True)
    if organized and not organizers.leads(context, found):
        return _not_yours(context, found)
    return found


def _not_yours(context: Context, found: Meeting) -> Reply:
    t, leader = context.t, organizers.of(context, found)
    if leader is None:
        return Reply(t("Only the organiser can do that."), refused=True)
    if leader.id != found.organizer_id:
        return Reply(t("Only {name} can do that, who leads “{title}”.", title=found.title, name=leader.name), refused=True)
    return Reply(t("Only the organiser of “{title}” can do that: {name}.", title=found.title, name=leader.name), refused=True)


def may_see(context: Context, found: Meeting) -> bool:
    """Whoever is invited, or leads it."""
    if found.is_led_by(context.person.id) or meetings.invited(context.db, found.id, context.person.id) is not None:
        return True
    return organizers.stands_in(context, found)


def _dated(context: Context, found: Meeting, words: tuple[str, ...]) -> Found | Reply:
    day, rest = _day(context, found, words)
    if day is None:
        return Found(found, _usual(context, found), words)
    dates = [each for each in meetings.occurrences(context.db, found.id) if each.starts_at.astimezone(found.tz).date() == day]
    if not dates:
        text = context.t("“{title}” has no date on {day}.", title=found.title, day=phrases.short_day(context.t, day))
        return Reply(text, refused=True)
    return Found(found, next((each for each in dates if each.state == "planned"), dates[0]), rest, named_date=True)


def _day(context: Context, found: Meeting, words: tuple[str, ...]) -> tuple[date | None, tuple[str, ...]]:
    """Only a series has dates to choose from."""
    if not found.is_series or not words:
        return None, words
    try:
        return take_day(words, context.now.astimezone(found.tz).date(), context.t, "future")
    except UserError:
        return None, words


def _usual(context: Context, found: Meeting) -> Occurrence:
    """Under way or next, else the last."""
    coming = meetings.next_one(context.db, found.id, context.now)
    if coming is not None:
        return coming
    last = meetings.occurrences_query().where(_occurrence.c.meeting_id == found.id).order_by(_occurrence.c.starts_at.desc())
    return meetings.fetch(context.db, last.limit(1))[0]


# ---------------------------------------------------------------- by words, or the next


def _own(context: Context, organized: bool) -> ColumnElement[bool]:
    if organized:
        return organizers.led_by(context)
    here = and_(
        _invitee.c.meeting_id == _meeting.c.id, _invitee.c.person_id == context.person.id, _invitee.c.removed_at.is_(None)
    )
    return or_(organizers.led_by(context), exists().where(here))


def _query(context: Context, organized: bool) -> Select[Any]:
    """Those that come first, the nearest before others."""
    coming = (_occurrence.c.meeting_id == _meeting.c.id, _occurrence.c.state == "planned", _occurrence.c.ends_at > context.now)
    soonest = select(func.min(_occurrence.c.starts_at)).where(*coming).scalar_subquery()
    query = select(_meeting.c.id).where(_own(context, organized), _meeting.c.state != "dropped")
    return query.order_by(soonest.is_(None), _meeting.c.state == "cancelled", soonest, _meeting.c.starts_at.desc())


def _by_title(context: Context, words: Sequence[str], say: Say, organized: bool, past: bool) -> Found | Reply:
    """As many words from the beginning as there is a title for; what follows (a reason) is the rest."""
    text, rest = _until_day(context, words)
    for count in range(min(len(text), _MOST_WORDS), 0, -1):
        found = _titled(context, text[:count], organized, past)
        if len(found) == 1:
            return _dated(context, found[0], (*words[count : len(text)], *rest))
        if found:
            return ask(context, found, say)
    if organized and (others := _titled(context, text[:_MOST_WORDS], False, past)):
        return _not_yours(context, others[0])
    unknown = context.t("There is no meeting “{name}” of yours. {all}", name=" ".join(words)[:60], all=_all_of_them(context))
    return Reply(unknown, buttons=(wording.say(context.t("My meetings"), "daftar"),), refused=True)


def _all_of_them(context: Context) -> Text:
    return context.t("All of them: {command}", command=Text("`/rapat daftar`"))


def _titled(context: Context, text: Sequence[str], organized: bool, past: bool) -> list[Meeting]:
    """Those with all the words in their title; what comes rather than what is over."""
    title = func.lower(_meeting.c.title)
    query = _query(context, organized).where(*(title.like(f"%{_like(word)}%", escape="\\") for word in text))
    query = query.where(_meeting.c.last_end > context.now - (_LONG_AGO if past else timedelta(0)))
    found = _fetched(context, query)
    return [each for each in found if each.last_end > context.now and each.state != "cancelled"] or found


def _until_day(context: Context, words: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words of the title in lower case, and a day behind them."""
    today = context.now.astimezone(context.person.tz).date()
    for at in range(1, min(len(words), _MOST_WORDS + 1)):
        try:
            day, _ = take_day(tuple(words[at:]), today, context.t, "future")
        except UserError:
            day = None
        if day is not None:
            return [word.lower() for word in words[:at]], tuple(words[at:])
    return [word.lower().strip("\"“”'") for word in words], ()


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _next(context: Context, say: Say, organized: bool) -> Found | Reply:
    t = context.t
    found = _fetched(context, _query(context, organized).where(_meeting.c.last_end > context.now, _meeting.c.state.in_(_LIVE)))
    here = [each for each in found if context.channel.id and each.channel_id == context.channel.id]
    if not found:
        new = (wording.say(t("New meeting"), "baru"),)
        return Reply(t("You have no meeting ahead."), buttons=new, refused=True)
    if organized and len(here or found) > 1:
        return ask(context, here or found, say)
    return _nearest(context, here or found)


def _nearest(context: Context, found: Sequence[Meeting]) -> Found:
    dates = [Found(each, _usual(context, each)) for each in found]
    return min(dates, key=lambda each: each.date.starts_at)


def _fetched(context: Context, query: Select[Any]) -> list[Meeting]:
    ids = list(context.db.scalars(query.limit(MOST + 1)))
    found = meetings.many(context.db, ids) if ids else {}
    return [found[id] for id in ids if id in found]


def ask(context: Context, found: Sequence[Meeting], say: Say) -> Reply:
    """The question which of several is meant, a button for each."""
    t, zone = context.t, context.person.zone
    buttons = tuple(
        wording.say(_label(plain(wording.when_short(t, _usual(context, each).span, zone)), each), say(each))
        for each in found[:MOST]
    )
    return Reply(t("Which meeting do you mean?"), buttons=buttons, refused=True)


def _label(when: str, found: Meeting) -> str:
    title = found.title if len(found.title) <= 40 else found.title[:39] + "…"
    return f"{title} · {when}"
