"""Letters: their number, the file itself in the office's storage, and a reminder of those that are missing.

Files lie under `Izin/<unit>/<year>/`; a name holds no more than the first day, the NIP and the request's number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import select

from integration import approval, deciders, people, phrases, workdays
from integration.batches import in_batches
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    File,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    plain,
)
from integration.people import Person
from integration.plugin import Context, Job, Run, Work
from integration.safe_names import safe_name
from integration.uploads import LARGEST_BYTES, LARGEST_PDF_BYTES, Unusable, handed_on
from plugins.izin import absences, asking, types, waiting, wording
from plugins.izin.absences import EXCUSES, NUMBER_LENGTH, OPEN, Absence
from plugins.izin.tables import absence

BATCH = 200
# A letter is asked for so long after the absence, once a week; and can be added so long.
REMIND_FOR = timedelta(days=35)
ADD_FOR = timedelta(days=180)
CHOICES = 10
_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def attach(context: Context, found: Absence, file: File, letter: str = "") -> Absence:
    """Keep a letter, and its number if it is given, with the person's own absence, in the place of earlier ones.

    `file` is what `uploads.receive` made of it. Raises `Unusable`, and `UserError` if the absence is somebody else's.
    """
    if found.person_id != context.person.id:
        raise UserError(context.t("This request is not yours."))
    file = handed_on(file, context.t)
    path = letter_path(context.person, found, file)
    changed = _set(context, found, letter_path=path, **({"letter_number": letter} if letter else {}))
    context.file(
        path, file.content, file.media_type, f"absence:{found.id}:letter:{context.now.isoformat()}:{_mark(file.content)}"
    )
    _tell_deciders(context, changed)
    return changed


def _mark(content: bytes) -> str:
    """Tells one content from another, so that each new one is sent and the same press twice is not."""
    return hashlib.sha256(content).hexdigest()[:12]


def letter_path(person: Person, found: Absence, file: File) -> str:
    name = safe_name(f"{found.first} {person.nip} {found.id}{_ENDINGS[file.media_type]}")
    return f"Izin/{safe_name(person.unit)}/{found.first.year}/{name}"


def set_number(context: Context, found: Absence, letter: str) -> Absence:
    """Write down the number of the letter, in the place of an earlier one."""
    if found.letter_number == letter:
        return found
    changed = _set(context, found, letter_number=letter)
    _tell_deciders(context, changed)
    return changed


def _set(context: Context, found: Absence, **values: str) -> Absence:
    changed = absences.change(context, found, "absence.letter", **values)
    if changed is None:
        raise UserError(context.t("Somebody else is changing the same record. Please try again."))
    return changed


def _tell_deciders(context: Context, found: Absence) -> None:
    """Those who were asked, and who decided, hear that the letter is there."""
    told = {someone.id: someone for someone in waiting.told(context, found, context.person)}
    decider = people.get(context.db, found.decider_id) if found.decider_id else None
    if decider is not None and deciders.is_there(decider, context.person, workdays.local_day(context.now, context.person)):
        told[decider.id] = decider
    for someone in told.values():
        key = asking.message_key(found, f"letter-{context.now.isoformat()}", someone.id)
        context.tell(someone, key, _added(context, found))


def _added(context: Context, found: Absence) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = wording.what(context, t, found, context.person)
        name, letter = context.person.name, found.letter_number
        if letter:
            said = t("{name} has added the letter for {what}: {letter}", name=name, what=what, letter=letter)
        else:
            said = t("{name} has added the letter for {what}.", name=name, what=what)
        return Reply(said, files=stored(t, found, name))

    return message


def stored(t: Translate, found: Absence, whose: str) -> tuple[File, ...]:
    """The letter as it lies in the storage, under a name that says whose it is; empty if there is none."""
    for media_type, ending in _ENDINGS.items():
        if found.letter_path.endswith(ending):
            name = safe_name(" ".join((plain(t("Letter")), whose, f"{found.first}{ending}")))
            return (File(name, media_type, path=found.letter_path),)
    return ()


def show_button(t: Translate, found: Absence, suffix: str = "") -> tuple[Button, ...]:
    label = t("Letter {index}", index=Text(suffix)) if suffix else t("See the letter")
    return (Button(label, "izin.see_letter", str(found.id), days=14),) if found.letter_path else ()


def see(context: Context, press: ButtonPress) -> Reply:
    """Send the letter to one who may see it. What the storage does not hold yet comes when it does."""
    found = absences.get(context, approval.number(context, press.value))
    requester = people.get(context.db, found.person_id) if found else None
    if found is None or requester is None or not _may_see(context, requester):
        raise UserError(context.t("This request is not yours."))
    if not found.letter_path:
        return Reply(context.t("There is no letter yet."), refused=True)
    what = wording.what(context, context.t, found, requester)
    said = context.t("Letter of {name}: {what}", name=requester.name, what=what)
    key = asking.message_key(found, f"see-{context.now.isoformat()}", context.person.id)
    context.tell(context.person, key, lambda t: Reply(said, files=stored(t, found, requester.name)))
    context.audit("absence.letter_seen", f"person:{requester.id}", after={"absence": found.id})
    return Reply(context.t("The letter is on its way to you in a direct message."))


def _may_see(context: Context, requester: Person) -> bool:
    """The person, and whoever may decide."""
    return requester.id == context.person.id or deciders.may_decide(context, context.person, requester)


BUTTONS = {"see_letter": see}


# ---------------------------------------------------------------- /izin surat


def letter(context: Context, command: Command) -> Answer:
    """`surat [number]`: the number goes to the absence that lacks one; without it a form takes number and file."""
    rows = _recent(context)
    if not rows:
        return Reply(context.t("You have no absence that a letter could belong to."), refused=True)
    words = " ".join(command.words)
    lacking = [row for row in rows if not row.letter_number and _leave_needs(context, row)] or rows
    if not words or len(lacking) > 1:
        return _form(context, rows, lacking[0], words)
    if len(words) > NUMBER_LENGTH:
        raise UserError(context.t("Please use at most {length} characters.", length=NUMBER_LENGTH))
    return _kept(context, set_number(context, lacking[0], words))


def _recent(context: Context) -> list[Absence]:
    """The person's absences of which a letter may still come, the newest first."""
    since = workdays.local_day(context.now, context.person) - ADD_FOR
    return [row for row in reversed(absences.own(context, context.person.id, since)) if row.state in OPEN][:CHOICES]


def _leave_needs(context: Context, row: Absence) -> bool:
    leave = types.by_code(context, context.person, row.type, row.first)
    return leave is not None and (leave.needs_number or asking.wants_letter(leave, row, asking.span_days(row)))


def _form(context: Context, rows: Sequence[Absence], chosen: Absence, said: str) -> Form:
    t = context.t
    choices = tuple((str(row.id), plain(wording.what(context, t, row, context.person))) for row in rows)
    return Form(
        action="izin.letter",
        title=t("Letter"),
        intro=t("A photo of the letter will do. The person who decides and the personnel officers see it."),
        submit=t("Send"),
        fields=(
            Field("which", t("For"), "select", str(chosen.id), choices=choices),
            Field("number", t("Number of the letter"), "text", said[:NUMBER_LENGTH], required=False, max_length=NUMBER_LENGTH),
            Field("file", t("File"), "file", hint=_most(t), required=False),
        ),
    )


def _most(t: Translate) -> Text:
    most, pdf = LARGEST_BYTES >> 20, LARGEST_PDF_BYTES >> 20
    return t("A photo (JPG, PNG) of at most {most} MB, or a PDF of at most {pdf} MB", most=most, pdf=pdf)


def submitted(context: Context, submission: FormSubmission) -> Answer:
    t, values = context.t, submission.values
    given, file = " ".join(values.get("number", "").split()), submission.files.get("file")
    found = absences.get(context, approval.number(context, values.get("which", "")))
    if found is None or found.person_id != context.person.id or found.state not in OPEN:
        return FormErrors({"which": t("Please choose one of the list.")})
    if not given and file is None:
        return FormErrors({"number": t("Please give the number or choose a file.")})
    if len(given) > NUMBER_LENGTH:
        return FormErrors({"number": t("Please use at most {length} characters.", length=NUMBER_LENGTH)})
    if file is None:
        return _kept(context, set_number(context, found, given))
    try:
        return _kept(context, attach(context, found, file, given))
    except Unusable as error:
        return FormErrors({"file": error.text})


def _kept(context: Context, found: Absence) -> Reply:
    what = wording.what(context, context.t, found, context.person)
    return Reply(context.t("The letter is kept with: {what}.", what=what))


# ---------------------------------------------------------------- reminders


def remind(run: Run) -> None:
    """Once a week, on a working day of the person: the letters that are still missing."""
    in_batches(run, _batch)


def _batch(work: Work, after: int) -> int:
    """The next absences after the id `after`; the last id looked at, or -1 after the last batch."""
    today = work.now.date()
    query = select(absence).where(EXCUSES, absence.c.last >= today - REMIND_FOR, absence.c.first <= today, absence.c.id > after)
    lacking = query.where(absence.c.letter_path == "", absence.c.letter_number == "")
    rows = absences.fetch(work.db, lacking.order_by(absence.c.id).limit(BATCH))
    _remind(work, rows)
    return rows[-1].id if len(rows) == BATCH else -1


def _remind(work: Work, rows: Sequence[Absence]) -> None:
    owners = deciders.people_by_id(work, {row.person_id for row in rows}) if rows else {}
    wanted = [(owners[row.person_id], row) for row in rows if _is_missing(work, owners[row.person_id], row)]
    wanted = [(owner, row) for owner, row in wanted if deciders.awake(work, owner.zone)]
    at_work = _at_work(work, {owner.id: owner for owner, _ in wanted})
    year, week, _ = work.now.isocalendar()
    work.tell_all(
        (owner, asking.message_key(row, f"letter-{year}-{week}", owner.id), _missing(work, owner, row))
        for owner, row in wanted
        if owner.id in at_work
    )


def _is_missing(work: Work, owner: Person, row: Absence) -> bool:
    leave = types.by_code(work, owner, row.type, row.first)
    needs = leave is not None and (leave.needs_number or asking.wants_letter(leave, row, asking.span_days(row)))
    return needs and (row.decided_at is None or work.now - row.decided_at > timedelta(days=1))


def _at_work(work: Work, owners: dict[int, Person]) -> set[int]:
    """Those who work today, where they are; nobody is asked for papers on a sickbed."""
    if not owners:
        return set()
    today = {id: workdays.local_day(work.now, owner) for id, owner in owners.items()}
    plans = work.workdays.plans(work.db, owners.values(), min(today.values()), max(today.values()), work.now)
    return {id for id, day in today.items() if plans[id, day].works}


def _missing(work: Work, owner: Person, row: Absence) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        name, day = types.name_of(work, t, owner, row), phrases.short_day(t, row.first)
        command = Text("`/izin surat`")
        said = t("The letter for {name} of {day} is still missing: {command}", name=name, day=day, command=command)
        return Reply(said, buttons=(Button(t("Add the letter"), asking.SAY, "surat", days=7),))

    return message


# Hourly in Indonesia's working hours; the week's key lets each message through once.
JOBS = (Job("letters", "20 0-9 * * mon-fri", remind, catch_up_minutes=60),)
