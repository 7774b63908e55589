"""Killing the service at any moment loses no acknowledged check-in and doubles none."""

from __future__ import annotations

import http.client
import random
import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from integration import audit, ledger, people
from integration.audit import Problem
from integration.core import Hadir
from plugins.hadir.tables import attendance_event
from tests.service import Service, open_office, running, until

PEOPLE, TALKERS, KILLS = 500, 6, 5


def hire(hadir: Hadir) -> list[str]:
    """More people than the cast has."""
    names = [f"pegawai{number:04}" for number in range(PEOPLE)]
    with hadir.database.write() as db:
        unit = db.scalar(select(people.unit.c.id).limit(1))
        more = {"unit_id": unit, "zone": "Asia/Jakarta", "roles": ["pegawai"]}
        db.execute(people.person.insert(), [{"nip": f"nip-{name}", "name": name, **more} for name in names])
        ids = dict(db.execute(select(people.person.c.name, people.person.c.id)).all())
        accounts = [{"person_id": ids[n], "platform": "mattermost", "username": n, "external_id": f"id-{n}"} for n in names]
        db.execute(people.account.insert(), accounts)
    return names


class Crowd:
    """Several people typing at once; `waiting` have no answer yet, `acknowledged` were told that it is recorded."""

    def __init__(self, service: Service, names: list[str]) -> None:
        self.service = service
        self.waiting = list(names)
        self.acknowledged: set[str] = set()
        self.enough = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._talk) for _ in range(TALKERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def so_far(self) -> set[str]:
        with self._lock:
            return set(self.acknowledged)

    def _talk(self) -> None:
        while not self.enough.is_set() and (name := self._next()):
            try:
                status, answer = self.service.says(name, "/hadir masuk wfh", timeout=10)
            except (OSError, http.client.HTTPException):
                status, answer = 0, ""
            with self._lock:
                if status == 200 and "pukul" in answer:
                    self.acknowledged.add(name)
                else:
                    self.waiting.insert(0, name)  # they would type it again, but not at once
            if not status:
                time.sleep(0.05)

    def _next(self) -> str:
        with self._lock:
            return self.waiting.pop() if self.waiting else ""


def recorded(hadir: Hadir) -> dict[str, int]:
    """How many check-ins each person has."""
    query = (
        select(people.account.c.username, func.count())
        .join_from(attendance_event, people.account, attendance_event.c.person_id == people.account.c.person_id)
        .group_by(people.account.c.username)
    )
    with hadir.database.read() as db:
        return dict(db.execute(query).all())


def test_no_acknowledged_check_in_is_lost_or_doubled(database_url: str, hadir: Hadir, tmp_path: Path) -> None:
    open_office(hadir)
    names = hire(hadir)
    moment = random.Random(28)  # noqa: S311  # when to kill, not a secret
    with running("web", database_url, tmp_path / "home") as service:
        crowd = Crowd(service, names)
        crowd.start()
        for _ in range(KILLS):
            wanted = len(crowd.so_far()) + moment.randint(5, 60)
            until(lambda wanted=wanted: len(crowd.so_far()) >= wanted, "the next answers")  # type: ignore[misc]
            time.sleep(moment.uniform(0, 0.03))
            service.kill_all()
            acknowledged = crowd.so_far()
            assert len(acknowledged) < PEOPLE, "everybody was done before the last kill: hire more people"
            kept = recorded(hadir)
            assert acknowledged <= kept.keys()
            assert set(kept.values()) <= {1}
            service.start()
        crowd.join()
    kept = recorded(hadir)
    assert crowd.acknowledged == set(names) == kept.keys()
    assert set(kept.values()) == {1}
    assert _disagreements(hadir) == []


def _disagreements(hadir: Hadir) -> list[Problem]:
    """Check-in and audit row are one transaction, so neither is ever there without the other."""
    with hadir.database.write() as db:
        audit.seal(db, hadir.signer.key("audit"), 10_000)
    with hadir.database.read() as db, hadir.database.read() as second:
        found = [*audit.verify(db, hadir.signer.key("audit")), *ledger.compare(db, second, ledger.of(hadir.plugins))]
    return [problem for problem in found if isinstance(problem, Problem)]
