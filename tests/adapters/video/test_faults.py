"""What every provider that calls its server makes of trouble: a `DeliveryError` that says what happened and tells no secret."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.errors import DeliveryError
from tests.adapters.video.servers import DOWN, EMPTY, NO_OBJECT, NONSENSE, PAGE, Silence, Trouble, hang_up, says
from tests.adapters.video.stands import ALL, CALLING, MEETING, Stand

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    "<response><returncode>SUCCESS</returncode><meetingID>&b;</meetingID></response>"
)


@dataclass
class Fault:
    """`permanent` None: either; `wait`: at least so many seconds are asked for."""

    trouble: Trouble
    permanent: bool | None = False
    wait: float = 0.0


FAULTS = {
    "revoked": Fault(says(401, '{"message": "no"}'), wait=1),
    "too many": Fault(says(429, "slow down", "text/plain", Retry_After="77"), wait=77),
    "broken": Fault(says(500, "oops", "text/plain")),
    "in trouble": Fault(DOWN),
    "hangs up": Fault(hang_up),
    "a page": Fault(PAGE, permanent=None),
    "half an answer": Fault(NONSENSE, permanent=None),
    "another kind": Fault(NO_OBJECT, permanent=None),
    "an empty object": Fault(EMPTY, permanent=None),
    "elsewhere": Fault(says(302, "", "text/html", Location="https://masuk.example/?token=rahasia"), permanent=None),
    "gone for good": Fault(says(410, "", "text/plain"), permanent=None),
    "entities": Fault(says(200, BOMB, "text/xml"), permanent=None),
}


@pytest.fixture(params=CALLING)
def stand(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[Stand]:
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    with ALL[request.param](tmp_path, 1.0) as found:
        yield found


def refused(act: Callable[[], object] | None) -> DeliveryError:
    assert act
    with pytest.raises(DeliveryError) as error:
        act()
    return error.value


def is_clean(stand: Stand, error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the error, nor those that it came from, nor the log tell what nobody may know."""
    told = caplog.text
    while error is not None:
        told += f" {error} {error!r}"
        error = error.__cause__  # type: ignore[assignment]
    ours = [line for line in told.splitlines() if "werkzeug" not in line]
    wrong = [
        secret
        for secret in (*stand.secrets, "checksum=", *(() if stand.video.name == "calls" else ("token=rahasia",)))
        if secret in "\n".join(ours)
    ]
    assert not wrong, told


def test_each_kind_of_trouble_is_told_apart(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    for name, fault in FAULTS.items():
        stand.house.always = fault.trouble
        with stand.video.within(3.0):  # else the longer pauses are waited for
            error = refused(stand.act)
        assert fault.permanent in (None, error.permanent), (name, error)
        assert not fault.wait or (error.retry_after or 0) >= fault.wait or stand.video.name in ("talk", "calls"), (name, error)
        is_clean(stand, error, caplog)


def test_a_server_that_says_nothing_keeps_nobody_waiting(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    silence = Silence()
    stand.house.always = silence
    with stand.video.within(0.3):
        error = refused(stand.act)
    silence.over.set()
    assert "did not answer in time" in str(error)
    assert not error.permanent
    is_clean(stand, error, caplog)


def test_a_server_that_was_away_for_a_moment_is_asked_again(stand: Stand) -> None:
    assert stand.act
    stand.house.trouble = [DOWN]
    stand.act()


def test_a_server_that_is_not_there_is_named(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """By its host, for the address may hold more."""
    stand.house.always = hang_up
    error = refused(stand.act)
    assert "127.0.0.1" in str(error)
    is_clean(stand, error, caplog)


def test_after_the_trouble_all_is_well(stand: Stand) -> None:
    stand.house.always = hang_up
    with stand.video.within(2.0):
        refused(stand.act)
    stand.house.always = None
    room = stand.ensure()
    assert stand.video.join(room, MEETING, MEETING.organizer)


def test_nonsense_about_a_meeting_that_was_held_is_no_list(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """Refused, or nothing; never somebody who was not there, and never an error that nobody expects."""
    room = stand.ensure()
    wild = (
        '{"ocs": {"meta": {"status": "ok", "statuscode": 200}, "data": [{"timestamp": "x"}, 7]}, "meetings": [7, {"uuid": 3}]}'
    )
    bodies = [
        PAGE,
        NONSENSE,
        NO_OBJECT,
        EMPTY,
        says(200, BOMB, "text/xml"),
        says(200, wild),
        says(200, '{"call": 7, "posts": 7}'),
    ]
    for trouble in (
        *bodies,
        says(200, "<response><returncode>SUCCESS</returncode><running>true</running></response>", "text/xml"),
    ):
        stand.house.always = trouble
        for ask in (stand.video.attended, stand.video.recordings):
            with stand.video.within(3.0):
                try:
                    assert list(ask(room, MEETING.span)) == []
                except DeliveryError as error:
                    is_clean(stand, error, caplog)
