"""Delivery: in order, at least once, by one at a time, and never in the way of other streams."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select, update
from sqlalchemy import Row as DatabaseRow

from integration import outbox, outbox_care, people
from integration.alarms import ALARM
from integration.cli import hadir as command_line
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries.delivery import ATTEMPTS, ATTEMPTS_AFTER_DEFECT, LEASE, LONGEST_DELAY, Delivery, delay
from integration.errors import DeliveryError
from integration.messages import Reply, Text, reply_to_json
from integration.plugin import Notice
from integration.ports import Profile
from integration.scheduler import work
from tests.cast import Clock
from tests.chats import Radio
from tests.conftest import SECRET


class Post:
    """A kind of outbox row of our own, "note": what was delivered, and what to answer instead."""

    def __init__(self) -> None:
        self.delivered: list[str] = []
        self.trouble: dict[str, list[Exception]] = {}

    def __call__(self, _hadir: Hadir, row: outbox.Row) -> Mapping[str, Any]:
        if self.trouble.get(row.key):
            raise self.trouble[row.key].pop(0)
        self.delivered.append(row.key)
        return {"number": len(self.delivered)}


@pytest.fixture
def post(hadir: Hadir) -> Post:
    hadir.deliverers["note"] = post = Post()
    return post


def queue(hadir: Hadir, *keys: str, stream: str = "a", kind: str = "note", in_seconds: float = 0) -> None:
    now = hadir.clock()
    with hadir.database.write() as db:
        for key in keys:
            due = now + timedelta(seconds=in_seconds)
            assert outbox.enqueue(db, kind=kind, stream=stream, key=key, payload={}, now=now, due_at=due)


def deliver_all(hadir: Hadir) -> None:
    delivery = Delivery(hadir)
    while delivery.step():
        pass


def row(hadir: Hadir, key: str) -> DatabaseRow[Any]:
    with hadir.database.read() as db:
        return db.execute(select(outbox.outbox).where(outbox.outbox.c.key == key)).one()


def states(hadir: Hadir) -> dict[str, str]:
    """By key, without the alarm that a dead letter raises."""
    with hadir.database.read() as db:
        rows = db.execute(select(outbox.outbox).order_by(outbox.outbox.c.id))
        return {r.key: r.state for r in rows if not r.stream.startswith(ALARM)}


# ---------------------------------------------------------------- order


def test_a_stream_is_delivered_in_the_order_in_which_it_was_queued(hadir: Hadir, post: Post) -> None:
    queue(hadir, "1", "2", "3")
    deliver_all(hadir)
    assert post.delivered == ["1", "2", "3"]
    assert set(states(hadir).values()) == {"done"}
    assert row(hadir, "2").result == {"number": 2}


def test_a_row_that_fails_holds_up_its_stream_and_no_other(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "1", "2")
    queue(hadir, "other", stream="b")
    post.trouble["1"] = [DeliveryError("down")]
    deliver_all(hadir)
    assert post.delivered == ["other"]
    assert row(hadir, "1").error == "down"
    clock.now += timedelta(seconds=LONGEST_DELAY)
    deliver_all(hadir)
    assert post.delivered == ["other", "1", "2"]


def test_a_dead_letter_does_not_block_its_stream(hadir: Hadir, post: Post) -> None:
    queue(hadir, "1", "2")
    post.trouble["1"] = [DeliveryError("no such user", permanent=True)]
    deliver_all(hadir)
    assert states(hadir) == {"1": "dead", "2": "done"}
    assert row(hadir, "1").attempts == 1


def test_a_row_planned_for_later_holds_nobody_up_before_its_time(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "reminder", in_seconds=600)
    queue(hadir, "now")
    deliver_all(hadir)
    assert post.delivered == ["now"]
    clock.now += timedelta(seconds=600)
    deliver_all(hadir)
    assert post.delivered == ["now", "reminder"]


def test_a_row_that_was_begun_goes_before_one_that_has_just_become_due(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "reminder", in_seconds=1)
    queue(hadir, "begun")
    post.trouble["begun"] = [DeliveryError("down", retry_after=60)]
    deliver_all(hadir)
    clock.now += timedelta(seconds=30)
    deliver_all(hadir)
    assert post.delivered == []
    clock.now += timedelta(seconds=60)
    deliver_all(hadir)
    assert post.delivered == ["begun", "reminder"]


def test_the_same_key_is_queued_once(hadir: Hadir, post: Post) -> None:
    queue(hadir, "1")
    now = hadir.clock()
    with hadir.database.write() as db:
        assert not outbox.enqueue(db, kind="note", stream="b", key="1", payload={}, now=now)
    deliver_all(hadir)
    assert post.delivered == ["1"]


# ---------------------------------------------------------------- trouble


def test_the_wait_doubles_up_to_five_minutes_and_is_spread() -> None:
    assert [0.5 <= delay(n).total_seconds() / (2 * 2 ** (n - 1)) <= 1 for n in range(1, 8)] == [True] * 7
    assert LONGEST_DELAY / 2 <= delay(500).total_seconds() <= LONGEST_DELAY
    assert len({delay(5) for _ in range(20)}) > 1


def test_the_other_side_may_ask_for_a_longer_wait(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "1")
    post.trouble["1"] = [DeliveryError("slow down", retry_after=120)]
    deliver_all(hadir)
    assert row(hadir, "1").due_at == clock.now + timedelta(seconds=120)


@pytest.mark.parametrize(("error", "limit"), [(DeliveryError("down"), ATTEMPTS), (KeyError("x"), ATTEMPTS_AFTER_DEFECT)])
def test_it_is_given_up_after_many_attempts(hadir: Hadir, post: Post, error: Exception, limit: int) -> None:
    queue(hadir, "1")
    with hadir.database.write() as db:
        db.execute(update(outbox.outbox).values(attempts=limit - 2))
    post.trouble["1"] = [error, error]
    deliver_all(hadir)
    assert states(hadir)["1"] == "waiting"
    with hadir.database.write() as db:
        db.execute(update(outbox.outbox).values(due_at=hadir.clock()))
    deliver_all(hadir)
    assert states(hadir)["1"] == "dead"


def test_a_defect_shows_its_kind_and_not_what_was_in_the_message(hadir: Hadir, post: Post) -> None:
    queue(hadir, "1")
    post.trouble["1"] = [ValueError("a private note")]
    deliver_all(hadir)
    assert row(hadir, "1").error == "unexpected ValueError"


def test_a_kind_that_nobody_delivers_is_dead_at_once(hadir: Hadir) -> None:
    queue(hadir, "1", kind="pigeon")
    deliver_all(hadir)
    assert "pigeon" in row(hadir, "1").error
    assert row(hadir, "1").state == "dead"


# ---------------------------------------------------------------- several deliverers, and dead ones


def test_the_lease_of_a_dead_deliverer_runs_out_and_another_repeats_under_the_same_key(
    hadir: Hadir, post: Post, clock: Clock
) -> None:
    queue(hadir, "1", "2")
    gone = Delivery(hadir)
    assert [r.key for r in gone._take(4)] == ["1"]
    deliver_all(hadir)
    assert post.delivered == []
    clock.now += LEASE
    deliver_all(hadir)
    assert post.delivered == ["1", "2"]
    assert row(hadir, "1").attempts == 2


def test_who_lost_the_lease_does_not_decide_any_more(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "1")
    slow = Delivery(hadir)
    (taken,) = slow._take(4)
    clock.now += LEASE
    deliver_all(hadir)
    slow._failed(taken, "too late", 0)
    assert states(hadir)["1"] == "done"


def test_a_long_delivery_keeps_its_lease(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "1")
    busy = Delivery(hadir)
    busy._take(4)
    for _ in range(5):
        clock.now += LEASE * 0.7
        busy._keep_leases()
        deliver_all(hadir)
    assert post.delivered == []


def test_many_deliverers_deliver_every_row_once_and_in_order(hadir: Hadir) -> None:
    seen: list[tuple[str, int]] = []
    lock = threading.Lock()

    def note(_hadir: Hadir, row: outbox.Row) -> None:
        time.sleep(0.001)
        with lock:
            seen.append((row.stream, int(row.key.partition(":")[2])))

    hadir.deliverers["note"] = note
    for stream in "abcdef":
        queue(hadir, *(f"{stream}:{number}" for number in range(15)), stream=stream)
    stop = threading.Event()
    runners = [Delivery(hadir, idle_seconds=0.01) for _ in range(3)]
    threads = [threading.Thread(target=runner.run, args=(stop,)) for runner in runners]
    for thread in threads:
        thread.start()
    _until(lambda: len(seen) >= 90)
    stop.set()
    for thread in threads:
        thread.join()
    for stream in "abcdef":
        assert [number for name, number in seen if name == stream] == list(range(15))


def test_stopping_waits_for_what_was_begun(hadir: Hadir) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow(_hadir: Hadir, _row: outbox.Row) -> None:
        begun.set()
        finish.wait(10)

    hadir.deliverers["note"] = slow
    queue(hadir, "1", "2")
    stop, delivery = threading.Event(), Delivery(hadir)
    thread = threading.Thread(target=delivery.run, args=(stop,))
    thread.start()
    assert begun.wait(10)
    stop.set()
    delivery.wake()
    finish.set()
    thread.join(10)
    assert states(hadir) == {"1": "done", "2": "waiting"}


def test_what_was_taken_ahead_and_not_begun_is_handed_back(hadir: Hadir) -> None:
    begun, finish = threading.Event(), threading.Event()

    def slow(_hadir: Hadir, _row: outbox.Row) -> None:
        begun.set()
        finish.wait(10)

    hadir.deliverers["note"] = slow
    for number in range(3):
        queue(hadir, str(number), stream=str(number))
    stop, delivery = threading.Event(), Delivery(hadir, parallel=1, ahead=2)
    thread = threading.Thread(target=delivery.run, args=(stop,))
    thread.start()
    assert begun.wait(10)
    assert [row(hadir, str(number)).attempts for number in range(3)] == [1, 1, 1]
    stop.set()
    finish.set()
    thread.join(10)
    assert states(hadir) == {"0": "done", "1": "waiting", "2": "waiting"}
    for number in (1, 2):
        there = row(hadir, str(number))
        assert (there.attempts, there.lease_until, there.lease_owner) == (0, None, None)


def test_an_outcome_that_cannot_be_written_down_spoils_no_other(hadir: Hadir, clock: Clock) -> None:
    def trouble(_db: Connection) -> None:
        raise ValueError("not this one")

    def note(_hadir: Hadir, row: outbox.Row) -> Mapping[str, Any]:
        return outbox.Delivered({}, trouble) if row.key == "bad" and row.attempts == 1 else {}

    hadir.deliverers["note"] = note
    for key in ("good", "bad", "fine"):
        queue(hadir, key, stream=key)
    delivery = Delivery(hadir)
    for taken in delivery._take(4):
        delivery._deliver(taken)
    delivery._take(0, delivery._let_go())
    assert states(hadir) == {"good": "done", "bad": "waiting", "fine": "done"}
    clock.now += LEASE
    deliver_all(hadir)
    assert states(hadir)["bad"] == "done"


def test_rows_are_taken_and_written_down_together(hadir: Hadir, post: Post, statements: list[str]) -> None:
    for number in range(4):
        queue(hadir, str(number), stream=str(number))
    delivery = Delivery(hadir)
    statements.clear()
    taken = delivery._take(4)
    assert len(taken) == 4
    # Who is in line, what they hold, and, while on SQLite nobody else writes, that they are taken.
    assert len(statements) == 3
    assert "payload" not in statements[-1]
    statements.clear()
    delivery._take(0, [(row, {"message_id": row.key}) for row in taken])
    assert len(statements) == 2
    assert set(states(hadir).values()) == {"done"}


def test_a_long_queue_is_gone_through_once_for_many_handfuls(hadir: Hadir, clock: Clock) -> None:
    """Whoever was quicker, or goes before by now, is heeded all the same."""
    for key in "abcdefgh":
        queue(hadir, key, stream=key, in_seconds=1 if key == "e" else 0)
    queue(hadir, "after e", stream="e")
    one, other = Delivery(hadir), Delivery(hadir)

    def next_ones(delivery: Delivery) -> list[str]:
        return [row.key for row in delivery._take(2)]

    assert next_ones(one) == ["a", "b"]
    assert next_ones(other) == ["c", "d"]
    clock.now += timedelta(seconds=1)
    assert next_ones(one) == ["f", "g"]  # not c and d, and not what comes after e
    assert next_ones(one) == ["h"]
    assert next_ones(one) == ["e"]


def test_an_idle_deliverer_asks_the_database_one_thing(hadir: Hadir, statements: list[str]) -> None:
    assert Delivery(hadir).step() == 0
    assert len(statements) == 1


def _until(reached: Any) -> None:
    deadline = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


# ---------------------------------------------------------------- messages to people


@pytest.fixture
def radio(hadir: Hadir) -> Radio:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    hadir.ports.chats["mattermost"] = radio = Radio(profiles=[Profile("id-new", "siti.baru", "", "Siti Rahayu")])
    return radio


def tell(hadir: Hadir, who: str, key: str, text: str = "Halo", **rest: Any) -> None:
    with hadir.database.write() as db:
        person = people.by_username(db, "mattermost", who)
        assert person
        assert work(hadir, db).tell(person, key, lambda _: Reply(Text(text)), **rest)


def notice(hadir: Hadir, who: str, key: str, text: str, **rest: Any) -> Notice:
    with hadir.database.read() as db:
        person = people.by_username(db, "mattermost", who)
    assert person
    return Notice(person, key, lambda _: Reply(Text(text)), **rest)


def rename(hadir: Hadir, who: str, **values: Any) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.account).where(people.account.c.username == who).values(**values))


def test_a_person_hears_it_where_they_chat(hadir: Hadir, radio: Radio) -> None:
    tell(hadir, "siti", "k1", "Selamat pagi")
    deliver_all(hadir)
    assert radio.heard == [("id-siti", "Selamat pagi", "k1")]
    assert row(hadir, "k1").result == {"message_id": "post-1", "channel_id": "channel-of-id-siti"}


def test_many_are_told_in_one_statement_each_at_their_own_time(
    hadir: Hadir, radio: Radio, clock: Clock, statements: list[str]
) -> None:
    soon = clock.now + timedelta(minutes=10)
    tell(hadir, "budi", "k2", "Dahulu")
    all_of_them = [
        notice(hadir, "siti", "k1", "Sekarang"),
        notice(hadir, "budi", "k2", "Dua kali"),  # queued before
        notice(hadir, "dewi", "k3", "Nanti", due_at=soon),
        notice(hadir, "rina", "k4", "Terlambat", until=clock.now - timedelta(seconds=1)),
    ]
    statements.clear()
    with hadir.database.write() as db:
        work(hadir, db).tell_all(all_of_them)
    assert len(statements) == 1
    deliver_all(hadir)
    assert [words for _, words, _ in radio.heard] == ["Dahulu", "Sekarang"]
    assert row(hadir, "k4").state == "done"
    clock.now = soon
    deliver_all(hadir)
    assert [words for _, words, _ in radio.heard][2:] == ["Nanti"]


def test_telling_nobody_is_no_statement(hadir: Hadir, statements: list[str]) -> None:
    with hadir.database.write() as db:
        work(hadir, db).tell_all([])
    assert statements == []


def test_a_channel_hears_it(hadir: Hadir, radio: Radio) -> None:
    with hadir.database.write() as db:
        work(hadir, db).post("mattermost", "town-square", "k1", lambda _: Reply(Text("Rekap")))
    deliver_all(hadir)
    assert radio.heard == [("town-square", "Rekap", "k1")]


def test_an_imported_username_is_looked_up_once_and_kept(hadir: Hadir, radio: Radio) -> None:
    rename(hadir, "siti", username="siti.baru", external_id=None)
    tell(hadir, "siti.baru", "k1")
    tell(hadir, "siti.baru", "k2")
    deliver_all(hadir)
    assert [to for to, _, _ in radio.heard] == ["id-new", "id-new"]
    assert radio.asked == ["siti.baru"]


def test_a_username_that_the_platform_does_not_know_is_said_clearly(hadir: Hadir, radio: Radio) -> None:
    rename(hadir, "siti", username="salah.ketik", external_id=None)
    tell(hadir, "salah.ketik", "k1")
    deliver_all(hadir)
    assert row(hadir, "k1").state == "dead"
    assert "salah.ketik" in row(hadir, "k1").error


def test_a_username_that_turns_out_to_be_a_colleagues_account_is_not_taken_from_them(hadir: Hadir, radio: Radio) -> None:
    rename(hadir, "siti", username="siti.baru", external_id=None)
    rename(hadir, "budi", external_id="id-new")
    tell(hadir, "siti.baru", "k1")
    deliver_all(hadir)
    assert "somebody else" in row(hadir, "k1").error
    assert "id-new" not in [to for to, _, _ in radio.heard]


def test_the_platform_from_which_somebody_spoke_is_preferred(hadir: Hadir, radio: Radio) -> None:
    hadir.ports.chats["browser"] = other = Radio(name="browser")
    rename(hadir, "siti", external_id=None)
    with hadir.database.write() as db:
        person = people.by_username(db, "mattermost", "siti")
        assert person
        account = {"person_id": person.id, "platform": "browser", "username": "siti", "external_id": "siti"}
        db.execute(people.account.insert().values(account))
    tell(hadir, "siti", "k1")
    deliver_all(hadir)
    assert (radio.heard, other.heard) == ([], [("siti", "Halo", "k1")])


def test_nobody_can_be_reached_on_a_platform_that_is_not_connected(hadir: Hadir) -> None:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    tell(hadir, "siti", "k1")
    deliver_all(hadir)
    assert row(hadir, "k1").state == "dead"
    assert "mattermost:siti" in row(hadir, "k1").error


def test_a_platform_that_setup_connects_later_is_found_without_a_restart(hadir: Hadir) -> None:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    radio = Radio()
    hadir.reconnect = lambda: hadir.ports.chats.update(mattermost=radio)
    tell(hadir, "siti", "k1")
    deliver_all(hadir)
    assert radio.texts == ["Halo"]


def test_a_reminder_that_would_come_too_late_is_dropped(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    tell(hadir, "siti", "k1", until=clock.now + timedelta(minutes=10))
    tell(hadir, "budi", "k2", until=clock.now + timedelta(hours=1))
    clock.now += timedelta(minutes=30)
    deliver_all(hadir)
    assert [to for to, _, _ in radio.heard] == ["id-budi"]
    assert row(hadir, "k1").state == "done"


def test_mattermost_is_down_and_messages_arrive_in_order_when_it_is_back(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    radio.trouble = [DeliveryError("down")] * 3
    for number in range(4):
        tell(hadir, "siti", f"k{number}", f"pesan {number}")
    for _ in range(4):
        deliver_all(hadir)
        clock.now += timedelta(seconds=LONGEST_DELAY)
    assert radio.texts == [f"pesan {number}" for number in range(4)]


# ---------------------------------------------------------------- the alarm


def test_administrators_hear_of_dead_letters_once_a_day(hadir: Hadir, radio: Radio, clock: Clock) -> None:
    for day in range(2):
        for number in range(3):
            queue(hadir, f"{day}-{number}", kind="pigeon", stream=f"s{number}")
        deliver_all(hadir)
        clock.now += timedelta(days=1)
    assert [to for to, _, _ in radio.heard] == ["id-agus", "id-agus"]
    assert "hadir outbox list" in radio.texts[0]


def test_an_alarm_that_cannot_be_delivered_raises_no_alarm(hadir: Hadir) -> None:
    hadir.deliverers[chat_delivery.KIND] = chat_delivery.deliver
    queue(hadir, "1", kind="pigeon")
    deliver_all(hadir)
    with hadir.database.read() as db:
        assert list(db.scalars(select(outbox.outbox.c.state))) == ["dead", "dead"]


# ---------------------------------------------------------------- what administrators do


def test_what_was_delivered_is_forgotten_after_ninety_days(hadir: Hadir, post: Post, clock: Clock) -> None:
    queue(hadir, "old")
    deliver_all(hadir)
    clock.now += timedelta(days=89)
    queue(hadir, "new")
    deliver_all(hadir)
    clock.now += timedelta(days=2)
    with hadir.database.write() as db:
        assert outbox_care.purge(db, clock.now) == 1
    assert list(states(hadir)) == ["new"]


def test_the_backlog_tells_the_oldest_that_is_late(hadir: Hadir, post: Post, clock: Clock) -> None:
    began = clock.now
    queue(hadir, "late")
    queue(hadir, "planned", stream="b", in_seconds=7200)
    queue(hadir, "dead", stream="c")
    post.trouble = {"late": [DeliveryError("down")], "dead": [DeliveryError("gone", permanent=True)]}
    deliver_all(hadir)
    clock.now += timedelta(seconds=60)
    with hadir.database.read() as db:
        assert outbox_care.backlog(db, clock.now) == outbox_care.Backlog(waiting=2, dead=2, oldest=began)


@pytest.fixture
def cli(database_url: str, hadir: Hadir, tmp_path: Any) -> Any:
    env = {"HADIR_DATABASE_URL": database_url, "HADIR_SECRET_KEY": SECRET, "HADIR_HOME": str(tmp_path / "home")}
    return lambda *words: CliRunner().invoke(command_line, list(words), env=env)


def test_the_list_shows_why_and_never_what(hadir: Hadir, radio: Radio, cli: Any) -> None:
    assert cli("outbox", "list").output == "Nothing waits and nothing is dead.\n"
    radio.trouble = [DeliveryError("no such user", permanent=True)]
    tell(hadir, "siti", "k1", "sangat pribadi")
    deliver_all(hadir)
    shown = cli("outbox", "list", "--state", "dead")
    assert "no such user" in shown.output
    assert "pribadi" not in shown.output
    (first,) = json.loads(cli("outbox", "list", "--state", "dead", "--json").output)
    assert (first["key"], first["state"], first["attempts"]) == ("k1", "dead", 1)
    assert "payload" not in first


def test_dead_letters_are_put_back(hadir: Hadir, post: Post, cli: Any) -> None:
    post.trouble["1"] = [DeliveryError("gone", permanent=True)]
    queue(hadir, "1")
    deliver_all(hadir)
    number = str(row(hadir, "1").id)
    assert cli("outbox", "retry", number).output == "1 dead letter put back.\n"
    with hadir.database.write() as db:
        db.execute(update(outbox.outbox).where(outbox.outbox.c.key == "1").values(due_at=hadir.clock()))
    deliver_all(hadir)
    assert post.delivered == ["1"]
    again = cli("outbox", "retry", number, "999999")
    assert again.exit_code == 1
    assert f"{number} is done, not dead; 999999 is unknown" in again.output
    assert cli("outbox", "retry", "--all").output == "1 dead letter put back.\n"  # the alarm, which nobody delivered
    assert cli("outbox", "retry", "--all").output == "There are no dead letters.\n"
    assert cli("outbox", "retry").exit_code == 2


def test_a_message_with_a_file_survives_the_outbox(hadir: Hadir, radio: Radio) -> None:
    from integration.messages import File

    message = Reply(Text("Rekap"), files=(File("rekap.xlsx", "application/x", b"\0\1"),))
    payload = {"platform": "mattermost", "channel": "c", "message": reply_to_json(message)}
    with hadir.database.write() as db:
        outbox.enqueue(db, kind="chat", stream="c", key="k", payload=payload, now=hadir.clock())
    deliver_all(hadir)
    assert radio.messages[0].files == message.files


def test_what_failed_is_due_at_once_when_the_hindrance_is_gone(hadir: Hadir, clock: Clock, post: Post) -> None:
    post.trouble["a"] = [DeliveryError("no", retry_after=300)]
    queue(hadir, "a")
    queue(hadir, "later", stream="b", in_seconds=3600)
    deliver_all(hadir)
    with hadir.database.write() as db:
        assert outbox_care.hurry(db, clock.now) == 1
    deliver_all(hadir)
    assert (post.delivered, row(hadir, "later").state) == (["a"], "waiting")
