"""`/hadir pengingat` and `/hadir bahasa`: how a person wants to be spoken to."""

from __future__ import annotations

from integration.messages import Button, Command, Reply
from integration.plugin import Context
from plugins.hadir import service
from plugins.hadir.commands import SAY

_ON = frozenset({"hidup", "nyala", "nyalakan", "aktif", "on", "ya"})
_OFF = frozenset({"mati", "matikan", "nonaktif", "off", "tidak"})
_LANGUAGES = {"id": "id", "indonesia": "id", "indonesian": "id", "en": "en", "inggris": "en", "english": "en"}


def reminders(context: Context, command: Command) -> Reply:
    """`pengingat mati|hidup`; without a word it tells how they are."""
    word, t = (command.words[0].lower() if command.words else ""), context.t
    if word in _ON:
        service.set_reminders(context, True)
        return Reply(t("Reminders are on: you are reminded before and after working hours if your record is missing."))
    if word in _OFF:
        service.set_reminders(context, False)
        return Reply(t("Reminders are off. Turn them on again with `/hadir pengingat hidup`."))
    off = bool(service.silent(context.db, [context.person.id]))
    label, value = (t("Turn on"), "pengingat hidup") if off else (t("Turn off"), "pengingat mati")
    text = t("Your reminders are off now.") if off else t("Your reminders are on now.")
    return Reply(text, buttons=(Button(label, SAY, value),), refused=bool(word))


def language(context: Context, command: Command) -> Reply:
    """`bahasa id|en`; the reply speaks the new language already."""
    word = command.words[0].lower() if command.words else ""
    locale = _LANGUAGES.get(word)
    if locale is None:
        buttons = (Button("Bahasa Indonesia", SAY, "bahasa id"), Button("English", SAY, "bahasa en"))
        return Reply(context.t("Which language shall I speak?"), buttons=buttons, refused=bool(word))
    service.set_language(context, locale)
    t = context.catalogues.speak(locale)
    return Reply(t("From now on I answer you in English."))
