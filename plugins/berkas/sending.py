"""The worker sends somebody a file of the storage as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration import people
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import File, Reply
from integration.plugin import Run
from plugins.berkas import wording
from plugins.berkas.share_tasks import LARGEST_SENT


def send(run: Run, given: Mapping[str, Any]) -> None:
    """`card.fetch` has seen that the person may have it; here it is seen whether it can be sent."""
    path, storage = str(given["path"]), run.ports.storage
    if storage is None:
        raise DeliveryError("no storage is connected")
    try:
        now = storage.stat(path)
    except DeliveryError as error:
        if not error.permanent:
            raise
        now = None
    with run.begin() as work:
        someone = people.get(work.db, int(given["person"]))
        if someone is None or (someone.ended_on is not None and someone.ended_on < work.now.date()):
            return

        def build(t: Translate) -> Reply:
            name = wording.name_of(path)
            if now is None or now.folder:
                return Reply(t("“{name}” is not there any more: it was moved or deleted.", name=name), refused=True)
            if now.size > LARGEST_SENT:
                size = wording.size(now.size)
                return Reply(t("{name} has {size}: too large to be sent. Use its link.", name=name, size=size), refused=True)
            return Reply(wording.bold(name), files=(File(name, "application/octet-stream", path=path),))

        work.tell(someone, str(given["key"]), build)
