"""Work that a handler leaves to the worker: done once, later again if it failed, and refused if nobody does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from integration.core import Hadir
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.outbox import outbox
from integration.plugin import Run
from integration.scheduler import work
from tests.cast import Clock


class Kitchen:
    """A plugin's task that writes down what it was given; `trouble` is raised first, one error a try."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Any]] = []
        self.trouble: list[Exception] = []

    def __call__(self, run: Run, given: Mapping[str, Any]) -> None:
        if self.trouble:
            raise self.trouble.pop()
        with run.begin() as transaction:
            self.done.append((transaction.now.isoformat(), given["dish"]))


@pytest.fixture
def kitchen(hadir: Hadir) -> Kitchen:
    found = Kitchen()
    hadir.plugins = (replace(hadir.plugins[0], tasks={"cook": found}), *hadir.plugins[1:])
    hadir.deliverers[task_delivery.KIND] = task_delivery.deliver
    return found


def order(hadir: Hadir, task: str, key: str, dish: str) -> bool:
    with hadir.database.write() as db:
        return work(hadir, db).later(task, "kitchen", key, {"dish": dish})


def state(hadir: Hadir, key: str) -> tuple[str, str]:
    with hadir.database.read() as db:
        row = db.execute(select(outbox.c.state, outbox.c.error).where(outbox.c.key == key)).one()
    return row.state, row.error


def test_the_worker_does_what_was_left_to_it_once(hadir: Hadir, kitchen: Kitchen) -> None:
    assert order(hadir, "hadir.cook", "order:1", "rendang")
    assert not order(hadir, "hadir.cook", "order:1", "soto")
    delivery = Delivery(hadir)
    assert [delivery.step(), delivery.step()] == [1, 0]
    assert kitchen.done == [(hadir.clock().isoformat(), "rendang")]
    assert state(hadir, "order:1") == ("done", "")


def test_a_task_that_failed_is_tried_again_before_the_next_of_its_stream(hadir: Hadir, kitchen: Kitchen, clock: Clock) -> None:
    kitchen.trouble.append(RuntimeError("no gas"))
    order(hadir, "hadir.cook", "order:1", "rendang")
    order(hadir, "hadir.cook", "order:2", "soto")
    delivery = Delivery(hadir)
    delivery.step()
    assert state(hadir, "order:1") == ("waiting", "unexpected RuntimeError")
    assert kitchen.done == []
    clock.now += timedelta(minutes=10)
    while delivery.step():
        pass
    assert [dish for _, dish in kitchen.done] == ["rendang", "soto"]


def test_a_task_that_no_plugin_declares_is_a_dead_letter_that_says_so(hadir: Hadir, kitchen: Kitchen) -> None:
    order(hadir, "hadir.wash", "order:1", "plates")
    Delivery(hadir).step()
    assert state(hadir, "order:1") == ("dead", "no plugin here does 'hadir.wash': is it switched off?")
