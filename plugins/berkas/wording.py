"""Files, sizes, places and troubles in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from integration import phrases, workdays
from integration.errors import DeliveryError, NotMember
from integration.guidance import SAY
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.people import Person
from integration.plugin import Context

PLUGIN = "berkas"
LINK_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#[]@!$&'*+,;=%")
MB = 1 << 20
LONGEST_LABEL = 40
NAMES_SHOWN = 5


def say(label: str, words: str, style: str = "") -> Button:
    """A button that types `/berkas words`."""
    return Button(label, f"{PLUGIN}.{SAY}", words, style)  # type: ignore[arg-type]  # "", good or danger


def size(number: int) -> Text:
    """`812 KB`, `2,1 MB`, `1,4 GB`"""
    if number < MB:
        return Text(f"{max(1, round(number / 1024))} KB")
    shown, unit = (number / (MB * 1024), "GB") if number >= 1000 * MB else (number / MB, "MB")
    return Text(f"{shown:.1f}".replace(".", ",").removesuffix(",0") + f" {unit}")


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def label(name: str) -> str:
    """A file's name on a button: the ending is what tells one from another, so it stays."""
    if len(name) <= LONGEST_LABEL:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = f"{dot}{ending}" if dot and len(ending) <= 10 else ""
    stem = stem if ending else name
    return f"{stem[: LONGEST_LABEL - len(ending) - 1]}…{ending}"


def names(t: Translate, these: Sequence[str]) -> Text:
    return phrases.names(t, these, NAMES_SHOWN)


def bold(words: str) -> Text:
    return fill("**{words}**", words=words)


def day(t: Translate, moment: datetime, reader: Person, now: datetime) -> Text:
    """`hari ini 07.28 WIB`, `Senin 23 Nov`, `23 November 2025`"""
    on, today = workdays.local_day(moment, reader), workdays.local_day(now, reader)
    if on == today:
        return t("today {clock}", clock=phrases.clock(moment, reader))
    return phrases.short_day(t, on) if on.year == today.year else phrases.long_day(t, on)


def link(label: Text, url: str) -> Text:
    """The address as words to tap; nothing in it can end the link."""
    clean = "".join(sign if sign in LINK_SIGNS else f"%{ord(sign):02X}" for sign in url if ord(sign) < 128)
    return Text(f"[{label}]({clean})")


def is_address(url: str) -> bool:
    """Whether somebody elsewhere can open it."""
    return url.startswith(("https://", "http://"))


def not_member(t: Translate, error: NotMember, direct: bool) -> Text:
    """How to let the bot look into a conversation."""
    if direct:
        return t("I cannot see private conversations of others. Send or forward the file to me, then type `simpan`.")
    if error.invite:
        return t(
            "I am not in this channel, so I cannot see its files. Type {invite} there, then repeat the command.",
            invite=fill("`{invite}`", invite=Text(error.invite)),
        )
    return t(
        "I am not in this conversation, so I cannot see its files. Ask its moderator to add the account "
        "{account}, then repeat.",
        account=bold(error.account or "Hadir"),
    )


def storage_trouble(t: Translate) -> Text:
    return t("The office's drive does not answer now.")


def unknown_accounts(t: Translate) -> Text:
    return t("Some accounts are not known to the drive; the administrator can correct them in the list of employees.")


def why(error: DeliveryError) -> str:
    """A short word for the audit: never more than the kind of trouble."""
    return type(error).__name__


def listed(lines: Sequence[Text]) -> Text:
    return join("\n", list(lines))


def reader_of(context: Context) -> tuple[Translate, Person, datetime]:
    return context.t, context.person, context.now
