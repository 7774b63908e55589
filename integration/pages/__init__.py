"""Pages of plugins: what is opened by an address in a message or by a QR code, on any phone, without JavaScript.

A plugin declares them in `Plugin.pages` by name, and gets an address from `Work.page("plugin.name", value, days=…)`. The
address is signed, and may be one person's own; whoever has it may open it, so a page shows and does no more than that.
A GET never writes (chats open addresses by themselves, to show a preview); a POST is one writing transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from integration.i18n import Translate
from integration.messages import Field, Text, clean, plain
from integration.people import Person
from integration.work import Work


@dataclass(slots=True, kw_only=True)
class PageContext(Work):
    """A page that is asked for. `value` is what the address was made with; `person` whose own address it is, None if it is
    nobody's. A person who has left opens nothing. `t` speaks the person's language, else the office's.
    """

    t: Translate
    value: str
    person: Person | None = None

    def _actor(self) -> tuple[int | None, str]:
        return (self.person.id, self.person.nip) if self.person else (None, "page")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`sent`: the page's form came back, with `values` by field name, cleaned and without white space around them."""

    sent: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """`words` say what it shows to those who do not see it; `media_type`: image/svg+xml or image/png."""

    content: bytes
    words: str
    media_type: Literal["image/svg+xml", "image/png"] = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Show:
    """A page. With `fields` it is a form that comes back to the same address; what was typed stands in it again.

    `errors` by field name, "" for the whole. `big` is shown very large, like a code; `wide` is for a projector.
    `refresh_seconds`: it asks for itself again after so long. `done`: what was asked for has been done; `refused`: not.
    `nav` are links above everything, like to the day before. Below the text stand a `chart` and `more`; what a chart shows is
    to be read in `more` as well. `broad`: as wide as a table needs, where the screen has the room.
    """

    title: str
    text: Text = Text("")
    fields: tuple[Field, ...] = ()
    submit: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    picture: Picture | None = None
    big: str = ""
    refresh_seconds: int = 0
    done: bool = False
    refused: bool = False
    wide: bool = False
    nav: tuple[Link, ...] = ()
    chart: Picture | None = None
    more: Text = Text("")
    broad: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """On to another address, which is written down nowhere: it may hold a token."""

    url: str = field(repr=False)


Page = Show | Go
PageHandler = Callable[[PageContext, PageRequest], Page]


@dataclass(frozen=True, slots=True)
class Reads:
    """Around the handler of a page that writes nothing, not even when its form comes back: nobody waits for it."""

    handler: PageHandler

    def __call__(self, context: PageContext, request: PageRequest) -> Page:
        return self.handler(context, request)


def wrong(t: Translate, fields: Sequence[Field], values: Mapping[str, str]) -> dict[str, str]:
    """What any form can be wrong about, by field name."""
    found = {each.name: _wrong(t, each, values.get(each.name, "")) for each in fields}
    return {name: text for name, text in found.items() if text}


def _wrong(t: Translate, field: Field, value: str) -> str:
    if field.required and not value:
        return t("Please fill this in.")
    if len(value) > field.max_length:
        return plain(t("Too long: {length} of at most {most} characters.", length=len(value), most=field.max_length))
    if value and field.kind == "select" and value not in dict(field.choices):
        return t("Please pick one of the choices.")
    return ""


def tidy(value: str) -> str:
    return clean(value.replace("\r\n", "\n")).strip()
