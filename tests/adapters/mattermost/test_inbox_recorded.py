"""What a real server answered when it was asked what was said, and what our code made of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from integration import installation, outbox, people
from integration.app import connect
from integration.deliveries.delivery import Delivery
from integration.hearing import hearing, inbox
from integration.hearing.hearing import Listener
from plugins.hadir.tables import attendance_event
from tests import cast
from tests.adapters.mattermost.replay import RECORDED, Replay, section
from tests.adapters.mattermost.test_recorded import CALLBACK, hadir_at
from tests.live.office import NAMES, settle

VERSIONS = sorted(path.parent.name for path in RECORDED.glob("mattermost-*/missed.json"))


def typed(exchanges: list[dict[str, object]]) -> dict[str, datetime]:
    """{what stands in the post: when that was typed}, by people, newest wins."""
    lists = [e["response"] for e in exchanges if str(e["path"]).split("?")[0].endswith("/posts") and e["method"] == "GET"]
    posts = [post for each in lists for post in each["posts"].values()]  # type: ignore[index]  # recorded JSON
    mine = [post for post in posts if not post["type"] and not post["props"].get("from_bot")]
    return {post["message"]: datetime.fromtimestamp(max(post["create_at"], post["edit_at"]) / 1000, UTC) for post in mine}


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_missed_is_recorded_when_it_was_typed(version: str, database_url: str, tmp_path: Path) -> None:
    exchanges = section(version, "missed")
    when = typed(exchanges)
    replay = Replay(*exchanges)
    clock = cast.Clock(max(when.values()) + timedelta(minutes=42))
    with replay.serve() as url, hadir_at(url, database_url, tmp_path / "home", clock) as hadir:
        with hadir.database.write() as db:
            settle(db, {who: who for who in NAMES})
            for user in next(e["response"] for e in exchanges if e["path"].endswith("/users/ids")):  # setup had found them
                known = people.account.c.username == user["username"]
                db.execute(update(people.account).where(known).values(external_id=user["id"]))
            installation.put(db, "mattermost.callback_url", CALLBACK)
            # Further back than the first message of the story, which had been heard: it is passed over by its key.
            until = min(when.values()) - timedelta(minutes=1)
            db.execute(hearing.heard.insert().values(platform="mattermost", until=until))
        connect(hadir)
        assert Listener(hadir, "mattermost", threading.Event()).catch_up()
        with hadir.database.write() as db:
            heard = [
                inbox.said_from_json(row.payload["said"])
                for row in db.execute(select(outbox.outbox).where(outbox.outbox.c.kind == inbox.KIND))
            ]
            siti = next(said for said in heard if said.sender.name == "siti")
            db.execute(outbox.outbox.delete().where(outbox.outbox.c.key == f"said:mattermost:{siti.message_id}"))
        delivery = Delivery(hadir)
        while delivery.step():
            pass
        with hadir.database.read() as db:
            rows = db.execute(select(attendance_event.c.at, attendance_event.c.place, people.person.c.name).join(people.person))
            stamps = {row.name: (row.at, row.place) for row in rows}
    assert stamps == {NAMES["budi"]: (when["masuk wfh"], "wfh"), NAMES["dewi"]: (when["masuk"], "wfo")}
    assert len(replay.said) == 2
    assert all("baru terbaca" in text for text in replay.said)
