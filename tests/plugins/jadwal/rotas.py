"""Short cuts of the tests of rotas: the worker's part, a draft, and what holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.messages import Reply
from integration.workdays import PlanRequest, Plans
from plugins.jadwal.tables import rota, rota_day
from tests.cast import Talker
from tests.chats import Radio
from tests.post import button, inbox, person_id

Chat = Callable[[str], Talker]
LINE = "/jadwal susun 4 minggu mulai senin"
FIRST = date(2026, 11, 30)


def works(hadir: Hadir) -> None:
    """The worker works until nothing is left to do."""
    hadir.ports.chats.setdefault("mattermost", Radio())
    hadir.deliverers |= {chat_delivery.KIND: chat_delivery.deliver, task_delivery.KIND: task_delivery.deliver}
    delivery = Delivery(hadir)
    while delivery.step():
        pass


def draft(chat: Chat, hadir: Hadir, who: str = "hendra", line: str = LINE) -> Reply:
    """The draft that comes after a line."""
    chat(who).says(line)
    works(hadir)
    return inbox(hadir, who)[-1]


def press(talker: Talker, message: Reply, label: str) -> str:
    return talker.presses(button(message, label))


def published(chat: Chat, hadir: Hadir, line: str = LINE) -> dict[tuple[int, date], str]:
    """A rota that holds: its places."""
    press(chat("hendra"), draft(chat, hadir, line=line), "Terbitkan")
    return places(hadir)


def places(hadir: Hadir, *, active: bool = True) -> dict[tuple[int, date], str]:
    with hadir.database.read() as db:
        rows = db.execute(select(rota_day).where(rota_day.c.active.is_(active))).all()
    return {(row.person_id, row.day): row.place for row in rows}


def states(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(rota.c.state).order_by(rota.c.id)))


def absent(hadir: Hadir, day: date, **why: str) -> None:
    """Somebody's plan of that day says that they are away; as the plugin of absences does it."""
    ids = {person_id(hadir, who): word for who, word in why.items()}

    def provide(request: PlanRequest) -> Plans:
        cells = [(id, day) for id in ids if (id, day) in request.plans]
        return {cell: replace(request.plans[cell], excuse=ids[cell[0]]) for cell in cells}

    hadir.workdays.providers += (provide,)
