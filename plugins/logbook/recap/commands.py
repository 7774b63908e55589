"""`/logbook rekap`: a month of one person's reports, or of many by person; the files by buttons, made by the worker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import select

from integration import meant, phrases
from integration.dates import show_day, show_month
from integration.i18n import Translate
from integration.meant import Recap, Target
from integration.messages import Button, ButtonPress, Command, Reply, Text, fill, join, plain
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.logbook import wording
from plugins.logbook.recap import figures
from plugins.logbook.recap import files as recap_files
from plugins.logbook.recap.figures import Figures
from plugins.logbook.recap.files import FILES, KINDS
from plugins.logbook.tables import logbook_rating as _rating
from plugins.logbook.targets import reading as targets

RECAP, TURN = Recap("logbook", "rekap"), "logbook.recap"
# A message holds about 16,000 characters, and a phone less of a table; everybody is in the files.
MOST_PEOPLE, MOST_TARGETS, MOST_DAYS = 60, 15, 10
_UNBROKEN = "\N{NO-BREAK SPACE}"


def show(context: Context, command: Command) -> Reply:
    """`rekap [month] [@person|unit]`"""
    month, target = RECAP.read(context, command)
    meant.check_month(context, month)
    return target if isinstance(target, Reply) else _recap(context, target, month)


def turn(context: Context, press: ButtonPress) -> Reply:
    """Another month of the same recap."""
    month, target = meant.decode(context, press.value)
    meant.check_month(context, month)
    return _recap(context, target, month)


def _recap(context: Context, target: Target, month: date) -> Reply:
    team, others = recap_files.visible(context, target, month)
    own = target.kind == "person" and target.id == context.person.id
    found = figures.of_people(context, team, month, drafts=own)
    buttons = meant.neighbours(context, target, month, TURN)
    if all(each.nothing for each in found):
        return Reply(_nothing(context, target, month, own), buttons=buttons)
    is_one = target.kind == "person"
    text = _person(context, found[0], month) if is_one else _many(context, found, target, month, others)
    return Reply(text, buttons=(*_files(context.t, target, month), *buttons))


def _files(t: Translate, target: Target, month: date) -> tuple[Button, ...]:
    names = {"xlsx": t("Download XLSX"), "ods": t("Download ODS"), "pdf": t("Download PDF")}
    return tuple(Button(names[kind], f"logbook.recap_{kind}", target.encode(month), days=2) for kind in KINDS)


def _nothing(context: Context, target: Target, month: date, own: bool) -> Text:
    t, shown = context.t, show_month(month, context.t)
    if own:
        said = t("You have reported nothing in {month}.", month=shown)
        return fill("{said} {cure}", said=said, cure=t("Begin with today: {command}", command=Text("`/logbook`")))
    if target.kind == "team":
        return t("Your team has reported nothing in {month}.", month=shown)
    return t("{name} has reported nothing in {month}.", name=target.name, month=shown)


# ---------------------------------------------------------------- one person


def _person(context: Context, found: Figures, month: date) -> Text:
    t = context.t
    lines = [
        t("**Logbook {month} — {name}**", month=show_month(month, t), name=found.person.name),
        _sums(t, found),
        _states(t, found),
        *_empty(t, found),
        *_rated(context, found.person, month),
    ]
    by_target = _by_target(context, found)
    return join("\n", [*lines, Text(""), by_target] if by_target else lines)


def _sums(t: Translate, found: Figures) -> Text:
    parts = [
        t("Filled {filled} of {due} working days", filled=found.filled, due=found.due),
        fill("**{time}**", time=phrases.duration(t, found.minutes)),
    ]
    if found.others:
        parts.append(t("{count} days off with work", count=found.others))
    return join(" · ", parts)


def _states(t: Translate, found: Figures) -> Text:
    """`Disetujui 30 · menunggu 4 · dikembalikan 1`: what is not there is not said."""
    states = found.states
    parts = [
        t("approved {count}", count=states["approved"]) if states["approved"] else "",
        t("waiting {count}", count=states["sent"]) if states["sent"] else "",
        t("given back {count}", count=states["returned"]) if states["returned"] else "",
        t("not sent {count}", count=states["draft"]) if states["draft"] else "",
    ]
    return fill("{entries}: {parts}", entries=t("Activities"), parts=join(" · ", [Text(part) for part in parts if part]))


def _empty(t: Translate, found: Figures) -> list[Text]:
    if not found.empty:
        return []
    shown = [Text(show_day(day, t, "EEE d").replace(" ", _UNBROKEN)) for day in found.empty[:MOST_DAYS]]
    more = len(found.empty) - len(shown)
    days = join(", ", [*shown, t("and {count} more", count=more)] if more else shown)
    return [t("Not filled: {days}", days=days)]


def _by_target(context: Context, found: Figures) -> Text:
    """Hours by target, those of no target last; nothing where no target was named."""
    t, known = context.t, targets.by_ids(context.db, found.targets)
    if not known:
        return Text("")
    order = sorted(known.values(), key=targets.in_order)
    lines = [fill("**{heading}**", heading=t("Hours by target"))]
    for each in order[:MOST_TARGETS]:
        name = fill("**{code}** {title}", code=each.code, title=_short(each.title))
        lines.append(fill("- {name}: {spent}", name=name, spent=_spent(t, found, each.id)))
    if None in found.targets:
        lines.append(fill("- {name}: {spent}", name=t("Without a target"), spent=_spent(t, found, None)))
    if len(order) > MOST_TARGETS:
        lines.append(t("… and {count} more: all are in the files.", count=len(order) - MOST_TARGETS))
    return wording.under(lines)


def _short(title: str) -> str:
    words = " ".join(title.split())
    return words if len(words) <= 40 else f"{words[:39]}…"


def _spent(t: Translate, found: Figures, target_id: int | None) -> Text:
    """`2 kegiatan, 3 jam`"""
    count, minutes = found.targets[target_id]
    return join(", ", [t("{count} activities", count=count), phrases.duration(t, minutes)])


# ---------------------------------------------------------------- ratings


def _rated(context: Context, person: Person, month: date) -> list[Text]:
    """For the person and the line above, and nobody else."""
    rated = _ratings(context, [person.id], month) if _may_know(context, person) else {}
    words = {code: word for code, word in _rating_names(context.t).items() if code == rated.get(person.id)}
    return [context.t("Rating: {rating}", rating=word) for word in words.values()]


def _rating_names(t: Translate) -> dict[str, Text]:
    return {"above": t("above expectation"), "as": t("as expected"), "below": t("below expectation")}


def _may_know(context: Context, person: Person) -> bool:
    return person.id == context.person.id or person.id in meant.below(context.db, context.person.id)


def _ratings(context: Context, ids: Collection[int], month: date) -> dict[int, str]:
    wanted = select(_rating.c.person_id, _rating.c.rating).where(_rating.c.person_id.in_(ids), _rating.c.month == month)
    return {row.person_id: row.rating for row in context.db.execute(wanted)}


# ---------------------------------------------------------------- many


def _many(context: Context, found: Sequence[Figures], target: Target, month: date, others: int) -> Text:
    t = context.t
    name = t("team of {name}", name=target.name) if target.kind == "team" else fill("{name}", name=target.name)
    title = t("**Logbook {month} — {name}** ({count} people)", month=show_month(month, t), name=name, count=len(found))
    marks = _marks(context, [each.person for each in found[:MOST_PEOPLE]], month)
    head = [t("Name"), t("Filled"), t("Hours"), t("Waits"), t("Back"), *([t("Rating")] if marks else [])]
    rows = [
        [fill("{name}", name=each.person.name), *_row(each), *([marks.get(each.person.id, Text("–"))] if marks else [])]
        for each in found[:MOST_PEOPLE]
    ]
    total = [t("**Total**"), *_total(found), *([Text("")] if marks else [])]
    lines = [title, Text(""), _table(head, [*rows, total]), Text("")]
    if len(found) > MOST_PEOPLE:
        lines.append(t("… and {count} more people: everyone is in the XLSX.", count=len(found) - MOST_PEOPLE))
    if others:
        lines.append(t("{count} more people are not shown: you are not their supervisor.", count=others))
    legend = t("_Filled 12/16 = 12 of 16 working days; Waits = waits for approval; Back = given back_")
    return join("\n", [*lines, legend])


def _row(found: Figures) -> list[Text]:
    figures = (found.states["sent"], found.states["returned"])
    return [Text(f"{found.filled}/{found.due}"), _decimal(found.minutes), *(Text(number or "–") for number in figures)]


def _total(found: Sequence[Figures]) -> list[Text]:
    sent, returned = (sum(each.states[state] for each in found) for state in ("sent", "returned"))
    filled, due = sum(each.filled for each in found), sum(each.due for each in found)
    return [Text(f"{filled}/{due}"), _decimal(sum(each.minutes for each in found)), Text(sent or "–"), Text(returned or "–")]


def _decimal(minutes: int) -> Text:
    """Hours for a narrow column: `71,5`."""
    return Text(f"{minutes / 60:.1f}".replace(".", ",").removesuffix(",0")) if minutes else Text("–")


def _marks(context: Context, shown: Sequence[Person], month: date) -> dict[int, Text]:
    """`+`, `=` or `−` by person id, of those below the reader alone."""
    below = meant.below(context.db, context.person.id)
    rated = _ratings(context, [person.id for person in shown if person.id in below], month)
    return {id: Text({"above": "+", "as": "=", "below": "−"}[rating]) for id, rating in rated.items()}


# ---------------------------------------------------------------- a table


def _table(head: Sequence[Text], rows: Sequence[Sequence[Text]]) -> Text:
    """A Markdown table whose columns also stand in line where nobody draws it."""
    widths = [max(len(plain(row[n])) for row in (head, *rows)) for n in range(len(head))]
    lines = [_cells(head, widths), Text("|" + "|".join("-" * (width + 2) for width in widths) + "|")]
    return join("\n", lines + [_cells(row, widths) for row in rows])


def _cells(row: Sequence[Text], widths: Sequence[int]) -> Text:
    padded = [Text(f" {cell}{' ' * (width - len(plain(cell)))} ") for cell, width in zip(row, widths, strict=True)]
    return Text(f"|{'|'.join(padded)}|")


# ---------------------------------------------------------------- the files


def _download(kind: str, context: Context, press: ButtonPress) -> Reply:
    """Made by the worker, for a large unit takes seconds; who presses is authorised again, and so is who gets it."""
    month, target = meant.decode(context, press.value)
    meant.check_month(context, month)
    recap_files.visible(context, target, month)
    stream = f"logbook:recap:{context.person.id}"
    given = {"person": context.person.id, "value": press.value, "kind": kind, "asked": context.now.isoformat()}
    context.later(f"logbook.{FILES}", stream, f"{stream}:{kind}:{press.value}:{context.now.isoformat()}", given)
    t, shown = context.t, show_month(month, context.t)
    return Reply(t("The recap of {month} is being made. The file comes to you in a direct message.", month=shown))


def xlsx(context: Context, press: ButtonPress) -> Reply:
    return _download("xlsx", context, press)


def ods(context: Context, press: ButtonPress) -> Reply:
    return _download("ods", context, press)


def pdf(context: Context, press: ButtonPress) -> Reply:
    return _download("pdf", context, press)


SUBCOMMANDS = (
    Subcommand(
        "rekap",
        show,
        "A month of reports, also as files; of others: add a name or unit",
        arguments="[month] [@person|unit]",
        example="/logbook rekap bulan lalu",
        aliases=("recap", "laporan"),
    ),
)
BUTTONS = {"recap": turn, "recap_xlsx": xlsx, "recap_ods": ods, "recap_pdf": pdf}
TASKS = recap_files.TASKS
