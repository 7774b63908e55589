"""`/berkas simpan`: what was asked is queued at once; looking into the chat and the transfer are the worker's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

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
    plain,
)
from integration.plugin import Context
from integration.ports import Attachments
from integration.safe_names import safe_name
from plugins.berkas import places, saved, wording
from plugins.berkas.wording import say

LOOK, SAVE, UNDO = "look", "save", "undo"
_LONGEST_WISH = 300
_MOST_AT_ONCE = 20


def save(context: Context, command: Command) -> Answer:
    """`simpan [folder/] [name]`"""
    chat = context.ports.chats.get(context.sender.platform)
    if chat is not None and not isinstance(chat, Attachments) or context.sender.platform == "local":
        return upload_form(context, command)  # nobody can attach anything there
    places.settle(context)
    folder, name = wish(context, command.text)
    channel = context.channel
    given = {
        "person": context.person.id,
        "platform": context.sender.platform,
        "account": context.sender.id,
        "channel": [channel.id, channel.name[:190], channel.team_id, channel.direct, channel.thread, channel.message],
        "folder": folder,
        "name": name,
        "asked": context.now.isoformat(),
    }
    stream = f"berkas:look:{context.person.id}"
    context.later(f"berkas.{LOOK}", stream, f"{stream}:{context.now.isoformat()}", given)
    text = context.t("One moment: the attachment is being saved. The result comes to you in a direct message.")
    return Reply(text, buttons=(say(context.t("How far is it?"), "proses"),))


def wish(context: Context, text: str) -> tuple[str, str]:
    """The folder and the name that were asked for: `Surat/undangan`, `Surat/`, `undangan rapat`; "" for the usual name."""
    words = text.strip().strip("\"'“”")[:_LONGEST_WISH]
    below, slash, name = words.rpartition("/")
    base = places.home(context)
    return (places.subfolder(base, below) if slash else base), (safe_name(name) if name.strip() else "")


# ---------------------------------------------------------------- from the phone, by a page


def upload_form(context: Context, command: Command) -> Form:
    """A page on which a file can be chosen, where no message carries one."""
    t = context.t
    folder, name = wish(context, command.text)
    fields = (
        Field("file", t("File"), "file", any_type=True),
        Field(
            "name", t("Name"), default=name, required=False, max_length=places.LONGEST_NAME, hint=t("Empty: as it is called")
        ),
    )
    intro = t("It is put into {folder}.", folder=folder)
    return Form("berkas.upload", t("Save a file"), fields, value=folder, intro=intro, submit=t("Send"))


def uploaded(context: Context, form: FormSubmission) -> Answer:
    file, t = form.files.get("file"), context.t
    if file is None or not file.content:
        return FormErrors({"file": plain(t("Please choose a file."))})
    places.settle(context)
    folder = form.value if may_write(context, form.value) else places.home(context)
    row = {
        "person_id": context.person.id,
        "platform": context.sender.platform,
        "asked_at": context.now,
        "attached_by": context.sender.id[:190],
        "attached_at": context.now,
        "name": saved.named(form.values.get("name", "") or file.name, file.name),
        "media_type": file.media_type[:190],
        "size": len(file.content),
        "folder": folder,
    }
    file_id = saved.ask(context, row)
    assert file_id is not None  # noqa: S101  # without an attachment's id nothing can be in its way
    saved.keep_upload(context, file_id, file.content)
    queue(context, [file_id])
    return Reply(t("“{name}” is being saved. The result comes to you in a direct message.", name=str(row["name"])))


def may_write(context: Context, folder: str) -> bool:
    return places.within(folder, places.roots(context))


def queue(context: Any, ids: Sequence[int]) -> None:
    """Let the worker carry them over, in the order of each person's requests."""
    rows = saved.several(context.db, ids)
    person = rows[0].person_id
    key = f"berkas:save:{'-'.join(str(row.id) for row in rows)}:{context.now.isoformat()}"[:190]
    context.later(f"berkas.{SAVE}", f"berkas:save:{person}", key, {"files": [row.id for row in rows], "person": person})


# ---------------------------------------------------------------- buttons


def chosen(context: Context, press: ButtonPress) -> Reply:
    """Which of the attachments are meant: their rows' numbers."""
    t = context.t
    rows = [row for row in saved.several(context.db, numbers(press.value)) if row.person_id == context.person.id]
    if not rows:
        return Reply(t("This choice is over. Type {command} again.", command=Text("`/berkas simpan`")), refused=True)
    taken = [row.id for row in rows if row.state == "offered" and saved.accept(context, row.id, context.person.id)]
    if taken:
        queue(context, taken)
        text = t("Being saved: {names}. The result follows.", names=wording.names(t, [r.name for r in rows if r.id in taken]))
        return Reply(text, buttons=(say(t("How far is it?"), "proses"), undo_button(t, taken)), replaces=True)
    return Reply(_known(context, rows), refused=True, replaces=True)


def _known(context: Context, rows: Sequence[saved.File]) -> Text:
    """They were chosen before, here or by somebody else."""
    there = saved.known(context.db, rows[0].platform, [row.attachment_key for row in rows])
    lines = [already(context, row) for row in there.values()]
    return (
        wording.listed(lines)
        if lines
        else context.t("This choice is over. Type {command} again.", command=Text("`/berkas simpan`"))
    )


def already(context: Any, row: saved.File, speak: Callable[..., Text] | None = None) -> Text:
    """An attachment that was saved before: where it is."""
    t = speak or context.t
    if row.state == "waiting":
        return t("“{name}” is being saved already.", name=row.name)
    if row.state == "undoing":
        return t("“{name}” is just being taken back. Please repeat in a moment.", name=row.name)
    return t(
        "“{name}” was saved before; it is in {folder}.", name=wording.name_of(row.path), folder=wording.folder_of(row.path)
    )


def undo_button(t: Callable[..., Text], ids: Sequence[int]) -> Button:
    return Button(t("Take it back"), "berkas.undo", ",".join(map(str, ids)), "danger", days=1)


def undo(context: Context, press: ButtonPress) -> Reply:
    """Take back what one has saved oneself, for a day; also while it is on its way."""
    t = context.t
    rows = saved.several(context.db, numbers(press.value))
    mine = [row for row in rows if row.person_id == context.person.id]
    if not mine:
        return Reply(t("Only who saved a file can take it back."), refused=True)
    can = [row for row in mine if saved.can_be_undone(row, context.person.id, context.now)]
    if not can:
        return Reply(_over(context, mine[0]), refused=True)
    dropped = [row for row in can if row.state == "waiting" and saved.drop(context, row)]
    taken = [row for row in can if row.state == "saved" and saved.take_back(context, row)]
    if taken:
        key = f"berkas:undo:{'-'.join(str(row.id) for row in taken)}"[:190]
        given = {"files": [row.id for row in taken], "person": context.person.id}
        context.later(f"berkas.{UNDO}", f"berkas:save:{context.person.id}", f"{key}:{context.now.isoformat()}", given)
    names = [row.name for row in dropped] + [wording.name_of(row.path) for row in taken]
    return Reply(t("Taken back: {names}.", names=wording.names(t, names)), replaces=True)


def _over(context: Context, row: saved.File) -> Text:
    t = context.t
    if row.state == "saved":
        return t(
            "“{name}” was saved more than a day ago. Delete it in the folder itself: {folder}.",
            name=row.name,
            folder=row.folder,
        )
    return t("“{name}” was taken back already.", name=row.name)


def numbers(value: str) -> list[int]:
    """The row numbers in a button's value; what is none of ours is none."""
    parts = value.split(",")[:_MOST_AT_ONCE]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10]


# ---------------------------------------------------------------- how far it is


def progress(context: Context, _command: Command) -> Reply:
    """`proses`: what is on its way."""
    t = context.t
    rows = saved.on_the_way(context.db, context.person.id)
    if not rows:
        text = t("Nothing is on its way. What you saved: {command}", command=Text("`/berkas daftar saya`"))
        return Reply(text, buttons=(say(t("My files"), "daftar saya"),))
    buttons = (say(t("How far is it?"), "proses"), undo_button(t, [row.id for row in rows]))
    return Reply(wording.listed([how_far(t, row) for row in rows]), buttons=buttons, replaces=True)


def how_far(t: Callable[..., Text], row: saved.File) -> Text:
    share = 100 * row.passed // row.size if row.size else 0
    return t("{name}: {share} % of {size}", name=row.name, share=share, size=wording.size(row.size))
