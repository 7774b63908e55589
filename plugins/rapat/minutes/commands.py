"""`/rapat notulen`: write the minutes on a page, read them, fetch the file's, look at earlier versions; `/rapat notulis`."""

from __future__ import annotations

from collections.abc import Sequence

from integration import people
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    File,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    join,
)
from integration.phrases import clock_and_day
from integration.plugin import Context, Subcommand
from integration.safe_names import safe_name
from plugins.rapat import organizers
from plugins.rapat.meetings import Meeting, Occurrence
from plugins.rapat.minutes import chosen, following, merging, publishing, reading, showing, store, versions
from plugins.rapat.minutes.chosen import SIGN, button
from plugins.rapat.minutes.store import Saved
from plugins.rapat.minutes.versions import Version
from plugins.rapat.wording import say

VERSIONS_SHOWN = 8
_WORDS = {
    "ambil": "fetch",
    "baca": "read",
    "lihat": "read",
    "terbitkan": "publish",
    "terbit": "publish",
    "versi": "versions",
    "riwayat": "versions",
    "tulis": "write",
    "ubah": "write",
}


def minutes(context: Context, command: Command) -> Answer:
    """`notulen [n | words of the title] [tulis | baca | terbitkan | ambil | versi]`"""
    said = [word for word in command.words if word.lower() in _WORDS]
    what = _WORDS[said[0].lower()] if said else ""
    words = [word for word in command.words if not said or word != said[0]]
    line = f"notulen {said[0].lower()}" if said else "notulen"
    found = chosen.chosen(context, words, chosen.begun, line, lead=True)
    if isinstance(found, Reply):
        return found
    meeting, occurrence = found
    if not what:
        what = "write" if organizers.leads(context, meeting) else "read"
    if what == "read":
        return _read(context, meeting, occurrence)
    chosen.must_lead(context, meeting)
    if what == "fetch":
        return _fetch(context, meeting, occurrence)
    if what == "versions":
        return _versions(context, occurrence)
    if what == "publish":
        return publishing.ask(context, meeting, occurrence)
    return _form(context, meeting, occurrence)


def _writes(words: Sequence[str]) -> bool:
    """Alone it may open the form, which begins the minutes."""
    said = next((_WORDS[word.lower()] for word in words if word.lower() in _WORDS), "write")
    return said in ("write", "fetch")


# ---------------------------------------------------------------- writing


def _form(context: Context, meeting: Meeting, occurrence: Occurrence) -> Form:
    t = context.t
    if "cancelled" in (meeting.state, occurrence.state) and versions.latest(context.db, occurrence.id) is None:
        raise UserError(t("The meeting was called off, so there are no minutes of it."))
    version = store.ensure(context, meeting, occurrence)
    example = Text("“- [ ] siapkan ruangan @siti Jumat”")
    intro = t(
        "{title}. An action item is a line like {example}; [x] is done. Below “Decisions” every line is a decision.",
        title=showing.title(t, occurrence, context.person.zone),
        example=example,
    )
    if count := merging.conflicts_in(version.text):
        intro = join(
            "\n", [intro, t("{count} places have two versions: keep one, and delete the lines with [2 versions].", count=count)]
        )
    text = Field("text", t("Minutes"), "textarea", version.text, max_length=store.LARGEST)
    value = f"{occurrence.id}:{version.version}"
    return Form("rapat.minutes", t("Minutes"), (text,), value=value, intro=intro, submit=t("Save"))


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """Keep what was written. A refusal gives the page back with all that was typed."""
    try:
        meeting, occurrence, base = chosen.of_button(context, submission.value)
        chosen.must_lead(context, meeting)
        saved = store.save(context, meeting, occurrence, submission.values.get("text", ""), base, context.person, "form")
    except UserError as error:
        return FormErrors({"text": error.args[0]})
    if saved.changed:
        reading.to_file(context, occurrence, saved.version.version)
    if saved.conflicts:
        _tell_others(context, occurrence, saved)
    return _saved(context, occurrence, saved)


def _saved(context: Context, occurrence: Occurrence, saved: Saved) -> Reply:
    t, number = context.t, saved.version.version
    if not saved.changed:
        return Reply(t("Nothing was changed: the minutes are as they were."), buttons=_next(context, occurrence, saved))
    lines = [
        t(
            "Minutes saved (version {number}): {decisions} decisions, {items} action items.",
            number=number,
            decisions=saved.decisions,
            items=saved.items,
        )
    ]
    others = [found for id in saved.others if (found := people.get(context.db, id))]
    if saved.conflicts:
        names = join(", ", [fill("{name}", name=other.name) for other in others]) or t("somebody")
        lines.append(
            t(
                "{names} has changed the same lines meanwhile. In {count} places both versions are kept, marked “[2”: "
                "choose one.",
                names=names,
                count=saved.conflicts,
            )
        )
    elif others:
        names = join(", ", [fill("{name}", name=other.name) for other in others])
        lines.append(t("Joined with what {names} wrote meanwhile.", names=names))
    if saved.left_out:
        lines.append(t("Only the first {count} action items are followed up.", count=saved.items))
    lines += showing.unclear(t, saved.unclear)
    return Reply(join("\n", lines), buttons=_next(context, occurrence, saved))


def _next(context: Context, occurrence: Occurrence, saved: Saved) -> tuple[Button, ...]:
    t = context.t
    edit = say(t("Go on writing"), f"notulen tulis {SIGN}{occurrence.id}", days=14)
    if merging.conflicts_in(saved.version.text):
        return (edit,)
    return (publishing.button(t, occurrence, saved.version), edit)


def _tell_others(context: Context, occurrence: Occurrence, saved: Saved) -> None:
    for other in people.everyone(context.db, context.now.date(), list(saved.others)):
        key = f"meeting:{occurrence.meeting_id}:minutes:{occurrence.id}:{saved.version.version}:both:{other.id}"
        context.tell(other, key, lambda t, other=other: _both(context, t, occurrence, saved, other.zone))  # type: ignore[misc]  # called at once


def _both(context: Context, t: Translate, occurrence: Occurrence, saved: Saved, zone: str) -> Reply:
    text = t(
        "You and {name} have changed the same lines of the minutes of {title}. In {count} places both versions are kept.",
        name=context.person.name,
        title=showing.title(t, occurrence, zone),
        count=saved.conflicts,
    )
    return Reply(text, buttons=(say(t("Open the minutes"), f"notulen tulis {SIGN}{occurrence.id}", days=14),))


# ---------------------------------------------------------------- reading


def _read(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply:
    """What was published; for those who write them the draft."""
    t, leads = context.t, organizers.leads(context, meeting)
    shown = versions.latest(context.db, occurrence.id) if leads else versions.published(context.db, occurrence.id)
    title = showing.title(t, occurrence, context.person.zone)
    if shown is None or (leads and shown.source == "template"):
        if leads:
            buttons = (say(t("Write the minutes"), f"notulen tulis {SIGN}{occurrence.id}"),)
            return Reply(t("There are no minutes of {title} yet.", title=title), buttons=buttons)
        return Reply(t("The minutes of {title} have not been published yet.", title=title))
    out = _is_out(context, occurrence, shown)
    state = t("published") if out else t("not published yet")
    head = t("Minutes of {title} — version {number}, {state}", title=title, number=shown.version, state=state)
    now = following.as_they_are(context, meeting, occurrence, shown.text) if out else shown.text
    lines = showing.text(t, merging.without_title(now))
    return Reply(join("\n", [head, Text(""), *lines]), buttons=_of_reader(context, occurrence, shown, leads=leads, out=out))


def _is_out(context: Context, occurrence: Occurrence, shown: Version) -> bool:
    """Whether people know it: a task that was ticked is a version of its own, which nobody has to publish."""
    known = versions.published(context.db, occurrence.id)
    return shown.published_at is not None or (known is not None and publishing.says_the_same(known, shown))


def _of_reader(context: Context, occurrence: Occurrence, shown: Version, *, leads: bool, out: bool) -> tuple[Button, ...]:
    t = context.t
    buttons = [button(t("Send it as a file"), "rapat.minutes_send", occurrence, shown.version)]
    if leads:
        buttons.append(say(t("Go on writing"), f"notulen tulis {SIGN}{occurrence.id}"))
        if not out and not merging.conflicts_in(shown.text):
            buttons.insert(0, publishing.button(t, occurrence, shown))
    buttons.append(say(t("Action items"), f"tugas rapat {SIGN}{occurrence.id}"))
    return tuple(buttons)


def _versions(context: Context, occurrence: Occurrence) -> Reply:
    t = context.t
    found = versions.history(context.db, occurrence.id, VERSIONS_SHOWN)
    if not found:
        return Reply(t("There are no minutes of {title} yet.", title=showing.title(t, occurrence, context.person.zone)))
    names = {
        each.id: each.name
        for each in people.fetch(
            context.db, people.people_query().where(people.person.c.id.in_({row.author_id for row in found if row.author_id}))
        )
    }
    lines = [t("Versions of the minutes of {title}", title=showing.title(t, occurrence, context.person.zone))]
    for row in found:
        who = fill("{name}", name=names[row.author_id]) if row.author_id in names else _made_by(context, row)
        when = clock_and_day(t, row.at, context.person, context.now)
        published = t(" (published)") if row.published_at else Text("")
        lines.append(fill("{number}. {who}, {when}{published}", number=row.version, who=who, when=when, published=published))
    buttons = tuple(
        button(t("Version {number}", number=row.version), "rapat.minutes_send", occurrence, row.version) for row in found[:5]
    )
    return Reply(join("\n", lines), buttons=buttons)


def _made_by(context: Context, row: Version) -> Text:
    return context.t("template") if row.source == "template" else context.t("from the file")


def send(context: Context, press: ButtonPress) -> Reply:
    """A version as a file, in a direct message."""
    t = context.t
    meeting, occurrence, number = chosen.of_button(context, press.value)
    version = versions.get(context.db, occurrence.id, number)
    if version is None or not (version.published_at or organizers.leads(context, meeting)):
        return Reply(t("There is no such version, or it was not published."), refused=True)
    day = occurrence.starts_at.astimezone(meeting.tz).date()
    file = File(safe_name(f"Notulen {day} {occurrence.title[:80]} v{number}.md"), "text/markdown", version.text.encode())
    key = f"meeting:{meeting.id}:minutes:{occurrence.id}:{number}:sent:{context.person.id}:{context.now.isoformat()}"
    context.tell(
        context.person,
        key,
        lambda t: Reply(t("Minutes of {title}", title=showing.title(t, occurrence, context.person.zone)), files=(file,)),
    )
    return Reply(t("The file is on its way to you in a direct message."))


def _fetch(context: Context, meeting: Meeting, occurrence: Occurrence) -> Reply:
    t = context.t
    if context.ports.storage is None:
        return Reply(t("No drive is connected, so there is no file to be read."), refused=True)
    store.ensure(context, meeting, occurrence)
    reading.fetch(context, occurrence, context.person)
    name = fill("`{name}`", name=Text(reading.FILE))
    return Reply(t("{file} is being read from the meeting's folder. What was found comes in a direct message.", file=name))


SUBCOMMANDS = (
    Subcommand(
        "notulen",
        minutes,
        "Write, read and publish the minutes",
        arguments="[number | title] [tulis | baca | terbitkan | ambil | versi]",
        example="/rapat notulen",
        aliases=("minutes", "risalah"),
        writes=_writes,
    ),
)
BUTTONS = {"minutes_send": send, **publishing.BUTTONS}
FORMS = {"minutes": submitted}
TASKS = {**reading.TASKS, **publishing.TASKS}
