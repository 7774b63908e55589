"""What one types behind `/logbook` about one's own reports: adding, changing, deleting, sending, looking."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from integration.dates import Words, at_an_end, take_day, take_month
from integration.errors import UserError
from integration.messages import Answer, ButtonPress, Command, Text, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.logbook import wording, writing
from plugins.logbook.entries import Entry
from plugins.logbook.own import asking, drafting, forms, lines, looking, moving, reporting, sending, taking_back
from plugins.logbook.own.drafting import Day, Draft
from plugins.logbook.own.lines import Line, take_day_of

home, in_one_line = looking.home, reporting.in_one_line
_NUMBER = frozenset({"no", "nomor", "no."})
_COUNT = re.compile(r"\d{1,3}")
_BEFORE_TIME = frozenset({"jadi", "menjadi", "waktu", "waktunya", "selama", "lama", "lamanya", "durasi", "durasinya"})
# Stands for the activity where only what follows it is read.
_NAMED = "yang itu"
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
    """`ubah 2 [day]`, `ubah 2 tanggal kemarin`, `ubah 2 3 jam #RHK-3`; without a number the only one there is, else the day."""
    words, to = moving.take(command.words, local_day(context.now, context.person), context.t)
    words, said = _said_behind(context, words) if to is None else (words, None)
    line = _meant(context, command, words, "ubah")
    if not isinstance(line, tuple):
        return line
    line = drafting.latest(context, *line)
    if to is not None:
        return moving.moved(context, *line, to)
    return forms.of_line(context, *line, typed=forms.typed_of(context, said, line[0]) if said else None)


def _said_behind(context: Context, words: Words) -> tuple[Words, Line | None]:
    """`2 jadi 3 jam`, `2 #RHK-3 wfh`: the words that name an entry, and what is said of it behind them."""
    today = local_day(context.now, context.person)
    for at in range(1, len(words) if len(words) <= moving.LONGEST else 0):
        said = " ".join([_NAMED, *(word for word in words[at:] if word.lower() not in _BEFORE_TIME)])
        with contextlib.suppress(UserError):
            if _named(context, words[:at]) and (line := lines.read(said, today, context.t)).activity == _NAMED:
                return words[:at], line if said != _NAMED else None
    return words, None


def delete(context: Context, command: Command) -> Answer:
    """`hapus 2 [day]`, with a way back."""
    line = _meant(context, command, command.words, "hapus")
    return taking_back.dropped(context, *line) if isinstance(line, tuple) else line


def _named(context: Context, words: Words) -> tuple[date, Sequence[int]] | None:
    """The day and the numbers that the words say, None if they say anything else: `1 20 nov`, `kemarin 1`, `kemarin`, `1 2`."""
    words, today = tuple(each for each in words if each.lower() not in _NUMBER), local_day(context.now, context.person)
    if all(_COUNT.fullmatch(each) for each in words):
        return today, [int(each) for each in words]
    for number, rest in ((words[:1], words[1:]), (words[-1:], words[:-1]), ((), words)):
        if all(_COUNT.fullmatch(each) for each in number):
            day, left = take_day(rest, today, context.t)
            if day is not None and not left:
                return day, [int(each) for each in number]
    return None


def _meant(context: Context, command: Command, words: Words, word: str) -> tuple[date, Entry | Draft] | Answer:
    """The line that a number and a day mean, or the answer that asks."""
    named = _named(context, words)
    if named is None:
        return reporting.line_of(context, command, word)
    day, numbers = named
    found = drafting.of_day(context, context.person, day)
    if len(numbers) > 1 or (not numbers and len(found.lines) != 1):
        text = context.t("Which one? Write its number, for example {how}.", how=Text(f"`/logbook {word} 1`"))
        shown = looking.show(context, day)
        return replace(shown, text=join("\n", [text, shown.text]), refused=True)
    return day, drafting.numbered(context, context.person, found, numbers[0] if numbers else 1)


def edit_pressed(context: Context, press: ButtonPress) -> Answer:
    day, line = drafting.latest(context, *drafting.named(context, context.person, press.value))
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
        "Change an activity by its number, or move it to another day",
        arguments="[number] [day] [tanggal day]",
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
BUTTONS = {
    **asking.BUTTONS,
    **sending.BUTTONS,
    **taking_back.BUTTONS,
    **moving.BUTTONS,
    **reporting.BUTTONS,
    "edit": edit_pressed,
    "add": add_pressed,
}
FORMS = {"entry": forms.submitted}
