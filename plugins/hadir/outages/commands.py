"""`/hadir gangguan`: when the service was out of order, how many checked in after it, and whom it excused."""

from __future__ import annotations

from datetime import date

from integration import meant, phrases
from integration.dates import last_of_month, parse_month, show_month
from integration.errors import UserError
from integration.messages import Command, Reply, Text, join
from integration.outages import NOT_OVER, Outage
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.hadir import reason_wording
from plugins.hadir.outages import report as outage_report
from plugins.hadir.outages.report import Followed

MAY_SEE = frozenset({"kepatuhan", "kepegawaian", "admin"})
# A message holds some 16,000 characters.
MOST_NAMES = 20
MOST_OUTAGES = 40


def show(context: Context, command: Command) -> Reply:
    """`gangguan [month]`"""
    if not context.person.roles & MAY_SEE:
        said = context.t(
            "The list of outages is for compliance, personnel and administrators. Your own days: {command}",
            command=Text("`/hadir rekap`"),
        )
        raise UserError(said)
    month = _month(context, command)
    found = outage_report.report(context, *outage_report.span(month, last_of_month(month), context.person.zone))
    shown = show_month(month, context.t)
    if not found:
        return Reply(context.t("No outages in {month}.", month=shown))
    lines = [context.t("**Outages in {month}**: {count}", month=shown, count=len(found))]
    lines += [_line(context, followed) for followed in found[:MOST_OUTAGES]]
    if len(found) > MOST_OUTAGES:
        lines.append(context.t("- … and {count} more", count=len(found) - MOST_OUTAGES))
    return Reply(join("\n", lines))


def _month(context: Context, command: Command) -> date:
    today = local_day(context.now, context.person)
    if not command.words:
        return today.replace(day=1)
    month = parse_month(" ".join(command.words), today, context.t)
    meant.check_month(context, month)
    return month


def _line(context: Context, followed: Followed) -> Text:
    """One outage; names only for those who see everybody's record."""
    t, outage = context.t, followed.outage
    how = t("declared: {note}", note=outage.note) if outage.source == "declared" else t("noticed by Hadir")
    facts = [t("{count} check-ins in or after it", count=followed.check_ins)]
    facts.append(t("{count} excused", count=len(followed.excused)))
    line = Text(f"- {_when(context, outage)} — {', '.join(facts)} ({how})")
    if not followed.excused or not context.person.sees_everyone:
        return line
    names = phrases.names(context.t, [person.name for person in followed.excused], MOST_NAMES)
    return Text(f"{line}: {names}")


def _when(context: Context, outage: Outage) -> Text:
    """`Senin 23 Nov 07.12–07.41 WIB`; one that ends on another day names both."""
    person = context.person
    span = reason_wording.span(context.t, (outage.first, outage.last or NOT_OVER), person)
    if outage.last and local_day(outage.last, person) != local_day(outage.first, person):
        return span
    return Text(f"{phrases.short_day(context.t, local_day(outage.first, person))} {span}")


SUBCOMMANDS = (
    Subcommand(
        "gangguan",
        show,
        "Outages of the service, and whom they excused",
        arguments="[month]",
        aliases=("outages", "outage"),
    ),
)
