"""Every answer and every button that docs/panduan.md quotes is what the program says.

The guide's story is told once through the dispatcher: by the demo's people on an empty database, and in the demo's own
office of 20 working days, with a clock that stands. A quoted answer may leave out what `…` stands for.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from integration import demo, outages, people, scheduler
from integration.app import assemble
from integration.audit import By
from integration.core import Hadir
from integration.messages import Answer, Button, Channel, Form, Reply, plain, reply_from_json
from integration.outbox import outbox
from integration.roster.importing import Options, import_file
from integration.settings import load
from plugins.jadwal.rota.make import make
from plugins.jadwal.tables import rota, rota_day
from tests import cast
from tests.cast import Talker, at
from tests.conftest import SECRET
from tests.plugins.rapat.office import works

GUIDE = Path(__file__).parent.parent / "docs" / "panduan.md"
SUNDAY = at("2026-11-22T10:00+07:00")  # the guide's recaps were made on this day
MONDAY, TUESDAY, CHRISTMAS = "2026-11-23", "2026-11-24", "2026-12-25"
CODE = "1a2b3c4d"


# ---------------------------------------------------------------- what the program says


@dataclass(frozen=True)
class Said:
    """One answer, or a message of its own accord (`line` is then empty); `labels` of its buttons or fields."""

    line: str
    text: str
    labels: tuple[str, ...]


@dataclass
class Stage:
    """People who talk to one service, and everything that it said."""

    hadir: Hadir
    clock: cast.Clock
    said: list[Said] = field(default_factory=list)
    talkers: dict[str, Talker] = field(default_factory=dict)

    def says(self, when: str, who: str, line: str, channel: Channel | None = None) -> Reply | None:
        self._at(when, who).says(line, channel=channel)
        return self._note(who, line)

    def presses(self, when: str, who: str, button: Button | str) -> None:
        self._at(when, who).presses(button)
        self._note(who)

    def submits(self, when: str, who: str, **values: str) -> None:
        self._at(when, who).submits(**values)
        self._note(who)

    def works(self, when: str, name: str, plugin: str = "hadir") -> None:
        """A scheduled job runs."""
        self.clock.now = at(when)
        job = next(job for job in scheduler.plugin_jobs(self.hadir) if job.name == f"{plugin}.{name}")
        assert scheduler.run_job(self.hadir, job, self.clock.now)

    def sent(self) -> list[Said]:
        """Everything that was queued for somebody or for a channel."""
        with self.hadir.database.read() as db:
            payloads = db.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all()
        return [_said("", reply_from_json(payload["message"])) for payload in payloads if "message" in payload]

    def _at(self, when: str, who: str) -> Talker:
        self.clock.now = at(when)
        return self.talkers.setdefault(who, Talker(self.hadir, who))

    def _note(self, who: str, line: str = "") -> Reply | None:
        answer = self.talkers[who].last
        assert answer is not None
        self.said.append(_said(line, answer))
        return answer if isinstance(answer, Reply) else None


def _said(line: str, answer: Answer) -> Said:
    if isinstance(answer, Form):
        labels = [each.label for each in answer.fields] + [label for each in answer.fields for _, label in each.choices]
        return Said(line, answer.title, tuple(map(plain, labels)))
    assert isinstance(answer, Reply), answer
    return Said(line, plain(answer.text), tuple(plain(button.label) for button in answer.buttons))


@pytest.fixture(scope="module")
def said(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Said]:
    """Everything that the program said."""
    told: list[Said] = []
    for tell in (_story, _office, _trouble, _outage, _absence, _nobody, _izin, _rota, _schedule, _meeting, _logbook):
        with _stage(sqlite_template, tmp_path_factory.mktemp("guide")) as stage:
            tell(stage)
            told += stage.said + stage.sent()
    return told


@contextmanager
def _stage(template: Path, home: Path) -> Iterator[Stage]:
    shutil.copy(template, home / "hadir.db")
    clock = cast.Clock(SUNDAY)
    hadir = assemble(load({}, home=home, secret_key=SECRET), clock=clock)
    yield Stage(hadir, clock)
    hadir.database.dispose()


def _import(stage: Stage) -> None:
    options = Options(by=By("test", "guide", stage.clock()), today=date(2026, 11, 23), zone="Asia/Jakarta")
    assert not import_file(stage.hadir.database, demo.PEOPLE, options).findings.problems


def _story(stage: Stage) -> None:
    """A Monday and a Tuesday of Bidang Aplikasi, and Christmas."""
    _import(stage)
    _monday_morning(stage)
    _monday_later(stage)
    _tuesday(stage)
    stage.says(f"{CHRISTMAS}T07:28+07:00", "siti", "/hadir masuk")


def _monday_morning(stage: Stage) -> None:
    stage.says(f"{MONDAY}T06:50+07:00", "siti", "/hadir")
    stage.works(f"{MONDAY}T07:16+07:00", "reminders")
    stage.says(f"{MONDAY}T07:20+07:00", "maria", "/hadir masuk dinas rapat di Bandung")
    stage.says(f"{MONDAY}T07:21+07:00", "rizky", "/hadir masuk wfg")
    stage.presses(f"{MONDAY}T07:22+07:00", "rizky", "WFH")
    stage.says(f"{MONDAY}T07:23+07:00", "rizky", "/hadir msuk")
    stage.says(f"{MONDAY}T07:25+09:00", "yosef", "/hadir masuk wfo")
    stage.says(f"{MONDAY}T07:25+08:00", "wayan", "/hadir masuk wfa")
    stage.says(f"{MONDAY}T07:28+07:00", "siti", "/hadir masuk wfh")
    stage.says(f"{MONDAY}T07:29+07:00", "siti", "/hadir masuk wfo")
    stage.says(f"{MONDAY}T07:46+07:00", "dewi", "/hadir masuk")
    stage.says(f"{MONDAY}T08:40+07:00", "budi", "/hadir ringkasan 09.00", Channel("ch1", "aplikasi", "t"))
    stage.works(f"{MONDAY}T09:01+07:00", "summaries")
    stage.says(f"{MONDAY}T10:00+07:00", "siti", "/hadir status")
    stage.says(f"{MONDAY}T10:00+07:00", "budi", "/hadir masuk")
    stage.says(f"{MONDAY}T10:00+07:00", "budi", "/hadir tim")
    stage.says(f"{MONDAY}T10:00+07:00", "rina", "/hadir tim wilayah timur")


def _monday_later(stage: Stage) -> None:
    stage.says(f"{MONDAY}T15:00+07:00", "dewi", "/hadir pulang ke dokter")
    stage.says(f"{MONDAY}T16:05+07:00", "siti", "/hadir pulang")
    stage.works(f"{MONDAY}T16:16+07:00", "reminders")
    stage.says(f"{MONDAY}T17:05+07:00", "siti", "/hadir pulang")


def _tuesday(stage: Stage) -> None:
    stage.says(f"{TUESDAY}T07:28+07:00", "siti", "/hadir pengingat mati")
    stage.says(f"{TUESDAY}T07:28+07:00", "maria", "/hadir masuk")
    stage.says(f"{TUESDAY}T07:29+07:00", "dewi", "/hadir kenapa")
    stage.says(f"{TUESDAY}T08:00+07:00", "laras", "/hadir masuk")
    stage.says(f"{TUESDAY}T08:00+07:00", "maria", "/hadir koreksi")
    stage.says(f"{TUESDAY}T08:01+07:00", "maria", "/hadir koreksi kemarin pulang 16.10 lupa menekan tombol")
    stage.says(f"{TUESDAY}T08:02+07:00", "siti", "/hadir koreksi kemarin masuk wfo 07.28 ternyata di kantor")
    waiting = stage.says(f"{TUESDAY}T08:30+07:00", "budi", "/hadir koreksi daftar")
    assert waiting is not None
    for button in (waiting.buttons[0], waiting.buttons[0], waiting.buttons[3]):
        stage.presses(f"{TUESDAY}T08:31+07:00", "budi", button)
    stage.submits(f"{TUESDAY}T08:33+07:00", "budi", reason="Belum ada surat tugas")
    stage.says(f"{TUESDAY}T08:40+07:00", "siti", "/hadir koreksi 31/02 masuk 07.30 lupa")


def _office(stage: Stage) -> None:
    """The demo's office on a Sunday; the request that waits there is brought to others' minds in the days that follow."""
    demo.seed(stage.hadir)
    stage.says("2026-11-22T10:00+07:00", "rizky", "/hadir rekap")
    stage.says("2026-11-22T10:00+07:00", "rina", "/hadir rekap bidang aplikasi")
    stage.says("2026-11-22T10:00+07:00", "kartika", "/hadir kepatuhan")
    stage.works("2026-11-23T10:00+07:00", "corrections")
    stage.works("2026-11-25T10:00+07:00", "corrections")


def _trouble(stage: Stage) -> None:
    """A unit of thirty makes a long list; then a table is gone."""
    _import(stage)
    with stage.hadir.database.write() as db:
        db.execute(update(people.person).values(unit_id=select(people.unit.c.id).limit(1).scalar_subquery()))
    stage.says(f"{MONDAY}T06:50+07:00", "siti", "/hadir tim")
    with stage.hadir.database.write() as db:
        db.execute(text("ALTER TABLE attendance_event RENAME TO gone"))
    stage.says(f"{MONDAY}T07:28+07:00", "siti", "/hadir masuk")


def _outage(stage: Stage) -> None:
    """Hadir was out of order on Monday morning; Siti checks in as soon as it answers."""
    _import(stage)
    with stage.hadir.database.write() as db:
        outages.found(db, at(f"{MONDAY}T07:12+07:00"), at(f"{MONDAY}T07:41+07:00"), timedelta(minutes=1))
    stage.says(f"{MONDAY}T07:45+07:00", "siti", "/hadir masuk wfh")
    stage.says(f"{MONDAY}T08:30+07:00", "kartika", "/hadir gangguan")


def _absence(stage: Stage) -> None:
    """Two days on which Siti neither came nor said why; all the others came."""
    _import(stage)
    with stage.hadir.database.read() as db:
        others = set(db.scalars(select(people.account.c.username))) - {"siti"}
    for day in (MONDAY, TUESDAY):
        for who in sorted(others):
            stage.says(f"{day}T07:20+07:00", who, "/hadir masuk")
    stage.works(f"{TUESDAY}T05:00+07:00", "discipline")
    stage.works("2026-11-25T05:00+07:00", "discipline")
    stage.says("2026-11-25T10:00+07:00", "siti", "/hadir disiplin")
    stage.says("2026-11-25T10:00+07:00", "budi", "/hadir disiplin tim")


def _nobody(stage: Stage) -> None:
    """A Monday on which almost nobody came: a holiday that nobody entered."""
    _import(stage)
    stage.says(f"{MONDAY}T07:20+07:00", "budi", "/hadir masuk")
    stage.works(f"{TUESDAY}T05:00+07:00", "discipline")


def _izin(stage: Stage) -> None:
    """Leave, illness, permission and travel of Bidang Aplikasi, from Monday on."""
    _import(stage)
    stage.says(f"{MONDAY}T06:30+07:00", "siti", "/izin")
    stage.says(f"{MONDAY}T06:31+07:00", "dewi", "/izin sakit")
    stage.says(f"{MONDAY}T08:00+07:00", "siti", "/izin cuti")
    stage.says(f"{MONDAY}T08:01+07:00", "siti", "/izin cuti 1–3 Des tahunan")
    stage.says(f"{MONDAY}T08:02+07:00", "siti", "/izin izin besok 08.00-10.00 antar anak")
    stage.says(f"{MONDAY}T08:03+07:00", "maria", '/izin dinas besok "Rakor" ST-112/2026')
    stage.says(f"{MONDAY}T08:04+07:00", "siti", "/izin 2 hari mulai senin")
    stage.says(f"{MONDAY}T08:05+07:00", "siti", "/izin cuti 3 Des - 1 Des")
    stage.says(f"{MONDAY}T08:06+07:00", "siti", "/izin cuti 26–27 Des")
    waiting = stage.says(f"{MONDAY}T08:30+07:00", "budi", "/izin daftar")
    assert waiting is not None
    for button in (waiting.buttons[0], waiting.buttons[2]):
        stage.presses(f"{MONDAY}T08:31+07:00", "budi", button)
    stage.presses(f"{MONDAY}T08:32+07:00", "budi", waiting.buttons[5])
    stage.submits(f"{MONDAY}T08:33+07:00", "budi", reason="Ada rapat pukul 09.00")
    stage.says(f"{MONDAY}T08:40+07:00", "rizky", "/izin tim")
    stage.says(f"{MONDAY}T08:40+07:00", "budi", "/izin tim")
    stage.says(f"{MONDAY}T09:00+07:00", "siti", "/izin daftar")
    stage.says(f"{MONDAY}T09:00+07:00", "siti", "/izin saldo")
    stage.says(f"{MONDAY}T09:01+07:00", "dewi", "/izin surat")
    stage.says("2026-12-02T09:00+07:00", "siti", "/izin batal")
    stage.presses("2026-12-02T09:00+07:00", "siti", "Tarik kembali Selasa 1 Des")
    stage.says("2026-12-02T09:01+07:00", "siti", "/izin kembali")


def _meeting(stage: Stage) -> None:
    """A meeting of Siti's from the plan to what has to be done; Budi's is at the same hour, and the weekly one has an end."""
    _import(stage)
    stage.says(f"{MONDAY}T08:00+07:00", "siti", "/rapat besok 09.00 Koordinasi SPBE @dewi @wayan 90m")
    works(stage.hadir)
    stage.clock.now = at(f"{MONDAY}T08:05+07:00")
    for who in ("dewi", "wayan"):
        stage.presses(f"{MONDAY}T08:05+07:00", who, _invitation(stage, who, "Hadir"))
    stage.says(f"{MONDAY}T08:06+07:00", "dewi", "/rapat usul Evaluasi absensi")
    stage.says(f"{MONDAY}T08:10+07:00", "budi", "/rapat besok 09.30 Evaluasi layanan @dewi 1 jam")
    works(stage.hadir)
    stage.says(f"{MONDAY}T08:20+07:00", "siti", "/rapat kemarin 09.00 Koordinasi SPBE @dewi")
    stage.says(f"{MONDAY}T08:30+07:00", "siti", '/rapat cari-waktu "Uji coba" @dewi kamis 09.00, jumat 13.30')
    works(stage.hadir)
    stage.says(f"{TUESDAY}T08:50+07:00", "siti", "/rapat layar")
    stage.says(f"{TUESDAY}T08:57+07:00", "dewi", "/rapat hadir")
    stage.says(f"{TUESDAY}T08:58+07:00", "siti", "/rapat hadir")
    stage.says(f"{TUESDAY}T10:10+07:00", "dewi", "/rapat keluar")
    stage.says(f"{TUESDAY}T10:20+07:00", "siti", "/rapat daftar-hadir")
    stage.says(f"{TUESDAY}T10:35+07:00", "siti", "/rapat notulen")
    form = stage.talkers["siti"].last
    assert isinstance(form, Form)
    text = form.fields[0].default.replace("## Keputusan\n", "## Keputusan\n\n- Uji coba dimulai Januari\n")
    stage.submits(f"{TUESDAY}T10:40+07:00", "siti", text=f"{text}\n- [ ] Siapkan ruang uji coba @dewi Jumat\n")
    stage.presses(f"{TUESDAY}T10:41+07:00", "siti", "Terbitkan")
    works(stage.hadir)
    stage.says(f"{TUESDAY}T10:45+07:00", "dewi", "/rapat tugas")
    stage.presses(f"{TUESDAY}T10:46+07:00", "dewi", "Selesai")
    stage.says(f"{TUESDAY}T11:00+07:00", "siti", "/rapat batal 1 ada tamu")
    stage.says(f"{TUESDAY}T11:01+07:00", "siti", "/rapat tiap senin 08.30 Apel virtual @dewi")


def _logbook(stage: Stage) -> None:
    """A day's reports of Bidang Aplikasi: Siti was at a meeting and has a target, Wayan's comes back, Dewi keeps a draft."""
    _import(stage)
    with stage.hadir.database.write() as db:
        db.execute(update(people.person).values(started_on=date(2026, 1, 1)))
    stage.says(f"{MONDAY}T07:28+07:00", "siti", "/hadir masuk wfh")
    stage.says(f"{MONDAY}T07:40+07:00", "siti", "/logbook target tambah RHK-3 Laporan keuangan tersusun")
    stage.submits(f"{MONDAY}T07:41+07:00", "siti", quantity="12", measure="laporan")
    stage.says(f"{MONDAY}T08:00+07:00", "dewi", "/rapat hari ini 09.00 Koordinasi SPBE @siti 60m")
    works(stage.hadir)
    stage.says(f"{MONDAY}T09:02+07:00", "siti", "/rapat hadir")
    _reported(stage)
    _looked_at(stage)
    _afterwards(stage)


def _reported(stage: Stage) -> None:
    """Lines that are understood, and lines that are not yet."""
    stage.says(f"{MONDAY}T15:00+07:00", "siti", "/logbook menyusun laporan keuangan 2 jam #RHK-3")
    stage.says(f"{MONDAY}T15:01+07:00", "siti", "/logbook menjawab surat dari inspektorat")
    stage.presses(f"{MONDAY}T15:01+07:00", "siti", "1 jam")
    stage.says(f"{MONDAY}T15:02+07:00", "siti", "/logbook rekonsiliasi kas 30 menit #RHK-4")
    stage.says(f"{MONDAY}T15:03+07:00", "siti", "/logbook besok menyusun laporan keuangan 2 jam")
    stage.says(f"{MONDAY}T15:03+07:00", "siti", "/logbook kirm semua")
    stage.says(f"{MONDAY}T15:04+07:00", "siti", "/logbook")
    stage.says(f"{MONDAY}T15:05+07:00", "siti", "/logbook kirim semua")
    stage.says(f"{MONDAY}T15:07+07:00", "siti", "/logbook templat simpan 1 laporan keuangan tiap jumat")
    stage.says(f"{MONDAY}T15:08+07:00", "siti", "/logbook susulan 2/11 dinas ke lapangan")
    stage.says(f"{MONDAY}T15:10+07:00", "dewi", "/logbook tambah menulis panduan pengguna")
    stage.submits(f"{MONDAY}T15:11+07:00", "dewi", time="2 jam", then="draft")
    stage.works(f"{MONDAY}T15:30+07:00", "remind", "logbook")
    stage.says(f"{MONDAY}T15:40+07:00", "wayan", "/logbook menguji modul permohonan 3 jam hasil: lulus uji")


def _looked_at(stage: Stage) -> None:
    """Budi's digest; one report is given back, corrected, and approved with the others."""
    stage.works(f"{MONDAY}T16:30+07:00", "digest", "logbook")
    stage.says(f"{MONDAY}T16:36+07:00", "budi", "/logbook periksa @wayan")
    stage.presses(f"{MONDAY}T16:36+07:00", "budi", "Kembalikan")
    stage.submits(f"{MONDAY}T16:37+07:00", "budi", note="Modul bagian mana?")
    stage.says(f"{MONDAY}T16:51+07:00", "wayan", "/logbook ubah 1")
    stage.submits(f"{MONDAY}T16:51+07:00", "wayan", activity="menguji modul permohonan bagian unggah", time="3 jam")
    stage.says(f"{MONDAY}T16:55+07:00", "budi", "/logbook periksa")
    stage.presses(f"{MONDAY}T16:55+07:00", "budi", "Setujui semua (5)")
    stage.says(f"{MONDAY}T16:57+07:00", "siti", "/logbook komentar 1 sudah saya lampirkan")
    stage.says(f"{MONDAY}T17:00+07:00", "budi", "/logbook tim")


def _afterwards(stage: Stage) -> None:
    stage.says(f"{TUESDAY}T08:00+07:00", "siti", "/logbook salin kemarin")
    stage.says(f"{TUESDAY}T08:03+07:00", "siti", "/logbook rekap")
    stage.says(f"{TUESDAY}T08:04+07:00", "rina", "/logbook buka-kunci oktober @siti lupa melapor saat dinas")
    stage.works("2026-11-30T08:00+07:00", "gaps", "logbook")
    stage.says("2026-12-01T08:04+07:00", "budi", "/logbook nilai @siti november di atas ekspektasi")


def _invitation(stage: Stage, who: str, label: str) -> Button:
    """The button in the last message to somebody that has it."""
    with stage.hadir.database.read() as db:
        person = db.scalar(select(people.account.c.person_id).where(people.account.c.username == who).limit(1))
        payloads = db.scalars(select(outbox.c.payload).where(outbox.c.kind == "chat").order_by(outbox.c.id)).all()
    replies = [reply_from_json(each["message"]) for each in payloads if each.get("person") == person]
    found = [button for each in replies for button in each.buttons if plain(button.label) == label]
    return found[-1]


def _schedule(stage: Stage) -> None:
    """A published week of Bidang Aplikasi: seen, swapped, wished for; and the register of who may work from home."""
    _import(stage)
    _publish(
        stage,
        {"budi": "OOOOO", "siti": "OHOHO", "dewi": "HOHOO", "wayan": "OAOHO", "ayu": "HOOHO", "rizky": "OHHOO"}
        | dict.fromkeys(("aisyah", "bambang", "maria", "yusuf", "gede"), "OOOOO"),
    )
    stage.says(f"{MONDAY}T08:00+07:00", "siti", "/jadwal")
    stage.says(f"{MONDAY}T08:00+07:00", "siti", "/jadwal besok")
    stage.says(f"{MONDAY}T08:00+07:00", "siti", "/jadwal tim")
    stage.says(f"{MONDAY}T08:01+07:00", "siti", "/jadwal tukar @dewi selasa")
    stage.says(f"{MONDAY}T08:02+07:00", "siti", "/jadwal tukar @dewi selasa rabu antar anak ke dokter")
    stage.says(f"{MONDAY}T08:05+07:00", "dewi", "/jadwal tukar")
    stage.presses(f"{MONDAY}T08:05+07:00", "dewi", "Setuju 1")
    stage.says(f"{MONDAY}T08:30+07:00", "budi", "/jadwal tukar")
    stage.presses(f"{MONDAY}T08:31+07:00", "budi", "Setujui 1")
    stage.says(f"{MONDAY}T09:00+07:00", "siti", "/jadwal ingin rabu wfh")
    stage.says(f"{MONDAY}T09:00+07:00", "siti", "/jadwal libur")
    stage.says(f"{MONDAY}T09:01+07:00", "siti", "/jadwal ingatkan hidup")
    line = '/jadwal daftar-wfh tambah @siti "menyusun laporan" sampai 31/12/2026 SK 12/2026'
    stage.says(f"{MONDAY}T10:00+07:00", "rina", line)
    stage.says(f"{MONDAY}T10:01+07:00", "siti", "/jadwal daftar-wfh")


def _publish(stage: Stage, weeks: dict[str, str]) -> None:
    """A rota of the week from `MONDAY` on, in letters: O at the office, H at home, A elsewhere."""
    first, places = date.fromisoformat(MONDAY), {"O": "wfo", "H": "wfh", "A": "wfa"}
    with stage.hadir.database.write() as db:
        known = db.execute(select(people.account.c.username, people.account.c.person_id)).all()
        ids = {row.username: row.person_id for row in known}
        [(unit, _)] = people.units_named(db, "Bidang Aplikasi")
        row = {"unit_id": unit, "first": first, "last": first + timedelta(6), "state": "published"}
        row |= {"made_at": stage.clock(), "statement": {}}
        number = db.execute(rota.insert().values(row).returning(rota.c.id)).scalar_one()
        day = {"rota_id": number, "source": "solver", "active": True}
        db.execute(
            rota_day.insert(),
            [
                day | {"person_id": ids[who], "day": first + timedelta(n), "place": places[letter]}
                for who, week in weeks.items()
                for n, letter in enumerate(week)
            ],
        )


def _rota(stage: Stage) -> None:
    """Budi makes the rota of Bidang Aplikasi; then three are on leave on a Tuesday, and nine are wanted."""
    _import(stage)
    stage.says(f"{MONDAY}T13:00+07:00", "budi", "/jadwal susun 4 minggu mulai senin")
    make(scheduler.JobRun(stage.hadir, stage.clock()), {"rota": 1})
    stage.says(f"{MONDAY}T13:01+07:00", "budi", "/jadwal rancangan 1")
    stage.presses(f"{MONDAY}T13:02+07:00", "budi", "Terbitkan")
    for place in ("wfh", "wfo"):
        stage.says(f"{MONDAY}T13:03+07:00", "budi", f"/jadwal atur @siti 30/11 {place}")
    for who in ("siti", "dewi", "rizky"):
        stage.says(f"{MONDAY}T13:05+07:00", who, "/izin cuti 1 Des tahunan")
        waiting = stage.says(f"{MONDAY}T13:06+07:00", "budi", "/izin daftar")
        assert waiting is not None
        stage.presses(f"{MONDAY}T13:06+07:00", "budi", waiting.buttons[0])
    stage.says(f"{MONDAY}T13:10+07:00", "budi", "/jadwal susun 1 minggu mulai senin minimal 9")
    make(scheduler.JobRun(stage.hadir, stage.clock()), {"rota": 2})


# ---------------------------------------------------------------- what the guide quotes


@dataclass(frozen=True)
class Quoted:
    """An answer in the guide; `line` is what was typed for it ("" if it came without), `pieces` what stands between `…`."""

    number: int
    line: str
    pieces: tuple[str, ...]
    labels: tuple[str, ...]


_BLOCK = re.compile(r"(?ms)^```\n(.*?)^```$")
_BUTTONS = re.compile(r"(?m)^\s*((?:\[[^\]\n]+\] ?)+)$")


def _quoted(guide: str) -> Iterator[Quoted]:
    for block in _BLOCK.finditer(guide):
        number = guide.count("\n", 0, block.start()) + 1
        for exchange in re.split(r"(?m)^(?=Anda:)", block[1]):
            said = re.match(r"Anda: +(.*)\n", exchange)
            answer = exchange[said.end() :] if said else exchange
            answer = re.sub(r"(?m)^Hadir: ", "", answer)
            labels = [label for row in _BUTTONS.findall(answer) for label in re.findall(r"\[([^\]]+)\]", row)]
            pieces = tuple(filter(None, map(_plain, _BUTTONS.sub("", answer).split("…"))))
            if pieces or labels:
                yield Quoted(number, said[1].strip() if said else "", pieces, tuple(labels))


def _plain(words: str) -> str:
    """Without marks, table lines and line breaks; every failure has the same code."""
    words = re.sub(r"\(kode [0-9a-f]{8}\)", f"(kode {CODE})", words)
    words = re.sub(r"[`*_]|-{3,}", "", words)
    return re.sub(r"(\| ?)+", "| ", re.sub(r"\s+", " ", words)).strip(" |")


def _in_order(pieces: tuple[str, ...], words: str) -> bool:
    """Whether the pieces stand one after the other in the words."""
    place = 0
    for piece in pieces:
        place = words.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True


GUIDE_TEXT = GUIDE.read_text(encoding="utf-8")
QUOTED = list(_quoted(GUIDE_TEXT))


@pytest.mark.parametrize("quoted", QUOTED, ids=lambda quoted: f"line {quoted.number}")
def test_an_answer_in_the_guide_is_what_the_program_says(said: list[Said], quoted: Quoted) -> None:
    answers = [each for each in said if not quoted.line or each.line == quoted.line]
    assert answers, f"docs/panduan.md, line {quoted.number}: the story of this test never says {quoted.line}"
    found = [each for each in answers if _in_order(quoted.pieces, _plain(each.text))]
    heard = "\n\n".join(each.text for each in answers) if quoted.line else "(none of all that was said)"
    assert found, f"docs/panduan.md, line {quoted.number} quotes {quoted.pieces}; the program says:\n{heard}"
    labels = [each.labels for each in found]
    assert any(set(quoted.labels) <= set(each) for each in labels), (
        f"docs/panduan.md, line {quoted.number} shows the buttons {quoted.labels}; the program has {labels}"
    )


def test_the_guide_is_read_at_all() -> None:
    assert len(QUOTED) >= 30
    assert sum(bool(quoted.line) for quoted in QUOTED) >= 15
    assert sum(len(quoted.labels) for quoted in QUOTED) >= 25


def test_every_button_that_the_guide_says_to_press_exists(said: list[Said]) -> None:
    named = re.findall(r"(?:[Tt]ekan|tombol) \*\*([^*]+)\*\*|(?m:^- \*\*([^*]+)\*\*:)", GUIDE_TEXT)
    labels = {label for each in said for label in each.labels}
    assert {one or other for one, other in named} >= {"Tarik kembali", "Setujui", "Tolak", "Koreksi", "Lihat semua"}
    assert {one or other for one, other in named} - labels == set()


def test_the_fields_of_the_form_are_those_of_the_guide(said: list[Said]) -> None:
    table = GUIDE_TEXT[GUIDE_TEXT.index("| Isian |") :]
    rows = re.findall(r"(?m)^\| ([^|]+) \|", table[: table.index("\n\n")])[1:]
    [form] = [each for each in said if each.text == "Koreksi kehadiran"]
    shown = {re.sub(r" \(.*\)", "", label) for label in form.labels}
    assert set(rows) <= shown
    assert "tidak berubah" in shown


def test_nothing_that_the_story_says_fails(said: list[Said]) -> None:
    """Only the answer that is meant to be a failure is one, so that a broken story cannot pass."""
    assert sum("sedang bermasalah" in each.text for each in said) == 1
