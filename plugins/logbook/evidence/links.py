"""Links as evidence: what counts as a web address, and what one is called."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from integration.errors import UserError
from integration.form_values import one_line
from integration.messages import Text, clean
from integration.people import Person
from integration.work import Work

LONGEST = 2000
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_EXAMPLE = Text("`https://drive.example/laporan`")
# Addresses of ours that are good for one person only.
_PERSONAL = ("/form/", "/p/")


def is_link(words: str) -> bool:
    """Whether somebody means an address: `https://…`, `www.…`, `drive.example/laporan`."""
    return "://" in words or words.lower().startswith("www.") or bool("/" in words and _HOST.fullmatch(words))


def web_address(work: Work, person: Person, given: str) -> str:
    """The address, with `https://` where it was left out. Raises `UserError`."""
    t, url = work.speak(person), clean(given).strip().strip("<>\"'“”")
    if "://" not in url and _HOST.fullmatch(url):
        url = f"https://{url}"
    if not _is_address(url):
        raise UserError(t("This is not a web address. It begins with https://, for example {example}", example=_EXAMPLE))
    if len(url) > LONGEST:
        said = t("This address is too long, at most {most} characters. Share it with a shorter link.", most=LONGEST)
        raise UserError(said)
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise UserError(t("There is a password in this address, and others would see it. Please use one without."))
    own = urlsplit(work.settings.public_url).hostname
    if own and parts.hostname == own and parts.path.startswith(_PERSONAL):
        raise UserError(t("This address is personal: nobody else can open it. Please send the file itself."))
    return url


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return named and parts.scheme.lower() in ("https", "http") and url.isprintable() and " " not in url


def name_of(url: str) -> str:
    """`drive.example/laporan`"""
    parts = urlsplit(url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2])
    return one_line(clean(f"{parts.hostname}/{last}" if last else str(parts.hostname)))


# What may stand in an address that is shown as words to tap; nothing else can end the link.
_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#@!$&'*+,;=%")


def tappable(url: str) -> Text:
    """The address as our own Markdown may hold it."""
    return Text("".join(sign if sign in _SIGNS else "".join(f"%{byte:02X}" for byte in sign.encode()) for sign in url))
