"""The decisions on reports: *Setujui*, *Kembalikan* with a note, *Pilih…* for one of those shown; and what was corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integration import approval, deciders, people
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Answer, Button, ButtonPress, Field, Form, FormErrors, FormSubmission, Reply, Text, fill, join
from integration.messages import plain as plain_text
from integration.people import Person
from integration.phrases import clock_and_day, short_day
from integration.work import Build, Context, Work
from plugins.logbook import allowed, wording, writing
from plugins.logbook.entries import LONGEST_NOTE, Entry
from plugins.logbook.review import closed, comments, deciding, digest, digest_wording, shown, walking
from plugins.logbook.review.digest_wording import DAYS, OPEN, RETURN
from plugins.logbook.review.walking import CHOOSE, SHOWN
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target

_CHOICES = 100
# Behind the value of a button that stands in a message about what was corrected: nothing else follows it.
_ALONE = " 1"


# ---------------------------------------------------------------- approving


def approve_all(context: Context, press: ButtonPress) -> Reply:
    """Exactly those that a digest has shown, as they were shown."""
    seen = _seen(context, press.value)
    approved = deciding.approve(context, context.person, seen)
    if not approved and len(seen) == 1:
        return _too_late(context, seen[0])
    return Reply(_approved(context, seen, approved), _more(context), replaces=True, refused=not approved)


def approve(context: Context, press: ButtonPress) -> Reply:
    """The same of one person's that were shown; then the next."""
    value, alone = _value(press.value)
    seen = _seen(context, value)
    approved = deciding.approve(context, context.person, seen)
    if not approved and len(seen) == 1:
        return _too_late(context, seen[0])
    said = _approved(context, seen, approved)
    if len(seen) == 1:
        said = context.t("Approved: {activity}.", activity=writing.short(approved[0].content))
    return _next(context, said, seen[0].person_id, alone)


def _approved(context: Context, seen: Sequence[Entry], approved: Sequence[Entry]) -> Text:
    """How many were, and what stays as it is."""
    t, people_count = context.t, len({each.person_id for each in approved})
    said = [t("Approved: {count} activities of {people} people.", count=len(approved), people=people_count)] if approved else []
    done, owners = {each.id for each in approved}, deciders.people_by_id(context, {each.person_id for each in seen})
    left = [each for each in _now(context, seen) if each.id not in done]
    shut = closed.ids(context, owners, [each for each in left if each.state == "sent"])
    if others := len(left) - len(shut):
        said.append(t("{count} others were decided or changed meanwhile; they are as they were.", count=others))
    if shut:
        said.append(closed.sentence(context, context.person, owners, [each for each in left if each.id in shut]))
    return join("\n", said)


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
    waits = _waits(context, seen)
    return note_form(context, waits, press.value) if waits else _too_late(context, seen[0])


def note_form(context: Context, waits: Sequence[Entry], value: str, note: str = "") -> Form:
    """For these reports, as they are seen now; `value` packs them."""
    t, owners = context.t, deciders.people_by_id(context, {each.person_id for each in waits})
    hint = t("The person reads it.")
    what = Field("note", t("What is to be corrected"), "textarea", note[:LONGEST_NOTE], hint=hint, max_length=LONGEST_NOTE)
    if len(waits) == 1:
        intro = fill("{name}: {what}", name=owners[waits[0].person_id].name, what=digest_wording.brief(t, waits[0]))
        return Form(RETURN, t("Give a report back"), (what,), value, intro, t("Give back"))
    return Form(RETURN, t("Give a report back"), (_which(t, owners, waits), what), value, "", t("Give back"))


def _which(t: Translate, owners: Mapping[int, Person], waits: Sequence[Entry]) -> Field:
    whose = {each.person_id for each in waits}
    choices = tuple((str(each.id), _label(t, owners[each.person_id], each, len(whose) > 1)) for each in waits[:_CHOICES])
    return Field("entry", t("Which report"), "select", choices=choices)


def _label(t: Translate, owner: Person, entry: Entry, named: bool) -> str:
    """Short, for a phone cuts it: the name only where it tells some apart."""
    said = fill("{day}: {what}", day=short_day(t, entry.day), what=writing.short(entry.content, 50))
    return plain_text(fill("{name}, {said}", name=owner.name, said=said) if named else said)


def submitted(context: Context, submission: FormSubmission) -> Answer:
    value, alone = _value(submission.value)
    seen = _seen(context, value)
    deciding.check(context, context.person, {each.person_id for each in seen})
    chosen = _chosen(seen, submission)
    if chosen is None:
        return _choose_one(context, "entry")
    try:
        return given_back(context, chosen, submission.values.get("note", ""), alone=alone)
    except UserError as error:
        return FormErrors({"note": plain_text(error.args[0])})


def given_back(context: Context, chosen: Entry, note: str, *, alone: bool) -> Reply:
    returned = deciding.give_back(context, context.person, chosen, note)
    if returned is None:
        return _too_late(context, chosen)
    said = context.t("Given back: {activity}. The person is told.", activity=writing.short(returned.content))
    return _next(context, said, returned.person_id, alone)


def _waits(context: Context, seen: Sequence[Entry]) -> list[Entry]:
    """Those that wait as they were seen; raises `UserError` if they are not this person's to decide."""
    deciding.check(context, context.person, {each.person_id for each in seen})
    rounds = {each.id: each.round for each in seen}
    return [each for each in _now(context, seen) if each.state == "sent" and each.round == rounds[each.id]]


def _chosen(seen: Sequence[Entry], submission: FormSubmission) -> Entry | None:
    """The one that the form's list means; without a list the only one."""
    wanted = submission.values.get("entry", "")
    return seen[0] if len(seen) == 1 else next((each for each in seen if str(each.id) == wanted), None)


def _choose_one(context: Context, field: str) -> FormErrors:
    return FormErrors({field: context.t("Please choose one of the list.")})


def _now(context: Context, seen: Sequence[Entry]) -> list[Entry]:
    found, _ = shown.opened(context, shown.pack(seen))
    return sorted(found, key=lambda each: (each.person_id, each.day, each.id))


# ---------------------------------------------------------------- one of several


def ask_which(context: Context, press: ButtonPress) -> Answer:
    """Which of those that were shown, and what is to become of it."""
    value, _ = _value(press.value)
    seen = _seen(context, value)
    waits = _waits(context, seen)
    if not waits:
        return _too_late(context, seen[0])
    t, owners = context.t, deciders.people_by_id(context, {each.person_id for each in waits})
    choices = tuple((code, plain_text(name)) for code, name in _deeds(t).items())
    fields = (
        _which(t, owners, waits),
        Field("what", t("What happens to it"), "select", choices=choices),
        Field("note", t("Note"), "textarea", hint=t("The person reads it."), required=False, max_length=LONGEST_NOTE),
    )
    return Form(CHOOSE, t("One of the reports"), fields, press.value, "", t("Save"))


def _deeds(t: Translate) -> Mapping[str, Text]:
    return {"approve": t("Approve"), "return": t("Give back (with a note)"), "comment": t("Comment")}


def chosen(context: Context, submission: FormSubmission) -> Answer:
    """The form came back. What is written beside an approval is a comment."""
    value, alone = _value(submission.value)
    seen = _seen(context, value)
    owners = deciding.check(context, context.person, {each.person_id for each in seen})
    entry, what, note = _chosen(seen, submission), submission.values.get("what", ""), submission.values.get("note", "")
    if entry is None or what not in _deeds(context.t):
        return _choose_one(context, "entry" if entry is None else "what")
    try:
        if what == "return":
            return given_back(context, entry, note, alone=alone)
        if what == "comment" or note.strip():
            comments.add(context, context.person, entry, owners[entry.person_id], note)
    except UserError as error:
        return FormErrors({"note": plain_text(error.args[0])})
    if what == "comment":
        return _next(context, context.t("Comment sent."), entry.person_id, alone)
    return approve(context, ButtonPress(walking.APPROVE, shown.pack([entry]) + (_ALONE if alone else "")))


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


def _next(context: Context, said: Text, person_id: int, alone: bool) -> Reply:
    return Reply(said, _more(context), replaces=True) if alone else walking.following(context, said, person_id)


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
        for number, each in enumerate(again[:SHOWN], 1):
            # All of it: what was asked for may stand in any of its fields, and the button that approves stands below.
            line = fill("{day}: {what}", day=short_day(t, each.day), what=wording.entry_line(t, each, known))
            lines.append(fill("{number}. {line}", number=number, line=line))
            if result := " ".join(each.content.result.split()):
                lines.append(fill("   - {line}", line=t("Result: {result}", result=result)))
        buttons = walking.decide_buttons(t, again[:SHOWN], whole=len(again) <= SHOWN, tail=_ALONE)
        if len(again) > SHOWN:
            lines.append(t("… and {count} more", count=len(again) - SHOWN))
            buttons += (Button(t("Open"), OPEN, str(person.id), days=DAYS),)
        return Reply(join("\n", lines), buttons)

    return build


BUTTONS = {
    "review_all": approve_all,
    "review_approve": approve,
    "review_return": ask_note,
    "review_choose": ask_which,
}
FORMS = {"review_return": submitted, "review_choose": chosen}
