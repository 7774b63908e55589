"""Talk's bot: only `occ` installs one, so the command is printed; what comes after it is done here."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from functools import partial
from typing import Any

from integration import installation
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.setup.admin import Admin, Bot
from integration.adapters.nextcloud.setup.changes import Changes, SetupError
from integration.core import Hadir

WEBHOOK, RESPONSE = 1, 2
FEATURES = WEBHOOK | RESPONSE
_ROOMS = "/ocs/v2.php/apps/spreed/api/v4/room"
_BOT = "/ocs/v2.php/apps/spreed/api/v1/bot"
_GROUP_AND_PUBLIC = (2, 3)
_OWNER_OR_MODERATOR = (1, 2)
# What Talk itself makes for every new account, with nobody else in it.
_SAMPLE = "sample"
OCC = "sudo -u www-data php occ"


def set_up_talk(
    hadir: Hadir,
    changes: Changes,
    admin: Admin,
    service: Client | None,
    manifest: Mapping[str, Any],
    callback: str,
    new_secret: bool = False,
) -> None:
    """The secret, the command for the administrator, then the bot in the conversations that the account moderates."""
    if not callback:
        changes.note("Talk is left out: give --callback-url, the address at which Nextcloud reaches Hadir")
        return
    about = manifest["platforms"]["nextcloud"]["bot"]
    url = callback.rstrip("/") + manifest["callbacks"]["nextcloud"]["talk"]
    secret, known = _secret(hadir, changes, new=new_secret)
    changes.remember("nextcloud.callback_url", callback)
    changes.remember("nextcloud.talk_bot", about["name"])
    bots = admin.bots()
    bot = next((each for each in bots if each.url == url), None)
    if bot is None or not known:
        _tell(changes, [each for each in bots if each.name == about["name"] or each.url == url], about, url, secret)
    elif bot.state == 0 or bot.features & FEATURES != FEATURES:
        changes.note(
            f"the bot {bot.name} is switched off, or does not both hear and answer; as the web server's user: "
            f"{OCC} talk:bot:state --feature webhook --feature response {bot.id} 1"
        )
    elif service is not None:
        _enable(changes, service, bot)


def _secret(hadir: Hadir, changes: Changes, *, new: bool) -> tuple[str, bool]:
    """The secret, and whether it was there before this run; "" in a dry run that would make one."""
    given = hadir.settings.nextcloud_talk_secret.get_secret_value()
    if given and new:
        raise SetupError("HADIR_NEXTCLOUD_TALK_SECRET is given by you: put a new one there")
    if given:
        return given, True
    with hadir.database.read() as db:
        try:
            stored = installation.get_secret(db, hadir.signer, "nextcloud.talk_secret")
        except installation.SecretLost:
            stored = ""
    if stored and not new:
        return stored, True
    made = secrets.token_hex(32)  # Talk takes 40 to 128 characters
    changes.store(
        "create the secret of the Talk bot and store it encrypted",
        lambda db: installation.put_secret(db, hadir.signer, "nextcloud.talk_secret", made),
    )
    return "" if changes.dry_run else made, False


def _tell(changes: Changes, old: list[Bot], about: Mapping[str, Any], url: str, secret: str) -> None:
    changes.note("only the command line of Nextcloud installs a bot; in its folder, as the web server's user:")
    for bot in old:
        changes.note(f"  {OCC} talk:bot:uninstall {bot.id}   # {bot.name}, which calls {bot.url}")
    changes.note(f"  {install_command(about, url, secret or 'SECRET')}")
    changes.note("then run setup again: it checks the bot and puts it into the conversations that Hadir moderates")


def install_command(about: Mapping[str, Any], url: str, secret: str) -> str:
    named = " ".join(map(shlex.quote, (about["name"], secret, url, about["description"])))
    return f"{OCC} talk:bot:install --feature webhook --feature response {named}"


def _enable(changes: Changes, service: Client, bot: Bot) -> None:
    rooms = service.call(lambda cloud: cloud.ocs("GET", _ROOMS, params={"noStatusUpdate": "1"}))
    rooms = [room for room in rooms if room["type"] in _GROUP_AND_PUBLIC and room.get("objectType") != _SAMPLE]
    moderated = [room for room in rooms if room["participantType"] in _OWNER_OR_MODERATOR]
    for room in moderated:
        if not _is_in(service, room["token"], bot):
            act = partial(_put_in, service, room["token"], bot)
            changes.make(f"put the bot into the conversation {room['displayName']}", act, object=f"room:{room['token']}")
    others = ", ".join(room["displayName"] for room in rooms if room not in moderated)
    if others:
        changes.note(
            f"in these conversations Hadir is no moderator ({others}): one of theirs puts the bot {bot.name} in, "
            "if it is not there yet, under Conversation settings > Bots"
        )


def _is_in(service: Client, token: str, bot: Bot) -> bool:
    listed = service.call(lambda cloud: cloud.ocs("GET", f"{_BOT}/{token}"))
    return any(each["id"] == bot.id and each["state"] for each in listed)


def _put_in(service: Client, token: str, bot: Bot) -> None:
    service.call(lambda cloud: cloud.ocs("POST", f"{_BOT}/{token}/{bot.id}"))
