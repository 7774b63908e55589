"""Reading a form that came back: every field says what is wrong with it, all at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from integration.errors import UserError
from integration.i18n import Translate

_Value = TypeVar("_Value")


def read(errors: dict[str, str], name: str, value: Callable[[], _Value]) -> _Value | None:
    """The field's value, or None and its problem in `errors`."""
    try:
        return value()
    except UserError as error:
        errors[name] = error.args[0]
        return None


def one_of(t: Translate, value: str, accepted: Sequence[str]) -> str:
    """A choice of a list; raises `UserError`, for some pages of a form let people type."""
    if value not in accepted:
        raise UserError(t("Please choose one of the list."))
    return value


def one_line(text: object) -> str:
    """Without line breaks and repeated spaces."""
    return " ".join(str(text).split())


def reason(t: Translate, text: object, longest: int, *, required: bool = True) -> str:
    """Why something is asked; raises `UserError` if it is missing or too long."""
    given = one_line(text)
    if required and not given:
        raise UserError(t("Please say why, so that it can be decided."))
    if len(given) > longest:
        raise UserError(t("Please use at most {length} characters.", length=longest))
    return given
