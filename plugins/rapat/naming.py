"""Whom a text invites: `@siti, Dewi Lestari, ~umum, unit Bidang Aplikasi, tamu@dinas.example`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from integration import find, people
from integration.errors import UserError
from integration.messages import Text, fill, join, quote
from integration.people import Person, account
from integration.plugin import Context
from integration.ports import Named as Channels
from integration.workdays import local_day
from plugins.rapat.planning import Group, Who

LONGEST_ADDRESS = 254
_LONGEST_CHANNEL = 100
# Every name that is no username is a look-up of its own.
_MOST_NAMES = 50
HERE = frozenset({"~", "~ini", "~here", "@channel", "@all", "@here", "@semua", "kanal", "kanal ini", "di sini", "semua"})
_MINE = frozenset({"unit saya", "unit kami", "tim saya", "tim kami", "my unit", "my team"})
_SEPARATORS = re.compile(r"\s*[,;\n]\s*|\s+(?:dan|and|&)\s+(?=[@~])")
_TOKEN = re.compile(r"(?:^|(?<=\s))(?:[@~]\S+|[^\s@]*[^\s@~]@\S*)")
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_UNIT = re.compile(r"(?:unit|unit kerja|seluruh|semua pegawai|all of)\s+(?P<name>.+)", re.IGNORECASE)
_AROUND = "\"'“”‘’.,;:()<> "


@dataclass(slots=True)
class Named:
    """Who was found, each once, and what could not be: a sentence for each."""

    people: dict[int, Person] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    problems: list[Text] = field(default_factory=list)

    def who(self) -> list[Who]:
        """The organiser is not among them."""
        return [*(Who(each.id) for each in self.people.values()), *(Who(email=address) for address in self.addresses)]

    def __bool__(self) -> bool:
        return bool(self.people or self.addresses or self.groups)


def read(
    context: Context, text: str, mentions: Sequence[tuple[str, str]] = (), channels: Mapping[str, str] | None = None
) -> Named:
    """Everybody in `text`. `mentions` and `channels` map names to the platform's ids, as far as it has told them."""
    found = Named()
    tokens, names = _pieces(text)
    _usernames(context, [token for token in tokens if token.startswith("@") and token.lower() not in HERE], mentions, found)
    for token in tokens:
        if token.startswith("~") or token.lower() in HERE:
            _channel(context, token, channels or {}, found)
    _addresses(context, [token for token in tokens if "@" in token[1:]], found)
    if len(names) > _MOST_NAMES:
        found.problems.append(context.t("Too many names at once; write @names, or invite a channel or a unit."))
    for name in names[:_MOST_NAMES]:
        _named(context, name, found)
    found.people.pop(context.person.id, None)
    return found


def _pieces(text: str) -> tuple[list[str], list[str]]:
    """What is marked by a sign, and what is a name."""
    tokens: list[str] = []
    names: list[str] = []
    for piece in _SEPARATORS.split(text):
        tokens += [token.rstrip(".,;:!?)>") for token in _TOKEN.findall(piece.replace("<", " ").replace("mailto:", ""))]
        rest = " ".join(_TOKEN.sub(" ", piece.replace("<", " ").replace("mailto:", "")).split()).strip(_AROUND)
        rest = re.sub(r"^(?:dan|and|&)\s+|\s+(?:dan|and|&)$", "", rest)
        if rest and rest.lower() not in ("dan", "and", "&"):
            names.append(rest)
    return [token for token in tokens if token not in ("@", "")], names


# ---------------------------------------------------------------- people


def _usernames(context: Context, tokens: Sequence[str], mentions: Sequence[tuple[str, str]], found: Named) -> None:
    """All of them in one statement: by the platform's own id, else by the username."""
    wanted = {token[1:].lower() for token in tokens if "@" not in token[1:]}
    if not wanted:
        return
    ids = {id: name.lower() for name, id in mentions if name.lower() in wanted}
    platform = account.c.platform == context.sender.platform
    query = select(account.c.username, account.c.external_id, account.c.platform, account.c.person_id).where(
        or_(account.c.username.in_(wanted), and_(platform, account.c.external_id.in_(list(ids))))
    )
    best: dict[str, tuple[int, int]] = {}
    for row in context.db.execute(query):
        here = row.platform == context.sender.platform
        name, rank = (ids[row.external_id], 0) if here and row.external_id in ids else (row.username, 1 if here else 2)
        best[name] = min(best.get(name, (9, 0)), (rank, row.person_id))
    known = {
        each.id: each for each in people.fetch(context.db, people.people_query().where(people.person.c.id.in_(_ids(best))))
    }
    for name in dict.fromkeys(token[1:].lower() for token in tokens if "@" not in token[1:]):
        if name in best:
            _add(context, known[best[name][1]], found)
        else:
            _person_or_problem(context, name, f"@{name}", found)


def _ids(best: Mapping[str, tuple[int, int]]) -> list[int]:
    return [person_id for _, person_id in best.values()]


def _add(context: Context, someone: Person, found: Named) -> None:
    if someone.ended_on is not None and someone.ended_on < local_day(context.now, someone):
        found.problems.append(context.t("{name} does not work here any more.", name=someone.name))
    else:
        found.people[someone.id] = someone


def _person_or_problem(context: Context, name: str, shown: str, found: Named) -> None:
    several = people.search(context.db, name.replace(".", " ") if shown.startswith("@") else name)
    working = [each for each in several if each.ended_on is None or each.ended_on >= local_day(context.now, each)] or several
    if len(working) == 1:
        _add(context, working[0], found)
    elif working:
        names = join(", ", [fill("{name} (NIP {nip})", name=each.name, nip=each.nip) for each in working[: find.MOST_CHOICES]])
        t = context.t
        found.problems.append(
            t("“{name}” can be {names}. Write the NIP or the @name.", name=shown[: find.LONGEST], names=names)
        )
    else:
        found.problems.append(find.nobody(context, shown))


def _named(context: Context, name: str, found: Named) -> None:
    """A person by name or NIP, or a unit."""
    t = context.t
    if name.lower() in HERE:
        _channel(context, "~ini", {}, found)
        return
    if name.lower() in _MINE:
        _add_unit(context.person.unit_id, context.person.unit, found)
        return
    as_unit = _UNIT.fullmatch(name)
    several = re.split(r"\s+(?:dan|and|&)\s+", name)
    if len(several) > 1 and not people.units_named(context.db, (as_unit["name"] if as_unit else name).strip(_AROUND)):
        for each in several:
            _named(context, each, found)
        return
    units = people.units_named(context.db, (as_unit["name"] if as_unit else name).strip(_AROUND))
    exact = [unit for unit in units if unit[1].lower() == name.lower()]
    if exact or as_unit:
        if len(exact or units) == 1:
            _add_unit(*(exact or units)[0], found)
        else:
            found.problems.append(find.several_units(context, units) if units else find.no_unit(context, name))
    elif len(units) == 1 and not people.search(context.db, name, limit=1):
        _add_unit(*units[0], found)
    elif len(units) > 1 and not people.search(context.db, name, limit=1):
        found.problems.append(t("“{name}”: {which}", name=name[: find.LONGEST], which=find.several_units(context, units)))
    else:
        _person_or_problem(context, name, name, found)


def _add_unit(unit_id: int, name: str, found: Named) -> None:
    group = Group("unit", str(unit_id), name)
    found.groups[group.kind, group.id] = group


# ---------------------------------------------------------------- channels


def _channel(context: Context, token: str, channels: Mapping[str, str], found: Named) -> None:
    """This channel, or one whose id the platform has told with the command, or one that the task has to find by its name."""
    t, here = context.t, context.channel
    name, platform = token.lstrip("~").lower(), context.sender.platform
    is_here = token.lower() in HERE or (bool(here.name) and name == here.name.lower())
    known = {key.lower(): id for key, id in channels.items()}
    if is_here and here.id and not here.direct:
        group = Group("channel", here.id, here.name or t("this channel"), platform)
    elif not is_here and (name in known or _can_look(context)):
        group = Group("channel", known.get(name, ""), token.lstrip("~")[:_LONGEST_CHANNEL], platform, by=context.sender.id)
    elif is_here:
        found.problems.append(t("This is no channel: name people, or type the command in the channel itself."))
        return
    else:
        found.problems.append(
            t(
                "The channel {name} cannot be seen from here. Type the command there with {here}.",
                name=fill("“{name}”", name=token[:60]),
                here=Text("`~ini`"),
            )  # fmt: skip
        )
        return
    found.groups[group.kind, group.id or f"~{name}"] = group


def _can_look(context: Context) -> bool:
    """Whether the task can find a channel by its name there."""
    return isinstance(context.ports.chats.get(context.sender.platform), Channels)


# ---------------------------------------------------------------- guests


def _addresses(context: Context, tokens: Iterable[str], found: Named) -> None:
    """An address of one of ours invites that person."""
    wanted = dict.fromkeys(token.strip(_AROUND).lower() for token in tokens)
    good = [address for address in wanted if is_address(address)]
    for address in wanted:
        if address not in good:
            found.problems.append(
                context.t("“{address}” is no e-mail address. Write it like nama@instansi.go.id.", address=quote(address[:60]))
            )
    if not good:
        return
    query = people.people_query().where(people.person.c.email.in_(good))
    ours = {each.email: each for each in people.fetch(context.db, query) if not people.has_left(each, context.now)}
    for address in good:
        if address in ours:
            _add(context, ours[address], found)
        else:
            found.addresses[address] = None


def is_address(text: str) -> bool:
    local = text.partition("@")[0]
    plain = ".." not in text and not local.startswith(".") and not local.endswith(".") and len(local) <= 64
    return len(text) <= LONGEST_ADDRESS and plain and bool(_ADDRESS.fullmatch(text))


def required(context: Context, found: Named) -> Named:
    """Raises `UserError` with everything that is wrong with it."""
    if found.problems:
        raise UserError(join(" ", found.problems))
    return found


__all__ = ["HERE", "Named", "is_address", "read", "required"]
