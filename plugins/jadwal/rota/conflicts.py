"""What of a rota cannot be, in words: which demand, on which day, and with what it collides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from integration import phrases
from integration.i18n import Translate
from integration.messages import Text, fill, join
from integration.people import Person
from plugins.jadwal import wording
from plugins.jadwal.solver.problem import Conflict


def lines(t: Translate, found: Sequence[Conflict], everyone: Mapping[int, Person]) -> list[Text]:
    """Which demands cannot be met, and with what they collide; days that are alike share a line."""
    alike: dict[str, list[Conflict]] = {}
    for conflict in found:
        same = replace(conflict, day=date.min) if conflict.person is None and not conflict.fixed else conflict
        alike.setdefault(repr(same), []).append(conflict)
    return [Text(f"- {line(t, group[0], everyone, [one.day for one in group])}") for group in alike.values()]


def line(t: Translate, conflict: Conflict, everyone: Mapping[int, Person], days: Sequence[date] = ()) -> Text:
    """One of them; `days` are all the days of which it is true."""
    shown = wording.day_list(t, days) if len(days) > 1 else phrases.short_day(t, conflict.day)
    said = _LINES[conflict.kind](t, conflict, shown, everyone)
    if conflict.fixed and conflict.kind in ("away", "present", "standby", "duty"):
        names = [name(everyone, person) for person, _ in conflict.fixed]
        return t("{line} Set to be away: {names}.", line=said, names=join(", ", names))
    return said


def _away(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    return t(
        "{day}: at most {wanted} may be away, {found} are{why}.",
        day=day,
        wanted=conflict.wanted,
        found=conflict.found,
        why=_why(t, conflict),
    )


def _present(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    wanted, why = conflict.wanted, _why(t, conflict)
    if not conflict.found:
        return t("{day}: {wanted} people are needed at the office, nobody can be there{why}.", day=day, wanted=wanted, why=why)
    return t(
        "{day}: {wanted} people are needed at the office, only {found} can be there{why}.",
        day=day,
        wanted=wanted,
        found=conflict.found,
        why=why,
    )


def _standby(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    wanted, why = conflict.wanted, _why(t, conflict)
    if not conflict.found:
        return t("{day}: {wanted} people are needed on standby, nobody can be{why}.", day=day, wanted=wanted, why=why)
    return t(
        "{day}: {wanted} people are needed on standby, only {found} can be{why}.",
        day=day,
        wanted=wanted,
        found=conflict.found,
        why=why,
    )


def _duty(t: Translate, conflict: Conflict, day: Text, _everyone: Mapping[int, Person]) -> Text:
    wanted, duty, why = conflict.wanted, conflict.duty, _why(t, conflict)
    if not conflict.found:
        return t(
            "{day}: {wanted} people with the duty “{duty}” are needed at the office, nobody can be there{why}.",
            day=day,
            wanted=wanted,
            duty=duty,
            why=why,
        )
    return t(
        "{day}: {wanted} people with the duty “{duty}” are needed at the office, only {found} can be there{why}.",
        day=day,
        wanted=wanted,
        duty=duty,
        found=conflict.found,
        why=why,
    )


def _week(t: Translate, conflict: Conflict, day: Text, everyone: Mapping[int, Person]) -> Text:
    assert conflict.person is not None  # noqa: S101  # a limit of one person's week
    return t(
        "{name}: at most {wanted} flexible days a week, but {found} are set in the week of {day}.",
        name=name(everyone, conflict.person),
        wanted=conflict.wanted,
        found=conflict.found,
        day=day,
    )


def _remote(t: Translate, conflict: Conflict, day: Text, everyone: Mapping[int, Person]) -> Text:
    assert conflict.person is not None  # noqa: S101  # one person may not
    return t("{name} may not work from home, but is set to on {day}.", name=name(everyone, conflict.person), day=day)


_LINES: Mapping[str, Callable[[Translate, Conflict, Text, Mapping[int, Person]], Text]] = {
    "away": _away,
    "present": _present,
    "standby": _standby,
    "duty": _duty,
    "week": _week,
    "remote": _remote,
}


def _why(t: Translate, conflict: Conflict) -> Text:
    """` (2 cuti, 1 dinas)`"""
    counts = [fill("{count} {why}", count=count, why=phrases.excuse(t, why)) for why, count in conflict.absent.items()]
    return Text(f" ({join(', ', counts)})") if counts else Text("")


def name(everyone: Mapping[int, Person], person: int) -> Text:
    return fill("{name}", name=everyone[person].name if person in everyone else str(person))
