"""Sentences in the reader's language. Message ids are English; English therefore needs no catalogue.

Catalogues are `translations/<locale>.po` beside the core and in every plugin, compiled in memory at start.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from integration.messages import Text, fill

LOCALES = ("id", "en")
CORE = Path(__file__).parent / "translations"


class Translate(Protocol):
    """`t("Checked in at {time}.", time=…)`: the sentence in one language, every value escaped unless it is `Text`."""

    locale: str

    def __call__(self, message: str, /, **values: object) -> Text: ...


class _Translator:
    def __init__(self, locale: str, translations: NullTranslations) -> None:
        self.locale = locale
        self._translations = translations

    def __call__(self, message: str, /, **values: object) -> Text:
        return fill(self._translations.gettext(message), **values)


class Catalogues:
    """Every locale's sentences; an unknown locale speaks the default one."""

    def __init__(self, folders: Iterable[Path], default: str = "id") -> None:
        folders = tuple(folders)
        self._translators = {locale: _Translator(locale, _compiled(folders, locale)) for locale in LOCALES}
        self._default = default if default in self._translators else "id"

    def speak(self, locale: str) -> Translate:
        return self._translators.get(locale) or self._translators[self._default]


@cache
def _compiled(folders: tuple[Path, ...], locale: str) -> NullTranslations:
    everything: NullTranslations = NullTranslations()
    for folder in (CORE, *folders):
        path = folder / f"{locale}.po"
        if path.exists():
            everything = _merged(everything, path, locale)
    return everything


def _merged(everything: NullTranslations, path: Path, locale: str) -> NullTranslations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    translations = Translations(compiled)
    translations.add_fallback(everything)
    return translations
