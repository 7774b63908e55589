"""Ordinary messages as commands: what they mean, when they count, that they count once, and what people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from integration import choices
from integration.accounts import link_request
from integration.core import Hadir
from integration.deliveries.delivery import Delivery
from integration.hearing import inbox
from integration.messages import Button, plain
from integration.outbox import outbox
from integration.rulebook.tables import rule_choice
from plugins.hadir.tables import attendance_event
from plugins.izin.tables import absence
from tests import cast
from tests.mailbox import ATTENDANCE, DIRECT, TALK, Mailbox, said
from tests.post import audited, button, change, person_id
from tests.post import inbox as post_box

LATER = cast.at("2026-11-23T08:10+07:00")
TYPED = cast.MONDAY_0728


@pytest.fixture
def post(hadir: Hadir) -> Mailbox:
    return Mailbox(hadir)


@pytest.fixture
def office(hadir: Hadir) -> Mailbox:
    """The same with an attendance channel."""
    hadir.settings = hadir.settings.model_copy(update={"attendance_channels": ("~Absensi",)})
    return Mailbox(hadir)


def stamps(hadir: Hadir, who: str = "siti") -> list[tuple[str, str, str, bool]]:
    """(kind, time in Jakarta, place, whether it counts), in the order of writing."""
    mine = attendance_event.c.person_id == person_id(hadir, who)
    with hadir.database.read() as db:
        rows = db.execute(select(attendance_event).where(mine).order_by(attendance_event.c.id)).all()
    return [(row.kind, f"{row.at + timedelta(hours=7):%H:%M}", row.place, row.active) for row in rows]


# ---------------------------------------------------------------- to the bot


@pytest.mark.parametrize(
    "text",
    ["masuk wfh", "/hadir masuk wfh", "@hadir masuk wfh", "hadir masuk wfh", "MASUK WFH!!", "👋 Masuk WFH 🙏", "`masuk wfh`"]
    + ["  masuk\nwfh ", "*Masuk*, wfh.", ":wave: masuk wfh :pray:", "wfh"],
)
def test_a_check_in_needs_no_slash(post: Mailbox, text: str) -> None:
    assert "07.28 WIB (WFH)" in post.says("siti", text)
    assert stamps(post.hadir) == [("in", "07:28", "wfh", True)]


def test_other_plugins_are_not_named_either(post: Mailbox) -> None:
    assert "Cuti sakit terkirim" in post.says("siti", "sakit hari ini, demam")
    assert "/izin" not in post.says("siti", "saldo")
    assert "/izin" not in post.says("siti", "libur")


def test_what_was_mistyped_is_asked_back_and_counts_when_it_was_typed(post: Mailbox, clock: cast.Clock) -> None:
    assert post.says("siti", "msuk wfh") == "Maksud Anda `/hadir masuk wfh`?"
    assert stamps(post.hadir) == []
    clock.now += timedelta(minutes=7)
    talker = cast.Talker(post.hadir, "siti", last=post.radio.messages[-1])
    assert "07.28 WIB (WFH)" in talker.presses("/hadir masuk wfh")
    assert stamps(post.hadir) == [("in", "07:28", "wfh", True)]


def test_the_plugins_own_question_keeps_the_time_as_well(post: Mailbox, clock: cast.Clock) -> None:
    assert "Maksud Anda" in post.says("siti", "hadir msuk wfh")
    clock.now += timedelta(minutes=7)
    talker = cast.Talker(post.hadir, "siti", last=post.radio.messages[-1])
    talker.presses("/hadir masuk wfh")
    assert stamps(post.hadir) == [("in", "07:28", "wfh", True)]


@pytest.mark.parametrize("text", ["masuk jam berapa?", "wfh besok boleh pak", "Pulang?"])
def test_a_question_records_nothing(post: Mailbox, text: str) -> None:
    assert "Maksud Anda" in post.says("siti", text)
    assert stamps(post.hadir) == []


def test_a_word_that_several_know_is_a_question_with_buttons(post: Mailbox) -> None:
    assert "`/hadir tim` / `/jadwal tim` / `/izin tim` / `/logbook tim`" in post.says("budi", "tim")
    assert [str(button.label) for button in post.radio.messages[-1].buttons] == [
        "/hadir tim",
        "/jadwal tim",
        "/izin tim",
        "/logbook tim",
    ]


@pytest.mark.parametrize("text", ["bantuan", "help", "?", "tolong"])
def test_help_names_what_there_is(post: Mailbox, text: str) -> None:
    answer = post.says("siti", text)
    assert "masuk wfh" in answer
    assert "`izin`" in answer
    assert "/izin bantuan" in [str(button.label) for button in post.radio.messages[-1].buttons]


@pytest.mark.parametrize("text", ["halo", "Selamat pagi 🙏", "terima kasih", "👍", "besok hujan tidak ya"])
def test_everything_else_gets_the_menu_and_an_example(post: Mailbox, text: str) -> None:
    answer = post.says("siti", text)
    assert "`masuk wfh`" in answer
    assert "belum mencatat masuk" in answer
    assert post.radio.messages[-1].buttons
    assert stamps(post.hadir) == []


def test_a_file_without_a_word_is_answered(post: Mailbox) -> None:
    assert post.says("siti", "", files=1)


def test_a_form_comes_as_the_address_of_its_page(post: Mailbox) -> None:
    post.hadir.form_link = lambda form, sender: f"https://hadir.example/form/{form.action}"
    assert "https://hadir.example/form/hadir.correction" in post.says("siti", "koreksi")
    post.hadir.form_link = None
    assert "administrator" in post.says("siti", "koreksi")


# ---------------------------------------------------------------- numbers


def test_a_bare_number_presses_the_button(post: Mailbox, clock: cast.Clock) -> None:
    buttons = (Button("Masuk", "hadir.say", "masuk wfa"), Button("Status", "hadir.say", "status"))
    with post.hadir.database.write() as db:
        choices.offer(db, "mattermost", DIRECT.id, "", "m1", buttons, TYPED)
    assert "(WFA)" in post.says("siti", "1.")
    assert "tidak ada pilihan 3" in post.says("siti", "3").lower()
    assert post.says("siti", "1", channel=TALK) == ""
    clock.now += timedelta(days=1)
    assert "tidak ada pilihan 1" in post.says("siti", "1").lower()


def test_a_choice_of_a_button_that_is_gone_says_so(post: Mailbox) -> None:
    with post.hadir.database.write() as db:
        choices.offer(db, "mattermost", DIRECT.id, "", "m1", (Button("Lama", "hadir.gone", ""),), TYPED)
    assert "sudah lewat" in post.says("siti", "1")
    assert audited(post.hadir, "refused")


# ---------------------------------------------------------------- in a channel


@pytest.mark.parametrize("text", ["masuk", "Masuk WFH", "pulang", "WFH 🙏", "hadir masuk", "/hadir masuk rumah"])
def test_in_the_attendance_channel_the_exact_words_count(office: Mailbox, text: str) -> None:
    assert office.says("siti", text, channel=ATTENDANCE)
    assert len(stamps(office.hadir)) == 1
    assert office.radio.heard[-1][0] == "id-siti", "everybody else was told"


@pytest.mark.parametrize(
    "text",
    [
        "masuk ya pak",
        "izin telat",
        "pulang dulu ya",
        "masuk rumah sakit",
        "dinas",
        "1",
        "keluar",
        "hadir pak",
        "tolong",
        "/away",
    ],
)
def test_ordinary_talk_is_neither_answered_nor_kept(office: Mailbox, text: str) -> None:
    assert office.says("siti", text, channel=ATTENDANCE) == ""
    with office.hadir.database.read() as db:
        assert db.execute(select(outbox)).all() == []


def test_in_another_channel_only_a_mention_or_a_slash_counts(office: Mailbox) -> None:
    assert office.says("siti", "masuk wfh", channel=TALK) == ""
    assert "07.28" in office.says("siti", "masuk wfh", channel=TALK, addressed=True)
    assert "07.28" in office.says("budi", "/hadir masuk", channel=TALK)
    assert office.says("budi", "/giphy kucing", channel=TALK) == ""


def test_the_name_alone_brings_the_menu(office: Mailbox) -> None:
    assert "belum mencatat masuk" in office.says("siti", "Hadir!", channel=ATTENDANCE)


# ---------------------------------------------------------------- late


def test_a_message_that_was_read_late_counts_when_it_was_typed(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = LATER
    answer = post.says("siti", "masuk wfh", TYPED)
    assert answer.startswith(
        "Pesan Anda pukul 07.28 WIB baru terbaca pukul 08.10 WIB karena gangguan; yang dihitung waktu pesan itu."
    )
    assert "Masuk tercatat pukul 07.28 WIB (WFH)." in answer
    [row] = audited(post.hadir, "attendance.check_in")
    assert (row.at, row.after["at"]) == (LATER, TYPED.isoformat())
    with post.hadir.database.read() as db:
        assert db.scalar(select(attendance_event.c.recorded_at)) == LATER
    assert "baru terbaca pukul 08.10 WIB" in cast.Talker(post.hadir, "siti").says("/hadir kenapa hari ini")


def test_the_day_of_a_late_message_is_named(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-24T07:00+07:00")
    assert "Senin 23 Nov" in post.says("siti", "masuk wfh", TYPED)
    assert stamps(post.hadir) == [("in", "07:28", "wfh", True)]


def test_a_message_that_was_read_at_once_says_nothing_of_it(post: Mailbox, clock: cast.Clock) -> None:
    clock.now += timedelta(seconds=90)
    assert "gangguan" not in post.says("siti", "masuk wfh", TYPED)


def test_a_refusal_that_comes_late_promises_nothing(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = LATER
    answer = post.says("siti", "koreksi 99/99 masuk 07.00 lupa", TYPED)
    assert "baru terbaca" in answer
    assert "dihitung" not in answer


def test_today_and_tomorrow_are_those_of_the_writer(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-24T09:00+07:00")
    assert "23 Nov" in post.says("siti", "izin sakit hari ini demam", TYPED)
    assert "24 Nov" in post.says("dewi", "izin cuti besok acara keluarga", TYPED)


def test_an_earlier_arrival_wins_over_one_by_slash(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T08:05+07:00")
    assert "35 menit" in cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = LATER
    answer = post.says("siti", "masuk wfh", TYPED)
    assert "Masuk tercatat pukul 07.28 WIB (WFH)." in answer
    assert "menggantikan masuk pukul 08.05" in answer
    assert stamps(post.hadir) == [("in", "08:05", "wfo", False), ("in", "07:28", "wfh", True)]
    why = cast.Talker(post.hadir, "siti").says("/hadir kenapa hari ini")
    assert "baru terbaca pukul 08.10" in why
    assert "menggantikan masuk pukul 08.05" in why
    assert audited(post.hadir, "attendance.check_in")[-1].reason


def test_the_place_and_note_that_only_the_later_one_named_stay(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T08:05+07:00")
    cast.Talker(post.hadir, "siti").says("/hadir masuk wfa di perpustakaan")
    clock.now = LATER
    assert "07.28 WIB (WFA)" in post.says("siti", "masuk", TYPED)
    assert "perpustakaan" in cast.Talker(post.hadir, "siti").says("/hadir status")


def test_a_later_arrival_changes_nothing(post: Mailbox, clock: cast.Clock) -> None:
    cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = LATER
    assert "sudah tercatat pukul 07.28" in post.says("siti", "masuk wfh", TYPED + timedelta(minutes=20))
    assert stamps(post.hadir) == [("in", "07:28", "wfo", True)]


def test_an_arrival_outside_the_hours_takes_no_ones_place(post: Mailbox, clock: cast.Clock) -> None:
    with post.hadir.database.write() as db:
        chosen = {"kind": "attendance", "name": "pmk-221-2021", "valid_from": date(2026, 1, 1)}
        db.execute(rule_choice.insert().values(chosen))  # stamps count from 05.00
    cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = LATER
    post.says("siti", "masuk wfh", cast.at("2026-11-23T04:10+07:00"))
    assert [stamp for stamp in stamps(post.hadir) if stamp[3]] == [("in", "07:28", "wfo", True)]


def corrected(hadir: Hadir, line: str) -> None:
    """Siti asks, Budi approves."""
    cast.Talker(hadir, "siti").says(line)
    cast.Talker(hadir, "budi").presses(button(post_box(hadir, "budi")[-1], "Setujui"))


def test_what_somebody_decided_stays(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T17:00+07:00")
    corrected(post.hadir, "/hadir koreksi hari ini masuk 07.45 lupa")
    corrected(post.hadir, "/hadir koreksi hari ini pulang 16.00 lupa")
    before = stamps(post.hadir)
    assert "07.45" in post.says("siti", "masuk wfh", TYPED)
    assert "16.00" in post.says("siti", "pulang", cast.at("2026-11-23T16:30+07:00"))
    assert stamps(post.hadir) == before


def test_of_two_departures_the_later_one_counts_whichever_is_read_first(post: Mailbox, clock: cast.Clock) -> None:
    cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = cast.at("2026-11-23T16:20+07:00")
    cast.Talker(post.hadir, "siti").says("/hadir pulang")
    assert "16.20" in post.says("siti", "pulang", cast.at("2026-11-23T16:05+07:00"))
    clock.now = cast.at("2026-11-23T17:00+07:00")
    assert "16.40" in post.says("siti", "pulang", cast.at("2026-11-23T16:40+07:00"))
    assert [stamp[:2] for stamp in stamps(post.hadir) if stamp[3]] == [("in", "07:28"), ("out", "16:40")]


def test_a_departure_read_on_the_next_morning_belongs_to_its_day(post: Mailbox, clock: cast.Clock) -> None:
    cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = cast.at("2026-11-24T07:20+07:00")
    cast.Talker(post.hadir, "siti").says("/hadir masuk")
    clock.now = cast.at("2026-11-24T07:40+07:00")
    post.says("siti", "pulang", cast.at("2026-11-23T16:10+07:00"))
    with post.hadir.database.read() as db:
        days = db.execute(select(attendance_event.c.kind, attendance_event.c.day).order_by(attendance_event.c.id)).all()
    assert [(kind, f"{day:%d}") for kind, day in days] == [("in", "23"), ("in", "24"), ("out", "23")]


def test_a_time_from_the_future_or_from_long_ago_is_refused_plainly(post: Mailbox, clock: cast.Clock) -> None:
    assert "jam server obrolan" in post.says("siti", "masuk wfh", TYPED + timedelta(minutes=10))
    clock.now += timedelta(days=10)
    assert "`/hadir koreksi`" in post.says("siti", "masuk wfh", TYPED)
    assert stamps(post.hadir) == []


def test_a_clock_that_is_a_little_ahead_does_no_harm(post: Mailbox) -> None:
    assert "07.28 WIB" in post.says("siti", "masuk wfh", TYPED + timedelta(seconds=20))


# ---------------------------------------------------------------- who


def test_a_stranger_is_greeted_and_what_they_said_is_kept_with_its_time(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = LATER
    answer = post.says("orang.baru", "masuk wfh", TYPED)
    assert "belum ada di daftar" in answer
    assert post.radio.heard[-1][0] == "id-orang.baru"
    with post.hadir.database.read() as db:
        row = db.execute(select(link_request)).one()
    assert (row.said, row.received_at) == ({"name": "hadir", "text": "masuk wfh"}, TYPED)
    assert "belum ada di daftar" in post.says("orang.lain", "halo?")


def test_somebody_who_left_records_nothing(post: Mailbox) -> None:
    change(post.hadir, "siti", ended_on=(TYPED - timedelta(days=3)).date())
    assert post.says("siti", "masuk wfh")
    assert stamps(post.hadir) == []


# ---------------------------------------------------------------- once


def test_the_same_message_counts_once_however_often_it_comes(post: Mailbox, clock: cast.Clock) -> None:
    message = said("siti", "masuk wfh", TYPED)
    assert len(post.hears(message, message)) == 1
    clock.now = LATER
    assert post.hears(message, replace(message, text="masuk wfo")) == []
    assert stamps(post.hadir) == [("in", "07:28", "wfh", True)]


def test_a_crash_between_doing_and_writing_that_down_doubles_nothing(post: Mailbox, clock: cast.Clock) -> None:
    """The row was done, and the worker died before it could say so: another takes it again."""
    [first] = post.hears(said("siti", "masuk wfh", TYPED))
    with post.hadir.database.write() as db:
        again = {"state": "waiting", "lease_until": None, "lease_owner": None}
        db.execute(outbox.update().where(outbox.c.kind == inbox.KIND).values(again))
    clock.now = LATER
    post.deliver()
    assert list(post) == [first]
    assert len(stamps(post.hadir)) == 1


def test_two_workers_with_the_same_row_do_it_once(post: Mailbox) -> None:
    """A lease ran out while its holder was still at work."""
    with post.hadir.database.write() as db:
        inbox.queue(db, said("siti", "izin sakit hari ini demam", TYPED), TYPED)
    [row] = Delivery(post.hadir)._take(1)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: inbox.deliver(post.hadir, row), range(2)))
    post.deliver()
    assert [who for who, *_ in post.radio.heard].count("id-siti") == 1
    with post.hadir.database.read() as db:
        assert len(db.execute(select(absence)).all()) == 1


def test_messages_of_one_person_are_done_in_their_order(post: Mailbox, clock: cast.Clock) -> None:
    clock.now = cast.at("2026-11-23T17:00+07:00")
    morning, evening = said("siti", "masuk", TYPED), said("siti", "pulang", cast.at("2026-11-23T16:05+07:00"))
    assert ["07.28" in answer for answer in post.hears(morning, evening)] == [True, False]
    assert [stamp[:2] for stamp in stamps(post.hadir)] == [("in", "07:28"), ("out", "16:05")]


def test_a_check_in_by_message_costs_few_statements(post: Mailbox, statements: list[str]) -> None:
    with post.hadir.database.write() as db:
        inbox.queue(db, said("siti", "masuk wfh", TYPED), TYPED)
    [row] = Delivery(post.hadir)._take(1)
    cast.Talker(post.hadir, "budi").says("/hadir masuk wfh")
    statements.clear()
    cast.Talker(post.hadir, "dewi").says("/hadir masuk wfh")
    by_slash = len(statements)
    statements.clear()
    assert inbox.concerns(post.hadir, said("siti", "masuk wfh", TYPED))
    assert not statements
    inbox.deliver(post.hadir, row)
    assert len(statements) == by_slash + 2, "whether it was answered, and the answer"


def test_what_was_said_survives_an_older_and_a_newer_version() -> None:
    message = said("siti", "masuk", TYPED, files=2, addressed=True)
    data = inbox.said_to_json(message)
    assert inbox.said_from_json(data) == message
    older = {name: value for name, value in data.items() if name not in ("files", "addressed")}
    assert inbox.said_from_json(older | {"unheard_of": 1}) == replace(message, files=0, addressed=False)


def test_no_answer_carries_marks(post: Mailbox) -> None:
    answer = post.says("siti", "msuk `@all` wfh")
    assert plain(answer) == answer
