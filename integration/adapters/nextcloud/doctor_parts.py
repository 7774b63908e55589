"""The parts of a Nextcloud that Hadir uses, examined one by one; see `doctor.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import requests

from integration import installation, people, tree
from integration.adapters.nextcloud.access import Access
from integration.adapters.nextcloud.calendar import FOLDER, NextcloudCalendar
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup import run as setup
from integration.adapters.nextcloud.setup.admin import Admin
from integration.adapters.nextcloud.setup.changes import SetupError
from integration.adapters.nextcloud.setup.closed import parsed
from integration.adapters.nextcloud.setup.talk import FEATURES, OCC
from integration.adapters.nextcloud.setup.units import KEPT
from integration.adapters.nextcloud.talk import access as talk_access
from integration.core import Hadir
from integration.doctor import Check
from integration.errors import DeliveryError
from integration.installation import SecretLost
from integration.ports import Attendee, Event, Span

SETUP = "hadir setup nextcloud"
NEEDS_ADMIN = "not checked: give --nextcloud-admin-user and --nextcloud-admin-password"
JOBS_LATE, JOBS_DEAD = timedelta(minutes=15), timedelta(hours=6)
_SPACES = {"d": "DAV:", "oc": "http://owncloud.org/ns"}
_RIGHTS = (
    '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">'
    "<d:prop><oc:permissions/></d:prop></d:propfind>"
)
_FEW = 5


@dataclass(slots=True)
class Examined:
    """`service` speaks with the app password of Hadir, `admin` (None without one) with an administrator's."""

    hadir: Hadir
    access: Access
    manifest: Mapping[str, Any]
    service: Client
    admin: Admin | None
    admin_password: tuple[str, str] | None
    apps: set[str] = field(default_factory=set)


# ---------------------------------------------------------------- files


def folders(on: Examined) -> Iterator[Check]:
    """Whether each unit's folder is a team folder in which the account may write."""
    name = "unit folders"
    if on.access.folder:
        yield _one_folder(on, on.access.folder)
        return
    if "groupfolders" not in on.apps:
        yield Check(name, "skip", "files lie in the account of Hadir alone")
        return
    with on.hadir.database.read() as db:
        kept = installation.get(db, KEPT, {})
        today = on.hadir.clock().astimezone(ZoneInfo(on.hadir.settings.zone)).date()
        staffed = {someone.unit_id: someone.unit for someone in people.everyone(db, today)}
        paths = sorted({tree.planned_unit_folder(db, id) for id in staffed if str(id) in kept})
    rights = _rights(on)
    missing = [path for path in paths if "M" not in rights.get(path, "")]
    closed = [path for path in paths if path not in missing and not {"C", "K"} <= set(rights[path])]
    new = sorted(unit for id, unit in staffed.items() if str(id) not in kept)
    if missing:
        yield Check(name, "fail", f"not there as team folders: {_few(missing)}", SETUP)
    if closed:
        yield Check(name, "fail", f"the account may not write there: {_few(closed)}", SETUP)
    if new:
        yield Check(name, "warn", f"units without a folder of their own: {_few(new)}", SETUP)
    if not (missing or closed or new):
        yield Check(name, "ok", f"{len(paths)} there and writable")


def _one_folder(on: Examined, folder: str) -> Check:
    try:
        on.service.call(lambda cloud: cloud.look(folder))
    except NextcloudError as error:
        if error.status != 404:
            raise
        cure = f"share the folder with {on.access.user}, or correct HADIR_NEXTCLOUD_FOLDER"
        return Check("folder", "fail", f"{folder} is not there for {on.access.user}", cure)
    return Check("folder", "ok", folder)


def _rights(on: Examined) -> dict[str, str]:
    """What the account may do in each folder below the root of the tree, in Nextcloud's letters; `M`: it is mounted there."""
    headers = {"Depth": "1", "Content-Type": "application/xml"}
    user = on.access.user
    try:
        on.service.call(lambda cloud: cloud.look("", 1))
        answer = on.service.call(
            lambda cloud: cloud.webdav("PROPFIND", f"/files/{user}/{tree.ROOT}", data=_RIGHTS.encode(), headers=headers)
        )
    except NextcloudError as error:
        if error.status != 404:
            raise
        return {}
    found = {}
    for each in parsed(answer.text or "").iterfind("d:response", _SPACES):
        path = unquote(each.findtext("d:href", "", _SPACES)).partition(f"/files/{user}/")[2].strip("/")
        found[path] = each.findtext(".//oc:permissions", "", _SPACES)
    return found


# ---------------------------------------------------------------- calendar and mail


def calendar(on: Examined) -> Iterator[Check]:
    try:
        on.service.call(
            lambda cloud: cloud.webdav("PROPFIND", f"/calendars/{on.access.user}/{FOLDER}/", headers={"Depth": "0"})
        )
    except NextcloudError as error:
        if error.status != 404:
            raise
        yield Check("calendar", "warn", f"{on.access.user} has no calendar {FOLDER} yet", SETUP)
        return
    yield Check("calendar", "ok", f"{on.access.user}/{FOLDER}")


def invitation(on: Examined, address: str) -> Iterator[Check]:
    """What the server says about a mail: an invitation to `address`, called off at once."""
    name = "test invitation"
    if not address:
        yield Check(name, "skip", "not sent: give --invite with an address of your own")
        return
    start = on.hadir.clock().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    event = Event(
        title="Hadir: test invitation",
        zone=on.hadir.settings.zone,
        uid=f"doctor-{int(on.hadir.clock().timestamp())}@hadir",
        span=Span(start, start + timedelta(minutes=30)),
        attendees=(Attendee(address.lower()),),
    )
    ours = NextcloudCalendar(on.service, clock=on.hadir.clock)
    try:
        unreached = ours.put(event)
        ours.cancel(event)
    except DeliveryError as error:
        yield Check(name, "fail", str(error), SETUP)
        return
    if unreached:
        cure = "Nextcloud: Administration settings > Basic settings > Email server, then: Send email"
        yield Check(name, "fail", f"Nextcloud could not mail {', '.join(unreached)}", cure)
    else:
        yield Check(name, "ok", f"{address} was invited, and told that it was called off")


# ---------------------------------------------------------------- Talk


def talk(on: Examined) -> Iterator[Check]:
    """What can be told without an administrator: a secret, and that our own address answers."""
    if "spreed" not in on.apps:
        return
    try:
        known = talk_access.find(on.hadir)
    except SecretLost as lost:
        yield Check("talk secret", "fail", str(lost), SETUP)
        return
    if known is None:
        yield Check("talk secret", "skip", "Talk is not set up", f"to use it: {SETUP} --callback-url …")
        return
    yield Check("talk secret", "ok", f"stored, for the bot {known.bot}")
    yield _from_here(_webhook(on))


def _webhook(on: Examined) -> str:
    with on.hadir.database.read() as db:
        callback = str(installation.get(db, "nextcloud.callback_url", "") or on.hadir.settings.public_url)
    return callback.rstrip("/") + str(on.manifest["callbacks"]["nextcloud"]["talk"])


def _from_here(url: str) -> Check:
    """Our webhook takes only what is sent to it, so it is there if it refuses to be looked at."""
    name, cure = "talk callback", f"start the service (hadir serve), or correct the address: {SETUP} --callback-url …"
    try:
        with requests.Session() as session:
            session.trust_env = False
            status = session.get(url, timeout=(3, 5), allow_redirects=False).status_code
    except requests.RequestException as error:
        return Check(name, "fail", f"{url}: {type(error).__name__}", cure)
    if status != 405:
        return Check(name, "fail", f"{url} answered {status} to a look at it, not 405: that is not Hadir", cure)
    return Check(name, "ok", url)


def bot(on: Examined, admin: Admin) -> Check:
    name, url = "talk bot", _webhook(on)
    if "spreed" not in on.apps:
        return Check(name, "skip", "Talk is not there")
    found = next((each for each in admin.bots() if each.url == url), None)
    if found is None:
        return Check(name, "fail", f"no bot calls {url}", f"{SETUP} prints the command that installs it")
    if found.state == 0 or found.features & FEATURES != FEATURES:
        cure = f"{OCC} talk:bot:state --feature webhook --feature response {found.id} 1"
        return Check(name, "fail", f"{found.name} is switched off, or does not both hear and answer", cure)
    if found.errors:
        cure = "see that Nextcloud reaches that address (firewall, proxy, certificate); the count starts anew with a success"
        return Check(name, "warn", f"Nextcloud could not call {url} {found.errors} times: {found.last_error or '?'}", cure)
    return Check(name, "ok", f"{found.name} calls {url}")


# ---------------------------------------------------------------- what only an administrator sees


def in_step(on: Examined, _admin: Admin) -> Check:
    """What setup would change now: people who came, left or moved, folders that somebody removed."""
    lines: list[str] = []
    assert on.admin_password is not None  # noqa: S101  # there is an `_admin`
    with on.hadir.database.read() as db:
        callback = str(installation.get(db, "nextcloud.callback_url", ""))
    run = setup.Setup(
        on.hadir,
        on.access.url,
        on.admin_password,
        on.manifest,
        setup.Wishes(callback=callback),
        say=lines.append,
        dry_run=True,
    )
    try:
        changes = run.run()
    except SetupError as error:
        return Check("nextcloud setup", "fail", str(error), SETUP)
    due = [line.removeprefix("would ") for line in lines if line.startswith("would ")]
    if changes:
        return Check("nextcloud setup", "warn", f"{changes} changes are due: {_few(due, '; ')}", SETUP)
    return Check("nextcloud setup", "ok", "accounts, groups and folders agree with the list of people")


def background(on: Examined, admin: Admin) -> Check:
    """Nextcloud's own jobs: without them no reminder, no scheduled mail, no clean bin."""
    name, cure = "nextcloud background jobs", "run its cron.php every 5 minutes: occ background:cron, and a line in crontab"
    last = int(admin.setting("core", "lastcron") or 0)
    ago = timedelta(seconds=on.hadir.clock().timestamp() - last)
    if ago > JOBS_LATE:
        detail = f"the last ran {int(ago.total_seconds() // 60)} minutes ago" if last else "none has ever run"
        return Check(name, "fail" if ago > JOBS_DEAD else "warn", detail, cure)
    if (mode := admin.setting("core", "backgroundjobs_mode")) != "cron":
        return Check(name, "warn", f"run by {mode or 'ajax'}: only while somebody uses Nextcloud in a browser", cure)
    return Check(name, "ok", "run by cron")


def mail(_on: Examined, admin: Admin) -> Check:
    """Nextcloud's own look at its mail server."""
    found = admin.examined().get("EmailTestSuccessful")
    if found is None:
        return Check("nextcloud mail", "skip", "this Nextcloud does not examine its mail server")
    if found["severity"] == "success":
        return Check("nextcloud mail", "ok", "set up, and a mail was sent from there")
    cure = "Nextcloud: Administration settings > Basic settings > Email server, then: Send email"
    return Check("nextcloud mail", "warn", str(found["description"] or "not set up"), cure)


FOR_ADMIN: dict[str, Callable[[Examined, Admin], Check]] = {
    "talk bot": bot,
    "nextcloud setup": in_step,
    "nextcloud background jobs": background,
    "nextcloud mail": mail,
}


def _few(names: list[str], between: str = ", ") -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return between.join(names[:_FEW]) + more
