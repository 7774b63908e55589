"""`/jadwal ingin`: saying where one would like to work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integration import phrases
from integration.dates import Words, take_day
from integration.dates.words import WEEKDAYS, tidy
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, ButtonPress, Command, Reply, Text, fill, join
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.jadwal import service, wishes, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.wishes import NOTE_LENGTH, Wish

PLACE_WORDS = {place: place for place in service.PLACES} | {"kantor": "wfo", "office": "wfo", "rumah": "wfh", "home": "wfh"}
_EVERY = frozenset({"setiap", "tiap", "every", "each"})
_ONLY = frozenset({"hanya", "only"})
_UNTIL = frozenset({"sampai", "hingga", "until", "s.d.", "sd"})
_REMOVE = frozenset({"hapus", "batal", "batalkan", "cabut", "remove"})
MOST = 14


@dataclass(frozen=True, slots=True)
class Said:
    """What a line has said; `day` or `weekday`, neither if none was named. `coming`: the next such weekday."""

    place: str = ""
    day: date | None = None
    weekday: int | None = None
    coming: date | None = None
    until: date | None = None
    note: str = ""


def wish(context: Context, command: Command) -> Reply:
    """`ingin DAY wfh|wfo [note]`, `ingin setiap rabu wfh`, `ingin hapus rabu`; alone it lists."""
    if not command.words:
        return _listed(context)
    if command.words[0].lower() in _REMOVE:
        return _removed(context, _read(context, command.words[1:]))
    said = _read(context, command.words)
    if not said.place or (said.day is None and said.weekday is None):
        return _what(context, said)
    _check(context, said)
    return _added(context, said)


def _read(context: Context, words: Words) -> Said:
    """Place and day in any order, then a note. A weekday alone means every week."""
    today = local_day(context.now, context.person)
    place, note = "", ""
    day: date | None = None
    weekday: int | None = None
    coming: date | None = None
    until: date | None = None
    every = only = False
    while words:
        word = tidy(words[0])
        named = day is not None or weekday is not None
        if not place and word in PLACE_WORDS:
            place, words = PLACE_WORDS[word], words[1:]
        elif not named and word in _EVERY | _ONLY:
            every, only, words = word in _EVERY, word in _ONLY, words[1:]
        elif named and word in _UNTIL:
            until, rest = take_day(words[1:], today, context.t, "future")
            if until is None:
                break
            words = rest
        else:
            found, rest = take_day(words, today, context.t, "future") if not named else (None, words)
            if found is None:
                note = " ".join(words)
                break
            if word in WEEKDAYS and not only and (every or len(words) - len(rest) == 1):
                weekday, coming, words = WEEKDAYS[word], found, words[1:] if every else rest
            else:
                day, words = found, rest
    return Said(place, day, weekday, coming, until, note.strip("\"'“” ")[:NOTE_LENGTH])


def _check(context: Context, said: Said) -> None:
    today = local_day(context.now, context.person)
    if said.day is not None and said.day <= today:
        raise UserError(
            context.t("{day} is past or has begun. Wish for a day to come.", day=phrases.short_day(context.t, said.day))
        )
    if said.until is not None and said.until < today:
        raise UserError(
            context.t("{day} is past already: until when does it hold?", day=phrases.short_day(context.t, said.until))
        )


def _what(context: Context, said: Said) -> Reply:
    """Half of it was said: the other half as buttons where that can be."""
    t = context.t
    if said.place or (said.day is None and said.weekday is None):
        return Reply(t("Which day, and where? For example: {example}", example=_EXAMPLES), refused=True)
    when = f"{said.day:%d/%m/%Y}" if said.day else f"setiap {wording.weekday(t, said.weekday or 0)}"
    buttons = tuple(Button(phrases.place(place), SAY, f"ingin {when} {place}") for place in service.PLACES)
    return Reply(t("Where would you like to work then?"), buttons=buttons, refused=True)


_EXAMPLES = Text("`/jadwal ingin rabu wfh`, `/jadwal ingin 24/12 wfo`")


def _added(context: Context, said: Said) -> Reply:
    t, today = context.t, local_day(context.now, context.person)
    if len(wishes.own(context.db, context.person.id, today)) >= MOST and said.day is not None:
        raise UserError(t("You have {count} wishes already. Remove some first: `/jadwal ingin`", count=MOST))
    made, old = wishes.add(
        context, place=said.place, day=said.day, weekday=said.weekday, first=today, last=said.until, note=said.note
    )
    lines = [t("Noted: {wish}. Whoever makes the rota considers it; it is no promise.", wish=describe(t, made))]
    if old is not None and old.place != made.place:
        lines.append(t("It replaces your wish for {place}.", place=phrases.place(old.place)))
    lines += _published(context, made)
    return Reply(join(" ", lines), buttons=_after(t, made, said))


def _published(context: Context, made: Wish) -> list[Text]:
    """The rota of that day is there already."""
    if made.day is None:
        return []
    rota = service.days(context.db, [context.person.id], made.day, made.day).get((context.person.id, made.day))
    if rota is None or rota.place == made.place:
        return []
    return [
        context.t(
            "The rota of that day is published already ({place}); to change it: {command}",
            place=phrases.place(rota.place),
            command=Text(f"`/jadwal tukar @rekan {made.day:%d/%m}`"),
        )
    ]


def _after(t: Translate, made: Wish, said: Said) -> tuple[Button, ...]:
    """Undo; and of a weekday that day alone, in case that was meant."""
    undo = Button(t("Remove"), "jadwal.wish_remove", str(made.id), days=30)
    if said.coming is None:
        return (undo,)
    only = t("Only {day}", day=phrases.short_day(t, said.coming))
    return (Button(only, "jadwal.wish_only", f"{made.id} {said.coming.isoformat()}"), undo)


def describe(t: Translate, wish: Wish) -> Text:
    """`setiap Rabu WFH`, `Rabu 25 Nov WFO`"""
    if wish.day is not None:
        return fill("{day} {place}", day=phrases.short_day(t, wish.day), place=phrases.place(wish.place))
    said = t("every {weekday} {place}", weekday=wording.weekday(t, wish.weekday or 0), place=phrases.place(wish.place))
    return said if wish.valid_until is None else t("{wish} until {day}", wish=said, day=wording.date_in(t, wish.valid_until))


# ---------------------------------------------------------------- the list, and taking back


def _listed(context: Context) -> Reply:
    t, found = context.t, wishes.own(context.db, context.person.id, local_day(context.now, context.person))
    if not found:
        return Reply(t("You have no wishes. For example: {example}", example=_EXAMPLES))
    lines = [t("**Your wishes** (whoever makes the rota considers them)")]
    lines += [
        fill("{number}. {wish}{note}", number=n, wish=describe(t, each), note=_note(each)) for n, each in enumerate(found, 1)
    ]
    buttons = [Button(t("Remove {number}", number=n), "jadwal.wish_remove", str(each.id)) for n, each in enumerate(found, 1)]
    return Reply(join("\n", lines), buttons=tuple(buttons))


def _note(wish: Wish) -> Text:
    return fill(" — “{note}”", note=wish.note) if wish.note else Text("")


def _removed(context: Context, said: Said) -> Reply:
    found = [
        each
        for each in wishes.own(context.db, context.person.id, local_day(context.now, context.person))
        if (said.day is not None and each.day == said.day)
        or (said.weekday is not None and (each.weekday == said.weekday or each.day == said.coming))
    ]
    if not found:
        return replace_refused(_listed(context))
    for each in found:
        wishes.remove(context, each)
    gone = join(", ", [describe(context.t, each) for each in found])
    return Reply(context.t("Removed: {wish}.", wish=gone))


def replace_refused(reply: Reply) -> Reply:
    return Reply(reply.text, buttons=reply.buttons, refused=True)


def remove(context: Context, press: ButtonPress) -> Reply:
    found = _mine(context, press.value)
    if not wishes.remove(context, found):
        return Reply(context.t("It was removed already."), replaces=True)
    return Reply(context.t("Removed: {wish}.", wish=describe(context.t, found)), replaces=True)


def only(context: Context, press: ButtonPress) -> Reply:
    """Not every week: only the day that the button names."""
    id, _, named = press.value.partition(" ")
    found, day = _mine(context, id), _date(context, named)
    if not wishes.remove(context, found):
        return Reply(context.t("It was removed already."), replaces=True)
    said = Said(found.place, day, note=found.note)
    _check(context, said)
    return Reply(_added(context, said).text, replaces=True)


def _date(context: Context, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(context.t("This wish is not yours.")) from None


def _mine(context: Context, value: str) -> Wish:
    found = wishes.get(context.db, int(value)) if value.isdecimal() and len(value) <= 9 else None
    if found is None or found.person_id != context.person.id:
        raise UserError(context.t("This wish is not yours."))
    return found


SUBCOMMANDS = (
    Subcommand(
        "ingin",
        wish,
        "Say where you would like to work; without words your wishes",
        arguments="[day] [wfh|wfo] | hapus [day]",
        example="/jadwal ingin rabu wfh",
        aliases=("wish", "mau", "keinginan", "pingin"),
        writes=True,
    ),
)
BUTTONS = {"wish_remove": remove, "wish_only": only}
