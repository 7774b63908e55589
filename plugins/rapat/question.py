"""The question to the organiser in words: who cannot come and why, which times would do, what can be done about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from integration import phrases
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.ports import Span
from plugins.rapat import wording
from plugins.rapat.clashes import Clash
from plugins.rapat.free_times import Slot
from plugins.rapat.meetings import Meeting
from plugins.rapat.resolving import Resolved

INVITE, MOVE, DROP, AGAIN = "check_invite", "check_time", "check_drop", "check_again"
KEEP, SHIFT = "check_keep", "check_shift"
DAYS_OPEN = 14
# Names of one reason, dates of one series.
NAMES_SHOWN = 8
DATES_SHOWN = 4
_LONGEST_VALUE = 900
# Notes, which keep nobody from being invited.
_NOTES = frozenset({"home"})


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check has found. `names` by who; `people` are invited, `checked` of `coming` dates were looked at; `silent`: not
    every calendar could be asked; `nobody`: there is nobody to invite yet.
    """

    clashes: Sequence[Clash] = ()
    slots: Sequence[Slot] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    people: int = 0
    checked: int = 1
    coming: int = 1
    silent: bool = False
    nobody: bool = False
    resolved: Resolved = field(default_factory=Resolved)

    def blocking(self, required: Collection[str]) -> list[Clash]:
        """Those for which the organiser is asked."""
        return [clash for clash in self.clashes if clash.kind not in _NOTES and clash.who in required]


@dataclass(frozen=True, slots=True)
class Shift:
    """A planned meeting earlier or later `by` so much, to `span`; None: it lasts as long as it does."""

    by: timedelta
    span: Span
    length: timedelta | None = None


# ---------------------------------------------------------------- the question


def asked(t: Translate, meeting: Meeting, organizer: Person, found: Findings) -> Reply:
    when = wording.when_short(t, meeting.span, organizer.zone)
    head = fill("**{title}**, {when}", title=meeting.title, when=when)
    if found.nobody:
        text = join("\n", [head, t("Nobody was invited yet."), *found.resolved.lines(t)])
        return Reply(text, buttons=(*again_buttons(t, meeting, found.resolved), _change(t, meeting), _drop(t, meeting)))
    lines = [head, _how_many(t, found), *dates(t, found, organizer), *notes(t, found)]
    if found.slots:
        lines.append(_offer(t, meeting, found, organizer))
    elif found.clashes:
        lines.append(t("In the two weeks after it no other time fits."))
    return Reply(wording.below(lines), buttons=_buttons(t, meeting, organizer, found))


def _how_many(t: Translate, found: Findings) -> Text:
    count = len({clash.who for clash in found.clashes if clash.kind not in _NOTES})
    return t("The invitations have not gone out: {count} of {people} people cannot come.", count=count, people=found.people)


def dates(t: Translate, found: Findings, reader: Person) -> list[Text]:
    """What stands in the way, by date where there are several."""
    by_date: dict[Span, list[Clash]] = {}
    for clash in found.clashes:
        by_date.setdefault(clash.date, []).append(clash)
    lines: list[Text] = []
    for span, theirs in list(by_date.items())[:DATES_SHOWN]:
        if found.coming > 1:
            lines.append(fill("**{day}**", day=phrases.short_day(t, span.start.astimezone(reader.tz).date())))
        lines += _reasons(t, theirs, found, reader)
    more = len(by_date) - DATES_SHOWN
    return [*lines, t("… and {count} more dates", count=more)] if more > 0 else lines


def _reasons(t: Translate, theirs: Sequence[Clash], found: Findings, reader: Person) -> list[Text]:
    """A line for each reason with the names of those who have it."""
    groups: dict[Text, list[Clash]] = {}
    for clash in theirs:
        groups.setdefault(_reason(t, clash), []).append(clash)
    return [fill("- {reason}: {names}", reason=reason, names=_names(t, each, found, reader)) for reason, each in groups.items()]


def _reason(t: Translate, clash: Clash) -> Text:
    if clash.kind == "away":
        return wording.away(t, clash.word)
    if clash.kind == "holiday":
        return t("holiday ({name})", name=clash.word)
    known = {
        "meeting": t("another meeting"),
        "calendar": t("something else in the calendar"),
        "off": t("not a working day"),
        "hours": t("outside working hours"),
        "home": t("works from home then (this is only a note)"),
    }
    return known[clash.kind]


def _names(t: Translate, theirs: Sequence[Clash], found: Findings, reader: Person) -> Text:
    if len(theirs) > NAMES_SHOWN and len(theirs) >= found.people:
        return t("everybody")
    shown = [_name(clash, found, reader) for clash in theirs[:NAMES_SHOWN]]
    more = len(theirs) - len(shown)
    return join(", ", [*shown, t("and {count} more", count=more)] if more else shown)


def _name(clash: Clash, found: Findings, reader: Person) -> Text:
    name = found.names.get(clash.who, clash.who.partition(":")[2])
    if clash.span is None:
        return fill("{name}", name=name)
    return fill("{name} ({hours})", name=name, hours=phrases.hours(clash.span.start, clash.span.end, reader))


def notes(t: Translate, found: Findings) -> list[Text]:
    lines = []
    if found.silent:
        lines.append(t("The calendar does not answer now; only what Hadir knows itself was checked."))
    if found.checked < found.coming:
        lines.append(t("The first {checked} of {coming} dates were checked.", checked=found.checked, coming=found.coming))
    return [*lines, *found.resolved.lines(t)]


def _offer(t: Translate, meeting: Meeting, found: Findings, reader: Person) -> Text:
    if not any(slot.missing for slot in found.slots):
        return t("All can come at these times: choose one, or invite all the same.")
    lines = [t("No time suits all. The best ones:")]
    lines += [_without(t, slot, found, reader) for slot in found.slots]
    return join("\n", lines)


def _without(t: Translate, slot: Slot, found: Findings, reader: Person) -> Text:
    names = [_called(t, found, who) for who in slot.missing[:NAMES_SHOWN]]
    more = len(slot.missing) - len(names)
    missing = join(", ", [*names, t("and {count} more", count=more)] if more else names)
    return fill("- {when}: {who}", when=wording.when_short(t, slot.span, reader.zone), who=t("without {names}", names=missing))


def _called(t: Translate, found: Findings, who: str) -> Text:
    return t("the room") if who == "room" else fill("{name}", name=found.names.get(who, who.partition(":")[2]))


# ---------------------------------------------------------------- after a change


def changed(
    t: Translate,
    meeting: Meeting,
    reader: Person,
    found: Findings,
    others: Sequence[Shift],
    back: Shift | None,
    *,
    date: int,
    added: bool,
) -> Reply:
    """Whom a planned meeting does not suit any more, or who of those `added` cannot come; of all dates or of one (its id)."""
    count = len({clash.who for clash in found.clashes if clash.kind not in _NOTES})
    when = wording.when_short(t, found.clashes[0].date if date else meeting.span, reader.zone)
    lines = [fill("**{title}**, {when}", title=meeting.title, when=when)]
    if added:
        lines.append(t("Of those who were added, {count} cannot come. They are invited all the same.", count=count))
    else:
        lines.append(t("At the new time {count} of {people} people cannot come. Everybody is told of it all the same.",
                       count=count, people=found.people))  # fmt: skip
    lines += [*dates(t, found, reader), *notes(t, found)]
    if others and not any(slot.missing for slot in found.slots):
        lines.append(t("All can come at these times: choose one, or leave it as it is."))
    elif others:
        lines += [t("No time suits all. The best ones:"), *(_without(t, slot, found, reader) for slot in found.slots)]
    return Reply(wording.below(lines), buttons=_after_change(t, meeting, reader, others, back, date))


def _after_change(
    t: Translate, meeting: Meeting, reader: Person, others: Sequence[Shift], back: Shift | None, date: int
) -> tuple[Button, ...]:
    known = f"{meeting.id} {meeting.version}"

    def button(label: Text, to: Shift) -> Button:
        length = int(to.length.total_seconds()) if to.length else 0
        return Button(label, f"rapat.{SHIFT}", f"{known} {int(to.by.total_seconds())} {length} {date}", days=DAYS_OPEN)

    times = [button(wording.when_short(t, each.span, reader.zone), each) for each in others]
    if back:
        times.append(button(t("Back to {when}", when=wording.when_short(t, back.span, reader.zone)), back))
    keep = Button(t("Leave it so"), f"rapat.{KEEP}", known, style="good", days=DAYS_OPEN)
    return (keep, *times, _change(t, meeting))


# ---------------------------------------------------------------- its buttons


def _buttons(t: Translate, meeting: Meeting, reader: Person, found: Findings) -> tuple[Button, ...]:
    value = f"{meeting.id} {meeting.version}"
    others = [
        Button(
            wording.when_short(t, slot.span, reader.zone),
            f"rapat.{MOVE}",
            f"{value} {slot.span.start.astimezone(UTC).isoformat()}",
            days=DAYS_OPEN,
        )
        for slot in found.slots
        if "room" not in slot.missing
    ]
    invite, *rest = decision_buttons(t, meeting)
    return (invite, *others, *again_buttons(t, meeting, found.resolved), *rest)


def decision_buttons(t: Translate, meeting: Meeting) -> tuple[Button, Button, Button]:
    """Invite, change, cancel."""
    invite = Button(
        t("Invite all the same"), f"rapat.{INVITE}", f"{meeting.id} {meeting.version}", style="good", days=DAYS_OPEN
    )
    return invite, _change(t, meeting), _drop(t, meeting)


def again_buttons(t: Translate, meeting: Meeting, resolved: Resolved) -> tuple[Button, ...]:
    """Try again to read the channels, once the bot has been invited; it knows by itself which these were."""
    groups = [each.group.plain for each in resolved.unread if each.can_be_mended]
    value = f"{meeting.id} {json.dumps(groups, separators=(',', ':'))}"
    if not groups or len(value) > _LONGEST_VALUE:
        return ()
    return (Button(t("Try again"), f"rapat.{AGAIN}", value, days=DAYS_OPEN),)


def _change(t: Translate, meeting: Meeting) -> Button:
    return wording.say(t("Change"), f"ubah {meeting.id}", days=DAYS_OPEN)


def _drop(t: Translate, meeting: Meeting) -> Button:
    return Button(t("Cancel it"), f"rapat.{DROP}", f"{meeting.id} {meeting.version}", style="danger", days=DAYS_OPEN)
