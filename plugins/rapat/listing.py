"""`/rapat daftar`: what is ahead, of a day, a week or a month, in the reader's own zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from sqlalchemy import select

from integration import phrases, workdays
from integration.dates import last_of_month, show_month, take_day, take_month
from integration.dates.words import tidy
from integration.errors import UserError
from integration.messages import Button, Command, Reply, Text, fill, join, plain
from integration.plugin import Context
from integration.ports import Span
from plugins.rapat import answered, joining, meetings, organizers, wording
from plugins.rapat.changing import LIVE, UNTOLD
from plugins.rapat.invitations import cards
from plugins.rapat.meetings import Invitee, Meeting, Occurrence
from plugins.rapat.tables import meeting as _meeting
from plugins.rapat.tables import meeting_answer as _answer
from plugins.rapat.tables import meeting_occurrence as _occurrence

MOST = 20
_BUTTONS = 4
_HALF_A_YEAR = 183
_AHEAD = timedelta(days=60)
_TODAY = frozenset({"hari ini", "today", "sekarang"})
_WEEKS = {"minggu ini": 0, "pekan ini": 0, "minggu": 0, "pekan": 0, "week": 0, "this week": 0}
_WEEKS |= {"minggu depan": 1, "pekan depan": 1, "next week": 1, "minggu lalu": -1, "pekan lalu": -1, "last week": -1}
_MONTH = frozenset({"bulan", "bulan ini", "month", "this month"})
_MINE = frozenset({"saya", "mine", "my", "punya saya", "milik saya"})


@dataclass(frozen=True, slots=True)
class _Asked:
    title: Text
    first: date | None = None
    last: date | None = None
    organized: bool = False


def listing(context: Context, command: Command) -> Reply:
    """`daftar [hari ini | besok | minggu ini | bulan | saya | day]`; alone what is ahead."""
    asked = _asked(context, command.words)
    span = _span(context, asked)
    found = _organized(context, span) if asked.organized else _all(context, span)
    if asked.first is None:
        found = [each for each in found if each.ends_at > context.now]
    # Of a series only what comes next, where nobody asked for a time: the others would hide every other meeting.
    more = Counter(each.meeting_id for each in found) if asked.first is None else Counter[int]()
    found = firsts(found) if more else found
    shown = found[:MOST]
    known = _Known.of(context, shown)
    if not shown:
        return _nothing(context, asked)
    lines = [asked.title]
    for day, dates in groupby(shown, lambda each: workdays.local_day(each.starts_at, context.person)):
        lines.append(fill("**{day}**", day=phrases.short_day(context.t, day)))
        lines += [_line(context, each, known, more[each.meeting_id] - 1) for each in dates]
    if len(found) > MOST:
        lines.append(context.t("… and {count} more. Narrow it: {example}", count=len(found) - MOST, example=_example()))
    return Reply(wording.below(lines), buttons=_buttons(context, shown, known))


def firsts(found: Sequence[Occurrence]) -> list[Occurrence]:
    """The first date of every meeting."""
    first: dict[int, Occurrence] = {}
    for each in found:
        first.setdefault(each.meeting_id, each)
    return list(first.values())


def _example() -> Text:
    return Text("`/rapat daftar besok`")


# ---------------------------------------------------------------- what was asked for


def _asked(context: Context, words: Sequence[str]) -> _Asked:
    t, today = context.t, workdays.local_day(context.now, context.person)
    text = tidy(" ".join(words))
    if not text:
        return _Asked(t("**Meetings ahead**"))
    if text in _MINE:
        return _Asked(t("**Meetings that you organise**"), organized=True)
    if text in _TODAY:
        return _Asked(t("**Meetings today**"), today, today)
    if text in _WEEKS:
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * _WEEKS[text])
        return _Asked(t("**Meetings of the week from {day}**", day=phrases.long_day(t, monday)), monday, monday + timedelta(6))
    if text in _MONTH:
        return _month(context, today.replace(day=1))
    return _day(context, tuple(words), today)


def _day(context: Context, words: tuple[str, ...], today: date) -> _Asked:
    """A day, else a month."""
    t = context.t
    try:
        day, rest = take_day(words, today, t, "future")
    except UserError:
        day, rest = None, words
    if day is not None and not rest:
        return _Asked(t("**Meetings on {day}**", day=phrases.day_name(t, day)), day, day)
    first, rest = take_month(words, today, t)
    if first is not None and not rest:
        return _month(context, _nearer(first, words, today))
    raise UserError(
        t(
            "“{text}” is no time to list. Write for example: today, tomorrow, this week, month, mine.",
            text=" ".join(words)[:60],
        )
    )


def _nearer(first: date, words: Sequence[str], today: date) -> date:
    """A month without a year is the nearest of that name: in November, December is the one to come."""
    dated = any(char.isdigit() for char in " ".join(words))
    return first if dated or (today - first).days < _HALF_A_YEAR else first.replace(year=first.year + 1)


def _month(context: Context, first: date) -> _Asked:
    t = context.t
    return _Asked(t("**Meetings in {month}**", month=show_month(first, t)), first, last_of_month(first))


def _span(context: Context, asked: _Asked) -> Span:
    if asked.first is None or asked.last is None:
        return Span(context.now, context.now + (_AHEAD if not asked.organized else timedelta(days=366 * 5)))
    tz = context.person.tz
    begin = datetime.combine(asked.first, time(), tz)
    return Span(begin, datetime.combine(asked.last + timedelta(days=1), time(), tz))


def _all(context: Context, span: Span) -> list[Occurrence]:
    """What the person is invited to, and what they have planned of which nobody has been told yet."""
    c = _occurrence.c
    untold = (organizers.led_by(context), _meeting.c.state.in_(UNTOLD), _meeting.c.last_end > span.start)
    in_span = (c.state == "planned", c.starts_at < span.end, c.ends_at > span.start)
    own = meetings.fetch(context.db, meetings.occurrences_query().where(*untold, *in_span))
    found = [*meetings.of_person(context.db, context.person.id, span), *own]
    return sorted(found, key=lambda each: (each.starts_at, each.id)) if own else found


def _organized(context: Context, span: Span) -> list[Occurrence]:
    """Every date ahead of the meetings that one leads, those that wait for something too."""
    live = _meeting.c.state.in_(LIVE)
    ids = select(_meeting.c.id).where(organizers.led_by(context), _meeting.c.last_end > span.start, live)
    c = _occurrence.c
    dates = meetings.occurrences_query().where(c.meeting_id.in_(ids), c.ends_at > span.start, c.state == "planned")
    return meetings.fetch(context.db, dates.order_by(c.starts_at, c.id))


# ---------------------------------------------------------------- what is shown


@dataclass(frozen=True, slots=True)
class _Known:
    """Of the dates that are shown: their meetings, one's own invitations and answers. Three statements."""

    meetings: Mapping[int, Meeting]
    invited: Mapping[int, Invitee]
    answers: Mapping[tuple[int, int], str]

    @classmethod
    def of(cls, context: Context, dates: Sequence[Occurrence]) -> _Known:
        ids = list({each.meeting_id for each in dates})
        if not ids:
            return cls({}, {}, {})
        invited = {each.meeting_id: each for each in meetings.invitations(context.db, context.person.id, ids)}
        said = select(_answer.c.invitee_id, _answer.c.occurrence_id, _answer.c.answer).where(
            _answer.c.invitee_id.in_([each.id for each in invited.values()])
        )
        given = {(row.invitee_id, row.occurrence_id): row.answer for row in context.db.execute(said)}
        return cls(meetings.many(context.db, ids), invited, given)

    def answer(self, date: Occurrence) -> str:
        mine = self.invited.get(date.meeting_id)
        if mine is None or mine.role == "organizer":
            return ""
        return self.answers.get((mine.id, date.id)) or self.answers.get((mine.id, 0), "")


def _line(context: Context, date: Occurrence, known: _Known, more: int = 0) -> Text:
    """`- 09.00–10.30 WIB · Koordinasi SPBE [12] · daring (Jitsi Meet) · hadir · Gabung`; `more` dates follow."""
    t, found = context.t, known.meetings[date.meeting_id]
    mine = known.invited.get(found.id)
    parts = [
        fill(
            "{clock} · **{title}** [{number}]",
            clock=wording.clock(date.span, [context.person.zone]),
            title=date.title,
            number=found.id,
        ),
        _where(context, found, date),
    ]
    if found.state == "planned" and mine is not None and mine.role != "organizer":
        parts.append(answered.word(t, known.answer(date)))
    if more > 0:
        parts.append(t("and {count} more dates", count=more))
    if found.state != "planned":
        parts.append(t("not sent out yet"))
    elif found.is_virtual and found.provider and (link := joining.address(context, found, mine, context.person)):
        parts.append(cards.tap(link, t("Join")))
    return fill("- {parts}", parts=join(" · ", parts))


def _where(context: Context, found: Meeting, date: Occurrence) -> Text:
    if found.mode == "virtual":
        return context.t("online")
    place = fill("{place}", place=date.place)
    return place if found.mode == "room" else context.t("{place} and online", place=place)


def _buttons(context: Context, dates: Sequence[Occurrence], known: _Known) -> tuple[Button, ...]:
    t = context.t
    shown = list(dict.fromkeys(each.meeting_id for each in dates))[:_BUTTONS]
    cards_of = [wording.say(_label(known.meetings[id]), f"lihat {id}") for id in shown]
    return (*cards_of, wording.say(plain(t("New meeting")), "baru"))


def _label(found: Meeting) -> str:
    title = found.title if len(found.title) <= 30 else found.title[:29] + "…"
    return f"{title} [{found.id}]"


def _nothing(context: Context, asked: _Asked) -> Reply:
    t = context.t
    buttons = [wording.say(plain(t("New meeting")), "baru")]
    if asked.first is not None or asked.organized:
        buttons.append(wording.say(plain(t("All meetings ahead")), "daftar"))
    return Reply(join("\n", [asked.title, t("None.")]), buttons=tuple(buttons))
