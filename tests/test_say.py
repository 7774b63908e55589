"""`hadir say` and `hadir chat`: the real dispatcher from a terminal."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select, update

from integration import installation, people
from integration.app import assemble
from integration.audit import audit
from integration.cli.answers import save
from integration.cli.room import Room
from integration.cli.seat import fill_in, take
from integration.core import Hadir
from integration.messages import Button, Command, Field, File, Form, FormErrors, FormSubmission, Reply, Text
from integration.outbox import outbox
from integration.plugin import Context, Plugin, Subcommand
from integration.settings import load
from tests import cast
from tests.photos import picture
from tests.terminal import Terminal

pytestmark = pytest.mark.in_turn

Chat = Callable[[str], cast.Talker]
AT = "2026-11-23T07:28+07:00"


@pytest.fixture
def terminal(hadir: Hadir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    monkeypatch.chdir(tmp_path)
    return Terminal(hadir.settings)


@pytest.fixture
def demo(hadir: Hadir, terminal: Terminal) -> Terminal:
    """The same, in a database that is a demo."""
    with hadir.database.write() as db:
        installation.put(db, installation.DEMO, True)
    return terminal


# ---------------------------------------------------------------- say


def test_a_command_is_answered_on_standard_output(demo: Terminal) -> None:
    result = demo("say", "--as", "siti", "--at", AT, "/hadir masuk wfh rapat")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "07.28 WIB (WFH)" in result.stdout
    assert "07.28 WIB (WFH)" in demo("say", "--as", "siti", "--at", "2026-11-23T07:40+07:00", "/hadir masuk").stdout


@pytest.mark.parametrize("name", ["siti", "@Siti", cast.NIP["siti"]])
def test_a_person_is_named_by_username_or_nip(demo: Terminal, name: str) -> None:
    assert "07.28" in demo("say", "--as", name, "--at", AT, "hadir masuk").stdout


def test_the_audit_shows_who_was_spoken_for_from_the_terminal(hadir: Hadir, demo: Terminal) -> None:
    demo("say", "--as", "siti", "--at", AT, "/hadir masuk wfh catatan rahasia")
    with hadir.database.read() as db:
        first = db.execute(select(audit).order_by(audit.c.id)).first()
    assert first is not None
    assert first.actor.startswith("terminal")
    assert (first.action, first.after) == ("terminal.said", {"what": "/hadir masuk"})


@pytest.mark.parametrize("words", [("/hadir xyzzy",), ("/arsip",), ("/hadir tim unit-yang-tidak-ada",)])
def test_a_refused_command_is_said_on_standard_error(demo: Terminal, words: tuple[str, ...]) -> None:
    result = demo("say", "--as", "siti", "--at", AT, *words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.strip()


def test_an_unknown_person_with_who_may_be_meant(demo: Terminal) -> None:
    result = demo("say", "--as", "rahayu", "/hadir status")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"nobody has the username rahayu; did you mean Siti Rahayu ({cast.NIP['siti']})?\n"


def test_json_says_too_that_nobody_is_there(demo: Terminal) -> None:
    answer = demo.data("say", "--as", "tidak-ada", "/hadir status")
    assert (answer["ok"], answer["text"]) == (False, "nobody has the username tidak-ada")


def test_a_username_that_is_two_people_names_them(hadir: Hadir, demo: Terminal) -> None:
    with hadir.database.write() as db:
        dewi = people.search(db, cast.NIP["dewi"])[0].id
        db.execute(people.account.insert().values(platform="nextcloud", username="siti", person_id=dewi))
    result = demo("say", "--as", "siti", "/hadir status")
    assert result.exit_code == 1
    assert cast.NIP["siti"] in result.stderr
    assert cast.NIP["dewi"] in result.stderr
    assert demo("say", "--as", cast.NIP["siti"], "/hadir status").exit_code == 0


def test_who_has_left_is_refused(hadir: Hadir, demo: Terminal) -> None:
    with hadir.database.write() as db:
        left = (hadir.clock() - timedelta(days=3)).date()
        db.execute(update(people.person).where(people.person.c.nip == cast.NIP["siti"]).values(ended_on=left))
    result = demo("say", "--as", "siti", "--at", "2099-11-23T07:28+07:00", "/hadir masuk")
    assert result.exit_code == 1
    assert "Siti Rahayu has left; the last working day was " in result.stderr
    assert demo.data("people", "requests") == []


def test_a_chosen_moment_is_for_a_demo_only(terminal: Terminal) -> None:
    result = terminal("say", "--as", "siti", "--at", AT, "/hadir masuk")
    assert result.exit_code == 1
    assert "demo database only" in result.stderr


@pytest.mark.parametrize("moment", ["besok", "2026-11-23T07:28", "2026-13-23T07:28+07:00", ""])
def test_a_moment_that_is_none(demo: Terminal, moment: str) -> None:
    result = demo("say", "--as", "siti", "--at", moment, "/hadir masuk")
    assert result.exit_code == 1
    assert "write it like 2026-11-23T07:28+07:00" in result.stderr


def test_a_form_is_printed_filled_and_refused_with_the_fields_named(demo: Terminal) -> None:
    shown = demo("say", "--as", "siti", "--at", AT, "/hadir koreksi")
    assert shown.exit_code == 0
    assert "  day: " in shown.stdout
    assert "Fill it with: --set " in shown.stdout
    missing = demo("say", "--as", "siti", "--at", AT, "/hadir koreksi", "--set", "day=19/11")
    assert missing.exit_code == 1
    assert "time: is missing" in missing.stderr
    wrong = demo("say", "--as", "siti", "--at", AT, "/hadir koreksi", "--set", "jam=7")
    assert "jam: there is no such field" in wrong.stderr
    filling = ("--set", "day=19/11", "--set", "kind=Masuk", "--set", "time=07.31", "--set", "reason=lupa = mencatat")
    sent = demo("say", "--as", "siti", "--at", AT, "/hadir koreksi", *filling)
    assert sent.exit_code == 0
    assert "07.31" in sent.stdout


def test_the_main_job_without_a_browser(demo: Terminal, chat: Chat) -> None:
    filling = ("--set", "day=19/11", "--set", "time=07.31", "--set", "reason=lupa")
    demo("say", "--as", "siti", "--at", AT, "/hadir koreksi", *filling)
    approved = demo("say", "--as", "budi", "--at", "2026-11-23T08:00+07:00", "--press", "setujui")
    assert approved.exit_code == 0
    assert "Siti Rahayu" in approved.stdout


def test_buttons_are_pressed_by_their_label(demo: Terminal) -> None:
    menu = demo.data("say", "--as", "siti", "--at", AT, "/hadir")
    label = next(button["label"] for button in menu["buttons"] if button["value"] == "masuk wfh")
    assert "07.28" in demo("say", "--as", "siti", "--at", AT, "/hadir", "--press", label.upper()).stdout
    wrong = demo("say", "--as", "siti", "--at", AT, "/hadir", "--press", "Meledak")
    assert wrong.exit_code == 1
    assert "there is no button Meledak; there are: " in wrong.stderr
    nothing = demo("say", "--as", "siti", "--press", "Setujui")
    assert (nothing.exit_code, nothing.stderr) == (1, "no message to Siti Rahayu has a button Setujui\n")


def test_json_always_has_all_of_its_keys(demo: Terminal) -> None:
    keys = {"ok", "text", "buttons", "files", "form", "errors"}
    for words, ok in (("/hadir", True), ("/hadir koreksi", True), ("/hadir xyzzy", False)):
        answer = json.loads(demo("say", "--as", "siti", "--at", AT, "--json", words).stdout)
        assert answer.keys() == keys
        assert answer["ok"] is ok
    form = demo.data("say", "--as", "siti", "--at", AT, "/hadir koreksi")["form"]
    assert {"name", "label", "kind", "default", "hint", "required", "choices"} == form["fields"][0].keys()
    errors = json.loads(demo("say", "--as", "siti", "--at", AT, "--json", "/hadir koreksi", "--set", "day=19/11").stdout)
    assert (errors["ok"], errors["errors"]["time"]) == (False, "is missing")


@pytest.mark.parametrize(
    "words", [(), ("  ",), ("/hadir koreksi", "--set", "tanpa-sama-dengan"), ("/hadir", "--as", "siti", "--apa")]
)
def test_wrong_usage(demo: Terminal, words: tuple[str, ...]) -> None:
    assert demo("say", "--as", "siti", *words).exit_code == 2


def test_set_without_a_form_says_so(demo: Terminal) -> None:
    result = demo("say", "--as", "siti", "--at", AT, "/hadir status", "--set", "day=19/11")
    assert result.exit_code == 1
    assert "there is no form to fill" in result.stderr


def test_files_are_saved_under_a_safe_name_and_never_over_another(tmp_path: Path) -> None:
    first, other = File("../rekap.csv", "text/csv", b"1"), File("../rekap.csv", "text/csv", b"2")
    assert [path.name for path in save([first, other, first], tmp_path / "baru")] == [
        "-rekap.csv",
        "-rekap-2.csv",
        "-rekap.csv",
    ]


def test_a_file_in_the_answer_is_saved_and_named(demo: Terminal, tmp_path: Path) -> None:
    demo("say", "--as", "siti", "--at", AT, "/hadir masuk wfh")
    recap = ("say", "--as", "siti", "--at", AT, "/hadir rekap")
    label = next(button["label"] for button in demo.data(*recap)["buttons"] if "XLSX" in button["label"])
    (file,) = demo.data(*recap, "--press", label, "--save-to", "unduhan")["files"]
    assert (tmp_path / file["path"]).stat().st_size == file["bytes"] > 0
    assert f"saved: {file['name']}" in demo(*recap, "--press", label).stdout


def test_a_file_is_sent_by_its_path(hadir: Hadir, demo: Terminal, tmp_path: Path) -> None:
    """What is in it counts, not its name; nothing of it is kept unless it can be taken."""
    (tmp_path / "surat.jpg").write_bytes(picture())
    (tmp_path / "surat.pdf").write_bytes(b"no letter")
    add = ("say", "--as", "siti", "--at", AT, "/izin surat", "--set")
    demo("say", "--as", "siti", "--at", AT, "/izin sakit")
    assert "bukan berkas PDF" in demo(*add, "file=surat.pdf").stderr
    assert "cannot be read" in demo(*add, "file=tidak-ada.jpg").stderr
    sent = demo(*add, f"file={tmp_path / 'surat.jpg'}")
    assert (sent.exit_code, sent.stderr) == (0, "")
    with hadir.database.read() as db:
        kept = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "storage")).all()
    assert [each["media_type"] for each in kept] == ["image/jpeg"]


def test_a_database_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    terminal = Terminal(load({}, home=tmp_path / "kosong", secret_key="t" * 64))
    result = terminal("say", "--as", "siti", "/hadir status")
    assert result.exit_code == 1
    assert "run `hadir demo` or `hadir db upgrade`" in result.stderr
    assert not (tmp_path / "kosong" / "hadir.db").exists()


# ---------------------------------------------------------------- forms by name


FORM = Form(
    "coba.isi",
    "Isi",
    (
        Field("kind", "Jenis", kind="select", choices=(("in", "Masuk"), ("out", "Pulang")), default="in"),
        Field("reason", "Alasan", max_length=5),
        Field("note", "Catatan", required=False),
    ),
)


def test_defaults_labels_and_limits_of_a_form() -> None:
    assert fill_in(FORM, {"kind": "PULANG", "reason": "lupa"}) == ({"kind": "out", "reason": "lupa", "note": ""}, {})
    assert fill_in(FORM, {"reason": "terlalu panjang"})[1] == {"reason": "is longer than 5 characters"}
    assert fill_in(FORM, {"reason": " "})[1] == {"reason": "is missing"}


# ---------------------------------------------------------------- chat, with a plugin of its own


def _form(context: Context, command: Command) -> Form:
    return FORM


def _filled(context: Context, submission: FormSubmission) -> Reply | FormErrors:
    if submission.values["reason"] == "x":
        return FormErrors({"reason": "lebih jelas, mohon"})
    context.tell(context.person, "pesan-1", lambda t: Reply(Text("Ada **pesan**"), buttons=(Button("Baca", "coba.baca"),)))
    return Reply(context.t("Noted: {what}", what=submission.values["kind"] + " " + submission.values["reason"]))


def _read(context: Context, command: object) -> Reply:
    return Reply(context.t("{who} *reads*", who="*" + context.person.name), files=(File("surat.txt", "text/plain", b"isi"),))


PLUGIN = Plugin(
    name="coba",
    description="A plugin of the tests",
    hint="isi",
    home=_read,
    subcommands=(Subcommand("isi", _form, "Fill"),),
    translations=Path(__file__).parent,
    forms={"isi": _filled},
    buttons={"baca": _read},
)


def room(hadir: Hadir, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *lines: str, who: str = "") -> str:
    """What the terminal shows when these lines are typed."""
    service = assemble(hadir.settings, clock=hadir.clock, plugins=(PLUGIN,))
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    Room(service, Console(highlight=False, width=100)).open(who)
    service.database.dispose()
    return capsys.readouterr().out


@pytest.fixture
def typed(
    hadir: Hadir, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., str]:
    monkeypatch.chdir(tmp_path)
    return lambda *lines, who="": room(hadir, capsys, monkeypatch, *lines, who=who)


def test_a_room_asks_who_one_is_and_leaves_at_the_end_of_input(typed: Callable[..., str]) -> None:
    seen = typed("/siapa", "tidak-ada", "budi", "/siapa siti")
    assert seen.count("Siti Rahayu, Bidang Aplikasi") == 3
    assert "nobody has the username tidak-ada" in seen
    assert "Anda Budi Santoso" in seen


def test_a_form_is_asked_field_by_field_until_it_is_right(typed: Callable[..., str], tmp_path: Path) -> None:
    seen = typed("isi", "2", "x", "", "lupa", "1", "", "/keluar", "isi", who="siti")
    assert "  2. Pulang" in seen
    assert "lebih jelas, mohon" in seen
    assert "Noted: out lupa" in seen
    assert seen.count("Ada pesan") == 1
    assert "[1] Baca" in seen
    assert "*Siti Rahayu reads" in seen
    assert (tmp_path / "surat.txt").read_bytes() == b"isi"
    assert seen.count("Isi") == 1


def test_a_form_is_cancelled_and_a_number_without_button_is_said(typed: Callable[..., str]) -> None:
    seen = typed("/coba isi", "/batal", "7", who="siti")
    assert "Tidak ada yang dikirim." in seen
    assert "Tidak ada tombol 7." in seen


def test_messages_wait_for_the_person_who_takes_the_seat(typed: Callable[..., str], hadir: Hadir) -> None:
    typed("isi", "", "lupa", "", who="siti")
    assert "Pesan untuk Anda:" in typed(who="siti")
    assert "Pesan untuk Anda:" not in typed(who="budi")


def test_a_seat_speaks_as_the_person_and_keeps_one_account(hadir: Hadir) -> None:
    for _ in range(2):
        take(hadir, "siti").says("/hadir status", hadir.clock())
    with hadir.database.read() as db:
        local = db.execute(select(people.account).where(people.account.c.platform == "local")).all()
    assert [(account.username, account.external_id) for account in local] == [(cast.NIP["siti"], cast.NIP["siti"])]
