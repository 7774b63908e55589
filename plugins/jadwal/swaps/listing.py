"""`/jadwal tukar` alone: what waits for this person's answer or decision, and their own requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from integration import approval
from integration.messages import Button, Reply, Text, fill, join
from integration.people import Person
from integration.plugin import Context
from plugins.jadwal import service, swaps, wording
from plugins.jadwal.notices import SAY
from plugins.jadwal.swaps import SHOWN_AT_ONCE, Exchange, Swap, deciders
from plugins.jadwal.swaps import wording as swap_wording

LIST = "tukar"

Shown = tuple[Text, tuple[Button, ...]]


@dataclass(frozen=True, slots=True)
class _List:
    """What one person sees of swaps; entries are numbered through, so that their buttons can be told apart."""

    context: Context
    everyone: Mapping[int, Person]
    exchanges: Mapping[int, Sequence[Exchange]]
    blocks: list[Text] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def part(self, heading: Text, found: Sequence[Swap], show: Callable[[Swap, str], Shown]) -> None:
        if not found:
            return
        self.blocks.append(heading)
        for swap in found[:SHOWN_AT_ONCE]:
            line, buttons = show(swap, str(next(self.numbers)))
            self.blocks.append(line)
            self.buttons.extend(buttons)
        self.blocks.extend(approval.more_of_list(self.context.t, len(found) - SHOWN_AT_ONCE))

    def decide(self, swap: Swap, number: str) -> Shown:
        t = self.context.t
        both = self.everyone[swap.requester_id], self.everyone[swap.partner_id]
        what = fill("{number}. {what}", number=Text(number), what=swap_wording.between(t, swap, *both))
        days = swap_wording.for_both(t, self.exchanges.get(swap.id, ()), *both)
        return wording.blocks([what, *days], swap_wording.note(t, swap)), swap_wording.decide_buttons(t, swap, number)

    def answer(self, swap: Swap, number: str) -> Shown:
        t = self.context.t
        other = swap_wording.with_whom(t, swap, self.everyone[swap.requester_id])
        what = fill("{number}. {what}", number=Text(number), what=other)
        days = swap_wording.lines(t, self.exchanges.get(swap.id, ()), mine=False)
        return wording.blocks([what, *days], swap_wording.note(t, swap)), swap_wording.answer_buttons(t, swap, number)

    def own(self, swap: Swap, number: str) -> Shown:
        t, mine = self.context.t, swap.requester_id == self.context.person.id
        what = swap_wording.with_whom(t, swap, self.everyone[swap.partner_id if mine else swap.requester_id])
        state = t("not answered yet") if swap.state == "asked" else t("waits for the supervisor")
        line = fill("{number}. {what}: {state}", number=Text(number), what=what, state=state)
        return line, (swap_wording.withdraw_button(t, swap, number),) if mine else ()


def waiting(context: Context) -> Reply | None:
    """None if nothing waits."""
    own, to_decide, t = swaps.open_of(context, [context.person.id]), deciders.to_decide(context), context.t
    if not own and not to_decide:
        return None
    everyone = service.by_id(context.db, {id for each in (*own, *to_decide) for id in (each.requester_id, each.partner_id)})
    to_answer = _to_answer(context, own)
    shown = _List(context, everyone, swaps.exchanges_of(context, [*to_decide, *to_answer]))
    shown.part(t("**Waiting for your decision**"), to_decide, shown.decide)
    shown.part(t("**Waiting for your answer**"), to_answer, shown.answer)
    shown.part(t("**Your swaps**"), [each for each in own if each not in to_answer], shown.own)
    return Reply(join("\n\n", shown.blocks), buttons=(*shown.buttons, _new(context)))


def _to_answer(context: Context, own: Sequence[Swap]) -> list[Swap]:
    return [each for each in own if each.partner_id == context.person.id and each.state == "asked"]


def more(context: Context) -> tuple[Button, ...]:
    """The way back to the list, while somebody waits for this person in it. Two statements."""
    to_answer = _to_answer(context, swaps.open_of(context, [context.person.id]))
    return approval.more_waiting(context, len(deciders.to_decide(context)) + len(to_answer), SAY, LIST)


def nothing(context: Context) -> Reply:
    text = context.t("No swap waits. To ask for one: {command}", command=Text("`/jadwal tukar @dewi senin kamis`"))
    return Reply(text, buttons=(_new(context),))


def _new(context: Context) -> Button:
    return Button(context.t("New swap"), SAY, "tukar baru")
