"""`/logbook nilai @siti november di atas ekspektasi …`: rating a month by a line, or by a form from the digest."""

from __future__ import annotations

import re
from datetime import date

from integration import find, people, workdays
from integration.dates import at_an_end, show_month, take_month
from integration.errors import UserError
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
    join,
    plain,
)
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.logbook.review import rating, teams
from plugins.logbook.review.rating import LONGEST, RATE, RATINGS, Rating

_SAY = "logbook.say"
_WORDS = (
    ("above", r"di\s*-?\s*atas|above"),
    ("below", r"di\s*-?\s*bawah|below"),
    ("as", r"sesuai|as expected"),
)
_ANY = "|".join(f"(?P<{code}>{words})" for code, words in _WORDS)
_RATING = re.compile(rf"(?:^|\s)(?:{_ANY})(?:\s+(?:ekspektasi|harapan|expectations?))?(?=$|\s)", re.IGNORECASE)
_VALUE = re.compile(r"(\d{1,9}):(20\d\d)-(0[1-9]|1[0-2])")
_OWN, _REST = frozenset({"saya", "me", "sendiri"}), frozenset({"semua", "sisanya", "lainnya", "all", "rest"})
_CHOICES = 100
_HOW_REST = Text("`/logbook nilai semua sesuai ekspektasi`")


def command(context: Context, command: Command) -> Answer:
    """`nilai [@person] [month] [rating] [note]`"""
    text = command.text.strip()
    found = _RATING.search(text)
    before, note = (text[: found.start()], text[found.end() :].strip(" .,:;-–—")) if found else (text, "")
    today = workdays.local_day(context.now, context.person)
    month, words = at_an_end(tuple(before.split()), lambda some: take_month(some, today, context.t))
    name = " ".join(words)
    if name.lower() in _OWN:
        return own(context)
    if name.lower() in _REST:
        return _rest(context, month or rating.default_month(today), found.lastgroup if found else None, note)
    if not name:
        return _without_person(context, month or rating.default_month(today), bool(found))
    person = find.person(context, command.mentions, name, lambda nip: f"nilai {nip} {text[len(name) :].strip()}", _SAY)
    if isinstance(person, Reply):
        return person
    month = month or rating.default_month(today)
    if found is None:
        rating.check(context, context.person, person, month)
        return form(context, month, [person])
    return _rated(context, person, month, str(found.lastgroup), note)


def _without_person(context: Context, month: date, rated: bool) -> Reply:
    team = teams.of(context, [context.person])[context.person.id]
    if rated:
        example = Text("`/logbook nilai @siti sesuai ekspektasi`")
        raise UserError(context.t("Whom do you rate? Write for example: {example}", example=example))
    return of_team(context, team, month) if team.own else own(context)


def _rest(context: Context, month: date, word: str | None, note: str) -> Reply:
    """Everybody who has no rating of that month yet, as expected: what is out of the ordinary is said of each by name."""
    t, shown = context.t, show_month(month, context.t)
    team = teams.of(context, [context.person])[context.person.id]
    if not team.own:
        raise UserError(t("Nobody reports to you in the list of employees."))
    left = rating.unrated(context.db, team, month)
    if word != "as":
        raise UserError(t("All at once are rated as expected only: {how}. Others by name.", how=_HOW_REST))
    if not left:
        return Reply(t("Everybody is rated for {month}.", month=shown), refused=True)
    for person in left:
        rating.put(context, context.person, person, month, word, note)
    names = join(", ", [fill("{name}", name=each.name) for each in left[:_CHOICES]])
    said = {"count": len(left), "month": shown, "names": names}
    return Reply(t("Rated as expected for {month}: {count} people ({names}). They are told.", **said))


# ---------------------------------------------------------------- lists


def own(context: Context) -> Reply:
    """One's own, the latest first."""
    t, found = context.t, rating.latest(context.db, context.person.id)
    if not found:
        return Reply(t("No month of yours has been rated yet."))
    lines = [t("**Your ratings**")]
    for each in found:
        said = fill("- {month}: {rating}", month=show_month(each.month, t), rating=rating.name(t, each.rating))
        lines.append(fill("{said} — “{note}”", said=said, note=_one_line(each.note)) if each.note else said)
    return Reply(join("\n", lines))


def of_team(context: Context, team: teams.Team, month: date) -> Reply:
    """The month's ratings of one's own people, and a form for those who have none."""
    t, rated = context.t, rating.of_month(context.db, [each.id for each in team.own], month)
    lines = [t("**Ratings of {month}**", month=show_month(month, t))]
    for person in team.own[:_CHOICES]:
        lines.append(fill("- {name}: {rating}", name=person.name, rating=_of(context, rated.get(person.id))))
    if len(team.own) > _CHOICES:
        lines.append(t("… and {count} more", count=len(team.own) - _CHOICES))
    buttons: tuple[Button, ...] = ()
    if not rating.may_be_rated(month, workdays.local_day(context.now, context.person)):
        lines.append(t("The month is not over yet."))
    elif left := rating.unrated(context.db, team, month):
        buttons = (rating.button(t, month, len(left)),)
        lines += [Text(""), t("All who are left at once: {how}", how=_HOW_REST)] if len(left) > 1 else []
    return Reply(join("\n", lines), buttons)


def _of(context: Context, found: Rating | None) -> Text:
    return rating.name(context.t, found.rating) if found else Text("–")


# ---------------------------------------------------------------- the form


def form(context: Context, month: date, found: list[Person]) -> Form:
    """For one person, or to choose among several."""
    t = context.t
    standing = rating.of_month(context.db, [found[0].id], month).get(found[0].id) if len(found) == 1 else None
    choices = tuple((code, plain(rating.name(t, code))) for code in RATINGS)
    hint = t("The person reads it.")
    fields = [
        Field("rating", t("Rating"), "select", standing.rating if standing else "", choices=choices),
        Field("note", t("Note"), "textarea", standing.note if standing else "", plain(hint), False, LONGEST),
    ]
    if len(found) > 1:
        who = tuple((str(each.id), each.name) for each in found[:_CHOICES])
        fields.insert(0, Field("person", t("Who"), "select", choices=who))
    intro = fill("{name}", name=found[0].name) if len(found) == 1 else Text("")
    value = rating.value(found[0], month) if len(found) == 1 else f"0:{month:%Y-%m}"
    return Form(RATE, t("Rate {month}", month=show_month(month, t)), tuple(fields), value, intro, t("Save"))


def ask(context: Context, press: ButtonPress) -> Answer:
    person_id, month = _value(context, press.value)
    if person_id:
        person = _person(context, person_id)
        rating.check(context, context.person, person, month)
        return form(context, month, [person])
    team = teams.of(context, [context.person])[context.person.id]
    if not team.own:
        raise UserError(context.t("Nobody reports to you in the list of employees."))
    left = rating.unrated(context.db, team, month)
    if not left:
        return Reply(context.t("Everybody is rated for {month}.", month=show_month(month, context.t)), replaces=True)
    rating.check(context, context.person, left[0], month)
    return form(context, month, left)


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The rating; `person` is a field where the form was for several."""
    person_id, month = _value(context, submission.value)
    chosen = submission.values.get("person", "") if not person_id else str(person_id)
    if not chosen.isdecimal() or len(chosen) > 9:
        return FormErrors({"person": context.t("Please choose one of the list.")})
    person = _person(context, int(chosen))
    rating.check(context, context.person, person, month)
    word, note = submission.values.get("rating", ""), submission.values.get("note", "")
    if word not in RATINGS:
        return FormErrors({"rating": context.t("Please choose one of the list.")})
    if len(note.strip()) > LONGEST:
        return FormErrors({"note": context.t("Please use at most {length} characters.", length=LONGEST)})
    return _rated(context, person, month, word, note)


def _rated(context: Context, person: Person, month: date, word: str, note: str) -> Reply:
    t = context.t
    values = {"name": person.name, "month": show_month(month, t), "rating": rating.name(t, word)}
    _, changed = rating.put(context, context.person, person, month, word, note)
    if not changed:
        return Reply(t("{name} has this rating for {month} already: {rating}.", **values))
    team = teams.of(context, [context.person])[context.person.id]
    left = rating.unrated(context.db, team, month)
    buttons = (rating.button(t, month, len(left)),) if left else ()
    return Reply(t("Rated: {name}, {month}: {rating}. The person is told.", **values), buttons)


def _value(context: Context, value: str) -> tuple[int, date]:
    match = _VALUE.fullmatch(value)
    if match is None:
        raise UserError(context.t("This rating does not exist any more."))
    return int(match[1]), date(int(match[2]), int(match[3]), 1)


def _person(context: Context, person_id: int) -> Person:
    found = people.get(context.db, person_id)
    if found is None:
        raise UserError(context.t("This rating does not exist any more."))
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


SUBCOMMANDS = (
    Subcommand(
        "nilai",
        command,
        "Rate a month of your people: above, as or below expectation; of your own: what you got",
        arguments="[@person] [month] [rating] [note]",
        example="/logbook nilai @siti november di atas ekspektasi",
        aliases=("rating", "penilaian"),
        writes=True,
    ),
)
BUTTONS = {"rate": ask}
FORMS = {"rate": submitted}
