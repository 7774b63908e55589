"""Swaps in words: what is exchanged, what became of it, and why something cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from integration import approval, phrases
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Button, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.jadwal import wording
from plugins.jadwal.register import duties
from plugins.jadwal.swaps import Exchange, Swap
from plugins.jadwal.swaps.fits import Fits
from plugins.jadwal.swaps.wrong import Wrong


def lines(t: Translate, exchanges: Sequence[Exchange], *, mine: bool) -> list[Text]:
    """A line a day: what the requester (`mine`) or the partner has now and will have."""
    pairs = [(each.day, *((each.requester, each.partner) if mine else (each.partner, each.requester))) for each in exchanges]
    return [
        t("- {day}: {before} → **{after}**", day=phrases.short_day(t, day), before=_what(t, before), after=_what(t, after))
        for day, before, after in pairs
    ]


def _both(t: Translate, exchange: Exchange, requester: Person, partner: Person) -> Text:
    one, other = _what(t, exchange.requester), _what(t, exchange.partner)
    return fill(
        "- {day}: {requester} {one} → **{other}**, {partner} {other} → **{one}**",
        day=phrases.short_day(t, exchange.day),
        requester=requester.name,
        partner=partner.name,
        one=one,
        other=other,
    )


_what = wording.assignment


def note(t: Translate, swap: Swap) -> list[Text]:
    return [t("Note: “{note}”", note=swap.note)] if swap.note else []


def invitation(t: Translate, swap: Swap, exchanges: Sequence[Exchange], requester: Person) -> Text:
    """What the partner reads."""
    first = t("**{name} would like to swap with you.** You:", name=requester.name)
    return wording.blocks([first, *lines(t, exchanges, mine=False)], note(t, swap))


def for_decider(t: Translate, swap: Swap, exchanges: Sequence[Exchange], requester: Person, partner: Person) -> Text:
    """What the supervisor reads."""
    first = t(
        "**Swap of days**: {requester} and {partner} ({unit}) agree.",
        requester=requester.name,
        partner=partner.name,
        unit=requester.unit,
    )
    return wording.blocks([first, *for_both(t, exchanges, requester, partner)], note(t, swap))


def for_both(t: Translate, exchanges: Sequence[Exchange], requester: Person, partner: Person) -> list[Text]:
    """A line a day, with both."""
    return [_both(t, exchange, requester, partner) for exchange in exchanges]


def with_whom(t: Translate, swap: Swap, other: Person) -> Text:
    """`Selasa 24 Nov dengan Dewi Lestari`"""
    return t("{days} with {name}", days=wording.days(t, swap.days), name=other.name)


def between(t: Translate, swap: Swap, requester: Person, partner: Person) -> Text:
    """`Siti Rahayu dan Dewi Lestari, Selasa 24 Nov`"""
    return t(
        "{requester} and {partner}, {days}", requester=requester.name, partner=partner.name, days=wording.days(t, swap.days)
    )


def state_line(context: Context, swap: Swap) -> Text:
    """What became of a swap, for whom presses a button too late."""
    t = context.t
    at = phrases.clock_and_day(t, swap.decided_at or swap.answered_at, context.person, context.now)
    said: Mapping[str, Callable[[], Text]] = {
        "asked": lambda: t("This swap waits for the partner's answer."),
        "agreed": lambda: t("This swap was agreed to at {at} and waits for the supervisor.", at=at),
        "refused": lambda: t("This swap was declined at {at}; nothing was changed.", at=at),
        "withdrawn": lambda: t("This swap was withdrawn at {at}; nothing was changed.", at=at),
        "expired": lambda: t("This swap came to nothing: its day came, or the rota changed. Nothing was exchanged."),
    }
    return said[swap.state]() if swap.state in said else approval.already_decided(context, swap)


# ---------------------------------------------------------------- buttons


def answer_buttons(t: Translate, swap: Swap, number: str = "") -> tuple[Button, ...]:
    tail = f" {number}" if number else ""
    return (
        Button(t("Agree") + tail, "jadwal.swap_agree", str(swap.id), style="good", days=approval.DAYS_OPEN),
        Button(t("Decline") + tail, "jadwal.swap_refuse", str(swap.id), style="danger", days=approval.DAYS_OPEN),
    )


def decide_buttons(t: Translate, swap: Swap, number: str = "") -> tuple[Button, ...]:
    return approval.decide_buttons(t, "jadwal.swap_approve", "jadwal.swap_reject", swap.id, number)


def withdraw_button(t: Translate, swap: Swap, number: str = "") -> Button:
    return approval.withdraw_button(t, "jadwal.swap_withdraw", swap.id, f"{t('Withdraw')} {number}" if number else None)


# ---------------------------------------------------------------- why not


def refusal(context: Context, wrong: Wrong) -> UserError:
    return UserError(explain(context.t, wrong, context.person))


def explain(t: Translate, wrong: Wrong, reader: Person) -> Text:
    """Why a swap cannot be, and what would be. Of a colleague's absence only that they are not there."""
    values = wrong.values
    person: Person | None = values.get("person")
    own = person is not None and person.id == reader.id
    day = phrases.short_day(t, values["day"]) if "day" in values else Text("")
    name = person.name if person else ""
    return _SENTENCES[wrong.problem](t, values, own, name, day)


def _no_rota(t: Translate, _values: Mapping[str, object], own: bool, name: str, day: Text) -> Text:
    if own:
        return t("No published rota says where you work on {day}, so there is nothing to swap. See `/jadwal`", day=day)
    return t("No published rota says where {name} works on {day}. Choose another day, or see `/jadwal tim`", name=name, day=day)


def _away(t: Translate, _values: Mapping[str, object], own: bool, name: str, day: Text) -> Text:
    if own:
        return t("You do not work on {day}. Choose another day.", day=day)
    return t("{name} is not on duty on {day}. Choose another day or another colleague.", name=name, day=day)


def _same(t: Translate, values: Mapping[str, object], _own: bool, _name: str, day: Text) -> Text:
    partner, both = values["partner"], values["both"]
    place = _what(t, both)  # type: ignore[arg-type]  # `Wrong("same")` carries a day of the rota
    return t(
        "On {day} you and {name} both have {place}: there is nothing to swap.", day=day, name=_name_of(partner), place=place
    )


def _week(t: Translate, values: Mapping[str, object], own: bool, name: str, _day: Text) -> Text:
    most, will = values["most"], values["will"]
    if own:
        return t(
            "You would have {will} days away from the office in that week; at most {most} are allowed.", will=will, most=most
        )
    return t(
        "{name} would have {will} days away from the office in that week; at most {most} are allowed.",
        name=name,
        will=will,
        most=most,
    )


def fits(t: Translate, found: Fits, day: date) -> Text:
    """What the two could do instead, by name of the days."""
    lines = []
    if found.with_it:
        days = _either(t, found.with_it)
        lines.append(t("Swap {day} together with a second day: {days}.", day=phrases.short_day(t, day), days=days))
    if found.instead:
        lines.append(t("Another day that fits both of you: {days}.", days=_either(t, found.instead)))
    if not lines:
        last = wording.date_in(t, found.last)
        lines.append(t("No day until {last} fits both of you. Choose another colleague.", last=last))
    return join("\n", lines)


def _either(t: Translate, days: Sequence[date]) -> Text:
    """`Rabu 25 Nov atau Senin 30 Nov`"""
    names = [phrases.short_day(t, day) for day in days]
    return t("{days} or {last}", days=join(", ", names[:-1]), last=names[-1]) if len(names) > 1 else names[0]


def _duty(t: Translate, values: Mapping[str, object], _own: bool, _name: str, day: Text) -> Text:
    if not values["count"]:
        return t(
            "On {day} nobody with the duty “{duty}” would be at the office; {wanted} are needed. "
            "Choose another day, or a colleague with the same duty.",
            day=day, duty=values["duty"], wanted=values["wanted"])  # fmt: skip
    return t(
        "On {day} only {count} with the duty “{duty}” would be at the office; {wanted} are needed. "
        "Choose another day, or a colleague with the same duty.",
        day=day, count=values["count"], duty=values["duty"], wanted=values["wanted"])  # fmt: skip


def _home_duty(t: Translate, values: Mapping[str, object], own: bool, name: str, day: Text) -> Text:
    named = duties.listed(values["duties"])  # type: ignore[arg-type]  # `Wrong("home_duty")` carries names
    if own:
        return t("WFH on {day} is only for who is registered for {duties}; you are not.", day=day, duties=named)
    return t("WFH on {day} is only for who is registered for {duties}; {name} is not.", day=day, duties=named, name=name)


def _on_site(t: Translate, values: Mapping[str, object], own: bool, name: str, _day: Text) -> Text:
    article = getattr(values["rule"], "article", "")
    if own:
        return t("You always work at the office in your role ({article}).", article=article)
    return t("{name} always works at the office ({article}). Choose another colleague.", name=name, article=article)


def _register(t: Translate, _values: Mapping[str, object], own: bool, name: str, day: Text) -> Text:
    if own:
        return t("You are not registered for working from home on {day}. See `/jadwal daftar-wfh`", day=day)
    return t("{name} is not registered for working from home on {day}. Choose another colleague.", name=name, day=day)


def _waiting(t: Translate, values: Mapping[str, object], own: bool, name: str, _day: Text) -> Text:
    if own:
        return t("A swap of yours for that day waits already. See or withdraw it: `/jadwal tukar`")
    return t("{name} has another swap for that day that is not decided yet. Choose another day.", name=name)


def _left(t: Translate, _values: Mapping[str, object], _own: bool, name: str, day: Text) -> Text:
    return t("{name} does not work here any more on {day}.", name=name, day=day)


def _rest(t: Translate, _values: Mapping[str, object], own: bool, name: str, day: Text) -> Text:
    if own:
        return t("Your shift that begins on {day} would run into the next one.", day=day)
    return t("The shift of {name} that begins on {day} would run into the next one.", name=name, day=day)


def _unit(t: Translate, values: Mapping[str, object], _own: bool, _name: str, _day: Text) -> Text:
    partner = values["partner"]
    return t(
        "{name} works in {unit}. Days are swapped within one unit only.",
        name=_name_of(partner),
        unit=getattr(partner, "unit", ""),
    )


def _name_of(person: object) -> str:
    return str(getattr(person, "name", "?"))


_SENTENCES: Mapping[str, Callable[[Translate, Mapping[str, object], bool, str, Text], Text]] = {
    "self": lambda t, *_: t("That is you yourself. With whom do you want to swap?"),
    "past": lambda t, _values, _own, _name, day: t("{day} is past or has begun: only days to come are swapped.", day=day),
    "left": _left,
    "unit": _unit,
    "unreachable": lambda t, values, *_: t(
        "{name} has no chat account yet and cannot answer. Ask the administrator.", name=_name_of(values["partner"])
    ),
    "waiting": _waiting,
    "no_rota": _no_rota,
    "same": _same,
    "away": _away,
    "on_site": _on_site,
    "register": _register,
    "week": _week,
    "rest": _rest,
    "duty": _duty,
    "home_duty": _home_duty,
    "changed": lambda t, *_: t("The rota has changed meanwhile; nothing was exchanged. Look at it again: `/jadwal`"),
}
