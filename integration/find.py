"""The person or unit that somebody names: `@dewi`, a name, an NIP; a unit by a part of its name. Several are a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from integration import near_names, people
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from integration.workdays import local_day

MOST_CHOICES = 5
LONGEST = 60

# The whole command, given what is to stand in it for the name: an NIP, or a unit's whole name.
Say = Callable[[str], str]


def person(context: Context, mentions: Sequence[tuple[str, str]], text: str, say: Say, action: str) -> Person | Reply:
    """Who is meant, or the answer that asks."""
    found = mentioned(context, mentions, text)
    several = [found] if found else people.search(context.db, text)
    if not several:
        return _nobody(context, text, say, action)
    return several[0] if len(several) == 1 else which_person(context, several, say, action)


def mentioned(context: Context, mentions: Sequence[tuple[str, str]], text: str) -> Person | None:
    """The person behind an `@mention`, by the platform's own id, else by the username."""
    name = text.removeprefix("@").rstrip(".,;:").lower()
    if not text.startswith("@") or " " in text:
        return None
    id = next((id for username, id in mentions if username.lower() == name), "")
    found = people.by_sender(context.db, replace(context.sender, id=id, name=name)) if id else None
    return found or people.by_username(context.db, context.sender.platform, name)


def _nobody(context: Context, text: str, say: Say, action: str) -> Reply:
    near = _near(context, text)
    return Reply(nobody(context, text, near), buttons=_buttons(near, say, action), refused=True)


def nobody(context: Context, text: str, near: Sequence[Person] | None = None) -> Text:
    """That nobody is called so, and who is called nearly so (`near_names`)."""
    t = context.t
    said = t("There is nobody named “{name}” in the list.", name=text[:LONGEST])
    near = _near(context, text) if near is None else near
    if not near:
        return said
    return t("{nobody} Do you mean {names}?", nobody=said, names=join(" / ", [_with_name(context, each) for each in near]))


def _near(context: Context, text: str) -> list[Person]:
    return near_names.nearest(context.db, text, local_day(context.now, context.person))


def _with_name(context: Context, someone: Person) -> Text:
    """`Dewi Lestari (@dewi)`, as one may write it; without an account here the NIP."""
    accounts = people.accounts(context.db, [someone.id]).get(someone.id, [])
    here = next((each.username for each in accounts if each.platform == context.sender.platform and each.username), "")
    return fill("{name} ({written})", name=someone.name, written=f"@{here}" if here else someone.nip)


def which_person(context: Context, found: Sequence[Person], say: Say, action: str) -> Reply:
    """The question which of several people is meant, a button for each."""
    return which(context, [named(each) for each in found], _buttons(found, say, action))


def _buttons(found: Sequence[Person], say: Say, action: str) -> tuple[Button, ...]:
    return tuple(Button(f"{each.name} · {each.unit}"[:LONGEST], action, say(each.nip)) for each in found[:MOST_CHOICES])


def which(context: Context, names: Sequence[Text], buttons: Sequence[Button]) -> Reply:
    """The same for a choice of people and others."""
    shown, more = _listed(names)
    text = context.t("Whom do you mean: {names}{more}?", names=shown, more=more)
    return Reply(text, buttons=tuple(buttons[:MOST_CHOICES]), refused=True)


def named(someone: Person) -> Text:
    """`Siti Rahayu (Bidang Umum)`, which tells namesakes apart."""
    return fill("{name} ({unit})", name=someone.name, unit=someone.unit)


def unit(context: Context, text: str, say: Say, action: str) -> tuple[int, str] | Reply:
    """Which unit is meant, or the answer that asks."""
    found = people.units_named(context.db, text.strip("\"'“”"))
    if not found:
        return Reply(no_unit(context, text), refused=True)
    return found[0] if len(found) == 1 else which_unit(context, found, say, action)


def no_unit(context: Context, text: str) -> Text:
    return context.t("There is no unit named “{name}”.", name=text[:LONGEST])


def which_unit(context: Context, found: Sequence[tuple[int, str]], say: Say, action: str) -> Reply:
    """The question which of several units is meant, a button for each."""
    buttons = tuple(Button(name[:LONGEST], action, say(name)) for _, name in found[:MOST_CHOICES])
    return Reply(several_units(context, found), buttons=buttons, refused=True)


def several_units(context: Context, found: Sequence[tuple[int, str]]) -> Text:
    shown, more = _listed([fill("{name}", name=name) for _, name in found])
    return context.t("Which unit do you mean: {names}{more}?", names=shown, more=more)


def _listed(names: Sequence[Text]) -> tuple[Text, Text]:
    return join(", ", list(names[:MOST_CHOICES])), Text(", …") if len(names) > MOST_CHOICES else Text("")
