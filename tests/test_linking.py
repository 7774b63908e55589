"""First contact: whose account is it, who is asked, and what becomes of the first thing they said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from integration import accounts, audit, linking, people
from integration.accounts import link_request
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import Delivery
from integration.dispatch import parse
from integration.errors import DeliveryError
from integration.messages import Sender
from integration.ports import Profile
from plugins.hadir.tables import attendance_event
from tests.cast import MONDAY_0728, NIP, Clock
from tests.chats import Radio

SITI = Profile("id-lain", "siti.lain", "siti@kantor.example", "Siti Rahayu")


@pytest.fixture
def radio(hadir: Hadir) -> Radio:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.ports.chats["mattermost"] = radio = Radio(profiles=[SITI])
    return radio


@pytest.fixture(autouse=True)
def unknown(hadir: Hadir) -> None:
    """The people file has no account for Siti."""
    forget(hadir, "siti")


def forget(hadir: Hadir, *usernames: str) -> None:
    with hadir.database.write() as db:
        db.execute(people.account.delete().where(people.account.c.username.in_(usernames)))


def writes(hadir: Hadir, line: str = "/hadir masuk wfh kabut", profile: Profile = SITI) -> None:
    """Somebody unknown types a command, as the platform names them."""
    name, _, text = line.removeprefix("/").partition(" ")
    hadir.dispatcher.handle(Sender("mattermost", profile.id, profile.username), parse(name, text), hadir.clock())


def resolve(hadir: Hadir, radio: Radio, *, ask_again: bool = False) -> list[tuple[str, str]]:
    """One run of the job; what was then heard, by whom."""
    linking.resolve(hadir, ask_again=ask_again)
    delivery = Delivery(hadir)
    while delivery.step():
        pass
    heard = [(to, text) for to, text, _ in radio.heard]
    radio.heard.clear()
    return heard


def state(hadir: Hadir) -> str:
    with hadir.database.read() as db:
        return str(db.scalar(select(link_request.c.state)))


def events(hadir: Hadir) -> list[tuple[str, object]]:
    with hadir.database.read() as db:
        return [(row.place, row.at) for row in db.execute(select(attendance_event))]


def test_the_same_address_links_and_the_first_command_is_done_at_its_time(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    writes(hadir)
    clock.now += timedelta(minutes=20)
    heard = resolve(hadir, radio)
    assert [to for to, _ in heard] == ["id-lain", "id-lain"]
    assert "07.28 WIB" in heard[1][1]
    assert events(hadir) == [("wfh", MONDAY_0728)]
    assert state(hadir) == "done"


def test_it_is_done_once(hadir: Hadir, radio: Radio) -> None:
    writes(hadir)
    resolve(hadir, radio)
    with hadir.database.write() as db:
        db.execute(update(link_request).values(state="linked"))  # a crash before the state was written
    assert resolve(hadir, radio) == []
    assert len(events(hadir)) == 1
    assert state(hadir) == "done"


def test_the_link_is_audited(hadir: Hadir, radio: Radio) -> None:
    writes(hadir)
    resolve(hadir, radio)
    with hadir.database.read() as db:
        (row,) = db.execute(select(audit.audit).where(audit.audit.c.action == "people.linked"))
    assert (row.object, row.reason) == ("account:mattermost:id-lain", "same e-mail address")


def test_an_unknown_address_asks_the_administrators_once_with_the_command(hadir: Hadir, radio: Radio) -> None:
    radio.profiles = [Profile("id-lain", "tamu", "tamu@lain.example", "Tamu")]
    writes(hadir)
    ((to, text),) = resolve(hadir, radio)
    assert to == "id-agus"
    assert "hadir people link --platform mattermost --username siti.lain --nip NIP" in text
    assert state(hadir) == "asked"
    assert resolve(hadir, radio, ask_again=True) == []


def test_the_administrator_is_spared_the_look_up_of_a_name_that_only_one_has(hadir: Hadir, radio: Radio) -> None:
    radio.profiles = [Profile("id-lain", "siti.lain", "", "Siti Rahayu")]
    writes(hadir)
    ((_, text),) = resolve(hadir, radio)
    assert f"--nip {NIP['siti']}" in text
    assert state(hadir) == "asked"


@pytest.mark.parametrize("trouble", ["bound", "left", "twice"])
def test_an_address_that_is_not_certainly_theirs_links_nobody(hadir: Hadir, radio: Radio, trouble: str) -> None:
    with hadir.database.write() as db:
        siti = db.scalar(select(people.person.c.id).where(people.person.c.nip == NIP["siti"]))
        if trouble == "bound":
            row = {"person_id": siti, "platform": "mattermost", "username": "siti", "external_id": "id-siti"}
            db.execute(people.account.insert().values(row))
        elif trouble == "left":
            left = (MONDAY_0728 - timedelta(days=3)).date()
            db.execute(update(people.person).where(people.person.c.id == siti).values(ended_on=left))
        else:
            db.execute(update(people.person).where(people.person.c.nip == NIP["dewi"]).values(email=SITI.email))
    writes(hadir)
    assert [to for to, _ in resolve(hadir, radio)] == ["id-agus"]
    assert events(hadir) == []


def test_an_imported_username_that_nobody_used_yields_to_the_address(hadir: Hadir, radio: Radio) -> None:
    with hadir.database.write() as db:
        siti = db.scalar(select(people.person.c.id).where(people.person.c.nip == NIP["siti"]))
        db.execute(people.account.insert().values(person_id=siti, platform="mattermost", username="siti.salah"))
    writes(hadir)
    resolve(hadir, radio)
    assert len(events(hadir)) == 1


def test_when_the_platform_does_not_answer_the_request_waits(hadir: Hadir, radio: Radio) -> None:
    radio.trouble = [DeliveryError("down")]
    writes(hadir)
    assert resolve(hadir, radio) == []
    assert state(hadir) == "open"
    assert len(resolve(hadir, radio)) == 2


def test_what_the_administrator_links_is_done_at_once(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    radio.profiles = []
    writes(hadir)
    resolve(hadir, radio)
    clock.now += timedelta(hours=3)
    with hadir.database.read() as db:
        (request,) = linking.requests(db, "mattermost", "Siti.Lain")
        person = people.search(db, NIP["siti"])[0]
    answer = linking.link(hadir, request, person, actor="terminal:root")
    assert answer
    assert events(hadir) == [("wfh", MONDAY_0728)]
    with hadir.database.read() as db:
        assert linking.requests(db) == []
    assert [to for to, _ in resolve(hadir, radio)] == ["id-lain", "id-lain"]


def test_a_later_people_file_helps_those_about_whom_was_asked(hadir: Hadir, radio: Radio) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP["siti"]).values(email=""))
    writes(hadir)
    assert [to for to, _ in resolve(hadir, radio)] == ["id-agus"]
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == NIP["siti"]).values(email=SITI.email))
    resolve(hadir, radio, ask_again=True)
    assert len(events(hadir)) == 1


def test_who_spoke_again_under_an_imported_username_gets_the_first_command_done_too(
    hadir: Hadir, radio: Radio, clock: Clock
) -> None:
    writes(hadir)
    with hadir.database.write() as db:
        siti = db.scalar(select(people.person.c.id).where(people.person.c.nip == NIP["siti"]))
        db.execute(people.account.insert().values(person_id=siti, platform="mattermost", username="siti.lain"))
    clock.now += timedelta(minutes=5)
    writes(hadir, "/hadir status")
    resolve(hadir, radio)
    assert events(hadir) == [("wfh", MONDAY_0728)]


@pytest.mark.parametrize("line", ["/hadir koreksi", "/hadir", "/hadir xyzzy"])
def test_a_first_message_that_records_nothing_is_answered_or_left(hadir: Hadir, radio: Radio, line: str) -> None:
    writes(hadir, line)
    assert resolve(hadir, radio)[0][0] == "id-lain"
    assert (events(hadir), state(hadir)) == ([], "done")


def test_naming_an_account_before_its_owner_ever_spoke(hadir: Hadir, clock: Clock) -> None:
    with hadir.database.write() as db:
        person = people.search(db, NIP["siti"])[0]
        assert linking.name_account(db, "mattermost", "Siti.Baru", person, now=clock.now, actor="terminal:root")
        assert not linking.name_account(db, "mattermost", "siti.baru", person, now=clock.now, actor="terminal:root")
        with pytest.raises(accounts.AccountTaken):
            linking.name_account(db, "mattermost", "budi", person, now=clock.now, actor="terminal:root")


def test_one_strange_request_holds_up_no_other(hadir: Hadir, radio: Radio) -> None:
    writes(hadir, profile=Profile("id-aneh", "aneh", "", ""))
    writes(hadir)
    with hadir.database.write() as db:
        strange = link_request.c.external_id == "id-aneh"
        db.execute(update(link_request).where(strange).values(said=["not", "a", "command"], state="linked"))
    resolve(hadir, radio)
    assert len(events(hadir)) == 1
