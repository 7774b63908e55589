"""`/hadir kenapa [day] [@person]`: what was expected, what is recorded, which rule decided, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from integration import find, people, phrases
from integration.dates import Words, at_an_end, parse_day, take_day
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.hadir import heard_late, reason_wording, recap, service
from plugins.hadir.corrections.wording import time_of
from plugins.hadir.evaluation.results import Reason
from plugins.hadir.evaluation.week import Week
from plugins.hadir.recap import Line
from plugins.hadir.service import Event

SAY = "hadir.say"
# Without a day, something to explain is looked for so far back.
_LOOK_BACK = 14
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose day is asked for, None for the latest with something to explain."""

    person: Person
    day: date | None


def why(context: Context, command: Command) -> Reply:
    """`kenapa [day] [@person]`, in any order."""
    asked = _read(context, command)
    today = local_day(context.now, asked.person)
    line = recap.day(context, asked.person, asked.day) if asked.day else _latest(context, asked.person, today)
    if line.day > today:
        return _to_come(context, asked.person, line)
    week = recap.week(context, asked.person, line)
    cure, buttons = _cure(context, asked.person, line, today)
    lines = [_heading(context, asked.person, line), *_facts(context, asked.person, line, week), *cure]
    return Reply(join("\n", lines), buttons=buttons)


# ---------------------------------------------------------------- of whom, which day


def _read(context: Context, command: Command) -> _Asked:
    today = local_day(context.now, context.person)
    mention = next((word for word in command.words if word.startswith("@")), "")
    words = tuple(word for word in command.words if word != mention)
    if mention:
        day = parse_day(" ".join(words), today, context.t) if words else None
        found = find.mentioned(context, command.mentions, mention)
        return _Asked(_visible(context, [found] if found else []), day)
    day, name = _day_and_name(context, words, today)
    return _Asked(_visible(context, _named(context, name)) if name else context.person, day)


def _day_and_name(context: Context, words: Words, today: date) -> tuple[date | None, str]:
    """A day at the beginning or at the end; other words name somebody."""
    day, rest = at_an_end(words, lambda some: take_day(some, today, context.t))
    if day is not None or not words:
        return day, " ".join(rest)
    text = " ".join(words)
    if not people.search(context.db, text[:_LONGEST_NAME]):
        return parse_day(text, today, context.t), ""  # its refusal says what a day looks like
    return None, text


def _named(context: Context, name: str) -> list[Person]:
    return people.search(context.db, name[:_LONGEST_NAME])


def _visible(context: Context, found: list[Person]) -> Person:
    t = context.t
    if not found:
        raise UserError(t("There is nobody of that name. Write for example: {example}", example=Text("`/hadir kenapa @siti`")))
    if len(found) > 1:
        names = join(", ", [find.named(each) for each in found[: find.MOST_CHOICES]])
        raise UserError(t("That can be several people: {names}. Please write @ and the username, or the NIP.", names=names))
    if not people.may_see_record(context.db, context.person, found[0]):
        raise UserError(
            t(
                "The record of {name} is seen by the person, the supervisors and the personnel officers. Yours: {command}",
                name=found[0].name,
                command=Text("`/hadir kenapa`"),
            )
        )
    return found[0]


def _latest(context: Context, person: Person, today: date) -> Line:
    """The latest day with something to explain, else today."""
    lines = recap.days(context, [person], today - timedelta(days=_LOOK_BACK), today)[person.id]
    found = next((line for line in reversed(lines) if worth_asking(line)), None)
    return found or recap.day(context, person, today)


def worth_asking(line: Line) -> bool:
    result = line.result
    return result.fault or result.off_plan or result.outage is not None


# ---------------------------------------------------------------- what is said


def _heading(context: Context, person: Person, line: Line) -> Text:
    t, result = context.t, line.result
    verdict = reason_wording.verdict(t, result)
    if result.status == "present" and not worth_asking(line):
        verdict = t("present, everything is in order")
    day = phrases.day_name(t, line.day)
    if person.id == context.person.id:
        return fill("**{day}** — {verdict}", day=day, verdict=verdict)
    return fill("**{name}, {day}** — {verdict}", name=person.name, day=day, verdict=verdict)


def _facts(context: Context, person: Person, line: Line, week: Week | None) -> list[Text]:
    """The reasons, with the record after what was expected, and the rules last."""
    t, reasons = context.t, (*line.result.reasons, *(week.reasons if week else ()))
    said = [reason_wording.say(t, reason, line.plan, person) for reason in reasons]
    recorded = [_recorded(context, person, line)] if line.result.came or line.result.due else []
    waits = [_asked(t, line)] if line.plan.asked else []
    lines = [*said[:1], *recorded, *heard_late.said(context, person, line.day), *said[1:], *waits]
    rules = list(dict.fromkeys(filter(None, (reason_wording.rule(t, reason) for reason in _deciding(reasons)))))
    if rules:
        lines.append(t("Rules: {rules}.", rules=join("; ", rules)))
    return [Text(f"- {each}") for each in lines]


def _asked(t: Translate, line: Line) -> Text:
    """An absence that nobody has decided on excuses nothing yet."""
    return t("{absence}. Once it is approved, it excuses.", absence=phrases.asked(t, line.plan))


def _deciding(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(reason for reason in reasons if reason.article or reason.version)


def _recorded(context: Context, person: Person, line: Line) -> Text:
    t, found = context.t, line.found
    return t("Recorded: check-in {arrival}, check-out {departure}.", arrival=_stamp(context, person, found.arrival, line.day),
             departure=_stamp(context, person, found.departure, line.day))  # fmt: skip


def _stamp(context: Context, person: Person, event: Event | None, day: date) -> Text:
    """`07.46 WIB (WFO)`, and whether somebody corrected it."""
    t = context.t
    if event is None:
        return t("not recorded")
    time, place = time_of(t, event.at, day, person), phrases.place(event.place)
    extra = join(", ", [part for part in (place, t("corrected") if event.source == "correction" else Text("")) if part])
    return Text(f"{time} ({extra})") if extra else time


def _to_come(context: Context, person: Person, line: Line) -> Reply:
    said = [reason_wording.say(context.t, reason, line.plan, person) for reason in line.result.reasons]
    said += [_asked(context.t, line)] if line.plan.asked else []
    text = context.t("{day} has not come yet.", day=phrases.day_name(context.t, line.day))
    return Reply(join(" ", [text, *said]))


# ---------------------------------------------------------------- what can be done


def _cure(context: Context, person: Person, line: Line, today: date) -> tuple[list[Text], tuple[Button, ...]]:
    """A correction while there is time, leave for a day without record; of others only until when."""
    t, result = context.t, line.result
    if not result.fault:
        return [], ()
    if any(row.day == line.day for row in service.waiting(context.db, person.id)):
        return [t("A correction of that day waits for a decision: `/hadir koreksi daftar`")], ()
    until = line.day + timedelta(days=context.settings.correction_days)
    if until < today:
        days = context.settings.correction_days
        return [t("Corrections go back {days} days; for an older day ask a personnel officer.", days=days)], ()
    if person.id != context.person.id:
        return [t("{name} can ask for a correction until {day}.", name=person.name, day=phrases.short_day(t, until))], ()
    command = fill("`/hadir koreksi {day}`", day=Text(f"{line.day:%d/%m}"))
    cure = [t("Is it wrong? Ask for a correction until {day}: {command}", day=phrases.short_day(t, until), command=command)]
    if result.status == "absent" and not line.plan.asked:
        cure.append(t("Were you on leave, ill or travelling? `/izin`"))
    return cure, (Button(t("Correction"), SAY, f"koreksi {line.day:%d/%m/%Y}"),)


def button(context: Context, day: date) -> Button:
    """`Kenapa?` for a day."""
    return Button(context.t("Why?"), SAY, f"kenapa {day:%d/%m/%Y}")


SUBCOMMANDS = (
    Subcommand(
        "kenapa",
        why,
        "Why a day is recorded as it is, and what can be done",
        arguments="[day] [@person]",
        example="/hadir kenapa kemarin",
        aliases=("why", "alasan", "mengapa"),
    ),
)
