"""Rules and holidays that a test adds, and that do not outlive it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import delete, insert

from integration.core import Hadir
from integration.office_calendar import holiday
from integration.rulebook.tables import rule, rule_choice


@pytest.fixture
def rules(hadir: Hadir) -> Iterator[Callable[..., None]]:
    """`rules(away_share="0.4")`: another rule for everybody's rotas, as known from the beginning."""

    def enter(**content: object) -> None:
        row = {"kind": "rota", "name": "uji", "version": "1", "article": "SK 1/2026", "valid_from": date(2020, 1, 1)}
        with hadir.database.write() as db:
            db.execute(insert(rule).values({**row, "content": content}))
            db.execute(insert(rule_choice).values(kind="rota", name="uji", valid_from=date(2020, 1, 1)))
        hadir.workdays.forget()

    yield enter
    with hadir.database.write() as db:
        db.execute(delete(rule).where(rule.c.name == "uji"))


@pytest.fixture
def holidays(hadir: Hadir) -> Iterator[Callable[[date, str], None]]:
    """`holidays(day, name)`: a national holiday that was declared just now."""
    added: list[date] = []

    def declare(day: date, name: str) -> None:
        with hadir.database.write() as db:
            db.execute(insert(holiday).values(day=day, name=name, kind="national"))
        added.append(day)
        hadir.workdays.forget()

    yield declare
    with hadir.database.write() as db:
        db.execute(delete(holiday).where(holiday.c.day.in_(added)))
