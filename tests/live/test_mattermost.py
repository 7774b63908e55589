"""The main job on a running Mattermost: setup, command, menu button, correction, approval, reminder — and its abuse.

    HADIR_LIVE_MATTERMOST_URL=http://127.0.0.1:8065 HADIR_LIVE_MATTERMOST_ADMIN_TOKEN=… make test-live

The server must allow calls to 127.0.0.1 (AllowedUntrustedInternalConnections). With HADIR_LIVE_RECORD=1 the exchanges
are written to tests/recorded/. Wait half a minute between two runs: within it Mattermost takes the second run's messages for
repeats of the first one's, as it should.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration import installation
from integration.adapters.mattermost import doctor
from tests import cast
from tests.adapters.mattermost.test_render import NASTY
from tests.live.office import ONE_COMMAND
from tests.live.running import MORNING, Office

pytestmark = pytest.mark.live

MANIFEST = ONE_COMMAND


# The tests below are one story, in this order.


def test_setup_made_everything_and_finds_nothing_to_do_again(office: Office) -> None:
    assert f"create /hadir in the team {office.town.name}" in office.lines
    assert f"link @{office.siti.username} to Siti Rahayu" in office.lines
    with office.recorder.section("setup-again"):
        assert office.setup() == []
    assert office.setup(dry_run=True) == []


def test_setup_mends_what_somebody_changed(office: Office) -> None:
    listed = office.town.admin("GET", f"/commands?team_id={office.town.team['id']}&custom_only=true")
    [command] = [command for command in listed if command["trigger"] == "hadir"]
    office.town.admin("PUT", f"/commands/{command['id']}", command | {"url": "http://127.0.0.1:9/other"})
    assert [line for line in office.setup(dry_run=True) if line.startswith("would update /hadir")]
    assert [line for line in office.setup() if line.startswith("update /hadir")]
    office.town.admin("PUT", f"/commands/{command['id']}/regen_token")
    assert office.setup() == ["store the hash of the token of /hadir"]
    office.town.admin("DELETE", f"/commands/{command['id']}")
    lines = office.setup()
    assert f"create /hadir in the team {office.town.name}" in lines
    assert "forget the token of a deleted /hadir" in lines
    old = {"team_id": office.town.team["id"], "trigger": "lama", "method": "P", "url": f"{office.callback}/mattermost/commands"}
    office.town.admin("POST", "/commands", old)
    assert [line for line in office.setup() if line.startswith("delete /lama")]
    assert office.setup() == []


def test_the_doctor_finds_nothing_wrong(office: Office) -> None:
    office.clock.offset = timedelta()
    with office.recorder.section("doctor"):
        found = list(doctor.checks(office.hadir, ONE_COMMAND, office.town.admin.token))
    office.clock.set(MORNING)
    assert not [check for check in found if check.status == "fail"], found
    assert {check.name for check in found if check.status == "ok"} >= {"version", "callback from Mattermost", "command /hadir"}


def test_a_reminder_comes_before_the_day_starts(office: Office) -> None:
    office.clock.set(cast.at("2026-11-23T07:16+07:00"))
    with office.recorder.section("reminder"):
        office.remind()
        posts = [user.told("07.30 WIB") for user in (office.siti, office.budi, office.dewi)]
    post = posts[0]
    with office.recorder.section("reminder-button"):
        label = post["props"]["attachments"][0]["actions"][0]["name"]
        office.siti.presses(post, label)
        assert "07.16 WIB (WFO)" in office.siti.told("07.16 WIB")["message"]


def test_a_command_is_answered_privately(office: Office) -> None:
    office.clock.set(cast.at("2026-11-23T07:28+07:00"))
    with office.recorder.section("command"):
        office.dewi.types("/hadir masuk wfh @all **rapat** :tada:")
        assert "07.28 WIB (WFH)" in office.dewi.whispered()["message"]
    office.dewi.types("/hadir status")
    note = office.dewi.whispered("rapat")["message"]
    assert "@all" not in note
    assert r"\*\*rapat" in note


def test_the_menus_button_checks_out(office: Office) -> None:
    office.clock.set(cast.at("2026-11-23T16:10+07:00"))
    with office.recorder.section("menu"):
        office.dewi.types("/hadir")
        menu = office.dewi.whispered()
        office.dewi.presses(menu, menu["props"]["attachments"][0]["actions"][0]["name"])
        answer = office.dewi.whispered()
        assert "16.10 WIB" in answer["message"]
        assert not answer["root_id"], "hidden in a thread"


def test_commands_work_in_the_direct_channel_with_the_bot(office: Office) -> None:
    with office.hadir.database.read() as db:
        bot = installation.get(db, "mattermost.bot_id")
    direct = office.dewi.api("POST", "/channels/direct", [bot, office.dewi.id])["id"]
    office.dewi.types("/hadir status", direct)
    assert "16.10 WIB" in office.dewi.whispered("16.10")["message"]


def test_a_correction_is_asked_for_and_approved(office: Office) -> None:
    with office.recorder.section("correction"):
        office.siti.types("/hadir koreksi")
        opened = office.siti.dialog()
        values = {"day": "20/11", "kind": "in", "time": "07.25", "place": "wfo", "reason": "lupa @all"}
        assert office.siti.submits(opened, **values | {"day": "besok"})["errors"]["day"]
        assert not office.siti.submits(opened, **values).get("error")
        assert "Budi Santoso" in office.siti.whispered("Budi")["message"]
        asked = office.budi.told("Siti")
    with office.recorder.section("approval"):
        approve = asked["props"]["attachments"][0]["actions"][0]["name"]
        office.budi.presses(asked, approve)
        office.siti.told("Budi Santoso")
    after = office.budi.api("GET", f"/posts/{asked['id']}")
    assert "Siti Rahayu" in after["message"]
    assert "attachments" not in after["props"]
    assert office.siti.submits(opened, ok=False, **values).status_code >= 400  # replayed


def test_a_rejection_asks_why_and_takes_the_buttons_away(office: Office) -> None:
    with office.recorder.section("rejection"):
        office.siti.types("/hadir koreksi 20/11 pulang 16.00 lupa")
        office.siti.whispered()
        asked = office.budi.told("16.00")
        reject = asked["props"]["attachments"][0]["actions"][1]["name"]
        office.budi.presses(asked, reject)
        office.budi.submits(office.budi.dialog(), reason="tidak ada bukti")
        assert "tidak ada bukti" in office.siti.told("tidak ada bukti")["message"]
    after = office.budi.api("GET", f"/posts/{asked['id']}")
    assert "attachments" not in after["props"]


def test_a_file_comes_by_direct_message(office: Office) -> None:
    with office.recorder.section("file"):
        office.dewi.types("/hadir rekap")
        recap = office.dewi.whispered()
        labels = [action["name"] for attached in recap["props"]["attachments"] for action in attached["actions"]]
        office.dewi.presses(recap, next(label for label in labels if "XLSX" in label.upper() or "unduh" in label.lower()))
        sent = office.dewi.told()
    [file] = sent["metadata"]["files"]
    assert file["name"].endswith(".xlsx")
    assert file["size"] > 1000


def test_forged_replayed_and_redirected_requests_change_nothing(office: Office) -> None:
    before = len(office.audited("refused"))
    # A menu of Dewi's, pressed by Siti, who got hold of its cookie.
    office.dewi.types("/hadir")
    menu = office.dewi.whispered()
    assert office.siti.presses(menu, menu["props"]["attachments"][0]["actions"][0]["name"], ok=False).status_code >= 400
    # A message of Siti's own with a button of her invention.
    forged = {"id": "x", "name": "Setujui", "type": "button"}
    forged["integration"] = {"url": f"{office.callback}/mattermost/actions", "context": {"token": "eyJhIjoiaGFkaXIifQ.x"}}  # type: ignore[assignment]
    post = office.siti.api(
        "POST",
        "/posts",
        {"channel_id": office.siti.channel, "message": "klik", "props": {"attachments": [{"actions": [forged]}]}},
    )
    assert office.siti.presses(post, "Setujui", ok=False).status_code >= 400
    # A form sent to the buttons, and a form with an invented state.
    form = {"callback_id": "x", "state": "eyJhIjoiaGFkaXIifQ.x"}
    for path in ("actions", "dialogs"):
        opened = {"url": f"{office.callback}/mattermost/{path}", "dialog": form}
        assert office.siti.submits(opened, ok=False, day="x").status_code >= 400
    assert len(office.audited("refused")) == before + 4


def test_what_people_write_mentions_nobody_on_the_real_server(office: Office) -> None:
    """The bot posts everything nasty into a channel; only its own, unescaped mention counts."""
    from integration.messages import Reply, Text, fill
    from integration.ports import Recipient

    chat = office.hadir.ports.chats["mattermost"]
    with office.hadir.database.read() as db:
        bot = installation.get(db, "mattermost.bot_id")
    body = {"team_id": office.town.team["id"], "name": "nasty", "display_name": "Nasty", "type": "O"}
    channel = office.town.admin("POST", "/channels", body)["id"]
    office.town.admin("POST", f"/channels/{channel}/members", {"user_id": bot})
    office.siti.api("POST", f"/channels/{channel}/members", {"user_id": office.siti.id})  # to be added by others mentions
    to = Recipient("mattermost", "channel", channel)
    nasty = [*NASTY, f"@{office.siti.username}", f"x @{office.siti.username}: &#64;{office.siti.username}"]
    for number, words in enumerate(nasty):
        chat.send(to, Reply(fill("Catatan: {words}. Sekian.", words=words)), f"nasty:{number}")
        assert office.siti.api("GET", f"/channels/{channel}/members/me")["mention_count"] == 0, words
    chat.send(to, Reply(Text("@all")), "nasty:control")
    assert office.siti.api("GET", f"/channels/{channel}/members/me")["mention_count"] == 1


def test_a_repeated_delivery_posts_once(office: Office) -> None:
    from integration.messages import Reply, Text
    from integration.ports import Recipient

    chat = office.hadir.ports.chats["mattermost"]
    to = Recipient("mattermost", "person", office.siti.id)
    with office.recorder.section("repeat"):
        first = chat.send(to, Reply(Text("sekali saja")), "once")
        again = chat.send(to, Reply(Text("sekali saja")), "once")
    assert first == again


def test_a_channel_without_the_bot_names_the_cure(office: Office) -> None:
    from integration.errors import DeliveryError
    from integration.messages import Reply, Text
    from integration.ports import Recipient

    body = {"team_id": office.town.team["id"], "name": "tertutup", "display_name": "Tertutup", "type": "P"}
    channel = office.town.admin("POST", "/channels", body)["id"]
    with office.recorder.section("not-a-member"), pytest.raises(DeliveryError, match="/invite @hadir") as caught:
        office.hadir.ports.chats["mattermost"].send(Recipient("mattermost", "channel", channel), Reply(Text("x")), "closed")
    assert caught.value.permanent


def test_people_are_found(office: Office) -> None:
    chat = office.hadir.ports.chats["mattermost"]
    with office.recorder.section("profiles"):
        found = chat.profile(username=office.siti.username)
        assert found
        assert found.id == office.siti.id
        assert chat.profile(id=office.siti.id) == found
        assert chat.profile(username="tidak.ada.orang") is None
