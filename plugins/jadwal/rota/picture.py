"""A draft, or a published rota, as the picture that `/jadwal tim` has: a week at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from integration.messages import Button, ButtonPress, Reply, Text, join
from integration.plugin import Context
from integration.workdays import local_day
from plugins.jadwal import team, team_commands, wording
from plugins.jadwal.rota import store
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.solver.problem import monday
from plugins.jadwal.team import Draft

ACTION = "jadwal.rota_picture"


def drawn(context: Context, one: Rota, press: ButtonPress) -> Reply:
    """The week that the button names, else the one that is on or begins the rota; buttons lead to those around it."""
    t, first = context.t, _week(context, one, press.value.partition(" ")[2])
    draft = Draft(one.first, one.last, store.days_of(context.db, one)) if one.state == "draft" else None
    found = team.week(context, (one.unit_id, one.unit), first, draft)
    note = t("Draft no. {number}, not published", number=one.id) if draft else Text("")
    if not draft and not found.rota:
        note = team_commands.no_rota(t)
    answer = team_commands.drawn(context, found, first, note)
    around = tuple(
        Button(f"{arrow} {wording.span(t, other, other + timedelta(4))}", ACTION, f"{one.id} {other}", days=7)
        for arrow, other in (("←", first - timedelta(7)), ("→", first + timedelta(7)))
        if monday(one.first) <= other <= one.last
    )
    return replace(answer, text=join("\n", [answer.text, note]) if note else answer.text, buttons=around)


def _week(context: Context, one: Rota, said: str) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = local_day(context.now, context.person)
    return monday(min(max(day, one.first), one.last))
