"""The week ahead on Sunday evening, for those who asked for it: `/jadwal ingatkan hidup`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from integration import people
from integration.batches import Found, tell_in_batches
from integration.i18n import Translate
from integration.messages import Button, Command, Reply, Text
from integration.people import Person
from integration.plugin import Context, Job, Run, Subcommand, Work
from integration.workdays import DayPlan
from plugins.jadwal import lines, service, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.tables import rota_preference

_ON = frozenset({"hidup", "nyala", "aktif", "on", "ya"})
_OFF = frozenset({"mati", "matikan", "nonaktif", "off", "tidak"})
BATCH = 500
# Local time on the evening before the week; later than `UNTIL` it would come at night.
FROM, UNTIL = 18, 21


def preference(context: Context, command: Command) -> Reply:
    """`ingatkan hidup|mati`; without a word how it is."""
    word, t = (command.words[0].lower() if command.words else ""), context.t
    if word in _ON | _OFF:
        service.set_weekly(context, context.person, word in _ON)
        if word in _ON:
            return Reply(t("On Sunday evenings you get your week. To stop it: `/jadwal ingatkan mati`"))
        return Reply(t("You get no message on Sundays. To have it again: `/jadwal ingatkan hidup`"))
    wanted = service.wants_week(context.db, context.person.id)
    label, value = (t("Turn off"), "ingatkan mati") if wanted else (t("Turn on"), "ingatkan hidup")
    text = t("On Sunday evenings you get your week.") if wanted else t("You get no message with your week on Sundays.")
    return Reply(text, buttons=(Button(label, SAY, value),), refused=bool(word))


def send(run: Run) -> None:
    """Send the week ahead where it is Sunday evening; nobody gets it twice."""
    with run.read() as work:
        zones = [zone for zone in work.db.scalars(select(people.person.c.zone).distinct()) if _evening(work.now, zone)]
    for zone in zones:
        tell_in_batches(run, partial(_find, zone=zone))


def _evening(now: datetime, zone: str) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() == 6 and FROM <= local.hour < UNTIL


def _find(work: Work, after: int, *, zone: str) -> Found:
    """The next people of the zone after the id `after`."""
    monday = work.now.astimezone(ZoneInfo(zone)).date() + timedelta(1)
    query = people.working(people.people_query(), monday).join(
        rota_preference, rota_preference.c.person_id == people.person.c.id
    )
    person = people.person.c
    query = query.where(rota_preference.c.weekly, person.zone == zone, person.id > after).order_by(person.id).limit(BATCH)
    batch = people.fetch(work.db, query)
    plans = work.workdays.plans(work.db, batch, monday, monday + timedelta(6), work.now)
    days = [monday + timedelta(n) for n in range(7)]
    messages = []
    for someone in batch:
        own = [plans[someone.id, day] for day in days]
        if any(plan.works for plan in own):
            messages.append((someone, f"rota-week:{monday.isoformat()}:{someone.id}", _message(someone, own, monday)))
    return Found(batch[-1].id if len(batch) == BATCH else -1, messages)


def _message(person: Person, plans: Sequence[DayPlan], monday: date) -> Callable[[Translate], Reply]:
    def build(t: Translate) -> Reply:
        title = t("**Your week** — {span}", span=wording.span(t, monday, monday + timedelta(6)))
        stop = t("No message on Sundays: {command}", command=Text("`/jadwal ingatkan mati`"))
        return Reply(wording.blocks([title, *lines.of(t, person, plans, None)], [stop]))

    return build


SUBCOMMANDS = (
    Subcommand(
        "ingatkan",
        preference,
        "Your week as a message on Sunday evenings; `mati` stops it",
        arguments="on|off",
        example="/jadwal ingatkan hidup",
        aliases=("pengingat", "remind"),
        writes=True,
    ),
)
JOBS = (Job("week_ahead", "0 * * * sun,mon", send, catch_up_minutes=60),)
