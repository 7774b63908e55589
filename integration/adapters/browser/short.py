"""Short addresses of form pages. A whole form in an address fills a phone's screen and frightens people off.

Whoever reads the database learns no address from it, and can open none: what is kept is found by a hash of the address's
last part, and opened with a key that is made from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import delete, select

from integration.adapters.browser.tables import form_page
from integration.core import Hadir

_ID = re.compile(r"[A-Za-z0-9_-]{16}")
# So long the page still says that its time is over.
_REMEMBERED = timedelta(days=1)


def shorten(hadir: Hadir, token: str, expires_at: datetime) -> str:
    """Sixteen characters that stand for `token`."""
    id = secrets.token_urlsafe(12)
    row = {"hash": _hash(id), "sheet": _box(hadir, id).encrypt(token.encode()).decode(), "expires_at": expires_at}
    with hadir.database.write() as db:
        db.execute(delete(form_page).where(form_page.c.expires_at < hadir.clock() - _REMEMBERED))
        db.execute(form_page.insert().values(row))
    return id


def is_short(part: str) -> bool:
    return _ID.fullmatch(part) is not None


def lengthen(hadir: Hadir, id: str) -> str | None:
    """The token behind a short address, None if there is none."""
    with hadir.database.read() as db:
        sheet = db.scalar(select(form_page.c.sheet).where(form_page.c.hash == _hash(id)))
    try:
        return _box(hadir, id).decrypt(sheet.encode()).decode() if sheet else None
    except InvalidToken:  # made under another HADIR_SECRET_KEY
        return None


def _hash(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()


def _box(hadir: Hadir, id: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.digest(hadir.signer.key("form-page"), id.encode(), "sha256")))
