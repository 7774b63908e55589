"""What people read of a file before it is taken: what was understood, what is wrong, what would come in, and what to press."""

from __future__ import annotations

from collections import Counter

from integration import phrases
from integration.i18n import Translate
from integration.messages import Button, Reply, Text, fill, join
from integration.phrases import duration, long_day
from plugins.logbook import wording
from plugins.logbook.imports import checking, fields, problems, quantities, reading, rows, target_rows
from plugins.logbook.imports.entry_rows import Line
from plugins.logbook.imports.layout import Column
from plugins.logbook.imports.problems import Problems
from plugins.logbook.imports.reading import Reading
from plugins.logbook.imports.store import Import
from plugins.logbook.targets import wording as target_wording

SAY = "logbook.say"
_EXAMPLES = 3
_WORDS = 90
PEOPLE = 8
_DAYS = 2.0


def buttons(t: Translate, found: Import, *, clean: bool, words: Text | None = None) -> tuple[Button, ...]:
    """Take it (if nothing is wrong), change what the columns mean, leave it."""
    value = f"{found.id}:{found.round}"
    take = (Button(words or t("Yes, take it"), "logbook.import_take", value, "good", _DAYS),) if clean else ()
    columns = Button(t("Change columns"), "logbook.import_columns", value, days=_DAYS)
    return (*take, columns, Button(t("Leave it"), "logbook.import_drop", value, "danger", _DAYS))


# ---------------------------------------------------------------- what was understood


def understood(
    t: Translate, found: Import, read: Reading, wrong: Problems, plan: checking.Plan | target_rows.Plan | None
) -> Reply:
    """The guess with three rows of it, and the problems; nothing is taken yet."""
    lines = [t("**{name}** was read. Nothing is taken yet.", name=found.name), *_columns(t, read)]
    if read.lacking:
        lines.append(_lacking(t, read))
    elif not read.count and not wrong:
        lines.append(t("There is no row with anything in it."))
    lines += _examples(t, read)
    lines += [fill("- {note}", note=note) for note in reading.notes(t, read)]
    if wrong:
        lines.append(
            t("**To be mended first** ({count}): correct the file and send it again, or change the columns.", count=wrong.count)
        )
        lines += problems.lines(t, wrong)
    elif plan is not None and read.count:
        lines += _would(t, plan)
    clean = not wrong and not read.lacking and plan is not None and (bool(plan.wanted))
    files = (problems.file(t, wrong),) if wrong else ()
    return Reply(wording.under(lines), buttons=buttons(t, found, clean=clean), files=files)


def _columns(t: Translate, read: Reading) -> list[Text]:
    """`- Tanggal: B “Tanggal”`, and what is not used."""
    by_key = {column.key: column for column in read.columns}
    named = [
        (each.name, by_key[read.mapping[each.name]])
        for each in fields.KINDS[read.kind]
        if read.mapping.get(each.name) in by_key
    ]
    lines = [fill("- {label}: {column}", label=fields.label(t, name), column=shown(column)) for name, column in named]
    unused = [shown(column) for column in read.columns if column.key not in read.mapping.values() and column.heading]
    if unused:
        lines.append(t("- Not used: {columns}", columns=", ".join(unused[:12])))
    return lines


def shown(column: Column) -> str:
    """`B “Tanggal”`"""
    return f"{column.letter} “{column.heading}”" if column.heading else column.letter


def _lacking(t: Translate, read: Reading) -> Text:
    if not read.columns:
        return t(
            "No sheet has a table with headings like date and activity. Put the headings above the columns, and send it again."
        )
    names = join(", ", [fields.label(t, name) for name in read.lacking])
    return t("**It is not clear which column holds: {names}.** Press “Change columns”.", names=names)


def _examples(t: Translate, read: Reading) -> list[Text]:
    lines = [_entry(t, each) for each in read.entries[:_EXAMPLES]] + [_target(t, each) for each in read.targets[:_EXAMPLES]]
    if not lines:
        return []
    return [t("For example:"), *(fill("{number}. {line}", number=number, line=line) for number, line in enumerate(lines, 1))]


def _entry(t: Translate, line: Line) -> Text:
    parts = [fill("{day}: {words}", day=long_day(t, line.day), words=_short(line.activity))]
    if line.result:
        parts.append(fill("{words}", words=_short(line.result)))
    if line.quantity is not None or line.measure:
        amount = quantities.shown(line.quantity) if line.quantity is not None else ""
        parts.append(fill("{amount}", amount=f"{amount} {line.measure}".strip()))
    if line.minutes:
        parts.append(duration(t, line.minutes))
    if line.target:
        parts.append(fill("{words}", words=_short(line.target)))
    parts += [fill("NIP {nip}", nip=line.nip)] if line.nip else []
    return join(" · ", parts)


def _target(t: Translate, line: target_rows.Line) -> Text:
    wanted = line.wanted
    parts = [fill("**{code}** {title}", code=wanted.code, title=_short(wanted.title))]
    if wanted.quantity is not None:
        parts.append(fill("{amount} {measure}", amount=quantities.shown(wanted.quantity), measure=wanted.measure))
    parts += [Text(str(line.year))] if line.year else []
    parts += [fill("NIP {nip}", nip=line.nip)] if line.nip else []
    return join(" · ", parts)


def _short(words: str) -> str:
    words = "; ".join(" ".join(line.split()) for line in words.splitlines())
    return words if len(words) <= _WORDS else words[: _WORDS - 1] + "…"


# ---------------------------------------------------------------- what would come in


def _would(t: Translate, plan: checking.Plan | target_rows.Plan) -> list[Text]:
    return would_targets(t, plan) if isinstance(plan, target_rows.Plan) else _would_entries(t, plan)


def _would_entries(t: Translate, plan: checking.Plan) -> list[Text]:
    if not plan.wanted:
        return [t("All of it is in the logbook already; there is nothing to take.")]
    span = plan.span
    assert span is not None  # noqa: S101  # there are rows
    counts = Counter(each.person.id for each in plan.wanted)
    lines = [
        t(
            "**{count} activities** from {first} to {last}.",
            count=len(plan.wanted),
            first=long_day(t, span[0]),
            last=long_day(t, span[1]),
        )
    ]
    if len(plan.owners) > 1:
        shown = [fill("{name} ({count})", name=each.name, count=counts[each.id]) for each in plan.owners[:PEOPLE]]
        more = [t("and {count} more", count=len(plan.owners) - PEOPLE)] if len(plan.owners) > PEOPLE else []
        lines.append(join(", ", [*shown, *more]))
    if plan.known:
        lines.append(t("- {count} are in the logbook already and are left out.", count=plan.known))
    if plan.lacking:
        lines.append(t("- {count} name no time; they are taken without.", count=plan.lacking))
    if plan.unasked:
        lines.append(_unasked(t, plan))
    return lines


def _unasked(t: Translate, plan: checking.Plan) -> Text:
    """Which of one's own are past the time, and how they get in nevertheless."""
    by_sheet: dict[str, list[int]] = {}
    for line in plan.unasked:
        by_sheet.setdefault(line.place.sheet, []).append(line.place.row)
    several = len({each.line.place.sheet for each in plan.wanted}) > 1
    return t(
        "- {count} are of days past the time for reports (row {rows}): they come in as drafts, and your supervisor is asked "
        "for leave to have them sent.",
        count=len(plan.unasked),
        rows=rows.shown_in(list(by_sheet.items()), several=several),
    )


def would_targets(t: Translate, plan: target_rows.Plan) -> list[Text]:
    """How many are new, other and the same, and which go."""
    years = sorted({year for _, year in plan.wanted})
    lines = [
        t(
            "**{count} targets** of {people} for {years}: {added} new, {changed} changed, {same} as before.",
            count=sum(map(len, plan.wanted.values())),
            people=phrases.names(t, [each.name for each in plan.owners.values()], PEOPLE),
            years=Text(", ".join(map(str, years))),
            added=plan.added,
            changed=plan.changed,
            same=plan.same,
        )
    ]
    if plan.removed:
        gone = [target_wording.name(each) for each in plan.removed[:PEOPLE]]
        more = [Text("…")] if len(plan.removed) > PEOPLE else []
        count = len(plan.removed)
        lines.append(
            t("- {count} are not in the file and will be taken out: {targets}", count=count, targets=join(", ", [*gone, *more]))
        )
    return lines
