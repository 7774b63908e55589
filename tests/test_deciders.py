"""Who is asked to decide. The line is Siti → Budi → Hendra; Rina is the personnel officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration import deciders, people
from integration.deciders import Line, first_asked, stand_ins
from integration.people import Person
from integration.plugin import Work
from tests import cast

TODAY = date(2026, 11, 23)


def someone(id: int, name: str = "", *, above: int | None = None, ended_on: date | None = None) -> Person:
    return Person(id, str(id), name, 1, "Unit", above, "", "Asia/Jakarta", frozenset(), ended_on=ended_on)


SITI, BUDI, HENDRA, RINA, WATI = (someone(n, name) for n, name in enumerate(("siti", "budi", "hendra", "rina", "wati"), 1))
LEFT = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("line", "asked", "how"),
    [
        (Line(BUDI, HENDRA, [RINA]), [BUDI], "superior"),
        (Line(BUDI, HENDRA, [RINA], {HENDRA.id, RINA.id}), [BUDI], "superior"),
        (Line(BUDI, HENDRA, [RINA], {BUDI.id}), [HENDRA], "substitute"),
        (Line(BUDI, HENDRA, [RINA, WATI], {BUDI.id, HENDRA.id}), [RINA, WATI], "officers"),
        (Line(BUDI, HENDRA, [RINA, WATI], {BUDI.id, HENDRA.id, RINA.id}), [WATI], "officers"),
        (Line(BUDI, None, [RINA], {BUDI.id}), [RINA], "officers"),
        (Line(BUDI, HENDRA, [RINA], {BUDI.id, HENDRA.id, RINA.id}), [BUDI], "superior"),
        (Line(BUDI, None, [], {BUDI.id}), [BUDI], "superior"),
        (Line(None, None, [RINA]), [RINA], "officers"),
        (Line(None, None, [RINA], {RINA.id}), [RINA], "officers"),
        (Line(replace(BUDI, ended_on=LEFT), HENDRA, [RINA]), [RINA], "officers"),
        (Line(BUDI, replace(HENDRA, ended_on=LEFT), [RINA], {BUDI.id}), [RINA], "officers"),
        (Line(BUDI, SITI, [RINA], {BUDI.id}), [RINA], "officers"),
        (Line(SITI, None, [RINA]), [RINA], "officers"),
        (Line(None, None, []), [], "officers"),
        (Line(None, None, [SITI]), [], "officers"),
    ],
)
def test_whom_a_request_goes_to(line: Line, asked: list[Person], how: str) -> None:
    found = first_asked(SITI, line, TODAY)
    assert ([each.name for each in found.people], found.how) == ([each.name for each in asked], how)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (Line(BUDI, HENDRA, [RINA]), [HENDRA]),
        (Line(BUDI, None, [RINA]), [RINA]),
        (Line(BUDI, HENDRA, [RINA], {BUDI.id}), []),  # Hendra was asked in the first place
        (Line(None, None, [RINA, WATI]), []),
        (Line(BUDI, replace(HENDRA, ended_on=LEFT), [RINA]), [RINA]),
        (Line(BUDI, None, []), []),
    ],
)
def test_who_is_told_after_a_while(line: Line, told: list[Person]) -> None:
    assert [each.name for each in stand_ins(SITI, line, TODAY)] == [each.name for each in told]


_PERSON = st.sampled_from([None, SITI, BUDI, HENDRA, replace(BUDI, ended_on=LEFT), replace(HENDRA, ended_on=LEFT)])


@given(
    superior=_PERSON,
    above=_PERSON,
    officers=st.lists(st.sampled_from([SITI, RINA, WATI, replace(WATI, ended_on=LEFT)]), unique_by=lambda each: each.id),
    away=st.sets(st.integers(1, 5)),
)
def test_nobody_is_asked_twice_nor_oneself_nor_who_has_left(superior, above, officers, away):
    line = Line(superior, above, officers, away)
    asked, later = first_asked(SITI, line, TODAY), stand_ins(SITI, line, TODAY)
    ids = [each.id for each in (*asked.people, *later)]
    assert len(ids) == len(set(ids))
    assert SITI.id not in ids
    assert all(each.ended_on is None for each in (*asked.people, *later))


@given(officers=st.sets(st.sampled_from([RINA.id, WATI.id])), away=st.sets(st.integers(1, 5)))
def test_whoever_is_away_somebody_is_asked_while_anybody_is_there(officers, away):
    there = [each for each in (RINA, WATI) if each.id in officers]
    for line in (Line(BUDI, HENDRA, there, away), Line(BUDI, None, there, away)):
        assert first_asked(SITI, line, TODAY).people


# ---------------------------------------------------------------- on the database


@pytest.fixture
def at_work(hadir):
    """What a job is handed; Budi and others can be excused by `excuse`."""
    excused: set[int] = set()

    def provide(request):
        return {key: replace(plan, excuse="cuti") for key, plan in request.plans.items() if key[0] in excused and plan.start}

    hadir.workdays.providers = (provide,)
    with hadir.database.write() as db:
        yield (
            Work(db=db, now=hadir.clock(), settings=hadir.settings, workdays=hadir.workdays, catalogues=hadir.catalogues),
            excused,
        )


def named(work: Work, name: str) -> Person:
    return people.search(work.db, name)[0]


def test_the_supervisor_then_the_substitute_then_the_officers(at_work):
    work, excused = at_work
    siti, budi, hendra = (named(work, name) for name in ("siti", "budi", "hendra"))
    assert [each.name for each in deciders.asked_now(work, siti).people] == ["Budi Santoso"]
    excused.add(budi.id)
    asked = deciders.asked_now(work, siti)
    assert ([each.name for each in asked.people], asked.how, asked.superior) == (["Hendra Gunawan"], "substitute", budi)
    excused.add(hendra.id)
    assert [each.name for each in deciders.asked_now(work, siti).people] == ["Rina Marlina"]


def test_on_a_day_off_the_next_working_day_says_who_is_away(hadir, clock, at_work):
    work, excused = at_work
    work.now = cast.at("2026-11-28T10:00+07:00")  # a Saturday
    siti, budi = named(work, "siti"), named(work, "budi")
    assert deciders.asked_now(work, siti).how == "superior"
    excused.add(budi.id)
    assert deciders.asked_now(work, siti).how == "substitute"


def test_those_at_the_top_ask_the_officers(at_work):
    work, _ = at_work
    assert [each.name for each in deciders.asked_now(work, named(work, "hendra")).people] == ["Rina Marlina"]


def test_who_may_decide(at_work):
    work, _ = at_work
    siti, budi, hendra, rina, dewi = (named(work, name) for name in ("siti", "budi", "hendra", "rina", "dewi"))
    assert [deciders.may_decide(work, each, siti) for each in (budi, hendra, rina, dewi, siti)] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_asking_takes_few_statements(at_work, statements):
    work, _ = at_work
    siti = named(work, "siti")
    deciders.asked_now(work, siti)
    statements.clear()
    deciders.asked_now(work, siti)
    assert len(statements) == 1  # the supervisor; plans are in memory, and no plugin was asked
