"""Who listens, what is asked for on return, and what the administrator sees of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from integration import doctor, outages, outbox
from integration.app import assemble, create_app
from integration.core import Hadir
from integration.errors import DeliveryError
from integration.hearing import hearing, inbox
from integration.hearing.hearing import Hearing, Listener
from integration.messages import Command, Reply, Text
from integration.plugin import Context, Plugin, Subcommand
from integration.ports import Said
from integration.settings import Settings
from tests import cast
from tests.chats import Radio
from tests.mailbox import TALK, Mailbox, said
from tests.service import until

TYPED = cast.MONDAY_0728


@dataclass
class Letterbox(Radio):
    """A platform without a connection of its own: it only answers what was said."""

    name: str = "talk"
    letters: list[Said] = field(default_factory=list)
    since: list[datetime] = field(default_factory=list)
    away: list[DeliveryError] = field(default_factory=list)

    def said(self, since: datetime) -> Iterable[Said]:
        self.since.append(since)
        if self.away:
            raise self.away.pop(0)
        return [letter for letter in self.letters if letter.at >= since]


@pytest.fixture
def box(hadir: Hadir) -> Letterbox:
    made = Letterbox()
    hadir.ports.chats["talk"] = made
    return made


def keys(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return list(db.scalars(select(outbox.outbox.c.key).where(outbox.outbox.c.kind == inbox.KIND)))


def test_a_platform_is_asked_with_an_overlap_and_every_message_counts_once(
    hadir: Hadir, box: Letterbox, clock: cast.Clock
) -> None:
    listener = Listener(hadir, "talk", threading.Event())
    assert listener.take()
    clock.now += timedelta(minutes=30)
    box.letters = [said("siti", "masuk wfh", TYPED + timedelta(minutes=1), id="m1"), said("siti", "obrolan", TYPED, TALK)]
    assert listener.catch_up()
    assert listener.catch_up()
    assert box.since == [TYPED - hearing.OVERLAP] * 2
    assert keys(hadir) == ["said:mattermost:m1"]


def test_all_platforms_are_heard_and_one_that_is_away_holds_up_none(hadir: Hadir, box: Letterbox, clock: cast.Clock) -> None:
    other = Letterbox(name="lain", away=[DeliveryError("away")] * 1000)
    hadir.ports.chats["lain"] = other
    hadir.ports.chats["radio"] = Radio(name="radio")  # cannot be asked
    box.letters = [said("siti", "masuk wfh", TYPED, id="m1")]
    stop, woken = threading.Event(), threading.Event()
    thread = threading.Thread(target=Hearing(hadir, woken.set).run, args=(stop,))
    thread.start()
    until(lambda: keys(hadir) and other.since, "the message")
    until(lambda: beats(hadir).get("talk"), "the beat")
    stop.set()
    thread.join(30)
    assert not thread.is_alive()
    assert woken.is_set()
    assert set(beats(hadir)) == {"talk", "lain"}
    assert beats(hadir)["lain"] is None


def beats(hadir: Hadir) -> dict[str, datetime | None]:
    with hadir.database.read() as db:
        return {state.platform: state.seen_at for state in hearing.states(db)}


# ---------------------------------------------------------------- what the administrator sees


def listened(hadir: Hadir, **values: datetime | None) -> None:
    with hadir.database.write() as db:
        db.execute(hearing.heard.delete())
        db.execute(hearing.heard.insert().values({"platform": "mattermost", "until": TYPED} | values))


def check(hadir: Hadir) -> doctor.Check:
    return {one.name: one for one in doctor.core(hadir)}["messages to the bot (mattermost)"]


def test_the_doctor_says_whether_somebody_listens(hadir: Hadir, clock: cast.Clock) -> None:
    assert not [one for one in doctor.core(hadir) if "messages" in one.name]
    listened(hadir)
    assert (check(hadir).status, bool(check(hadir).cure)) == ("fail", True)
    listened(hadir, seen_at=TYPED, message_at=TYPED)
    assert check(hadir).status == "ok"
    clock.now += timedelta(minutes=5)
    assert check(hadir).status == "fail"
    listened(hadir, seen_at=clock.now)
    assert check(hadir).status == "warn", "still reading what was missed"


def test_the_metrics_say_it_as_well(hadir: Hadir, clock: cast.Clock) -> None:
    listened(hadir, seen_at=TYPED)
    with hadir.database.write() as db:
        outages.beat(db, "mesin", hadir.clock())
    clock.now += timedelta(seconds=70)
    page = create_app(hadir).test_client().get("/metrics").text
    assert 'hadir_listening_seconds{platform="mattermost"} 70.0' in page


# ---------------------------------------------------------------- our own trouble


def test_a_message_over_which_our_code_stumbles_is_tried_again_and_then_said_plainly(
    settings: Settings, clock: cast.Clock
) -> None:
    tried: list[datetime] = []

    def stumble(context: Context, _command: Command) -> Reply:
        tried.append(context.now)
        if len(tried) < heals_after:
            raise ZeroDivisionError
        return Reply(Text("berhasil"))

    folder = Path(__file__).parents[1] / "plugins" / "hadir" / "translations"
    subcommand = Subcommand("coba", stumble, "This help", writes=True)
    plugin = Plugin("uji", "d", "h", stumble, (subcommand,), folder)
    service = assemble(settings, clock=clock, plugins=(plugin,))
    with service.database.write() as db:
        cast.settle(db)
    for heals_after, answer in ((3, "berhasil"), (100, "layanan sedang bermasalah")):
        tried.clear()
        box, began = Mailbox(service), clock.now
        box.hears(said("siti", "coba", began))
        while not box.radio.texts:
            clock.now += timedelta(minutes=5)
            box.deliver()
        [text] = box.radio.texts
        assert answer in text
        assert set(tried) == {began}, "each time as of when it was typed"
        assert len(tried) == min(heals_after, inbox.PATIENCE)
    service.database.dispose()
