"""A person's reports in full, one person after another: a block of numbered entries, and a few buttons for all of them.

*Setujui semua* approves what the message shows; *Kembalikan* and *Pilih…* open a form that asks which one is meant. A single
report has its buttons at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from integration import deciders, people
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Reply, Text, fill, join
from integration.messages import plain as plain_text
from integration.people import Person
from integration.phrases import day_name
from integration.work import Context
from plugins.logbook import seeing
from plugins.logbook.entries import Entry
from plugins.logbook.review import closed, deciding, digest, showing, shown
from plugins.logbook.review.comments import COMMENT
from plugins.logbook.review.digest_wording import DAYS, OPEN, RETURN

APPROVE, CHOOSE, SEE = "logbook.review_approve", "logbook.review_choose", "logbook.evidence_see"
# Entries of one person at once: as many as one reads on a phone before deciding.
SHOWN = 6
_OPEN_VALUE = re.compile(r"(\d{1,9})?(?:\+(\d{1,4}))?")


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
    found, shut = digest.open_and_shut(context, person)
    lines = [*([said, Text("")] if said else []), fill("**{name}** · {unit}", name=person.name, unit=person.unit)]
    if not found:
        lines.append(t("Nothing of {name} waits.", name=person.name))
    skip = skip if skip < len(found) else 0
    part = list(enumerate(found, 1))[skip : skip + SHOWN]
    known = showing.read(context, [each for _, each in part])
    said_of, count = showing.fitting(context, part, known)
    lines += said_of
    if shut:
        lines += [Text(""), closed.sentence(context, context.person, {person.id: person}, shut)]
    buttons = [*_buttons(t, part[:count], known, len(found)), *_onward(t, person, found, skip + count, queue)]
    return Reply(join("\n", lines), tuple(buttons), replaces=True)


def some(context: Context, person: Person, part: Sequence[tuple[int, Entry]]) -> Reply:
    """Some of what waits of one person, by their numbers, and what may be done with them."""
    known = showing.read(context, [each for _, each in part])
    said, count = showing.fitting(context, part, known)
    lines = [fill("**{name}** · {unit}", name=person.name, unit=person.unit), *said]
    return Reply(join("\n", lines), tuple(_buttons(context.t, part[:count], known, len(part))))


def _buttons(t: Translate, part: Sequence[tuple[int, Entry]], known: showing.Known, of: int) -> list[Button]:
    """About what is shown of so many, with the way to the evidence where there is any."""
    proofs = [
        Button(plain_text(fill("{evidence} {number}", evidence=t("Evidence"), number=number)), SEE, str(each.id))
        for number, each in part
        if known.evidence.get(each.id)
    ]
    return [*decide_buttons(t, [each for _, each in part], whole=len(part) == of), *proofs]


def decide_buttons(t: Translate, these: Sequence[Entry], *, whole: bool = True, tail: str = "") -> tuple[Button, ...]:
    """What may be done with entries that wait and are shown; three buttons, however many they are."""
    if not these:
        return ()
    value = shown.pack(these) + tail
    if len(these) == 1:
        return (
            Button(t("Approve"), APPROVE, value, "good", DAYS),
            Button(t("Give back"), RETURN, value, "danger", DAYS),
            Button(t("Comment"), COMMENT, str(these[0].id), days=DAYS),
        )
    label = t("Approve all ({count})", count=len(these)) if whole else t("Approve these ({count})", count=len(these))
    return (
        Button(label, APPROVE, value, "good", DAYS),
        Button(t("Give back"), RETURN, value, "danger", DAYS),
        Button(t("Choose…"), CHOOSE, value, days=DAYS),
    )


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


def following(context: Context, said: Text, person_id: int) -> Reply:
    """After a decision: the rest of this person, else the next person, else that all is done."""
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
        shut = closed.ids(context, {person.id: person}, found)
        waits = [(number, each) for number, each in enumerate(found, 1) if each.state == "sent" and each.id not in shut]
        buttons += _buttons(t, waits[:SHOWN], known, len(waits))
        if len(waits) > SHOWN:
            buttons.append(Button(t("Open"), OPEN, f"{person.id}+{SHOWN}", days=DAYS))
    return Reply(join("\n", lines), tuple(buttons))


BUTTONS = {"review_open": open_}
