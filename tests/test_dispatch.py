"""From what was said to the answer, with a small real plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import Connection, select, text, update

from integration import outbox, outbox_content, people
from integration.accounts import link_request
from integration.app import assemble
from integration.audit import audit
from integration.core import Hadir
from integration.dispatch import Once, forget_nonces, used_nonce
from integration.errors import Refused, UserError
from integration.messages import (
    Button,
    Command,
    Field,
    File,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    quote,
    reply_from_json,
)
from integration.plugin import Context, Plugin, Subcommand
from integration.settings import Settings
from tests import cast

Chat = Callable[[str], cast.Talker]


def _home(context: Context, command: Command) -> Reply:
    return Reply(
        context.t("Hello {name}.", name=context.person.name), buttons=(Button("Catat", "coba.say", "catat dari tombol"),)
    )


def _note(context: Context, command: Command) -> Reply:
    context.audit("coba.noted", "coba:1", after={"text": command.text})
    if "gagal" in command.words:
        raise UserError(context.t("No: {what}", what=command.text))
    if "meledak" in command.words:
        raise ZeroDivisionError(command.text)
    return Reply(context.t("Noted: {what}", what=command.text))


def _file(context: Context, command: Command) -> Reply:
    return Reply(Text("Rekap"), files=(File("rekap.csv", "text/csv", b"a;b"),))


def _form(context: Context, command: Command) -> Form:
    return Form("coba.isi", "Isi", (Field("alasan", "Alasan"),))


def _filled(context: Context, submission: FormSubmission) -> Reply | FormErrors:
    context.audit("coba.filled", "coba:2", after=dict(submission.values))
    return FormErrors({"alasan": "isi dulu"}) if not submission.values["alasan"] else Reply(Text("Tersimpan"))


def _backends(context: Context, command: Command) -> Reply:
    return Reply(Text(str(context.db.scalar(text("SELECT pg_backend_pid()")))))


PLUGIN = Plugin(
    name="coba",
    description="A plugin of the tests",
    hint="catat",
    home=_home,
    subcommands=(
        Subcommand(
            "catat", _note, "Take a note", arguments="[note]", example="/coba catat halo", aliases=("note",), writes=True
        ),
        Subcommand("berkas", _file, "Make a file", writes=True),
        Subcommand("formulir", _form, "Open a form"),
        Subcommand("diam", _form, "A secret", hidden=True),
        Subcommand("backend", _backends, "Which connection", hidden=True),
    ),
    translations=Path(__file__).parent,
    forms={"isi": _filled},
)


@pytest.fixture
def hadir(settings: Settings, clock: cast.Clock) -> Iterator[Hadir]:
    service = assemble(settings, clock=clock, plugins=(PLUGIN,))
    with service.database.write() as db:
        cast.settle(db)
    yield service
    service.database.dispose()


def _audited(hadir: Hadir) -> list[str]:
    with hadir.database.read() as db:
        return [row.action for row in db.execute(select(audit).order_by(audit.c.id))]


def test_the_bare_command_and_its_button(chat: Chat) -> None:
    siti = chat("siti")
    assert siti.says("/coba") == "Hello Siti Rahayu."
    assert siti.presses("Catat") == "Noted: dari tombol"


@pytest.mark.parametrize("line", ["/coba catat halo", "/COBA  CATAT   halo", "/coba note halo", "/coba Note halo  "])
def test_words_are_found_in_any_case_with_stray_spaces(chat: Chat, line: str) -> None:
    assert chat("siti").says(line) == "Noted: halo"


def test_line_breaks_in_what_was_said_are_kept(chat: Chat) -> None:
    assert chat("siti").says("/coba catat satu\n  dua") == "Noted: satu\n  dua"


def test_a_typo_is_answered_with_what_was_meant_and_a_button_that_does_it(chat: Chat, hadir: Hadir) -> None:
    siti = chat("siti")
    assert "`/coba catat`" in siti.says("/coba catta rapat pagi")
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    assert _audited(hadir) == []
    assert siti.presses("/coba catat rapat pagi") == "Noted: rapat pagi"


def test_an_unknown_word_is_answered_with_help_that_hides_what_is_hidden(chat: Chat) -> None:
    answer = chat("siti").says("/coba xyzzy")
    assert "xyzzy" in answer
    assert "- `/coba catat halo` — Take a note" in answer
    assert "diam" not in answer


def test_a_user_error_undoes_everything_and_escapes_what_was_typed(chat: Chat, hadir: Hadir) -> None:
    siti = chat("siti")
    assert siti.says("/coba catat gagal @all") == "No: gagal @all"
    assert isinstance(siti.last, Reply)
    assert quote("gagal @all") in siti.last.text
    assert siti.last.refused
    assert _audited(hadir) == []


def test_a_bug_undoes_everything_says_so_and_logs_no_words_of_people(chat: Chat, hadir: Hadir) -> None:
    siti = chat("siti")
    with structlog.testing.capture_logs() as logs:
        answer = siti.says("/coba catat meledak rahasia")
    assert "(code " in answer or "(kode " in answer
    assert isinstance(siti.last, Reply)
    assert siti.last.refused
    assert _audited(hadir) == []
    assert [line["log_level"] for line in logs if line["event"] == "handler_failed"] == ["error"]
    assert "rahasia" not in str([{key: value for key, value in line.items() if key != "exc_info"} for line in logs])


def test_a_stranger_gets_a_friendly_answer_and_is_remembered_once(chat: Chat, hadir: Hadir) -> None:
    stranger = chat("orang.baru")
    assert "orang.baru" in stranger.says("/coba catat halo")
    stranger.says("/coba catat lagi")
    with hadir.database.read() as db:
        (row,) = db.execute(select(link_request)).all()
    assert row.said == {"name": "coba", "text": "halo"} or row.said == {"name": "coba", "text": "catat halo"}
    assert row.received_at == cast.MONDAY_0728
    assert _audited(hadir) == ["people.link_requested"]


def test_first_contact_binds_an_imported_username_to_the_id_that_speaks(chat: Chat, hadir: Hadir) -> None:
    _unbind(hadir, "siti")
    assert chat("siti").says("/coba") == "Hello Siti Rahayu."
    with hadir.database.read() as db:
        bound = db.scalar(select(people.account.c.external_id).where(people.account.c.username == "siti"))
    assert bound == "id-siti"


def test_a_bound_username_cannot_be_taken_by_another_id(chat: Chat, hadir: Hadir) -> None:
    _rebind(hadir, "siti", "somebody-else")
    assert "Siti Rahayu" not in chat("siti").says("/coba")


def _unbind(hadir: Hadir, username: str) -> None:
    _rebind(hadir, username, None)


def _rebind(hadir: Hadir, username: str, external_id: str | None) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.account).where(people.account.c.username == username).values(external_id=external_id))


def test_who_has_left_is_a_stranger_from_the_next_day_on(chat: Chat, hadir: Hadir) -> None:
    with hadir.database.write() as db:
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP["siti"]).values(ended_on=date(2026, 11, 23)))
    assert chat("siti").says("/coba catat halo") == "Noted: halo"
    assert "Noted" not in chat("siti").says("/coba catat halo", at=cast.at("2026-11-24T00:01+07:00"))


def test_a_form_that_is_refused_keeps_its_nonce_and_an_accepted_one_uses_it(chat: Chat, hadir: Hadir) -> None:
    siti, once = chat("siti"), Once("n-1", cast.MONDAY_0728 + timedelta(hours=1))
    siti.says("/coba formulir")
    form = siti.last
    assert isinstance(form, Form)
    assert siti.submits(form, once=once, alasan="") == "{'alasan': 'isi dulu'}"
    assert _audited(hadir) == []
    assert siti.submits(form, once=once, alasan="sakit") == "Tersimpan"
    with pytest.raises(Refused, match="replayed"):
        siti.submits(form, once=once, alasan="lagi")
    assert _audited(hadir) == ["coba.filled"]


def test_the_same_form_sent_five_times_at_once_is_taken_once(chat: Chat, hadir: Hadir) -> None:
    siti, once = chat("siti"), Once("n-2", cast.MONDAY_0728 + timedelta(hours=1))
    siti.says("/coba formulir")
    form = siti.last
    assert isinstance(form, Form)

    def send(number: int) -> str:
        try:
            return chat("siti").submits(form, once=once, alasan=str(number))
        except Refused:
            return "refused"

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(send, range(5)))
    assert sorted(answers) == ["Tersimpan", *["refused"] * 4]
    assert _audited(hadir) == ["coba.filled"]


def test_nonces_are_forgotten_once_their_form_has_expired(chat: Chat, hadir: Hadir) -> None:
    siti = chat("siti")
    siti.says("/coba formulir")
    siti.submits(once=Once("n-3", cast.MONDAY_0728 + timedelta(hours=1)), alasan="x")
    with hadir.database.write() as db:
        forget_nonces(db, cast.MONDAY_0728 + timedelta(minutes=59))
        assert len(db.execute(select(used_nonce)).all()) == 1
        forget_nonces(db, cast.MONDAY_0728 + timedelta(minutes=61))
        assert db.execute(select(used_nonce)).all() == []


@pytest.mark.parametrize("action", ["coba.tidakada", "tidakada.isi", "coba", "", "coba.isi"])
def test_a_button_that_we_never_made_is_refused(chat: Chat, action: str) -> None:
    with pytest.raises(Refused):
        chat("siti").presses(Button("?", action))


def test_a_file_goes_by_direct_message_where_an_answer_cannot_carry_it(chat: Chat, hadir: Hadir) -> None:
    siti = chat("siti")
    assert "rekap.csv" in siti.says("/coba berkas")
    with hadir.database.read() as db:
        (row,) = db.execute(select(outbox.outbox)).all()
        message = reply_from_json(outbox_content.message(db, row.key, row.payload))
    assert message.files == (File("rekap.csv", "text/csv", b"a;b"),)
    assert isinstance(siti.last, Reply)
    assert siti.last.files == ()


def test_one_statement_finds_a_person(chat: Chat, statements: list[str]) -> None:
    chat("siti").says("/coba")
    assert len(statements) == 1


def test_a_database_that_was_restarted_is_no_reason_to_refuse(chat: Chat, hadir: Hadir) -> None:
    if hadir.database.is_sqlite:
        assert chat("siti").says("/coba catat halo") == "Noted: halo"
        return
    chat("siti").says("/coba backend")
    _terminate_everyone_else(hadir)
    assert chat("siti").says("/coba catat halo") == "Noted: halo"


def _terminate_everyone_else(hadir: Hadir) -> None:
    def kill(db: Connection) -> None:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        db.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))  # noqa: S608 - a constant

    other = assemble(hadir.settings, clock=hadir.clock, plugins=(PLUGIN,))
    with other.database.read() as db:
        kill(db)
    other.database.dispose()
