"""`hadir outbox`: what waits to be delivered, and what could not be. The messages themselves are private."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy import Row, func, select

from integration import audit, outbox_care
from integration import outbox as queue
from integration.cli.opened import actor, opened
from integration.cli.show import counted, table

_SHOWN = 200


@click.group()
def outbox() -> None:
    """See what waits to be delivered, and put dead letters back."""


@outbox.command(name="list")
@click.option(
    "--state", type=click.Choice(["dead", "waiting", "done", "all"]), default="all", help="Default: waiting and dead."
)
@click.option("--limit", type=click.IntRange(1), default=_SHOWN, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def list_(state: str, limit: int, as_json: bool) -> None:
    """Show rows of the outbox, oldest first: what, to whom, how often tried, and why it failed."""
    states = ("waiting", "dead") if state == "all" else (state,)
    chosen = queue.outbox.c.state.in_(states)
    with opened() as hadir, hadir.database.read() as db:
        rows = db.execute(select(queue.outbox).where(chosen).order_by(queue.outbox.c.id).limit(limit)).all()
        total = db.scalar(select(func.count()).select_from(queue.outbox).where(chosen)) or 0
        now = hadir.clock()
    if as_json:
        click.echo(json.dumps([_plain(row, now) for row in rows], ensure_ascii=False, indent=2))
    elif not rows:
        click.echo("Nothing waits and nothing is dead." if state == "all" else f"No {state} rows.")
    else:
        table([_shown(row, now) for row in rows])
        more = total - len(rows)
        click.echo(counted(total, "row") + (f", {more:,} more than shown (--limit)." if more else "."))


def _plain(row: Row[Any], now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "kind": row.kind,
        "stream": row.stream,
        "key": row.key,
        "attempts": row.attempts,
        "age_seconds": round((now - row.created_at).total_seconds()),
        "created_at": row.created_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "error": row.error,
    }


def _shown(row: Row[Any], now: datetime) -> dict[str, str]:
    return {
        "id": str(row.id),
        "state": row.state,
        "kind": row.kind,
        "stream": row.stream,
        "key": row.key,
        "tried": str(row.attempts),
        "age": _age(now - row.created_at),
        "error": row.error,
    }


def _age(age: timedelta) -> str:
    minutes = max(int(age.total_seconds() // 60), 0)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


@outbox.command()
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
def retry(ids: tuple[int, ...], everything: bool) -> None:
    """Put dead letters (IDS, or --all) back into their streams; the worker tries them at once."""
    if bool(ids) == everything:
        raise click.UsageError("give the ids of dead letters (`hadir outbox list --state dead`), or --all")
    with opened() as hadir, hadir.database.write() as db:
        now = hadir.clock()
        wrong = _not_dead(
            db.execute(select(queue.outbox.c.id, queue.outbox.c.state).where(queue.outbox.c.id.in_(ids))).all(), ids
        )
        if wrong:
            raise click.ClickException("nothing was changed: " + "; ".join(wrong))
        count = outbox_care.retry(db, None if everything else ids, now)
        if count:
            after = {"ids": "all" if everything else sorted(ids), "count": count}
            audit.record(db, now, actor_id=None, actor=actor(), action="outbox.retried", object="outbox", after=after)
    click.echo(f"{counted(count, 'dead letter')} put back." if count else "There are no dead letters.")


def _not_dead(rows: Any, ids: tuple[int, ...]) -> list[str]:
    states = {row.id: row.state for row in rows}
    return [f"{number} is {states.get(number, 'unknown')}, not dead" for number in ids if states.get(number) != "dead"]
