"""An office with a drive and a chat, whose worker is stepped by hand: what was filed, and what people were told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from integration.adapters.local.storage import FolderStorage
from integration.core import Hadir
from integration.deliveries import chat as chat_delivery
from integration.deliveries import storage as storage_delivery
from integration.deliveries import task as task_delivery
from integration.deliveries.delivery import Delivery
from integration.messages import File, Form, FormSubmission, Reply
from integration.plugin import Job
from integration.scheduler import JobRun
from plugins.logbook import entries
from plugins.logbook.tables import logbook_entry
from tests import cast, post
from tests.chats import Radio
from tests.post import person_id

BUKTI = f"Hadir/Bidang Aplikasi/Logbook/2026/11/Bukti/Siti Rahayu {cast.NIP['siti']}"


class Cloud(FolderStorage):
    """A drive whose files have addresses."""

    def link_for_members(self, path: str) -> str:
        return f"https://awan.example/f/{self._existing(path).stat().st_size}"


@dataclass
class House:
    hadir: Hadir
    drive: FolderStorage
    radio: Radio

    def works(self) -> None:
        """The worker does all that can be done now."""
        delivery = Delivery(self.hadir)
        for _ in range(60):
            if not delivery.step():
                return

    def runs(self, job: Job) -> None:
        job.run(JobRun(self.hadir, self.hadir.clock()))
        self.works()

    def told(self, who: str) -> list[str]:
        return post.texts(post.inbox(self.hadir, who))

    def last(self, who: str) -> Reply:
        return post.inbox(self.hadir, who)[-1]

    def files(self, folder: str = BUKTI) -> list[str]:
        return [file.path.removeprefix(f"{folder}/") for file in self.drive.list(folder)]

    def approves(self, entry_id: int, who: str = "budi") -> None:
        """The supervisor's decision, as a row."""
        with self.hadir.database.write() as db:
            values = {"state": "approved", "decider_id": person_id(self.hadir, who), "decided_at": self.hadir.clock()}
            db.execute(logbook_entry.update().where(logbook_entry.c.id == entry_id).values(values))

    def entries(self, who: str = "siti") -> list[entries.Entry]:
        with self.hadir.database.read() as db:
            wanted = entries.query().where(logbook_entry.c.person_id == person_id(self.hadir, who))
            return entries.fetch(db, wanted.order_by(logbook_entry.c.id))


def house(hadir: Hadir, tmp_path: Path) -> House:
    folder = tmp_path / "drive"
    folder.mkdir()
    storage, radio = Cloud(folder), Radio()
    hadir.ports.storage, hadir.ports.chats[radio.name] = storage, radio
    for part in (chat_delivery, task_delivery, storage_delivery):
        hadir.deliverers[part.KIND] = part.deliver
    return House(hadir, storage, radio)


def sends(talker: cast.Talker, form: Form | None = None, link: str = "", **files: tuple[str, bytes]) -> str:
    """Fill the form for evidence: `sends(chat, file1=("surat.pdf", b"%PDF-…"))`."""
    form = form or talker.last  # type: ignore[assignment]  # checked on the next line
    assert isinstance(form, Form), talker.last
    from integration import uploads

    t = talker.hadir.catalogues.speak("id")
    made: dict[str, File] = {}
    for field in form.fields:
        if field.name in files:
            made[field.name] = uploads.receiver(field)(*files[field.name], t)
    values = {field.name: made[field.name].name if field.name in made else "" for field in form.fields} | {"link": link}
    given = FormSubmission(form.action, values, form.value, files=made)
    return talker._heard(talker.hadir.dispatcher.handle(talker.sender, given, talker.hadir.clock()))
