"""A person's page in Nextcloud: what it shows, what it takes, and whose it is."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from integration import accounts, people
from integration.audit import audit
from integration.core import Hadir
from integration.outbox import outbox
from tests import cast
from tests.adapters.nextcloud.exapp_house import Desk, settled
from tests.chats import Radio


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: cast.Clock) -> Iterator[Hadir]:
    hadir = settled(database_url, tmp_path / "home", clock, "http://127.0.0.1:9", public_url="https://hadir.kantor.example")
    yield hadir
    hadir.database.dispose()


@pytest.fixture
def siti(office: Hadir) -> Desk:
    return Desk(office, "siti")


def token(page: str, label: str) -> str:
    """Of the button with that label."""
    found = re.search(rf'name="token" value="([^"]+)">\s*<button[^>]*>{re.escape(label)}<', page)
    assert found, f"no button {label!r} on {page}"
    return html.unescape(found[1])


def line_token(page: str) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page.partition('for="command"')[0])[-1]


def types(desk: Desk, line: str) -> str:
    return desk.sends(token=line_token(desk.opens()), command=line)


def answer(page: str) -> str:
    found = re.search(r'<section class="answer.*?</section>', page, re.DOTALL)
    return found[0] if found else ""


# ---------------------------------------------------------------- what it shows


def test_it_shows_the_day_the_week_and_the_last_days(siti: Desk) -> None:
    page = siti.opens()
    assert siti.last.status_code == 200
    for shown in ("Siti Rahayu", "Hari ini", "Anda belum mencatat masuk", "Minggu Anda", "Jadwal Anda", "Hari-hari terakhir"):
        assert shown in page
    assert "Belum ada catatan kehadiran Anda pada November 2026" in page
    assert "/izin cuti" in page  # how it is typed
    assert "<script" not in page
    assert "style=" not in page.replace('style="text-align', "")


def test_it_may_be_shown_in_nextclouds_frame_and_nowhere_else(siti: Desk) -> None:
    siti.opens()
    given = siti.last.headers
    assert "frame-ancestors 'self'" in given["Content-Security-Policy"]
    assert "default-src 'none'" in given["Content-Security-Policy"]
    assert (given["X-Frame-Options"], given["Cache-Control"]) == ("SAMEORIGIN", "no-store")


def test_who_checks_in_by_a_button_reads_it_at_once(siti: Desk) -> None:
    page = siti.sends(token=token(siti.opens(), "Masuk WFH"))
    assert "Masuk tercatat pukul 07.28 WIB (WFH)." in answer(page)
    assert "belum pulang" in page
    assert "Pulang tercatat" in answer(siti.sends(token=token(page, "Pulang")))


@pytest.mark.parametrize("line", ["/hadir masuk wfh", "hadir masuk wfh", "masuk wfh", "/HADIR masuk wfh"])
def test_any_command_can_be_typed(siti: Desk, line: str) -> None:
    assert "Masuk tercatat" in answer(types(siti, line))


def test_what_was_refused_stays_to_be_mended(siti: Desk) -> None:
    page = types(siti, "/hadir masukk")
    assert "refused" in answer(page)
    assert 'value="/hadir masukk"' in page


def test_an_empty_line_is_no_command(siti: Desk) -> None:
    page = types(siti, "   ")
    assert (siti.last.status_code, answer(page)) == (200, "")


def test_a_form_opens_by_a_signed_link_of_this_person(siti: Desk) -> None:
    said = answer(types(siti, "/hadir koreksi"))
    [link] = re.findall(r'href="(https://hadir\.kantor\.example/form/[^"]+)"', said)
    assert 'target="_blank"' in said
    assert "Buka formulir" in said
    form = siti._client.get(link.removeprefix("https://hadir.kantor.example"))
    assert form.status_code == 200


def test_a_file_comes_in_talk(office: Hadir, siti: Desk) -> None:
    types(siti, "/hadir masuk wfh")
    page = siti.opens()
    office.ports.chats["nextcloud"] = Radio("nextcloud")
    said = answer(siti.sends(token=token(page, "Unduh XLSX")))
    assert "Talk" in said
    with office.database.read() as db:
        [payload] = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "chat")).all()
    assert (payload["platform"], payload["account"], len(payload["message"]["files"])) == ("nextcloud", "siti", 1)


def test_words_of_people_are_shown_as_they_were_typed(siti: Desk) -> None:
    page = types(siti, "/hadir masuk wfh <script>alert(1)</script> **tebal** [x](javascript:1)")
    page += siti.opens()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **tebal** [x](javascript:1)" in page
    again = types(siti, '/hadir "><img src=x onerror=1>')
    assert "<img" not in again


def test_everybody_sees_their_own(office: Hadir, siti: Desk) -> None:
    types(siti, "/hadir masuk wfh rapat rahasia")
    page = Desk(office, "dewi").opens()
    assert "Dewi Lestari" in page
    assert "rapat rahasia" not in page
    assert "Siti" not in page


# ---------------------------------------------------------------- whose it is


def test_somebody_unknown_gets_a_friendly_page_and_is_asked_for(office: Hadir) -> None:
    stranger = Desk(office, "tamu")
    page = stranger.opens()
    assert stranger.last.status_code == 200
    assert "akun Anda belum ada di daftar kantor" in page
    assert "<form" not in page
    with office.database.read() as db:
        [row] = db.execute(select(accounts.link_request)).all()
    assert (row.platform, row.external_id) == ("nextcloud", "tamu")


def test_the_first_visit_binds_an_imported_account(office: Hadir) -> None:
    with office.database.write() as db:
        unbound = people.account.c.username == "siti", people.account.c.platform == "nextcloud"
        db.execute(update(people.account).where(*unbound).values(external_id=None))
    assert "Siti Rahayu" in Desk(office, "siti").opens()
    with office.database.read() as db:
        assert "people.bound" in db.scalars(select(audit.c.action)).all()


def test_who_has_left_sees_nothing(office: Hadir, siti: Desk) -> None:
    with office.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP["siti"]).values(ended_on=date(2026, 10, 31)))
    page = siti.opens()
    assert "Jadwal" not in page
    assert "<form" not in page


def test_it_speaks_the_persons_language(siti: Desk) -> None:
    types(siti, "/hadir bahasa en")
    page = siti.opens()
    assert '<html lang="en">' in page
    assert "Your week" in page


# ---------------------------------------------------------------- posts that are not theirs


def test_a_button_of_somebody_else_is_refused(office: Hadir, siti: Desk) -> None:
    dewis = token(Desk(office, "dewi").opens(), "Masuk WFH")
    page = siti.sends(token=dewis)
    assert siti.last.status_code == 403
    assert "Belum ada yang dilakukan" in answer(page)
    assert "Anda belum mencatat masuk" in page
    with office.database.read() as db:
        assert db.scalars(select(audit.c.object).where(audit.c.action == "refused")).all() == ["exapp page"]


@pytest.mark.parametrize("wrong", ["", "karangan", "é", "x" * 5_000])
def test_a_post_without_our_signature_is_refused(siti: Desk, wrong: str) -> None:
    siti.sends(token=wrong, command="/hadir masuk wfh")
    assert siti.last.status_code == 403
    assert "Anda belum mencatat masuk" in siti.opens()


def test_a_page_that_lay_open_for_a_day_is_refused_and_says_what_to_do(siti: Desk, clock: cast.Clock) -> None:
    old = token(siti.opens(), "Masuk WFH")
    clock.now += timedelta(hours=12)
    page = siti.sends(token=old)
    assert siti.last.status_code == 403
    assert "tekan sekali lagi" in answer(page)


def test_a_token_of_a_button_elsewhere_does_not_fit(office: Hadir, siti: Desk, clock: cast.Clock) -> None:
    data = {"u": "siti", "a": "hadir.say", "v": "masuk wfh"}
    siti.sends(token=office.signer.sign("button", data, now=clock.now, valid=timedelta(hours=1)))
    assert siti.last.status_code == 403


def test_an_action_that_is_none_is_refused(office: Hadir, siti: Desk, clock: cast.Clock) -> None:
    data = {"u": "siti", "a": "hadir.tidak_ada", "v": ""}
    siti.sends(token=office.signer.sign("page", data, now=clock.now, valid=timedelta(hours=1)))
    assert siti.last.status_code == 403
