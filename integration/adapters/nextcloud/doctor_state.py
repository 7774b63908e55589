"""What a Nextcloud and our own rows say about the state between them: refused deliveries, the external app."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import func, select

from integration.adapters.nextcloud.doctor_parts import SETUP, Examined
from integration.adapters.nextcloud.exapp import app as exapp
from integration.adapters.nextcloud.refusals import PASSWORD_REFUSED
from integration.doctor import Check
from integration.outbox import outbox


def refused(on: Examined) -> Check:
    """Whether anything still waits since an app password was refused; asked when the one of today works."""
    name = "app password alarm"
    waits = select(func.count()).where(outbox.c.state == "waiting", outbox.c.error.contains(PASSWORD_REFUSED))
    with on.hadir.database.read() as db:
        count = db.scalar(waits)
    if not count:
        return Check(name, "ok", "clear")
    cure = "they go out by themselves within minutes; if not, see that `hadir worker` (or `hadir serve`) runs"
    return Check(name, "warn", f"{count} deliveries were refused with the app password before this one and still wait", cure)


def external_app(on: Examined) -> Iterator[Check]:
    """Only where HADIR_EXAPP_SECRET switches the mode on. Raises `NextcloudError`."""
    app = exapp.find(on.hadir)
    if app is None:
        return
    name = "external app"
    with contextlib.closing(exapp.AppClient(on.access.url, app)) as client:
        known = client.enabled()
    if known:
        yield Check(name, "ok", f"{app.id} is registered and switched on")
        return
    cure = (
        f"if it is only switched off: occ app_api:app:enable {app.id}; else register it with the HADIR_EXAPP_SECRET of this "
        f"installation, as this says: {SETUP} --exapp"
    )
    yield Check(name, "fail", f"Nextcloud does not know {app.id} with our secret, or it is switched off", cure)
