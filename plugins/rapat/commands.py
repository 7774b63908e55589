"""`/rapat` alone, a meeting in one line, and a meeting now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from integration import workdays
from integration.guidance import near
from integration.messages import Answer, Button, ButtonPress, Command, Reply, Text, fill, join, plain
from integration.plugin import Context, Handler, Plugin, Subcommand
from integration.ports import Span
from plugins.rapat import (
    cancelling,
    card,
    forms,
    lines,
    listing,
    making,
    meetings,
    naming,
    planning,
    publish,
    reading,
    rewriting,
    wording,
)
from plugins.rapat.forms import show, split
from plugins.rapat.planning import Plan
from plugins.rapat.reading import Extras, Understood

NEXT = 3
_AHEAD = timedelta(days=31)
HERE = "rapat.here"


# ---------------------------------------------------------------- /rapat


def home(context: Context, _command: Command) -> Reply:
    """The next meetings, and a button for each thing one can do."""
    t = context.t
    ahead = meetings.of_person(context.db, context.person.id, Span(context.now, context.now + _AHEAD))
    found = listing.firsts(ahead)[:NEXT]
    rows = [_row(context, each) for each in found] or [t("No meeting in the next weeks.")]
    buttons = [wording.say(plain(t("New meeting")), "baru", "good"), wording.say(plain(t("All meetings ahead")), "daftar")]
    if found:
        buttons.append(wording.say(plain(t("Next meeting")), f"lihat {found[0].meeting_id}"))
    buttons += [wording.say(plain(t("My meetings")), "daftar saya"), wording.say(plain(t("Help")), "bantuan")]
    return Reply(join("\n", [wording.bold(t("Meetings")), *rows]), buttons=tuple(buttons))


def _row(context: Context, date: meetings.Occurrence) -> Text:
    """`- Senin 23 Nov, 09.00–10.00 WIB · Koordinasi SPBE [12]`"""
    when = wording.when_short(context.t, date.span, context.person.zone)
    return fill("- {when} · **{title}** [{number}]", when=when, title=date.title, number=date.meeting_id)


# ---------------------------------------------------------------- in one line


def in_one_line(plugin: Callable[[], Plugin]) -> Handler:
    """`besok 09.00 "Koordinasi" @siti 90m` plans it; what is missing or wrong opens the form with what was said."""

    def answer(context: Context, command: Command) -> Answer:
        values = split(context, command.text)
        if values.keys() <= {"title"} and (meant := _mistyped(context, command, plugin())):
            return meant
        return _plan(context, command, values)

    return answer


def _plan(context: Context, command: Command, values: dict[str, str]) -> Answer:
    extras = Extras(command.mentions, dict(command.channels))
    if not values.get("invite") and _can_be_invited(context) and not (set(values) - {"invite"} <= {"title"}):
        return _ask_for_channel(context, command, values, extras)
    understood = reading.read(context, values, extras)
    if isinstance(understood, Understood):
        return making.plan(context, understood)
    return show(context, values, extras, understood)


def _mistyped(context: Context, command: Command, plugin: Plugin) -> Reply | None:
    """A word that is nearly a subcommand's."""
    words = {each: sub.word for sub in plugin.subcommands if not sub.hidden for each in (sub.word, *sub.aliases)}
    meant = list(dict.fromkeys(words[each] for each in near(command.words[0].lower(), words)))
    if not meant or len(command.words) > 2:
        return None
    rest = " ".join(command.words[1:])
    shown = join(" / ", [fill("`/rapat {word}`", word=Text(word)) for word in meant])
    buttons = [wording.say(f"/rapat {word}", f"{word} {rest}".strip()) for word in meant]
    new = Button(plain(context.t("New meeting")), "rapat.form", command.text[:900])
    return Reply(context.t("Did you mean {commands}?", commands=shown), buttons=(*buttons, new), refused=True)


def _can_be_invited(context: Context) -> bool:
    return bool(context.channel.id) and not context.channel.direct


def _ask_for_channel(context: Context, command: Command, values: dict[str, str], extras: Extras) -> Answer:
    """Nobody was named: everybody in this channel may be meant, which is asked first, or others."""
    t = context.t
    understood = reading.read(context, {**values, "invite": "~ini"}, extras)
    line = command.text
    if not isinstance(understood, Understood) or len(line) > 900:
        return show(
            context,
            {**values, "invite": values.get("invite", "")},
            extras,
            understood if isinstance(understood, dict) else None,
        )
    name = context.channel.name
    where = fill("~{name}", name=name) if name else t("this channel")
    plan = understood.plan
    when = wording.when(t, plan.span, [context.person.zone])
    text = t("**{title}**, {when}. Invite everybody in {channel}?", title=plan.title, when=when, channel=where)
    buttons = (
        Button(plain(t("Yes, this channel")), HERE, line, "good"),
        Button(plain(t("Choose people")), "rapat.form", line),
    )
    return Reply(text, buttons=buttons)


def with_channel(context: Context, press: ButtonPress) -> Answer:
    """The line once more, with the channel in which the button is."""
    values = {**split(context, press.value), "invite": "~ini"}
    understood = reading.read(context, values, Extras())
    if not isinstance(understood, Understood):
        return show(context, values, Extras(), understood)
    return _replacing(making.plan(context, understood))


def _replacing(reply: Reply) -> Reply:
    return Reply(reply.text, reply.buttons, replaces=True)


# ---------------------------------------------------------------- now


def now(context: Context, command: Command) -> Answer:
    """`mulai ["title"] [@people]`: a meeting that begins at once; in a channel everybody there may come."""
    t = context.t
    values = lines.split(command.text, workdays.local_day(context.now, context.person), t)
    here = _can_be_invited(context)
    wanted = ", ".join(part for part in (values.get("invite", ""), "~ini" if here else "") if part)
    extras = Extras(command.mentions, dict(command.channels))
    named = naming.required(context, naming.read(context, wanted, extras.mentions, extras.channels))
    if not named:
        return Reply(t("With whom? For example: {example}", example=Text("`/rapat mulai @dewi`")), refused=True)
    minutes = reading.read_minutes(context, values.get("length", ""))
    title = values.get("title") or plain(t("Meeting of {name}", name=context.person.name))
    in_channel = any(each.kind == "channel" for each in named.groups.values())
    provider, notes = reading.read_provider(context, "virtual", values.get("provider", ""), in_channel=in_channel)
    start = context.now.replace(second=0, microsecond=0)
    group = next((each for each in named.groups.values() if each.kind == "channel"), None)
    plan = Plan(
        title=reading.read_title(context, title),
        span=Span(start, start + timedelta(minutes=minutes)),
        zone=context.person.zone,
        starts=(start,),
        agenda=values.get("agenda", ""),
        provider=provider,
        invitees=named.who(),
        groups=tuple(named.groups.values()),
        platform=group.platform if group else "",
        channel=reading.channel_of(group),
    )
    found = planning.create(context, context.person, plan, "planned")
    publish.bring(context, found.id)
    rows = [t("**{title}** begins now (number {number}).", title=found.title, number=found.id), *notes]
    link = t("The invitations go out at once, with the link to join as soon as it is there.")
    rows.append(link if provider else join(" ", [t("The invitations go out at once."), *making.without_video(context, plan)]))
    stop = Button(plain(t("Call it off")), making.UNDO, str(found.id), "danger")
    return Reply(join("\n", rows), buttons=(wording.say(plain(t("Show")), f"lihat {found.id}"), stop))


SUBCOMMANDS = (
    Subcommand(
        "baru",
        forms.new,
        "Plan a meeting; alone it opens the form",
        arguments="[day] [time] [title] [@people] [~channel] [length]",
        example="/rapat baru",
        aliases=("new", "buat", "jadwalkan"),
        writes=True,
    ),
    Subcommand(
        "mulai",
        now,
        "A meeting now, in this channel or with somebody",
        arguments="[title] [@people]",
        example="/rapat mulai @dewi",
        aliases=("start", "sekarang"),
        writes=True,
    ),
    Subcommand(
        "daftar",
        listing.listing,
        "Your meetings: today, this week, of a month, or those you organise",
        arguments="[hari ini | besok | minggu ini | bulan | saya]",
        example="/rapat daftar minggu ini",
        aliases=("list", "ls"),
    ),
    Subcommand(
        "lihat",
        card.show,
        "Everything about a meeting",
        arguments="[number | title] [day]",
        example="/rapat lihat",
        aliases=("show", "detail"),
    ),
    Subcommand(
        "ubah",
        rewriting.change,
        "Change a meeting that you organise, or one date of it",
        arguments="[number | title] [day]",
        example="/rapat ubah",
        aliases=("change", "edit", "geser", "pindah"),
    ),
    Subcommand(
        "batal",
        cancelling.cancel,
        "Call off a meeting that you organise, or one date of it",
        arguments="[number | title] [day] [reason]",
        example="/rapat batal",
        aliases=("cancel", "batalkan"),
    ),
)
BUTTONS = {"here": with_channel, **forms.BUTTONS, **making.BUTTONS, **cancelling.BUTTONS, **rewriting.BUTTONS}
FORMS = {**forms.FORMS, **rewriting.FORMS}
