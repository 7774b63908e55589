"""The worker's part: make the rota that was asked for, and send the draft to who asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration import people
from integration.i18n import Translate
from integration.messages import Button, Reply
from integration.plugin import Run, Work
from plugins.jadwal.rota import data, store, wording
from plugins.jadwal.rota.data import Gathered
from plugins.jadwal.rota.store import Rota
from plugins.jadwal.solver import solve
from plugins.jadwal.solver.problem import Solution, SolverError

# A solver may take long on a machine that has much else to do; its own limit is then what ends it.
SECONDS = 60


def make(run: Run, given: Mapping[str, Any]) -> None:
    """Read, solve with no transaction open, write. A repeat finds the draft and does nothing."""
    with run.begin() as work:
        gathered = _gather(work, given["rota"])
    if gathered is None:
        return
    try:
        solution = solve(gathered.problem, SECONDS)
    except SolverError:
        solution = None
    with run.begin() as work:
        _finish(work, given["rota"], gathered, solution)


def _gather(work: Work, rota_id: int) -> Gathered | None:
    """None if it is not asked for any more."""
    one = store.get(work.db, rota_id)
    if one is None or one.state != "asked" or one.request is None:
        return None
    _, rules = work.rules().rota(one.unit_id, one.first)
    old = one.statement.get("instead_of")
    return data.gather(work, one.request, rules, data.hand_set(work, old) if old else None)


def _finish(work: Work, rota_id: int, gathered: Gathered, solution: Solution | None) -> None:
    one = store.get(work.db, rota_id)
    if one is None or one.state != "asked":
        return
    if not gathered.problem.days or solution is None:
        store.move(work, one, "failed")
        _tell(work, one, "failed", _no_days(one) if solution else _no_time(one))
    elif store.save(work, one, gathered, solution):
        _tell_draft(work, rota_id)


def _tell_draft(work: Work, rota_id: int) -> None:
    one = store.get(work.db, rota_id)
    reader = people.get(work.db, one.made_by) if one and one.made_by else None
    if one is None or reader is None:
        return
    message = wording.preview(work, one, reader)
    work.tell(reader, f"rota:{one.id}:draft:{reader.id}", lambda _: message)


def _tell(work: Work, one: Rota, what: str, build: Any) -> None:
    reader = people.get(work.db, one.made_by) if one.made_by else None
    if reader is not None:
        work.tell(reader, f"rota:{one.id}:{what}:{reader.id}", build)


def _no_days(one: Rota) -> Any:
    def build(t: Translate) -> Reply:
        return Reply(
            t("No rota for {unit}: nobody works on these days. Choose other weeks.", unit=one.unit), buttons=(_again(t, one),)
        )

    return build


def _no_time(one: Rota) -> Any:
    def build(t: Translate) -> Reply:
        said = t("No rota for {unit} was found in time. Try again, or with fewer weeks.", unit=one.unit)
        return Reply(said, buttons=(_again(t, one),))

    return build


def _again(t: Translate, one: Rota) -> Button:
    return Button(t("Change"), "jadwal.rota_change", str(one.id), days=wording.DAYS_OPEN)
