"""Whom and until when: what was typed behind `bagikan`, or filled into its form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from integration import dates, find, people, phrases, workdays
from integration.errors import UserError
from integration.messages import Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.berkas import couplings, places
from plugins.berkas.tables import coupled_channel

MOST = 10
HERE = frozenset({"~", "~ini", "~here", "kanal", "kanal ini", "channel", "di sini"})
_UNTIL = re.compile(r"(?:^|\s)(?:sampai|hingga|s/d|sd|until|till)\s+(?P<day>.+)$", re.IGNORECASE)
RECEIVER = re.compile(r"(?:^|(?<=[\s,]))[@~][^\s,]*")


class Unclear(Exception):
    """What was typed cannot be followed as it is; `text` asks or says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Receiver:
    """`code` is `person:7` or `channel:mattermost:<id>`."""

    code: str
    name: str


def until(context: Context, text: str) -> tuple[str, date]:
    """The line without its day, and the day."""
    found = _UNTIL.search(text)
    if found is None:
        return text, usual_day(context)
    return text[: found.start()], day(context, found["day"])


def usual_day(context: Context) -> date:
    return workdays.local_day(context.now, context.person) + timedelta(days=context.settings.berkas_share_days)


def day(context: Context, text: str) -> date:
    t, today = context.t, workdays.local_day(context.now, context.person)
    try:
        day = dates.parse_day(text, today, t, "future")
    except UserError as error:
        raise Unclear(error.args[0] if isinstance(error.args[0], Text) else fill("{why}", why=error.args[0])) from None
    return allowed(context, day)


def allowed(context: Context, day: date) -> date:
    t, today = context.t, workdays.local_day(context.now, context.person)
    longest = today + timedelta(days=context.settings.berkas_share_longest_days)
    if day < today:
        raise Unclear(t("{day} is over. Choose a day from today on.", day=phrases.long_day(t, day)))
    if day > longest:
        raise Unclear(t("A link lasts until {day} at most.", day=phrases.long_day(t, longest)))
    return day


def receivers(context: Context, found: list[str], mentions: tuple[tuple[str, str], ...]) -> tuple[Receiver, ...]:
    """Those that were named, each once. Raises `Unclear`."""
    if len(found) > MOST:
        raise Unclear(context.t("That is too many at once; at most {most}. A channel takes everybody.", most=MOST))
    named = [channel(context, word) if word.startswith("~") else person(context, word, mentions) for word in found]
    return tuple({receiver.code: receiver for receiver in named}.values())


def person(context: Context, word: str, mentions: tuple[tuple[str, str], ...] = ()) -> Receiver:
    t, words = context.t, word.strip().rstrip(".,;:")
    mentioned = find.mentioned(context, mentions, words)
    several = [mentioned] if mentioned else people.search(context.db, words, limit=5)
    if not several:
        raise Unclear(t("There is nobody named “{name}” in the list.", name=words[: find.LONGEST]))
    if len(several) > 1:
        names = join(", ", [find.named(someone) for someone in several])
        raise Unclear(t("Whom do you mean: {names}? Write the NIP or the @name.", names=names))
    return of_person(context, several[0])


def of_person(context: Context, someone: Person) -> Receiver:
    t = context.t
    if someone.id == context.person.id:
        raise Unclear(t("That is you. You can open the file already."))
    if someone.ended_on is not None and someone.ended_on < workdays.local_day(context.now, someone):
        raise Unclear(t("{name} does not work here any more.", name=someone.name))
    return Receiver(f"person:{someone.id}", someone.name)


def channel(context: Context, word: str) -> Receiver:
    """This channel, or a coupled one in which the person is. Raises `Unclear`."""
    t, here, name = context.t, context.channel, word.lstrip("~").lower()
    if here.id and not here.direct and (word.lower() in HERE or name == here.name.lower()):
        shown = couplings.name_of(context.db, context.sender.platform, here.id, here.name)
        return Receiver(f"channel:{context.sender.platform}:{here.id}", shown or t("this channel"))
    folders = places.channel_folders(context)
    c = coupled_channel.c
    for row in context.db.execute(select(coupled_channel).where(c.state == "open", c.folder.in_(folders))):
        if name and name == row.name.lower():
            return Receiver(f"channel:{row.platform}:{row.channel}", row.name)
    raise Unclear(t("Type the command in the channel itself and write {here} for it.", here=Text("`~ini`")))


def known(context: Context, code: str) -> Receiver:
    kind, _, rest = code.partition(":")
    if kind == "person" and rest.isascii() and rest.isdigit() and len(rest) < 10:
        someone = people.get(context.db, int(rest))
        if someone is not None:
            return of_person(context, someone)
    platform, _, channel = rest.partition(":")
    here = context.channel
    if kind == "channel" and platform == context.sender.platform and channel == here.id and channel and not here.direct:
        return Receiver(code, couplings.name_of(context.db, platform, here.id, here.name))
    c = coupled_channel.c
    theirs = c.folder.in_(places.channel_folders(context))
    where = (c.platform == platform, c.channel == channel, c.state == "open", theirs)
    row = context.db.execute(select(c.name).where(*where)).first() if kind == "channel" else None
    if row is None:
        raise ValueError(code)
    return Receiver(code, row.name)
