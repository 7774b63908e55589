"""Requests that somebody decides on, as people meet them: the buttons, the form that rejects, and what is said of it.

Who is asked and who may decide stands in `integration.deciders`; what a request is, and what becomes of it, in the plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from integration import people, phrases, workdays
from integration.deciders import Asked, may_decide
from integration.errors import UserError
from integration.form_values import one_line
from integration.i18n import Translate
from integration.messages import Button, Field, Form, FormErrors, FormSubmission, Reply, Text, plain
from integration.people import Person
from integration.plugin import Build, Context

# Characters, of a request and of its rejection.
REASON_LENGTH = 500
# Buttons of a request stay usable so long.
DAYS_OPEN = 60
_LONGEST_NUMBER = 9


class Request(Protocol):
    @property
    def person_id(self) -> int: ...


class Decided(Protocol):
    """What a decided request says of itself."""

    @property
    def state(self) -> str: ...
    @property
    def decider_id(self) -> int | None: ...
    @property
    def decided_at(self) -> datetime | None: ...
    @property
    def decision_note(self) -> str: ...


R = TypeVar("R", bound=Request)


# ---------------------------------------------------------------- opening one


def number(context: Context, value: str) -> int:
    """The id in a button of ours; raises `UserError`."""
    if not value.isdecimal() or len(value) > _LONGEST_NUMBER:
        raise UserError(context.t("This request does not exist any more."))
    return int(value)


def opened(context: Context, value: str, get: Callable[[int], R | None]) -> tuple[R, Person]:
    """The request behind a button and who asked, if this person may decide on it at this moment; raises `UserError`."""
    found = get(number(context, value))
    requester = people.get(context.db, found.person_id) if found else None
    if found is None or requester is None:
        raise UserError(context.t("This request does not exist any more."))
    if requester.id == context.person.id:
        raise UserError(context.t("Nobody decides on their own request."))
    if not may_decide(context, context.person, requester):
        raise not_decider(context, requester)
    return found, requester


def not_decider(context: Context, requester: Person) -> UserError:
    return UserError(context.t("Only the supervisors of {name} and personnel officers decide on this.", name=requester.name))


# ---------------------------------------------------------------- buttons and the form


def decide_buttons(t: Translate, approve: str, reject: str, id: int, number: str = "") -> tuple[Button, ...]:
    """Approve and reject, by these actions; `number` tells the buttons of a list apart."""
    tail = f" {number}" if number else ""
    return (
        Button(t("Approve") + tail, approve, str(id), style="good", days=DAYS_OPEN),
        Button(t("Reject") + tail, reject, str(id), style="danger", days=DAYS_OPEN),
    )


def withdraw_button(t: Translate, action: str, id: int, label: str | None = None) -> Button:
    return Button(label or t("Withdraw"), action, str(id), days=DAYS_OPEN)


def rejection(t: Translate, action: str, title: Text, what: Text, id: int, reader: Text) -> Form:
    """A rejection needs a reason, so its button opens this form; `reader` says who will read the reason."""
    reason = Field("reason", t("Reason"), "textarea", hint=plain(reader), max_length=REASON_LENGTH)
    return Form(action=action, title=title, intro=what, submit=t("Reject"), fields=(reason,), value=str(id))


def reason_given(context: Context, submission: FormSubmission) -> str | FormErrors:
    """Why it is rejected."""
    note = one_line(submission.values.get("reason", ""))
    if note and len(note) <= REASON_LENGTH:
        return note
    return FormErrors({"reason": context.t("Please give a reason of at most {length} characters.", length=REASON_LENGTH)})


# ---------------------------------------------------------------- what is said


def who_decides(t: Translate, asked: Asked) -> Text:
    """The sentence that tells the person who has been asked."""
    names = phrases.first_names(asked.people)
    if asked.how == "superior":
        return t("Your supervisor {name} decides.", name=names)
    if asked.people and asked.superior:
        return t("Your supervisor {name} is away, so {names} may decide.", name=asked.superior.name, names=names)
    if asked.people:
        return t("You have no supervisor in the list, so the personnel officers decide: {names}.", names=names)
    return t("You have no supervisor in the list and there is no personnel officer: please tell the administrator.")


def still_waits(t: Translate, asked_at: datetime, requester: Person, superior: Person | None, reader: Person) -> Text:
    """To somebody who has not decided yet, or who may step in for `superior`; since when, in the reader's zone."""
    since = phrases.since(t, asked_at, reader)
    if superior is None:
        return t("A request of {name} has waited since {since}; you may decide on it.", name=requester.name, since=since)
    if superior.id == reader.id:
        return t("A request of {name} has waited for your decision since {since}.", name=requester.name, since=since)
    return t(
        "A request of {name} has waited for {supervisor} since {since}; you may decide on it as well.",
        name=requester.name,
        supervisor=superior.name,
        since=since,
    )


def waiting_since(context: Context, asked_at: datetime) -> Text:
    """`(menunggu sejak Senin 23 Nov, 09.00 WIB)` behind a line of a list."""
    return context.t("(waiting since {since})", since=phrases.since(context.t, asked_at, context.person))


def already_decided(context: Context, found: Decided) -> Text:
    """Of an approved or rejected request: by whom and when."""
    t, at = context.t, phrases.clock_and_day(context.t, found.decided_at, context.person, context.now)
    decider = people.get(context.db, found.decider_id) if found.decider_id else None
    name = decider.name if decider else "–"
    if found.state == "approved":
        return t("Already approved by {name} at {at}.", name=name, at=at)
    return t("Already rejected by {name} at {at}: “{note}”", name=name, at=at, note=found.decision_note)


def too_late(line: Text, more: tuple[Button, ...] = ()) -> Reply:
    """The answer to a button of a request that is decided, in the place of its buttons; `more` leads to what still waits.

    The buttons may have been a list's, whose other requests would be out of sight without it.
    """
    return Reply(line, buttons=more, replaces=True, refused=True)


def done(context: Context, text: Text, waiting: int, say: str, words: str) -> Reply:
    """After a decision, in the place of its buttons; the list is one press away while more wait."""
    return Reply(text, buttons=more_waiting(context, waiting, say, words), replaces=True)


def more_waiting(context: Context, waiting: int, say: str, words: str) -> tuple[Button, ...]:
    """The way to the list, while there is anything in it."""
    return (Button(context.t("{count} more waiting", count=waiting), say, words),) if waiting else ()


def more_of_list(t: Translate, count: int) -> list[Text]:
    """The line under a list that was cut."""
    return [t("… and {count} more", count=count)] if count > 0 else []


def officers(context: Context) -> Text:
    """Whom to ask when nobody else can help."""
    found = people.with_role(context.db, "kepegawaian", workdays.local_day(context.now, context.person))
    return phrases.first_names(found) or context.t("the administrator")


def tell_others(context: Context, told: Iterable[Person], key: Callable[[int], str], build: Build) -> None:
    """Those who were asked as well need not look at it any more."""
    for someone in told:
        if someone.id != context.person.id:
            context.tell(someone, key(someone.id), build)


def outcome(t: Translate, state: str, note: str) -> Text:
    """`menunggu`, `disetujui`, `ditolak: “…”`, `ditarik`: what became of a request, in a list."""
    if state == "rejected":
        return t("rejected: “{note}”", note=note)
    return {"waiting": t("waiting"), "approved": t("approved"), "withdrawn": t("withdrawn")}[state]
