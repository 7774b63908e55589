"""`/hadir rekap`: a month of one person day by day, or of a unit person by person, and the workbook by a button."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integration import meant, phrases, workdays
from integration.dates import show_day, show_month
from integration.i18n import Translate
from integration.meant import Recap, Target
from integration.messages import Button, ButtonPress, Command, File, Reply, Text, fill, join, plain
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.hadir import recap
from plugins.hadir.recap import Line, PersonMonth, Totals
from plugins.hadir.rules import PLACES
from plugins.hadir.service import EMPTY

# A message holds about 16,000 characters; a longer list is in the workbook.
MOST_PEOPLE = 60
RECAP, TURN = Recap("hadir", "rekap"), "hadir.recap"
_UNBROKEN = "\N{NO-BREAK SPACE}"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    team, others = RECAP.visible(context, target, month)
    found = recap.months(context, team, month)
    if all(someone.empty for someone in found):
        return _nothing(context, target, month)
    text = _person(context, found[0], month) if target.kind == "person" else _unit(context, found, target, month, others)
    downloads = (
        Button(context.t("Download XLSX"), "hadir.recap_xlsx", target.encode(month), days=2),
        Button(context.t("Download PDF"), "hadir.recap_pdf", target.encode(month), days=2),
    )
    return Reply(text, buttons=(*downloads, *meant.neighbours(context, target, month, TURN)))


def _nothing(context: Context, target: Target, month: date) -> Reply:
    t, shown = context.t, show_month(month, context.t)
    if target.id == context.person.id and target.kind == "person":
        text = t("There is no record of yours in {month}.", month=shown)
    elif target.kind == "team":
        text = t("There is no record of your team in {month}.", month=shown)
    else:
        text = t("There is no record of {name} in {month}.", name=target.name, month=shown)
    return Reply(text, buttons=meant.neighbours(context, target, month, TURN))


def download(context: Context, press: ButtonPress) -> Reply:
    """The workbook; who presses is authorised again."""
    from plugins.hadir.recap import xlsx as recap_xlsx  # heavy: only who asks for a workbook pays for it

    month, target = meant.decode(context, press.value)
    team, _ = RECAP.visible(context, target, month)
    found = recap.months(context, team, month)
    made = recap_xlsx.Imprint(context.person.name, context.now, context.person.zone)
    content = recap_xlsx.build(context.t, found, plain(title(context.t, target.name, month)), month, made)
    file = File(file_name(target.name, month), XLSX, content)
    return Reply(
        context.t("The recap of {month}: {name}.", month=show_month(month, context.t), name=target.name), files=(file,)
    )


def title(t: Translate, name: str, month: date) -> Text:
    return t("Attendance recap {month} — {name}", month=show_month(month, t), name=name)


def file_name(name: str, month: date) -> str:
    """`rekap-2026-11-bidang-aplikasi.xlsx`: letters and figures only."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in name.lower()).split()
    return "-".join(["rekap", f"{month:%Y-%m}", *words])[:80] + ".xlsx"


# ---------------------------------------------------------------- one person


def _person(context: Context, found: PersonMonth, month: date) -> Text:
    t, person = context.t, found.person
    zone = Text(workdays.zone_name(person.zone, context.now))
    title = t("**Recap {month} — {name}** ({zone})", month=show_month(month, t), name=person.name, zone=zone)
    rows = [_row(t, line, person) for line in found.lines if _shown(line)]
    # A phone cuts off the right side of a table and the end of a long message.
    head = [t("Day"), t("Check-in"), t("Check-out"), t("Remarks"), t("Place")]
    used = {mark for line in found.lines if _shown(line) for mark in marks(line)}
    return join("\n", [title, _totals(t, found.totals), Text(""), _table(head, rows), Text(""), _legend(t, used)])


def _shown(line: Line) -> bool:
    """Weekends and what has not begun say nothing."""
    return line.found != EMPTY or line.result.due or line.result.excused or bool(line.plan.free)


def _row(t: Translate, line: Line, person: Person) -> list[Text]:
    arrival, departure = line.found.arrival, line.found.departure
    return [
        Text(show_day(line.day, t, "EEE d").replace(" ", _UNBROKEN)),
        phrases.clock_of_day(arrival.at, line.day, person) if arrival else Text("–"),
        phrases.clock_of_day(departure.at, line.day, person) if departure else Text("–"),
        _remarks(t, line),
        phrases.place(arrival.place) if arrival else Text(""),
    ]


def marks(line: Line) -> list[str]:
    """The marks of a day, as the legend explains them."""
    result, events = line.result, (line.found.arrival, line.found.departure)
    found = [
        ("T", result.late),
        ("P", result.early),
        ("?", result.status == "incomplete"),
        ("!", result.status == "absent"),
        ("≠", result.off_plan),
        ("g", result.outage is not None),
        ("k", any(event and event.source == "correction" for event in events)),
        ("c", any(event and event.note for event in events)),
    ]
    return [mark for mark, given in found if given]


def _remarks(t: Translate, line: Line) -> Text:
    minutes = {"T": line.result.late, "P": line.result.early}
    parts = [Text(f"{mark}{minutes.get(mark, '')}") for mark in marks(line)]
    reason = phrases.excuse(t, line.plan.excuse) if line.plan.excuse else fill("{free}", free=line.plan.free)
    return join(" ", [*parts, reason] if reason else parts)


def _legend(t: Translate, used: set[str]) -> Text:
    meanings = {
        "T": t("T = minutes late"),
        "P": t("P = minutes left early"),
        "?": t("? = incomplete"),
        "!": t("! = no record"),
        "≠": t("≠ = another place than planned"),
        "g": t("g = service disruption, excused"),
        "k": t("k = corrected"),
        "c": t("c = with a note"),
    }
    shown = [meaning for mark, meaning in meanings.items() if mark in used]
    return fill("_{legend}_", legend=join(", ", shown)) if shown else Text("")


def _totals(t: Translate, totals: Totals) -> Text:
    places = [
        fill("{place} {count}", place=phrases.place(place), count=count)
        for place, count in zip(PLACES, totals.places, strict=True)
        if count
    ]
    parts = [
        t("working days {count}", count=totals.due),
        t("present {count}", count=totals.came) + (f" ({join(', ', places)})" if places else ""),
        t("late {count}× ({minutes} min)", count=totals.late, minutes=totals.late_minutes) if totals.late else "",
        t("left early {count}× ({minutes} min)", count=totals.early, minutes=totals.early_minutes) if totals.early else "",
        t("incomplete {count}", count=totals.incomplete) if totals.incomplete else "",
        t("excused {count}", count=totals.away) if totals.away else "",
        t("no record {count}", count=totals.missing) if totals.missing else "",
    ]
    return fill("**{total}**: {parts}.", total=t("Total"), parts=join(" · ", [Text(part) for part in parts if part]))


# ---------------------------------------------------------------- a unit


def _unit(context: Context, found: Sequence[PersonMonth], target: Target, month: date, others: int) -> Text:
    t = context.t
    name = t("team of {name}", name=target.name) if target.kind == "team" else fill("{name}", name=target.name)
    title = t("**Recap {month} — {name}** ({count} people)", month=show_month(month, t), name=name, count=len(found))
    everything = sum((someone.totals for someone in found), Totals())
    head = [t("Name"), t("Present"), t("Late"), t("Early"), Text("?"), Text("!"), Text("O/H/A/D")]
    rows = [[fill("{name}", name=someone.person.name), *_figures(someone.totals)] for someone in found[:MOST_PEOPLE]]
    rows.append([t("**Total**"), *_figures(everything)])
    lines = [title, Text(""), _table(head, rows), Text("")]
    if len(found) > MOST_PEOPLE:
        lines.append(t("… and {count} more people: everyone is in the XLSX.", count=len(found) - MOST_PEOPLE))
    if others:
        lines.append(t("{count} more people are not shown: you are not their supervisor.", count=others))
    lines.append(
        t(
            "_Present 21/22 = 21 of 22 working days; late 2×, 61 = twice, 61 minutes; ? = incomplete; ! = no record; "
            "O/H/A/D = WFO/WFH/WFA/Dinas_"
        )
    )
    return join("\n", lines)


def _figures(totals: Totals) -> list[Text]:
    return [
        Text(f"{totals.came}/{totals.due}"),
        _times(totals.late, totals.late_minutes),
        _times(totals.early, totals.early_minutes),
        Text(totals.incomplete or "–"),
        Text(totals.missing or "–"),
        Text("/".join(str(count) for count in totals.places)),
    ]


def _times(count: int, minutes: int) -> Text:
    return Text(f"{count}×, {minutes}") if count else Text("–")


def _table(head: Sequence[Text], rows: Sequence[Sequence[Text]]) -> Text:
    """A Markdown table whose columns also stand in line where nobody draws it."""
    widths = [max(len(plain(row[n])) for row in (head, *rows)) for n in range(len(head))]
    lines = [_cells(head, widths), Text("|" + "|".join("-" * (width + 2) for width in widths) + "|")]
    return join("\n", lines + [_cells(row, widths) for row in rows])


def _cells(row: Sequence[Text], widths: Sequence[int]) -> Text:
    padded = [Text(f" {cell}{' ' * (width - len(plain(cell)))} ") for cell, width in zip(row, widths, strict=True)]
    return Text(f"|{'|'.join(padded)}|")


SUBCOMMANDS = (
    Subcommand(
        "rekap",
        show,
        "A month, also as XLSX; of others: add a name or unit",
        arguments="[month] [@person|unit]",
        example="/hadir rekap bulan lalu",
        aliases=("recap", "laporan", "report"),
    ),
)
BUTTONS = {"recap": turn, "recap_xlsx": download}
