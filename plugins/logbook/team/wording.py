"""A team's day in words, for the chat and for the page: public words for absences, and nobody is ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from integration import phrases
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from integration.plugin import Work
from integration.workdays import local_day
from plugins.logbook.entries import Entry
from plugins.logbook.team.day import Bar, Group, Member, TeamDay

_ACTIVITY, _TITLE = 100, 60
# So many who are away for one reason have a line each; more share one.
_EACH, _NAMES = 3, 40


def heading(t: Translate, group: Group) -> Text:
    return {
        "sent": t("Have reported"),
        "draft": t("Only drafts"),
        "nothing": t("Nothing yet"),
        "away": t("Not on duty"),
    }[group]


def share(t: Translate, team: TeamDay) -> Text:
    """`Terisi 3 dari 5 (60%)`"""
    if team.share is None:
        return t("Nobody is to report on this day.")
    return t("Filled: {filled} of {due} ({share}%)", filled=team.filled, due=team.due, share=team.share)


def sum_of(t: Translate, team: TeamDay) -> Text:
    """`Terisi 3 dari 5 (60%) · 14 jam`"""
    if not team.minutes:
        return share(t, team)
    return fill("{share} · {hours}", share=share(t, team), hours=phrases.duration(t, team.minutes))


def facts(t: Translate, member: Member) -> Text:
    """What a line says of somebody behind the name; may be empty."""
    if member.group == "sent":
        return _reported(t, member)
    if member.group == "away":
        return away(t, member)
    parts = [t("{count} drafts", count=member.drafts)] if member.drafts else []
    parts += [phrases.asked(t, member.plan)] if member.plan.asked else []
    return join(", ", parts)


def people_of(t: Translate, group: Group, members: Sequence[Member], most: int) -> list[Text]:
    """A line each, at most so many; those who are away for the same reason share one where they are many."""
    why = {member.person.id: facts(t, member) for member in members}
    counts = Counter(why.values())
    alone = [each for each in members if group != "away" or counts[why[each.person.id]] <= _EACH]
    lines = [_line(fill("{name}", name=each.person.name), why[each.person.id]) for each in alone[:most]]
    lines += [t("- … and {count} more", count=len(alone) - most)] if len(alone) > most else []
    for reason in dict.fromkeys(why[each.person.id] for each in members if each not in alone):
        names = [each.person.name for each in members if each not in alone and why[each.person.id] == reason]
        shown = fill("{names}", names=", ".join(names[:_NAMES]))
        more = len(names) - _NAMES
        lines.append(_line(join(", ", [shown, t("and {count} more", count=more)]) if more > 0 else shown, reason))
    return lines


def _line(name: Text, said: Text) -> Text:
    return Text(f"- {name} — {said}") if said else Text(f"- {name}")


def _reported(t: Translate, member: Member) -> Text:
    states = [each.state for each in member.reported]
    parts = [t("{count} activities", count=len(states)), phrases.duration(t, member.minutes)]
    if "returned" in states:
        parts.append(t("{count} given back", count=states.count("returned")))
    if states.count("approved") == len(states):
        parts.append(t("all approved"))
    return join(", ", parts)


def away(t: Translate, member: Member) -> Text:
    """Why nobody expects a report: the public word, never the private reason."""
    plan = member.plan
    if plan.excuse:
        return phrases.excuse(t, plan.excuse)
    return fill("{free}", free=plan.free) if plan.free else t("day off")


def state(t: Translate, entry: Entry) -> Text:
    return {"sent": t("sent"), "returned": t("given back"), "approved": t("approved")}.get(entry.state, Text(""))


def activity(entry: Entry) -> Text:
    """In one line, shortened."""
    line = " ".join(entry.content.activity.split())
    return fill("{line}", line=line if len(line) <= _ACTIVITY else line[: _ACTIVITY - 1] + "…")


def about(t: Translate, team: TeamDay, entry: Entry) -> Text:
    """`2 jam, RHK-3`"""
    target = team.targets.get(entry.content.target_id or 0)
    parts = [phrases.duration(t, entry.content.minutes)] if entry.content.minutes else []
    return join(", ", [*parts, *([fill("{code}", code=target.code)] if target else [])])


def when(work: Work, viewer: Person, entry: Entry) -> Text:
    """`14.05`, in the reader's zone; with the day where it came on another than today."""
    moment = entry.sent_at or entry.created_at
    if local_day(moment, viewer) == local_day(work.now, viewer):
        return Text(f"{moment.astimezone(viewer.tz):%H.%M}")
    return Text(f"{moment.astimezone(viewer.tz):%d/%m %H.%M}")


def bar(t: Translate, each: Bar) -> Text:
    """`RHK-3 Laporan keuangan`"""
    if not each.code:
        return t("Without a target")
    if each.others:
        return t("{count} more targets", count=each.others)
    title = each.title if len(each.title) <= _TITLE else each.title[: _TITLE - 1] + "…"
    return fill("{code} {title}", code=each.code, title=title)
