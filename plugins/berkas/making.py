"""`/berkas baru`: a document, sheet, presentation or form from the office's templates, or from plain ones of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integration import people, phrases, workdays
from integration.errors import DeliveryError
from integration.i18n import Translate
from integration.messages import Answer, Button, Command, Reply, Text, fill
from integration.plugin import Context, Run, Work
from integration.ports import Changed, Storage, StoredFile
from integration.safe_names import free_name, safe_name
from plugins.berkas import office_files, places, saved, saving, wording
from plugins.berkas.wording import say

MAKE = "make"
KINDS = {
    "dokumen": frozenset({"dokumen", "document", "doc", "docx", "odt", "word", "surat"}),
    "lembar": frozenset({"lembar", "sheet", "spreadsheet", "excel", "xlsx", "ods", "tabel"}),
    "presentasi": frozenset({"presentasi", "presentation", "slide", "slides", "ppt", "pptx", "odp"}),
    "formulir": frozenset({"formulir", "form", "isian"}),
}
_TEMPLATE = frozenset({"templat", "template"})
_LARGEST = 50_000_000
_SHOWN = 8
_NAMES_TRIED = 20


def make(context: Context, command: Command) -> Answer:
    """`baru <dokumen|lembar|presentasi|formulir> [name]`, `baru templat <template>`"""
    t, first = context.t, command.words[0].lower() if command.words else ""
    rest = " ".join(command.words[1:])
    kind = next((kind for kind, words in KINDS.items() if first in words), "")
    if not first or (first in _TEMPLATE and not rest):
        return _menu(context)
    if kind:
        return _begin(context, kind, "", rest)
    words = rest if first in _TEMPLATE else " ".join(command.words)
    if len(words) > places.LONGEST_NAME:
        return Reply(t("The name is too long."), refused=True)
    return _begin(context, "", words, "")


def _menu(context: Context) -> Reply:
    t = context.t
    labels = {"dokumen": t("Document"), "lembar": t("Sheet"), "presentasi": t("Presentation"), "formulir": t("Form")}
    buttons = [say(label, f"baru {kind}") for kind, label in labels.items()]
    text = t("What shall be made? With a name: {example}", example=Text("`/berkas baru dokumen notulen rapat`"))
    return Reply(text, buttons=(*buttons, say(t("The office's templates"), "templat")))


def _begin(context: Context, kind: str, template: str, name: str) -> Reply:
    t = context.t
    places.settle(context)
    given = {
        "person": context.person.id,
        "platform": context.sender.platform,
        "channel": [context.channel.id[:190], context.channel.name[:190]],
        "kind": kind,
        "template": template,
        "name": safe_name(name)[: places.LONGEST_NAME] if name.strip() else "",
        "folder": places.home(context),
        "asked": context.now.isoformat(),
    }
    key = f"berkas:make:{context.person.id}:{context.now.isoformat()}"
    context.later(f"berkas.{MAKE}", f"berkas:make:{context.person.id}", key, given | {"key": f"{key}:made"})
    return Reply(t("It is being made. The link comes to you in a direct message."))


def templates(context: Context, _command: Command) -> Reply:
    """`templat`: what the administrator has put into the folder; live."""
    t, storage = context.t, context.ports.storage
    try:
        if storage is None:
            raise DeliveryError("no storage is connected")
        with storage.within():
            found = _office(storage)
    except DeliveryError:
        return Reply(wording.storage_trouble(t), refused=True)
    if not found:
        folder = fill("`{folder}`", folder=Text(places.TEMPLATES))
        return Reply(
            t("The office has no templates yet. The administrator puts them into {folder}.", folder=folder), refused=True
        )
    buttons = [say(wording.label(_stem(each.path)), f"baru templat {_stem(each.path)}") for each in found[:_SHOWN]]
    lines = [t("**The office's templates**"), *(fill("- {name}", name=_stem(each.path)) for each in found)]
    return Reply(wording.listed(lines), buttons=tuple(buttons))


def _office(storage: Storage) -> list[StoredFile]:
    return [file for file in storage.list(places.TEMPLATES) if not wording.name_of(file.path).startswith((".", "~"))]


def _stem(path: str) -> str:
    stem, dot, _ = wording.name_of(path).rpartition(".")
    return stem if dot and stem else wording.name_of(path)


# ---------------------------------------------------------------- in the worker


def work_on(run: Run, given: Mapping[str, Any]) -> None:
    """Copy the template under a free name; a repeat finds its own copy."""
    storage = run.ports.storage
    if storage is None:
        raise DeliveryError("no storage is connected")
    with run.begin() as work:
        someone = people.get(work.db, int(given["person"]))
        t = work.speak(someone)
        name = given["name"] or _usual_name(work, t, given, someone)
    if someone is None:
        return
    office = _office(storage)
    source = _matching(office, given["kind"] or given["template"], whole=bool(given["kind"]))
    if source is None and not given["kind"]:
        with run.begin() as work:
            work.tell(someone, given["key"], lambda t: _no_template(t, given["template"], office))
        return
    content, ending, media_type = _content(storage, source, given["kind"], name, t)
    stored = _put(storage, given["folder"], saved.named(name, f"x.{ending}"), content, media_type)
    address = storage.link_for_members(stored.path)
    with run.begin() as work:
        row = _record(work, given, stored, media_type)
        work.tell(someone, given["key"], lambda t: _made(t, stored, address, row))


def _usual_name(work: Work, t: Translate, given: Mapping[str, Any], someone: Any) -> str:
    day = phrases.long_day(t, workdays.local_day(work.now, someone)) if someone is not None else ""
    what = given["template"] or given["kind"]
    return f"{what[:1].upper()}{what[1:]} {day}"[: places.LONGEST_NAME]


def _matching(office: Sequence[StoredFile], words: str, *, whole: bool) -> StoredFile | None:
    """The template of that name, or the only one with all the words in its name."""
    wanted = words.casefold()
    exact = [file for file in office if _stem(file.path).casefold() == wanted]
    if exact or whole:
        return exact[0] if exact else None
    parts = [file for file in office if all(word in _stem(file.path).casefold() for word in wanted.split())]
    return parts[0] if len(parts) == 1 else None


def _content(storage: Storage, source: StoredFile | None, kind: str, name: str, t: Translate) -> tuple[bytes, str, str]:
    if source is not None:
        if source.size > _LARGEST:
            raise DeliveryError(f"the template {source.path!r} is too large", permanent=True)
        ending = wording.name_of(source.path).rpartition(".")[2]
        return storage.get(source.path), ending, "application/octet-stream"
    stem = name.rpartition(".")[0] or name
    if kind == "lembar":
        return office_files.sheet(stem, [t("No."), t("Subject"), t("Person"), t("Note")]), "ods", office_files.SHEET
    if kind == "presentasi":
        return office_files.slides(stem), "odp", office_files.SLIDES
    if kind == "formulir":
        fields = [t("Name"), "NIP", t("Unit"), t("Date"), t("Subject"), t("Note"), t("Signature")]
        return office_files.form(stem, fields), "odt", office_files.TEXT
    return office_files.document(stem), "odt", office_files.TEXT


def _put(storage: Storage, folder: str, name: str, content: bytes, media_type: str) -> StoredFile:
    taken: set[str] = set()
    free = name
    for _ in range(_NAMES_TRIED):
        try:
            return storage.put(f"{folder}/{free}", content, media_type, expected="")
        except Changed:
            taken.add(free)
            free = free_name(name, taken)
    raise DeliveryError(f"no free name for {name!r} in {folder!r}", permanent=True)


def _record(work: Work, given: Mapping[str, Any], stored: StoredFile, media_type: str) -> saved.File:
    """What was made is among the person's files as what was saved is."""
    channel, channel_name = given["channel"]
    row = {
        "person_id": int(given["person"]),
        "platform": given["platform"],
        "channel": channel,
        "channel_name": channel_name,
        "asked_at": work.now,
        "attached_at": work.now,
        "name": wording.name_of(stored.path),
        "media_type": media_type,
        "size": stored.size,
        "folder": given["folder"],
    }
    file_id = saved.ask(work, row)
    assert file_id is not None  # noqa: S101  # without an attachment's id nothing can be in its way
    file = saved.get(work.db, file_id)
    assert file is not None  # noqa: S101  # it was written a line ago
    saved.arrived(work, file, stored)
    found = saved.get(work.db, file_id)
    assert found is not None  # noqa: S101  # as above
    return found


def _made(t: Translate, stored: StoredFile, address: str, row: saved.File) -> Reply:
    name, folder = wording.bold(wording.name_of(stored.path)), wording.folder_of(stored.path)
    lines = [t("Made: {name}, in {folder}.", name=name, folder=folder)]
    if wording.is_address(address):
        lines.append(wording.link(t("Open the file"), address))
    share = Button(t("Share"), "berkas.share", stored.path)
    fetch = Button(t("Send it to me"), "berkas.fetch", stored.path)
    return Reply(wording.listed(lines), buttons=(share, fetch, saving.undo_button(t, [row.id])))


def _no_template(t: Translate, words: str, office: Sequence[StoredFile]) -> Reply:
    buttons = [say(wording.label(_stem(each.path)), f"baru templat {_stem(each.path)}") for each in office[:_SHOWN]]
    text = t("There is no template “{name}”. Documents, sheets, presentations and forms can always be made.", name=words)
    kinds = [say(t("Document"), "baru dokumen"), say(t("Sheet"), "baru lembar")]
    return Reply(text, buttons=(*buttons, *kinds), refused=True)
