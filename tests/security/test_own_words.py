"""`/hadir data` after a day in which somebody did a little of everything: nothing that is kept about them is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from integration import choices, jobs, outbox, own_data, people, scheduler
from integration.core import Hadir
from integration.hearing import inbox
from integration.messages import Button, Sender
from tests import cast
from tests.mailbox import DIRECT, Mailbox, said
from tests.post import person_id

Chat = Callable[[str], cast.Talker]


def collected(hadir: Hadir, who: str) -> own_data.OwnData:
    with hadir.database.read() as db:
        someone = people.get(db, person_id(hadir, who))
        assert someone is not None
        return own_data.collect(db, someone, hadir.clock())


def text(hadir: Hadir, who: str) -> str:
    return json.dumps(collected(hadir, who).tables, ensure_ascii=False)


def test_what_somebody_typed_as_a_message_is_theirs(hadir: Hadir, clock: cast.Clock) -> None:
    post = Mailbox(hadir)
    post.says("siti", "masuk wfh anak-saya-sakit-demam")
    post.says("dewi", "izin sakit hari ini kepala-pusing-sekali")
    assert "anak-saya-sakit-demam" in text(hadir, "siti")
    mine = [row for row in collected(hadir, "siti").tables["outbox"] if row["kind"] == "said"]
    assert [row["payload"]["said"]["text"] for row in mine] == ["masuk wfh anak-saya-sakit-demam"]
    assert "kepala-pusing-sekali" not in text(hadir, "siti")
    assert "anak-saya-sakit-demam" not in text(hadir, "dewi")


def test_of_an_answer_it_is_told_that_it_was_sent(hadir: Hadir) -> None:
    """What was answered to a supervisor may hold the reasons of others, as what is told them does."""
    Mailbox(hadir).says("siti", "status")
    rows = [row for row in collected(hadir, "siti").tables["outbox"] if row["key"].startswith("answer:")]
    assert [row["payload"] for row in rows] == [{}]


def test_messages_under_an_account_of_the_same_number_are_another_persons(hadir: Hadir, clock: cast.Clock) -> None:
    """A Nextcloud account may be called like anybody's number, or like anybody's account on another platform."""
    id = str(person_id(hadir, "siti"))
    with hadir.database.write() as db:
        for platform, account in (("nextcloud", id), ("nextcloud", "id-siti"), ("mattermost", "id-siti-2")):
            message = said(account, f"rahasia {platform} {account}", clock.now, DIRECT)
            sender = Sender(platform, account, account)
            inbox.queue(db, replace(message, sender=sender), clock.now)
    assert "rahasia" not in text(hadir, "siti")


def test_a_month_that_was_locked_for_somebody_is_theirs_and_one_of_the_unit_is_nobodys(hadir: Hadir, chat: Chat) -> None:
    for line in ("kunci oktober 2026 @siti belum-lengkap", "kunci september 2026 Bidang Aplikasi semua-selesai"):
        assert "dikunci" in chat("rina").says(f"/logbook {line}")
    (lock,) = collected(hadir, "siti").tables["logbook_lock"]
    assert (lock["month"], lock["locked"], lock["reason"]) == ("2026-10-01", True, "belum-lengkap")
    assert [row["object"] for row in collected(hadir, "siti").tables["audit"]] == [f"logbook_lock:{lock['id']}"]
    assert "logbook_lock" not in collected(hadir, "dewi").tables
    assert "semua-selesai" not in text(hadir, "siti")


def test_work_that_somebody_asked_for_is_theirs(hadir: Hadir, clock: cast.Clock) -> None:
    """The words of what the worker is to save or make for them; and not what it does for somebody else."""
    id, other = person_id(hadir, "siti"), person_id(hadir, "dewi")
    with hadir.database.write() as db:
        for number, who, name in ((1, id, "surat-siti"), (2, other, "surat-dewi")):
            payload = {"task": "berkas.make", "given": {"person": who, "name": name}}
            stream = f"berkas:make:{who}"
            outbox.enqueue(db, kind="task", stream=stream, key=f"k{number}", payload=payload, now=clock.now)
        channel = {"task": "berkas.step", "given": {"coupling": id, "words": "milik-kanal"}}
        outbox.enqueue(db, kind="task", stream=f"berkas:channel:{id}", key="k3", payload=channel, now=clock.now)
    found = text(hadir, "siti")
    assert "surat-siti" in found
    assert not [word for word in ("surat-dewi", "milik-kanal") if word in found]


def test_choices_that_wait_for_a_number_are_named(hadir: Hadir, clock: cast.Clock) -> None:
    button = (Button("Setujui Dewi", "hadir.say", "rahasia-dewi"),)
    with hadir.database.write() as db:
        choices.offer(db, "mattermost", "dm", "id-siti", "m1", button, clock.now)
        choices.offer(db, "mattermost", "dm2", "id-dewi", "m2", button, clock.now)
    [row] = collected(hadir, "siti").tables["choice"]
    assert row["message_id"] == "m1"
    assert "buttons" not in row


@pytest.mark.parametrize(("days", "left"), [(390, 1), (401, 0)])
def test_choices_are_forgotten_once_no_button_can_be_pressed(hadir: Hadir, clock: cast.Clock, days: int, left: int) -> None:
    with hadir.database.write() as db:
        choices.offer(db, "mattermost", "dm", "id-siti", "m1", (Button("x", "hadir.say"),), clock.now)
    clock.now += timedelta(days=days)
    clean = next(job for job in jobs.core_jobs(hadir) if job.name == "core.clean_up")
    assert scheduler.run_job(hadir, clean, clock.now)
    with hadir.database.read() as db:
        assert len(db.execute(choices.choice.select()).all()) == left
