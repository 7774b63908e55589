"""What one types behind `/logbook` about one's own reports: adding, changing, deleting, sending, looking."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from integration.dates import at_an_end, take_day, take_month
from integration.errors import UserError
from integration.messages import Answer, ButtonPress, Command, Text, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import entries, wording, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import drafting, forms, lines, looking, reporting, sending
from plugins.logbook.own.drafting import Day, Draft
from plugins.logbook.own.lines import take_day_of

home, in_one_line = looking.home, reporting.in_one_line
_COUNT = re.compile(r"\d{1,3}")
_ALL = frozenset({"semua", "semuanya", "all", "seluruhnya"})


def look(context: Context, command: Command) -> Answer:
    """A day, a month, or without words the last days."""
    t, today = context.t, local_day(context.now, context.person)
    if not command.words:
        return looking.days(context, today - timedelta(days=6), today, t("Your last seven days"))
    day, rest = at_an_end(command.words, lambda words: take_day(words, today, t))
    if day is not None and not rest:
        return looking.show(context, day)
    month, rest = take_month(command.words, today, t)
    if month is not None and not rest:
        return looking.month(context, month)
    if command.words[0].startswith("@"):
        raise UserError(t("Here are your own reports. Those of others: {how}", how=Text("`/logbook periksa @nama`")))
    return reporting.unknown(context, command, "lihat")


def send_command(context: Context, command: Command) -> Answer:
    """`kirim`, `kirim semua`, `kirim 2 3`, `kirim kemarin`."""
    words = [word for word in command.words if word.lower() not in _ALL]
    numbers = [int(word.strip(",")) for word in words if re.fullmatch(r"\d{1,3},?", word)]
    others = tuple(word for word in words if not re.fullmatch(r"\d{1,3},?|dan|no|nomor", word))
    day, rest = take_day_of(others, local_day(context.now, context.person), context.t)
    if rest:
        return reporting.line_of(context, command, "kirim")
    found = drafting.of_day(context, context.person, day or local_day(context.now, context.person))
    if numbers:
        lines = [drafting.numbered(context, context.person, found, number) for number in dict.fromkeys(numbers)]
        _check_numbers(context, found, lines, numbers)
    else:
        lines = found.open
    return sending.reply(context, found, lines)


def _check_numbers(context: Context, found: Day, lines: Sequence[Entry | Draft], numbers: Sequence[int]) -> None:
    """Whoever names one that is sent already wants to know that."""
    for number, line in zip(dict.fromkeys(numbers), lines, strict=True):
        if isinstance(line, Entry) and not line.open:
            state = wording.state(context.t, line.state)
            raise UserError(context.t("Number {number} is {state} already.", number=number, state=state))


# ---------------------------------------------------------------- adding, changing, deleting by hand


def add(context: Context, command: Command) -> Answer:
    """`tambah [day]` opens the form; `tambah menyusun laporan 2 jam` is the line, `tambah menyusun laporan` its form."""
    today = local_day(context.now, context.person)
    if not command.words:
        return forms.new(context, today)
    try:
        line = lines.read(command.text, today, context.t)
    except UserError:
        return reporting.in_one_line(context, command)
    if not line.activity or not line.minutes:
        return forms.new(context, min(line.day or today, today), line)
    return reporting.in_one_line(context, command)


def change(context: Context, command: Command) -> Answer:
    """`ubah 2 [day]`; without a number the only one there is, else the day with its buttons."""
    line = _meant(context, command, "ubah")
    if not isinstance(line, tuple):
        return line
    return forms.of_line(context, *line)


def delete(context: Context, command: Command) -> Answer:
    """`hapus 2 [day]`, with a way back."""
    line = _meant(context, command, "hapus")
    return sending.dropped(context, *line) if isinstance(line, tuple) else line


def _meant(context: Context, command: Command, word: str) -> tuple[date, Entry | Draft] | Answer:
    """The line that a number and a day mean, or the answer that asks."""
    today = local_day(context.now, context.person)
    words = tuple(each for each in command.words if each.lower() not in ("no", "nomor", "no."))
    numbers = [int(each) for each in words if _COUNT.fullmatch(each)]
    rest = tuple(each for each in words if not _COUNT.fullmatch(each))
    day, left = take_day(rest, today, context.t) if rest else (today, rest)
    if left or len(numbers) > 1 or day is None:
        return reporting.line_of(context, command, word)
    found = drafting.of_day(context, context.person, day)
    if not numbers and len(found.lines) != 1:
        text = context.t("Which one? Write its number, for example {how}.", how=Text(f"`/logbook {word} 1`"))
        shown = looking.show(context, day)
        return replace(shown, text=join("\n", [text, shown.text]), refused=True)
    return day, drafting.numbered(context, context.person, found, numbers[0] if numbers else 1)


def edit_pressed(context: Context, press: ButtonPress) -> Answer:
    day, line = drafting.named(context, context.person, press.value)
    if isinstance(line, Entry) and line.state == "approved":
        line = entries.revision_of(context, line.id) or line
    if isinstance(line, Entry) and line.state in ("dropped", "replaced"):
        raise UserError(writing.changed(context, line))
    return forms.of_line(context, day, line)


def add_pressed(context: Context, press: ButtonPress) -> Answer:
    today = local_day(context.now, context.person)
    return forms.new(context, min(drafting.day_of(press.value) or today, today))


SUBCOMMANDS = (
    Subcommand(
        "kirim",
        send_command,
        "Send everything of today, or by number, to your supervisor",
        arguments="[semua | numbers] [day]",
        example="/logbook kirim semua",
        aliases=("send",),
        writes=True,
    ),
    Subcommand(
        "tambah",
        add,
        "Add an activity: a form, or in one line",
        arguments="[day | line]",
        example="/logbook tambah",
        aliases=("add", "new"),
        writes=True,
    ),
    Subcommand(
        "ubah",
        change,
        "Change an activity by its number",
        arguments="[number] [day]",
        example="/logbook ubah 1",
        aliases=("edit", "change"),
        writes=True,
    ),
    Subcommand(
        "hapus",
        delete,
        "Delete an activity by its number, with a way back",
        arguments="[number] [day]",
        example="/logbook hapus 1",
        aliases=("delete",),
        writes=True,
    ),
    Subcommand(
        "lihat",
        look,
        "Your reports of a day or a month",
        arguments="[day | month]",
        example="/logbook lihat kemarin",
        aliases=("show", "list"),
    ),
)
BUTTONS = {**sending.BUTTONS, **reporting.BUTTONS, "edit": edit_pressed, "add": add_pressed}
FORMS = {"entry": forms.submitted}
