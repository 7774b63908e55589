"""A draft that is published: what holds then, who is told, and what is said if things have changed since."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import func, select, update

from integration import ledger, people
from integration.audit import Problem
from integration.messages import plain
from plugins.jadwal.tables import rota_day
from tests.cast import Clock, at
from tests.plugins.jadwal.rotas import FIRST, absent, draft, places, press, states, works
from tests.post import audited, button, change, inbox, labels, person_id, texts

# ---------------------------------------------------------------- publishing


def test_publishing_lets_the_days_hold_and_tells_everybody_their_own(chat, hadir) -> None:
    message = draft(chat, hadir)
    planned = places(hadir, active=False)
    said = press(chat("hendra"), message, "Terbitkan")
    assert said == "Terbit: jadwal no. 1, Bidang Aplikasi, 30 Nov–27 Des 2026. 6 orang diberi tahu hari masing-masing."
    assert places(hadir) == planned
    [told] = inbox(hadir, "siti")
    assert plain(told.text).startswith("**Jadwal WFO/WFH Anda, 30 Nov–")
    mine = [day for (person, day), place in planned.items() if person == person_id(hadir, "siti") and place == "wfh"]
    assert all(f" {day.day}" in plain(told.text) for day in mine)
    assert "Dewi" not in plain(told.text)
    assert "Semua hari kerja: WFO." in texts(inbox(hadir, "hendra"))[-1]


def test_the_plan_of_a_day_names_the_place(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    siti = person_id(hadir, "siti")
    with hadir.database.read() as db:
        person = people.get(db, siti)
        assert person is not None
        for (who, day), place in places(hadir).items():
            if who == siti:
                assert hadir.workdays.plan(db, person, day, hadir.clock()).place == place


def test_everybody_is_told_in_their_own_language(chat, hadir) -> None:
    change(hadir, "siti", locale="en")
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    assert texts(inbox(hadir, "siti"))[0].startswith("**Your places for 30 Nov–")
    assert "All other working days: WFO." in texts(inbox(hadir, "siti"))[0]


def test_a_second_press_publishes_nothing_twice(chat, hadir) -> None:
    message = draft(chat, hadir)
    press(chat("hendra"), message, "Terbitkan")
    assert press(chat("hendra"), message, "Terbitkan") == "Jadwal no. 1 sudah terbit (Hendra Gunawan, 07.28 WIB)."
    assert "sudah terbit" in press(chat("budi"), message, "Buang")
    assert len(inbox(hadir, "siti")) == 1
    assert len(audited(hadir, "rota.published")) == 1


def test_the_audit_row_says_who_is_at_home_when_and_no_names(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    [row] = audited(hadir, "rota.published")
    assert row.after["state"] == "published"
    siti = row.after["days"][str(person_id(hadir, "siti"))]
    assert len(siti) in (7, 8)
    assert all(day.endswith(" wfh") for day in siti)


def test_two_officers_publish_two_drafts_at_the_same_moment(chat, hadir) -> None:
    drafts = {"hendra": draft(chat, hadir)}
    drafts["budi"] = draft(chat, hadir, "budi", "/jadwal susun 2 minggu mulai senin 34%")
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda who: press(chat(who), drafts[who], "Terbitkan"), drafts))
    assert sum(text.startswith("Terbit:") for text in said) in (1, 2)
    assert all(text.startswith(("Terbit:", "**Ada yang berubah")) for text in said)
    with hadir.database.read() as db:
        count = db.scalar(select(func.count()).where(rota_day.c.active))
    assert count == len(places(hadir))


def test_every_state_agrees_with_its_audit_row(chat, hadir) -> None:
    talker, first = chat("hendra"), draft(chat, hadir)
    press(talker, first, "Ubah")
    talker.submits(share="34")
    works(hadir)
    press(talker, inbox(hadir, "hendra")[-1], "Terbitkan")
    talker.presses("Cabut")
    assert states(hadir) == ["discarded", "withdrawn"]
    with hadir.database.read() as db, hadir.database.read() as second:
        assert [found for found in ledger.compare(db, second, ledger.of(hadir.plugins)) if isinstance(found, Problem)] == []


def test_who_makes_no_rotas_cannot_press_the_buttons(chat, hadir) -> None:
    message = draft(chat, hadir)
    for label in labels(message):
        assert "disusun pimpinan" in press(chat("siti"), message, label)
    assert states(hadir) == ["draft"]


def test_a_newer_rota_takes_the_days_of_the_older(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    message = draft(chat, hadir, line="/jadwal susun 1 minggu mulai senin 40% 1 hari")
    head, _, names = plain(message.text).partition("- Budi Santoso:")
    assert "hari yang sama di jadwal no. 1 (30 Nov–27 Des 2026) diganti" in head  # a phone folds what is below the names
    assert "Yosef" in names
    press(chat("hendra"), message, "Terbitkan")
    with hadir.database.read() as db:
        by_rota = {
            row.rota_id: row.day
            for row in db.execute(select(rota_day).where(rota_day.c.active).order_by(rota_day.c.day.desc()))
        }
    assert by_rota == {1: date(2026, 12, 7), 2: FIRST}
    assert states(hadir) == ["published", "published"]
    press(chat("hendra"), draft(chat, hadir, line="/jadwal susun 4 minggu mulai senin 30%"), "Terbitkan")
    assert states(hadir) == ["replaced", "replaced", "published"]


def test_only_who_has_other_days_than_before_is_told_of_a_newer_rota(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    before = places(hadir)
    heard = {who: len(inbox(hadir, who)) for who in ("siti", "dewi", "wayan", "yosef", "budi")}
    press(
        chat("rina"),
        draft(chat, hadir, "rina", "/jadwal susun bidang aplikasi 4 minggu mulai senin siaga 1"),
        "Terbitkan",
    )
    after = places(hadir)
    standby = audited(hadir, "rota.published")[-1].after["days"]
    for who, count in heard.items():
        me = person_id(hadir, who)
        same = all(after[cell] == place for cell, place in before.items() if cell[0] == me)
        differs = not same or any("siaga" in day for day in standby.get(str(me), []))
        assert len(inbox(hadir, who)) == count + differs


def test_a_rota_that_is_made_again_without_need_changes_nothing(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    before, heard = places(hadir), len(inbox(hadir, "siti"))
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    assert places(hadir) == before
    assert len(inbox(hadir, "siti")) == heard


def test_the_weeks_before_weigh_in(chat, hadir, clock) -> None:
    """Three at home a day, five people who can: over three rotas nobody has more than a day more than another."""
    line = "/jadwal susun {unit} 1 minggu mulai {day} 34% "
    for day in ("30/11/2026", "07/12/2026", "14/12/2026"):
        press(chat("hendra"), draft(chat, hadir, line=line.format(unit="", day=day)), "Terbitkan")
    counts = [
        sum(person == person_id(hadir, who) and place == "wfh" for (person, _), place in places(hadir).items())
        for who in ("siti", "dewi", "wayan", "yosef", "budi")
    ]
    assert max(counts) - min(counts) <= 1
    assert sum(counts) == 3 * 10


# ---------------------------------------------------------------- what changed between draft and publishing


def test_somebody_left_since_the_draft_was_made(chat, hadir) -> None:
    message = draft(chat, hadir)
    change(hadir, "dewi", unit_id=2)
    talker = chat("hendra")
    said = press(talker, message, "Terbitkan")
    assert said.startswith("**Ada yang berubah sejak rancangan ini disusun.** Belum ada yang diterbitkan:")
    assert "- Sudah tidak di unit ini, tidak ikut: Dewi Lestari." in said
    assert places(hadir) == {}
    assert "Terbit: jadwal no. 1" in talker.presses("Tetap terbitkan")
    assert not [person for person, _ in places(hadir) if person == person_id(hadir, "dewi")]
    assert inbox(hadir, "dewi") == []


def test_who_agreed_to_one_change_is_asked_again_for_another(chat, hadir) -> None:
    message = draft(chat, hadir)
    change(hadir, "dewi", unit_id=2)
    talker = chat("hendra")
    press(talker, message, "Terbitkan")
    anyway = button(talker.last, "Tetap terbitkan")
    change(hadir, "wayan", unit_id=2)
    assert "Dewi Lestari, I Wayan Sudarta" in talker.presses(anyway)
    assert states(hadir) == ["draft"]


def test_somebody_new_came_to_the_unit(chat, hadir) -> None:
    message = draft(chat, hadir)
    change(hadir, "agus", unit_id=1)
    assert "- Baru di unit ini, belum ada dalam rancangan: Agus Wijaya." in press(chat("hendra"), message, "Terbitkan")


def test_somebody_takes_leave_after_the_draft_was_made(chat, hadir) -> None:
    message = draft(chat, hadir)
    day = date(2026, 12, 1)
    there = sorted(who for who in ("siti", "dewi", "wayan", "yosef", "budi"))
    planned = places(hadir, active=False)
    office = [who for who in there if planned[person_id(hadir, who), day] == "wfo"]
    absent(hadir, day, **dict.fromkeys(office, "cuti"))
    said = press(chat("hendra"), message, "Terbitkan")
    assert "kini tidak masuk: Sel 1 Des." in said
    assert "- Selasa 1 Des: paling banyak 3 orang boleh di luar kantor, ternyata 5" in said


def test_a_day_was_declared_a_holiday_and_the_rule_became_stricter(chat, hadir, rules, holidays) -> None:
    message = draft(chat, hadir)
    holidays(date(2026, 12, 9), "Pilkada")
    rules(away_share="0.4")
    said = press(chat("hendra"), message, "Terbitkan")
    assert "- Bukan hari kerja lagi: Rab 9 Des." in said
    assert "- Aturan kini hanya membolehkan 40 % di luar kantor." in said


def test_the_unit_was_merged_with_another(chat, hadir) -> None:
    message = draft(chat, hadir)
    with hadir.database.write() as db:
        db.execute(update(people.person).values(unit_id=2))
    said = press(chat("rina"), message, "Terbitkan")
    assert said == "Semua orang dalam rancangan ini sudah tidak di Bidang Aplikasi. Tidak ada yang diterbitkan."
    assert press(chat("rina"), message, "Buang").startswith("Rancangan no. 1 dibuang.")


def test_a_draft_that_waited_too_long_publishes_only_days_to_come(chat, hadir, clock: Clock) -> None:
    message = draft(chat, hadir)
    clock.now = at("2026-12-03T10:00+07:00")
    talker = chat("hendra")
    assert "- Hari yang sudah lewat atau sedang berjalan tidak ikut: Sen 30 Nov, Sel 1, Rab 2, Kam 3 Des." in press(
        talker, message, "Terbitkan"
    )
    talker.presses("Tetap terbitkan")
    assert min(day for _, day in places(hadir)) == date(2026, 12, 4)


def test_a_draft_whose_days_are_over(chat, hadir, clock: Clock) -> None:
    message = draft(chat, hadir)
    clock.now = at("2027-01-04T10:00+07:00")
    talker = chat("hendra")
    assert "sudah lewat atau sedang berjalan" in press(talker, message, "Terbitkan")
    assert talker.presses("Susun ulang") == "Susun jadwal"
    assert {field.name: field.default for field in talker.last.fields}["first"] == "2027-01-11"


def test_two_drafts_of_the_same_days(chat, hadir) -> None:
    first = draft(chat, hadir)
    second = draft(chat, hadir, "budi", "/jadwal susun 2 minggu mulai senin")
    assert "Ada rancangan lain untuk sebagian hari ini: no. 1, 30 Nov–27 Des 2026." in plain(second.text)
    press(chat("budi"), second, "Terbitkan")
    said = press(chat("hendra"), first, "Terbitkan")
    assert "- Jadwal no. 2 (30 Nov–13 Des 2026) sudah terbit sementara itu; rancangan ini menggantikannya." in said


# ---------------------------------------------------------------- revoking


def test_revoking_a_rota_tells_everybody_and_leaves_no_place(chat, hadir) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    talker = chat("hendra")
    assert talker.says("/jadwal cabut").startswith("Mencabut menghapus jadwal mulai besok")
    assert talker.presses("Cabut no. 1") == "Jadwal no. 1 dicabut mulai besok. 6 orang diberi tahu."
    assert places(hadir) == {}
    assert texts(inbox(hadir, "siti"))[-1].startswith("Jadwal 30 Nov–27 Des 2026 dicabut.")
    assert chat("hendra").says("/jadwal cabut") == "Tidak ada jadwal terbit untuk dicabut."


def test_revoking_twice_and_what_is_no_published_rota(chat, hadir) -> None:
    message = draft(chat, hadir)
    talker = chat("hendra")
    press(talker, message, "Terbitkan")
    revoke = button(talker.last, "Cabut")
    talker.presses(revoke)
    assert talker.presses(revoke) == "Jadwal no. 1 tidak berlaku: dicabut."
    assert len([text for text in texts(inbox(hadir, "siti")) if "dicabut" in text]) == 1


def test_days_that_have_begun_stay_when_a_rota_is_revoked(chat, hadir, clock: Clock) -> None:
    press(chat("hendra"), draft(chat, hadir), "Terbitkan")
    clock.now = at("2026-12-03T10:00+07:00")
    talker = chat("hendra")
    talker.says("/jadwal cabut 1")
    talker.presses("Cabut no. 1")
    assert {day for _, day in places(hadir)} == {date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 3)}
