"""`/jadwal tim`: a unit's week as a small table, and as a picture."""

from __future__ import annotations

import re
from datetime import date, timedelta

from integration import find
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Command, File, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.jadwal import periods, service, team, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.team import Cell, TeamWeek

# A post holds some 16,000 characters.
LONGEST_TABLE = 120
NAME_LENGTH = 24
# What a button says: the unit, and the Monday.
_PICTURE = re.compile(r"(\d{1,9}) (20\d\d-\d\d-\d\d)", re.ASCII)


def week(context: Context, command: Command) -> Reply:
    """`tim [unit] [week]`"""
    found = _read(context, command)
    return found if isinstance(found, Reply) else _shown(context, *found)


def picture(context: Context, command: Command) -> Reply:
    """`gambar [unit] [week]`"""
    found = _read(context, command, "gambar")
    return found if isinstance(found, Reply) else _drawn(context, *found)


def _read(context: Context, command: Command, word: str = "tim") -> tuple[tuple[int, str], date] | Reply:
    today = local_day(context.now, context.person)
    period, words = periods.take_last(command.words, today, context.t)
    monday = periods.week_of(period.first).first if period else team.this_week(context, context.person)
    name = " ".join(words).strip("\"'“”")
    if not name or name.lower() in ("saya", "unit", "unit saya"):
        return (context.person.unit_id, context.person.unit), monday
    unit = find.unit(context, name, lambda whole: f"{word} {whole} pekan {monday:%d/%m/%Y}", SAY)
    if isinstance(unit, Reply):
        return unit
    if not team.may_see(context, context.person, unit[0]):
        return Reply(_only_own(context), refused=True)
    return unit, monday


def _only_own(context: Context) -> Text:
    command = Text("`/jadwal tim`")
    return context.t("You can see your own unit ({unit}): {command}", unit=context.person.unit, command=command)


# ---------------------------------------------------------------- as text


def _shown(context: Context, unit: tuple[int, str], monday: date) -> Reply:
    t, found = context.t, team.week(context, unit, monday)
    if not found.rows:
        return Reply(t("Nobody works in {unit} in that week.", unit=found.unit), refused=True)
    span = wording.span(t, found.days[0], found.days[-1])
    lines = [t("**{unit}** — {span}", unit=found.unit, span=span)]
    if not found.rota:
        lines.append(no_rota(t))
    lines += [Text(""), *_table(context, found), Text(""), legend(t, found)]
    return Reply(join("\n", lines), buttons=_buttons(context, unit, monday))


def no_rota(t: Translate) -> Text:
    return t("No WFO/WFH rota is published for this week yet.")


def _table(context: Context, found: TeamWeek) -> list[Text]:
    t, today = context.t, local_day(context.now, context.person)
    heads = [_head(t, day, today) for day in found.days]
    lines = [_row([t("Name"), *heads]), Text("|---|" + "---|" * len(heads))]
    for person, cells in found.rows[:LONGEST_TABLE]:
        lines.append(_row([_name(person), *(_code(cell) for cell in cells)]))
    if len(found.rows) > LONGEST_TABLE:
        lines.append(_row([t("… and {count} more", count=len(found.rows) - LONGEST_TABLE), *(Text("") for _ in heads)]))
    if found.rota:
        lines.append(_row([Text(f"**{t('At the office')}**"), *(Text(str(found.present(n))) for n in range(len(heads)))]))
    return lines


def _row(cells: list[Text]) -> Text:
    return Text(f"| {join(' | ', cells)} |")


def _head(t: Translate, day: date, today: date) -> Text:
    shown = wording.shortest_day(t, day)
    return Text(f"**{shown}**") if day == today else shown


def _name(person: Person) -> Text:
    return fill("{name}", name=shortened(person.name))


def shortened(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1].rstrip() + "…"


def _code(cell: Cell) -> Text:
    shown = "–" if cell.code == "-" else cell.code
    return Text(f"{shown} ★" if cell.standby else shown)


def legend(t: Translate, found: TeamWeek) -> Text:
    """What the letters mean that occur."""
    words = {
        "O": t("O office"),
        "H": t("H home"),
        "A": t("A elsewhere"),
        "K": t("K works, place open"),
        "-": t("– not at the office"),
        "L": t("L holiday"),
    }
    codes = found.codes()
    shown = [word for code, word in words.items() if code in codes]
    if any(cell.standby for _, cells in found.rows for cell in cells):
        shown.append(t("★ standby"))
    return join(" · ", shown)


def _buttons(context: Context, unit: tuple[int, str], monday: date) -> tuple[Button, ...]:
    t, name = context.t, "" if unit[0] == context.person.unit_id else f" {unit[1]}"
    around = []
    for arrow, first in (("←", monday - timedelta(7)), ("→", monday + timedelta(7))):
        label = f"{arrow} {wording.span(t, first, first + timedelta(4))}"
        around.append(Button(label, SAY, f"tim{name} pekan {first:%d/%m/%Y}"))
    drawn = Button(t("Picture"), "jadwal.picture", f"{unit[0]} {monday.isoformat()}", days=7)
    return (drawn, *around)


# ---------------------------------------------------------------- as a picture


def picture_pressed(context: Context, press: ButtonPress) -> Reply:
    found = _PICTURE.fullmatch(press.value)
    monday = _day(found[2]) if found else None
    unit = service.unit_named(context.db, int(found[1])) if found else None
    if monday is None or unit is None:
        raise UserError(context.t("This unit does not exist any more."))
    if not team.may_see(context, context.person, unit[0]):
        raise UserError(_only_own(context))
    return _drawn(context, unit, monday)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _drawn(context: Context, unit: tuple[int, str], monday: date) -> Reply:
    found = team.week(context, unit, monday)
    return drawn(context, found, monday, Text("") if found.rota else no_rota(context.t))


def drawn(context: Context, found: TeamWeek, monday: date, note: Text) -> Reply:
    """The week as pictures; `note` stands in each of them."""
    from plugins.jadwal import picture as drawing  # heavy: only who wants a picture pays for it

    t = context.t
    if not found.rows:
        return Reply(t("Nobody works in {unit} in that week.", unit=found.unit), refused=True)
    span = wording.span(t, found.days[0], found.days[-1])
    today = local_day(context.now, context.person)
    pictures = drawing.draw(found, drawing.Words(span, note, legend(t, found), t("At the office"), _heads(t, found), today))
    name = f"jadwal-{monday:%Y-%m-%d}"
    names = [f"{name}.png"] if len(pictures) == 1 else [f"{name}-{number}.png" for number in range(1, len(pictures) + 1)]
    files = tuple(File(name, "image/png", content) for name, content in zip(names, pictures, strict=True))
    return Reply(t("**{unit}** — {span}", unit=found.unit, span=span), files=files)


def _heads(t: Translate, found: TeamWeek) -> tuple[str, ...]:
    return tuple(wording.shortest_day(t, day) for day in found.days)


SUBCOMMANDS = (
    Subcommand(
        "tim",
        week,
        "The week of your unit: who is where",
        arguments="[unit] [week]",
        example="/jadwal tim pekan depan",
        aliases=("team", "unit"),
    ),
    Subcommand(
        "gambar",
        picture,
        "The same as a picture, to be passed on",
        arguments="[unit] [week]",
        aliases=("picture", "foto"),
        writes=True,
    ),
)
BUTTONS = {"picture": picture_pressed}
