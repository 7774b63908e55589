"""`/hadir data`: everything kept about oneself, whatever plugin keeps it, and nothing of anybody else's."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from sqlalchemy import insert

from integration import own_data, people
from integration.accounts import link_request
from integration.app import load_plugins
from integration.core import Hadir
from integration.db import metadata
from tests.cast import NIP, at
from tests.post import audited, button, inbox, person_id

load_plugins()


@pytest.fixture
def lived(hadir, chat):
    """Siti checked in with a note, asked for a correction with a reason, which Budi approved; Dewi did the same."""
    for who, reason in (("siti", "antar anak"), ("dewi", "ke dokter gigi")):
        chat(who).says(f"/hadir masuk wfh catatan {who}")
        chat(who).says(f"/hadir koreksi 20/11 masuk wfo 07.25 {reason}")
        chat("budi").presses(button(inbox(hadir, "budi")[-1], "Setujui"))


def collected(hadir: Hadir, username: str) -> own_data.OwnData:
    with hadir.database.read() as db:
        who = people.get(db, person_id(hadir, username))
        assert who is not None
        return own_data.collect(db, who, hadir.clock())


def test_everything_comes_as_a_file_in_a_direct_message(hadir, chat, lived):
    said = chat("siti").says("/hadir data")
    assert said.startswith("Data Anda (")
    [file] = inbox(hadir, "siti")[-1].files
    assert (file.name, file.media_type) == (f"data-{NIP['siti']}.zip", "application/zip")
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        page = archive.read("BACA-SAYA.txt").decode()
        tables = json.loads(archive.read("data.json"))["tables"]
        events = list(csv.DictReader(io.StringIO(archive.read("attendance_event.csv").decode(), newline="")))
    assert "Siti Rahayu" in page
    assert {f"{name}.csv" for name in tables} == set(names) - {"BACA-SAYA.txt", "data.json"}
    assert {"person", "account", "attendance_event", "attendance_correction", "audit", "outbox"} <= set(tables)
    assert "catatan siti" in {event["note"] for event in events}
    assert tables["attendance_correction"][0]["reason"] == "antar anak"
    assert tables["person"][0]["supervisor"] == "Budi Santoso"


def test_of_others_there_is_nothing(hadir, lived):
    for username, other in (("siti", "dokter gigi"), ("dewi", "antar anak")):
        text = json.dumps(collected(hadir, username).tables, ensure_ascii=False)
        assert other not in text
        assert f"catatan {'dewi' if username == 'siti' else 'siti'}" not in text


def test_who_decided_for_others_reads_that_and_no_more(hadir, lived):
    tables = collected(hadir, "budi").tables
    acted = [(row["table"], row["as"]) for row in tables["acted"]]
    assert acted.count(("attendance_correction", "decider_id")) == 2
    assert acted.count(("person", "supervisor_id")) == 4
    assert "attendance_correction" not in tables
    for row in tables["audit"]:
        if row["object"].startswith(("attendance_correction", "attendance_event")):
            assert set(row) == {"id", "at", "actor", "action", "object"}


def test_what_a_stranger_said_before_the_account_was_known(hadir, chat):
    row = {
        "platform": "mattermost",
        "external_id": "id-siti",
        "username": "siti",
        "said": {"text": "/hadir masuk"},
        "received_at": at("2026-11-20T07:00+07:00"),
    }
    with hadir.database.write() as db:
        db.execute(insert(link_request).values(row))
    assert collected(hadir, "siti").tables["link_request"][0]["said"] == {"text": "/hadir masuk"}
    assert "link_request" not in collected(hadir, "dewi").tables


def test_every_key_to_a_person_says_whose_row_it_is():
    """A column under another name than these may be somebody who acted: say so in `own_data.ACTING`."""
    own = {"person_id", "requester_id", "partner_id", "organizer_id", "author_id"}
    found = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is people.person for key in column.foreign_keys)
    }
    assert {name for _, name in found} - own - own_data.ACTING == set()
    assert {name for _, name in found} >= own_data.ACTING


def test_no_table_of_a_person_is_forgotten(hadir, chat, lived):
    """Every table with a row of Siti's is in the file."""
    tables = collected(hadir, "siti").tables
    id = person_id(hadir, "siti")
    with hadir.database.read() as db:
        for table in metadata.sorted_tables:
            for column in table.columns:
                keys = any(key.column.table is people.person for key in column.foreign_keys)
                if keys and column.name not in own_data.ACTING and db.execute(table.select().where(column == id)).first():
                    assert table.name in tables


def test_a_second_press_in_the_same_minute_sends_one_file(hadir, chat):
    siti = chat("siti")
    siti.says("/hadir data")
    assert siti.says("/hadir data") == "Berkas data Anda sudah dalam perjalanan lewat pesan langsung."
    assert len([message for message in inbox(hadir, "siti") if message.files]) == 1


def test_a_file_that_was_sent_is_not_in_the_next_one(hadir, chat, clock):
    siti = chat("siti")
    siti.says("/hadir data")
    clock.now = at("2026-11-23T08:00+07:00")
    siti.says("/hadir data")
    first, second = (message.files[0].content for message in inbox(hadir, "siti") if message.files)
    assert len(second) < 2 * len(first)
    [sent] = collected(hadir, "siti").tables["outbox"][:1]
    assert sent["payload"]["message"]["files"] == [{"name": f"data-{NIP['siti']}.zip", "media_type": "application/zip"}]


def test_it_is_audited_without_what_is_in_it(hadir, chat, lived):
    chat("siti").says("/hadir data")
    [row] = audited(hadir, "person.data_exported")
    assert (row.object, row.actor) == (f"person:{person_id(hadir, 'siti')}", NIP["siti"])
    assert list(row.after) == ["rows"]


def test_what_looks_like_a_formula_stays_text(hadir, chat):
    chat("siti").says("/hadir masuk wfo =HYPERLINK(1)")
    found = collected(hadir, "siti")
    with zipfile.ZipFile(io.BytesIO(own_data.as_zip(found, hadir.catalogues.speak("en")))) as archive:
        assert b"'=HYPERLINK(1)" in archive.read("attendance_event.csv")
        assert b"Every table is a CSV file" in archive.read("README.txt")
