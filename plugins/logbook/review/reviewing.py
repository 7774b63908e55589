"""Going through reports: one person after another, and per entry *Setujui*, *Kembalikan* with a note, *Komentar*."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from integration import approval, deciders, people
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.messages import plain as plain_text
from integration.people import Person
from integration.phrases import clock_and_day, day_name, short_day
from integration.work import Build, Context, Work
from plugins.logbook import allowed, seeing, wording, writing
from plugins.logbook.entries import LONGEST_NOTE, Entry
from plugins.logbook.review import deciding, digest, digest_wording, showing, shown
from plugins.logbook.review.comments import COMMENT
from plugins.logbook.review.digest_wording import ALL, DAYS, OPEN, RETURN
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

APPROVE, SEE = "logbook.review_approve", "logbook.evidence_see"
# Entries of one person at once: each has three buttons.
SHOWN = 4
_CHOICES = 100
# Behind the value of a button that stands in a message about a single report: nothing else follows it.
_ALONE = " 1"
_OPEN_VALUE = re.compile(r"(\d{1,9})?(?:\+(\d{1,4}))?")


# ---------------------------------------------------------------- approving


def approve_all(context: Context, press: ButtonPress) -> Reply:
    """Exactly those that were shown, as they were shown."""
    seen = _seen(context, press.value)
    approved = deciding.approve(context, context.person, seen)
    if not approved and len(seen) == 1:
        return _too_late(context, seen[0])
    t, people_count = context.t, len({each.person_id for each in approved})
    said = [t("Approved: {count} activities of {people} people.", count=len(approved), people=people_count)] if approved else []
    if left := len(seen) - len(approved):
        said.append(t("{count} others were decided or changed meanwhile; they are as they were.", count=left))
    return Reply(join("\n", said), _more(context), replaces=True, refused=not approved)


def approve_one(context: Context, press: ButtonPress) -> Reply:
    value, alone = _value(press.value)
    seen = _seen(context, value)
    approved = deciding.approve(context, context.person, seen)
    if not approved:
        return _too_late(context, seen[0])
    said = context.t("Approved: {activity}.", activity=writing.short(approved[0].content))
    return _next(context, said, approved[0].person_id, alone)


def _seen(context: Context, value: str) -> list[Entry]:
    """The entries of a button, in the round in which they were shown."""
    found, rounds = shown.opened(context, value)
    return [replace(each, round=rounds[each.id]) for each in found]


def _value(value: str) -> tuple[str, bool]:
    return (value.removesuffix(_ALONE), True) if value.endswith(_ALONE) else (value, False)


# ---------------------------------------------------------------- giving back


def ask_note(context: Context, press: ButtonPress) -> Answer:
    """Giving back needs a note, so the button opens a form; with several reports it asks which."""
    value, _ = _value(press.value)
    seen = _seen(context, value)
    owners = deciding.check(context, context.person, {each.person_id for each in seen})
    rounds = {each.id: each.round for each in seen}
    waits = [each for each in _now(context, seen) if each.state == "sent" and each.round == rounds[each.id]]
    if not waits:
        return _too_late(context, seen[0])
    t = context.t
    note = Field("note", t("What is to be corrected"), "textarea", hint=t("The person reads it."), max_length=LONGEST_NOTE)
    if len(waits) == 1:
        intro = fill("{name}: {what}", name=owners[waits[0].person_id].name, what=digest_wording.brief(t, waits[0]))
        return Form(RETURN, t("Give a report back"), (note,), press.value, intro, t("Give back"))
    choices = tuple((str(each.id), _label(t, owners[each.person_id], each)) for each in waits[:_CHOICES])
    which = Field("entry", t("Which report"), "select", choices=choices)
    return Form(RETURN, t("Give a report back"), (which, note), press.value, "", t("Give back"))


def _label(t: Translate, owner: Person, entry: Entry) -> str:
    return plain_text(
        fill("{name}, {day}: {what}", name=owner.name, day=short_day(t, entry.day), what=writing.short(entry.content, 50))
    )


def give_back(context: Context, submission: FormSubmission) -> Answer:
    value, alone = _value(submission.value)
    seen = _seen(context, value)
    deciding.check(context, context.person, {each.person_id for each in seen})
    wanted = submission.values.get("entry", "")
    chosen = seen if len(seen) == 1 else [each for each in seen if str(each.id) == wanted]
    if not chosen:
        return FormErrors({"entry": context.t("Please choose one of the list.")})
    try:
        returned = deciding.give_back(context, context.person, chosen[0], submission.values.get("note", ""))
    except UserError as error:
        return FormErrors({"note": plain_text(error.args[0])})
    if returned is None:
        return _too_late(context, chosen[0])
    said = context.t("Given back: {activity}. The person is told.", activity=writing.short(returned.content))
    return _next(context, said, returned.person_id, alone)


def _now(context: Context, seen: Sequence[Entry]) -> list[Entry]:
    found, _ = shown.opened(context, shown.pack(seen))
    return sorted(found, key=lambda each: (each.person_id, each.day, each.id))


# ---------------------------------------------------------------- what is too late


def _too_late(context: Context, seen: Entry) -> Reply:
    """What became of it; whoever may not know has been sent away before."""
    (now,) = _now(context, [seen])
    return Reply(_became(context, now), _more(context), replaces=True, refused=True)


def _became(context: Context, now: Entry) -> Text:
    t, at = context.t, clock_and_day(context.t, now.decided_at, context.person, context.now)
    decider = people.get(context.db, now.decider_id) if now.decider_id else None
    name = decider.name if decider else "–"
    if now.state in ("approved", "replaced"):
        return t("Already approved by {name} at {at}.", name=name, at=at)
    if now.state == "returned":
        return t("Already given back by {name} at {at}: “{note}”", name=name, at=at, note=now.note)
    if now.state == "sent":
        return t("This report was changed meanwhile: please look at it anew.")
    return t("This report was taken back by its writer.")


def _more(context: Context) -> tuple[Button, ...]:
    return approval.more_waiting(context, digest.count_waiting(context, context.person), OPEN, "")


# ---------------------------------------------------------------- one person after another


def open_(context: Context, press: ButtonPress) -> Reply:
    """A person's reports that wait; without a person the first of the queue."""
    match = _OPEN_VALUE.fullmatch(press.value)
    if match is None:
        raise seeing.gone(context)
    queue = digest.waiting(context, context.person)
    if match[1] is None:
        return view(context, queue[0][0], queue=queue) if queue else nothing(context)
    person = people.get(context.db, int(match[1]))
    if person is None:
        raise seeing.gone(context)
    deciding.check(context, context.person, {person.id})
    return view(context, person, queue=queue, skip=int(match[2] or 0))


def view(
    context: Context, person: Person, said: Text | None = None, queue: Sequence[digest.Of] | None = None, skip: int = 0
) -> Reply:
    """What waits of one person, in full, and the way to the next."""
    t, queue = context.t, digest.waiting(context, context.person) if queue is None else queue
    found = digest.of_person(context, person)
    lines = [*([said, Text("")] if said else []), fill("**{name}** · {unit}", name=person.name, unit=person.unit)]
    if not found:
        lines.append(t("Nothing of {name} waits.", name=person.name))
    skip = skip if skip < len(found) else 0
    part = list(enumerate(found, 1))[skip : skip + SHOWN]
    known = showing.read(context, [each for _, each in part])
    said_of, count = showing.fitting(context, part, known)
    part = part[:count]
    buttons: list[Button] = []
    if count > 1:  # on a phone the buttons of each fill a screen: what is pressed most stands first
        these = [each for _, each in part]
        buttons.append(Button(t("Approve these ({count})", count=count), ALL, shown.pack(these), "good", DAYS))
    buttons += [button for number, each in part for button in _full_buttons(t, each, str(number), known)]
    buttons += _onward(t, person, found, skip + count, queue)
    return Reply(join("\n", [*lines, *said_of]), tuple(buttons), replaces=True)


def _onward(t: Translate, person: Person, found: Sequence[Entry], last: int, queue: Sequence[digest.Of]) -> tuple[Button, ...]:
    """More of this person, and the next person in the order of names."""
    buttons = []
    if last < len(found):
        buttons.append(
            Button(t("{count} more of this person", count=len(found) - last), OPEN, f"{person.id}+{last}", days=DAYS)
        )
    others = [(each, those) for each, those in queue if each.id != person.id]
    later = [each for each in others if (each[0].name, each[0].id) > (person.name, person.id)]
    if others:
        each, those = (later or others)[0]
        label = t("Next: {name} ({count})", name=each.name, count=len(those))
        buttons.append(Button(plain_text(label), OPEN, str(each.id), days=DAYS))
    return tuple(buttons)


def _full_buttons(t: Translate, entry: Entry, number: str, known: showing.Known) -> Iterator[Button]:
    """With the way to the evidence, where there is any."""
    yield from entry_buttons(t, entry, number)
    if known.evidence.get(entry.id):
        yield Button(plain_text(fill("{evidence} {number}", evidence=t("Evidence"), number=Text(number))), SEE, str(entry.id))


def entry_buttons(t: Translate, entry: Entry, number: str = "", tail: str = "") -> tuple[Button, ...]:
    """What may be done with an entry that waits; `number` tells those of a list apart."""
    behind = f" {number}" if number else ""
    value = shown.pack([entry]) + tail
    return (
        Button(t("Approve") + behind, APPROVE, value, "good", DAYS),
        Button(t("Give back") + behind, RETURN, value, "danger", DAYS),
        Button(t("Comment") + behind, COMMENT, str(entry.id), days=DAYS),
    )


def _next(context: Context, said: Text, person_id: int, alone: bool) -> Reply:
    """After a decision: the rest of this person, else the next person, else that all is done."""
    if alone:
        return Reply(said, _more(context), replaces=True)
    queue = digest.waiting(context, context.person)
    person = people.get(context.db, person_id)
    if person is not None and digest.of_person(context, person):
        return view(context, person, said, queue)
    if queue:
        later = [each for each, _ in queue if person and (each.name, each.id) > (person.name, person.id)]
        return view(context, (later or [queue[0][0]])[0], said, queue)
    return Reply(join("\n", [said, context.t("Nothing more waits for you.")]), replaces=True)


def nothing(context: Context) -> Reply:
    return Reply(context.t("No report waits for you."), replaces=True)


def of_day(context: Context, person: Person, day: date, found: Sequence[Entry]) -> Reply:
    """Everything that a person sent of a day; buttons where something waits for the reader."""
    t, known = context.t, showing.read(context, found)
    lines = [fill("**{name}** — {day}", name=person.name, day=day_name(t, day))]
    if not found:
        lines.append(t("Nothing was sent of this day."))
    lines += showing.all_of(context, list(enumerate(found, 1)), known)
    buttons: list[Button] = []
    if found and deciders.may_decide(context, context.person, person):
        waits = [(number, each) for number, each in enumerate(found, 1) if each.state == "sent"]
        buttons += [button for number, each in waits[:SHOWN] for button in _full_buttons(t, each, str(number), known)]
        if len(waits) > SHOWN:
            buttons.append(Button(t("Open"), OPEN, f"{person.id}+{SHOWN}", days=DAYS))
    return Reply(join("\n", lines), tuple(buttons))


# ---------------------------------------------------------------- what was corrected


def tell_resent(work: Work, person: Person, sent: Sequence[Entry]) -> None:
    """Tell of reports that were given back and have come again, at once; the others wait for the digest."""
    again = [each for each in sent if each.state == "sent" and each.decided_at is not None and each.round > 1]
    if not again:
        return
    readers = {each.id: each for each in deciders.asked_now(work, person).people}
    returned_by = {each.decider_id for each in again if each.decider_id is not None} - readers.keys()
    if theirs := allowed.may_decide_above(work, person, returned_by):
        readers |= deciders.people_by_id(work, theirs)
    known = targets.by_ids(work.db, [each.content.target_id for each in again])
    for reader in readers.values():
        work.tell(reader, f"logbook:resent:{again[0].id}:{again[0].round}:{reader.id}", _corrected(person, again, known))


def _corrected(person: Person, again: Sequence[Entry], known: Mapping[int, Target]) -> Build:
    def build(t: Translate) -> Reply:
        lines = [t("{name} has corrected what was given back:", name=person.name)]
        buttons: list[Button] = []
        for number, each in enumerate(again[:SHOWN], 1):
            # All of it: what was asked for may stand in any of its fields, and the button that approves stands below.
            line = fill("{day}: {what}", day=short_day(t, each.day), what=wording.entry_line(t, each, known))
            lines.append(fill("{number}. {line}", number=number, line=line))
            if result := " ".join(each.content.result.split()):
                lines.append(fill("   - {line}", line=t("Result: {result}", result=result)))
            buttons += entry_buttons(t, each, str(number) if len(again) > 1 else "", _ALONE)
        if len(again) > SHOWN:
            lines.append(t("… and {count} more", count=len(again) - SHOWN))
            buttons.append(Button(t("Open"), OPEN, str(person.id), days=DAYS))
        return Reply(join("\n", lines), tuple(buttons))

    return build


BUTTONS = {"review_all": approve_all, "review_approve": approve_one, "review_return": ask_note, "review_open": open_}
FORMS = {"review_return": give_back}
