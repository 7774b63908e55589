"""Who somebody is: usernames that change hands, people who left or moved, tokens made for others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from integration import outbox, people
from integration.adapters.mattermost.signed import Made, sign_button
from integration.audit import audit
from integration.core import Hadir
from integration.deliveries.chat import KIND, deliver
from integration.deliveries.delivery import Delivery
from integration.messages import Button, ButtonPress, Sender, plain
from integration.ports import Profile
from plugins.hadir.tables import attendance_correction
from tests import cast
from tests.adapters.mattermost.conftest import Desk
from tests.chats import Radio
from tests.security.conftest import change, person_id

Chat = Callable[[str], cast.Talker]
LINE = "/hadir koreksi 20/11 masuk 07.30 lupa"


def says(hadir: Hadir, id: str, name: str, line: str) -> str:
    talker = cast.Talker(hadir, name)
    sender = Sender("mattermost", id, name)
    from integration.dispatch import parse

    answer = hadir.dispatcher.handle(sender, parse(*line.removeprefix("/").split(" ", 1)), hadir.clock())
    assert talker
    return plain(answer.text)  # type: ignore[union-attr]


def unbind(hadir: Hadir, username: str) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.account).where(people.account.c.username == username).values(external_id=None))


def audited(hadir: Hadir, action: str) -> list[Any]:
    with hadir.database.read() as db:
        return list(db.execute(select(audit).where(audit.c.action == action)))


def state(hadir: Hadir) -> str:
    with hadir.database.read() as db:
        return str(db.scalar(select(attendance_correction.c.state)))


# ---------------------------------------------------------------- usernames


def test_the_first_contact_under_an_imported_username_is_written_down(hadir: Hadir) -> None:
    """Whoever renames themselves to an unused name becomes that person: at least the audit shows when and who."""
    unbind(hadir, "siti")
    says(hadir, "id-eve", "siti", "/hadir status")
    [row] = audited(hadir, "people.bound")
    assert row.object == "account:mattermost:id-eve"
    assert row.after == {"person_id": person_id(hadir, "siti"), "username": "siti"}
    says(hadir, "id-eve", "siti", "/hadir status")
    assert len(audited(hadir, "people.bound")) == 1


def test_a_name_that_was_used_cannot_be_taken_by_renaming(hadir: Hadir) -> None:
    assert "belum ada" in says(hadir, "id-eve", "siti", "/hadir status")
    assert "belum ada" in says(hadir, "id-eve", "SITI", "/hadir status")
    assert not audited(hadir, "people.bound")


def test_who_is_known_stays_themselves_under_any_name(hadir: Hadir) -> None:
    unbind(hadir, "dewi")
    says(hadir, "id-siti", "dewi", "/hadir masuk wfh")
    with hadir.database.read() as db:
        assert people.by_sender(db, Sender("mattermost", "id-siti", "x")).name == "Siti Rahayu"  # type: ignore[union-attr]
        assert db.scalar(select(people.account.c.external_id).where(people.account.c.username == "dewi")) is None


def test_two_strangers_at_once_become_one_person(hadir: Hadir) -> None:
    from concurrent.futures import ThreadPoolExecutor

    unbind(hadir, "siti")
    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(lambda n: says(hadir, f"id-eve{n}", "siti", "/hadir status"), range(5)))
    assert sum("belum ada" not in line for line in said) == 1
    assert len(audited(hadir, "people.bound")) == 1


def test_a_message_does_not_go_to_who_took_the_name_of_somebody_else(hadir: Hadir, clock: cast.Clock) -> None:
    """The worker asks for the id behind an imported name; the e-mail address tells that it is another person."""
    unbind(hadir, "budi")
    radio = Radio(profiles=(Profile("id-eve", "budi", "eve@elsewhere.example", "Budi Santoso"),))
    hadir.ports.chats["mattermost"], hadir.deliverers[KIND] = radio, deliver
    cast.Talker(hadir, "siti").says(LINE)
    Delivery(hadir).step()
    assert radio.heard == []
    with hadir.database.read() as db:
        assert db.scalar(select(people.account.c.external_id).where(people.account.c.username == "budi")) is None
        assert db.scalar(select(outbox.outbox.c.state)) == "dead"


@pytest.mark.parametrize("email", ["budi@kantor.example", "BUDI@Kantor.example", ""])
def test_it_goes_where_the_address_agrees_or_is_not_told(hadir: Hadir, email: str) -> None:
    unbind(hadir, "budi")
    radio = Radio(profiles=(Profile("id-budi", "budi", email, "Budi Santoso"),))
    hadir.ports.chats["mattermost"], hadir.deliverers[KIND] = radio, deliver
    cast.Talker(hadir, "siti").says(LINE)
    Delivery(hadir).step()
    assert [who for who, _, _ in radio.heard] == ["id-budi"]


# ---------------------------------------------------------------- who left, who moved


@pytest.mark.parametrize("action", ["correction_approve", "correction_reject"])
def test_a_supervisor_who_left_decides_nothing(hadir: Hadir, chat: Chat, action: str) -> None:
    chat("siti").says(LINE)
    change(hadir, "budi", ended_on=date(2026, 11, 20))
    assert "belum ada" in chat("budi").presses(Button("Setujui", f"hadir.{action}", "1"))
    assert state(hadir) == "waiting"


def test_a_person_who_left_presses_an_old_button(hadir: Hadir, chat: Chat) -> None:
    change(hadir, "siti", ended_on=date(2026, 11, 20))
    for press in (
        Button("x", "hadir.say", "masuk wfh"),
        Button("x", "hadir.recap", f"2026-11:person:{person_id(hadir, 'siti')}"),
    ):
        assert "belum ada" in chat("siti").presses(press)
    assert "belum ada" in chat("siti").says("/hadir rekap")


def test_the_supervisor_of_before_decides_nothing_after_a_move(hadir: Hadir, chat: Chat) -> None:
    chat("siti").says(LINE)
    change(hadir, "siti", supervisor_id=person_id(hadir, "rina"), unit_id=2)
    said = chat("budi").presses(Button("Setujui", "hadir.correction_approve", "1"))
    assert "Hanya" in said
    assert state(hadir) == "waiting"
    assert "Disetujui" in chat("rina").presses(Button("Setujui", "hadir.correction_approve", "1"))


def test_a_role_that_was_taken_away_gives_nothing_any_more(hadir: Hadir, chat: Chat) -> None:
    rina = chat("rina")
    rina.says("/hadir rekap siti")
    chat("siti").says(LINE)
    change(hadir, "rina", roles=["pegawai"])
    assert (
        "tidak" in rina.says("/hadir rekap siti").lower()
        or "hanya" in rina.says("/hadir rekap siti").lower()
        or rina.last.refused
    )  # type: ignore[union-attr]
    rina.presses(Button("Setujui", "hadir.correction_approve", "1"))
    assert state(hadir) == "waiting"


def test_nobody_decides_on_their_own_request_whatever_the_line(hadir: Hadir, chat: Chat) -> None:
    """Circles and being one's own supervisor cannot be imported; should they be there, nobody profits."""
    change(hadir, "budi", supervisor_id=person_id(hadir, "siti"))  # siti → budi → siti
    chat("siti").says(LINE)
    chat("siti").presses(Button("Setujui", "hadir.correction_approve", "1"))
    assert state(hadir) == "waiting"
    change(hadir, "siti", supervisor_id=person_id(hadir, "siti"), roles=["pegawai", "kepegawaian", "pimpinan", "admin"])
    chat("siti").presses(Button("Setujui", "hadir.correction_approve", "1"))
    assert state(hadir) == "waiting"
    assert chat("budi").says("/hadir rekap tim")  # and no look-up goes round for ever


def test_a_personnel_officer_does_not_decide_on_their_own(hadir: Hadir, chat: Chat) -> None:
    chat("rina").says(LINE)
    chat("rina").presses(Button("Setujui", "hadir.correction_approve", "1"))
    assert state(hadir) == "waiting"


def test_who_asks_is_who_speaks_whatever_the_form_says(hadir: Hadir, chat: Chat) -> None:
    """Extra fields and values of a form name nobody else."""
    from integration.messages import FormSubmission

    siti = chat("siti")
    values = {"day": "20/11", "kind": "in", "time": "07.30", "place": "same", "reason": "lupa", "person_id": "1", "as": "budi"}
    for value in ("", "1", "person:1"):
        submission = FormSubmission("hadir.correction", values, value)
        hadir.dispatcher.handle(siti.sender, submission, hadir.clock())
    with hadir.database.read() as db:
        assert set(db.scalars(select(attendance_correction.c.person_id))) <= {person_id(hadir, "siti")}


# ---------------------------------------------------------------- tokens of others


def test_a_token_that_was_seen_serves_nobody_else(desk: Desk) -> None:
    token = sign_button(desk.hadir.signer, Button("x", "hadir.say", "masuk wfh"), Made(to="id-siti"), desk.hadir.clock())
    action = {"integration": {"context": {"token": token}}}
    assert desk.presses("dewi", action).status_code == 403
    assert desk.presses("siti", action, user_id="id-dewi").status_code == 403
    assert desk.presses("siti", action, user_id=["id-siti"]).status_code == 400
    assert desk.presses("siti", action, user_id="id-siti\x00").status_code == 200  # cleaned: it is Siti all the same


def test_a_form_of_somebody_else_and_a_form_sent_twice(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    desk.types("siti", "/hadir koreksi")
    form = dialogs[-1]["dialog"]
    filled = {"day": "2026-11-20", "kind": "in", "time": "07.30", "place": "same", "reason": "lupa"}
    assert desk.submits("dewi", form, **filled).status_code == 403
    assert desk.submits("siti", form, **filled).status_code == 200
    assert desk.submits("siti", form, **filled).status_code == 403
    assert "replayed" in desk.audited("refused")[-1].reason
    assert len(desk.audited("correction.requested")) == 1


def test_a_form_sent_five_times_at_once_counts_once(desk: Desk, dialogs: list[dict[str, Any]]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    desk.types("siti", "/hadir koreksi")
    form = dialogs[-1]["dialog"]
    filled = {"day": "2026-11-20", "kind": "in", "time": "07.30", "place": "same", "reason": "lupa"}
    with ThreadPoolExecutor(5) as pool:
        codes = list(pool.map(lambda _: desk.submits("siti", form, **filled).status_code, range(5)))
    assert sorted(codes) == [200, 403, 403, 403, 403]
    assert len(desk.audited("correction.requested")) == 1


def test_pressing_needs_a_handler_that_is_a_button(hadir: Hadir, chat: Chat) -> None:
    """A form's handler is no button, a hidden command's no action, and no name leads out of the plugin."""
    from integration.errors import Refused

    for action in (
        "hadir.correction",
        "hadir.masuk",
        "hadir.",
        ".say",
        "hadir",
        "",
        "hadir.say.say",
        "__class__.say",
        "arsip.say",
    ):
        with pytest.raises(Refused):
            hadir.dispatcher.handle(chat("siti").sender, ButtonPress(action, "x"), hadir.clock())
