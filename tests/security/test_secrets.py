"""What must stay secret or private: in logs at DEBUG, in errors, in settings, on the disk; and what the audit shows."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from integration import audit, installation, ledger
from integration.adapters.browser.forms import form_link
from integration.audit import Problem
from integration.core import Hadir
from integration.db import Database
from integration.messages import Button, Field, Form, Sender
from integration.settings import SettingsError, load
from plugins.hadir.tables import attendance_correction, attendance_event
from tests import cast
from tests.adapters.mattermost.conftest import TOKEN, Desk, actions
from tests.conftest import SECRET
from tests.terminal import Terminal

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]
PRIVATE = "anak-saya-sakit"
HOOK = "y3xfbmdjgfdnxy6ftqw9bon5ic"  # of the recorded command: lets anybody answer for half an hour


# ---------------------------------------------------------------- logs


def test_no_log_line_holds_a_note_a_token_or_a_secret(
    desk: Desk, dialogs: list[dict[str, Any]], httpserver: HTTPServer, logged: io.StringIO
) -> None:
    """A day of everything, with Mattermost failing half of the time."""
    httpserver.expect_request(f"/hooks/commands/{HOOK}").respond_with_json({"message": "used up"}, status=400)
    tokens = []
    for line in (
        "",
        "masuk wfhh {}",
        "masuk wfh {}",
        "pulang {}",
        "koreksi 20/11 masuk 07.30 {}",
        "koreksi {}",
        "rekap {}",
        "{}",
        "tim {}",
        "ringkasan {}",
    ):
        response = desk.types("siti", "/hadir " + line.format(PRIVATE))
        for action in (actions(response) if response.get_json().get("attachments") else {}).values():
            tokens.append(action["integration"]["context"]["token"])
            desk.presses("siti", action)
            desk.presses("dewi", action)
    form = dialogs[-1]["dialog"]
    for values in ({"reason": PRIVATE}, {"day": PRIVATE}, {"day": "19/11", "time": "07.30", "kind": "in", "reason": PRIVATE}):
        desk.submits("siti", form, **values)
        desk.submits("dewi", form, **values)
    desk.types("orang.baru", f"/hadir masuk {PRIVATE}", user_id="stranger")
    desk.types("siti", f"/hadir masuk {PRIVATE}", token="wrong-wrong")
    desk.http.get(f"/form/{form['state']}", headers={"Authorization": "Bearer geheim", "Cookie": "MMAUTHTOKEN=geheim"})
    written = logged.getvalue()
    assert written.count("\n") > 20
    for secret in (PRIVATE, TOKEN, HOOK, "bot-token", "t" * 64, form["state"], "wrong-wrong", "geheim", *tokens):
        assert secret not in written, secret[:40]


@pytest.mark.parametrize("table", ["attendance_event", "audit", "link_request", "used_nonce", "account"])
def test_a_broken_database_says_what_is_broken_and_not_what_was_written(
    desk: Desk, dialogs: list[dict[str, Any]], logged: io.StringIO, table: str
) -> None:
    desk.types("siti", "/hadir koreksi")
    hadir = desk.hadir
    with hadir.database.write() as db:
        db.execute(text(f'ALTER TABLE "{table}" RENAME TO "gone"'))
    try:
        said = [
            desk.types("siti", f"/hadir masuk wfh {PRIVATE}"),
            desk.types("x", f"/hadir masuk {PRIVATE}", user_id="stranger"),
        ]
        said.append(desk.submits("siti", dialogs[-1]["dialog"], day="20/11", kind="in", time="07.30", reason=PRIVATE))
        said.append(desk.http.post("/mattermost/actions", json={"user_id": "x", "context": {"token": "x"}}))
    finally:
        with hadir.database.write() as db:
            db.execute(text(f'ALTER TABLE "gone" RENAME TO "{table}"'))
    assert {response.status_code for response in said} <= {200, 403}
    for response in said:
        assert "SQL" not in response.text
        assert "Traceback" not in response.text
    assert PRIVATE not in logged.getvalue()
    assert "t" * 64 not in logged.getvalue()


def test_the_address_of_a_personal_form_is_in_no_log(desk: Desk, logged: io.StringIO, caplog: pytest.LogCaptureFixture) -> None:
    form = Form("hadir.correction", "Koreksi", (Field("day", "Hari"),))
    token = form_link(desk.hadir, form, Sender("mattermost", "id-siti", "siti")).rpartition("/")[2]
    with desk.hadir.database.write() as db:
        db.execute(text("ALTER TABLE used_nonce RENAME TO gone"))
    try:
        assert desk.http.get(f"/form/{token}").status_code == 500
    finally:
        with desk.hadir.database.write() as db:
            db.execute(text("ALTER TABLE gone RENAME TO used_nonce"))
    assert "request_failed" in logged.getvalue()
    assert token not in logged.getvalue() + caplog.text


def test_a_failed_insert_does_not_repeat_the_row(hadir: Hadir) -> None:
    """PostgreSQL's own words about a row that it refuses are not under our parameters' cover: we never let one get there."""
    row = {"person_id": 1, "day": cast.MONDAY_0728.date(), "kind": "in", "at": cast.MONDAY_0728, "source": "chat"}
    row |= {"recorded_at": cast.MONDAY_0728, "note": PRIVATE, "platform": "x" * 15}
    with pytest.raises(SQLAlchemyError) as error, hadir.database.write() as db:
        db.execute(insert(attendance_event).values(row | {"person_id": 10**6}))
    assert PRIVATE not in str(error.value)


def test_a_terminal_command_that_fails_prints_no_local_variables(hadir: Hadir, chat: Chat) -> None:
    terminal = Terminal(hadir.settings)
    with hadir.database.write() as db:
        db.execute(text("ALTER TABLE attendance_event RENAME TO gone"))
    try:
        result = terminal("say", "--as", "siti", f"/hadir masuk wfh {PRIVATE}")
    finally:
        with hadir.database.write() as db:
            db.execute(text("ALTER TABLE gone RENAME TO attendance_event"))
    assert result.exit_code == 1
    assert PRIVATE not in result.stdout + result.stderr
    assert SECRET not in result.stdout + result.stderr


# ---------------------------------------------------------------- settings and files


def test_settings_show_no_secret_when_printed(tmp_path: Path) -> None:
    settings = load({}, home=tmp_path, secret_key="s" * 40, mattermost_bot_token="bot-token-secret")
    for shown in (repr(settings), str(settings), json.dumps(settings.model_dump(mode="json"), default=str)):
        assert "s" * 40 not in shown
        assert "bot-token-secret" not in shown


def test_a_short_secret_is_not_repeated_in_the_complaint(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load({"HADIR_SECRET_KEY": "kurangpanjang"}, home=tmp_path)
    assert "kurangpanjang" not in str(error.value)


def test_the_database_password_is_not_shown(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://hadir:sandi-rahasia@127.0.0.1:1/hadir")
    assert "sandi-rahasia" not in repr(database.url)
    assert "sandi-rahasia" not in str(database.url)


def test_the_secret_is_made_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: load({}, home=home).secret_key.get_secret_value(), range(8)))
    assert len(set(made)) == 1
    assert len(made[0]) == 64
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("content", ["", "\n", "pendek"])
def test_a_damaged_secret_stops_the_start(tmp_path: Path, content: str) -> None:
    """A crash in the wrong moment must not leave an installation whose tokens everybody can sign."""
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(SettingsError, match=r"secret\.key"):
        load({}, home=tmp_path)


def test_the_folder_of_the_database_is_nobody_elses(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'hadir.db'}")
    with database.write() as db:
        db.execute(text("SELECT 1"))
    database.dispose()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_stored_credential_is_encrypted(hadir: Hadir) -> None:
    with hadir.database.write() as db:
        installation.put_secret(db, hadir.signer, "mattermost.bot_token", "bot-token-secret")
        assert "bot-token-secret" not in str(installation.get(db, "mattermost.bot_token"))
        assert installation.get_secret(db, hadir.signer, "mattermost.bot_token") == "bot-token-secret"


# ---------------------------------------------------------------- the audit


@pytest.fixture
def sealed(hadir: Hadir, chat: Chat) -> Hadir:
    """A check-in, a correction and its approval, all sealed."""
    chat("siti").says("/hadir masuk wfh")
    chat("siti").says("/hadir koreksi 20/11 masuk 07.30 lupa")
    budi = chat("budi")
    budi.presses(Button("x", "hadir.correction_approve", "1"))
    with hadir.database.write() as db:
        assert audit.seal(db, hadir.signer.key("audit")) >= 4
    return hadir


def problems(hadir: Hadir) -> list[str]:
    found: list[str] = []
    with hadir.database.read() as db, hadir.database.read() as second:
        ledgers = ledger.of(hadir.plugins)
        found += [p.kind for p in audit.verify(db, hadir.signer.key("audit")) if isinstance(p, Problem)]
        found += [p.kind for p in ledger.compare(db, second, ledgers) if isinstance(p, Problem)]
    return found


SEVEN = cast.at("2026-11-23T07:00+07:00")
TAMPERED: dict[str, Callable[[Any], object]] = {
    "the actor": lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == 2).values(actor="orang lain")),
    "the time": lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == 1).values(at=SEVEN)),
    "the reason": lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == 2).values(reason="lain")),
    "the last row": lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == last(db)).values(action="x")),
    "a row is gone": lambda db: db.execute(delete(audit.audit).where(audit.audit.c.seq == 2)),
    "the last row is gone": lambda db: db.execute(delete(audit.audit).where(audit.audit.c.seq == last(db))),
    "the last rows and the head are gone": lambda db: (
        db.execute(delete(audit.audit).where(audit.audit.c.seq >= 2)),
        db.execute(delete(installation.installation).where(installation.installation.c.key == audit.HEAD)),
    ),
    "everything is gone": lambda db: (
        db.execute(delete(audit.audit)),
        db.execute(delete(installation.installation).where(installation.installation.c.key == audit.HEAD)),
    ),
    "the head goes back": lambda db: installation.put(db, audit.HEAD, audit_head(db, 1)),
    "unsealed again": lambda db: db.execute(update(audit.audit).where(audit.audit.c.seq == 2).values(seq=None, hash=None)),
    "two rows change places": lambda db: swap(db),
    "an event's time": lambda db: db.execute(update(attendance_event).values(at=SEVEN)),
    "an event's place": lambda db: db.execute(update(attendance_event).values(place="wfo")),
    "an event is added": lambda db: db.execute(
        insert(attendance_event).values(
            person_id=1,
            day=cast.MONDAY_0728.date(),
            kind="in",
            at=cast.MONDAY_0728,
            source="chat",
            recorded_at=cast.MONDAY_0728,
        )
    ),
    "an approval is another's": lambda db: db.execute(update(attendance_correction).values(decider_id=1)),
    "a correction's state": lambda db: db.execute(update(attendance_correction).values(state="rejected")),
}


def last(db: Any) -> int:
    return int(db.scalar(select(func.max(audit.audit.c.seq))))


def audit_head(db: Any, seq: int) -> dict[str, Any]:
    row = db.execute(select(audit.audit).where(audit.audit.c.seq == seq)).one()
    return {"seq": seq, "hash": row.hash.hex(), "mac": "00" * 32}


def swap(db: Any) -> None:
    rows = db.execute(select(audit.audit.c.id, audit.audit.c.hash).where(audit.audit.c.seq.in_((1, 2)))).all()
    for row in rows:
        db.execute(update(audit.audit).where(audit.audit.c.id == row.id).values(seq=None))
    for row, seq in zip(rows, (2, 1), strict=True):
        db.execute(update(audit.audit).where(audit.audit.c.id == row.id).values(seq=seq))


@pytest.mark.parametrize("what", TAMPERED)
def test_whatever_is_changed_behind_the_service_shows(sealed: Hadir, what: str) -> None:
    assert problems(sealed) == []
    with sealed.database.write() as db:
        TAMPERED[what](db)
    assert problems(sealed) != [], what


BROKEN_HEADS = ("x", 7, None, [], {"seq": "1"}, {"seq": 1, "hash": "zz", "mac": ""}, {"seq": 1, "hash": "00" * 32})


def test_the_sealer_does_not_make_a_cut_off_chain_good(sealed: Hadir, chat: Chat) -> None:
    """Rows are taken off the end and the head is moved back: sealing the next row would hide it for ever."""
    key = sealed.signer.key("audit")
    with sealed.database.write() as db:
        head, row = last(db), db.execute(select(audit.audit).where(audit.audit.c.seq == last(db) - 1)).one()
        db.execute(delete(audit.audit).where(audit.audit.c.seq == head))
        installation.put(db, audit.HEAD, {"seq": row.seq, "hash": row.hash.hex(), "mac": "00" * 32})
    chat("dewi").says("/hadir masuk wfh")
    with pytest.raises(audit.ForgedHead), sealed.database.write() as db:
        audit.seal(db, key)
    assert "head" in problems(sealed)


@pytest.mark.parametrize("head", BROKEN_HEADS)
def test_a_head_of_another_shape_is_a_problem_and_no_crash(sealed: Hadir, head: Any) -> None:
    with sealed.database.write() as db:
        installation.put(db, audit.HEAD, head)
    assert "head" in problems(sealed)


def test_the_notes_of_people_are_not_in_the_audit(hadir: Hadir, chat: Chat) -> None:
    """A check-in's note stays with the check-in: it can be deleted when its time is over, an audit row cannot."""
    chat("siti").says(f"/hadir masuk wfh {PRIVATE}")
    chat("siti").says(f"/hadir pulang {PRIVATE}", at=cast.at("2026-11-23T16:05+07:00"))
    with hadir.database.read() as db:
        rows = db.execute(select(audit.audit)).all()
    assert rows
    assert PRIVATE not in str([tuple(row) for row in rows])


# ---------------------------------------------------------------- the terminal's clock


@pytest.mark.parametrize("moment", ["2026-11-23T07:28+07:00", "2020-01-01T00:00Z", "now"])
def test_nobody_chooses_the_time_of_a_record_outside_a_demo(hadir: Hadir, moment: str) -> None:
    result = Terminal(hadir.settings)("say", "--as", "siti", "--at", moment, "/hadir masuk wfh")
    assert result.exit_code == 1
    assert "demo" in result.stderr
    with hadir.database.read() as db:
        assert db.execute(select(attendance_event)).all() == []
        assert db.execute(select(audit.audit)).all() == []


def test_who_speaks_for_somebody_at_the_terminal_leaves_a_trace(hadir: Hadir) -> None:
    Terminal(hadir.settings)("say", "--as", "siti", "/hadir status")
    with hadir.database.read() as db:
        [row] = db.execute(select(audit.audit).where(audit.audit.c.action == "terminal.said")).all()
    assert row.actor.startswith("terminal")


def test_the_metrics_and_health_pages_name_nobody(desk: Desk) -> None:
    desk.types("siti", f"/hadir masuk wfh {PRIVATE}")
    for page in ("/healthz", "/readyz", "/metrics"):
        shown = desk.http.get(page).text.lower()
        for words in ("siti", "budi", PRIVATE, cast.NIP["siti"], TOKEN, SECRET, "kantor.example", "/home/", "postgresql://"):
            assert words not in shown, (page, words)
