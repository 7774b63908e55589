"""The page of a team's day: what comes in as it comes in, for whoever leads them, from an address of their own.

Who may see what is asked anew at every opening: the address says whose it is and which team and day is meant, no more. It is
good for a week, and so is every day that is turned to from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from integration import people, phrases
from integration.errors import Refused, UserError
from integration.messages import Text, fill, join, plain
from integration.pages import Link, Page, PageContext, PageRequest, Picture, Reads, Show
from integration.people import Person
from integration.plugin import Context, Work
from integration.workdays import local_day
from plugins.logbook.entries import Entry
from plugins.logbook.team import chart
from plugins.logbook.team import day as team
from plugins.logbook.team import wording as team_wording
from plugins.logbook.team.day import Bar, Group, Member, Scope, TeamDay

TEAM = "logbook.tim"
_GOOD_DAYS = 7
_REFRESH_SECONDS = 30
_NEWEST, _BARS, _SHOWN = 30, 10, 200
_EARLIEST = 366
_KINDS: dict[str, team.Kind] = {"garis": "line", "unit": "unit", "orang": "person"}
_WORDS = {kind: word for word, kind in _KINDS.items()}
_NOW = "kini"
_VALUE = re.compile(r"(garis|unit|orang)\.(\d{1,9})\.(kini|\d{4}-\d\d-\d\d)\.(\d{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for; `day` None: today, whenever it is opened. `until`: when it and those it leads to end."""

    scope: Scope
    day: date | None
    until: datetime


def address(work: Work, viewer: Person, wanted: Wanted) -> str:
    """The viewer's own address of a team's day."""
    day = wanted.day.isoformat() if wanted.day else _NOW
    value = f"{_WORDS[wanted.scope.kind]}.{wanted.scope.id}.{day}.{int(wanted.until.timestamp())}"
    return work.page(TEAM, value, days=(wanted.until - work.now) / timedelta(days=1), person=viewer)


def link(context: Context, scope: Scope, day: date) -> Text:
    """The page as words to tap, for whoever asks."""
    today = day == local_day(context.now, context.person)
    wanted = Wanted(scope, None if today else day, context.now + timedelta(days=_GOOD_DAYS))
    url = address(context, context.person, wanted)
    return fill("**[{label}]({url})**", label=context.t("Open the page, which renews itself"), url=Text(url))


# ---------------------------------------------------------------- the page


def page(context: PageContext, _request: PageRequest) -> Page:
    viewer, wanted = context.person, _read(context)
    if viewer is None:
        raise Refused("the page of a team without a person")
    t, today = context.t, local_day(context.now, viewer)
    day = min(wanted.day or today, today)
    found = team.members_of(context, viewer, wanted.scope, day)
    if not found:
        raise UserError(t("You see the reports of those below you, and none of them is there."))
    shown = team.day_of(context, found, day)
    bars = shown.bars(_BARS)
    return Show(
        plain(t("Logbook {title}", title=_title(context, viewer, wanted.scope))),
        _summary(context, viewer, wanted, shown),
        nav=_nav(context, viewer, wanted, day, today),
        chart=_chart(context, bars) if bars else None,
        more=_more(context, viewer, shown, bars),
        refresh_seconds=_REFRESH_SECONDS if day == today else 0,
        broad=True,
    )


def _read(context: PageContext) -> Wanted:
    found = _VALUE.fullmatch(context.value)
    try:
        day = None if found is None or found[3] == _NOW else date.fromisoformat(found[3])
    except ValueError:
        found = None
    if found is None:
        raise Refused("the address of no team")
    until = datetime.fromtimestamp(int(found[4]), context.now.tzinfo)
    return Wanted(Scope(_KINDS[found[1]], int(found[2])), day, until)


def _title(context: PageContext, viewer: Person, scope: Scope) -> Text:
    if scope.kind == "unit":
        query = people.unit.select().with_only_columns(people.unit.c.name).where(people.unit.c.id == scope.id)
        return fill("{name}", name=context.db.scalar(query) or "–")
    if scope.kind == "person":
        person = people.get(context.db, scope.id)
        return fill("{name}", name=person.name if person else "–")
    return context.t("of the team of {name}", name=viewer.name)


def _nav(context: PageContext, viewer: Person, wanted: Wanted, day: date, today: date) -> tuple[Link, ...]:
    """The day before and the day after, today where it is another; nothing that is still to come."""

    def to(other: date) -> str:
        return address(context, viewer, Wanted(wanted.scope, None if other == today else other, wanted.until))

    before, after = day - timedelta(days=1), day + timedelta(days=1)
    links = [Link(f"← {_short(context, before)}", to(before))] if today - before <= timedelta(days=_EARLIEST) else []
    links += [Link(f"{_short(context, after)} →", to(after))] if after <= today else []
    links += [Link(plain(context.t("Today")), to(today))] if after < today else []
    return tuple(links)


def _short(context: PageContext, day: date) -> str:
    return plain(phrases.short_day(context.t, day))


# ---------------------------------------------------------------- its parts


def _summary(context: PageContext, viewer: Person, wanted: Wanted, shown: TeamDay) -> Text:
    t = context.t
    day, at = phrases.day_name(t, shown.day), phrases.clock(context.now, viewer)
    lines = [t("{day}, as of {time}", day=day, time=at), Text("")]
    lines += [fill("**{sum}**", sum=team_wording.sum_of(t, shown))]
    units = shown.by_unit()
    if wanted.scope.kind == "unit" or len(units) < 2:
        return join("\n", lines)
    lines += [Text(""), fill("| {unit} | {share} | {time} |", unit=t("Unit"), share=t("Filled"), time=t("Time"))]
    lines += [Text("|---|---|---|")]
    for id, name, part in units:
        url = address(context, viewer, Wanted(Scope("unit", id), wanted.day, wanted.until))
        share = f"{part.filled}/{part.due}" + (f" ({part.share}%)" if part.share is not None else "")
        row = {"name": name, "url": Text(url), "share": Text(share), "time": phrases.duration(t, part.minutes)}
        lines.append(fill("| [{name}]({url}) | {share} | {time} |", **row))
    return join("\n", lines)


def _chart(context: PageContext, bars: list[Bar]) -> Picture:
    t = context.t
    rows = [(plain(team_wording.bar(t, each)), plain(phrases.duration(t, each.minutes)), each.minutes) for each in bars]
    words = plain(t("Hours by target")) + ": " + "; ".join(f"{name} {hours}" for name, hours, _ in rows)
    return Picture(chart.svg(words, rows), words)


def _more(context: PageContext, viewer: Person, shown: TeamDay, bars: list[Bar]) -> Text:
    """What stands below the chart: its figures as a table, what came last, and everybody by how far they are."""
    parts = [_figures(context, bars)] if bars else []
    parts += [_newest(context, viewer, shown)] if shown.filled else [context.t("Nothing was reported on this day yet.")]
    parts += [_people(context, group, shown.of(group)) for group in team.GROUPS if shown.of(group)]
    return join("\n\n", parts)


def _figures(context: PageContext, bars: list[Bar]) -> Text:
    t = context.t
    lines = [fill("| {target} | {time} |", target=t("Target"), time=t("Time")), Text("|---|---:|")]
    for each in bars:
        lines.append(fill("| {bar} | {time} |", bar=team_wording.bar(t, each), time=phrases.duration(t, each.minutes)))
    return join("\n", lines)


def _newest(context: PageContext, viewer: Person, shown: TeamDay) -> Text:
    t, newest = context.t, shown.newest(_NEWEST)
    lines = [fill("### {heading}", heading=t("What came last")), Text("")]
    lines += [_entry(context, viewer, shown, *each) for each in newest]
    total = sum(len(member.reported) for member in shown.members)
    lines += [t("- … and {count} more activities", count=total - len(newest))] if total > len(newest) else []
    return join("\n", lines)


def _entry(context: PageContext, viewer: Person, shown: TeamDay, member: Member, entry: Entry) -> Text:
    t = context.t
    facts = [team_wording.about(t, shown, entry), team_wording.state(t, entry)]
    return fill(
        "- **{when}** {name}: {activity} ({facts})",
        when=team_wording.when(context, viewer, entry),
        name=member.person.name,
        activity=team_wording.activity(entry),
        facts=join(", ", [each for each in facts if each]),
    )


def _people(context: PageContext, group: Group, members: list[Member]) -> Text:
    t = context.t
    lines = [Text(f"### {team_wording.heading(t, group)} ({len(members)})"), Text("")]
    return join("\n", [*lines, *team_wording.people_of(t, group, members, _SHOWN)])


PAGES = {"tim": Reads(page)}
