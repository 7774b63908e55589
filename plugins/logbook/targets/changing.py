"""SKP targets in chat: adding and changing one by a form, taking it out, putting it back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from integration import people
from integration.errors import UserError
from integration.form_values import read
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    plain,
)
from integration.people import Person
from integration.plugin import Build, Context
from plugins.logbook.imports import quantities
from plugins.logbook.tables import logbook_entry as _entry
from plugins.logbook.targets import lines as target_lines
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets import wording as target_wording
from plugins.logbook.targets import writing as target_writing
from plugins.logbook.targets.lines import SAY, Said
from plugins.logbook.targets.reading import Target
from plugins.logbook.targets.writing import Wanted


def add(context: Context, command: Command, said: Said) -> Answer:
    """`tambah [@person] [year] [RHK-3 words]`: a form, with what was typed in it."""
    year = said.year or target_lines.this_year(context)
    owner = target_lines.owner(context, command, said.name, f"target tambah {{nip}} {year}")
    if isinstance(owner, Reply):
        return owner
    _must_change(context, owner)
    code, title = _code_and_title(said.rest)
    return _form(context, owner, year, None, Wanted(code, title))


def _code_and_title(words: Sequence[str]) -> tuple[str, str]:
    """`RHK 3 Laporan keuangan` → `RHK 3`, `Laporan keuangan`: the code ends with the first word that has figures."""
    end = next((number for number, word in enumerate(words[:2], 1) if any(char.isdecimal() for char in word)), 0)
    return " ".join(words[:end])[: targets.LONGEST_CODE], " ".join(words[end:])[: targets.LONGEST_TITLE]


def change(context: Context, command: Command, said: Said) -> Answer:
    found = _meant(context, command, said, "ubah")
    if isinstance(found, Reply):
        return found
    owner, target = found
    return _form(context, owner, target.year, target, Wanted(target.code, target.title, target.measure, target.quantity))


def _meant(context: Context, command: Command, said: Said, verb: str) -> tuple[Person, Target] | Reply:
    """The target that is to be changed; raises `UserError` with the nearest codes."""
    year, words = said.year or target_lines.this_year(context), " ".join(said.rest)
    if not words:
        example = Text(f"`/logbook target {verb} RHK-3`")
        return Reply(context.t("Which target? For example: {example}", example=example), refused=True)
    owner = target_lines.owner(context, command, said.name, f"target {verb} {words} {{nip}} {year}")
    if isinstance(owner, Reply):
        return owner
    _must_change(context, owner)
    return owner, targets.by_code(context.db, context.t, owner.id, year, words)


def _must_change(context: Context, owner: Person) -> None:
    if not target_writing.may_change(context.db, context.person, owner):
        raise UserError(context.t("Only {name}, their superiors and personnel officers change these targets.", name=owner.name))


def _form(context: Context, owner: Person, year: int, known: Target | None, filled: Wanted) -> Form:
    t, goal = context.t, filled.quantity
    amount = "" if goal is None else quantities.shown(goal)
    code = Field("code", t("Code"), default=filled.code, max_length=targets.LONGEST_CODE, hint=t("For example RHK-3"))
    title = Field(
        "title", t("What is to be reached"), "textarea", filled.title, max_length=targets.LONGEST_TITLE, hint=t("As in the SKP")
    )
    counted = t("For example 12; empty: not counted")
    quantity = Field("quantity", t("Quantity in the year"), default=amount, hint=counted, required=False)
    measure = Field(
        "measure", t("Unit of measure"), default=filled.measure, hint=t("For example laporan"), required=False, max_length=40
    )
    years = Field("year", t("Year"), default=str(year), max_length=4)
    fields = (title, quantity, measure) if known else (code, title, quantity, measure, years)
    heading = t("Change target {code}", code=known.code) if known else t("A new SKP target")
    intro = "" if owner.id == context.person.id else t("Of {name}", name=owner.name)
    value = f"{owner.id}:{known.id if known else 0}"
    return Form("logbook.target", plain(heading), fields, value=value, intro=intro, submit=t("Save"))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """Of the form above; its `value` is believed only as far as the sender may change these targets."""
    t, values, errors = context.t, submission.values, dict[str, str]()
    owner, known = _named(context, submission.value)
    code = known.code if known else read(errors, "code", lambda: target_writing.code(t, values.get("code", "")))
    title = read(errors, "title", lambda: target_writing.title(t, values.get("title", "")))
    amount = read(errors, "quantity", lambda: target_writing.quantity(t, values.get("quantity", "")))
    measure = read(
        errors, "measure", lambda: target_writing.measure(t, values.get("measure", "") or (amount[1] if amount else ""))
    )
    this_year = target_lines.this_year(context)
    year = known.year if known else read(errors, "year", lambda: target_writing.year(t, values.get("year", ""), this_year))
    if errors or code is None or title is None or measure is None or amount is None or year is None:
        return FormErrors(errors)
    wanted = Wanted(code, title, measure, amount[0])
    if known is None and (problem := _in_the_way(context, owner, year, wanted)):
        return FormErrors({"code": problem})
    done, target_id = target_writing.put(context.db, context.audit, owner.id, year, wanted, context.now)
    saved = targets.by_ids(context.db, [target_id])[target_id]
    return _saved(context, owner, saved, done)


def _in_the_way(context: Context, owner: Person, year: int, wanted: Wanted) -> Text | None:
    """Why the target cannot be added: another one has this code, or there are too many."""
    there = targets.of_person(context.db, owner.id, year)
    same = next((each for each in there if each.code_key == wanted.key), None)
    if same is not None and (same.title, same.quantity) != (wanted.title, wanted.quantity):
        how = Text(f"`/logbook target ubah {targets.code_key(same.code).upper()}`")
        return context.t(
            "{code} is there already: {title}. Change it with {how}.", code=same.code, title=same.title[:60], how=how
        )
    if same is None and len(there) >= target_writing.MOST:
        return context.t("A year has at most {most} targets. Take some out first.", most=target_writing.MOST)
    return None


def _named(context: Context, value: str) -> tuple[Person, Target | None]:
    """Whose target, and which; raises `UserError` where the sender may not, or it is gone."""
    owner_id, _, target_id = value.partition(":")
    if not (_is_number(owner_id) and _is_number(target_id)):
        raise UserError(context.t("This form is over. Please type the command again."))
    owner = people.get(context.db, int(owner_id))
    if owner is None:
        raise UserError(context.t("This form is over. Please type the command again."))
    _must_change(context, owner)
    known = targets.by_ids(context.db, [int(target_id)]).get(int(target_id)) if int(target_id) else None
    if int(target_id) and (known is None or known.person_id != owner.id):
        raise UserError(context.t("This form is over. Please type the command again."))
    return owner, known


def _saved(context: Context, owner: Person, saved: Target, done: str) -> Reply:
    t, goal = context.t, target_wording.goal(context.t, saved)
    what = fill("{name} · {goal}", name=target_wording.name(saved), goal=goal) if goal else target_wording.name(saved)
    if done == "same":
        return Reply(t("It is so already: {what} ({year}).", what=what, year=saved.year))
    _tell(context, owner, f"put:{saved.id}", _told(context, what, saved.year))
    text = t("Added to {year}: {what}", year=saved.year, what=what)
    if done == "changed":
        text = t("Changed ({year}): {what}", year=saved.year, what=what)
    of = "" if owner.id == context.person.id else f" {owner.nip}"
    more = Button(t("Add another"), SAY, f"target tambah{of} {saved.year}")
    return Reply(text, buttons=(more, Button(t("All targets"), SAY, f"target{of} {saved.year}")))


def _told(context: Context, what: Text, year: int) -> Build:
    name = context.person.name
    return lambda t: Reply(t("{name} has set an SKP target of yours for {year}: {what}", name=name, year=year, what=what))


def _tell(context: Context, owner: Person, key: str, build: Build) -> None:
    """The person is told what somebody else did with their targets."""
    if owner.id != context.person.id:
        context.tell(owner, f"logbook:target:{key}:{context.now.isoformat()}", build)


# ---------------------------------------------------------------- taken out, and back


def remove(context: Context, command: Command, said: Said) -> Answer:
    """Asked first: looking at targets is a reader's, and so is this."""
    found = _meant(context, command, said, "hapus")
    if isinstance(found, Reply):
        return found
    t, target = context.t, found[1]
    text = t("Take this target out of {year}? {what}", year=target.year, what=target_wording.name(target))
    return Reply(text, buttons=(Button(t("Take out"), "logbook.target_remove", str(target.id), "danger"),))


def removed(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    owner, target = _pressed(context, press)
    what, name = target_wording.name(target), context.person.name
    back = Button(t("Put it back"), "logbook.target_restore", str(target.id), days=14)
    if not target_writing.remove(context.db, context.audit, target, context.now):
        return Reply(t("It is taken out already: {what}", what=what), buttons=(back,))
    _tell(context, owner, f"removed:{target.id}", lambda t: _removed_by(t, name, what, target.year))
    text = t("Taken out of {year}: {what}.", year=target.year, what=what)
    if _is_used(context, target):
        text = Text(f"{text} {t('What was reported for it stays as it is.')}")
    return Reply(text, buttons=(back,))


def _is_used(context: Context, target: Target) -> bool:
    used = select(_entry.c.id).where(_entry.c.person_id == target.person_id, _entry.c.target_id == target.id)
    return context.db.scalar(used.limit(1)) is not None


def _removed_by(t: Translate, name: str, what: Text, year: int) -> Reply:
    return Reply(t("{name} has taken an SKP target of yours out of {year}: {what}", name=name, year=year, what=what))


def restored(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    owner, target = _pressed(context, press)
    what = target_wording.name(target)
    if not target_writing.restore(context.db, context.audit, target, context.now):
        return Reply(t("It is there already: {what}", what=what))
    _tell(context, owner, f"restored:{target.id}", _told(context, what, target.year))
    return Reply(t("Put back: {what}", what=what))


def _pressed(context: Context, press: ButtonPress) -> tuple[Person, Target]:
    """The target that a button means; raises `UserError` where the sender may not."""
    wanted = [int(press.value)] if _is_number(press.value) else []
    target = next(iter(targets.by_ids(context.db, wanted).values()), None)
    owner = people.get(context.db, target.person_id) if target else None
    if target is None or owner is None or not target_writing.may_change(context.db, context.person, owner):
        raise UserError(context.t("This target is not yours."))
    return owner, target


def _is_number(words: str) -> bool:
    """Whether it can be the number of a row."""
    return words.isascii() and words.isdecimal() and len(words) <= 9
