"""Whether the way between Hadir and its Nextcloud is open: server, account, folders, calendar, Talk; findings have cures.

Most of it with the service's own app password; what only an administrator may see is skipped without one.
"""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from socket import create_connection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from integration.adapters.nextcloud import doctor_parts, doctor_state
from integration.adapters.nextcloud.access import access
from integration.adapters.nextcloud.client import Client
from integration.adapters.nextcloud.doctor_parts import NEEDS_ADMIN, SETUP, Examined
from integration.adapters.nextcloud.errors import NextcloudError
from integration.adapters.nextcloud.setup.admin import ADMINISTRATORS, Admin
from integration.adapters.nextcloud.setup.run import APPS, numbers
from integration.core import Hadir
from integration.doctor import Check
from integration.installation import SecretLost

if TYPE_CHECKING:
    from integration.adapters.nextcloud.cloud import Cloud

SILENCE_SECONDS = 10.0
SKEW_OK, SKEW_BAD = timedelta(seconds=5), timedelta(seconds=30)
CERTIFICATE_ENDS_SOON = timedelta(days=14)
_DIAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Server:
    """What `/status.php` says, and the time of the answer."""

    version: str
    maintenance: bool
    upgrade: bool
    date: str


def checks(
    hadir: Hadir,
    manifest: Mapping[str, Any],
    admin: tuple[str, str] | None,
    invite: str = "",
    *,
    silence_seconds: float = SILENCE_SECONDS,
) -> Iterator[Check]:
    """Every condition, one after the other; what cannot be checked says so. `admin`: account and app password of an
    administrator. `invite`: an address to which a test invitation goes.
    """
    try:
        found = access(hadir)
    except SecretLost as lost:
        yield Check("nextcloud", "fail", str(lost), f"restore HADIR_SECRET_KEY, or: {SETUP}")
        return
    if found is None:
        yield Check("nextcloud", "skip", "not set up, nothing to check", f"to connect one: {SETUP}")
        return
    with contextlib.ExitStack() as closing:
        connect = partial(_connected, closing, found.url, silence_seconds)
        service, asked = connect(found.user, found.password), connect(*admin) if admin else None
        examined = Examined(hadir, found, manifest, service, Admin(asked) if asked else None, admin)
        yield from _run(examined, invite)


def _connected(closing: contextlib.ExitStack, url: str, silence_seconds: float, user: str, password: str) -> Client:
    return closing.enter_context(contextlib.closing(Client(url, user, password, silence_seconds=silence_seconds)))


def _run(on: Examined, invite: str) -> Iterator[Check]:
    try:
        server = on.service.call(_status)
    except NextcloudError as error:
        cure = f"start Nextcloud, or correct its address ({on.access.url}): {SETUP} --url …"
        yield Check("nextcloud", "fail", str(error), cure)
        return
    if server.maintenance or server.upgrade:
        yield _resting(server)
        return
    yield Check("nextcloud", "ok", on.access.url)
    yield _clock(server.date, on.hadir.clock())
    yield _version(server.version, on.manifest["platforms"]["nextcloud"]["least_version"])
    yield encryption(on.access.url, on.hadir.clock())
    for part in (_account, _apps, doctor_parts.folders, doctor_parts.calendar, doctor_parts.talk, doctor_state.external_app):
        try:
            yield from part(on)
        except NextcloudError as error:
            yield _broken(part, error)
            if error.status == 401:
                return
    yield from doctor_parts.invitation(on, invite)
    yield from _for_admin(on)


async def _status(cloud: Cloud) -> _Server:
    answer = await cloud.page("/status.php")
    said = answer.json()
    return _Server(
        said["versionstring"], said["maintenance"], said.get("needsDbUpgrade", False), answer.headers.get("Date", "")
    )


def _broken(part: Callable[[Examined], Iterator[Check]], error: NextcloudError) -> Check:
    if error.status == 401:
        detail = "refused (401): it was revoked or is wrong; files, invitations and messages wait until there is a new one"
        return Check("app password", "fail", detail, f"{SETUP} makes a new one (or put one into HADIR_NEXTCLOUD_APP_PASSWORD)")
    return Check(f"nextcloud {part.__name__.strip('_')}", "fail", str(error), "see Nextcloud's log, then: hadir doctor")


# ---------------------------------------------------------------- the server


def _resting(server: _Server) -> Check:
    if server.maintenance:
        return Check("nextcloud", "fail", "in maintenance; what waits is delivered afterwards", "occ maintenance:mode --off")
    return Check("nextcloud", "fail", "it was updated, its database was not", "occ upgrade")


def _clock(date: str, now: datetime) -> Check:
    name = "nextcloud clock"
    try:
        skew = abs(parsedate_to_datetime(date) - now)
    except (TypeError, ValueError):
        return Check(name, "skip", "the server sent no Date header")
    seconds = int(skew.total_seconds())
    if skew <= SKEW_OK:
        return Check(name, "ok", f"{seconds} s apart")
    cure = "synchronise both machines: timedatectl set-ntp true"
    return Check(name, "warn" if skew <= SKEW_BAD else "fail", f"this machine and Nextcloud are {seconds} s apart", cure)


def _version(version: str, least: str) -> Check:
    if numbers(version) >= numbers(least):
        return Check("nextcloud version", "ok", version)
    return Check("nextcloud version", "fail", f"{version} is older than {least}", f"upgrade Nextcloud to {least}")


def encryption(url: str, now: datetime) -> Check:
    """Whether what goes there can be read on the way, and how long the certificate is good for."""
    name, place = "nextcloud address", urlsplit(url)
    if place.scheme != "https" and not _is_near(place.hostname or ""):
        cure = f"give Nextcloud a certificate, then: {SETUP} --url https://{place.netloc}"
        return Check(name, "warn", "http: the app password can be read on the way", cure)
    if place.scheme != "https":
        return Check(name, "ok", "http, on this machine")
    try:
        ends = _certificate_ends(place.hostname or "", place.port or 443)
    except OSError as error:
        return Check(name, "warn", f"the certificate could not be looked at ({type(error).__name__})")
    if ends - now < CERTIFICATE_ENDS_SOON:
        return Check(name, "warn", f"the certificate ends on {ends:%Y-%m-%d}", "renew it")
    return Check(name, "ok", f"https, the certificate is good until {ends:%Y-%m-%d}")


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or "." not in host  # a name of a container's network


def _certificate_ends(host: str, port: int) -> datetime:
    """Raises `OSError`."""
    context = ssl.create_default_context()
    with create_connection((host, port), _DIAL_SECONDS) as dialled, context.wrap_socket(dialled, server_hostname=host) as safe:
        certificate: Any = safe.getpeercert()
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)


# ---------------------------------------------------------------- the account and the apps


def _account(on: Examined) -> Iterator[Check]:
    user = on.service.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/user"))
    yield Check("app password", "ok", str(user["id"]))
    yield doctor_state.refused(on)
    if ADMINISTRATORS in user["groups"]:
        cure = f"occ group:removeuser {ADMINISTRATORS} {user['id']}"
        yield Check("nextcloud account", "warn", f"{user['id']} is an administrator, which Hadir must not be", cure)
    elif not user.get("email"):
        cure = f"{SETUP} --email …"
        yield Check("nextcloud account", "fail", f"{user['id']} has no e-mail address: nobody gets its invitations", cure)
    else:
        yield Check("nextcloud account", "ok", f"no administrator; invitations come from {user['email']}")


def _apps(on: Examined) -> Iterator[Check]:
    known = on.service.call(lambda cloud: cloud.ocs("GET", "/ocs/v2.php/cloud/capabilities"))["capabilities"]
    for app, loss in APPS.items():
        on.apps.add(app) if app in known else None
        if app in known:
            yield Check(f"nextcloud app {app}", "ok", "switched on")
        else:
            yield Check(f"nextcloud app {app}", "warn", f"missing: {loss}", f"occ app:enable {app}, then: {SETUP}")


def _for_admin(on: Examined) -> Iterator[Check]:
    for name, check in doctor_parts.FOR_ADMIN.items():
        if on.admin is None:
            yield Check(name, "skip", NEEDS_ADMIN)
            continue
        try:
            yield check(on, on.admin)
        except NextcloudError as error:
            cure = "give account and app password of an administrator" if error.status in (401, 403) else ""
            yield Check(name, "skip", f"not checked: {error}", cure)
