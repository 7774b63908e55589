"""`/jadwal tukar`: asking a colleague, their answer, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from integration import approval, find, people, phrases
from integration.dates import parse_day
from integration.errors import UserError
from integration.form_values import one_line, read
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
    join,
)
from integration.people import Person
from integration.plugin import Context, Subcommand
from integration.workdays import local_day
from plugins.jadwal import swaps, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.swaps import NOTE_LENGTH, Exchange, Swap, check, deciders, decisions, fits, line, listing
from plugins.jadwal.swaps import wording as swap_wording
from plugins.jadwal.swaps.decisions import pair
from plugins.jadwal.swaps.line import Said
from plugins.jadwal.swaps.wrong import Wrong

_MOST_COLLEAGUES = 100
_MOST_CHOICES = 5


def exchange(context: Context, command: Command) -> Answer:
    """`tukar @person day [day] [note]`; a part of it opens a form, and alone it lists what waits."""
    if not command.words:
        return listing.waiting(context) or _form(context, Said("", (), ""))
    if command.words[0].lower() in ("daftar", "list"):
        return listing.waiting(context) or listing.nothing(context)
    if command.words == ("baru",):
        return _form(context, Said("", (), ""))
    said = line.read(context, command.words)
    if not said.name or not said.days:
        return _form(context, said)
    partner = find.person(context, command.mentions, said.name, lambda nip: line.whole(nip, said), SAY)
    return partner if isinstance(partner, Reply) else _ask(context, partner, said.days, said.note)


# ---------------------------------------------------------------- the form


def _form(context: Context, said: Said) -> Form:
    t = context.t
    colleagues = _colleagues(context)
    if not colleagues:
        raise UserError(t("There is no colleague in your unit with whom you could swap."))
    meant = find.mentioned(context, (), said.name) or next(iter(people.search(context.db, said.name)), None)
    first, other = (said.days[n].isoformat() if n < len(said.days) else "" for n in (0, 1))
    return Form(
        action="jadwal.swap",
        title=t("Swap days"),
        intro=t("You exchange what the rota has for both of you. First your colleague agrees, then your supervisor."),
        submit=t("Ask"),
        fields=(
            Field(
                "partner",
                t("Colleague"),
                "select",
                str(meant.id) if meant and meant.id in {each.id for each in colleagues} else "",
                choices=tuple((str(each.id), each.name) for each in colleagues),
            ),
            Field("day", t("Day"), "date", first, hint=t("For example: tomorrow, Monday, 24/11")),
            Field("other_day", t("Another day in return"), "date", other, required=False),
            Field("note", t("Note for both"), "text", said.note, required=False, max_length=NOTE_LENGTH),
        ),
    )


def _colleagues(context: Context) -> list[Person]:
    """Those of the unit who could answer."""
    found = people.of_unit(context.db, context.person.unit_id, local_day(context.now, context.person))
    reachable = people.accounts(context.db, [someone.id for someone in found])
    return [each for each in found if each.id != context.person.id and each.id in reachable][:_MOST_COLLEAGUES]


def submitted(context: Context, submission: FormSubmission) -> Answer:
    """The form came back: everything is read again, and every field says what is wrong with it."""
    errors: dict[str, str] = {}
    values = submission.values
    partner = _chosen(context, values.get("partner", ""))
    if partner is None:
        errors["partner"] = context.t("Please choose one of the list.")
    days = [day for name in ("day", "other_day") if (day := _day(context, errors, name, values.get(name, "")))]
    if errors or partner is None:
        return FormErrors(errors)
    try:
        answer = _ask(context, partner, tuple(dict.fromkeys(days)), one_line(values.get("note", ""))[:NOTE_LENGTH])
    except UserError as error:
        return FormErrors({"": error.args[0]})
    return FormErrors({"": answer.text}) if answer.refused else answer


def _chosen(context: Context, value: str) -> Person | None:
    """Some pages of a form let people type: a name is understood as well."""
    if value.isdecimal() and len(value) <= 9:
        return people.get(context.db, int(value))
    found = [find.mentioned(context, (), value)] if value.startswith("@") else people.search(context.db, value, limit=2)
    return found[0] if len(found) == 1 else None


def _day(context: Context, errors: dict[str, str], name: str, text: str) -> date | None:
    if not text.strip() and name == "other_day":
        return None
    return read(errors, name, lambda: parse_day(text, local_day(context.now, context.person), context.t, "future"))


# ---------------------------------------------------------------- asking


def _ask(context: Context, partner: Person, days: Sequence[date], note: str) -> Reply:
    t = context.t
    try:
        exchanges = check.check(context, context.person, partner, days)
    except Wrong as wrong:
        if wrong.problem == "week":
            return _fitting(context, wrong, partner, days, note)
        raise swap_wording.refusal(context, wrong) from None
    asked = swaps.ask(context, partner, exchanges, note)
    if asked is None:
        raise swap_wording.refusal(context, Wrong("waiting", person=context.person))
    _invite(context, asked, exchanges, partner)
    lines = [t("{name} was asked to swap. You:", name=partner.name), *swap_wording.lines(t, exchanges, mine=True)]
    after = t("It counts once {name} and then your supervisor agree.", name=partner.name)
    return Reply(wording.blocks(lines, [after]), buttons=(swap_wording.withdraw_button(t, asked),))


def _fitting(context: Context, wrong: Wrong, partner: Person, days: Sequence[date], note: str) -> Reply:
    """Too many days at home in a week: which days would do, each as a button that asks for them."""
    t, day = context.t, days[0]
    found = fits.of(context, context.person, partner, day)
    text = join("\n", [swap_wording.explain(t, wrong, context.person), swap_wording.fits(t, found, day)])
    choices = [*((day, other) for other in found.with_it), *((other,) for other in found.instead)]
    buttons = tuple(
        Button(
            join(" + ", [wording.shortest_day(t, each) for each in sorted(chosen)]),
            SAY,
            line.whole(partner.nip, Said("", chosen, note)),
        )
        for chosen in choices
    )
    return Reply(text, buttons=buttons[:_MOST_CHOICES], refused=True)


def _invite(context: Context, asked: Swap, exchanges: Sequence[Exchange], partner: Person) -> None:
    def message(t: Translate) -> Reply:
        text = swap_wording.invitation(t, asked, exchanges, context.person)
        return Reply(text, buttons=swap_wording.answer_buttons(t, asked))

    context.tell(partner, deciders.key(asked, "invited", partner.id), message)


# ---------------------------------------------------------------- the partner's answer


def agree(context: Context, press: ButtonPress) -> Reply:
    """The partner agrees; the supervisor is asked."""
    found, requester = _mine_to_answer(context, press.value)
    if found.state != "asked":
        return _too_late(context, found)
    try:
        exchanges = check.again(context, found, requester, context.person)
    except Wrong as wrong:
        raise swap_wording.refusal(context, wrong) from None
    agreed = swaps.move(context, found, "agreed")
    if agreed is None:
        return _too_late(context, found)
    asked = deciders.asked(context, requester, context.person)
    for decider in asked:
        _tell_decider(context, decider, agreed, exchanges, requester)
    t, who = context.t, phrases.first_names(asked)
    context.tell(requester, deciders.key(agreed, "agreed", requester.id), _agreed(agreed, context.person, asked))
    lines = [t("You agree to swap with {name}. You:", name=requester.name), *swap_wording.lines(t, exchanges, mine=False)]
    return Reply(wording.blocks(lines, [_waits_for(t, who)]), buttons=listing.more(context), replaces=True)


def _waits_for(t: Translate, names: Text) -> Text:
    if not names:
        return t("Nobody is listed who could decide on it: please tell the administrator.")
    return t("Now {names} decides.", names=names)


def _agreed(agreed: Swap, partner: Person, asked: Sequence[Person]) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = wording.days(t, agreed.days)
        text = t("{name} agrees to swap {days} with you.", name=partner.name, days=what)
        buttons = (swap_wording.withdraw_button(t, agreed),)
        return Reply(join(" ", [text, _waits_for(t, phrases.first_names(asked))]), buttons=buttons)

    return message


def _tell_decider(context: Context, decider: Person, agreed: Swap, exchanges: Sequence[Exchange], requester: Person) -> None:
    def message(t: Translate) -> Reply:
        text = swap_wording.for_decider(t, agreed, exchanges, requester, context.person)
        return Reply(text, buttons=swap_wording.decide_buttons(t, agreed))

    context.tell(decider, deciders.key(agreed, "asked", decider.id), message)


def refuse(context: Context, press: ButtonPress) -> Reply:
    """The partner declines, which needs no reason."""
    found, requester = _mine_to_answer(context, press.value)
    refused = swaps.move(context, found, "refused") if found.state == "asked" else None
    if refused is None:
        return _too_late(context, found)
    name, t = context.person.name, context.t
    context.tell(
        requester,
        deciders.key(refused, "refused", requester.id),
        lambda t: Reply(
            t("{name} cannot swap {days} with you. Nothing was changed.", name=name, days=wording.days(t, found.days))
        ),
    )
    said = t("You declined to swap with {name}. Nothing was changed.", name=requester.name)
    return Reply(said, buttons=listing.more(context), replaces=True)


def _mine_to_answer(context: Context, value: str) -> tuple[Swap, Person]:
    found = swaps.get(context, approval.number(context, value))
    if found is None or found.partner_id != context.person.id:
        raise UserError(context.t("This swap is not yours to answer."))
    return found, pair(context, found)[0]


def _too_late(context: Context, found: Swap) -> Reply:
    now = swaps.get(context, found.id) or found
    return approval.too_late(swap_wording.state_line(context, now), listing.more(context))


# ---------------------------------------------------------------- taking it back


def withdraw(context: Context, press: ButtonPress) -> Reply:
    """The requester takes it back while nobody has decided; those who were asked hear of it."""
    found = swaps.get(context, approval.number(context, press.value))
    if found is None or found.requester_id != context.person.id:
        raise UserError(context.t("This swap is not yours."))
    withdrawn = swaps.move(context, found, "withdrawn") if found.is_open else None
    if withdrawn is None:
        return _too_late(context, found)
    requester, partner = pair(context, found)
    others = [partner, *deciders.told(context, found, requester, partner)]
    for someone in others:
        context.tell(someone, deciders.key(found, "withdrawn", someone.id), _withdrawn(withdrawn, requester, partner))
    text = context.t("Withdrawn: swap {what}. Nothing was changed.", what=swap_wording.with_whom(context.t, found, partner))
    return Reply(text, replaces=True)


def _withdrawn(found: Swap, requester: Person, partner: Person) -> Callable[[Translate], Reply]:
    def message(t: Translate) -> Reply:
        what = swap_wording.between(t, found, requester, partner)
        return Reply(t("{name} has withdrawn the swap: {what}.", name=requester.name, what=what))

    return message


SUBCOMMANDS = (
    Subcommand(
        "tukar",
        exchange,
        "Swap days with a colleague; without words what waits, or a form",
        arguments="[@person] [day] [day]",
        example="/jadwal tukar @dewi senin kamis",
        aliases=("swap", "tuker", "ganti"),
        writes=True,
    ),
)
BUTTONS = {
    "swap_agree": agree,
    "swap_refuse": refuse,
    "swap_withdraw": withdraw,
    **decisions.BUTTONS,
}
FORMS = {"swap": submitted, **decisions.FORMS}
