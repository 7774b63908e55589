"""How SKP targets are shown: a line each with a bar, the hours and what waits."""

from __future__ import annotations

from collections.abc import Sequence

from integration import phrases
from integration.i18n import Translate
from integration.messages import Text, fill, join
from plugins.logbook.imports import quantities
from plugins.logbook.targets.reading import Progress, Tally, Target

_BAR = 10
_LONGEST = 120
_FULL = 100


def bar(share: int) -> Text:
    """`▓▓▓▓▓▓▓░░░`; never full before it is reached."""
    filled = min(_BAR, share * _BAR // _FULL)
    return Text("▓" * filled + "░" * (_BAR - filled))


def goal(t: Translate, target: Target) -> Text:
    """`12 laporan`; empty where nothing is counted."""
    if target.quantity is None:
        return Text("")
    return fill("{quantity} {measure}", quantity=Text(quantities.shown(target.quantity)), measure=target.measure or t("times"))


def name(target: Target) -> Text:
    """`**RHK-3** Laporan keuangan triwulan`"""
    return fill("**{code}** {title}", code=target.code, title=_short(target.title))


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def lines(t: Translate, found: Sequence[Progress]) -> list[Text]:
    """Two lines of text for each target."""
    return [
        fill("{number}. {name}\n    {how_far}", number=number, name=name(each.target), how_far=how_far(t, each))
        for number, each in enumerate(found, 1)
    ]


def how_far(t: Translate, each: Progress) -> Text:
    """`▓▓▓▓▓░░░░░ 50% · 6 dari 12 laporan · 12 jam · menunggu: 1 laporan, 2 jam`"""
    parts = [*_reached(t, each)]
    if each.approved.minutes:
        parts.append(phrases.duration(t, each.approved.minutes))
    if each.approved.others:
        parts.append(t("{count} activities in another unit", count=each.approved.others))
    if each.pending.entries:
        parts.append(t("waiting: {what}", what=_pending(t, each)))
    return join(" · ", parts)


def _reached(t: Translate, each: Progress) -> list[Text]:
    share, done = each.share, each.approved
    if share is None:
        return [t("{count} activities", count=done.entries) if done.entries else t("nothing approved yet")]
    reached = Text(quantities.shown(done.quantity))
    shown = fill("{bar} {share}%", bar=bar(share), share=share)
    return [shown, t("{reached} of {goal}", reached=reached, goal=goal(t, each.target))]


def _pending(t: Translate, each: Progress) -> Text:
    waiting, parts = each.pending, list[Text]()
    if waiting.quantity and each.target.quantity is not None:
        shown = Text(quantities.shown(waiting.quantity))
        parts.append(fill("{quantity} {measure}", quantity=shown, measure=each.target.measure or t("times")))
    else:
        parts.append(t("{count} activities", count=waiting.entries))
    if waiting.minutes:
        parts.append(phrases.duration(t, waiting.minutes))
    return join(", ", parts)


def without(t: Translate, tally: Tally) -> list[Text]:
    """The line about work that names no target; none if there is none."""
    if not tally.entries:
        return []
    long = phrases.duration(t, tally.minutes) if tally.minutes else t("{count} activities", count=tally.entries)
    return [t("Without a target: {long}", long=long)]


def summary(t: Translate, found: Sequence[Progress]) -> Text:
    """One person in a line for who leads them: `4 target, 1 tercapai, rata-rata 56% · 120 jam`."""
    shares = [each.share for each in found if each.share is not None]
    parts = [t("{count} targets", count=len(found))]
    if reached := sum(share >= _FULL for share in shares):
        parts.append(t("{count} reached", count=reached))
    if shares:
        parts.append(t("on average {share}%", share=sum(min(share, _FULL) for share in shares) // len(shares)))
    minutes = sum(each.approved.minutes for each in found)
    long = [phrases.duration(t, minutes)] if minutes else []
    return join(" · ", [join(", ", parts), *long])
