"""The contract with Mattermost: our code against what real servers answered, and against what they sent us."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, update

import integration.app
from integration import health, installation, people
from integration.adapters.browser import forms
from integration.adapters.mattermost import doctor
from integration.adapters.mattermost.chat import MattermostChat, connect
from integration.adapters.mattermost.known import token_hash
from integration.adapters.mattermost.routes import blueprint
from integration.adapters.mattermost.setup import Setup
from integration.adapters.mattermost.tables import mattermost_command
from integration.app import assemble, utc_now
from integration.core import Clock, Hadir
from integration.deliveries.delivery import Delivery
from integration.errors import DeliveryError, NotMember
from integration.messages import Channel, Reply, Text
from integration.ports import Recipient
from integration.scheduler import plugin_jobs, run_job
from integration.settings import load
from tests import cast
from tests.adapters.mattermost.conftest import register
from tests.adapters.mattermost.replay import RECORDED, Replay, section, shape
from tests.live.office import NAMES, ONE_COMMAND, publish, settle
from tests.live.recording import serving

VERSIONS = sorted(path.name for path in RECORDED.glob("mattermost-*"))
CALLBACK = "http://hadir.example"
AFTERNOON = cast.at("2026-11-23T16:12+07:00")


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@contextmanager
def hadir_at(url: str, database_url: str, home: Path, clock: Clock | None = None) -> Iterator[Hadir]:
    """The service with the real plugins, by default at the moment of the recording; `url` is the server it knows, if any."""
    given = {"mattermost_url": url, "mattermost_bot_token": "bot-token"} if url else {}
    settings = load({}, database_url=database_url, secret_key="t" * 64, home=home, **given)
    hadir = assemble(settings, clock=clock or cast.Clock(AFTERNOON))
    try:
        yield hadir
    finally:
        hadir.database.dispose()


def connected(hadir: Hadir) -> MattermostChat:
    chat = connect(hadir)
    assert chat
    return chat


@pytest.fixture
def replayed(version: str, database_url: str, tmp_path: Path) -> Iterator[Any]:
    """`replayed("profiles")` is the chat platform in front of a server that answers as in that recording."""
    with ExitStack() as stack:

        def start(*names: str) -> MattermostChat:
            exchanges = [exchange for name in names for exchange in section(version, name)]
            me = next(e for e in section(version, "reminder") if e["path"] == "/api/v4/users/me")
            replay = Replay(*([me] if names not in (("profiles",), ("attachments",)) else []), *exchanges)
            hadir = stack.enter_context(hadir_at(stack.enter_context(replay.serve()), database_url, tmp_path))
            chat = connected(hadir)
            stack.callback(chat.client.close)
            return chat

        yield start


def test_there_are_recordings() -> None:
    assert VERSIONS


def test_setup_creates_everything_and_then_finds_nothing(version: str, database_url: str, tmp_path: Path) -> None:
    first, again = section(version, "setup"), section(version, "setup-again")
    with Replay(*first, *again).serve() as url, hadir_at("", database_url, tmp_path) as hadir:
        with hadir.database.write() as db:
            cast.settle(db)
            names = people.account.c.username.in_(("siti", "budi", "dewi"))
            db.execute(people.account.delete().where(~names))
            db.execute(update(people.account).values(external_id=None))
            db.execute(update(people.person).values(email=""))  # the recording hides the addresses
        lines: list[str] = []

        def run() -> int:
            made = Setup(hadir, url, "admin-token", CALLBACK, ONE_COMMAND, say=lines.append, dry_run=False)
            return made.run(["dinas"])

        # The accounts were asked for in the order of their rows.
        assert run() == len(lines)
        assert lines[:5] == [
            "create the bot @hadir",
            "create an access token for the bot and store it encrypted",
            "add the bot to the team dinas",
            "create /hadir in the team dinas",
            "store the hash of the token of /hadir",
        ]
        assert "link @siti to Siti Rahayu" in lines
        assert run() == 0
        assert "token-" not in str(lines)


def test_a_message_is_posted_once_however_often_it_is_sent(replayed: Any, version: str) -> None:
    chat = replayed("repeat")
    user = section(version, "repeat")[0]["request"][1]
    to = Recipient("mattermost", "person", user)
    assert chat.send(to, Reply(Text("sekali saja")), "once") == chat.send(to, Reply(Text("sekali saja")), "once")


def test_a_channel_without_the_bot(replayed: Any, version: str) -> None:
    channel = section(version, "not-a-member")[0]["request"]["channel_id"]
    chat = replayed("not-a-member")
    with pytest.raises(DeliveryError, match="/invite @hadir") as caught:
        chat.send(Recipient("mattermost", "channel", channel), Reply(Text("x")), "closed")
    assert caught.value.permanent


def test_attachments_and_members(replayed: Any, version: str) -> None:
    channel = Channel(section(version, "attachments")[0]["path"].split("/")[4])
    chat = replayed("attachments")
    found = chat.attachments(channel, 10)
    assert [each.name for each in found][:2] == ["lain.txt", "bahan.txt"]
    assert b"".join(chat.download(found[0])) == b"lain"
    members = chat.members(channel.id)
    assert len(members) >= 3
    assert "hadir" not in {member.username for member in members}
    assert chat.channel_name(channel.id) == "Town Square"


def test_attachments_where_the_bot_is_not(replayed: Any, version: str) -> None:
    channel = Channel(next(e for e in section(version, "attachments-outside"))["path"].split("/")[4])
    with pytest.raises(NotMember) as caught:
        replayed("attachments-outside").attachments(channel, 5)
    assert caught.value.invite == "/invite @hadir"


def test_profiles(replayed: Any, version: str) -> None:
    id = section(version, "profiles")[1]["path"].rpartition("/")[2]
    chat = replayed("profiles")
    found = chat.profile(username="siti")
    assert found == chat.profile(id=id)
    assert found.username == "siti"
    assert chat.profile(username="tidak.ada.orang") is None


def test_the_doctor_examines_a_healthy_server(version: str, database_url: str, tmp_path: Path) -> None:
    """Both ways: what it asks, and the two calls that come back to us. The test server sends no mail, and that it says."""
    exchanges = section(version, "doctor")
    [command] = [e["response"] for e in exchanges if "/commands/" in e["path"]]
    app = Flask("ours")
    with (
        serving(app) as ours,
        Replay(*exchanges, replace={CALLBACK: ours}).serve() as url,
        hadir_at(url, database_url, tmp_path, utc_now) as hadir,
    ):
        with hadir.database.write() as db:
            row = {name: command[name] for name in ("team_id", "trigger")} | {"command_id": command["id"]}
            db.execute(mattermost_command.insert().values(row | {"token_hash": token_hash(command["token"])}))
            installation.put(db, "mattermost.callback_url", ours)
        app.register_blueprint(blueprint(hadir))
        app.register_blueprint(health.blueprint(hadir))
        found = {check.name: check.status for check in doctor.checks(hadir, ONE_COMMAND, "admin-token")}
        for exchange in exchanges:
            if exchange["direction"] == "from_server":
                answered_as_then(app, exchange)
    assert found.pop("e-mail verification") == "warn"
    assert set(found.values()) == {"ok"}, found
    assert {"version", "internal connections", "bot owner", "command /hadir", "callback from Mattermost"} <= set(found)


# ---------------------------------------------------------------- a whole day, both ways

# In the order in which it was recorded, and when: answers of that moment are what is compared.
DAY = {
    "reminder": "07:16",
    "reminder-button": "07:17",
    "command": "07:28",
    "menu": "16:10",
    "correction": "16:11",
    "approval": "16:12",
    "rejection": "16:13",
    "file": "16:14",
}


def recorded_people(db: Connection, exchanges: list[dict[str, Any]]) -> None:
    """Budi, Siti and Dewi with the ids that the recorded requests name, and the recorded command's token."""
    settle(db, {name: name for name in NAMES})
    registered: set[str] = set()
    for exchange in exchanges:
        form = sent(exchange)
        if exchange["direction"] == "from_server" and "user_name" in form:
            who = people.account.c.username == form["user_name"]
            db.execute(update(people.account).where(who).values(external_id=form["user_id"]))
        if exchange["path"] == "/mattermost/commands" and form["token"] not in registered:
            register(db, form["token"], form["team_id"], form["command"][1:])
            registered.add(form["token"])


def sent(exchange: dict[str, Any]) -> dict[str, Any]:
    """The fields of a request; those of a form without the lists that they are recorded in."""
    body = exchange["request"]
    if exchange["path"] == "/mattermost/commands":
        return {name: values[0] for name, values in body.items()}
    return body if isinstance(body, dict) else {}


def without_repeats(exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each thread that delivered asked who the bot is; here one thread does."""
    kept: list[dict[str, Any]] = []
    for exchange in exchanges:
        if exchange["method"] != "GET" or exchange["path"] not in {other["path"] for other in kept}:
            kept.append(exchange)
    return kept


# Leave in a form, a letter on its page, a swap: without reminders, so at moments of the same morning.
PLANS = {
    "leave": "08:00",
    "leave-approval": "08:01",
    "letter": "08:05",
    "swap": "08:10",
    "swap-agreement": "08:11",
    "swap-approval": "08:12",
}


def test_a_recorded_day_goes_as_it_went(version: str, database_url: str, tmp_path: Path) -> None:
    """Reminder, its button, command, menu, correction, approval, rejection, file: every request of the server's with its

    signature is answered in the shape in which it was then, and all that is sent afterwards is what the server took.
    """
    first, *rest = said_again(version, DAY, database_url, tmp_path)
    assert "07.30 WIB" in first
    told = "\n".join(rest)
    assert told.count("Koreksi Anda disetujui Budi Santoso") == 1
    assert told.count("Koreksi Anda ditolak Budi Santoso") == 1
    assert "tidak ada bukti" in told


def test_recorded_absences_and_swaps_go_as_they_went(version: str, database_url: str, tmp_path: Path) -> None:
    """A form with a wrong date first, approval by button, a letter's link, and a swap that two people agree on."""
    told = "\n".join(said_again(version, PLANS, database_url, tmp_path))
    assert told.count("Disetujui Budi Santoso: Cuti tahunan") == 1
    assert told.count("Cuti sakit") == 1
    assert told.count("mengajak Anda bertukar jadwal") == 1
    assert told.count("disetujui Budi Santoso. Anda:") == 2


def said_again(version: str, moments: dict[str, str], database_url: str, home: Path) -> list[str]:
    """Play these sections, each at its moment of the Monday; what our code posted, in that order."""
    day = {name: section(version, name) for name in moments}
    exchanges = without_repeats([exchange for name in day for exchange in day[name]])
    replay = Replay(*exchanges)
    with replay.serve() as url, hadir_at(url, database_url, home) as hadir:
        with hadir.database.write() as db:
            recorded_people(db, exchanges)
            if "swap" in moments:
                publish(db)
        integration.app.connect(hadir)
        app = Flask("replay")
        app.register_blueprint(blueprint(hadir, form_link=partial(forms.form_link, hadir)))
        for name, moment in moments.items():
            hadir.clock.now = now = cast.at(f"2026-11-23T{moment}+07:00")  # type: ignore[attr-defined]
            if name == "reminder":
                run_job(hadir, next(job for job in plugin_jobs(hadir) if job.name == "hadir.reminders"), now)
                deliver(hadir)
            for exchange in day[name]:
                if exchange["direction"] == "from_server":
                    answered_as_then(app, exchange)
                    deliver(hadir)
        connected(hadir).client.close()
    return replay.said


def deliver(hadir: Hadir) -> None:
    while Delivery(hadir).step():
        pass


def answered_as_then(app: Flask, exchange: dict[str, Any]) -> None:
    form = exchange["path"] == "/mattermost/commands"
    given = {} if exchange["method"] == "GET" else {"data": exchange["request"]} if form else {"json": exchange["request"]}
    answer = app.test_client().open(exchange["path"], method=exchange["method"], **given)
    assert answer.status_code == exchange["status"], answer.text
    assert answer.headers["Content-Type"] == exchange["headers"]["Content-Type"]
    assert shape(answer.get_json()) == shape(exchange["response"]), exchange["path"]


def test_recordings_hold_no_secret(version: str) -> None:
    for path in (RECORDED / version).glob("*.json"):
        text = path.read_text()
        assert "Bearer" not in text
        assert "@kantor.example" not in text
        for exchange in json.loads(text):
            token = exchange["request"].get("token") if isinstance(exchange["request"], dict) else None
            assert not token or token[0].startswith("token-")
