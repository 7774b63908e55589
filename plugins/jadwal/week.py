"""`/jadwal`: one's own days, one line each, a month in one line a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from integration import phrases
from integration.dates import show_month
from integration.guidance import did_you_mean
from integration.messages import Answer, Button, Command, Reply, Text, fill, join
from integration.plugin import Context, Plugin
from integration.workdays import DayPlan, local_day
from plugins.jadwal import lines, periods, service, swaps, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.periods import Period

_EXAMPLES = Text("`/jadwal besok`, `/jadwal pekan depan`, `/jadwal desember`, `/jadwal 24/12`")


@dataclass(frozen=True, slots=True)
class Own:
    """A person's days of a period; `rota` says whether a published one knows any of them."""

    plans: Sequence[DayPlan]
    rota: bool

    @property
    def works(self) -> bool:
        return any(plan.works for plan in self.plans)


def home(context: Context, _command: Command) -> Reply:
    """`/jadwal` alone: this week; at its end the coming one, when nothing of this one is left."""
    today = local_day(context.now, context.person)
    week = periods.week_of(today)
    own = _own(context, week)
    if today.weekday() < 5 or any(plan.start for plan in own.plans if plan.day >= today):
        return _week(context, week, own)
    week = periods.week_of(today + timedelta(7))
    return _week(context, week, _own(context, week))


def said(context: Context, command: Command, plugin: Plugin) -> Answer:
    """`/jadwal besok`, `senin`, `pekan depan`, `desember`, `24/12`; to anything else what was probably meant."""
    today = local_day(context.now, context.person)
    period, rest = periods.take(command.words, today, context.t)
    if period is None:
        return did_you_mean(plugin)(context, command)
    shown = _shown(context, period)
    if not rest:
        return shown
    text = context.t("“{rest}” was not understood. Examples: {examples}", rest=" ".join(rest)[:60], examples=_EXAMPLES)
    return Reply(join("\n\n", [shown.text, text]), buttons=shown.buttons, refused=True)


def _shown(context: Context, period: Period) -> Reply:
    own = _own(context, period)
    return {"day": _day, "week": _week, "month": _month}[period.kind](context, period, own)


def _own(context: Context, period: Period) -> Own:
    person = context.person
    plans = context.workdays.plans(context.db, [person], period.first, period.last, context.now)
    days = [plans[person.id, period.first + timedelta(n)] for n in range((period.last - period.first).days + 1)]
    known = any(plan.place for plan in days) or service.has_rota(context.db, person.id, period.first, period.last)
    return Own(days, known)


# ---------------------------------------------------------------- a week, a day, a month


def _week(context: Context, week: Period, own: Own) -> Reply:
    t, today = context.t, local_day(context.now, context.person)
    title = t("**Your schedule** — {span} ({zone})", span=wording.span(t, week.first, week.last), zone=_zone(context, own))
    said = wording.blocks([title, *lines.of(t, context.person, own.plans, today)], _beside(context, week, own))
    return Reply(said, buttons=_around(context, week))


def _around(context: Context, week: Period) -> tuple[Button, ...]:
    t, buttons = context.t, []
    for arrow, first in (("←", week.first - timedelta(7)), ("→", week.first + timedelta(7))):
        label = f"{arrow} {wording.span(t, first, first + timedelta(6))}"
        buttons.append(Button(label, SAY, _words("pekan", first)))
    return (*buttons, Button(t("Unit"), SAY, _words("tim pekan", week.first)))


def _day(context: Context, period: Period, own: Own) -> Reply:
    t, [plan] = context.t, own.plans
    what = lines.what(t, context.person, plan)
    if plan.works:
        what = fill("{what} ({zone})", what=what, zone=_zone(context, own))
    said = [t("**{day}** — {what}", day=phrases.day_name(t, plan.day), what=what)]
    if plan.works and plan.break_minutes:
        said.append(t("Break: {duration}", duration=phrases.duration(t, plan.break_minutes)))
    said += _beside(context, period, own)
    buttons = (Button(t("Whole week"), SAY, _words("pekan", plan.day)), Button(t("Unit"), SAY, _words("tim pekan", plan.day)))
    return Reply(join("\n", said), buttons=buttons)


def _month(context: Context, period: Period, own: Own) -> Reply:
    t = context.t
    said = [t("**Your schedule** — {span} ({zone})", span=show_month(period.first, t), zone=_zone(context, own))]
    for _, group in groupby(own.plans, lambda plan: plan.day.isocalendar().week):
        days = list(group)
        if line := lines.runs(t, context.person, days):
            said.append(fill("- **{days}**: {line}", days=_numbers(days), line=line))
    buttons = []
    for arrow, day in (("←", period.first - timedelta(1)), ("→", period.last + timedelta(1))):
        buttons.append(Button(f"{arrow} {show_month(day, t)}", SAY, f"{day:%m/%Y}"))
    return Reply(wording.blocks(said, _beside(context, period, own)), buttons=tuple(buttons))


def _numbers(days: Sequence[DayPlan]) -> Text:
    first, last = days[0].day.day, days[-1].day.day
    return Text(str(first) if first == last else f"{first}–{last}")


# ---------------------------------------------------------------- their parts


def _zone(context: Context, own: Own) -> Text:
    starts = [plan.start for plan in own.plans if plan.start]
    return wording.zone(context.person, starts[0] if starts else context.now)


def _beside(context: Context, period: Period, own: Own) -> list[Text]:
    """What else there is to say of these days."""
    return [*_no_rota(context, own), *swaps.open_lines(context, period.first, period.last)]


def _no_rota(context: Context, own: Own) -> list[Text]:
    """Said of days to come only: how a rota comes, and what one can do meanwhile."""
    if own.rota or not own.works or own.plans[-1].day < local_day(context.now, context.person):
        return []
    return [
        context.t(
            "No WFO/WFH rota is published for this time yet; your unit's leader or a personnel officer makes it. "
            "Tell your wish: {command}",
            command=Text("`/jadwal ingin rabu wfh`"),
        )
    ]


def _words(before: str, day: date) -> str:
    return f"{before} {day:%d/%m/%Y}"
