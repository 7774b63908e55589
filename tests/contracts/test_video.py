"""What every video provider owes us, whichever it is. A new one adds a function to `stands.ALL`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from integration.cli.doctor_video import Examined, checks
from integration.errors import DeliveryError
from integration.ports import Member, Room, Span
from tests.adapters.video.servers import DOWN, lost
from tests.adapters.video.stands import ALL, BUDI, MAKING, MEETING, SITI, SPAN, TAMU, Stand

NASTY = "Rapat\r\nX-Evil: 1 <script>alert(1)</script> & \"kutip\" 'x' {uid} %0d%0a \x00\x07 🎉 " + "panjang " * 60


@pytest.fixture(params=ALL)
def stand(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[Stand]:
    shutil.copy(sqlite_template, tmp_path / "hadir.db")
    with ALL[request.param](tmp_path, 15.0) as found:
        yield found


@pytest.fixture(params=MAKING)
def making(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with ALL[request.param](tmp_path, 15.0) as found:
        yield found


def leads_there(stand: Stand, address: str) -> None:
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert address.startswith(stand.links)
    assert urlsplit(address).netloc in {urlsplit(link).netloc for link in stand.links}


def test_a_meeting_has_one_room_whatever_it_is_called_and_whenever_it_is(stand: Stand) -> None:
    room = stand.ensure()
    assert room.provider == stand.video.name
    later = Span(SPAN.start + timedelta(days=7), SPAN.end + timedelta(days=7))
    for changed in (MEETING, replace(MEETING, title="Judul lain"), replace(MEETING, title=NASTY, span=later)):
        again = stand.ensure(changed, room)
        assert (again.id, again.url) == (room.id, room.url)
        assert {type(value) for value in again.data.values()} <= {str}
    if room.url:
        leads_there(stand, room.url)


def test_two_meetings_have_two_rooms_where_each_has_its_own(stand: Stand) -> None:
    first, second = stand.ensure(), stand.ensure(replace(MEETING, uid="rapat-2@hadir"))
    if stand.video.name == "calls":
        assert first == second  # a channel has one call
    else:
        assert first.id != second.id


def test_everybody_gets_an_address_of_that_server_whatever_they_are_called(stand: Stand) -> None:
    room = stand.ensure()
    for who in (SITI, BUDI, TAMU, Member(NASTY, "p9"), Member("", "p8"), Member("Дмитрий Ö ẞ", moderator=True)):
        leads_there(stand, stand.video.join(room, replace(MEETING, title=NASTY), who))


def test_nothing_secret_stands_in_what_is_kept_or_shown(stand: Stand) -> None:
    room = stand.ensure()
    stand.video.join(room, MEETING, SITI)
    shown = f"{room!r} {room.url} {dict(room.data)} {stand.video!r}"
    assert not [secret for secret in stand.secrets if secret in shown]


def test_a_strange_id_stays_inside_its_place(stand: Stand) -> None:
    strange = replace(MEETING, uid="../../x?a=b#c@d\r\né")
    room = stand.ensure(strange)
    address = stand.video.join(room, strange, BUDI)
    leads_there(stand, address)
    assert ".." not in address


def test_taking_a_room_away_twice_is_harmless(stand: Stand) -> None:
    room = stand.ensure()
    for _ in range(2):
        stand.video.delete(room)
    assert stand.video.attended(room, SPAN) in ([], ())
    assert stand.video.recordings(room, SPAN) in ([], ())
    leads_there(stand, stand.video.join(stand.ensure(room=room), MEETING, BUDI))


def test_a_meeting_where_nobody_was_has_no_list_and_no_recording(stand: Stand) -> None:
    room = stand.ensure()
    assert list(stand.video.attended(room, SPAN)) == []
    assert list(stand.video.recordings(room, SPAN)) == []


def test_a_person_who_waits_is_served_the_same(stand: Stand) -> None:
    with stand.video.within(5.0):
        leads_there(stand, stand.video.join(stand.ensure(), MEETING, BUDI))


def test_only_calls_need_a_channel(stand: Stand) -> None:
    nowhere = replace(MEETING, channel=None)
    if not stand.video.needs_channel:
        assert stand.ensure(nowhere).id
        return
    for told in (nowhere, replace(MEETING, channel=("nextcloud", "abc"))):
        with pytest.raises(DeliveryError, match="needs a channel") as error:
            stand.ensure(told)
        assert error.value.permanent


def test_the_doctor_can_ask_every_provider(stand: Stand) -> None:
    assert isinstance(stand.video, Examined)
    found = list(checks({stand.video.name: stand.video}, stand.video.name, stand.house.clock()))
    if stand.video.name == "talk":
        return  # what a real one says of itself was recorded
    assert not [check for check in found if check.status in ("fail", "skip")], found
    stand.house.always = DOWN
    found = list(checks({stand.video.name: stand.video}, stand.video.name, stand.house.clock()))
    assert [check.status for check in found] == ["fail"]
    assert all(check.cure for check in found)


def test_a_clock_that_goes_wrong_is_told_where_tokens_need_it(stand: Stand) -> None:
    if stand.video.name == "talk" or not getattr(stand.video, "uses_clock", False):
        return
    for ahead, status in ((timedelta(seconds=5), "ok"), (timedelta(seconds=30), "warn"), (timedelta(minutes=5), "fail")):
        now = stand.house.clock() + ahead
        found = {check.name: check for check in checks({stand.video.name: stand.video}, stand.video.name, now)}
        clock = found[f"video {stand.video.name} clock"]
        assert (clock.status, bool(clock.cure)) == (status, status != "ok")


# ---------------------------------------------------------------- those who make something at the other side


def test_a_lost_answer_makes_no_second_room(making: Stand) -> None:
    """The call that makes it is done, and its answer gets lost; whoever repeats finds what was made."""
    assert making.act
    assert making.rooms
    made_by = ("POST /v2/users", "POST /v2/spaces", "POST /ocs/v2.php/apps/spreed/api/v4/room", "GET /bigbluebutton/api/create")
    making.house.always = lambda request, answer: (
        lost(request, answer) if f"{request.method} {request.path}".startswith(made_by) else answer()
    )
    with pytest.raises(DeliveryError):
        making.act()
    many = making.rooms()
    assert many >= 1
    making.house.always = None
    making.act()
    assert making.rooms() == (many if making.finds else many + 1)
    if making.finds:
        assert many == 1


def test_a_room_that_somebody_deleted_is_made_anew(making: Stand) -> None:
    assert making.rooms
    assert making.forget
    room = making.ensure()
    making.forget()
    fresh = making.ensure(room=room)
    leads_there(making, making.video.join(fresh, MEETING, BUDI))
    assert making.rooms() == 1


def test_a_room_of_another_installation_is_not_taken(making: Stand, tmp_path: Path) -> None:
    """What nobody can know is made anew, not failed on."""
    foreign = Room(making.video.name, {"meet": "spaces/asing", "zoom": "99"}.get(making.video.name, "asing"), "", {})
    fresh = making.ensure(room=foreign)
    leads_there(making, making.video.join(fresh, MEETING, BUDI))
