"""`hadir day`: what one person's day came to and why, for an administrator or a program."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click

from integration import people
from integration.cli.opened import opened
from integration.i18n import Translate
from integration.messages import plain
from integration.people import Person
from integration.plugin import Work
from plugins.hadir import reason_wording, recap
from plugins.hadir.evaluation.week import Week
from plugins.hadir.recap import Line


@click.command()
@click.argument("username")
@click.argument("day")
@click.option("--json", "as_json", is_flag=True, help="Print what a program can read.")
def day(username: str, day: str, as_json: bool) -> None:
    """Show how the day (YYYY-MM-DD) of USERNAME (or an NIP) was judged, by which rules, and why.

    The status is one of: hadir, terlambat, pulang cepat, tidak lengkap, izin, sakit, cuti, dinas, libur, tanpa keterangan;
    of a day that is not over: belum, sedang bekerja.
    """
    wanted = _date(day)
    with opened() as hadir, hadir.database.read() as db:
        work = Work(
            db=db, now=hadir.clock(), settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues
        )  # fmt: skip
        person = _person(work, username)
        line = recap.day(work, person, wanted)
        found = as_data(work.speak(None), person, line, recap.week(work, person, line))
    click.echo(json.dumps(found, ensure_ascii=False, indent=2) if as_json else _text(person, wanted, found))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.ClickException(f"{text!r} is no date: write it like 2026-11-23") from None


def _person(work: Work, username: str) -> Person:
    """By username, else by NIP; names are too many things."""
    found = people.search(work.db, username)
    exact = [one for one in found if one.nip == username.replace(" ", "") or username.lower().lstrip("@") in _names(work, one)]
    if len(exact) != 1:
        hint = "; did you mean " + ", ".join(f"{one.name} ({one.nip})" for one in found[:3]) + "?" if found else "."
        raise click.ClickException(f"nobody has the username or NIP {username!r}{hint} See: hadir people list")
    return exact[0]


def _names(work: Work, person: Person) -> set[str]:
    account = people.account
    return set(work.db.scalars(account.select().with_only_columns(account.c.username).where(account.c.person_id == person.id)))


def as_data(t: Translate, person: Person, line: Line, week: Week | None = None) -> dict[str, Any]:
    """What `--json` prints; times with the offset of the person's office, minutes, `deduction` in percent of a day."""
    result, plan, found = line.result, line.plan, line.found
    departure = None if found.open else found.departure
    reasons = (*result.reasons, *(week.reasons if week else ()))
    return {
        "status": result.word,
        "expected_start": _iso(plan.start if plan.works else None, person),
        "expected_end": _iso((result.end or plan.end) if plan.works else None, person),
        "first_in": _iso(found.arrival.at if found.arrival else None, person),
        "last_out": _iso(departure.at if departure else None, person),
        "late_minutes": result.late,
        "early_minutes": result.early,
        "worked_minutes": result.worked,
        "owed_minutes": result.owed,
        "bands": list(result.bands),
        "deduction": float(result.deduction),
        "reasons": [
            {
                "rule": reason.rule,
                "version": reason.version,
                "article": reason.article,
                "text": plain(reason_wording.say(t, reason, plan, person)),
            }
            for reason in reasons
        ],
    }


def _iso(moment: datetime | None, person: Person) -> str | None:
    return moment.astimezone(person.tz).isoformat(timespec="seconds") if moment else None


def _text(person: Person, day: date, found: dict[str, Any]) -> str:
    lines = [f"{person.name} ({person.nip}), {day:%A %Y-%m-%d}: {found['status']}"]
    lines += [
        f"  {name.replace('_', ' '):<15} {_shown(value)}" for name, value in found.items() if name not in ("status", "reasons")
    ]
    for reason in found["reasons"]:
        decided = ", ".join(filter(None, (reason["rule"], reason["version"], reason["article"])))
        lines.append(f"  - {reason['text']}" + (f" [{decided}]" if decided else ""))
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return "-" if value is None else f"{value:g} %" if isinstance(value, float) else str(value)
