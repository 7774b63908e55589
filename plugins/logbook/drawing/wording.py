"""Words that all files of the logbook share."""

from __future__ import annotations

import posixpath
from datetime import date
from urllib.parse import quote

from integration import phrases
from integration.dates import show_day, show_month
from integration.i18n import Translate
from integration.messages import Text, plain
from integration.safe_names import names_in
from plugins.logbook.drawing.material import Issue, Line, PersonMonth
from plugins.logbook.evidence.keeping import Evidence


def state(t: Translate, code: str) -> str:
    known = {"sent": t("sent"), "returned": t("returned"), "approved": t("approved")}
    return plain(known.get(code, Text(code)))


def title(issue: Issue, name: str) -> str:
    """`Logbook November 2026 — Siti Rahayu`"""
    return plain(issue.t("Logbook {month} — {name}", month=month(issue), name=name))


def month(issue: Issue) -> str:
    return plain(show_month(issue.month, issue.t))


def standing(issue: Issue) -> str:
    """Whether this is the last word."""
    t, day = issue.t, phrases.long_day(issue.t, issue.day)
    time = f"{issue.local:%H.%M}"
    if issue.final:
        return plain(t("Final: the month is closed. Made by Hadir on {day} at {time}.", day=day, time=time))
    return plain(t("As of {day} at {time}, made by Hadir. The month is still open.", day=day, time=time))


def nothing(issue: Issue) -> str:
    return plain(issue.t("Nothing is reported for {month} any more.", month=month(issue)))


def remarks(t: Translate, line: Line) -> str:
    """What the other columns do not say; never the supervisor's note."""
    entry = line.entry
    said = []
    if not line.counts:
        minutes = entry.content.minutes
        said.append(t("change that waits for approval, {minutes} min are not counted yet", minutes=minutes))
    if entry.late:
        said.append(t("late, with the supervisor's leave"))
    return plain("; ".join(said))


def version(entry_version: int) -> int | None:
    """A first version says nothing."""
    return entry_version if entry_version > 1 else None


def day(t: Translate, when: date) -> str:
    """`Sen 2`"""
    return plain(show_day(when, t, "EEE d"))


def away(t: Translate, found: PersonMonth, when: date) -> str:
    """Why nothing is expected on that day, "" on a working day; in public words only."""
    plan = found.plans[when]
    if plan.works:
        return ""
    if plan.excuse:
        return plain(phrases.excuse(t, plan.excuse))
    return plan.free or plain(t("day off"))


def person_facts(issue: Issue, found: PersonMonth) -> list[tuple[str, str]]:
    t, total, due = issue.t, found.total, len(found.due())
    return [
        (plain(t("Name")), found.person.name),
        ("NIP", found.person.nip),
        (plain(t("Unit")), issue.unit),
        (plain(t("Month")), month(issue)),
        (plain(t("Activities")), str(total.entries)),
        (plain(t("Time spent")), plain(phrases.duration(t, total.minutes))),
        (plain(t("Of these approved")), plain(phrases.duration(t, total.approved))),
        (plain(t("Days filled")), plain(t("{filled} of {due} working days", filled=found.filled(), due=due))),
    ]


def proof(t: Translate, each: Evidence) -> str:
    if each.gone_at is not None:
        return plain(t("{name} (the file is gone)", name=each.name))
    return each.name


def address(each: Evidence, folder: str) -> str:
    """Where evidence opens from a file that lies in `folder`; "" where nothing may be opened."""
    if each.kind == "link":
        return each.url if each.url.startswith(("https://", "http://")) else ""
    if each.gone_at is not None or not each.path:
        return ""
    return relative(each.path, folder)


def relative(path: str, folder: str) -> str:
    """`Bukti/Siti%20Rahayu/foto.jpg` from the folder that holds `Bukti`: good wherever folders are synchronised."""
    return quote(posixpath.relpath("/".join(names_in(path)), "/".join(names_in(folder))))
