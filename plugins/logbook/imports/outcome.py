"""What people read once a file was taken: who sent it, whose it is about, who decides on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from integration import phrases
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, join
from integration.people import Person
from integration.phrases import duration, long_day
from plugins.logbook.entries import Entry
from plugins.logbook.imports import target_rows, telling
from plugins.logbook.imports.store import Import


def taken_entries(t: Translate, found: Import, written: Sequence[Entry], owners: Mapping[int, Person], reader: Person) -> Reply:
    """For whoever sent the file; with a way back for a day."""
    if not written:
        return Reply(t("**{name}**: all of it was in the logbook already. Nothing was added.", name=found.name))
    span = _span(t, [each.day for each in written])
    approved = sum(each.state == "approved" for each in written)
    lines = [t("**{name}**: {count} activities are in the logbook, {span}.", name=found.name, count=len(written), span=span)]
    others = [each.name for each in owners.values() if each.id != reader.id]
    if others:
        lines.append(t("Of {people}.", people=phrases.names(t, others, telling.PEOPLE)))
    drafts = sum(each.state == "draft" for each in written)
    if waiting := len(written) - approved - drafts:
        lines.append(t("{count} wait for the approval of the supervisor; nobody approves their own.", count=waiting))
    if drafts:
        lines.append(
            t(
                "{count} are drafts, for their days are past the time for reports. Your supervisor is asked for leave; with it "
                "they are sent.",
                count=drafts,
            )
        )
    if approved:
        lines.append(t("{count} count as approved, by you.", count=approved))
    return Reply(join("\n", lines), buttons=(_undo(t, found),))


def _undo(t: Translate, found: Import) -> Button:
    return Button(t("Undo the import"), "logbook.import_undo", str(found.id), "danger", days=1)


def _span(t: Translate, days: Sequence[date]) -> Text:
    first, last = long_day(t, min(days)), long_day(t, max(days))
    return first if first == last else t("{first} to {last}", first=first, last=last)


def for_owner(t: Translate, sender: Person, written: Sequence[Entry]) -> Reply:
    """For somebody whose activities another one has brought in."""
    count, span = len(written), _span(t, [each.day for each in written])
    text = t(
        "{name} has brought {count} activities of yours into the logbook, {span}.", name=sender.name, count=count, span=span
    )
    look = Button(t("Look"), telling.SAY, f"lihat {written[0].day:%d/%m/%Y}", days=14)
    return Reply(text, buttons=(look,))


def for_supervisor(t: Translate, found: Import, owner: Person, written: Sequence[Entry]) -> Reply:
    """For whoever decides on what was brought in for approval."""
    count, span = len(written), _span(t, [each.day for each in written])
    minutes = sum(each.content.minutes for each in written)
    text = t(
        "{name} has brought {count} activities from a spreadsheet, {span}; they wait for you.",
        name=owner.name,
        count=count,
        span=span,
    )
    if minutes:
        text = Text(f"{text} {t('In all {long}.', long=duration(t, minutes))}")
    all_ = Button(t("Approve all"), "logbook.import_approve", f"{found.id}:{owner.id}", "good", 14)
    look = Button(t("Look"), telling.SAY, f"periksa {owner.nip} {written[0].day:%d/%m/%Y}", days=14)
    return Reply(text, buttons=(all_, look))


def for_leave(t: Translate, found: Import, owner: Person, written: Sequence[Entry]) -> Reply:
    """For whoever decides, about days that are past the time for reports."""
    text = t(
        "{name} has brought {count} activities from a spreadsheet, {span}. That is past the time for reports: with your leave "
        "they are sent, and you look at them and approve them.",
        name=owner.name,
        count=len(written),
        span=_span(t, [each.day for each in written]),
    )
    return Reply(text, buttons=(Button(t("Give leave"), "logbook.import_leave", f"{found.id}:{owner.id}", "good", 14),))


def let_through(t: Translate, found: Import, giver: Person, sent: Sequence[Entry]) -> Reply:
    """For whoever has waited for that leave."""
    count, name = len(sent), giver.name
    return Reply(
        t("{name} has given leave: {count} activities of **{file}** are sent now.", name=name, count=count, file=found.name)
    )


def taken_targets(t: Translate, found: Import, plan: target_rows.Plan) -> Reply:
    """For whoever sent the file; with a way back for a day."""
    lines = [t("**{name}** is taken.", name=found.name), *telling.would_targets(t, plan)]
    undo = (_undo(t, found),) if plan.added or plan.changed or plan.removed else ()
    return Reply(join("\n", lines), buttons=(Button(t("All targets"), telling.SAY, "target"), *undo))


def targets_taken_back(t: Translate, sender: Person, years: Sequence[int]) -> Reply:
    shown = Text(", ".join(map(str, years)))
    text = t("{name} has taken a spreadsheet back: your SKP targets for {years} are as before.", name=sender.name, years=shown)
    return Reply(text, buttons=(Button(t("Look"), telling.SAY, f"target {years[0]}", days=14),))


def targets_for_owner(t: Translate, sender: Person, years: Sequence[int]) -> Reply:
    shown = Text(", ".join(map(str, years)))
    text = t("{name} has entered your SKP targets for {years} from a spreadsheet.", name=sender.name, years=shown)
    return Reply(text, buttons=(Button(t("Look"), telling.SAY, f"target {years[0]}", days=14),))
