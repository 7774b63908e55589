"""`/berkas bagikan`: for whom, until when; asked in one line, confirmed by a button, or filled into a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from integration import phrases
from integration.i18n import Translate
from integration.messages import (
    Answer,
    Button,
    ButtonPress,
    Command,
    Field,
    Form,
    FormErrors,
    FormSubmission,
    Reply,
    Text,
    fill,
    join,
    plain,
)
from integration.plugin import Context, Work
from plugins.berkas import card, listing, places, receivers, shares, wording
from plugins.berkas.wording import say

SHARE, UNSHARE = "share", "unshare"
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wish:
    path: str
    receivers: tuple[receivers.Receiver, ...]
    until: date

    @property
    def value(self) -> str:
        return f"{','.join(receiver.code for receiver in self.receivers)}|{self.until.isoformat()}|{self.path}"


def share(context: Context, command: Command) -> Answer:
    """`bagikan <file> @person|~channel [sampai day]`; alone it lists one's own shares."""
    text = command.text.strip()
    if not text:
        return own(context)
    try:
        rest, until = receivers.until(context, text)
        found = receivers.RECEIVER.findall(rest)
        words = receivers.RECEIVER.sub(" ", rest).replace(",", " ").strip()
        whom = receivers.receivers(context, found, command.mentions)
    except receivers.Unclear as unclear:
        return Reply(unclear.text, refused=True)
    return _of_file(context, words, whom, until)


def _of_file(context: Context, words: str, whom: tuple[receivers.Receiver, ...], until: date) -> Answer:
    t = context.t
    if not words:
        return Reply(t("Which file? For example: {example}", example=Text("`/berkas bagikan undangan @dewi`")), refused=True)
    path = words if "/" in words else ""
    if not path:
        found = listing.find(context, words.split())
        if len(found.files) > 1:
            return _which(context, found, whom, until)
        path = found.files[0].path if found.files else ""
    if not path or not card.may_see(context, path):
        text = t("There is no file “{name}” that you may see.", name=wording.name_of(words)[:100])
        return Reply(text, buttons=(say(t("All files"), "daftar"),), refused=True)
    return _confirm(context, Wish(path, whom, until)) if whom else form(context, path)


def _which(context: Context, found: listing.Found, whom: tuple[receivers.Receiver, ...], until: date) -> Reply:
    t, here = context.t, found.files[: listing.PAGE]
    lines = [t("Which file do you mean?"), *(listing.line(context, file) for file in here)]
    buttons = [
        Button(wording.label(wording.name_of(file.path)), "berkas.share_ask", Wish(file.path, whom, until).value)
        for file in here
    ]
    return Reply(wording.listed(lines), buttons=tuple(buttons))


def ask(context: Context, press: ButtonPress) -> Answer:
    """The file was chosen."""
    wish = _read(context, press.value)
    if wish is None or not card.may_see(context, wish.path):
        return _gone(context)
    return _confirm(context, wish) if wish.receivers else form(context, wish.path)


def _confirm(context: Context, wish: Wish) -> Reply:
    t = context.t
    names = join(", ", [fill("{name}", name=receiver.name) for receiver in wish.receivers])
    file, yes = wording.bold(wording.name_of(wish.path)), Button(t("Yes, share"), "berkas.share_yes", wish.value, "good")
    if context.ports.storage is not None and context.ports.storage.name == "local":
        return Reply(t("Send {file} to {names}? This office's drive has no links.", file=file, names=names), buttons=(yes,))
    text = t(
        "Share {file} with {names} until {day}? They get a link, and its password in a message of its own.",
        file=file,
        names=names,
        day=phrases.long_day(t, wish.until),
    )
    return Reply(text, buttons=(yes,))


def _gone(context: Context) -> Reply:
    return Reply(context.t("This file is not there for you any more."), refused=True)


# ---------------------------------------------------------------- the form


def open_form(context: Context, press: ButtonPress) -> Answer:
    """The button *Share* of a file."""
    if not card.may_see(context, press.value):
        return _gone(context)
    return form(context, press.value)


def form(context: Context, path: str) -> Form:
    t = context.t
    here = context.channel.id and not context.channel.direct
    hint = (
        t("@name, name or NIP; several with commas; ~ini for this channel")
        if here
        else t("@name, name or NIP; several with commas")
    )
    fields = (
        Field("to", t("For whom"), hint=hint),
        Field("until", t("Until"), "date", default=receivers.usual_day(context).isoformat()),
    )
    return Form(
        "berkas.share",
        t("Share a file"),
        fields,
        value=path,
        intro=t("{name}: the password is sent apart.", name=wording.name_of(path)),
        submit=t("Share"),
    )


def submitted(context: Context, form: FormSubmission) -> Answer:
    if not card.may_see(context, form.value):
        return _gone(context)
    try:
        words = [part.strip() for part in form.values.get("to", "").split(",") if part.strip()]
        until = receivers.day(context, form.values.get("until", "") or "-")
    except receivers.Unclear as unclear:
        return FormErrors({"until": plain(unclear.text)})
    try:
        channels = [word for word in words if word.startswith("~") or word.lower() in receivers.HERE]
        if len(words) > receivers.MOST or not words:
            receivers.receivers(context, words, ())
            raise receivers.Unclear(context.t("Please fill this in."))
        named = [receivers.channel(context, word) if word in channels else receivers.person(context, word) for word in words]
    except receivers.Unclear as unclear:
        return FormErrors({"to": plain(unclear.text)})
    whom = tuple({receiver.code: receiver for receiver in named}.values())
    return begin(context, Wish(form.value, whom, until))


# ---------------------------------------------------------------- beginning and ending


def confirmed(context: Context, press: ButtonPress) -> Reply:
    wish = _read(context, press.value)
    if wish is None or not wish.receivers or not card.may_see(context, wish.path):
        return _gone(context)
    return begin(context, wish)


def _read(context: Context, value: str) -> Wish | None:
    """A button's wish, checked again: whom it names, and the day."""
    codes, _, rest = value.partition("|")
    day, _, path = rest.partition("|")
    try:
        until = receivers.allowed(context, date.fromisoformat(day))
        whom = tuple(receivers.known(context, code) for code in codes.split(",")[: receivers.MOST] if code)
    except (ValueError, receivers.Unclear):
        return None
    return Wish(path, whom, until)


def begin(context: Context, wish: Wish) -> Reply:
    """Queue a share for each receiver; a second click prolongs nothing and sends nothing again."""
    t = context.t
    expires = datetime.combine(wish.until + timedelta(days=1), time(), context.person.tz)
    new = []
    for receiver in wish.receivers:
        row = {"person_id": context.person.id, "path": wish.path, "path_key": places.key(wish.path)}
        row |= {"receiver": receiver.code[:220], "receiver_name": receiver.name[:200]}
        made, fresh = shares.ask(context, row | {"until": wish.until, "expires_at": expires})
        if fresh or made.state == "waiting":
            new.append(made)
            queue(context, SHARE, made)
    names = join(", ", [fill("{name}", name=receiver.name) for receiver in wish.receivers])
    file = wording.bold(wording.name_of(wish.path))
    if not new:
        return Reply(
            t("{file} is shared with {names} already.", file=file, names=names), buttons=(_list(context),), replaces=True
        )
    text = t("{file} is being shared with {names}, until {day}.", file=file, names=names, day=phrases.long_day(t, wish.until))
    return Reply(text, buttons=(*(_end(context, row) for row in new[:3]), _list(context)), replaces=True)


def queue(work: Work, task: str, row: shares.Share) -> None:
    stream = f"berkas:link:{row.path_key}"
    work.later(f"berkas.{task}", stream, f"berkas:{task}:{row.id}:{row.round}", {"share": row.id})


def _list(context: Context) -> Button:
    return say(context.t("My shares"), "bagikan")


def _end(context: Context, row: shares.Share) -> Button:
    return end_button(context.t, row)


def end_button(t: Translate, row: shares.Share) -> Button:
    label = plain(t("Withdraw: {name}", name=row.receiver_name[:25]))
    return Button(label, "berkas.share_end", str(row.id), "danger", days=366)


def own(context: Context) -> Reply:
    """What one shares, each with a button that ends it."""
    t = context.t
    rows = shares.of_person(context.db, context.person.id, SHOWN)
    if not rows:
        text = t("You share no file. For example: {example}", example=Text("`/berkas bagikan undangan @dewi`"))
        return Reply(text, buttons=(say(t("All files"), "daftar"),))
    lines = [t("**Files that you share**"), *(_line(context, row) for row in rows)]
    return Reply(wording.listed(lines), buttons=tuple(_end(context, row) for row in rows if row.way != "file"))


def _line(context: Context, row: shares.Share) -> Text:
    day = phrases.short_day(context.t, row.until)
    name = wording.name_of(row.path)
    if row.way == "file":
        return context.t("- {file} → {name}, sent as a file", file=name, name=row.receiver_name)
    return context.t("- {file} → {name}, until {day}", file=name, name=row.receiver_name, day=day)


def withdraw(context: Context, press: ButtonPress) -> Reply:
    t = context.t
    number = press.value if press.value.isascii() and press.value.isdigit() and len(press.value) < 10 else "0"
    row = shares.get(context.db, int(number))
    if row is None or row.person_id != context.person.id:
        return Reply(t("Only who shared a file can withdraw it."), refused=True)
    if row.way == "file" and row.state == "made":
        return Reply(t("“{name}” was sent as a file; that cannot be taken back.", name=wording.name_of(row.path)), refused=True)
    if row.state not in shares.LIVE or not shares.end(context, row, "berkas.share_withdrawn"):
        return Reply(t("This was withdrawn already."), refused=True)
    queue(context, UNSHARE, row)
    file, name = wording.name_of(row.path), row.receiver_name
    return Reply(
        t("Withdrawn: {file} for {name}. The link ends now.", file=file, name=name), buttons=(_list(context),), replaces=True
    )
