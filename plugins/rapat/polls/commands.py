"""`/rapat cari-waktu`: propose times, see who can come when, answer others, settle on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from integration import people, phrases
from integration.errors import UserError
from integration.form_values import one_line
from integration.form_values import read as read_field
from integration.guidance import after_first
from integration.messages import (
    Answer,
    Button,
    Channel,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    join,
)
from integration.plugin import Context, Handler, Subcommand
from integration.ports import Span
from plugins.rapat import meetings, planning, reading
from plugins.rapat import wording as rapat_wording
from plugins.rapat.meetings import Meeting
from plugins.rapat.naming import Named
from plugins.rapat.planning import Plan
from plugins.rapat.polls import asked, ending, line, pressing, store, wording
from plugins.rapat.reading import Extras

NAME = "cari-waktu"
FORM = "poll"
_EXAMPLE = Text('`/rapat cari-waktu "Evaluasi" @dewi senin 09.00, selasa 13.00 90m`')
_SHOWN = 5
_FORM_WORDS = frozenset({"baru", "new", "form"})


def search(context: Context, command: Command) -> Answer:
    """Alone it shows what is open; `baru` opens a form; `tambah @name` asks one more; else it is a new search."""
    first = command.words[0].lower() if command.words else ""
    if not first:
        return _open(context)
    if first in _FORM_WORDS:
        return _form(context)
    if first in ("tambah", "add") and len(command.words) > 1:
        return _add(context, after_first(command.text), _extras(command))
    said = line.read(context, command.text)
    named = reading.read_named(context, said.whom, _extras(command))
    return _begin(context, reading.read_title(context, said.title), named, said.times, said.length)


def _writes(words: Sequence[str]) -> bool:
    return bool(words) and words[0].lower() not in _FORM_WORDS


def _extras(command: Command) -> Extras:
    return Extras(command.mentions, dict(getattr(command, "channels", ())))


# ---------------------------------------------------------------- a new one


def _form(context: Context, values: Mapping[str, str] | None = None) -> Form:
    t, given = context.t, values or {}
    return Form(
        action=f"rapat.{FORM}",
        title=t("Find a time"),
        intro=t("Everybody is asked when they can come; the time that suits most is taken."),
        submit=t("Ask"),
        fields=(
            Field("title", t("Title"), default=given.get("title", "")),
            Field(
                "invite", t("Who is invited"), "textarea", given.get("invite", ""), hint="@dewi, @budi, ~ini", max_length=3000
            ),
            Field(
                "times",
                t("Proposed times"),
                "textarea",
                given.get("times", ""),
                hint=t("For example: Monday 09.00, Tuesday 13.00. Empty: I look for three."),
                required=False,
                max_length=500,
            ),
            Field("length", t("How long"), default=given.get("length", "60 menit"), max_length=40),
        ),
    )


def submitted(context: Context, submission: FormSubmission) -> Answer:
    errors: dict[str, str] = {}
    values = submission.values
    title = read_field(errors, "title", lambda: reading.read_title(context, values.get("title", "")))
    named = read_field(errors, "invite", lambda: reading.read_named(context, values.get("invite", ""), Extras()))
    length, typed = one_line(values.get("length", "")), values.get("times", "")
    read_field(errors, "length", lambda: line.placeholder(context, length))
    if "length" not in errors:
        read_field(errors, "times", lambda: line.spans(context, typed, length))
    if errors or title is None or named is None:
        return FormErrors(errors)
    return _begin(context, title, named, typed, length)


def _begin(context: Context, title: str, named: Named, typed: str, length: str) -> Reply:
    """The meeting is written down without a time; the worker asks everybody."""
    if not (named.people or named.groups):
        raise UserError(context.t("Guests cannot answer here. Name at least one colleague, or set a time yourself."))
    spans = line.spans(context, typed, length)
    span = spans[0] if spans else line.placeholder(context, length)
    channel = next((group for group in named.groups.values() if group.kind == "channel"), None)
    provider, notes = reading.read_provider(context, "virtual", "", in_channel=channel is not None)
    plan = Plan(
        title=title,
        span=span,
        zone=context.person.zone,
        starts=(span.start,),
        provider=provider,
        invitees=named.who(),
        groups=tuple(named.groups.values()),
        platform=channel.platform if channel else "",
        channel=Channel(id=channel.id, name=channel.name) if channel else None,
    )
    found = planning.create(context, context.person, plan, state="polling")
    store.propose(context, found, spans)
    if named.groups:  # whoever is in them is found first
        planning.check(context, found, tuple(named.groups.values()), ask=False)
    else:
        asked.queue(context, found)
    return _begun(context, found, spans, named, notes)


def _begun(context: Context, found: Meeting, spans: Sequence[Span], named: Named, notes: Sequence[Text]) -> Reply:
    t = context.t
    names = [*(each.name for each in named.people.values()), *(group.via for group in named.groups.values())]
    whom = phrases.names(t, names, _SHOWN)
    lines = [t("I ask {names} when they can come to “{title}”.", names=whom, title=found.title)]
    if spans:
        lines += [fill("- {when}", when=rapat_wording.when_short(t, span, context.person.zone)) for span in spans]
    else:
        lines.append(t("You named no times, so I look for three that suit all."))
    if named.addresses:
        lines.append(t("Guests cannot answer here; they get the invitation once the time is certain."))
    lines += notes
    lines.append(t("Who can come when: {command}", command=Text(f"`/rapat {NAME}`")))
    return Reply(join("\n", lines), buttons=(_show_button(context, found.id, t("Answers")),))


def _show_button(context: Context, meeting_id: int, label: str) -> Button:
    return Button(label, f"rapat.{wording.SHOW}", str(meeting_id), days=wording.DAYS_OPEN)


# ---------------------------------------------------------------- looking


def _open(context: Context) -> Answer:
    """The one that is open, else a list of them."""
    t, found = context.t, store.open_of(context)
    if not found:
        return Reply(
            t("No time is being looked for. Propose some like this: {example}", example=_EXAMPLE),
            buttons=(rapat_wording.say(t("Find a time"), f"{NAME} baru"),),
        )
    if len(found) == 1:
        return pressing.shown(context, found[0][0].id)
    lines = [t("These look for a time:")]
    for each, mine in found[:_SHOWN]:
        lines.append(
            t("- “{title}” (yours, no. {number})", title=each.title, number=each.id) if mine else _theirs(context, each)
        )
    buttons = [_show_button(context, each.id, each.title[:40]) for each, _ in found[:_SHOWN]]
    return Reply(rapat_wording.below(lines), buttons=tuple(buttons))


def _theirs(context: Context, found: Meeting) -> Text:
    organizer = people.get(context.db, found.organizer_id)
    return context.t("- “{title}” of {name}", title=found.title, name=organizer.name if organizer else "–")


# ---------------------------------------------------------------- more people


def _add(context: Context, text: str, extras: Extras) -> Reply:
    """Ask somebody who was not invited before; a number says to which search, where several are open."""
    t, words = context.t, text.split()
    number = next((int(word) for word in words if word.isdecimal() and len(word) <= 9), None)
    named = reading.read_named(context, " ".join(word for word in words if not word.isdecimal()), extras)
    fitting = [each for each, mine in store.open_of(context) if mine and number in (None, each.id)]
    if not fitting:
        raise UserError(t("You are not looking for a time now. Propose some like this: {example}", example=_EXAMPLE))
    if len(fitting) > 1:
        numbers = join(", ", [t("{number} (“{title}”)", number=each.id, title=each.title) for each in fitting])
        raise UserError(t("To which one? Write its number behind the names: {numbers}.", numbers=numbers))
    return _added(context, fitting[0], named)


def _added(context: Context, found: Meeting, named: Named) -> Reply:
    t = context.t
    before = {each.who for each in meetings.invitees(context.db, found.id)}
    planning.invite(context, found.id, named.who())
    after = {each.who for each in meetings.invitees(context.db, found.id)}
    if named.groups:
        groups = [group.plain for group in named.groups.values()]
        given = {"meeting": found.id, "version": found.version, "groups": groups, "ask": False}
        key = f"meeting:{found.id}:{found.version}:more:{context.now.isoformat()}"
        context.later(planning.CHECK, f"meeting:{found.id}", key, given)
    elif after == before:
        return Reply(t("They are invited to “{title}” already.", title=found.title), refused=True)
    if after != before:
        context.audit("meeting.invited", f"meeting:{found.id}", after={"people": sorted(after - before)})
        asked.queue(context, found)
    return Reply(t("I ask them too when they can come to “{title}”.", title=found.title))


SUBCOMMANDS = (
    Subcommand(
        NAME,
        search,
        "Ask everybody which time suits; alone it shows the answers",
        arguments='["title"] [@people] [times] [length]',
        example='/rapat cari-waktu "Evaluasi" @dewi senin 09.00, selasa 13.00',
        aliases=("cariwaktu", "poll", "jajak"),
        writes=_writes,
    ),
)
BUTTONS = pressing.BUTTONS
FORMS: dict[str, Handler] = {FORM: submitted}
JOBS = ending.JOBS
TASKS = asked.TASKS
