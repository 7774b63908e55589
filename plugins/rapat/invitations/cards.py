"""A meeting in words, for one reader or for all of a channel: invitation, change, cancellation, and the calendar's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from integration import people
from integration.i18n import Translate
from integration.messages import Text, fill, join, plain, quote
from integration.people import Person
from integration.plugin import Work
from plugins.rapat import agenda, facts, meetings, organizers, recurrence
from plugins.rapat.events import Shown
from plugins.rapat.facts import Change, Facts
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.tables import meeting_invitee as _invitee
from plugins.rapat.tables import meeting_occurrence as _occurrence
from plugins.rapat.video import PROVIDERS, called
from plugins.rapat.wording import bold, clock, when

# More of an agenda than this makes nobody read it in chat; the invitation's letter and the calendar have all of it.
_MOST_AGENDA = 1200
_MOST_CHANGED_DATES = 10
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class View:
    """A meeting with what its messages say beside its row. `next` is the date that comes, None if none does; `dates` is how
    many are left; `zones` are those of all invited; `folder` is where its papers lie, and `folder_url` opens it, or "".
    `points` are what people have proposed for the agenda of that date. `leader` is the organiser as long as they work here.
    """

    meeting: Meeting
    facts: Facts
    organizer: Person | None
    zones: tuple[str, ...]
    next: Occurrence | None
    dates: int
    folder: str = ""
    folder_url: str = ""
    points: tuple[str, ...] = ()
    leader: Person | None = None

    @property
    def agenda(self) -> str:
        """The organiser's and the proposed points, a line each."""
        return "\n".join([self.meeting.agenda.strip(), *(f"- {point}" for point in self.points)]).strip()


def view(work: Work, meeting: Meeting) -> View:
    coming = (_occurrence.c.meeting_id == meeting.id, _occurrence.c.state == "planned", _occurrence.c.ends_at > work.now)
    found = View(
        meeting=meeting,
        facts=facts.of(work.db, meeting),
        organizer=people.get(work.db, meeting.organizer_id),
        zones=zones(work, meeting),
        next=None,
        dates=work.db.scalar(select(func.count()).where(*coming)) or 0,
        leader=organizers.of(work, meeting),
    )
    return on(work, found, meetings.next_one(work.db, meeting.id, work.now))


def on(work: Work, found: View, date: Occurrence | None) -> View:
    """The same with this date in the place of the next one."""
    points, folder = agenda.proposed(work.db, date) if date else (), date.folder if date else ""
    dated = replace(found, next=date, points=tuple(point.text for point in points))
    return with_papers(dated, folder, found.facts.opens(folder))


def zones(work: Work, meeting: Meeting) -> tuple[str, ...]:
    """The zones of everybody invited, and the meeting's own."""
    query = select(people.person.c.zone).join_from(_invitee, people.person, _invitee.c.person_id == people.person.c.id)
    invited = query.where(_invitee.c.meeting_id == meeting.id, _invitee.c.removed_at.is_(None)).distinct()
    return tuple(sorted({meeting.zone, *work.db.scalars(invited)}))


# ---------------------------------------------------------------- the parts of a card


def time(view: View, t: Translate, zone: str = "") -> Text:
    """When it is (of a series its next date), in the reader's zone first."""
    return when(t, view.next.span if view.next else view.meeting.span, view.zones, first=zone or view.meeting.zone)


def place(found: Meeting | Facts, t: Translate) -> Text:
    """`Ruang Garuda dan daring (Jitsi Meet)`"""
    provider = PROVIDERS.get(found.provider)
    online = t("online ({provider})", provider=provider) if provider else t("online")
    if found.mode == "virtual":
        return online
    room = fill("{place}", place=found.place) if found.place else t("at the office")
    return room if found.mode == "room" else t("{place} and {online}", place=room, online=online)


def place_of(view: View, t: Translate) -> Text:
    """Where it is; of a series where its next date is."""
    return place(replace(view.facts, place=view.next.place if view.next else view.meeting.place), t)


def repeats(found: Meeting | Facts, t: Translate) -> Text:
    return recurrence.said(recurrence.from_rrule(found.recurrence, found.zone), t)


def body(view: View, t: Translate, *, zone: str = "", link: str = "", raw: bool = False) -> list[Text]:
    """Time, place, link, organiser, agenda, folder: a line each; `raw` for readers to whom Markdown says nothing."""
    found = view.meeting
    # In a calendar every date shows itself, and how many are left is another number every week.
    lines = [
        t(
            "When: {when}",
            when=clock(found.span, view.zones, first=found.zone) if raw and found.is_series else time(view, t, zone),
        )
    ]
    if found.is_series and raw:
        lines.append(fill("{rule}", rule=repeats(found, t)))
    elif found.is_series:
        lines.append(t("Repeats: {rule} (dates left: {count})", rule=repeats(found, t), count=view.dates))
    lines.append(t("Where: {place}", place=place_of(view, t)))
    if found.is_virtual and link:
        lines.append(t("Join: {link}", link=tap(link, t("open the meeting"), raw=raw)))
    elif found.is_virtual and found.provider:
        lines.append(t("The link to join follows."))
    if view.organizer:
        lines.append(t("Invited by: {name}", name=view.organizer.name))
    if view.leader and view.leader.id != found.organizer_id:
        lines.append(t("Led now by: {name}", name=view.leader.name))
    if view.agenda:
        lines.append(t("Agenda: {agenda}", agenda=view.agenda if raw else short(view.agenda)))
    if view.folder:
        papers = tap(view.folder_url, t("open the folder"), raw=raw) if view.folder_url else quote(view.folder)
        lines.append(t("Papers: {folder}", folder=papers))
    return lines


def tap(url: str, label: Text, *, raw: bool = False) -> Text:
    """Words to tap; an address that could be more than an address is shown to the letter."""
    if raw or not _ADDRESS.fullmatch(url):
        return quote(url)
    return Text(f"[{label}]({url})")


def short(words: str) -> str:
    """Whole words, and a sign that there are more."""
    words = words.strip()
    return words if len(words) <= _MOST_AGENDA else words[:_MOST_AGENDA].rsplit(maxsplit=1)[0] + " …"


# ---------------------------------------------------------------- cards


def invitation(view: View, t: Translate, *, zone: str = "", link: str = "") -> Text:
    title = t("Invitation: {title}", title=bold(view.meeting.title))
    return join("\n", [title, *body(view, t, zone=zone, link=link)])


def cancelled(view: View, t: Translate, *, zone: str = "") -> Text:
    found = view.meeting
    lines = [
        t("Called off: {title}", title=bold(found.title)),
        when(t, found.span, view.zones, first=zone or found.zone) if not found.is_series else repeats(found, t),
    ]
    if found.cancel_reason:
        lines.append(t("Reason: {reason}", reason=found.cancel_reason))
    return join("\n", [*lines, t("You need not do anything.")])


def removed(view: View, t: Translate, *, zone: str = "") -> Text:
    who = view.leader.name if view.leader else ""
    lines = [t("You are no longer invited: {title}", title=bold(view.meeting.title)), time(view, t, zone)]
    return join("\n", [*lines, *([t("Questions? Ask {name}.", name=who)] if who else [])])


def changed(view: View, t: Translate, old: Facts | None, changes: Sequence[Change], *, zone: str = "", link: str = "") -> Text:
    """What has changed, line by line, and the whole as it is now."""
    lines = [t("Changed: {title}", title=bold(view.meeting.title))]
    if old is not None:
        lines += [Text(f"- {line}") for line in told(view, t, old, changes, zone or view.meeting.zone)]
    # Of single dates their own lines say when: the time of the next one would look like theirs.
    whole = body(view, t, zone=zone, link=link)
    dates_only = old is not None and bool(changes) and all(change.original for change in changes)
    lines += [Text(""), *(whole[1:] if dates_only else whole)]
    if old is not None and old.times != view.facts.times:
        lines += [Text(""), t("The time is another one: please answer again.")]
    return join("\n", lines)


def told(view: View, t: Translate, old: Facts, changes: Iterable[Change], zone: str) -> list[Text]:
    """`Waktu: Senin … → Selasa …`, one for each change."""
    dated = [change for change in changes if change.original is not None]
    lines = [_line(view, t, old, change, zone) for change in changes if change.original is None]
    lines += [_date_line(view, t, old, change, zone) for change in dated[:_MOST_CHANGED_DATES]]
    more = len(dated) - _MOST_CHANGED_DATES
    return [*lines, *([t("and {count} more dates", count=more)] if more > 0 else [])]


def _line(view: View, t: Translate, old: Facts, change: Change, zone: str) -> Text:
    new = view.facts
    match change.what:
        case "time":
            return _arrow(t("Time"), when(t, old.span, view.zones, first=zone), when(t, new.span, view.zones, first=zone))
        case "repeats":
            return _arrow(t("Repeats"), *(repeats(each, t) if each.recurrence else t("once") for each in (old, new)))
        case "title":
            return _arrow(t("Title"), *(fill("{title}", title=each.title) for each in (old, new)))
        case "place":
            return _arrow(t("Place"), place(old, t), place(new, t))
        case "video":
            return _arrow(t("Video"), *(called(t, each.provider) or t("none") for each in (old, new)))
        case "agenda":
            return t("The agenda is another one.")
        case "papers":
            return t("The link to the papers is there.")
        case _:
            return t("The link to join is there.")


def _date_line(view: View, t: Translate, old: Facts, change: Change, zone: str) -> Text:
    assert change.original is not None  # noqa: S101  # the callers have looked
    was, now = old.date(change.original), view.facts.date(change.original)
    if change.what == "dropped":
        off = t("Called off on this date only: {when}", when=when(t, was.span, view.zones, first=zone))
        return join(". ", [off, t("Reason: {reason}", reason=now.cancel_reason)]) if now.cancel_reason else off
    if change.what == "restored":
        return t("Takes place after all: {when}", when=when(t, now.span, view.zones, first=zone))
    if was.span != now.span:
        return _arrow(t("This date only"), *(when(t, each.span, view.zones, first=zone) for each in (was, now)))
    own = [word for word in (now.title, now.place) if word]
    words = fill("{words}", words=", ".join(own)) if own else t("as usual")
    return t("This date only: {when}: {words}", when=when(t, now.span, view.zones, first=zone), words=words)


def _arrow(what: Text, old: Text, new: Text) -> Text:
    return Text(f"{what}: {old} → **{new}**")


# ---------------------------------------------------------------- calendar


def shown(view: View, t: Translate, link: str) -> Shown:
    """What stands in the calendar's event, which every attendee reads: plain text, in all zones."""
    lines = body(view, t, link=link, raw=True)
    return Shown("\n".join(plain(line) for line in lines), plain(place(view.meeting, t)), link)


def with_papers(view: View, folder: str, url: str) -> View:
    return replace(view, folder=folder, folder_url=url)


def in_short(view: View, t: Translate, zone: str) -> Text:
    """`**Koordinasi SPBE**, Senin …`, for messages about a meeting that the reader knows."""
    return fill("{title}, {when}", title=bold(view.meeting.title), when=time(view, t, zone))
