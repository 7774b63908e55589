"""Every button and form that `/logbook` and `/rapat` have ever shown, used again by everybody once the world is another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from integration import people
from integration.core import Hadir
from integration.errors import Refused
from integration.messages import Answer, Form, FormSubmission, Reply
from tests import cast
from tests.plugins.rapat.house import NINE, arranged
from tests.plugins.rapat.house import change as change_meeting
from tests.plugins.rapat.invited import takes_off, works
from tests.post import change, person_id
from tests.security.test_actions import standing
from tests.security.test_logbook_words import conversation, told

Chat = Callable[[str], cast.Talker]
TROUBLE = "sedang bermasalah"
SECRET = "zqrahasialama"
EVERYBODY = tuple(row[0] for row in cast.CAST)
# Neither a colleague of the same supervisor nor an administrator of another unit has to do with it.
OTHERS = ("dewi", "agus")
SOME = (*OTHERS, "siti", "budi", "rina")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Who may do what is no matter of the database."""
    return sqlite_url


def uses(who: cast.Talker, answers: Sequence[Answer | None]) -> Iterator[tuple[str, str]]:
    """Press each button, send each form as it was shown, without any field, and without each of them: what was read."""
    for button in sorted({b for each in answers if isinstance(each, Reply) for b in each.buttons}, key=str):
        try:
            who.presses(button)
        except Refused:
            continue
        yield f"{button.action} {button.value}", str(who.last)
    forms = {(each.action, each.value): each for each in answers if isinstance(each, Form)}
    for form in forms.values():
        whole = {field.name: field.default.replace(SECRET, "lain") for field in form.fields}
        for values in (whole, dict[str, str](), *(without(whole, name) for name in whole)):
            try:
                answer = who.hadir.dispatcher.handle(
                    who.sender, FormSubmission(form.action, values, form.value), who.hadir.clock()
                )
            except Refused:
                continue
            yield f"{form.action} {form.value} {sorted(values)}", str(answer)


def without(values: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if key != name}


def nobody_learns(hadir: Hadir, chat: Chat, answers: Sequence[Answer | None]) -> None:
    """Nothing breaks, and whoever has nothing to do with it reads nothing of it, while the others still may."""
    readers = set[str]()
    for who in SOME:
        for what, read in uses(chat(who), answers):
            assert TROUBLE not in read, (who, what)
            assert who not in OTHERS or SECRET not in read, (who, what)
            readers |= {who} if SECRET in read else set()
    assert readers


def nobody_is_left(hadir: Hadir, chat: Chat, answers: Sequence[Answer | None]) -> None:
    """Whoever has left presses in vain."""
    for who in EVERYBODY:
        change(hadir, who, ended_on=date(2026, 11, 20))
    before = standing(hadir)
    for who in SOME:
        for what, read in uses(chat(who), answers):
            assert SECRET not in read, (who, what)
            assert TROUBLE not in read, (who, what)
    after = standing(hadir)
    for kept in (before, after):
        kept.pop("audit")  # a stranger who speaks asks to be linked
    assert after == before


def merge(hadir: Hadir) -> None:
    """All of one unit are in the other from now on."""
    with hadir.database.write() as db:
        other = people.units_named(db, cast.KEPEGAWAIAN)[0][0]
        db.execute(update(people.person).values(unit_id=other))


def test_old_buttons_of_reports(hadir: Hadir, chat: Chat) -> None:
    answers: list[Any] = [answer for _, answer in conversation(hadir, chat, SECRET)]
    answers += told(hadir)
    merge(hadir)
    nobody_learns(hadir, chat, answers)
    change(hadir, "siti", supervisor_id=person_id(hadir, "rina"))
    nobody_learns(hadir, chat, answers)
    nobody_is_left(hadir, chat, answers)


def test_old_buttons_of_meetings(hadir: Hadir, chat: Chat, clock: cast.Clock) -> None:
    answers = meeting(hadir, chat, clock)
    merge(hadir)
    takes_off(hadir, "siti")
    nobody_learns(hadir, chat, answers)
    change_meeting(hadir, 1, state="cancelled")
    nobody_learns(hadir, chat, answers)
    nobody_is_left(hadir, chat, answers)


def meeting(hadir: Hadir, chat: Chat, clock: cast.Clock) -> list[Any]:
    """Budi and Siti meet about something that nobody else is to know: every way to look at it, before and while it is on."""
    arranged(hadir, "siti", title=f"Mutasi {SECRET}")
    change_meeting(hadir, 1, agenda=f"agenda {SECRET}")
    answers, budi, siti = list[Any](), chat("budi"), chat("siti")

    def says(who: cast.Talker, *lines: str) -> None:
        for line in lines:
            assert TROUBLE not in who.says(f"/rapat {line}".strip()), line
            answers.append(who.last)

    look = ("", "daftar", "daftar saya", "lihat 1", "notulen 1", "tugas", "hadir 1", "daftar-hadir 1", "usul 1", "gabung 1")
    for moment in (clock.now, NINE):
        clock.now = moment
        says(budi, *look, "ubah 1", "batal 1", "layar 1", "notulis 1", "notulen tulis tanggal:1")
        says(siti, *look, f"usul usul {SECRET}")
        works(hadir)
    says(budi, "notulen")
    if isinstance(budi.last, Form):
        text = budi.last.fields[0].default + f"\n## Keputusan\n- {SECRET}\n## Tindak lanjut\n- [ ] {SECRET} @siti Jumat\n"
        budi.submits(text=text)
        answers.append(budi.last)
        for button in [b for b in answers[-1].buttons if b.action == "rapat.minutes_publish"]:
            budi.presses(button)
            answers.append(budi.last)
    for who in (budi, siti):
        says(who, *look, "tugas 1", "tugas tim")
    return answers + told(hadir)
