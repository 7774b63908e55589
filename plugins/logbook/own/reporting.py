"""One line that reports: what was understood is stored and sent, what is missing or not clear is asked by buttons.

Nothing that was typed is lost: it is kept as a draft, or stands in the form behind a button.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from integration import guidance
from integration.dates import Words, take_month
from integration.errors import UserError
from integration.messages import Answer, Button, ButtonPress, Command, File, Reply, Text, fill, join, quote
from integration.plugin import Context, Plugin
from integration.workdays import DayPlan, local_day
from plugins.logbook import entries, wording, writing
from plugins.logbook.declared import forms as form_fields
from plugins.logbook.declared.forms import FormVersion
from plugins.logbook.entries import Content, Entry
from plugins.logbook.evidence import keeping as evidence
from plugins.logbook.limits import TooLate
from plugins.logbook.own import asking, drafting, forms, lines, looking, sending, telling
from plugins.logbook.own.lines import Line
from plugins.logbook.targets import reading as targets
from plugins.logbook.targets.reading import Target
from plugins.logbook.wording import DAYS_OPEN, say

MEND, AS_IT_IS = "logbook.mend", "logbook.as_it_is"
_CODES_OFFERED = 4
# Words for a subcommand that are none: `pindah 1 ke kemarin`, `batalkan 1`.
_MEANT = dict.fromkeys(("pindah", "pindahkan", "ganti", "revisi"), "ubah") | {"batal": "hapus", "batalkan": "hapus"}
_LONGEST_NUMBERED = 8
_NEARLY = 0.8
_LINES_AT_ONCE = 20
_LONGEST_MONTH = 3
_LONGEST_VALUE = 2000
# A line that is longer is not read at all: no entry takes so much.
_LONGEST_LINE = entries.LONGEST_ACTIVITY + entries.LONGEST_RESULT + 2000


def line_of(context: Context, command: Command, word: str) -> Answer:
    """Words behind a subcommand that are not its own: `kirim surat undangan 1 jam` is an activity; else they are explained."""
    whole = replace(command, words=(word, *command.words), text=f"{word} {command.text}")
    line = lines.read(whole.text, local_day(context.now, context.person), context.t)
    return in_one_line(context, whole) if line.minutes else unknown(context, command, word)


def unknown(context: Context, command: Command, word: str) -> Reply:
    """Nothing is written by guessing; one press reports it."""
    whole = f"{word} {command.text}"
    button = Button(context.t("Report it as an activity"), AS_IT_IS, whole[:_LONGEST_VALUE], days=1)
    said = context.t("`/logbook {word}` does not know “{text}”.", word=Text(word), text=command.text[:60])
    return Reply(said, buttons=(button, say(context.t("Help"), "bantuan")), refused=True)


def in_one_line(context: Context, command: Command, *, as_it_is: bool = False) -> Answer:
    """`/logbook menyusun laporan 2 jam #RHK-3`; several lines that all say how long they took are several entries."""
    if len(command.text) > _LONGEST_LINE:
        return _too_long(context, command.text)
    try:
        return _report(context, command, as_it_is=as_it_is)
    except TooLate as late:
        return _refused(context, late, command.text, *looking.ask_late(context, late))
    except UserError as error:
        return _refused(context, error, command.text)


def _refused(context: Context, error: UserError, text: str, *before: Button) -> Reply:
    """With the form behind a button; what is too long for that comes back as a file, for a chat may show it nowhere else."""
    files = (_as_file(text),) if len(text) > _LONGEST_VALUE else ()
    return Reply(quote(error.args[0]), buttons=(*before, _mend(context, text)), files=files, refused=True)


def _mend(context: Context, text: str) -> Button:
    """What was typed goes into the form, so that it need not be typed again."""
    return Button(context.t("Mend it"), MEND, text[:_LONGEST_VALUE], "good", DAYS_OPEN)


def _too_long(context: Context, text: str) -> Reply:
    """Nothing of it is lost: it comes back as a file."""
    said = context.t(
        "{length} characters; an activity has at most {most}. Your text is in the file: shorten it, or add that as evidence.",
        length=len(text),
        most=entries.LONGEST_ACTIVITY,
    )
    return Reply(said, files=(_as_file(text),), refused=True)


def _as_file(text: str) -> File:
    return File("kegiatan.txt", "text/plain", text.encode(errors="replace"))


def _report(context: Context, command: Command, *, as_it_is: bool) -> Answer:
    today = local_day(context.now, context.person)
    each = lines.several(command.text)
    if 1 < len(each) <= _LINES_AT_ONCE:
        read = [lines.read(line, today, context.t) for line in each]
        if all(line.minutes and line.activity for line in read):
            return _several(context, read, today)
    line = lines.read(command.text, today, context.t)
    meant = None if as_it_is else _meant_otherwise(context, command, line, today)
    if meant is not None:
        return meant
    if not line.activity:
        return forms.new(context, min(line.day or today, today), line)
    return _one(context, line, line.day or today)


def _meant_otherwise(context: Context, command: Command, line: Line, today: date) -> Reply | None:
    """A day or a month alone is looked at; a number, a person or nearly a subcommand becomes no entry by itself."""
    t, words = context.t, command.words
    if line.day is not None and not line.links and replace(line, links=()) == Line("", line.day):
        return looking.show(context, line.day)
    month, rest = take_month(words, today, t) if len(words) <= _LONGEST_MONTH else (None, words)
    if month is not None and not rest:
        return looking.month(context, month)
    if len(words) == 1 and words[0].startswith("@"):
        raise UserError(
            t("Here are your own reports. Those of others: {how}", how=fill("`/logbook periksa {name}`", name=words[0]))
        )
    if len(words) == 1 and words[0].isdecimal():
        return _offer(context, [f"{word} {words[0]}" for word in ("ubah", "kirim", "hapus")])
    return _command_meant(context, command, line)


def _offer(context: Context, commands: Sequence[str], *more: Button) -> Reply:
    """`Maksud Anda …?`, a button for each."""
    shown = join(" / ", [fill("`/logbook {words}`", words=Text(words)) for words in commands])
    buttons = tuple(Button(f"/logbook {words}"[:40], "logbook.say", words) for words in commands)
    return Reply(context.t("Did you mean {commands}?", commands=shown), buttons=(*buttons, *more), refused=True)


def _command_meant(context: Context, command: Command, line: Line) -> Reply | None:
    """A short line that is nearly one of the subcommands becomes no entry by itself."""
    bare = not (line.minutes or line.codes or line.quantity or line.links or line.day)
    numbered = len(command.words) > 1 and command.words[1].isdecimal() and command.words[0].lower() in _MEANT
    if not bare or len(command.words) > (_LONGEST_NUMBERED if numbered else 3):
        return None
    known = _MEANT | {word: each.word for each in _plugin().subcommands for word in (each.word, *each.aliases)}
    typed = command.words[0].lower()
    near = [word for word in guidance.near(typed, known) if len(command.words) == 1 or _alike(typed, word)]
    if not near:
        return None
    keep = Button(context.t("Report it as an activity"), AS_IT_IS, command.text[:_LONGEST_VALUE], days=1)
    return _offer(context, [" ".join([word, *command.words[1:]]) for word in dict.fromkeys(known[word] for word in near)], keep)


def _alike(typed: str, word: str) -> bool:
    """Nearly the same: `krim semua` is one, `rapat tim` is not `rekap tim`."""
    return difflib.SequenceMatcher(None, typed, word).ratio() >= _NEARLY


def _plugin() -> Plugin:
    from plugins.logbook.plugin import PLUGIN  # it joins the parts, of which this is one

    return PLUGIN


def _one(context: Context, line: Line, day: date) -> Reply:
    """Store the line as far as it goes; it is sent if nothing is missing. Few statements: all people do this at four."""
    person, before = context.person, telling.before(context, day)
    found = _targets(context, line, day)
    one = found[0] if len(found) == 1 else None
    form = form_fields.current(context.db, person)
    content = _content(context, line, day, one, form, before.plan, before.there)
    whole = bool(line.minutes) and (bool(one) or not line.codes) and not form_fields.missing(form, None)
    seen = writing.Seen(before.there, one, complete=whole)
    entry = writing.add(context, person, day, content, state="sent" if whole else "draft", seen=seen)
    for link in line.links:
        entry = evidence.add_link(context, context.person, entry, link).entry
    if line.codes and one is None:
        return _which_target(context, entry, line, found)
    return asking.finished(context, entry, send=True, known=replace(before, target=one))


def _content(
    context: Context,
    line: Line,
    day: date,
    target: Target | None,
    form: FormVersion | None,
    plan: DayPlan | None,
    there: Sequence[Entry],
) -> Content:
    return Content(
        line.activity,
        line.result,
        line.quantity,
        line.measure,
        line.minutes,
        target.id if target else None,
        line.place or drafting.place_of(context, context.person, day, plan, there),
        form_id=form.id if form else None,
    )


def _targets(context: Context, line: Line, day: date) -> list[Target]:
    """What the codes can mean; several where the line names several, or one that is not clear."""
    if not line.codes:
        return []
    own = targets.of_person(context.db, context.person.id, day.year)
    found = [target for code in line.codes for target in targets.find(own, code)]
    return list({each.id: each for each in found}.values())


def _which_target(context: Context, entry: Entry, line: Line, found: Sequence[Target]) -> Reply:
    """The entry is kept; the nearest codes are a press away."""
    t, own = context.t, targets.of_person(context.db, context.person.id, entry.day.year)
    near = [*found] or targets.nearest(own, line.codes[0]) or own
    what = wording.activity(entry.content, 60)
    if len(found) > 1:
        said = t("“{what}” is kept as a draft. An entry has one target; which is it?", what=what)
    elif own:
        said = t(
            "“{what}” is kept as a draft: you have no target {code} in {year}. Which did you mean?", **_unknown(line, entry)
        )
    else:
        said = t("“{what}” is kept as a draft: you have no targets for {year} yet ({code}).", **_unknown(line, entry))
    buttons = [
        Button(f"{each.code} {each.title}"[:60], telling.AIM, f"{entry.id}:{each.id}", days=DAYS_OPEN)
        for each in near[:_CODES_OFFERED]
    ]
    none = Button(t("Send without a target"), telling.AIM, f"{entry.id}:0", days=DAYS_OPEN)
    drop = Button(t("Delete"), telling.DROP, str(entry.id), days=DAYS_OPEN)
    return Reply(said, buttons=(*buttons, none, drop))


def _unknown(line: Line, entry: Entry) -> dict[str, object]:
    return {"what": wording.activity(entry.content, 60), "code": line.codes[0], "year": entry.day.year}


def _several(context: Context, read: Sequence[Line], today: date) -> Reply:
    """Every line an entry of its own; the day of the first holds for those that name none."""
    first, form = read[0].day or today, form_fields.current(context.db, context.person)
    with context.db.begin_nested():  # all of them or none: a refusal gives back every line that was typed
        kept = [_draft_of(context, line, line.day or first, form) for line in read]
    return sending.reply(context, drafting.of_day(context, context.person, first), kept)


def _draft_of(context: Context, line: Line, day: date, form: FormVersion | None) -> Entry:
    found = _targets(context, line, day)
    if line.codes and len(found) != 1:
        targets.by_code(context.db, context.t, context.person.id, day.year, line.codes[0])
    there = entries.of_day(context.db, context.person.id, day)
    content = _content(context, line, day, found[0] if found else None, form, None, there)
    entry = writing.add(context, context.person, day, content)
    for link in line.links:
        entry = evidence.add_link(context, context.person, entry, link).entry
    return entry


def mend_pressed(context: Context, press: ButtonPress) -> Answer:
    """The form with what the line said, as far as it could be read."""
    today = local_day(context.now, context.person)
    try:
        line = lines.read(press.value, today, context.t)
    except UserError:
        line = Line(press.value)
    return forms.new(context, min(line.day or today, today), line)


def as_it_is_pressed(context: Context, press: ButtonPress) -> Answer:
    words: Words = tuple(press.value.split())
    answer = in_one_line(context, Command("logbook", words, press.value, press.channel), as_it_is=True)
    return replace(answer, replaces=True) if isinstance(answer, Reply) else answer


BUTTONS = {"mend": mend_pressed, "as_it_is": as_it_is_pressed}
