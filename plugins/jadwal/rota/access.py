"""Whose rotas somebody makes: personnel officers everybody's, leaders and supervisors their own unit's."""

from __future__ import annotations

from integration.errors import UserError
from integration.people import Person
from integration.plugin import Context, Work
from plugins.jadwal import service
from plugins.jadwal.rota import store
from plugins.jadwal.rota.store import Rota

OFFICER = "kepegawaian"
_LEADERS = frozenset({"pimpinan", "atasan"})


def may_plan(work: Work, person: Person, unit_id: int) -> bool:
    if OFFICER in person.roles:
        return True
    return unit_id == person.unit_id and (bool(person.roles & _LEADERS) or service.leads_in(work.db, person, unit_id))


def units_planned(context: Context) -> list[int] | None:
    """The units whose rotas the person makes; None for all."""
    if OFFICER in context.person.roles:
        return None
    own = context.person.unit_id
    return [own] if may_plan(context, context.person, own) else []


def check(context: Context, unit_id: int) -> None:
    """Raises `UserError` for whoever does not make the rotas of this unit."""
    if may_plan(context, context.person, unit_id):
        return
    if units_planned(context):
        raise UserError(context.t("You make the rota of your own unit ({unit}): `/jadwal susun`", unit=context.person.unit))
    raise UserError(
        context.t(
            "Rotas are made by leaders, supervisors and personnel officers. Your own week: `/jadwal`, a wish: `/jadwal ingin`"
        )
    )


def opened(context: Context, value: str) -> Rota:
    """The rota that a button or a number names, if the person may plan it; raises `UserError`."""
    number = value.removeprefix("no.").strip()
    one = store.get(context.db, int(number)) if number.isdecimal() and len(number) < 10 else None
    if one is None:
        raise UserError(context.t("There is no rota no. {number}. See them with `/jadwal rancangan`.", number=number[:10]))
    check(context, one.unit_id)
    return one
