"""Deciding by words: `/logbook setujui siti 2` shows what it approves, `/logbook kembalikan siti 2 kurang bukti` gives it back.

The numbers are those of `/logbook periksa siti`. Between reading that list and typing a number it may have changed, and what
was approved is frozen; so an approval is one press more, under what it is about. What came back is named, and comes again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from integration import find, people
from integration.errors import UserError
from integration.messages import Answer, Command, Reply, Text
from integration.people import Person
from integration.plugin import Context, Subcommand
from plugins.logbook.entries import Entry
from plugins.logbook.own import reporting
from plugins.logbook.review import deciding, digest, reviewing, shown, walking

_SAY = "logbook.say"
_NUMBER = re.compile(r"\d{1,3},?")
_ALL = frozenset({"semua", "semuanya", "all"})
_BESIDE = frozenset({"dan", "no", "no.", "nomor"})


@dataclass(frozen=True, slots=True)
class _Said:
    """`name` in front, numbers behind it, and the rest as it was typed."""

    name: str
    numbers: tuple[int, ...]
    rest: str


def approve(context: Context, command: Command) -> Answer:
    """`setujui [@person] [numbers | semua]`"""
    said = _read(command, many=True)
    person = None if said.rest else _person(context, command, said, "setujui")
    if person is None:
        return reporting.line_of(context, command, "setujui")
    if isinstance(person, Reply):
        return person
    found = _found(context, person)
    if not found or not said.numbers:
        return walking.view(context, person)
    return walking.some(context, person, [(number, _numbered(context, person, found, number)) for number in said.numbers])


def give_back(context: Context, command: Command) -> Answer:
    """`kembalikan [@person] [number] [what is to be corrected]`; what is missing is asked for by the form."""
    said = _read(command, many=False)
    person = _person(context, command, said, "kembalikan")
    if person is None:
        return reporting.line_of(context, command, "kembalikan")
    if isinstance(person, Reply):
        return person
    found = _found(context, person)
    if not found:
        return walking.view(context, person)
    these = [_numbered(context, person, found, number) for number in said.numbers] or found
    if not said.numbers or not said.rest:
        return reviewing.note_form(context, these, shown.pack(these), said.rest)
    return reviewing.given_back(context, these[0], said.rest, alone=True)


def _read(command: Command, *, many: bool) -> _Said:
    words = command.words
    first = 1 if words and words[0].startswith("@") else next((n for n, word in enumerate(words) if _counts(word)), len(words))
    end, numbers = first, list[int]()
    while end < len(words) and _counts(words[end]) and (many or not numbers):
        numbers += [int(words[end].rstrip(","))] if _NUMBER.fullmatch(words[end]) else []
        end += 1
    rest = command.text.split(maxsplit=end)[end] if end < len(words) else ""
    return _Said(" ".join(words[:first]), tuple(dict.fromkeys(numbers)), rest)


def _counts(word: str) -> bool:
    return bool(_NUMBER.fullmatch(word)) or word.lower() in _ALL | _BESIDE


def _person(context: Context, command: Command, said: _Said, word: str) -> Person | Reply | None:
    """Whose reports are meant, or the question; None where the words are none of a decision's, but an activity's.

    The word alone begins with the first of those who wait, as *Buka* does.
    """
    numbers = " ".join(str(number) for number in said.numbers)

    def say(nip: str) -> str:
        return " ".join(f"{word} {nip} {numbers} {said.rest}".split())

    if said.name and not said.name.startswith("@") and not people.search(context.db, said.name):
        return None
    if said.name:
        return find.person(context, command.mentions, said.name, say, _SAY)
    waiting = [person for person, _ in digest.waiting(context, context.person)]
    if not waiting:
        return walking.nothing(context)
    return (
        waiting[0] if len(waiting) == 1 or not (said.numbers or said.rest) else find.which_person(context, waiting, say, _SAY)
    )


def _found(context: Context, person: Person) -> Sequence[Entry]:
    deciding.check(context, context.person, {person.id})
    return digest.of_person(context, person)


def _numbered(context: Context, person: Person, found: Sequence[Entry], number: int) -> Entry:
    if 1 <= number <= len(found):
        return found[number - 1]
    raise UserError(
        context.t(
            "{count} reports of {name} wait, so there is no number {number}. See them: {how}",
            count=len(found),
            name=person.name,
            number=number,
            how=Text(f"`/logbook periksa {person.nip}`"),
        )
    )


SUBCOMMANDS = (
    Subcommand(
        "setujui",
        approve,
        "Approve reports by number, as `periksa` shows them; a button confirms it",
        arguments="[@person] [numbers]",
        example="/logbook setujui @siti 2",
        aliases=("approve", "acc"),
        writes=True,
    ),
    Subcommand(
        "kembalikan",
        give_back,
        "Give a report back by number, with what is to be corrected",
        arguments="[@person] [number] [note]",
        example="/logbook kembalikan @siti 2 lampirkan notulennya",
        aliases=("return", "balikkan"),
        writes=True,
    ),
)
